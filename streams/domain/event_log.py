"""The log an entity keeps of its transfers."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import overload

import msgspec

from streams.domain import marks
from streams.domain.event import Event
from streams.domain.marks import Mark

_ENCODE = msgspec.msgpack.Encoder().encode
_DECODE = msgspec.msgpack.Decoder(list[Event]).decode


class EventLog(Sequence[Event]):
    """An entity's transfers in the order of Event.order, next to their encoding.

    A state is written for nearly every transfer, and all its events but the newest were encoded before: to encode them again was
    two thirds of the writing (16 of 24 us a party). They are decoded when first looked at, which most never are: the marks say enough.
    """

    __slots__ = ("_body", "_count", "_events", "_marks", "newest_ms")

    def __init__(self, count: int = 0, body: bytes = b"", marked: bytes = b"") -> None:
        self._count = count
        self._body = body  # the encodings of all events, one after another
        self._marks = marked  # their marks
        self._events: list[Event] | None = None
        self.newest_ms = marks.newest_ms(marked) if marked else 0  # event time of the last event

    def packed(self) -> tuple[int, bytes, bytes]:
        """What to store: how many events, their encodings, their marks. EventLog(*packed) is the log again."""
        return self._count, self._body, self._marks

    def marks(self) -> list[Mark]:
        """The marks of all events, oldest first."""
        return marks.read(self._marks)

    @property
    def oldest_ms(self) -> int:
        """Event time of the first event. There must be one."""
        return marks.newest_ms(self._marks[: marks.SIZE])

    def add(self, event: Event) -> bool:
        """Puts the event where it belongs; False if it is there."""
        if not self._count or event.at_ms > self.newest_ms:  # as nearly all do, it comes after all others
            self._body += _ENCODE(event)
            self._marks += marks.mark_of(event)
            if self._events is not None:
                self._events.append(event)
            self._count += 1
            self.newest_ms = event.at_ms
            return True
        events, order = self._decoded(), event.order()
        at = bisect_left(events, order, key=Event.order)
        if at < len(events) and events[at].order() == order:
            return False
        cut = len(self._body) - _size(events[at:])
        self._body = b"".join((self._body[:cut], _ENCODE(event), self._body[cut:]))
        cut = at * marks.SIZE
        self._marks = b"".join((self._marks[:cut], marks.mark_of(event), self._marks[cut:]))
        events.insert(at, event)
        self._count += 1
        return True

    def drop(self, start: int, stop: int) -> None:
        """Forgets the events at these positions."""
        events = self._decoded()
        size = _size(events[start:stop])
        # What is encoded again to find the place lies on the shorter side: a change is mostly of a late transfer, forgetting of the first.
        cut = _size(events[:start]) if start < len(events) - stop else len(self._body) - size - _size(events[stop:])
        self._body = self._body[:cut] + self._body[cut + size :]
        self._marks = self._marks[: start * marks.SIZE] + self._marks[stop * marks.SIZE :]
        del events[start:stop]
        self._count = len(events)
        self.newest_ms = events[-1].at_ms if events else 0

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
