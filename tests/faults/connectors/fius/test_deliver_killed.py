"""A delivery killed at any moment sends nothing twice and forgets nothing."""

import os
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from connectors.fius.dispatch import REPORT_CODEC
from connectors.kafka.admin import committed_positions
from connectors.kafka.scan import CommittedLog

ROOT = Path(__file__).resolve().parents[4]
SCRIPT = Path(__file__).parent / "deliver_process.py"
REPORTS, VERSIONS, KILLS = 300, 3, 5


@contextmanager
def delivering(bootstrap: str, instance: str = "0") -> "Iterator[subprocess.Popen[bytes]]":
    """A delivery process, killed at the end of the block."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("STRGW_")}
    command = [sys.executable, str(SCRIPT), bootstrap, instance]
    with subprocess.Popen(command, env=environment | {"PYTHONPATH": str(ROOT)}, stdout=subprocess.PIPE) as process:
        try:
            yield process
        finally:
            process.kill()


def wait_ready(process: "subprocess.Popen[bytes]") -> None:
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"


def post_all(desk: Any) -> None:
    from kafka import KafkaProducer

    from streams.domain.fold import partition_of

    producer = KafkaProducer(bootstrap_servers=desk.bootstrap, acks="all", linger_ms=5)
    for version in range(1, VERSIONS + 1):
        for number in range(REPORTS):
            report_id = f"{number:032x}"
            # A version in three is invalid: it must be held, and mended by the next one.
            narrative = {} if (number + version) % 3 == 0 and version < VERSIONS else desk.case.report().narrative
            report = desk.case.report(report_id=report_id, version=version, score=0.6 + version / 10, narrative=narrative)
            producer.send(
                "filings", REPORT_CODEC.encode(report), report_id.encode(), partition=partition_of(report_id.encode(), 4)
            )
    producer.flush()
    producer.close()


def positions(desk: Any) -> int:
    """Report versions behind the group's committed offsets."""
    found = committed_positions(desk.bootstrap, "deliver")
    return sum(offset for (topic, _), offset in found.items() if topic == "filings")


def ends(desk: Any) -> int:
    with CommittedLog(desk.bootstrap) as log:
        return sum(end for _, end in log.bounds("filings", range(4)).values())


def wait_for_all(desk: Any, total: int, deadline: float) -> None:
    while (found := positions(desk)) < total:
        assert time.monotonic() < deadline, f"{found} of {total}"
        time.sleep(0.2)


def test_nothing_is_sent_twice_and_every_last_version_is_out(desk: Any) -> None:
    post_all(desk)
    dice, total = random.Random(11), ends(desk)
    deadline = time.monotonic() + 240
    for _ in range(KILLS):
        with delivering(desk.bootstrap) as process:
            wait_ready(process)
            before = positions(desk)
            while positions(desk) == before < total:
                assert time.monotonic() < deadline, "the delivery does not move"
            time.sleep(dice.random() * 0.4)
    with delivering(desk.bootstrap):
        wait_for_all(desk, total, deadline)
    for fiu in ("ae", "kg"):
        filings = desk.filings(fiu)
        assert [key for key, count in Counter((f.report_id, f.version) for f in filings).items() if count > 1] == []
        last: dict[str, int] = {}
        for filing in filings:
            assert filing.version > last.get(filing.report_id, 0), "an older version after a newer one"
            last[filing.report_id] = filing.version
        assert last == {f"{number:032x}": VERSIONS for number in range(REPORTS)}
    held = [(h.report_id, h.fiu, h.version, h.code) for h in desk.held()]
    assert len(held) == len(set(held))
    audited = Counter(msgspec.msgpack.decode(raw[1:])["action"] for raw in desk.read("audit"))
    assert audited["filing_published"] == len(desk.filings("ae")) + len(desk.filings("kg"))
    assert audited["filing_held"] + audited["filing_proposed"] == len(held)


def test_a_second_delivery_takes_over_from_a_killed_one(desk: Any) -> None:
    post_all(desk)
    deadline = time.monotonic() + 120
    with delivering(desk.bootstrap, "a") as first:
        wait_ready(first)
        while positions(desk) < 50:
            assert time.monotonic() < deadline, "the delivery does not move"
    with delivering(desk.bootstrap, "b"):
        wait_for_all(desk, ends(desk), deadline)
    counts = Counter((f.report_id, f.version) for f in desk.filings("kg"))
    assert max(counts.values()) == 1
    assert {report_id for report_id, version in counts if version == VERSIONS} == {f"{n:032x}" for n in range(REPORTS)}
