"""Funnel to a border: many unrelated senders from several places pay one receiver who has no business reason.

Question    Did at least `min_senders` people who are neither kin nor old acquaintances of the receiver pay one receiver within
            `window_d` days, from several towns, with a route, a border town or smuggling prices to explain it? Where a feed names no place,
            purpose or relation at all: did `bare_crowd` strangers pay once within that time and stay away since, or `bare_few` where at least
            `bare_returning` others came back in a fifth of the time? Such a finding says what was absent and is weaker.
Source      FinCEN FIN-2014-A008 and FIN-2023-Alert001 (funnel accounts, several origins, border beneficiaries); FinCEN Financial
            Trend Analysis Aug 2026 (over 30 senders, over 500 payments); numbers calibrated in typologies A7 "F01"
Subject     the receiver; senders are reported as payers, never as suspects
Looks back  30 days of event time; without places also all that is remembered
Not a hit   siblings to one mother; neighbours of one town paying one neighbour; a savings club; merchants, payroll, cards;
            pairs that dealt with each other before the window; at Eid, Nowruz or the start of school no more senders above the line
            than in the same weeks of last year (schemas/reference/peaks.yaml); without places a shop, a club or a landlord cannot be told
            apart
"""

from collections.abc import Iterator
from typing import Annotated

import msgspec

from streams.domain.event import DAY_MS, Event
from streams.domain.glance import BY_STRANGER, Glance
from streams.domain.score import strength
from streams.domain.strangers import ABSENT, Strangers, strangers
from streams.domain.view import View
from streams.typologies.base import Example, Explanation, Hit, Least, Line, Typology, counted, number, usd, window
from streams.typologies.build import bare, pay, view_of


class Parameters(msgspec.Struct, frozen=True):
    """Lines of TS-F01."""

    window_d: Annotated[int, Line("days", "DEF", "typologies A4")] = 30
    min_senders: Annotated[int, Line("persons", "DEF", "typologies A4, A7")] = 5
    crowd: Annotated[int, Line("persons", "DEF", "typologies A7: without a hub")] = 10
    min_new_share: Annotated[float, Line("share of pairs", "DEF", "typologies A7")] = 0.7
    min_towns: Annotated[int, Line("sender towns", "DEF", "typologies A7", least=2)] = 3  # all forms need two
    min_band_share: Annotated[float, Line("share of payments", "DEF", "typologies A7")] = 0.5
    min_elsewhere: Annotated[float, Line("share of senders", "DEF", "typologies A7: a third from another town")] = 1 / 3
    bare_crowd: Annotated[int, Line("strangers", "DEF", "without places: half as much again as min_senders; docs/quality.md")] = 7
    bare_few: Annotated[int, Line("strangers", "DEF", "without places: who break the receiver's habit; docs/quality.md")] = 3
    bare_returning: Annotated[int, Line("persons who came back", "DEF", "without places: what a habit takes")] = 5
    bare_factor: Annotated[float, Line("share of the strength", "DEF", "typologies A3: what is missing lowers it")] = 0.7


PARAMETERS = Parameters()


def may(glance: Glance, p: Parameters) -> bool:
    """Enough strangers within the window?"""
    return glance.has_payers(p.min_senders, p.window_d)


def gate(view: View, p: Parameters) -> bool:
    """Enough different payers at all?"""
    return len(view.payers) >= p.min_senders and view.is_collector_shape()


def hits(view: View, p: Parameters) -> Iterator[Hit]:
    """One hit for every credit at which the window before it satisfies one of the three forms; without places, of two others."""
    known = strangers(view)
    if known is not None:
        yield from _bare(view, known, p)
        return
    flow = view.unrelated_credits()
    for end in view.unjudged(flow, p.min_senders - 1):
        inside = window(flow, end, p.window_d * DAY_MS)
        if len(inside) < p.min_senders:
            continue
        measures = _measure(view, inside, p)
        if measures and (facets := _facets(measures, p)):
            line = p.min_senders + view.usual_payers(flow, flow[end])
            if measures["senders"] >= line:
                yield Hit(flow[end].at_ms, strength(measures["senders"] / line), tuple(inside), facets, measures)


def _measure(view: View, inside: list[Event], p: Parameters) -> dict[str, float] | None:
    first: dict[bytes, Event] = {}
    for event in inside:
        first.setdefault(event.other, event)
    senders = len(first)
    if senders < p.min_senders:
        return None
    # Who dealt with the receiver before the window is no new pair (A7), however often since.
    edge = inside[-1].at_ms - p.window_d * DAY_MS
    new = sum(view.newness(e, e.at_ms - edge) is True for e in first.values())
    if new < p.min_new_share * senders:
        return None
    places = [(e.send.country, e.send.town, e.pay.country, e.pay.town) for e in first.values()]
    towns = {(country, town) for country, town, _, _ in places if town}
    countries = {country for country, _, _, _ in places if country}
    if len(towns) < 2 and (len(countries) < 2 or senders < p.crowd):  # no form holds
        return None
    corridors = view.corridors
    return {
        "senders": senders,
        "new_share": new / senders,
        "towns": len(towns),
        "countries": len(countries),
        "elsewhere": sum(_is_elsewhere(*at) for at in places) / senders,
        "band_share": sum([view.in_band(e) for e in inside]) / len(inside),
        "hub": sum([corridors.is_hub(*at[2:]) for at in places]) * 2 >= senders,
        "corridor": sum([corridors.is_corridor(at[0], at[2]) for at in places]) * 2 >= senders,
        "sum_usd": sum(e.usd_minor for e in inside) / 100,
        "payments": len(inside),
    }


def _is_elsewhere(country: str, town: str, pay_country: str, pay_town: str) -> bool:
    """Another country, or another town of the country; a town that is left out may be the same."""
    return country != pay_country or bool(town and pay_town and town != pay_town)


def _facets(m: dict[str, float], p: Parameters) -> tuple[str, ...]:
    placed = m["towns"] >= p.min_towns and (m["hub"] or m["corridor"])
    priced = m["band_share"] >= p.min_band_share and m["towns"] >= 2 and m["elsewhere"] >= p.min_elsewhere
    crowded = m["senders"] >= p.crowd and (m["towns"] >= p.min_towns or m["countries"] >= 2)
    if not (placed or priced or crowded):
        return ()
    named = (("corridor", m["hub"] or m["corridor"]), ("fee_band", m["band_share"] >= p.min_band_share), ("newness", True))
    return tuple(name for name, holds in named if holds)


def _bare(view: View, known: Strangers, p: Parameters) -> Iterator[Hit]:
    """One hit for every stranger's payment at which there is a crowd of them, and one for all who break the habit."""
    for end in range(p.bare_crowd - 1, len(known.ins)):
        inside = window(known.ins, end, p.window_d * DAY_MS)
        if len(inside) >= p.bare_crowd:
            yield _bare_hit(view, inside, p.bare_crowd, {"returning": 0}, p)
    if len(known.odd_ins) >= p.bare_few and known.returning >= p.bare_returning:
        yield _bare_hit(view, known.odd_ins, p.bare_few, {"returning": known.returning}, p)


def _bare_hit(view: View, events: list[Event], line: int, measures: dict[str, float], p: Parameters) -> Hit:
    measures |= {"strangers": len(events), "sum_usd": sum(e.usd_minor for e in events) / 100}
    new = sum(view.newness(e, p.window_d * DAY_MS) is True for e in events)
    facets = ("newness",) if new >= p.min_new_share * len(events) else ()
    return Hit(events[-1].at_ms, round(p.bare_factor * strength(len(events) / line), 4), tuple(events), facets, measures)


def explain(view: View, p: Parameters, best: Hit, events: tuple[Event, ...]) -> Explanation:
    """Who paid, from how many places, and why that is not a family."""
    m = best.measures
    if "strangers" in m:
        return _explain_bare(p, best, events)
    where = "a town on a known route" if m["hub"] else "one place"
    reason = (
        f"{m['senders']:.0f} senders who are not kin of the receiver paid {usd(m['sum_usd'] * 100)} in {m['payments']:.0f} payments within "
        f"{p.window_d} days from {counted(m['towns'], 'town')} in {counted(m['countries'], 'country', 'countries')} to {where}; {m['new_share']:.0%} of the pairs were new, "
        f"{m['band_share']:.0%} of the payments fit the price of a smuggling leg."
    )
    numbers = (
        number(p, "min_senders", m["senders"], best.events),
        number(p, "min_new_share", m["new_share"]),
        number(p, "min_towns", m["towns"]),
        number(p, "min_band_share", m["band_share"]),
        number(p, "min_elsewhere", m["elsewhere"]),
    )
    parts = {e.other: "payer" for e in events} | {e.mine: "collector" for e in events}
    absent = () if all(e.send.town for e in events) else ("town of some senders",)
    return Explanation(reason, numbers, parts, absent, do_not_block=False)


def _explain_bare(p: Parameters, best: Hit, events: tuple[Event, ...]) -> Explanation:
    m = best.measures
    if m["returning"]:
        which, habit = "bare_few", f", where {m['returning']:.0f} others came back soon"
    else:
        which, habit = "bare_crowd", f" within {p.window_d} days"
    reason = f"{m['strangers']:.0f} people paid {usd(m['sum_usd'] * 100)}, each once, and did not come back{habit}; nothing else is known of them."
    parts = {e.other: "payer" for e in events} | {e.mine: "collector" for e in events}
    return Explanation(reason, (number(p, which, m["strangers"], best.events),), parts, ABSENT)


def _strangers(payers: int, gap: float, returning: int = 0) -> View:
    return bare("collector", [(f"s{i}", "collector", i * gap, 400) for i in range(payers)], returning)


def _funnel(cities: list[str], usd_each: float = 500, **how: str) -> View:
    return view_of("collector", [pay(f"s{i}", "collector", i, usd_each, send=c, **how) for i, c in enumerate(cities)])  # type: ignore[arg-type]


_GERMANY = ["DE:Hamburg", "DE:Munich", "DE:Frankfurt", "DE:Hamburg", "DE:Cologne", "DE:Berlin"]

TYPOLOGY = Typology(
    id="TS-F01",
    name="Funnel to a border or route town",
    version=1,
    weight=0.5,  # DEF, typologies A7
    window_ms=PARAMETERS.window_d * DAY_MS,
    parameters=PARAMETERS,
    may=may,
    on=BY_STRANGER,
    gate=gate,
    least=Least(payers=PARAMETERS.min_senders),
    hits=hits,
    explain=explain,
    doc=__doc__,
    hindsight=True,
    examples=(
        Example("six new senders from five German towns to Van", True, lambda: _funnel(_GERMANY)),
        Example("five senders at smuggling prices, two towns, receiver elsewhere", True, lambda: _funnel(["IQ:Ranya", "IQ:Erbil"] * 3, 3500)),
        Example("the same six, but each is a stated brother with the shared name", False, lambda: view_of(
            "collector",
            [pay(f"s{i}", "collector", i, 500, send=c, relation="kin", surname=True) for i, c in enumerate(_GERMANY)],
        )),
        Example("ten neighbours of one town pay one neighbour", False, lambda: _funnel(["KG:Osh"] * 10, 100, pay="KG:Osh")),
        Example("six old acquaintances go on paying", False, lambda: view_of(
            "collector",
            [pay(f"s{i}", "collector", d + i, 500, send=c) for d in (0, 60) for i, c in enumerate(_GERMANY[:4])]
            + [pay("s0", "collector", 70, 500)],
        )),
        Example("no places: seven strangers within four weeks, none of whom came back", True, lambda: _strangers(7, 4)),
        Example("no places: three strangers where five others came back within days", True, lambda: _strangers(3, 40, 5)),
        Example("no places: six strangers within four weeks", False, lambda: _strangers(6, 4)),
        Example("no places: seven strangers, one every six days", False, lambda: _strangers(7, 6)),
        Example("no places: three strangers where four others came back", False, lambda: _strangers(3, 40, 4)),
    ),
)  # fmt: skip
