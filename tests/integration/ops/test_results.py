"""The operator's counts of findings and cases, on a real broker."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import msgspec
import pytest
from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient, NewTopic

from ops.results import ResultFollower

TOPICS = ("findings", "cases")


@dataclass
class Counted:
    findings: list[str] = field(default_factory=list)
    cases: list[str] = field(default_factory=list)

    def finding(self, typology: str) -> None:
        self.findings.append(typology)

    def case(self, state: str) -> None:
        self.cases.append(state)


def record(**fields: object) -> bytes:
    """An internal record with some fields more than the follower looks at."""
    return b"\x01" + msgspec.msgpack.encode({"score": 0.5, **fields})


@pytest.fixture
def results(broker: str) -> Iterator[str]:
    admin = AdminClient({"bootstrap.servers": broker})
    existing = set(admin.list_topics(timeout=30).topics)
    made = [topic for topic in TOPICS if topic not in existing]
    if made:
        for future in admin.create_topics([NewTopic(topic, 2, 1) for topic in made]).values():
            future.result(30)
    yield broker
    if made:
        for future in admin.delete_topics(made).values():
            future.result(30)


def write(bootstrap: str, commit: bool, *records: tuple[str, bytes]) -> None:
    producer = Producer({"bootstrap.servers": bootstrap, "transactional.id": "test-results"})
    producer.init_transactions(30)
    producer.begin_transaction()
    for topic, value in records:
        producer.produce(topic, value)
    producer.flush(30)
    if commit:
        producer.commit_transaction(30)
    else:
        producer.abort_transaction(30)


def follow(follower: ResultFollower, records: int) -> None:
    deadline, seen = time.monotonic() + 30, 0
    while seen < records:
        seen += follower.step(200)
        assert time.monotonic() < deadline, f"saw {seen} of {records}"


def test_new_findings_and_case_versions_are_counted_once_committed(results: str) -> None:
    write(results, True, ("findings", record(typology="TS-OLD", version=1)), ("cases", record(state="merged")))
    counted = Counted()
    follower = ResultFollower(results, counted)
    write(results, False, ("findings", record(typology="TS-ABORTED", version=1)))
    write(
        results,
        True,
        ("findings", record(typology="TS-F01", version=1)),
        ("findings", record(typology="TS-F01", version=2)),
        ("cases", record(state="below")),
        ("cases", record(state="open")),
    )
    follow(follower, 4)
    assert follower.step(300) == 0
    follower.close()
    assert counted.findings == ["TS-F01"]
    assert sorted(counted.cases) == ["below", "open"]
