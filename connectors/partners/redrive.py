"""Reads the quarantine and sends its events in again, once their cause is mended."""

from collections.abc import Callable, Iterator, Sequence

import msgspec
from kafka import KafkaProducer
from kafka.errors import KafkaError

from connectors.kafka.scan import CommittedLog
from connectors.kafka.transactions import is_fencing, transactional_producer
from connectors.partners.quarantine import Choice, entry_id, entry_key, headers_of, open_entries, redriven, turn
from connectors.sealing.kms import KeyMissing, SealBroken, SealingError
from connectors.sealing.seal import Unseal, clear_size
from schemas import topics
from schemas.codec import Codec
from schemas.quarantine import QUARANTINED, QuarantineRecord

CODEC: Codec[QuarantineRecord] = Codec(QuarantineRecord)
ENTRIES_PER_TRANSACTION = 100
_TRANSACTIONAL_ID = "quarantine-redrive"


class RedriveOvertaken(Exception):
    """Another redrive began while this one ran."""

    code = "redrive_overtaken"

    def __init__(self) -> None:
        super().__init__(
            "Another redrive has begun and takes over; wait for it and see with `strgw quarantine list` what is left."
        )


class EntryShut(SealingError):
    """The bytes of an entry cannot be opened: `code` and text say why, and which entry it is."""

    def __init__(self, record: QuarantineRecord, cause: KeyMissing | SealBroken) -> None:
        super().__init__(f"The entry {entry_id(record)} cannot be opened. {cause}")
        self.code = cause.code


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


class Redriven(msgspec.Struct, frozen=True):
    """What a redrive did. waiting: entries that were meant and wait behind an earlier event of their transfer."""

    redriven: int
    waiting: int


def summaries(bootstrap: str) -> list[Summary]:
    """Every entry in its last state, oldest first."""
    found: dict[str, Summary] = {}
    with CommittedLog(bootstrap) as log:
        for record, at_ms in entries(log):
            summary = _summary(record, at_ms)
            before = found.get(summary.id)
            if before is not None:
                summary = msgspec.structs.replace(summary, size=before.size, at_ms=before.at_ms)
            found[summary.id] = summary
    return sorted(found.values(), key=lambda summary: summary.at_ms)


def entry(bootstrap: str, wanted_id: str, unseal: Unseal) -> QuarantineRecord | None:
    """The entry with its bytes as first set aside, in its last state; None where there is no such id. Raises SealingError, EntryShut."""
    found: QuarantineRecord | None = None
    with CommittedLog(bootstrap) as log:
        for record, _ in entries(log):
            if entry_key(record.source).decode() == wanted_id:
                found = record if found is None else msgspec.structs.replace(found, state=record.state)
    return None if found is None else opened(found, unseal)


def waiting(bootstrap: str) -> list[QuarantineRecord]:
    """The open entries that can be sent in again, in order. Their bytes are sealed: `opened` opens those that are chosen."""
    with CommittedLog(bootstrap) as log:
        return [record for record in open_entries(record for record, _ in entries(log)) if can_redrive(record)]


def opened(record: QuarantineRecord, unseal: Unseal) -> QuarantineRecord:
    """The entry with its bytes in clear. Raises EntryShut, KeyRingError."""
    try:
        return unseal.entry(record)
    except (KeyMissing, SealBroken) as error:
        raise EntryShut(record, error) from error


def redrive(
    bootstrap: str,
    choice: Choice,
    unseal: Unseal,
    told: Callable[[int, int], None],
    wanted: Callable[[QuarantineRecord], bool] = lambda record: True,
) -> Redriven:
    """Sends the open intake entries that are chosen and `wanted` to the partition they came from, in the order in which they first came.
    `wanted` is asked about chosen entries alone, and sees their bytes in clear; no other entry is opened.

    1. The producer comes first: it ends what a killed or a second redrive left open, so that what is read next is final.
    2. The open entries are read, and those that are chosen opened.
    3. The bytes and the mark "redriven" commit together, 100 entries at a time; a truncated or another stage's entry is left alone.

    An event that fails again becomes a new entry with one attempt more.

    Raises  EntryShut, KeyRingError before anything is sent; RedriveOvertaken
    """
    # Step 1.
    producer = transactional_producer(bootstrap, _TRANSACTIONAL_ID)
    try:
        # Step 2.
        found = turn(waiting(bootstrap), choice, lambda record: wanted(opened(record, unseal)))
        go = [opened(record, unseal) for record in found.go]
        # Step 3.
        for start in range(0, len(go), ENTRIES_PER_TRANSACTION):
            _send(producer, go[start : start + ENTRIES_PER_TRANSACTION])
            told(min(start + ENTRIES_PER_TRANSACTION, len(go)), len(go))
    finally:
        producer.close(timeout=3)
    return Redriven(len(go), len(found.wait))


def can_redrive(record: QuarantineRecord) -> bool:
    """Whether the entry holds the whole event of a partner and still waits."""
    return record.stage == "intake" and record.state == QUARANTINED and not record.raw_truncated


def _send(producer: KafkaProducer, chosen: Sequence[QuarantineRecord]) -> None:
    try:
        _commit(producer, chosen)
    except KafkaError as error:
        if is_fencing(error):
            raise RedriveOvertaken from error
        raise


def _commit(producer: KafkaProducer, chosen: Sequence[QuarantineRecord]) -> None:
    producer.begin_transaction()
    sent = []
    for record in chosen:
        key, source = entry_key(record.source), record.source
        sent.append(producer.send(source.topic, record.raw, key, headers_of(record), partition=source.partition))
        sent.append(producer.send(topics.QUARANTINE, CODEC.encode(redriven(record)), key))
    producer.flush()
    for future in sent:
        future.get(timeout=0)
    producer.commit_transaction()


def entries(log: CommittedLog) -> Iterator[tuple[QuarantineRecord, int]]:
    """Every record on `quarantine` with its time (ms UTC)."""
    for record in log.scan(topics.QUARANTINE):
        if record.value is not None:
            yield CODEC.decode(record.value), record.timestamp


def _summary(record: QuarantineRecord, at_ms: int) -> Summary:
    return Summary(
        entry_key(record.source).decode(), record.stage, record.partner, record.reason_code, record.reason, record.fingerprint,
        record.transfer_id, record.attempts, record.state, clear_size(record), record.raw_sha256, at_ms,
    )  # fmt: skip
