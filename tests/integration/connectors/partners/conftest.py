"""Intake on the real broker: fresh topics, what is posted, and what each reader sees afterwards."""

import json
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from kafka import KafkaProducer
from kafka.admin import KafkaAdminClient

from connectors.kafka.admin import apply_topics
from connectors.kafka.scan import CommittedLog, LogRecord
from connectors.kafka.topology import TopicSpec, required_topics
from connectors.kafka.transactions import TransactionalLog
from connectors.partners.accept import Acceptor
from connectors.partners.arrival import several_in
from connectors.partners.formats.native import Writers, embedded
from connectors.partners.intake import GATHER_MS, GROUP, PATTERN, Intake, is_partner_topic
from connectors.sealing.ring import KeyRingFile
from connectors.sealing.seal import Seal, Unseal
from ops.audit import Audit, PartitionAudit
from schemas.codec import Codec
from schemas.quality import Counts
from schemas.quarantine import QuarantineRecord
from schemas.registry import Partner
from schemas.transfer import Transfer, TransferBatch
from schemas.wire import schema_registry
from streams.domain.identity import Keyring

PARTITIONS = 4
PARTNER = "demo"
GHOST = "ghost"
TOPIC, GHOST_TOPIC = f"partner.{PARTNER}.transfers", f"partner.{GHOST}.transfers"
WAIT_S = 60
BATCHES: Codec[TransferBatch] = Codec(TransferBatch)
ENTRIES: Codec[QuarantineRecord] = Codec(QuarantineRecord)


@dataclass
class Meters:
    """Remembers what was counted."""

    outcomes: Counter[tuple[str, str]] = field(default_factory=Counter)
    codes: Counter[str] = field(default_factory=Counter)
    committed: int = 0
    lags: dict[str, int] = field(default_factory=dict)
    waits: dict[str, int] = field(default_factory=dict)
    fields: dict[str, Counts] = field(default_factory=dict)

    def events(self, partner: str, outcome: str, count: int) -> None:
        self.outcomes[partner, outcome] += count

    def quarantined(self, reason_code: str, count: int) -> None:
        self.codes[reason_code] += count

    def commit(self, seconds: float, events: int) -> None:
        self.committed += events

    def quality(self, partner: str, counts: Counts) -> None:
        self.fields[partner] = counts

    def lag(self, partner: str, events: int) -> None:
        self.lags[partner] = events

    def waiting(self, partner: str, partitions: int) -> None:
        self.waits[partner] = partitions


@dataclass
class Gate:
    """One broker with fresh topics for the partners `demo` and, in no registry, `ghost`, and a key ring."""

    bootstrap: str
    ring: KeyRingFile
    meters: Meters = field(default_factory=Meters)
    stream_start: str = ""
    registry: dict[str, Partner] = field(default_factory=dict)  # partners that are not as the tests' usual one
    logs: list[TransactionalLog] = field(default_factory=list)

    @staticmethod
    def event(transfer_id: str, occurred_at: str = "2024-05-17T18:42:10+05:00") -> bytes:
        """A valid native event."""
        fields = {
            "schema": "strgw.transfer/1",
            "transfer_id": transfer_id,
            "status": "sent",
            "occurred_at": occurred_at,
            "amount": {"value": "40", "currency": "USD"},
            "channel": "wallet_to_wallet",
            "sender": {"kind": "person", "name": "A. Karimov"},
            "receiver": {"kind": "person", "name": "Lola"},
        }
        return json.dumps(fields).encode()

    def post(self, *events: bytes, topic: str = TOPIC, partition: int | None = 0) -> None:
        """Posts in this order and waits for the broker."""
        producer = KafkaProducer(bootstrap_servers=self.bootstrap, max_request_size=9 << 20, compression_type="lz4", linger_ms=5)
        sent = [producer.send(topic, value, b"%d" % number, partition=partition) for number, value in enumerate(events)]
        for future in sent:
            future.get(timeout=30)
        producer.close()

    def intake(self, instance: str = "0", *, knows: tuple[str, ...] = (PARTNER,), writers: Writers = embedded) -> Intake:
        """An opened intake for the partners in `knows`."""
        partners = {
            name: Partner(name, name, "mto", "strgw.transfer/1", "KZ", (), stream_start=self.stream_start) for name in knows
        } | self.registry
        keyring = Keyring(b"k" * 32)
        now_ms = lambda: time.time_ns() // 1_000_000  # noqa: E731
        acceptors = {name: Acceptor(partner, keyring, now_ms, writers) for name, partner in partners.items()}
        log = TransactionalLog(self.bootstrap, GROUP, instance, PATTERN, GATHER_MS)
        self.logs.append(log)
        intake = Intake(log, acceptors, Seal(self.ring), self.meters, time.monotonic)
        intake.open(self.bootstrap)
        return intake

    def know_ghost(self) -> None:
        """Makes the receipts topic that a registered `ghost` would have."""
        apply_topics(self.bootstrap, [TopicSpec(f"partner.{GHOST}.receipts", 1)])

    def take_in(self, events: int, **options: Any) -> None:
        """Runs an intake until it has committed this number of events."""
        intake = self.intake(**options)
        step_until(intake, events)
        intake.close()

    def read(self, topic: str) -> list[LogRecord]:
        with CommittedLog(self.bootstrap) as log:
            return sorted(log.scan(topic), key=lambda record: (record.partition, record.offset))

    def batches(self) -> list[TransferBatch]:
        return [BATCHES.decode(record.value or b"") for record in self.read("transfers")]

    def transfers(self) -> list[Transfer]:
        unseal = Unseal(self.ring)
        return [unseal.transfer(transfer, batch.sealing) for batch in self.batches() for transfer in batch.transfers]

    def quarantine(self) -> list[QuarantineRecord]:
        unseal = Unseal(self.ring)
        found = (unseal.entry(ENTRIES.decode(record.value or b"")) for record in self.read("quarantine"))
        return sorted(found, key=lambda entry: (entry.source.topic, entry.source.partition, entry.source.offset))

    def receipts(self) -> list[dict[str, Any]]:
        """Receipt lines with the partition they are about, by partition and offset."""
        records = (
            schema_registry().decode("receipt", record.value or b"") for record in self.read(f"partner.{PARTNER}.receipts")
        )
        lines = [line | {"partition": record["partition"]} for record in records for line in record["lines"]]
        return sorted(lines, key=lambda line: (line["partition"], line["offset"]))

    def audit(self) -> list[PartitionAudit]:
        return Audit(self.bootstrap, GROUP, is_partner_topic, several_in(self.registry.values())).run(lambda done, total: None)


def step_until(intake: Intake, events: int) -> None:
    """Steps until this number of events is committed."""
    deadline, taken = time.monotonic() + WAIT_S, 0
    while taken < events:
        taken += intake.step()
        assert time.monotonic() < deadline, f"took {taken} of {events}"


def topic_specs() -> list[TopicSpec]:
    """Topics of a gateway that knows `demo`, and one that a stranger made."""
    return [*required_topics([PARTNER], [], PARTITIONS), TopicSpec(GHOST_TOPIC, 1)]


def remove_topics(bootstrap: str) -> None:
    """Deletes what an intake test made, so that no test sees another's records."""
    names = {spec.name for spec in topic_specs()} | {f"partner.{GHOST}.receipts"}
    admin = KafkaAdminClient(bootstrap_servers=bootstrap)
    try:
        old = sorted(set(admin.list_topics()) & names)
        if old:
            admin.delete_topics(old)
        deadline = time.monotonic() + WAIT_S
        while set(admin.list_topics()) & names:
            assert time.monotonic() < deadline, "old topics are still there"
            time.sleep(0.1)
    finally:
        admin.close()


def fresh_gate(bootstrap: str) -> Iterator[Gate]:
    """A gate on empty topics; everything is closed and deleted afterwards."""
    remove_topics(bootstrap)
    apply_topics(bootstrap, topic_specs())
    with tempfile.TemporaryDirectory() as folder:
        ring = KeyRingFile(Path(folder) / "key-ring.json")
        ring.init()
        found = Gate(bootstrap, ring)
        yield found
        for log in found.logs:
            log.close()
    remove_topics(bootstrap)


@pytest.fixture
def gate(broker: str) -> Iterator[Gate]:
    yield from fresh_gate(broker)
