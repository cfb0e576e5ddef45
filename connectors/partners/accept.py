"""A partner's record in; for each transfer in it one canonical transfer or one coded rejection out. Never both, never neither."""

import hashlib
from collections.abc import Callable, Sequence
from itertools import islice

import msgspec

from connectors.partners.entry import Entry
from connectors.partners.familiar import Familiar
from connectors.partners.formats import FORMATS
from connectors.partners.formats.cloudevents import unwrapped
from connectors.partners.formats.contract import MAX_TRANSFERS, Incoming, Item, Reader, too_many
from connectors.partners.formats.native import Writers, embedded
from connectors.partners.formats.native import read as read_native
from connectors.partners.formats.native import reader as native_reader
from connectors.sealing.seal import Seal
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
    headers      those under which `raw` is read again
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
    headers: tuple[tuple[str, bytes | None], ...] = ()


class Acceptor:
    """Takes in the events of one partner. `now_ms` tells the time (ms UTC), against which future events are refused; `writers` knows
    the schemas of its Avro records, and what it raises beside InvalidTransfer comes out of every method.

    is_disabled  whether the feed is switched off now; without it, what the registry said when it was read
    Raises  FormatError where the partner's settings for its format cannot be used
    """

    def __init__(
        self,
        partner: Partner,
        keyring: Keyring,
        now_ms: Callable[[], int],
        writers: Writers = embedded,
        is_disabled: Callable[[], bool] | None = None,
    ) -> None:
        self.partner, self._writers = partner, writers
        self.is_disabled = is_disabled or (lambda: partner.disabled)
        self._now_ms = now_ms
        self._canon = Canon(partner, keyring)
        self._familiar = Familiar(self._canon)
        self._is_native = partner.format == NATIVE
        self._read = native_reader(writers) if self._is_native else FORMATS[partner.format].reader(partner)

    def remember(self, parties: int) -> None:
        """From now on knows the last so many parties again (2 KB each), not RECENT_PARTIES as before."""
        self._familiar = Familiar(self._canon, parties)

    def take_in(self, incoming: Incoming, source: Coordinate) -> Sequence[Transfer | Rejection]:
        """What became of each transfer in the record at `source`, in its order; one rejection where it holds none.

        Shape  the n-th has index n in its coordinate
        """
        if self._is_native and not incoming.headers:
            return (self.accept(incoming.raw, source),)
        inner, items = items_of(self._read, incoming)
        return [
            self._settle(item, (incoming, inner), source if number == 0 else msgspec.structs.replace(source, index=number))
            for number, item in enumerate(items)
        ]

    def accept(self, raw: bytes, source: Coordinate) -> Transfer | Rejection:
        """The canonical transfer of the native event in `raw` (JSON, or Avro behind a zero byte), or why there is none."""
        found = None if self.is_disabled() else self._familiar.transfer(raw, self._now_ms(), source)
        return self.read_whole(raw, source) if found is None else found

    def entry(self, incoming: Incoming, source: Coordinate, seal: Seal) -> Entry | None:
        """The one transfer of a native record as it is stored, where its parties are known or beyond doubt; None: `take_in` says what it is."""
        if not self._is_native or self.is_disabled():
            return None
        try:
            raw = unwrapped(incoming).raw if incoming.headers else incoming.raw
        except InvalidTransfer:
            return None
        return self._familiar.entry(raw, self._now_ms(), source, seal)

    def read_whole(self, raw: bytes, source: Coordinate) -> Transfer | Rejection:
        """As `accept`, the long way."""
        reading: Reading | None = None
        try:
            reading = read_native(raw, self._writers)
            self._refuse_disabled()
            meaning = check(reading.event, self._now_ms())
        except InvalidTransfer as fault:
            return _rejection(fault, reading, Incoming(raw), source)
        return self._canon.transfer(reading, meaning, source)

    def _settle(self, item: Item, record: tuple[Incoming, Incoming], source: Coordinate) -> Transfer | Rejection:
        """What became of one item; `record` as it came, and without its envelope."""
        reading = item.result
        if isinstance(reading, InvalidTransfer):
            return _rejection(reading, None, _kept(item, record), source)
        try:
            self._refuse_disabled()
            meaning = check(reading.event, self._now_ms())
        except InvalidTransfer as fault:
            return _rejection(fault, reading, _kept(item, record), source)
        return self._canon.transfer(reading, meaning, source)

    def _refuse_disabled(self) -> None:
        if self.is_disabled():
            raise InvalidTransfer("partner_disabled", "Transfers of this partner are not taken in at present; ask the operator.")


def items_of(read: Reader, incoming: Incoming) -> tuple[Incoming, list[Item]]:
    """The record without its envelope, and what it holds: at least one item; where it holds nothing or more than MAX_TRANSFERS, one that
    says so. Raises only what the native reader's `writers` do: faults of the envelope come before the first item, and readers raise none."""
    inner = incoming
    try:
        inner = unwrapped(incoming)
        items = list(islice(read(inner), MAX_TRANSFERS + 1))
    except InvalidTransfer as fault:
        return inner, [Item(fault)]
    if len(items) > MAX_TRANSFERS:
        return inner, [Item(too_many())]
    return inner, items or [Item(InvalidTransfer("empty", "The record holds no transfer; send at least one."))]


def stream_start(at_ms: int) -> int:
    """Midnight UTC of the day `at_ms` lies in (ms UTC): when a stream with its first event at `at_ms` begins."""
    return at_ms - at_ms % DAY_MS


def _kept(item: Item, record: tuple[Incoming, Incoming]) -> Incoming:
    """What the quarantine keeps of a refused item: its own part without the envelope, else the whole record as it came."""
    whole, inner = record
    part = item.part()
    return inner._replace(raw=part) if part else whole


def _rejection(fault: InvalidTransfer, reading: Reading | None, kept: Incoming, source: Coordinate) -> Rejection:
    raw = kept.raw
    transfer_id = reading.event.transfer_id if reading is not None else fault.transfer_id
    if transfer_id is None and len(raw) <= MAX_BYTES:
        transfer_id = readable_transfer_id(raw)
    digest = hashlib.sha256(raw).hexdigest()
    return Rejection(fault.code, fault.reason, source, raw, digest, transfer_id, fault.path, tuple(kept.headers))
