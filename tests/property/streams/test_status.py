"""Statuses of a transfer in any order: late, repeated, corrected, refunded and cancelled ones end with the same findings and reports."""

import gzip
import random
from collections.abc import Sequence
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.partners.accept import Acceptor
from ops.chain import Chain
from schemas.finding import Evidence, Finding
from schemas.fius import load_fius
from schemas.registry import Licence, Partner
from schemas.report import Report
from schemas.transfer import Coordinate, Party, Transfer
from streams.domain.fold import partition_of
from streams.domain.identity import Keyring

FIUS = load_fius()
DEMO = Partner("demo", "Demo", "mto", "strgw.transfer/1", "KZ", tuple(Licence(c, "101") for c in FIUS))
CASES = ("CS01", "CS03")
SHIFT = 25  # places by which an event may come early or late: weeks of event time in this slice
HOUR_MS = 3_600_000
FINAL = ("refunded", "cancelled")


@cache
def load() -> tuple[Transfer, ...]:
    """The transfers of two cases in order of time."""
    demo = files("ops").joinpath("demo")
    truth = msgspec.json.decode(demo.joinpath("truth.json").read_bytes())
    wanted = {t for case in truth if case["id"] in CASES for t in case["transfers"]}
    acceptor = Acceptor(DEMO, Keyring(bytes(32)), lambda: 1_800_000_000_000)
    with gzip.open(str(demo.joinpath("cases.jsonl.gz"))) as lines:
        accepted = [acceptor.accept(line.rstrip(), Coordinate("t", 0, n)) for n, line in enumerate(lines, 1)]
    return tuple(a for a in accepted if isinstance(a, Transfer) and a.transfer_id in wanted)


def said(transfer: Transfer, **changed: Any) -> Transfer:
    """Another event of the same transfer, with a digest of its own."""
    content = sha256(transfer.digest + repr(sorted(changed.items())).encode()).digest()[:16]
    return msgspec.structs.replace(transfer, digest=content, **changed)


def barer(party: Party | None) -> Party | None:
    """The party without what a partner often leaves out of a later status."""
    if party is None:
        return None
    kept = party.identifiers[:1]
    return msgspec.structs.replace(party, identifiers=kept, nationality=None, occupation=None, phones=(), documents=())


def statuses(transfer: Transfer, others: Sequence[Transfer], chance: random.Random, same: bool = False) -> list[Transfer]:
    """The events of one transfer as partners send them: more than half have the first alone. same: they agree on both parties."""
    events = [transfer]
    at = transfer.occurred_ms
    receivers = [t.receiver for t in others if t.receiver is not None]
    for status, odds in (("paid", 0.3), ("changed", 0.2), ("changed", 0.1), ("refunded", 0.08), ("cancelled", 0.05)):
        if chance.random() > odds:
            continue
        at += chance.randint(0, 3) * HOUR_MS
        bare = (
            {"sender": barer(transfer.sender), "receiver": barer(transfer.receiver)} if chance.random() < 0.5 and not same else {}
        )
        new: dict[str, Any] = {"status": status, "occurred_ms": at} | bare
        if status == "changed" and transfer.receiver is not None and chance.random() < 0.7 and not same:
            new["receiver"] = chance.choice(receivers)
        if status == "changed" and chance.random() < 0.5:
            new["usd_minor"] = transfer.usd_minor * chance.choice((1, 3)) // 2 + 1
        events.append(said(transfer, **new))
    if chance.random() < 0.1:  # the same status with other content: the later one speaks
        events.append(said(transfer, occurred_ms=transfer.occurred_ms + HOUR_MS, usd_minor=transfer.usd_minor + 100))
    return events


def unplaced(item: Evidence) -> Evidence:
    return msgspec.structs.replace(item, partition=0, offset=0, index=0, revision=0)


def of_finding(finding: Finding) -> Finding:
    return msgspec.structs.replace(finding, version=0, evidence=tuple(map(unplaced, finding.evidence)))


def of_report(report: Report) -> Report:
    findings = tuple(map(of_finding, report.findings))
    evidence = tuple(map(unplaced, report.transfers))
    return msgspec.structs.replace(report, version=0, material=True, supersedes=(), findings=findings, transfers=evidence)


def content(chain: Chain) -> tuple[dict[str, Finding], dict[str, Report]]:
    findings = {i: of_finding(f) for i, f in chain.findings.items() if f.state == "open"}
    return findings, {i: of_report(r) for i, r in chain.reports.items() if r.state == "open"}


def run(events: list[Transfer], start_ms: int, chance: random.Random, partitions: int = 1) -> Chain:
    chain = Chain({"demo": DEMO}, FIUS, partitions)
    position = 0
    while position < len(events):
        count = chance.randint(1, 40)
        for number in range(partitions):
            mine = [t for t in events[position : position + count] if partition_of(t.uid, partitions) == number]
            if mine:
                chain.feed_partition(number, mine, {"demo": start_ms})
        position += count
        if chance.random() < 0.5:
            chain.settle()
    chain.settle()
    return chain


def shuffled(events: list[Transfer], chance: random.Random) -> list[Transfer]:
    places = {id(event): number + chance.uniform(-SHIFT, SHIFT) for number, event in enumerate(events)}
    return sorted(events, key=lambda event: places[id(event)])


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_any_order_of_the_statuses_ends_with_the_same_findings_and_reports(seed: int) -> None:
    transfers = load()
    chance = random.Random(seed)
    events = [event for t in transfers for event in statuses(t, transfers, chance)]
    events.sort(key=lambda t: t.occurred_ms)
    start_ms = transfers[0].occurred_ms - 90 * 24 * HOUR_MS
    in_order = content(run(events, start_ms, chance))
    late = shuffled(events, chance)
    late += [event for event in events if chance.random() < 0.05]  # repeats
    mixed = content(run(late, start_ms, chance, chance.randint(1, 3)))
    assert mixed == in_order


RANKS = (("sent",), ("paid",), ("changed",), FINAL)  # docs/partners.md: what each status does


def speaking(events: list[Transfer]) -> list[Transfer]:
    """Of each transfer the state that speaks for it, unless it took the money back."""
    last: dict[bytes, Transfer] = {}

    def rank(event: Transfer) -> tuple[int, int, bytes]:
        return next(n for n, names in enumerate(RANKS) if event.status in names), event.occurred_ms, event.digest

    for event in events:
        known = last.get(event.uid)
        if known is None or rank(event) > rank(known):
            last[event.uid] = event
    return sorted((event for event in last.values() if event.status not in FINAL), key=lambda event: event.occurred_ms)


def flows(chain: Chain) -> dict[str, tuple[object, ...]]:
    """What the open findings on flows rest on. Who uses which identifier (TS-K01) is known from former states too."""
    return {
        i: (f.typology, f.entity, f.strength, tuple((e.uid, e.at_ms, e.sender, e.receiver, e.usd_minor) for e in f.evidence))
        for i, f in chain.findings.items()
        if f.state == "open" and f.typology != "TS-K01"
    }


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_what_is_found_in_flows_is_what_the_last_states_alone_would_show(seed: int) -> None:
    chance = random.Random(seed)
    transfers = load()
    events = [event for t in transfers for event in statuses(t, transfers, chance, same=True)]
    start_ms = transfers[0].occurred_ms - 90 * 24 * HOUR_MS
    chain = run(shuffled(sorted(events, key=lambda t: t.occurred_ms), chance), start_ms, chance)
    assert flows(chain) == flows(run(speaking(events), start_ms, chance))


@pytest.mark.parametrize("status", FINAL)
def test_what_was_reported_is_taken_back_when_its_transfers_are(status: str) -> None:
    transfers = load()
    start_ms = transfers[0].occurred_ms - 90 * 24 * HOUR_MS
    chance = random.Random(1)
    chain = run(list(transfers), start_ms, chance)
    before = {i: report.version for i, report in chain.reports.items() if report.state == "open"}
    assert before
    for position in range(0, len(transfers), 100):
        chain.feed([said(t, status=status) for t in transfers[position : position + 100]], {"demo": start_ms})
    assert flows(chain) == {}
    assert {(chain.reports[i].state, chain.reports[i].version > version) for i, version in before.items()} == {
        ("withdrawn", True)
    }
