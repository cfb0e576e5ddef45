"""Counts findings and cases as they are committed, for the operator's metrics: follows the topics, changes nothing.

The worker's runtime cannot count them, for it does not know what its stages write; and the numbers must not be near a partner.
"""

from typing import Protocol

import msgspec
from kafka import KafkaConsumer, TopicPartition

from schemas import topics
from schemas.codec import Codec

MAX_RECORDS = 500  # DEF: a fraction of a second of decoding
FIRST_VERSION = 1


class ResultMeters(Protocol):
    """What is counted."""

    def finding(self, typology: str) -> None:
        """A new finding of this typology was committed."""

    def case(self, state: str) -> None:
        """A version of a case was committed in this state."""


class _Finding(msgspec.Struct, frozen=True):
    """The two fields of schemas.finding.Finding that are counted."""

    typology: str
    version: int


class _Case(msgspec.Struct, frozen=True):
    """The field of schemas.case.Case that is counted."""

    state: str


class ResultFollower:
    """Follows `findings` and `cases` from their present ends, without a consumer group. Raises kafka.errors.KafkaError."""

    def __init__(self, bootstrap: str, meters: ResultMeters) -> None:
        self._meters = meters
        self._findings, self._cases = Codec(_Finding), Codec(_Case)
        self._consumer = KafkaConsumer(
            bootstrap_servers=bootstrap,
            isolation_level="read_committed",
            enable_auto_commit=False,
            auto_offset_reset="latest",
            allow_auto_create_topics=False,
            metrics_enabled=False,
        )
        followed = (topics.FINDINGS, topics.CASES)
        partitions = [
            TopicPartition(topic, number) for topic in followed for number in self._consumer.partitions_for_topic(topic) or ()
        ]
        self._consumer.assign(partitions)
        self._consumer.seek_to_end(*partitions)
        for partition in partitions:
            self._consumer.position(partition)  # the end as it is now, not as it is at the first poll

    def step(self, timeout_ms: int = 0) -> int:
        """Counts what was committed since the last step; returns the number of records.

        Raises  CorruptRecord where a record is not what its topic promises
        """
        count = 0
        for partition, records in self._consumer.poll(timeout_ms=timeout_ms, max_records=MAX_RECORDS).items():
            for record in records:
                count += 1
                if partition.topic == topics.CASES:
                    self._meters.case(self._cases.decode(record.value).state)
                    continue
                finding = self._findings.decode(record.value)
                if finding.version == FIRST_VERSION:
                    self._meters.finding(finding.typology)
        return count

    def close(self) -> None:
        """Ends the connection."""
        self._consumer.close()
