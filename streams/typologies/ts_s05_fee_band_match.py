"""Price match: different people pay one receiver nearly the same sum, and the sum is what a leg of a smuggling route costs.

Question    Did at least `min_payers` payers who are not kin pay one receiver sums within `max_spread` of each other, inside a known fee
            band, within `window_d` days?
Source      fees by corridor: UNODC GLOSOM 2018, IOM 2016, MMC 2021, Europol, press (schemas/reference/corridors.yaml);
            spread calibrated in typologies A7 "S05"
Subject     the receiver; never reported on this alone
Looks back  30 days of event time
Not a hit   kin; rent, tuition and dues; lawful agencies with mixed sums; cards, merchants, payroll; at Eid, Nowruz or the start of school
            no more payers above the line than in the same weeks of last year (schemas/reference/peaks.yaml)
"""

from collections.abc import Iterator
from typing import Annotated

import msgspec

from streams.domain.event import DAY_MS, Event
from streams.domain.glance import BY_STRANGER, Glance
from streams.domain.marks import CREDIT, OTHER, SIGNS, USD, Mark
from streams.domain.score import strength
from streams.domain.view import View
from streams.typologies.base import Example, Explanation, Hit, Least, Line, Typology, number, usd, window
from streams.typologies.build import pay, view_of


class Parameters(msgspec.Struct, frozen=True):
    """Lines of TS-S05."""

    window_d: Annotated[int, Line("days", "DEF", "as TS-F01")] = 30
    min_payers: Annotated[int, Line("persons", "DEF", "typologies A4")] = 3
    max_spread: Annotated[float, Line("(largest - smallest) / largest", "DEF", "typologies A7")] = 0.25


PARAMETERS = Parameters()


def may(glance: Glance, p: Parameters) -> bool:
    """A sum in a fee band that has enough near-equal companions?"""
    if glance.payers < p.min_payers:
        return False
    recent = glance.within(glance.paid_in, p.window_d)
    return any(m[SIGNS] & CREDIT and glance.is_priced(m) and _companions(recent, m, p) >= p.min_payers for m in glance.new)


def _companions(recent: list[Mark], anchor: Mark, p: Parameters) -> int:
    low, high = anchor[USD] * (1 - p.max_spread), anchor[USD]
    return len({m[OTHER] for m in recent if low <= m[USD] and m[USD] * (1 - p.max_spread) <= high})


def gate(view: View, p: Parameters) -> bool:
    """Enough different payers?"""
    return len(view.payers) >= p.min_payers and view.is_collector_shape()


def hits(view: View, p: Parameters) -> Iterator[Hit]:
    """One hit for every credit that has enough near-equal companions in the window before it."""
    flow = view.priced_credits()
    for end in view.unjudged(flow, p.min_payers - 1):
        like = _nearest(window(flow, end, p.window_d * DAY_MS), flow[end], p)
        payers = len({e.other for e in like})
        line = p.min_payers + view.usual_payers(flow, flow[end]) if payers >= p.min_payers else p.min_payers
        if payers >= line:
            measures = {"payers": payers, "low": min(e.usd_minor for e in like), "high": max(e.usd_minor for e in like)}
            yield Hit(flow[end].at_ms, strength(payers / line), tuple(like), ("fee_band",), measures)


def _nearest(inside: list[Event], anchor: Event, p: Parameters) -> list[Event]:
    """The largest group of sums around the anchor's that lies within the spread."""
    best: list[Event] = []
    for top in sorted({e.usd_minor for e in inside if e.usd_minor >= anchor.usd_minor}):
        group = [e for e in inside if top * (1 - p.max_spread) <= e.usd_minor <= top]
        if anchor.usd_minor >= top * (1 - p.max_spread) and (len(group), top) > (
            len(best),
            max((e.usd_minor for e in best), default=0),
        ):
            best = group
    return best


def explain(view: View, p: Parameters, best: Hit, events: tuple[Event, ...]) -> Explanation:
    """The sums and the band."""
    m = best.measures
    reason = (
        f"{m['payers']:.0f} payers who are not kin paid the receiver nearly the same sum, {usd(m['low'])} to {usd(m['high'])}, within {p.window_d} days; "
        f"the sum fits the price of a smuggling leg that touches {best.events[-1].pay.country}."
    )
    spread = (m["high"] - m["low"]) / m["high"]
    parts = {e.other: "payer" for e in events} | {e.mine: "collector" for e in events}
    numbers = (number(p, "min_payers", m["payers"], best.events), number(p, "max_spread", spread))
    return Explanation(reason, numbers, parts)


def _equal(sums: list[float], relation: str = "none", pay_town: str = "TR:Van", purpose: str = "none") -> View:
    rows = [
        pay(f"p{i}", "r", i, v, pay=pay_town, relation=relation, surname=relation == "kin", purpose=purpose)
        for i, v in enumerate(sums)
    ]
    return view_of("r", rows)


TYPOLOGY = Typology(
    id="TS-S05",
    name="Fee band match",
    version=1,
    weight=0.35,  # DEF, typologies A7
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
        Example("three payers of about USD 600 to Van", True, lambda: _equal([600, 620, 640])),
        Example("five payers of USD 1,500", True, lambda: _equal([1500] * 5)),
        Example("two payers only", False, lambda: _equal([600, 600])),
        Example("sums far apart", False, lambda: _equal([600, 1200, 2400])),
        Example("three kin who send the same", False, lambda: _equal([600, 600, 600], relation="kin")),
        Example("rent", False, lambda: _equal([600, 600, 600], purpose="rent")),
        Example("USD 60 is no price of a leg", False, lambda: _equal([60, 60, 60])),
    ),
)
