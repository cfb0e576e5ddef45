"""Delivery on the real broker: fresh topics, the invented case of the unit tests, and what each reader sees afterwards."""

import importlib.util
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import pytest
from kafka import KafkaProducer
from kafka.admin import KafkaAdminClient, NewTopic

from connectors.fius.decided import Executor
from connectors.fius.deliver import GROUP, PATTERN, Delivery, Office
from connectors.fius.delivered import Waiting
from connectors.fius.dispatch import REPORT_CODEC, Dispatcher
from connectors.kafka.archive import BatchArchive
from connectors.kafka.archive_log import LogSource
from connectors.kafka.scan import CommittedLog
from connectors.kafka.transactions import TransactionalLog
from schemas.filing import Filing
from schemas.held import HELD_CODEC, Held
from schemas.report import Report
from schemas.wire import decode_filing, encode_filing
from streams.domain.fold import partition_of

PARTITIONS = 4
TOPICS = (
    "filings", "filings.held", "filings.decisions", "deliver.state", "register.state", "audit", "quarantine", "transfers",
    "fiu.ae.reports", "fiu.kg.reports", "fiu.ae.feedback", "fiu.kg.feedback",
)  # fmt: skip
UNIT = Path(__file__).parents[3] / "unit/connectors/fius/conftest.py"


def load_case() -> Any:
    """The case builder of the unit tests; tests are no packages, so it is loaded by path."""
    spec = importlib.util.spec_from_file_location("filing_case", UNIT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.FilingCase()


@dataclass
class Meters:
    """Remembers what was counted."""

    counted: list[tuple[str, str]] = field(default_factory=list)
    held: list[Waiting] = field(default_factory=list)

    def filing(self, fiu: str, state: str) -> None:
        self.counted.append((fiu, state))

    def waiting(self, found: Any, now_ms: int) -> None:
        self.held = list(found)

    def rendered(self, seconds: float, filings: int) -> None:
        pass

    def lag(self, reports: int) -> None:
        pass


class SystemClock:
    def monotonic(self) -> float:
        return time.monotonic()

    def now_ms(self) -> int:
        return time.time_ns() // 1_000_000

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


@dataclass
class Desk:
    """One broker with fresh topics."""

    bootstrap: str
    case: Any
    meters: Meters = field(default_factory=Meters)
    sources: list[LogSource] = field(default_factory=list)

    def post(self, *reports: Report) -> None:
        producer = KafkaProducer(bootstrap_servers=self.bootstrap, acks="all")
        for report in reports:
            key = report.report_id.encode()
            producer.send("filings", REPORT_CODEC.encode(report), key, partition=partition_of(key, PARTITIONS)).get(30)
        producer.close()

    def post_raw(self, topic: str, value: bytes, partition: int = 0) -> int:
        producer = KafkaProducer(bootstrap_servers=self.bootstrap, acks="all")
        offset: int = producer.send(topic, value, partition=partition).get(30).offset
        producer.close()
        return offset

    def delivery(self, instance: str = "0") -> tuple[Delivery, TransactionalLog]:
        transfers, reports = LogSource(self.bootstrap), LogSource(self.bootstrap, "filings")
        self.sources += [transfers, reports]
        archive = BatchArchive(transfers)
        log = TransactionalLog(self.bootstrap, GROUP, instance, PATTERN)
        registries = self.case.registries()
        office = Office(Dispatcher(archive, registries, encode_filing), Executor(reports, archive, registries, encode_filing))
        delivery = Delivery(self.bootstrap, log, office, self.meters, SystemClock())
        delivery.open(["AE", "KG"])
        return delivery, log

    def deliver(self, reports: int) -> None:
        """Runs a delivery until it has taken `reports` report versions."""
        delivery, log = self.delivery()
        deadline, taken = time.monotonic() + 60, 0
        while taken < reports:
            taken += delivery.step()
            assert time.monotonic() < deadline, f"took {taken} of {reports}"
        log.close()
        self.close()

    def close(self) -> None:
        """Ends the archive's connections."""
        while self.sources:
            self.sources.pop().close()

    def read(self, topic: str) -> list[bytes]:
        with CommittedLog(self.bootstrap) as log:
            return [record.value or b"" for record in log.scan(topic)]

    def filings(self, fiu: str) -> list[Filing]:
        return [decode_filing(raw) for raw in self.read(f"fiu.{fiu}.reports")]

    def held(self) -> list[Held]:
        return [HELD_CODEC.decode(raw) for raw in self.read("filings.held")]


def remove_topics(bootstrap: str) -> None:
    """Deletes the topics of delivery, so that no test sees another's records and none finds its own names taken."""
    admin = KafkaAdminClient(bootstrap_servers=bootstrap)
    try:
        old = sorted(set(admin.list_topics()) & set(TOPICS))
        if old:
            admin.delete_topics(old)
        deadline = time.monotonic() + 30
        while set(admin.list_topics()) & set(TOPICS):
            assert time.monotonic() < deadline, "old topics are still there"
            time.sleep(0.1)
    finally:
        admin.close()


def fresh_topics(bootstrap: str) -> None:
    """The topics of delivery, empty."""
    remove_topics(bootstrap)
    admin = KafkaAdminClient(bootstrap_servers=bootstrap)
    try:
        large = {"max.message.bytes": str(8 * 1024 * 1024)}
        compacted = {name: {"cleanup.policy": "compact"} for name in ("deliver.state", "register.state")}
        admin.create_topics([NewTopic(name, PARTITIONS, 1, topic_configs=compacted.get(name, large)) for name in TOPICS])
    finally:
        admin.close()


@pytest.fixture
def desk(broker: str) -> Iterator[Desk]:
    fresh_topics(broker)
    case = load_case()
    desk = Desk(broker, case)
    offset = desk.post_raw("transfers", case.record)
    case.evidence = tuple(msgspec.structs.replace(line, offset=offset) for line in case.evidence)
    yield desk
    desk.close()
    remove_topics(broker)
