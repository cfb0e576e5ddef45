"""Order leaves no trace: partitions that lag behind each other and commits of any size end with the same content."""

import gzip
import random
from importlib.resources import files

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.partners.accept import Acceptor, Rejection
from ops.chain import Chain
from schemas.finding import Evidence, Finding
from schemas.fius import load_fius
from schemas.registry import Licence, Partner
from schemas.report import Report
from schemas.transfer import Coordinate, Transfer
from streams.domain.fold import partition_of
from streams.domain.identity import Keyring

FIUS = load_fius()
DEMO = Partner("demo", "Demo", "mto", "strgw.transfer/1", "KZ", tuple(Licence(c, "101") for c in FIUS))
LAG = 60  # transfers by which one partition may run ahead of another: weeks of event time in this slice


def load() -> list[Transfer]:
    """The transfers of five cases, in order of time: enough to hold every kind of signal and a merge of cases."""
    demo = files("ops").joinpath("demo")
    truth = msgspec.json.decode(demo.joinpath("truth.json").read_bytes())
    wanted = {t for case in truth if case["id"] in ("CS01", "CS03", "CS07", "CS09", "CS13") for t in case["transfers"]}
    acceptor = Acceptor(DEMO, Keyring(bytes(32)), lambda: 1_800_000_000_000)
    with gzip.open(str(demo.joinpath("cases.jsonl.gz"))) as lines:
        accepted = [acceptor.accept(line.rstrip(), Coordinate("t", 0, n)) for n, line in enumerate(lines, 1)]
    assert not [a for a in accepted if isinstance(a, Rejection)]
    return [a for a in accepted if isinstance(a, Transfer) and a.transfer_id in wanted]


@pytest.fixture(scope="module")
def transfers() -> list[Transfer]:
    return load()


def start(transfers: list[Transfer]) -> dict[str, int]:
    return {"demo": transfers[0].occurred_ms - 90 * 86_400_000}


def unplaced(item: Evidence) -> Evidence:
    return msgspec.structs.replace(item, partition=0, offset=0, index=0)


def of_finding(finding: Finding) -> Finding:
    return msgspec.structs.replace(finding, version=0, evidence=tuple(map(unplaced, finding.evidence)))


def of_report(report: Report) -> Report:
    findings = tuple(map(of_finding, report.findings))
    transfers = tuple(map(unplaced, report.transfers))
    return msgspec.structs.replace(report, version=0, material=True, supersedes=(), findings=findings, transfers=transfers)


def content(chain: Chain) -> tuple[dict[str, Finding], dict[str, Report]]:
    """What stands in the end, without versions and coordinates."""
    findings = {i: of_finding(f) for i, f in chain.findings.items() if f.state == "open"}
    return findings, {i: of_report(r) for i, r in chain.reports.items() if r.state == "open"}


@pytest.fixture(scope="module")
def expected(transfers: list[Transfer]) -> tuple[dict[str, Finding], dict[str, Report]]:
    chain = Chain({"demo": DEMO}, FIUS)
    for position in range(0, len(transfers), 25):
        chain.feed(transfers[position : position + 25], start(transfers))
    found = content(chain)
    assert len(found[1]) >= 4 and len(found[0]) >= 20
    return found


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32), partitions=st.integers(2, 5))
def test_partitions_that_lag_behind_each_other_end_alike(
    transfers: list[Transfer], expected: tuple[dict[str, Finding], dict[str, Report]], seed: int, partitions: int
) -> None:
    chance = random.Random(seed)
    chain = Chain({"demo": DEMO}, FIUS, partitions)
    lanes = [[t for t in transfers if partition_of(t.uid, partitions) == p] for p in range(partitions)]
    at = [0] * partitions
    while waiting := [p for p in range(partitions) if at[p] < len(lanes[p])]:
        last = min(at[p] for p in waiting)
        lane = chance.choice([p for p in waiting if at[p] - last < LAG])
        count = chance.randint(1, 30)
        chain.feed_partition(lane, lanes[lane][at[lane] : at[lane] + count], start(transfers))
        at[lane] += count
        if chance.random() < 0.4:
            chain.settle()
    chain.settle()
    assert content(chain) == expected


@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32))
def test_repeated_events_change_nothing(
    transfers: list[Transfer], expected: tuple[dict[str, Finding], dict[str, Report]], seed: int
) -> None:
    chance = random.Random(seed)
    chain = Chain({"demo": DEMO}, FIUS)
    repeats = 0
    for position in range(0, len(transfers), 40):
        batch = transfers[position : position + 40]
        again = [t for t in transfers[: position + 40] if chance.random() < 0.05]
        repeats += len(again)
        chain.feed(batch, start(transfers))
        chain.feed(again, start(transfers))
    assert chain.duplicates() == repeats
    assert content(chain) == expected
