"""One transfer as an entity sees it, and the log an entity keeps of them."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import overload

import msgspec

from schemas.observation import SENDER, TransferFacts
from schemas.transfer import Place
from streams.domain.lines import may_be_near

DAY_MS = 86_400_000


class Event(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One transfer at one entity. `mine` is the party on our side, `other` the one opposite (empty: none)."""

    at_ms: int
    uid: bytes
    side: int
    revision: int
    partition: int
    offset: int
    index: int
    utc_offset_min: int
    mine: bytes
    other: bytes
    partner: str
    amount_minor: int
    currency: str
    usd_minor: int
    channel: str
    send: Place
    pay: Place
    relation: str
    name_tie: bool
    purpose_class: str
    flagged: bool
    young_stream: bool  # within 45 days of the partner's first event: newness is unknown then
    is_near_line: bool  # the sum may lie just under a reporting line (amount and currency alone)
    counter: int = 0  # the agent at whose counter the customer stood, as 32 bits of its key; 0: none
    trade: str = ""  # what the paid business sells (streams.domain.trade), where a pattern asks for it
    passenger: int = 0  # whom a ticket, room, SIM or vehicle is for; comparable for one payer only; 0: nobody named

    def order(self) -> tuple[int, bytes, int]:
        """Sort key: event time, then the transfer, then the side."""
        return (self.at_ms, self.uid, self.side)


_ENCODE = msgspec.msgpack.Encoder().encode
_DECODE = msgspec.msgpack.Decoder(list[Event]).decode


class EventLog(Sequence[Event]):
    """An entity's transfers in the order of Event.order, next to their encoding.

    A state is written for nearly every transfer, and all its events but the newest were encoded before: to encode them again was
    two thirds of the writing (16 of 24 us a party). They are decoded when first looked at.
    """

    __slots__ = ("_body", "_count", "_events")

    def __init__(self, count: int = 0, body: bytes = b"") -> None:
        self._count = count
        self._body = body  # the encodings of all events, one after another
        self._events: list[Event] | None = None

    def packed(self) -> tuple[int, bytes]:
        """What to store: how many events, and their encodings. EventLog(*packed) is the log again."""
        return self._count, self._body

    def add(self, event: Event) -> bool:
        """Puts the event where it belongs; False if it is there."""
        events, order = self._decoded(), event.order()
        at = len(events)
        if events and order <= events[-1].order():
            at = bisect_left(events, order, key=Event.order)
            if events[at].order() == order:
                return False
        cut = len(self._body) - _size(events[at:])
        self._body = b"".join((self._body[:cut], _ENCODE(event), self._body[cut:]))
        events.insert(at, event)
        self._count += 1
        return True

    def drop(self, start: int, stop: int) -> None:
        """Forgets the events at these positions."""
        events = self._decoded()
        cut, size = _size(events[:start]), _size(events[start:stop])
        self._body = self._body[:cut] + self._body[cut + size :]
        del events[start:stop]
        self._count = len(events)

    @overload
    def __getitem__(self, where: int) -> Event: ...
    @overload
    def __getitem__(self, where: slice) -> list[Event]: ...
    def __getitem__(self, where: int | slice) -> Event | list[Event]:
        return self._decoded()[where]

    def __iter__(self) -> Iterator[Event]:
        return iter(self._decoded())

    def __len__(self) -> int:
        return self._count

    def _decoded(self) -> list[Event]:
        if self._events is None:
            header = b"\xdd" + self._count.to_bytes(4, "big")  # a msgpack array in its longest form
            self._events = _DECODE(header + self._body)
        return self._events


def _size(events: list[Event]) -> int:
    """Bytes that the events take in a log."""
    return sum(len(_ENCODE(event)) for event in events)


def event_of(facts: TransferFacts, side: int) -> Event:
    """The transfer as the entity on `side` (SENDER or RECEIVER) sees it."""
    receiver = facts.receiver.key if facts.receiver else b""
    mine, other = (facts.sender.key, receiver) if side == SENDER else (receiver, facts.sender.key)
    young = facts.at_ms - facts.stream_start_ms < 45 * DAY_MS  # A7 "New"
    return Event(
        facts.at_ms, facts.uid, side, facts.revision, facts.partition, facts.offset, facts.index, facts.utc_offset_min,
        mine, other, facts.partner, facts.amount_minor, facts.currency, facts.usd_minor, facts.channel,
        facts.send_place, facts.pay_place, facts.relation, facts.name_tie, facts.purpose_class, facts.flagged, young,
        may_be_near(facts.currency, facts.amount_minor), facts.counter, facts.trade, facts.passenger,
    )  # fmt: skip
