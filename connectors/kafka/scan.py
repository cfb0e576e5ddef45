"""Reads what is committed on a topic, from its beginning to the end it has at the call."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Protocol

from kafka import KafkaConsumer, TopicPartition

POLL_MS = 500
BOOTSTRAP_MS = 15_000  # DEF how long a broker that starts may keep a person waiting
FETCH_BYTES = 8 * 1024 * 1024


class LogRecord(Protocol):
    """The fields of a consumed Kafka record that callers may use."""

    topic: str
    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: list[tuple[str, bytes | None]]


class TopicMissing(Exception):
    """A topic that should exist does not. `topic` names it."""

    def __init__(self, topic: str) -> None:
        super().__init__(f"The topic {topic} does not exist: run `strgw topics apply` first.")
        self.topic = topic


class CommittedLog:
    """A read_committed reader without a group; it leaves no trace on the broker. Close it, or use it as a context."""

    def __init__(self, bootstrap: str) -> None:
        self._consumer = KafkaConsumer(
            bootstrap_servers=bootstrap,
            isolation_level="read_committed",
            enable_auto_commit=False,
            auto_offset_reset="none",
            allow_auto_create_topics=False,
            max_partition_fetch_bytes=FETCH_BYTES,
            fetch_max_wait_ms=100,
            bootstrap_timeout_ms=BOOTSTRAP_MS,
            metrics_enabled=False,
        )

    def __enter__(self) -> "CommittedLog":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Ends the connection."""
        self._consumer.close()

    def topics(self) -> set[str]:
        """Names of all topics."""
        return set(self._consumer.topics())

    def partitions(self, topic: str) -> list[int]:
        """Partition numbers of `topic`, ascending. Raises TopicMissing."""
        found = self._consumer.partitions_for_topic(topic)
        if not found:
            raise TopicMissing(topic)
        return sorted(found)

    def bounds(self, topic: str, partitions: Iterable[int]) -> dict[int, tuple[int, int]]:
        """For each partition its first offset and the offset after its last committed record."""
        wanted = [TopicPartition(topic, partition) for partition in partitions]
        first, last = self._consumer.beginning_offsets(wanted), self._consumer.end_offsets(wanted)
        return {tp.partition: (first[tp], last[tp]) for tp in wanted}

    def read(self, topic: str, spans: Mapping[int, tuple[int, int]]) -> Iterator[LogRecord]:
        """Committed records with start <= offset < end of each partition's span; partitions may interleave."""
        ends = {TopicPartition(topic, partition): end for partition, (start, end) in spans.items() if start < end}
        self._consumer.assign(list(ends))
        self._consumer.resume(*ends)  # a partition read before is still paused: assigning it again changes nothing
        for tp in ends:
            self._consumer.seek(tp, spans[tp.partition][0])
        while ends:
            for tp, records in self._consumer.poll(timeout_ms=POLL_MS, max_records=5000).items():
                yield from (record for record in records if record.offset < ends.get(tp, 0))
            done = [tp for tp, end in ends.items() if self._consumer.position(tp) >= end]
            for tp in done:
                del ends[tp]
            if done:
                self._consumer.pause(*done)

    def scan(self, topic: str) -> Iterator[LogRecord]:
        """Every committed record of `topic` up to its present end."""
        return self.read(topic, self.bounds(topic, self.partitions(topic)))
