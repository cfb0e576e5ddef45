"""Follows the topics of the filings from given offsets on: committed records only, without a consumer group."""

from collections.abc import Iterable, Mapping

from kafka import KafkaConsumer, TopicPartition
from kafka.errors import OffsetOutOfRangeError

from connectors.kafka.scan import FETCH_BYTES, LogRecord, TopicMissing
from connectors.register.errors import RegisterError

MAX_RECORDS = 500  # DEF of one transaction of the database: some tenths of a second of work
FETCH_WAIT_MS = 1000  # the broker answers at once when something comes; each idle round costs 10 ms over 300 partitions

Place = tuple[str, int]  # topic and partition


class Follower:
    """One consumer on all partitions of `topics`."""

    def __init__(self, bootstrap: str, topics: Iterable[str]) -> None:
        self._consumer = KafkaConsumer(
            bootstrap_servers=bootstrap,
            client_id="register",
            isolation_level="read_committed",
            enable_auto_commit=False,
            auto_offset_reset="none",
            allow_auto_create_topics=False,
            max_partition_fetch_bytes=FETCH_BYTES,
            fetch_max_wait_ms=FETCH_WAIT_MS,
            metrics_enabled=False,
        )
        existing = self._consumer.topics()
        missing = sorted(set(topics) - set(existing))
        if missing:
            self.close()
            raise TopicMissing(missing[0])
        self.places: list[Place] = [
            (topic, number)
            for topic in sorted(set(topics))
            for number in sorted(self._consumer.partitions_for_topic(topic) or ())
        ]

    def start(self, positions: Mapping[Place, int]) -> None:
        """Goes to `positions`, elsewhere to the first record there is. Raises RegisterError where a topic does not reach so far."""
        assigned = [TopicPartition(*place) for place in self.places]
        first, end = self._consumer.beginning_offsets(assigned), self._consumer.end_offsets(assigned)
        self._consumer.assign(assigned)
        for tp in assigned:
            known = positions.get((tp.topic, tp.partition), first[tp])
            if known > end[tp]:
                raise _elsewhere(tp.topic)
            self._consumer.seek(tp, max(known, first[tp]))

    def poll(self, timeout_ms: int) -> list[LogRecord]:
        """Records that are waiting, at most MAX_RECORDS; none after `timeout_ms`."""
        try:
            polled = self._consumer.poll(timeout_ms=timeout_ms, max_records=MAX_RECORDS)
        except OffsetOutOfRangeError as error:
            raise _elsewhere(str(error)) from error
        return [record for records in polled.values() for record in records]

    def lag(self) -> int:
        """Records not yet polled, as of the last fetch of each partition."""
        behind = 0
        for place in self.places:
            end = self._consumer.highwater(TopicPartition(*place))
            if end is not None:
                behind += max(0, end - self._consumer.position(TopicPartition(*place)))
        return behind

    def close(self) -> None:
        """Ends the connection."""
        self._consumer.close()


def _elsewhere(topic: str) -> RegisterError:
    return RegisterError(
        "topics_changed",
        f"The register has read further than {topic} reaches: this is another cluster, or it was emptied; set STRGW_DATABASE to a new database for it.",
    )
