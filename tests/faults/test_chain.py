"""The whole chain under attack ends with what the backtest says, and every event ends exactly once.

Processes are killed at random moments, a worker joins and leaves, one is stopped until it was replaced and wakes up fenced, and
the broker is stopped for 3 s. What stands in the end (the newest open version of every finding, case and report) must be that
of the in-memory chain over the same events. Versions, places in the archive and merged or withdrawn ids are not compared: they tell
how the end was reached.
"""

import gzip
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import msgspec
import pytest

from connectors.fius.delivered import DELIVERED_CODEC, HELD, PROPOSED, PUBLISHED
from connectors.fius.dispatch import plan_key
from connectors.fius.prepare import content_digest, is_sent
from connectors.kafka.scan import CommittedLog
from connectors.partners.accept import Acceptor, Rejection
from connectors.partners.intake import GROUP as INTAKE
from connectors.partners.intake import is_partner_topic
from ops.audit import Audit, totals
from ops.backtest import stream_begins
from ops.bench.gateway import PARTNER
from ops.bench.load import events as load_events
from ops.chain import Chain
from ops.registries import fius_of, keyring, partners_of
from ops.settings import Settings
from ops.settled import unsettled
from schemas import topics
from schemas.case import Case
from schemas.codec import Codec
from schemas.finding import Evidence, Finding
from schemas.report import Report
from schemas.transfer import Coordinate, Transfer
from schemas.wire import decode_filing
from streams.runtime.exit_codes import ExitCode

SEED = 20240317
REPEATED_EVERY, BROKEN_EVERY = 997, 1999
FENCED_BY_A_SUCCESSOR = {("worker", int(ExitCode.FENCED)), ("intake", 71), ("deliver", 71)}
SETTLE_S = 1_500  # the tests have time limits of their own; half a million transfers leave a backlog behind twenty kills
EVERYTHING = 1 << 60
Record = TypeVar("Record", Finding, Case, Report)


class Attack(NamedTuple):
    """How many copies of the sample stream, how many of their events, how many kills; rate: events a second at most."""

    copies: int
    limit: int | None
    kills: int
    rate: float
    is_quick: bool


class Outcome(NamedTuple):
    """The newest open version of everything, without what tells how it came about."""

    findings: dict[str, Finding]
    cases: dict[str, Case]
    reports: dict[str, Report]


def posted(attack: Attack) -> Iterator[bytes]:
    """The events, some of them twice, and some that cannot be read."""
    for number, event in enumerate(load_events(attack.copies, attack.limit), 1):
        yield event
        if number % REPEATED_EVERY == 0:
            yield event
        if number % BROKEN_EVERY == 0:
            yield b'{"transfer_id": "broken-%d"' % number


def backtested(attack: Attack, settings: Settings) -> tuple[Outcome, Counter[str]]:
    """What the in-memory chain says, and how many events ended how."""
    partners = partners_of(settings)
    acceptor = Acceptor(partners[PARTNER], keyring(settings), lambda: time.time_ns() // 1_000_000)
    chain = Chain(partners, fius_of(settings))
    counts: Counter[str] = Counter()
    start: dict[str, int] = {}
    waiting: list[Transfer] = []
    for number, event in enumerate(posted(attack)):
        result = acceptor.accept(event, Coordinate("posted", 0, number))
        counts["events"] += 1
        if isinstance(result, Rejection):
            counts["quarantined"] += 1
            continue
        start = start or {PARTNER: stream_begins(partners[PARTNER], result)}
        waiting.append(result)
        if len(waiting) == 500:
            chain.feed(waiting, start)
            waiting = []
    chain.feed(waiting, start)
    counts["duplicates"] = chain.duplicates()
    counts["transfers"] = counts["events"] - counts["duplicates"] - counts["quarantined"]
    return outcome(chain.findings.values(), chain.cases.values(), chain.reports.values()), counts


def live(bootstrap: str) -> Outcome:
    """What the topics say in the end."""
    with CommittedLog(bootstrap) as log:
        found = {
            topic: newest([codec.decode(record.value or b"") for record in log.scan(topic)])
            for topic, codec in ((topics.FINDINGS, Codec(Finding)), (topics.CASES, Codec(Case)), (topics.FILINGS, Codec(Report)))
        }
    return outcome(found[topics.FINDINGS], found[topics.CASES], found[topics.FILINGS])


def newest(records: list[Any]) -> list[Any]:
    """The highest version of each id."""
    last: dict[str, Any] = {}
    for record in records:
        identity = identity_of(record)
        if identity not in last or record.version > last[identity].version:
            last[identity] = record
    return list(last.values())


def identity_of(record: Finding | Case | Report) -> str:
    if isinstance(record, Finding):
        return record.finding_id
    return record.case_id if isinstance(record, Case) else record.report_id


def outcome(findings: Any, cases: Any, reports: Any) -> Outcome:
    return Outcome(
        {f.finding_id: of_finding(f) for f in findings if f.state == "open"},
        {c.case_id: of_case(c) for c in cases if c.state in ("open", "below")},
        {r.report_id: of_report(r) for r in reports if r.state == "open"},
    )


def unplaced(item: Evidence) -> Evidence:
    return msgspec.structs.replace(item, partition=0, offset=0, index=0)


def of_finding(finding: Finding) -> Finding:
    return msgspec.structs.replace(finding, version=0, evidence=tuple(map(unplaced, finding.evidence)))


def of_case(case: Case) -> Case:
    evidence, findings = tuple(map(unplaced, case.evidence)), tuple(map(of_finding, case.findings))
    return msgspec.structs.replace(
        case, version=0, material=True, changes=(), supersedes=(), evidence=evidence, findings=findings
    )


def of_report(report: Report) -> Report:
    transfers, findings = tuple(map(unplaced, report.transfers)), tuple(map(of_finding, report.findings))
    return msgspec.structs.replace(report, version=0, material=True, supersedes=(), transfers=transfers, findings=findings)


def assert_same(found: dict[str, Record], expected: dict[str, Record], what: str) -> None:
    """Names the first record that differs, with its fields."""
    missing, extra = sorted(expected.keys() - found.keys()), sorted(found.keys() - expected.keys())
    differing = sorted(identity for identity in expected.keys() & found.keys() if expected[identity] != found[identity])
    if not (missing or extra or differing):
        return
    lines = [f"{what}: {len(expected)} expected, {len(missing)} missing, {len(extra)} too many, {len(differing)} differ"]
    for label, ids, side in (("missing", missing, expected), ("too many", extra, found)):
        lines += [f"{label}: {side[identity]}" for identity in ids[:1]]
    for identity in differing[:1]:
        left, right = expected[identity], found[identity]
        for field in left.__struct_fields__:
            if getattr(left, field) != getattr(right, field):
                lines.append(f"{identity}.{field}:\n  backtest {getattr(left, field)!r}\n  live     {getattr(right, field)!r}")
    raise AssertionError("\n".join(lines))


class Scenario:
    """The attack, step by step at fixed counts of posted events; what hits when is decided by the seed alone."""

    def __init__(self, attack: Attack, crew: Any, feed: Any, total: int) -> None:
        self._crew, self._feed = crew, feed
        self._dice = random.Random(SEED)
        special = [self.join_and_leave, self.freeze_and_wake, self.pause_broker]
        hits: list[Callable[[], None]] = [self.kill] * attack.kills + special
        self._dice.shuffle(hits)
        apart = total // (len(hits) + 1)
        moments = [number * apart + self._dice.randint(-apart // 3, apart // 3) for number in range(1, len(hits) + 1)]
        self._plan = list(zip(moments, hits, strict=True))
        self._victims = ["worker-1", "worker-1", "intake-1", "deliver-1"] * (attack.kills // 4)
        self._dice.shuffle(self._victims)
        self.kills: Counter[str] = Counter()

    def run(self) -> None:
        """Posting goes on while something hits, but not past the next moment: no hit falls on an idle gateway."""
        moments = [moment for moment, _ in self._plan]
        self._feed.allowed = moments[0] + 1
        for (moment, hit), following in zip(self._plan, [*moments[1:], EVERYTHING], strict=True):
            self._feed.reach(moment, self._crew.revive)
            self._feed.allowed = following + 1
            say(f"{self._feed.sent} events posted: {hit.__name__}")
            hit()
        self._feed.reach(EVERYTHING, self._crew.revive)
        self._feed.join()

    def kill(self) -> None:
        """kill -9, perhaps once more while it starts again."""
        victim = self._victims.pop()
        time.sleep(self._dice.uniform(0, 0.5))
        self._crew.kill(victim)
        self.kills[victim] += 1
        self._crew.start(victim, wait=self._dice.random() < 0.8)

    def join_and_leave(self) -> None:
        self._crew.start("worker-2")
        time.sleep(2)
        self._crew.leave("worker-2")

    def freeze_and_wake(self) -> None:
        """Stopped in the middle of its work; wakes up when another owns its partitions."""
        frozen = self._crew.freeze("worker-1")
        try:
            self._crew.start("worker-1")
            frozen.send_signal(signal.SIGCONT)
            assert frozen.wait(60) == ExitCode.FENCED, self._crew.tail("worker-1")
        finally:
            frozen.kill()
            frozen.wait()

    def pause_broker(self) -> None:
        self._crew.pause_broker(3.0)


def say(line: str) -> None:
    sys.stdout.write(f"{time.strftime('%H:%M:%S')} {line}\n")
    sys.stdout.flush()


def await_settled(crew: Any) -> None:
    """Until every stage has read everything."""
    deadline = time.monotonic() + SETTLE_S
    while (behind := unsettled(crew.gateway.bootstrap)) is not None:
        crew.revive()
        assert time.monotonic() < deadline, f"{behind} has not read everything"
        time.sleep(0.5)


def assert_delivered(bootstrap: str) -> int:
    """Every plan of the newest reports is where its report says, and no filing was published twice; returns how many there are."""
    with CommittedLog(bootstrap) as log:
        reports = newest([Codec(Report).decode(r.value or b"") for r in log.scan(topics.FILINGS)])
        state = {(r.key or b"").decode(): DELIVERED_CODEC.decode(r.value) for r in log.scan("deliver.state") if r.value}
        sent = Counter(
            decode_filing(record.value or b"").filing_id
            for topic in sorted(log.topics())
            if topic.startswith("fiu.") and topic.endswith(".reports")
            for record in log.scan(topic)
        )
    assert set(sent.values()) <= {1}, "a filing was published twice"
    for report in (r for r in reports if r.state == "open"):
        lines = state[report.report_id].lines
        for plan in report.filings:
            line = lines[plan_key(plan)]
            assert line.content == content_digest(report, plan), f"{report.report_id}: the FIU has an older content"
            assert line.state in ((PUBLISHED, HELD) if is_sent(plan) else (HELD, PROPOSED))
            assert set(line.filings) <= sent.keys()
    named = {identity for delivered in state.values() for line in delivered.lines.values() for identity in line.filings}
    assert sent.keys() <= named, "a filing was published that delivery does not remember"
    return sum(sent.values())


def attacked(attack: Attack, crew_of: Any, feed_of: Any) -> None:
    started = time.monotonic()
    crew = crew_of(attack.is_quick)
    bootstrap, settings = crew.gateway.bootstrap, crew.gateway.settings
    total = sum(1 for _ in posted(attack))
    say(f"seed {SEED}: {total} events, {attack.kills} kills, folder {settings.home}")
    for name in ("worker-1", "deliver-1", "intake-1"):
        crew.start(name)
    feed = feed_of(bootstrap, posted(attack), attack.rate)
    scenario = Scenario(attack, crew, feed, total)
    feed.start()
    scenario.run()
    await_settled(crew)
    took = time.monotonic() - started
    say(f"settled after {took:.0f} s: kills {dict(scenario.kills)}, ended by themselves {crew.ended}")
    assert {(name.partition("-")[0], code) for name, code in crew.ended} <= FENCED_BY_A_SUCCESSOR

    lines = Audit(bootstrap, INTAKE, is_partner_topic).run(lambda done, of: None)
    found = live(bootstrap)
    filings = assert_delivered(bootstrap)
    crew.end()
    expected, counts = backtested(attack, settings)
    say(
        f"expected {dict(counts)}: {len(expected.findings)} findings, {len(expected.cases)} cases, {len(expected.reports)} reports; {filings} filings"
    )
    keep(settings.home, expected, found)
    assert all(line.holds for line in lines), [line for line in lines if not line.holds]
    assert {name: count for name, count in totals(lines).items() if name in counts} == dict(counts)
    assert len(expected.reports) >= 4
    assert_same(found.findings, expected.findings, "findings")
    assert_same(found.cases, expected.cases, "cases")
    assert_same(found.reports, expected.reports, "reports")
    say(f"equal to the backtest; {time.monotonic() - started:.0f} s in all")


def keep(home: Path, expected: Outcome, found: Outcome) -> None:
    """Both outcomes beside the logs, for whoever has to look."""
    for name, what in (("expected", expected), ("found", found)):
        with gzip.open(home / f"{name}.jsonl.gz", "wb", 1) as out:
            for part in what:
                for identity in sorted(part):
                    out.write(repr(part[identity]).encode() + b"\n")


@pytest.mark.timeout(300)
def test_short_attack_ends_as_the_backtest_says(crew_of: Any, feed_of: Any) -> None:
    attacked(Attack(copies=1, limit=16_000, kills=4, rate=3_000, is_quick=True), crew_of, feed_of)


@pytest.mark.long
@pytest.mark.timeout(5400)
def test_twenty_kills_over_half_a_million_transfers_end_as_the_backtest_says(crew_of: Any, feed_of: Any) -> None:
    attacked(Attack(copies=23, limit=None, kills=20, rate=3_000, is_quick=False), crew_of, feed_of)
