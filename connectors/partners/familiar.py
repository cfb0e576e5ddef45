"""Native events of parties that came before: a party's bytes are looked up, where they would else be read, checked and hashed field by field.

Only what is beyond doubt goes this way, and it gives the same bytes as the long one (tests/fuzz compares them); whatever is unusual gives nothing,
and the long way says what it is.

A party made anew is some sixty small objects, and memory that was not touched for a while costs more than the work on it. So intake, which
only writes, keeps of each party what is written: a dozen pieces of bytes (13 us less a transfer of 75). Who needs whole transfers keeps whole parties.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Generic, NamedTuple, TypeVar

import msgspec
from msgspec import UNSET

from connectors.partners.completeness import joined, party_marks
from connectors.partners.entry import Entry
from connectors.sealing.seal import Seal
from schemas.native import InvalidTransfer, NativeParty
from schemas.native_outline import NativeOutline
from schemas.native_reading import MAX_BYTES
from schemas.native_rules import Meaning, check_outline, check_party
from schemas.transfer import Coordinate, Party, Place, Transfer
from streams.domain.canonical import NOWHERE, RECENT_PARTIES, Canon, Sides, home_of
from streams.domain.names import kin_tokens
from streams.domain.veil import VeiledParty, veiled_party

_OUTLINE = msgspec.json.Decoder(NativeOutline)
_PARTY = msgspec.json.Decoder(NativeParty)
_ENCODE = msgspec.json.Encoder().encode
_COLON, _BACKSLASH = 0x3A, 0x5C
_NOBODY = Party(b"", "", "")  # stands where the veiled party counts


class _Whole(NamedTuple):
    """A party that was read and checked. canonical: its canonical bytes; kin: what ties it to others by name, nothing for a firm."""

    canonical: msgspec.Raw
    kin: frozenset[str]
    home: Place
    party: Party


class _Veiled(VeiledParty, frozen=True, gc=False):
    """The same, as it is stored. marks: which fields it carries."""

    canonical: msgspec.Raw
    kin: frozenset[str]
    home: Place
    marks: int


K = TypeVar("K", _Whole, _Veiled)


class _Seen(NamedTuple, Generic[K]):
    """An event that was read and checked. canonical: its canonical bytes."""

    event: NativeOutline
    canonical: bytes
    meaning: Meaning
    sender: K
    receiver: K | None


class Familiar:
    """Transfers of one partner in native JSON. Keeps `recent` parties, by the bytes they came in."""

    def __init__(self, canon: Canon, recent: int = RECENT_PARTIES) -> None:
        self._canon = canon
        self._whole = lru_cache(maxsize=recent)(self._read_whole)
        self._veiled = lru_cache(maxsize=recent)(self._read_veiled)

    def transfer(self, raw: bytes, now_ms: int, source: Coordinate) -> Transfer | None:
        """The canonical transfer of the event in `raw`, or None where it has to be read the long way."""
        seen = _seen(raw, now_ms, self._whole)
        if seen is None:
            return None
        receiver = seen.receiver
        return self._made(seen, seen.sender.party, None if receiver is None else receiver.party, source)

    def entry(self, raw: bytes, now_ms: int, source: Coordinate, seal: Seal) -> Entry | None:
        """The same transfer as it is stored; None where it has to be read the long way."""
        seen = _seen(raw, now_ms, self._veiled)
        if seen is None:
            return None
        sender, receiver = seen.sender, seen.receiver
        t = self._made(seen, _NOBODY, None if receiver is None else _NOBODY, source)
        marks = joined(t, sender.marks, None if receiver is None else receiver.marks)
        return Entry(t.uid, t.partner, t.transfer_id, t.occurred_ms, source, marks, seal.stored(t, sender, receiver))

    def _made(self, seen: _Seen[K], sender: Party, receiver: Party | None, source: Coordinate) -> Transfer:
        known = seen.receiver
        is_tied = known is not None and not seen.sender.kin.isdisjoint(known.kin)
        sides = Sides(sender, receiver, is_tied, seen.sender.home, NOWHERE if known is None else known.home)
        return self._canon.made(seen.event, seen.canonical, sides, seen.meaning, source)

    def _read_whole(self, raw: bytes) -> _Whole:
        """Raises what reading and checking raise; nothing of that is kept."""
        canonical, party = self._read(raw)
        return _Whole(canonical, _kin(party), home_of(party), party)

    def _read_veiled(self, raw: bytes) -> _Veiled:
        """Raises what reading and checking raise; nothing of that is kept."""
        canonical, party = self._read(raw)
        veiled = veiled_party(party)
        return _Veiled(
            veiled.bare, veiled.words, veiled.occupation, veiled.kind, veiled.name, veiled.key,
            canonical, _kin(party), home_of(party), party_marks(party),
        )  # fmt: skip

    def _read(self, raw: bytes) -> tuple[msgspec.Raw, Party]:
        native = _PARTY.decode(raw)
        check_party(native)
        canonical = _ENCODE(native)
        # Who writes as we do is kept once: `raw` is what the party is looked up by.
        return msgspec.Raw(raw if canonical == raw else canonical), self._canon.new_party(native)


def _seen(raw: bytes, now_ms: int, known: Callable[[bytes], K]) -> _Seen[K] | None:
    # Escapes may stand for control characters, or hide a key given twice.
    if len(raw) > MAX_BYTES or _BACKSLASH in raw:
        return None
    try:
        event = _OUTLINE.decode(raw)
        meaning = check_outline(event, now_ms)
        sender = known(bytes(event.sender))
        receiver = None if event.receiver is UNSET else known(bytes(event.receiver))
    except (ValueError, RecursionError, InvalidTransfer):
        return None
    event.sender, event.receiver = sender.canonical, UNSET if receiver is None else receiver.canonical
    canonical = _ENCODE(event)
    # Counting shows a key that was given twice; who writes as we do has given none.
    if raw != canonical and (raw.count(_COLON) != canonical.count(_COLON) or _BACKSLASH in canonical):
        return None
    return _Seen(event, canonical, meaning, sender, receiver)


def _kin(party: Party) -> frozenset[str]:
    return kin_tokens(party.name) if party.kind == "person" else frozenset()
