"""A partner's record in; for each transfer in it one canonical transfer or one coded rejection out. Never both, never neither."""

import hashlib
from collections.abc import Callable, Sequence
from itertools import islice

import msgspec

from connectors.partners.familiar import Familiar
from connectors.partners.formats import FORMATS
from connectors.partners.formats.cloudevents import unwrapped
from connectors.partners.formats.contract import MAX_TRANSFERS, Incoming, Item, Reader, too_many
from connectors.partners.formats.native import read as read_native
from schemas.native import NATIVE, InvalidTransfer
from schemas.native_reading import MAX_BYTES, Reading, readable_transfer_id
from schemas.native_rules import check
from schemas.registry import Partner
from schemas.transfer import Coordinate, Transfer
from streams.domain.canonical import Canon
from streams.domain.identity import Keyring

DAY_MS = 86_400_000


class Rejection(msgspec.Struct, frozen=True):
    """Why an event was not taken in.

    reason_code  closed set, schemas.native.Code
    reason       one sentence that says what to mend; it names fields and never their values
    field        path of the field at fault ("" where the record as a whole is)
    raw          what is kept of the event: the record, or a part of it that holds this transfer alone
    raw_sha256   hex digest of `raw`
    transfer_id  where it could be read
    """

    reason_code: str
    reason: str
    source: Coordinate
    raw: bytes
    raw_sha256: str
    transfer_id: str | None = None
    field: str = ""


class Acceptor:
    """Takes in the events of one partner. `now_ms` tells the time (ms UTC), against which future events are refused.

    Raises  FormatError where the partner's settings for its format cannot be used
    """

    def __init__(self, partner: Partner, keyring: Keyring, now_ms: Callable[[], int]) -> None:
        self.partner = partner
        self._now_ms = now_ms
        self._canon = Canon(partner, keyring)
        self._familiar = None if partner.disabled else Familiar(self._canon)
        self._is_native = partner.format == NATIVE
        self._read = FORMATS[partner.format].reader(partner)

    def take_in(self, incoming: Incoming, source: Coordinate) -> Sequence[Transfer | Rejection]:
        """What became of each transfer in the record at `source`, in its order; one rejection where it holds none.

        Shape  the n-th has index n in its coordinate
        """
        if self._is_native and not incoming.headers:
            return (self.accept(incoming.raw, source),)
        return [
            self._settle(item, incoming.raw, source if number == 0 else msgspec.structs.replace(source, index=number))
            for number, item in enumerate(items_of(self._read, incoming))
        ]

    def accept(self, raw: bytes, source: Coordinate) -> Transfer | Rejection:
        """The canonical transfer of the native event in `raw` (JSON, or Avro behind a zero byte), or why there is none."""
        found = self._familiar.transfer(raw, self._now_ms(), source) if self._familiar else None
        return self._read_whole(raw, source) if found is None else found

    def _read_whole(self, raw: bytes, source: Coordinate) -> Transfer | Rejection:
        reading: Reading | None = None
        try:
            reading = read_native(raw)
            self._refuse_disabled()
            meaning = check(reading.event, self._now_ms())
        except InvalidTransfer as fault:
            return _rejection(fault, reading, raw, source)
        return self._canon.transfer(reading, meaning, source)

    def _settle(self, item: Item, record: bytes, source: Coordinate) -> Transfer | Rejection:
        kept, reading = item.kept or record, item.result
        if isinstance(reading, InvalidTransfer):
            return _rejection(reading, None, kept, source)
        try:
            self._refuse_disabled()
            meaning = check(reading.event, self._now_ms())
        except InvalidTransfer as fault:
            return _rejection(fault, reading, kept, source)
        return self._canon.transfer(reading, meaning, source)

    def _refuse_disabled(self) -> None:
        if self.partner.disabled:
            raise InvalidTransfer("partner_disabled", "Transfers of this partner are not taken in at present; ask the operator.")


def items_of(read: Reader, incoming: Incoming) -> list[Item]:
    """What a record holds, at least one item: where it holds nothing or more than MAX_TRANSFERS, one that says so. Never raises."""
    try:
        items = list(islice(read(unwrapped(incoming)), MAX_TRANSFERS + 1))
    except InvalidTransfer as fault:
        return [Item(fault)]
    if len(items) > MAX_TRANSFERS:
        return [Item(too_many())]
    return items or [Item(InvalidTransfer("empty", "The record holds no transfer; send at least one."))]


def stream_start(at_ms: int) -> int:
    """Midnight UTC of the day `at_ms` lies in (ms UTC): when a stream with its first event at `at_ms` begins."""
    return at_ms - at_ms % DAY_MS


def _rejection(fault: InvalidTransfer, reading: Reading | None, raw: bytes, source: Coordinate) -> Rejection:
    transfer_id = reading.event.transfer_id if reading is not None else fault.transfer_id
    if transfer_id is None and len(raw) <= MAX_BYTES:
        transfer_id = readable_transfer_id(raw)
    return Rejection(fault.code, fault.reason, source, raw, hashlib.sha256(raw).hexdigest(), transfer_id, fault.path)
