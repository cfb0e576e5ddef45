"""Time to detection, in transfers of the case and in hours of event time.

It starts when the case could first be known: when the truth says so, else at the first transfer at which an expected typology held
by what is known in the end (the earliest step of its findings on the case; without an expected one, of any finding).

It ends with the transfer whose judgement first published a finding of an expected typology (of any, where none is expected), or a
report on the case. A backtest judges in batches, so that transfer is looked up in the batch that published it: the first transfer of
the case at or after the event time that the finding (its first step) or the report (when suspicion formed) itself gives; the last
one in the batch where that time lies before the batch, for then something later was needed; the end of the batch where no transfer
of the case is in it. So the figure is too long rather than too short, and exact for what a transfer of the case itself brought about.
"""

from collections.abc import Iterable, Sequence
from statistics import median, quantiles

from ops.quality.measures import Delay, Spread
from ops.quality.witness import Moment, Watched
from schemas.finding import Finding

HOUR_MS = 3_600_000


def knowable(case: Watched, findings: Sequence[Finding]) -> tuple[int | None, str]:
    """When the case could first be known (ms UTC), and who says so; `findings` are those that hold a transfer of it."""
    if case.planted.knowable_ms is not None:
        return case.planted.knowable_ms, "truth"
    expected = [f for f in findings if f.typology in case.planted.detectors]
    steps = [at_ms for f in expected or findings for at_ms, _ in f.steps[:1]]
    return (min(steps), "findings") if steps else (None, "")


def delay(case: Watched, knowable_ms: int | None, published: Moment | None, batches: Sequence[int]) -> Delay | None:
    """From `knowable_ms` to what was published at `published`; None where one of the two never was."""
    if knowable_ms is None or published is None:
        return None
    at_ms, count = _detection(case, published, batches)
    _, known = max(((a.at_ms, n) for n, a in enumerate(case.arrivals, 1) if a.at_ms <= knowable_ms), default=(0, 0))
    return Delay(count - known, round((at_ms - knowable_ms) / HOUR_MS, 2))


def _detection(case: Watched, published: Moment, batches: Sequence[int]) -> tuple[int, int]:
    """Event time of the detecting transfer, and how many of the case's transfers had come by then."""
    earlier = sum(arrival.batch < published.batch for arrival in case.arrivals)
    inside = [arrival.at_ms for arrival in case.arrivals if arrival.batch == published.batch]
    if not inside:
        return batches[published.batch], earlier
    before = batches[published.batch - 1] if published.batch else 0
    first = next((n for n, at_ms in enumerate(inside) if at_ms >= published.at_ms), len(inside) - 1)
    if published.at_ms <= before:
        first = len(inside) - 1
    return inside[first], earlier + first + 1


def spread(delays: Iterable[Delay | None]) -> Spread | None:
    """Median and ninth decile of those that are."""
    known = [d for d in delays if d is not None]
    if not known:
        return None
    transfers, hours = [float(d.transfers) for d in known], [d.hours for d in known]
    return Spread(
        len(known), round(median(transfers), 1), _ninth(transfers), round(median(hours), 2), _ninth(hours)
    )  # fmt: skip


def _ninth(values: list[float]) -> float:
    return round(quantiles(values, n=10, method="inclusive")[-1] if len(values) > 1 else values[0], 2)
