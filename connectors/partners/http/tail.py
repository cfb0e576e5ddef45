"""Follows the receipts of every partner from a thread of its own, so that an answer over HTTP needs no look into Kafka."""

import threading
from collections.abc import Iterator, Sequence
from typing import Any

from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError

from connectors.kafka.scan import BOOTSTRAP_MS
from connectors.partners.http.receipts import Line, Outcomes, Refusal
from schemas.topics import partner_receipts
from schemas.wire import schema_registry

KEPT_MS = 3_600_000  # DEF how far back receipts are read at the start
POLL_MS = 500
CLOSE_S = 5


class Tail:
    """Reads the receipts written since `since_ms` (ms UTC) into `outcomes`. Raises KafkaError when the broker does not answer."""

    def __init__(self, bootstrap: str, partners: Sequence[str], outcomes: Outcomes, since_ms: int) -> None:
        self._outcomes = outcomes
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="http-receipts", daemon=True)
        self._consumer = KafkaConsumer(
            bootstrap_servers=bootstrap,
            isolation_level="read_committed",
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            allow_auto_create_topics=False,
            bootstrap_timeout_ms=BOOTSTRAP_MS,
            metrics_enabled=False,
        )
        self._seek(partners, since_ms)
        self.failed: KafkaError | None = None

    def start(self) -> None:
        """Starts the thread."""
        self._thread.start()

    def close(self) -> None:
        """Ends the thread and the connection."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(CLOSE_S)
        self._consumer.close()

    def _seek(self, partners: Sequence[str], since_ms: int) -> None:
        places = [
            TopicPartition(topic, partition)
            for topic in map(partner_receipts, partners)
            for partition in sorted(self._consumer.partitions_for_topic(topic) or ())
        ]
        self._consumer.assign(places)
        ends = self._consumer.end_offsets(places)
        for place, found in self._consumer.offsets_for_times(dict.fromkeys(places, since_ms)).items():
            self._consumer.seek(place, ends[place] if found is None else found.offset)

    def _run(self) -> None:
        try:
            while not self._stopping.is_set():
                for records in self._consumer.poll(timeout_ms=POLL_MS).values():
                    for record in records:
                        said = schema_registry().decode("receipt", record.value)
                        self._outcomes.add(said["partner"], said["partition"], _lines(said))
        except KafkaError as error:
            self.failed = error


def _lines(said: dict[str, Any]) -> Iterator[Line]:
    for line in said["lines"]:
        refusal = None if line["accepted"] else Refusal(line["reason_code"], line["reason"], line["transfer_id"])
        yield Line(line["offset"], line["index"], refusal)
