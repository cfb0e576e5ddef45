"""One partner event in, one canonical transfer or one coded rejection out. Never both, never neither."""

import hashlib
from collections.abc import Callable

import msgspec

from schemas.native import InvalidTransfer
from schemas.native_reading import MAX_BYTES, Reading, from_fields, read_json, readable_transfer_id
from schemas.native_rules import check
from schemas.registry import Partner
from schemas.transfer import Coordinate, Transfer
from schemas.wire import MAGIC, UnreadableAvro, schema_registry
from streams.domain.canonical import Canon
from streams.domain.identity import Keyring

DAY_MS = 86_400_000
_AVRO = bytes((MAGIC,))


class Rejection(msgspec.Struct, frozen=True):
    """Why an event was not taken in.

    reason_code  closed set, schemas.native.Code
    reason       one sentence that says what to mend; it names fields and never their values
    field        path of the field at fault ("" where the record as a whole is)
    raw_sha256   hex digest of the bytes as they came
    transfer_id  where it could be read
    """

    reason_code: str
    reason: str
    source: Coordinate
    raw_sha256: str
    transfer_id: str | None = None
    field: str = ""


class Acceptor:
    """Takes in the events of one partner. `now_ms` tells the time (ms UTC), against which future events are refused."""

    def __init__(self, partner: Partner, keyring: Keyring, now_ms: Callable[[], int]) -> None:
        self.partner = partner
        self._now_ms = now_ms
        self._canon = Canon(partner, keyring)
        self._avro = schema_registry()

    def accept(self, raw: bytes, source: Coordinate) -> Transfer | Rejection:
        """The canonical transfer of the event in `raw` (native JSON, or Avro behind a zero byte), or why there is none."""
        reading: Reading | None = None
        try:
            reading = self._avro_event(raw) if raw.startswith(_AVRO) else read_json(raw)
            meaning = check(reading.event, self._now_ms())
        except (InvalidTransfer, UnreadableAvro) as fault:
            return _rejection(fault, reading, raw, source)
        return self._canon.transfer(reading, meaning, source)

    def _avro_event(self, raw: bytes) -> Reading:
        if len(raw) > MAX_BYTES:
            raise InvalidTransfer("too_large", f"The record is larger than {MAX_BYTES} bytes; send one transfer per record.")
        return from_fields(self._avro.decode("transfer", raw))


def stream_start(at_ms: int) -> int:
    """Midnight UTC of the day `at_ms` lies in (ms UTC): when a stream with its first event at `at_ms` begins."""
    return at_ms - at_ms % DAY_MS


def _rejection(fault: InvalidTransfer | UnreadableAvro, reading: Reading | None, raw: bytes, source: Coordinate) -> Rejection:
    transfer_id = reading.event.transfer_id if reading is not None else None
    if transfer_id is None and isinstance(fault, InvalidTransfer):
        transfer_id = fault.transfer_id or (readable_transfer_id(raw) if len(raw) <= MAX_BYTES else None)
    return Rejection(
        reason_code=fault.code,
        reason=fault.reason,
        source=source,
        raw_sha256=hashlib.sha256(raw).hexdigest(),
        transfer_id=transfer_id,
        field=fault.path if isinstance(fault, InvalidTransfer) else "",
    )
