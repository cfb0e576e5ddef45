"""The archive on a broker: single records of `transfers` read by offset.

Measured (this machine, embedded broker, batches of 500 transfers, 377 kB each, random offsets): confluent-kafka 3.5 ms a
record, kafka-python 15 ms. A report points into as many batches as it has transfers, so the archive is the one connector
that reads with confluent-kafka.
"""

from collections.abc import Iterator, Sequence
from time import monotonic

from confluent_kafka import Consumer, KafkaError, KafkaException, Message, TopicPartition

from schemas import topics

# Fetch little: with read-ahead a seek would transfer the batches that follow as well. The broker sends one batch at least.
FETCH_BYTES = 32_768
# DEF: the broker may pause for some seconds (restart, election) without a report going to the hold queue
TIMEOUT_S = 30.0
_POLL_S = 0.5


class LogSource:
    """Records of `topic` by offset; no group, nothing is committed. Not safe for several threads."""

    def __init__(self, bootstrap: str, topic: str = topics.TRANSFERS) -> None:
        self._topic = topic
        self._consumer = Consumer(
            {
                "bootstrap.servers": bootstrap,
                "group.id": "archive",  # librdkafka wants a name; the reader never joins
                "enable.auto.commit": False,
                "isolation.level": "read_committed",
                "auto.offset.reset": "error",
                "enable.partition.eof": True,  # the end of the log ends the wait for a record that is not there
                "fetch.message.max.bytes": FETCH_BYTES,
                "fetch.wait.max.ms": 50,
                "queued.min.messages": 1,
                "fetch.queue.backoff.ms": 2,  # the default of 1 s makes every second seek wait for it
                "allow.auto.create.topics": False,
            }
        )

    def read(self, partition: int, offsets: Sequence[int]) -> Iterator[tuple[int, bytes]]:
        """The records at `offsets` that exist, in that order. Raises KafkaException when the broker stays away."""
        for offset in offsets:
            raw = self._at(partition, offset)
            if raw is not None:
                yield offset, raw
        # A reader that keeps its partition asks every 2 ms for room to read ahead: 12-18 ms of processor time a second.
        self._consumer.unassign()

    def _at(self, partition: int, offset: int) -> bytes | None:
        """The record at `offset`, or None where the log has none: never written, deleted, aborted, compacted, a control record.

        Always a seek: reading on to a record near by was measured, and is no cheaper (17 kB records, 1 to 16 apart).
        """
        self._consumer.assign([TopicPartition(self._topic, partition, offset)])
        deadline = monotonic() + TIMEOUT_S
        while monotonic() < deadline:
            message = self._consumer.poll(_POLL_S)
            if message is None:
                continue
            if message.error() is None:
                return message.value() if message.offset() == offset else None
            if self._is_missing(message, partition, offset):
                return None
        raise KafkaException(KafkaError(KafkaError._TIMED_OUT, f"no answer within {TIMEOUT_S:.0f} s for offset {offset}"))

    def _is_missing(self, message: Message, partition: int, offset: int) -> bool:
        """Whether `message`, no record, shows that the log has none at `offset`. Raises KafkaException for any other trouble."""
        error = message.error()
        if error.code() == KafkaError._AUTO_OFFSET_RESET:
            return True  # before the first record or behind the end
        if error.code() != KafkaError._PARTITION_EOF:
            raise KafkaException(error)
        if message.offset() > offset:
            return True
        # A new leader gives too low an end until it has heard from the others; this question it does not answer before (KIP-207).
        _, high = self._consumer.get_watermark_offsets(TopicPartition(self._topic, partition), timeout=TIMEOUT_S)
        return bool(offset >= high)

    def close(self) -> None:
        """Ends the connection."""
        self._consumer.close()
