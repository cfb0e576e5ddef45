"""Bulk: several sums that one payer paid in, and when most of them had been paid out again."""

import itertools
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from streams.domain.event import Event


class Bulk(NamedTuple):
    """What one payer paid within the time that ends with the last payment out, what was paid out since, and that over this."""

    payer: bytes
    ins: list[Event]
    outs: list[Event]
    share: float


class BulkLine(NamedTuple):
    """When sums count as bulk that left: within `window_ms`, at least `least` of them, and this share of them, from and up to."""

    window_ms: int
    least: int
    min_share: float
    max_share: float


def paid_out(payer: bytes, paid: list[Event], outs: Iterable[Event], line: BulkLine) -> Iterator[Bulk]:
    """One for each payment out by which enough of the payer's bulk has left; both flows sorted by time."""
    went = [e for e in outs if e.other != payer]
    came_ms, went_ms = [e.at_ms for e in paid], [e.at_ms for e in went]
    came_sums, went_sums = _sums(paid), _sums(went)
    for end, event in enumerate(went, 1):
        first, last = bisect_left(came_ms, event.at_ms - line.window_ms), bisect_right(came_ms, event.at_ms)
        if last - first < line.least:
            continue
        start = bisect_left(went_ms, came_ms[first])
        share = (went_sums[end] - went_sums[start]) / (came_sums[last] - came_sums[first])
        if line.min_share <= share <= line.max_share:
            yield Bulk(payer, paid[first:last], went[start:end], share)


def _sums(events: list[Event]) -> list[int]:
    return list(itertools.accumulate((e.usd_minor for e in events), initial=0))
