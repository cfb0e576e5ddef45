"""Rows and layers of strangers: who a bare party's strangers dealt with in turn, one step either way, by what they told of themselves."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Mapping
from itertools import chain
from typing import NamedTuple

from schemas.observation import RECEIVER, SENDER
from streams.domain.entity import Story
from streams.domain.event import Event
from streams.domain.strangers import Strangers, told_by

Stories = Mapping[bytes, Story]
Pairs = list[tuple[Event, Event]]
NOTHING = Story()


class Reach(NamedTuple):
    """How far apart payments may lie that belong together, in milliseconds and as a share of the one before.

    within_ms, min_kept, max_kept   of two in a row
    ring_ms                         of two that break the habit of the party between them, whichever came first
    hold_ms                         of two by the same stranger, and of those of all strangers of a layer
    hops, least                     payments in a row, strangers in a layer
    """

    within_ms: int
    min_kept: float
    max_kept: float
    ring_ms: int
    hold_ms: int
    hops: int
    least: int

    def is_next(self, came: Event, went: Event) -> bool:
        """Whether the second may be the first passed on, whatever was taken or added."""
        is_soon = 0 <= went.at_ms - came.at_ms < self.within_ms
        return is_soon and self.min_kept * came.usd_minor <= went.usd_minor <= self.max_kept * came.usd_minor

    def is_near(self, came: Event, went: Event) -> bool:
        """Whether both may be parts of one ring."""
        return abs(went.at_ms - came.at_ms) <= self.ring_ms


class Found(NamedTuple):
    """Payments that belong together. `form`: "row"; "between" another party that paid all the strangers and this one, which they paid;
    "beside" another party, which they paid too. `size`: payments of a row, strangers of a layer."""

    form: str
    size: int
    events: list[Event]


def asked(known: Strangers, reach: Reach) -> set[bytes]:
    """The strangers who may be part of a row or a layer, to be asked for theirs."""
    in_layer = {e.other for layer in _windows([(e, e) for e in known.ins], reach) for e, _ in layer}
    return in_layer | {e.other for pair in chain(_swift(known, reach), _odd(known, reach)) for e in pair}


def found(stories: Stories, known: Strangers, reach: Reach) -> Iterator[Found]:
    """Every row with this party in its middle, and every layer that pays it."""
    rows = [_row(stories, pair, reach.is_next, odd_only=False) for pair in _swift(known, reach)]
    rows += [_row(stories, pair, reach.is_near, odd_only=True) for pair in _odd(known, reach)]
    yield from (Found("row", len(row), row) for row in rows if len(row) >= reach.hops)
    for form, side in (("between", RECEIVER), ("beside", SENDER)):
        for pairs in _layers(stories, known, reach, side):
            yield Found(form, len(pairs), [e for pair in pairs for e in pair])


def _swift(known: Strangers, reach: Reach) -> Iterator[tuple[Event, Event]]:
    return (pair for pair in _passed(known.ins, known.outs, 0, reach.within_ms) if reach.is_next(*pair))


def _odd(known: Strangers, reach: Reach) -> Iterator[tuple[Event, Event]]:
    return _passed(known.odd_ins, known.odd_outs, -reach.ring_ms, reach.ring_ms)


def _passed(came: list[Event], went: list[Event], earliest_ms: int, latest_ms: int) -> Iterator[tuple[Event, Event]]:
    """Each payment received with each made `earliest_ms` to `latest_ms` after it to somebody else."""
    for credit in came:
        first = bisect_left(went, credit.at_ms + earliest_ms, key=_at)
        last = bisect_right(went, credit.at_ms + latest_ms, key=_at)
        yield from ((credit, debit) for debit in went[first:last] if debit.other != credit.other)


def _row(stories: Stories, pair: tuple[Event, Event], fits: Callable[[Event, Event], bool], odd_only: bool) -> list[Event]:
    """The payment before, the two that are known first hand, the one after; fewer where the others told of none."""
    came, went = pair
    payer, payee = stories.get(came.other, NOTHING), stories.get(went.other, NOTHING)
    before, after = [], []
    if came.uid in {e.uid for e in told_by(payer, SENDER, odd_only)}:
        before = [e for e in told_by(payer, RECEIVER, odd_only) if e.other != came.mine and fits(e, came)]
    if went.uid in {e.uid for e in told_by(payee, RECEIVER, odd_only)}:
        after = [e for e in told_by(payee, SENDER, odd_only) if e.other != went.mine and fits(went, e)]
    return [*before[:1], came, went, *after[:1]]


def _layers(stories: Stories, known: Strangers, reach: Reach, side: int) -> Iterator[Pairs]:
    """What strangers paid to this party, each with what it received from (RECEIVER), or paid to (SENDER), the same other party."""
    others: dict[bytes, dict[bytes, tuple[Event, Event]]] = {}
    for mine in known.ins:
        for theirs in told_by(stories.get(mine.other, NOTHING), side):
            later_ms = mine.at_ms - theirs.at_ms
            is_far = abs(later_ms) > reach.hold_ms or (side == RECEIVER and later_ms < 0)
            if theirs.other != mine.mine and not is_far:
                others.setdefault(theirs.other, {}).setdefault(mine.other, (mine, theirs))
    for _, pairs in sorted(others.items()):
        yield from _windows(list(pairs.values()), reach)


def _windows(pairs: Pairs, reach: Reach) -> Iterator[Pairs]:
    """For each of the pairs, oldest first by what this party received: those of the time that ends with it, if they are enough."""
    start = 0
    for end, (mine, _) in enumerate(pairs):
        while pairs[start][0].at_ms < mine.at_ms - reach.hold_ms:
            start += 1
        if end - start + 1 >= reach.least:
            yield pairs[start : end + 1]


def _at(event: Event) -> int:
    return event.at_ms
