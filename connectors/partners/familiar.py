"""Native events of parties that came before: a party's bytes are looked up, where they would else be read, checked and hashed field by field.

Only what is beyond doubt goes this way, and it gives the same bytes as the long one (tests/fuzz compares them); whatever is unusual gives nothing,
and the long way says what it is.
"""

from functools import lru_cache
from typing import NamedTuple

import msgspec
from msgspec import UNSET

from schemas.native import InvalidTransfer, NativeParty
from schemas.native_outline import NativeOutline
from schemas.native_reading import MAX_BYTES
from schemas.native_rules import check_outline, check_party
from schemas.transfer import Coordinate, Party, Transfer
from streams.domain.canonical import RECENT_PARTIES, Canon, Sides, name_tie

_OUTLINE = msgspec.json.Decoder(NativeOutline)
_PARTY = msgspec.json.Decoder(NativeParty)
_ENCODE = msgspec.json.Encoder().encode
_COLON, _BACKSLASH = 0x3A, 0x5C


class _Known(NamedTuple):
    """A party that was read and checked: its fields, its canonical bytes and the canonical party."""

    native: NativeParty
    canonical: msgspec.Raw
    party: Party


class Familiar:
    """Transfers of one partner in native JSON. Keeps as many parties as `canon` does of the others, by the bytes they came in."""

    def __init__(self, canon: Canon) -> None:
        self._canon = canon
        self._known = lru_cache(maxsize=RECENT_PARTIES)(self._read)

    def transfer(self, raw: bytes, now_ms: int, source: Coordinate) -> Transfer | None:
        """The canonical transfer of the event in `raw`, or None where it has to be read the long way."""
        # Escapes may stand for control characters, or hide a key given twice.
        if len(raw) > MAX_BYTES or _BACKSLASH in raw:
            return None
        try:
            event = _OUTLINE.decode(raw)
            meaning = check_outline(event, now_ms)
            sender = self._known(bytes(event.sender))
            receiver = None if event.receiver is UNSET else self._known(bytes(event.receiver))
        except (ValueError, RecursionError, InvalidTransfer):
            return None
        canonical = _ENCODE(_with_parties(event, sender, receiver))
        if raw.count(_COLON) != canonical.count(_COLON) or _BACKSLASH in canonical:
            return None
        tie = name_tie(sender.native, UNSET if receiver is None else receiver.native)
        sides = Sides(sender.party, None if receiver is None else receiver.party, tie)
        return self._canon.made(event, canonical, sides, meaning, source)

    def _read(self, raw: bytes) -> _Known:
        """Raises what reading and checking raise; nothing of that is kept."""
        native = _PARTY.decode(raw)
        check_party(native)
        return _Known(native, msgspec.Raw(_ENCODE(native)), self._canon.new_party(native))


def _with_parties(event: NativeOutline, sender: _Known, receiver: _Known | None) -> NativeOutline:
    """The event with its parties in canonical bytes; written out, for `msgspec.structs.replace` takes three times as long."""
    return NativeOutline(
        event.schema, event.transfer_id, event.status, event.occurred_at, event.amount, event.channel, sender.canonical,
        UNSET if receiver is None else receiver.canonical, event.purpose, event.relationship, event.merchant_category, event.send_agent,
        event.pay_agent, event.flags,
    )  # fmt: skip
