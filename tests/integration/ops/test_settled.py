"""Positions and last records as the broker holds them, between the markers of transactions."""

from collections.abc import Callable, Iterator

import pytest
from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient, NewTopic

from connectors.kafka.scan import CommittedLog
from ops.settled import FIRST_LOOK, last_records, stage_positions

STAGE, SOURCE = "settled-test", "settled-test.source"
POSITION = b"\0position"
Write = Callable[..., None]


@pytest.fixture
def log(broker: str) -> Iterator[CommittedLog]:
    admin = AdminClient({"bootstrap.servers": broker})
    names = [f"{STAGE}.state", SOURCE]
    for future in admin.create_topics([NewTopic(name, 2, 1) for name in names]).values():
        future.result(30)
    with CommittedLog(broker) as reader:
        yield reader
    for future in admin.delete_topics(names).values():
        future.result(30)


@pytest.fixture
def write(broker: str) -> Write:
    """One transaction a call: records (topic, partition, key, value), committed or aborted."""
    producer = Producer({"bootstrap.servers": broker, "transactional.id": "test-settled"})
    producer.init_transactions(30)

    def once(*records: tuple[str, int, bytes | None, bytes], commit: bool = True) -> None:
        producer.begin_transaction()
        for topic, partition, key, value in records:
            producer.produce(topic, value, key, partition)
        producer.flush(30)
        if commit:
            producer.commit_transaction(30)
        else:
            producer.abort_transaction(30)

    return once


def test_topic_without_a_record_has_no_last_one(log: CommittedLog) -> None:
    assert last_records(log, SOURCE) == {0: -1, 1: -1}
    assert stage_positions(log, STAGE) == {0: -1, 1: -1}


def test_markers_after_the_last_record_do_not_count(log: CommittedLog, write: Write) -> None:
    write((SOURCE, 0, None, b"a"), (SOURCE, 0, None, b"b"))
    for _ in range(FIRST_LOOK):  # two offsets each, with nothing for a reader
        write((SOURCE, 0, None, b"aborted"), commit=False)
    assert last_records(log, SOURCE) == {0: 1, 1: -1}


def test_position_is_that_of_the_last_commit_however_many_states_follow(log: CommittedLog, write: Write) -> None:
    state = f"{STAGE}.state"
    write((state, 0, b"key", b"x"), (state, 0, POSITION, b"6"))
    write((state, 1, POSITION, b"3"))
    write((state, 0, POSITION, b"7"), *((state, 0, b"key-%d" % n, b"x") for n in range(3 * FIRST_LOOK)))
    write((state, 0, POSITION, b"9"), commit=False)
    assert stage_positions(log, STAGE) == {0: 7, 1: 3}
