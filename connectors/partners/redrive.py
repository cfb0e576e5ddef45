"""Reads the quarantine and sends its events in again, once their cause is mended."""

from collections.abc import Callable, Iterator

import msgspec
from kafka import KafkaProducer

from connectors.kafka.scan import CommittedLog
from connectors.kafka.transactions import transactional_producer
from connectors.partners.quarantine import ATTEMPT_HEADER, ORIGIN_HEADER, entry_key, open_entries, redriven
from connectors.sealing.seal import Unseal, clear_size
from schemas import topics
from schemas.codec import Codec
from schemas.quarantine import QUARANTINED, QuarantineRecord

CODEC: Codec[QuarantineRecord] = Codec(QuarantineRecord)
ENTRIES_PER_TRANSACTION = 100
_TRANSACTIONAL_ID = "quarantine-redrive"


class Summary(msgspec.Struct, frozen=True):
    """An entry without its bytes; `size` is their number, `at_ms` when it was set aside."""

    id: str
    stage: str
    partner: str
    reason_code: str
    reason: str
    fingerprint: str
    transfer_id: str | None
    attempts: int
    state: str
    size: int
    raw_sha256: str
    at_ms: int


def summaries(bootstrap: str) -> list[Summary]:
    """Every entry in its last state, oldest first."""
    found: dict[str, Summary] = {}
    with CommittedLog(bootstrap) as log:
        for record, at_ms in _records(log):
            summary = _summary(record, at_ms)
            before = found.get(summary.id)
            if before is not None:
                summary = msgspec.structs.replace(summary, size=before.size, at_ms=before.at_ms)
            found[summary.id] = summary
    return list(found.values())


def entry(bootstrap: str, wanted_id: str, unseal: Unseal) -> QuarantineRecord | None:
    """The entry with its bytes as first set aside, in its last state; None where there is no such id. Raises SealingError."""
    found: QuarantineRecord | None = None
    with CommittedLog(bootstrap) as log:
        for record, _ in _records(log):
            if entry_key(record.source).decode() == wanted_id:
                found = record if found is None else msgspec.structs.replace(found, state=record.state)
    return None if found is None else unseal.entry(found)


def redrive(bootstrap: str, wanted: Callable[[QuarantineRecord], bool], unseal: Unseal, told: Callable[[int, int], None]) -> int:
    """Sends the open intake entries that satisfy `wanted` to the partition they came from; returns their number.

    The bytes and the mark "redriven" commit together, 100 entries at a time; a truncated or another stage's entry is
    left alone. An event that fails again becomes a new entry with one attempt more.

    Raises  SealingError before anything of the hundred is sent
    """
    with CommittedLog(bootstrap) as log:
        entries = open_entries((record for record, _ in _records(log)), lambda record: can_redrive(record) and wanted(record))
    if not entries:
        return 0
    producer = transactional_producer(bootstrap, _TRANSACTIONAL_ID)
    try:
        for start in range(0, len(entries), ENTRIES_PER_TRANSACTION):
            _send(producer, [unseal.entry(record) for record in entries[start : start + ENTRIES_PER_TRANSACTION]])
            told(min(start + ENTRIES_PER_TRANSACTION, len(entries)), len(entries))
    finally:
        producer.close(timeout=3)
    return len(entries)


def can_redrive(record: QuarantineRecord) -> bool:
    """Whether the entry holds the whole event of a partner and still waits."""
    return record.stage == "intake" and record.state == QUARANTINED and not record.raw_truncated


def _send(producer: KafkaProducer, entries: list[QuarantineRecord]) -> None:
    producer.begin_transaction()
    sent = []
    for record in entries:
        key, source = entry_key(record.source), record.source
        headers = [(ATTEMPT_HEADER, b"%d" % (record.attempts + 1)), (ORIGIN_HEADER, key)]
        sent.append(producer.send(source.topic, record.raw, key, headers, partition=source.partition))
        sent.append(producer.send(topics.QUARANTINE, CODEC.encode(redriven(record)), key))
    producer.flush()
    for future in sent:
        future.get(timeout=0)
    producer.commit_transaction()


def _records(log: CommittedLog) -> Iterator[tuple[QuarantineRecord, int]]:
    for record in log.scan(topics.QUARANTINE):
        if record.value is not None:
            yield CODEC.decode(record.value), record.timestamp


def _summary(record: QuarantineRecord, at_ms: int) -> Summary:
    return Summary(
        entry_key(record.source).decode(), record.stage, record.partner, record.reason_code, record.reason, record.fingerprint,
        record.transfer_id, record.attempts, record.state, clear_size(record), record.raw_sha256, at_ms,
    )  # fmt: skip
