"""Wage skim: the wages of several workers end with one person, pay-day after pay-day.

Question    Did at least `min_workers` people who are no kin of the receiver each pass on at least `share` of a pay-roll credit to him within
            `forward_h` hours, on at least `min_cycles` pay-days? Or were the wages of as many workers paid into one account as often?
Source      FATF 2018 (multiple wages paid into one account, rapid in and out after wages); Operation Fort (GBP 20 a day left to the workers)
Subject     who gathers the wages; the workers are victims, and the employer is not named by this
Looks back  90 days of event time
Not a hit   couples, parents and other kin; rent, tuition and dues; a worker with three employers; one pay-day only
"""

from collections.abc import Iterator, Mapping
from typing import Annotated

import msgspec

from schemas.observation import RECEIVER
from schemas.transfer import ACCOUNT
from streams.domain.entity import Story
from streams.domain.event import DAY_MS, Event
from streams.domain.glance import BY_STRANGER, PAID_IN, Glance
from streams.domain.marks import AT, CREDIT, EXEMPT, NOT_DEBT, OTHER, PAYROLL, SIGNS, Mark
from streams.domain.score import strength
from streams.domain.view import View
from streams.typologies.base import Example, Explanation, Hit, Least, Line, Typology, counted, number, window
from streams.typologies.build import HOUR_MS, START_MS, pay, view_of
from streams.typologies.ts_k01_shared_identifier import SharedView


class Parameters(msgspec.Struct, frozen=True):
    """Lines of TS-W01."""

    window_d: Annotated[int, Line("days", "DEF", "two monthly pay-days and the days between")] = 90
    min_workers: Annotated[int, Line("workers", "DEF", "typologies A4")] = 3
    min_cycles: Annotated[int, Line("pay-days of each", "DEF", "typologies A4")] = 2
    share: Annotated[float, Line("share of the wage", "DEF", "typologies A4")] = 0.7
    forward_h: Annotated[int, Line("hours after the wage", "DEF", "typologies A4")] = 24
    drawn_share: Annotated[float, Line("share of the wages", "DEF", "most of it")] = 0.5
    one_day_h: Annotated[int, Line("hours", "DEF", "wages of one pay-day come in one run")] = 24


PARAMETERS = Parameters()


def may(glance: Glance, p: Parameters) -> bool:
    """Wages of several in one account, or enough who pay again and again and tell of wages or are to be asked?"""
    wages: list[Mark] = []
    if any(m[SIGNS] & PAYROLL for m in glance.new):
        wages = [m for m in glance.within(glance.marks, p.window_d) if m[SIGNS] & CREDIT and m[SIGNS] & PAYROLL]
    if len(wages) >= p.min_workers * p.min_cycles and (len(glance.users) >= p.min_workers or _is_run(wages, p)):
        return True
    if glance.payers < p.min_workers:
        return False
    counts: dict[int, int] = {}
    for mark in glance.paid_in:
        if not mark[SIGNS] & EXEMPT:
            counts[mark[OTHER]] = counts.get(mark[OTHER], 0) + 1
    regulars = {k for k, n in counts.items() if n >= p.min_cycles}
    if len(regulars) < p.min_workers:
        return False
    return glance.unasked(regulars) or any(story.wages for story in glance.stories.values())


def _is_run(wages: list[Mark], p: Parameters) -> bool:
    later = wages[p.min_workers - 1 :]
    return any(last[AT] - first[AT] <= p.one_day_h * HOUR_MS for first, last in zip(wages, later, strict=False))


def gate(view: View, p: Parameters) -> bool:
    """Enough payers with enough payments, or wages of several in one account?"""
    return _has_runs(view, p) or len(_regulars(view, p)) >= p.min_workers


def _has_runs(view: View, p: Parameters) -> bool:
    """Whether as many wages as there must be workers ever came within a day, or the account has as many users."""
    wages = _wages(view)
    if len(wages) < p.min_workers * p.min_cycles:
        return False
    if isinstance(view, SharedView):
        return view.kind == ACCOUNT and len(view.users) >= p.min_workers
    span = p.one_day_h * HOUR_MS
    return any(last.at_ms - first.at_ms <= span for first, last in zip(wages, wages[p.min_workers - 1 :], strict=False))


def asks(view: View, p: Parameters) -> set[bytes]:
    """Those who pay again and again: when they got their wages, and how much."""
    regulars = _regulars(view, p)
    return regulars if len(regulars) >= p.min_workers else set()


def hits(view: View, p: Parameters) -> Iterator[Hit]:
    """Both forms: wages passed on to one person, and wages paid into one account."""
    yield from _forwarded(view, p)
    yield from _gathered(view, p)


def _wages(view: View) -> list[Event]:
    return view.flow("TS-W01 wages", view.credits, lambda e: e.channel == "payroll")


def _passed_on(view: View) -> list[Event]:
    return view.flow("TS-W01", view.unrelated_credits(), lambda e: e.purpose_class not in NOT_DEBT)


def _regulars(view: View, p: Parameters) -> set[bytes]:
    if len(view.payers) < p.min_workers:
        return set()
    counts: dict[bytes, int] = {}
    for event in _passed_on(view):
        counts[event.other] = counts.get(event.other, 0) + 1
    return {k for k, n in counts.items() if n >= p.min_cycles}


def _forwarded(view: View, p: Parameters) -> Iterator[Hit]:
    cycles = sorted(cycle for payer in sorted(_regulars(view, p)) for cycle in _cycles(view, payer, p))
    events = {(e.uid, e.side): e for e in _passed_on(view)} if cycles else {}
    for end, (at, _, _) in enumerate(cycles):
        days: dict[bytes, list[tuple[bytes, int]]] = {}
        counts: dict[bytes, int] = {}
        for when, payer, ids in cycles[: end + 1]:
            if when >= at - p.window_d * DAY_MS:
                counts[payer] = counts.get(payer, 0) + 1
                days.setdefault(payer, []).extend(ids)
        workers = [k for k, n in counts.items() if n >= p.min_cycles]
        if len(workers) >= p.min_workers:
            known = {i for k in workers for i in days[k]}
            evidence = tuple(sorted((events[i] for i in known), key=Event.order))
            measures = {"workers": len(workers), "cycles": min(counts[k] for k in workers), "forwarded": 1}
            yield Hit(at, _strength(measures, p), evidence, ("pass_through",), measures)


def _strength(m: Mapping[str, int], p: Parameters) -> float:
    """More workers and more pay-days than asked for speak alike."""
    return strength(m["workers"] / p.min_workers + (m["cycles"] - p.min_cycles) / p.min_cycles)


def _cycles(view: View, payer: bytes, p: Parameters) -> Iterator[tuple[int, bytes, tuple[tuple[bytes, int], ...]]]:
    """(when, payer, transfers) of each pay-day on which the payer passed enough of the wage on in time."""
    paid = [e for e in _passed_on(view) if e.other == payer]
    for wage_ms, cents in view.stories.get(payer, Story()).wages:
        soon = [e for e in paid if wage_ms <= e.at_ms <= wage_ms + p.forward_h * HOUR_MS]
        if soon and sum(e.usd_minor for e in soon) >= p.share * cents:
            yield soon[-1].at_ms, payer, tuple((e.uid, e.side) for e in soon)


def _gathered(view: View, p: Parameters) -> Iterator[Hit]:
    """Wages of several workers in one account: of an account's users, or as many wages at once of one party."""
    if not _has_runs(view, p):
        return
    wages = _wages(view)
    for end in range(len(wages)):
        inside = window(wages, end, p.window_d * DAY_MS)
        workers, cycles = _account(view, inside, p) if isinstance(view, SharedView) else _runs(inside, p)
        if workers >= p.min_workers and cycles >= p.min_cycles:
            measures = {"workers": workers, "cycles": cycles, "forwarded": 0}
            evidence = tuple(sorted([*inside, *_drawn(view, inside, p)], key=Event.order))
            yield Hit(wages[end].at_ms, _strength(measures, p), evidence, ("identity",), measures)


def _drawn(view: View, inside: list[Event], p: Parameters) -> list[Event]:
    """What a user of the account to whom no wages are paid takes out of it in that time, if it is most of the wages."""
    if not isinstance(view, SharedView):
        return []
    paid = {e.mine for e in _wages(view)}
    others = [e for e in view.debits if e.mine not in paid and inside[0].at_ms <= e.at_ms <= inside[-1].at_ms]
    is_most = sum(e.usd_minor for e in others) >= p.drawn_share * sum(e.usd_minor for e in inside)
    return others if is_most else []


def _account(view: SharedView, inside: list[Event], p: Parameters) -> tuple[int, int]:
    """Unrelated users of the account who got enough wages, and how often."""
    counts: dict[bytes, int] = {}
    for event in inside:
        if event.mine in view.users:
            counts[event.mine] = counts.get(event.mine, 0) + 1
    workers = {k for k, n in counts.items() if n >= p.min_cycles}
    return view.families(workers), min((counts[k] for k in workers), default=0)


def _runs(inside: list[Event], p: Parameters) -> tuple[int, int]:
    """Wages of one employer in one run, and how many such runs: a worker gets one wage a pay-day, more are of more workers."""
    by_employer: dict[bytes, list[Event]] = {}
    for event in inside:
        by_employer.setdefault(event.other, []).append(event)
    found = [(0, 0)]
    for wages in by_employer.values():
        runs: list[list[Event]] = []
        for event in wages:
            if not runs or event.at_ms - runs[-1][0].at_ms > p.one_day_h * HOUR_MS:
                runs.append([])
            runs[-1].append(event)
        sizes = [len(run) for run in runs if len(run) >= p.min_workers]
        if len(sizes) >= p.min_cycles:
            found.append((min(sizes), len(sizes)))
    return max(found)


def explain(view: View, p: Parameters, best: Hit, events: tuple[Event, ...]) -> Explanation:
    """How many wages end where, how often."""
    m = best.measures
    workers, cycles = counted(m["workers"], "worker"), counted(m["cycles"], "pay-day")
    if m["forwarded"]:
        reason = (
            f"{workers} who are not kin of the receiver each passed on at least {p.share:.0%} of their wage to him within {p.forward_h} hours, on at "
            f"least {cycles} in {p.window_d} days. They may not dispose of their earnings."
        )
        parts = {e.other: "worker" for e in events} | {e.mine: "collector" for e in events}
    else:
        reason = f"The wages of {workers} were paid into one account on at least {cycles} in {p.window_d} days. They may not dispose of their earnings."
        is_account = isinstance(view, SharedView)
        parts = {e.mine: "worker" if is_account and e.side == RECEIVER else "collector" for e in events}
    numbers = (number(p, "min_workers", m["workers"], best.events), number(p, "min_cycles", m["cycles"]))
    is_drawer_known = "collector" in parts.values()
    return Explanation(reason, numbers, parts, () if is_drawer_known else ("who draws from the account",))


def _skim(
    workers: int = 3, share: float = 0.8, days: tuple[float, ...] = (0, 30), hours: float = 5, relation: str = "none"
) -> View:
    rows = [
        pay(f"w{i}", "boss", day + (hours + i / 10) / 24, 1_000 * share, send="GB:Leeds", pay="GB:Leeds", channel="bank_transfer", relation=relation)
        for i in range(workers)
        for day in days
    ]  # fmt: skip
    wages = tuple((START_MS + round(day * DAY_MS), 100_000) for day in days)
    return view_of("boss", rows, {f"w{i}": Story(wages=wages) for i in range(workers)})


def _one_account(wages: int, days: tuple[float, ...] = (0, 30), employers: int = 1) -> View:
    rows = [
        pay(
            f"firm{i % employers}",
            "acc",
            day + i / 24,
            1_000 + i,
            send="GB:Leeds",
            pay="GB:Leeds",
            channel="payroll",
            entity_sender=True,
        )
        for i in range(wages)
        for day in days
    ]
    return view_of("acc", rows)


TYPOLOGY = Typology(
    id="TS-W01",
    name="Wage skim",
    version=1,
    weight=0.65,  # DEF, typologies A7
    window_ms=PARAMETERS.window_d * DAY_MS,
    parameters=PARAMETERS,
    may=may,
    on=BY_STRANGER | PAID_IN,
    gate=gate,
    least=Least(credits=PARAMETERS.min_workers * PARAMETERS.min_cycles),
    hits=hits,
    explain=explain,
    asks=asks,
    doc=__doc__,
    looks_ahead=True,  # a wage told late turns an earlier payment into a forwarded one
    examples=(
        Example("three workers pass on four fifths of two wages the same day", True, _skim),
        Example("six workers, weekly", True, lambda: _skim(workers=6, days=(0, 7, 14))),
        Example("exactly seven tenths, exactly a day later", True, lambda: _skim(share=0.7, hours=23.8)),
        Example("three wages into one account, twice", True, lambda: _one_account(3)),
        Example("two workers", False, lambda: _skim(workers=2)),
        Example("two thirds of the wage", False, lambda: _skim(share=0.67)),
        Example("one pay-day", False, lambda: _skim(days=(0,))),
        Example("a day and an hour later", False, lambda: _skim(hours=25)),
        Example("two pay-days a hundred days apart", False, lambda: _skim(days=(0, 100))),
        Example("wives", False, lambda: _skim(relation="spouse")),
        Example("two wages into one account", False, lambda: _one_account(2, days=(0, 30, 60))),
        Example("a worker with three employers", False, lambda: _one_account(3, employers=3)),
    ),
)
