"""Events set aside: how they are recorded, listed and sent in again."""

import hashlib
from collections.abc import Callable, Iterable
from typing import NamedTuple

import msgspec

from connectors.partners.accept import Rejection
from connectors.partners.formats.contract import Headers, Incoming
from schemas.quarantine import QUARANTINED, REDRIVEN, QuarantineRecord
from schemas.transfer import Coordinate

# Headers of a record that was sent in again: how often, where its event lay at first, when that was (ms UTC).
OWN_HEADERS = "strgw-"
ATTEMPT_HEADER = "strgw-attempt"
ORIGIN_HEADER = "strgw-redriven-from"
RECEIVED_HEADER = "strgw-received"
STAGE = "intake"
_DIGITS = 18  # of a number in a header: more do not fit an offset
RAW_LIMIT = 8 * 1024 * 1024  # as large as a partner's record may be; `quarantine` itself takes twice as much


def entry_key(source: Coordinate) -> bytes:
    """Key of an entry: its source coordinate, `topic/partition/offset`, and `/index` from a record's second transfer on; people use it
    as the entry's id too."""
    index = f"/{source.index}" if source.index else ""
    return f"{source.topic}/{source.partition}/{source.offset}{index}".encode()


def entry_id(record: QuarantineRecord) -> str:
    """What `strgw quarantine show` and `redrive` take."""
    return entry_key(record.source).decode()


def rejected(rejection: Rejection, partner: str, passage: "Passage") -> QuarantineRecord:
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
        attempts=passage.attempts,
        raw_truncated=len(rejection.raw) > RAW_LIMIT,
        headers=rejection.headers,
        received_ms=passage.received_ms,
        origin=passage.origin,
    )


def partner_unknown(source: Coordinate, incoming: Incoming, passage: "Passage") -> QuarantineRecord:
    """The entry for an event on a topic that belongs to no partner of the registry."""
    return QuarantineRecord(
        stage=STAGE,
        partner="",
        source=source,
        reason_code="partner_unknown",
        reason=f"No partner in the registry owns the topic {source.topic}: add the partner or delete the topic.",
        fingerprint=fingerprint("partner_unknown", source.topic),
        raw=incoming.raw[:RAW_LIMIT],
        raw_sha256=hashlib.sha256(incoming.raw).hexdigest(),
        attempts=passage.attempts,
        raw_truncated=len(incoming.raw) > RAW_LIMIT,
        headers=tuple(incoming.headers),
        received_ms=passage.received_ms,
        origin=passage.origin,
    )


def fingerprint(reason_code: str, field: str) -> str:
    """Equal for events that fail in the same way; list positions do not count: `sender.phones[1]` is `sender.phones[]`."""
    parts = field.split("[")
    path = parts[0] + "".join("[]" + part.partition("]")[2] for part in parts[1:])
    return f"{reason_code}:{path}" if path else reason_code


class Passage(NamedTuple):
    """How an event came to us: how often it was sent in again, when it first came (ms UTC) and, after a redrive, from where."""

    attempts: int = 0
    received_ms: int = 0
    origin: Coordinate | None = None


def passage(headers: Headers, received_ms: int) -> Passage:
    """The passage of a record with these headers that the broker took in at `received_ms`. A header of ours that is not as we write
    it counts as absent: a partner may write what it likes."""
    if not headers:  # as most records of partners' own are
        return Passage(0, received_ms)
    ours = {name: value.decode("utf-8", "replace") for name, value in headers if name.startswith(OWN_HEADERS) and value}
    if not ours:
        return Passage(0, received_ms)
    received = _number(ours.get(RECEIVED_HEADER, ""))
    return Passage(
        _number(ours.get(ATTEMPT_HEADER, "")) or 0,
        received_ms if received is None else received,
        _coordinate(ours.get(ORIGIN_HEADER, "")),
    )


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _DIGITS else None


def _coordinate(key: str) -> Coordinate | None:
    """What entry_key made a key of."""
    topic, *rest = key.split("/")
    numbers = [number for text in rest if (number := _number(text)) is not None]
    return Coordinate(topic, *numbers) if len(numbers) == len(rest) and len(rest) in (2, 3) else None


def headers_of(record: QuarantineRecord) -> list[tuple[str, bytes | None]]:
    """The headers under which an entry is sent in again."""
    ours: list[tuple[str, bytes | None]] = [
        (ATTEMPT_HEADER, b"%d" % (record.attempts + 1)),
        (ORIGIN_HEADER, entry_key(record.origin or record.source)),
    ]
    if record.received_ms:  # an entry of an earlier release notes no time
        ours.append((RECEIVED_HEADER, b"%d" % record.received_ms))
    return [*record.headers, *ours]


def redriven(record: QuarantineRecord) -> QuarantineRecord:
    """The mark that an entry was sent in again; it carries nothing of the partner's record."""
    return msgspec.structs.replace(record, state=REDRIVEN, raw=b"", headers=(), sealing=None)


def latest(records: Iterable[QuarantineRecord]) -> dict[str, QuarantineRecord]:
    """Entries by id with the state they ended in; an entry that was marked keeps its bytes' digest, not its bytes."""
    entries: dict[str, QuarantineRecord] = {}
    for record in records:
        entries[entry_id(record)] = record
    return entries


def open_entries(records: Iterable[QuarantineRecord]) -> list[QuarantineRecord]:
    """Entries that wait for a person, each partition's in the order in which their events first came in."""
    return sorted((record for record in latest(records).values() if record.state == QUARANTINED), key=_order)


def _order(record: QuarantineRecord) -> tuple[str, int, int, int]:
    at = record.origin or record.source
    return at.topic, at.partition, at.offset, at.index


class Choice(NamedTuple):
    """Which entries a person means: by id, or all of a partner and a reason code; empty: any."""

    ids: frozenset[str] = frozenset()
    partner: str | None = None
    code: str | None = None

    def takes(self, record: QuarantineRecord) -> bool:
        """Whether the entry is meant."""
        named = not self.ids or entry_id(record) in self.ids
        return named and self.partner in (None, record.partner) and self.code in (None, record.reason_code)


class Turn(NamedTuple):
    """Which entries are to be sent in now, in this order, and which of those that are meant must wait."""

    go: list[QuarantineRecord]
    wait: list[QuarantineRecord]


def turn(entries: Iterable[QuarantineRecord], choice: Choice, wanted: Callable[[QuarantineRecord], bool]) -> Turn:
    """Parts the open `entries` (in order) that are meant and `wanted`: one waits behind an earlier event of its transfer that is open and
    not sent with it, so that no later status overtakes an earlier one. What is named by its id goes all the same. `wanted` is asked last."""
    found = Turn([], [])
    behind: set[tuple[str, int, str]] = set()
    for record in entries:
        transfer = (record.source.topic, record.source.partition, record.transfer_id or "")
        blocked = record.transfer_id is not None and transfer in behind and not choice.ids
        if choice.takes(record) and not blocked and wanted(record):
            found.go.append(record)
            continue
        behind.add(transfer)
        if choice.takes(record) and blocked:
            found.wait.append(record)
    return found
