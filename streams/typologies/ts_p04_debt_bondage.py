"""Debt bondage: several workers pay one person regular sums, as when a debt to a recruiter is worked off.

Question    Did at least `min_payers` payers each pay one receiver at least `min_payments` times at a regular gap, with at least `min_points`
            points for a shared identifier (2), debt words (1) or workers who are foreign where they live (1)?
Source      AUSTRAC human-trafficking case page; ILO 2016 (recruitment debt of 9 months' pay); FinCEN FIN-2014-A008, FIN-2020-A008;
            rule calibrated in typologies A7 "P04"
Subject     the receiver; the payers are victims
Looks back  180 days of event time
Not a hit   remittances to kin; rent, lease, school, dues; honest loans of one payer; small sums
"""

import itertools
from collections import Counter
from collections.abc import Iterator
from typing import Annotated

import msgspec

from streams.domain.event import DAY_MS, Event
from streams.domain.glance import BY_STRANGER, Glance
from streams.domain.marks import EXEMPT, NOT_DEBT, SIGNS, USD
from streams.domain.score import strength
from streams.domain.view import View
from streams.typologies.base import Example, Explanation, Hit, Least, Line, Typology, number, window
from streams.typologies.build import pay, view_of
from streams.typologies.ts_f05_linked_senders import linked_group


class Parameters(msgspec.Struct, frozen=True):
    """Lines of TS-P04."""

    window_d: Annotated[int, Line("days", "DEF", "typologies A4: over months")] = 180
    min_payers: Annotated[int, Line("workers", "DEF", "typologies A4")] = 3
    min_payments: Annotated[int, Line("payments of each", "DEF", "typologies A4", least=3)] = 4  # two gaps to compare
    min_usd: Annotated[int, Line("US dollars each", "DEF", "typologies A4")] = 100
    min_gap_d: Annotated[float, Line("days, median", "DEF", "typologies A7")] = 3.0
    max_cv: Annotated[float, Line("variation of gaps", "DEF", "typologies A7")] = 0.35
    min_points: Annotated[int, Line("points", "DEF", "typologies A7", most=5)] = 2
    debt_share: Annotated[float, Line("share of payments", "DEF", "typologies A7")] = 0.5


PARAMETERS = Parameters()


def may(glance: Glance, p: Parameters) -> bool:
    """Enough strangers with enough payments?"""
    if glance.payers < p.min_payers:
        return False
    recent = glance.within(glance.paid_in, p.window_d)
    return (
        glance.often([m for m in recent if m[USD] >= p.min_usd * 100 and not m[SIGNS] & EXEMPT], p.min_payments) >= p.min_payers
    )


def gate(view: View, p: Parameters) -> bool:
    """Enough payers with enough payments?"""
    if len(view.payers) < p.min_payers:
        return False
    return sum(n >= p.min_payments for n in view.payers.values()) >= p.min_payers


def hits(view: View, p: Parameters) -> Iterator[Hit]:
    """One hit for every payment at which enough regular payers and points come together."""
    flow = view.flow(
        "TS-P04", view.unrelated_credits(), lambda e: e.purpose_class not in NOT_DEBT and e.usd_minor >= p.min_usd * 100
    )
    often = sum(n >= p.min_payments for n in Counter(e.other for e in flow).values())
    if often < p.min_payers or not _may_score(view, flow, p):
        return
    for end in view.unjudged(flow, p.min_payers * p.min_payments - 1):
        inside = window(flow, end, p.window_d * DAY_MS)
        by_payer: dict[bytes, list[Event]] = {}
        for event in inside:
            by_payer.setdefault(event.other, []).append(event)
        regular = {k: es for k, es in by_payer.items() if _is_regular(es, p)}
        if len(regular) < p.min_payers:
            continue
        events = tuple(e for e in inside if e.other in regular)
        points = _points(view, regular, events, p)
        if sum(points.values()) >= p.min_points:
            measures = {**points, "payers": len(regular), "points": sum(points.values())}
            yield Hit(
                flow[end].at_ms,
                strength(len(regular) / p.min_payers),
                events,
                ("identity",) if points["shared"] else (),
                measures,
            )


def _may_score(view: View, flow: list[Event], p: Parameters) -> bool:
    """Whether the points could be reached at all: spares most entities the work below."""
    payers = {e.other for e in flow}
    shared = 2 * (len(linked_group(view, sorted(payers))) >= p.min_payers)
    foreign = any(view.profile(k).nationality for k in payers)
    return shared + any(e.purpose_class == "debt" for e in flow) + foreign >= p.min_points


def _is_regular(events: list[Event], p: Parameters) -> bool:
    if len(events) < p.min_payments:
        return False
    gaps = sorted(b.at_ms - a.at_ms for a, b in itertools.pairwise(events))
    count, total = len(gaps), events[-1].at_ms - events[0].at_ms
    if gaps[count // 2] + gaps[(count - 1) // 2] < 2 * p.min_gap_d * DAY_MS:  # the median
        return False
    # deviation < max_cv * mean, both squared and times count: whole numbers, where floats would round
    return count * sum(g * g for g in gaps) - total * total < p.max_cv**2 * total * total


def _points(view: View, regular: dict[bytes, list[Event]], events: tuple[Event, ...], p: Parameters) -> dict[str, int]:
    debt = sum(e.purpose_class == "debt" for e in events)
    foreign = [view.profile(k).nationality not in ("", es[-1].send.country) for k, es in regular.items()]
    return {
        "shared": 2 * (len(linked_group(view, list(regular))) >= p.min_payers),
        "debt_words": int(debt >= p.debt_share * len(events)),
        "foreign": int(all(foreign)),
    }


def explain(view: View, p: Parameters, best: Hit, events: tuple[Event, ...]) -> Explanation:
    """How many pay how regularly, and what speaks for a debt."""
    m = best.measures
    named = (
        ("shared", "they share an address, phone or device"),
        ("debt_words", "they speak of a debt"),
        ("foreign", "all are foreign where they live"),
    )
    signs = "; ".join(text for key, text in named if m[key])
    reason = f"{m['payers']:.0f} payers who are not kin pay the receiver at regular gaps, at least {p.min_payments} times each ({signs}). They may be working off a debt."
    parts = {e.other: "worker" for e in events} | {e.mine: "collector" for e in events}
    numbers = (number(p, "min_payers", m["payers"], best.events), number(p, "min_points", m["points"]))
    return Explanation(reason, numbers, parts, ("payroll income of the payers",))


def _weekly(workers: int, weeks: int, address: str = "one", purpose: str = "debt", gap: float = 7) -> View:
    rows = [
        pay(
            f"w{i}",
            "boss",
            gap * n + i / 24,
            700,
            send="AU:Melbourne",
            pay="AU:Melbourne",
            address=address or f"a{i}",
            purpose=purpose,
        )
        for i in range(workers)
        for n in range(weeks)
    ]
    return view_of("boss", rows)


TYPOLOGY = Typology(
    id="TS-P04",
    name="Debt bondage repayment",
    version=1,
    weight=0.55,  # DEF, typologies A7
    window_ms=PARAMETERS.window_d * DAY_MS,
    parameters=PARAMETERS,
    may=may,
    on=BY_STRANGER,
    gate=gate,
    least=Least(payers=PARAMETERS.min_payers),
    hits=hits,
    explain=explain,
    doc=__doc__,
    examples=(
        Example("four women of one address repay weekly", True, lambda: _weekly(4, 6)),
        Example("three of one address, no words", True, lambda: _weekly(3, 5, purpose="none")),
        Example("four at four addresses speak of a debt: one point", False, lambda: _weekly(4, 6, address="")),
        Example("rent", False, lambda: _weekly(4, 6, purpose="rent")),
        Example("two workers", False, lambda: _weekly(2, 6)),
        Example("every day, not regular wages", False, lambda: _weekly(4, 6, gap=1)),
    ),
)
