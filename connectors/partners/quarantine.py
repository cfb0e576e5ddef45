"""Events set aside: how they are recorded, listed and sent in again."""

import hashlib
from collections.abc import Callable, Iterable

import msgspec

from connectors.partners.accept import Rejection
from schemas.quarantine import QUARANTINED, REDRIVEN, QuarantineRecord
from schemas.transfer import Coordinate

ATTEMPT_HEADER = "strgw-attempt"
ORIGIN_HEADER = "strgw-redriven-from"
STAGE = "intake"
RAW_LIMIT = 8 * 1024 * 1024  # as large as a partner's record may be; `quarantine` itself takes twice as much


def entry_key(source: Coordinate) -> bytes:
    """Key of an entry: its source coordinate, `topic/partition/offset`, and `/index` from a record's second transfer on; people use it
    as the entry's id too."""
    index = f"/{source.index}" if source.index else ""
    return f"{source.topic}/{source.partition}/{source.offset}{index}".encode()


def entry_id(record: QuarantineRecord) -> str:
    """What `strgw quarantine show` and `redrive` take."""
    return entry_key(record.source).decode()


def rejected(rejection: Rejection, partner: str, attempts: int) -> QuarantineRecord:
    """The entry for an event that was refused."""
    return QuarantineRecord(
        stage=STAGE,
        partner=partner,
        source=rejection.source,
        reason_code=rejection.reason_code,
        reason=rejection.reason,
        fingerprint=fingerprint(rejection.reason_code, rejection.field),
        raw=rejection.raw[:RAW_LIMIT],
        raw_sha256=rejection.raw_sha256,
        transfer_id=rejection.transfer_id,
        attempts=attempts,
        raw_truncated=len(rejection.raw) > RAW_LIMIT,
    )


def partner_unknown(source: Coordinate, raw: bytes, attempts: int) -> QuarantineRecord:
    """The entry for an event on a topic that belongs to no partner of the registry."""
    return QuarantineRecord(
        stage=STAGE,
        partner="",
        source=source,
        reason_code="partner_unknown",
        reason=f"No partner in the registry owns the topic {source.topic}: add the partner or delete the topic.",
        fingerprint=fingerprint("partner_unknown", source.topic),
        raw=raw[:RAW_LIMIT],
        raw_sha256=hashlib.sha256(raw).hexdigest(),
        attempts=attempts,
        raw_truncated=len(raw) > RAW_LIMIT,
    )


def fingerprint(reason_code: str, field: str) -> str:
    """Equal for events that fail in the same way; list positions do not count: `sender.phones[1]` is `sender.phones[]`."""
    parts = field.split("[")
    path = parts[0] + "".join("[]" + part.partition("]")[2] for part in parts[1:])
    return f"{reason_code}:{path}" if path else reason_code


def attempts_of(headers: Iterable[tuple[str, bytes | None]]) -> int:
    """How often these bytes were sent in again; 0 for a partner's own record or a header that is no number."""
    for name, value in headers:
        if name == ATTEMPT_HEADER and value is not None and value.isdigit():
            return int(value)
    return 0


def redriven(record: QuarantineRecord) -> QuarantineRecord:
    """The mark that an entry was sent in again; it carries no bytes."""
    return msgspec.structs.replace(record, state=REDRIVEN, raw=b"", sealing=None)


def latest(records: Iterable[QuarantineRecord]) -> dict[str, QuarantineRecord]:
    """Entries by id with the state they ended in; an entry that was marked keeps its bytes' digest, not its bytes."""
    entries: dict[str, QuarantineRecord] = {}
    for record in records:
        entries[entry_id(record)] = record
    return entries


def open_entries(records: Iterable[QuarantineRecord], wanted: Callable[[QuarantineRecord], bool]) -> list[QuarantineRecord]:
    """Entries that wait for a person and satisfy `wanted`, oldest first."""
    return [record for record in latest(records).values() if record.state == QUARANTINED and wanted(record)]
