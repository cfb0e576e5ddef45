"""Reads one partition of a topic without a consumer group, committed records only."""

import time
from collections.abc import Iterator
from types import TracebackType

from confluent_kafka import Consumer, KafkaError, KafkaException, Message, TopicPartition

from streams.runtime.exit_codes import ExitCode, Fault

METADATA_S = 30.0
SILENCE_S = 60.0  # DEF: no byte for this long while records are known to exist
_BATCH = 10_000
# librdkafka waits so long for a batch to be full, also at the end of the log: half a second each made a start of sixteen partitions
# take four seconds more. At 250,000 records a second a batch is full in 40 ms.
_FILL_S = 0.05
FETCH_BYTES = 4 << 20  # of one partition and request
PEEK_BYTES = 1 << 10  # the broker sends one batch all the same, whatever its size
_PASSING = frozenset(
    {
        KafkaError._TRANSPORT,
        KafkaError._TIMED_OUT,
        KafkaError._UNKNOWN_PARTITION,
        KafkaError.LEADER_NOT_AVAILABLE,
        KafkaError.NOT_LEADER_FOR_PARTITION,
        KafkaError.UNKNOWN_TOPIC_OR_PART,
    }
)


class LogReader:
    """A librdkafka consumer used as a reader of single partitions.

    Calls block; use it in a thread. Raises  KafkaException, Fault(RESTORE_FAILED)

    ahead  how much it reads at once: PEEK_BYTES for one that only looks what comes next
    """

    def __init__(self, bootstrap: str, ahead: int = FETCH_BYTES) -> None:
        self._consumer = Consumer(
            {
                "bootstrap.servers": bootstrap,
                "group.id": "strgw-log-reader",  # librdkafka wants one; nothing is joined or committed
                "enable.auto.commit": False,
                "enable.partition.eof": True,
                "isolation.level": "read_committed",
                "auto.offset.reset": "earliest",
                "fetch.message.max.bytes": ahead,
                "fetch.wait.max.ms": 50,
                "queued.min.messages": 100_000 if ahead > PEEK_BYTES else 1,
                "queued.max.messages.kbytes": 16 << 10,
                "log_level": 3,
            }
        )

    def __enter__(self) -> "LogReader":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._consumer.close()

    def range_of(self, topic: str, partition: int, timeout_s: float = METADATA_S) -> tuple[int, int]:
        """First offset kept and the offset after the last committed record or marker."""
        deadline = time.monotonic() + timeout_s
        while True:
            try:
                low, high = self._consumer.get_watermark_offsets(
                    TopicPartition(topic, partition), max(0.1, deadline - time.monotonic())
                )
                return int(low), int(high)
            except KafkaException as error:  # a leader is being elected, or the broker is back in a moment
                if error.args[0].code() not in _PASSING or time.monotonic() >= deadline:
                    raise
            time.sleep(0.1)

    def batches(self, topic: str, partition: int, start: int, end: int) -> Iterator[list[Message]]:
        """Committed records with offsets in [start, end) in order; `end` is one that `range_of` returned.

        Markers of transactions take offsets too, so the end is known from the reader's position, not from the last record.
        """
        yield from self._read(TopicPartition(topic, partition, start), end, _BATCH)
        self._consumer.unassign()

    def first_from(self, topic: str, partition: int, start: int, end: int) -> int | None:
        """Offset of the first committed record in [start, end), or None where only markers or nothing is there."""
        first = next(self._read(TopicPartition(topic, partition, start), end, 1), None)
        # A reader that keeps its partition goes on fetching: twenty requests a second, and all that is written there.
        self._consumer.unassign()
        return None if first is None else int(first[0].offset())

    def _read(self, target: TopicPartition, end: int, at_once: int) -> Iterator[list[Message]]:
        reached = target.offset
        if reached >= end:
            return
        self._consumer.assign([target])
        heard_at = time.monotonic()
        while reached < end:
            messages, at_end = _split(self._consumer.consume(at_once, _FILL_S))
            reached = max(reached, at_end, self._consumer.position([target])[0].offset)
            if messages:
                heard_at = time.monotonic()
                yield messages
            elif time.monotonic() - heard_at > SILENCE_S:
                raise Fault(ExitCode.RESTORE_FAILED, f"{target.topic}/{target.partition} stopped at offset {reached} of {end}")


def _split(received: list[Message]) -> tuple[list[Message], int]:
    """Records, and the offset of an end-of-partition event (-1 without one)."""
    records: list[Message] = []
    at_end = -1
    for message in received:
        error = message.error()
        if error is None:
            records.append(message)
        elif error.code() == KafkaError._PARTITION_EOF:
            at_end = int(message.offset())
        else:
            raise KafkaException(error)
    return records, at_end
