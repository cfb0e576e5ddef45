"""Hub that pays out: one person pays many unrelated people in the border and transit towns of a smuggling route.

Question    Did one person pay at least `min_receivers` unrelated people in `min_towns` towns of one smuggling route within `window_d`
            days, or `crowd` of them in any such towns? Or, over a year, the same few people again and again in small sums? Where a feed names no
            place, purpose or relation at all: were `bare_receivers` strangers paid once in that time, by one whom `bare_payers` strangers had
            paid before; or `bare_few` where at least `bare_returning` others came back in a fifth of the time? Such a finding says what was
            absent and is weaker.
Source      AUSTRAC people-smuggling case (A$100 to 5,000 each, 28 transfers in five years); FATF 2022 (drivers, guides and safe houses
            are paid by a coordinator); numbers in typologies A4 "F02", business receivers and kin as A7
Subject     the sender, as coordinator; who receives may be a helper, a migrant or a relative of one
Looks back  30 days of event time; 365 for the slow form; without places also all that is remembered
Not a hit   registered businesses that pay crews, aid or suppliers; companies as receivers; kin; rent, tuition and dues; a journey paid
            town by town in order (TS-P01); big cities alone; a payer with wages is weak and counts as family
"""

import itertools
from collections.abc import Iterator
from typing import Annotated, NamedTuple

import msgspec

from schemas.finding import Number
from streams.domain.event import DAY_MS, Event
from streams.domain.glance import TO_STRANGER, Glance
from streams.domain.marks import CREDIT, EXEMPT, NOT_DEBT, OTHER, SIGNS
from streams.domain.score import strength
from streams.domain.strangers import ABSENT, Strangers, strangers
from streams.domain.view import View
from streams.typologies.base import Example, Explanation, Hit, Least, Line, Typology, counted, number, usd, window
from streams.typologies.build import bare, pay, view_of


class Parameters(msgspec.Struct, frozen=True):
    """Lines of TS-F02."""

    window_d: Annotated[int, Line("days", "DEF", "typologies A4")] = 30
    min_receivers: Annotated[int, Line("persons", "DEF", "typologies A4")] = 4
    min_towns: Annotated[int, Line("towns of one route", "DEF", "typologies A4")] = 2
    crowd: Annotated[int, Line("persons", "DEF", "typologies A4: in any route towns, payer no registered business")] = 8
    slow_window_d: Annotated[int, Line("days", "DEF", "typologies A4: a counter of 365 days")] = 365
    slow_payments: Annotated[int, Line("payments", "SRC", "AUSTRAC people smuggling: 28 in five years, six a year")] = 6
    slow_low_usd: Annotated[int, Line("US dollars", "SRC", "AUSTRAC people smuggling: A$100 at 0.66")] = 66
    slow_high_usd: Annotated[int, Line("US dollars", "SRC", "AUSTRAC people smuggling: A$5,000 at 0.66")] = 3300
    min_band_share: Annotated[float, Line("share of payments", "DEF", "as TS-F01")] = 0.5
    min_new_share: Annotated[float, Line("share of pairs", "DEF", "as TS-F01")] = 0.7
    with_wages: Annotated[float, Line("strength cap for a payer with wages", "DEF", "typologies A2: no wage-like income")] = 0.45
    bare_receivers: Annotated[
        int, Line("strangers", "DEF", "without places: half as many again as min_receivers; docs/quality.md")
    ] = 6
    bare_payers: Annotated[int, Line("strangers", "DEF", "without places: who had paid in; docs/quality.md")] = 5
    bare_few: Annotated[int, Line("strangers", "DEF", "without places: who break the payer's habit; docs/quality.md")] = 3
    bare_returning: Annotated[int, Line("persons who came back", "DEF", "without places: what a habit takes")] = 5
    bare_factor: Annotated[float, Line("share of the strength", "DEF", "as TS-F01")] = 0.7


PARAMETERS = Parameters()


class Group(NamedTuple):
    """Payments that satisfy one form, and their number over that form's line."""

    events: list[Event]
    ratio: float
    form: str


def may(glance: Glance, p: Parameters) -> bool:
    """Paid in a town of a route, or in one that is not said, and enough others were?"""
    if glance.payees < p.min_receivers or not any(not m[SIGNS] & CREDIT and glance.may_be_on_route(m) for m in glance.new):
        return False
    paid = [m for m in glance.within(glance.paid_out, p.slow_window_d) if glance.may_be_on_route(m) and not m[SIGNS] & EXEMPT]
    return len({m[OTHER] for m in paid}) >= p.min_receivers


def gate(view: View, p: Parameters) -> bool:
    """Enough different people paid in towns of smuggling routes, or in nobody knows which?"""
    if len(view.payees) < p.min_receivers:
        return False
    return len({e.other for e in _on_route(view)}) >= p.min_receivers or strangers(view) is not None


def _on_route(view: View) -> list[Event]:
    """Plain payments by one person to unrelated persons in towns of smuggling routes."""
    if not view.is_party and not view.is_one_person(e.mine for e in view.debits):
        return []
    return view.flow("TS-F02", view.debits, lambda e: _fits(view, e))


def _fits(view: View, event: Event) -> bool:
    if not _routes(view, event) or event.purpose_class in NOT_DEBT or not view.is_unrelated(event):
        return False
    return view.profile(event.mine).is_person and view.profile(event.other).is_person


def _routes(view: View, event: Event) -> dict[str, int]:
    """Smuggling route -> index of the town of payment along it."""
    positions = view.corridors.positions(event.pay.country, event.pay.town)
    return {route: index for route, index in positions.items() if route in view.corridors.smuggling}


def hits(view: View, p: Parameters) -> Iterator[Hit]:
    """One hit for every payment at which the window before it satisfies one of the three forms; without places, of two others."""
    known = strangers(view)
    if known is not None:
        yield from _bare(view, known, p)
        return
    flow = _on_route(view)
    for end in view.unjudged(flow, p.min_receivers - 1):
        inside = window(flow, end, p.window_d * DAY_MS)
        groups = [g for g in (_along(view, inside, p), _crowd(view, inside, p), _slow(view, flow, end, p)) if g]
        if not groups:
            continue
        best = max(groups, key=lambda g: g.ratio)
        measures = _measure(view, best, p)
        value = strength(best.ratio)
        capped = min(value, p.with_wages) if measures["wages"] else value
        yield Hit(flow[end].at_ms, capped, tuple(best.events), _facets(measures, p), measures)


def _along(view: View, inside: list[Event], p: Parameters) -> Group | None:
    """Several receivers in several towns of one route, who are not the stations of one journey."""
    best: list[Event] = []
    for route in sorted({r for e in inside for r in _routes(view, e)}):
        group = [e for e in inside if route in _routes(view, e)]
        if (
            len({e.other for e in group}) > len({e.other for e in best})
            and _is_spread(view, group, p)
            and not _is_journey(view, group, route)
        ):
            best = group
    receivers = len({e.other for e in best})
    return Group(best, receivers / p.min_receivers, "along") if receivers >= p.min_receivers else None


def _crowd(view: View, inside: list[Event], p: Parameters) -> Group | None:
    """Many receivers in route towns, be it one town."""
    receivers = len({e.other for e in inside})
    if receivers < p.crowd or not any(view.corridors.is_hub(e.pay.country, e.pay.town) for e in inside):
        return None
    return Group(inside, receivers / p.crowd, "crowd")


def _slow(view: View, flow: list[Event], end: int, p: Parameters) -> Group | None:
    """Small payments over a year to a standing crew: people who are paid again after others were."""
    low, high = p.slow_low_usd * 100, p.slow_high_usd * 100
    small = [e for e in window(flow, end, p.slow_window_d * DAY_MS) if low <= e.usd_minor <= high]
    if len(small) < p.slow_payments or not low <= flow[end].usd_minor <= high:
        return None
    best: list[Event] = []
    for route in sorted(_routes(view, flow[end])):
        group = [e for e in small if route in _routes(view, e)]
        is_crew = len({e.other for e in group}) >= p.min_receivers and _returns(group)
        if is_crew and _is_spread(view, group, p) and len(group) > len(best):
            best = group
    return Group(best, len(best) / p.slow_payments, "slow") if len(best) >= p.slow_payments else None


def _is_spread(view: View, group: list[Event], p: Parameters) -> bool:
    towns = {(e.pay.country, e.pay.town) for e in group}
    return len(towns) >= p.min_towns and any(view.corridors.is_hub(*town) for town in towns)


def _is_journey(view: View, group: list[Event], route: str) -> bool:
    """Every receiver is in another town and, but for one, they are paid in the order of the route: a family pays (TS-P01)."""
    stations: dict[bytes, int] = {}
    for event in group:
        stations.setdefault(event.other, _routes(view, event)[route])
    order = list(stations.values())
    if len(set(order)) < len(order):
        return False
    longest: list[int] = []
    for now, index in enumerate(order):
        longest.append(1 + max((longest[b] for b in range(now) if order[b] < index), default=0))
    return max(longest) >= len(order) - 1


def _returns(group: list[Event]) -> bool:
    """Somebody is paid again after another was: not rounds of a journey or a ransom, each with its own receiver."""
    seen: set[bytes] = set()
    for before, now in itertools.pairwise(group):
        seen.add(before.other)
        if now.other != before.other and now.other in seen:
            return True
    return False


def _measure(view: View, group: Group, p: Parameters) -> dict[str, float]:
    first = {e.other: e for e in reversed(group.events)}
    days = p.slow_window_d if group.form == "slow" else p.window_d
    return {
        "receivers": len(first),
        "payments": len(group.events),
        "towns": len({(e.pay.country, e.pay.town) for e in group.events}),
        "band_share": sum([view.in_band(e) for e in group.events]) / len(group.events),
        "new_share": sum(view.newness(e, days * DAY_MS) is True for e in first.values()) / len(first),
        "wages": any(e.channel == "payroll" for e in view.credits if e.at_ms <= group.events[-1].at_ms),
        "sum_usd": sum(e.usd_minor for e in group.events) / 100,
        "days": days,
        "crowd": group.form == "crowd",
        "slow": group.form == "slow",
    }


def _facets(m: dict[str, float], p: Parameters) -> tuple[str, ...]:
    named = (
        ("corridor", True),
        ("fee_band", m["band_share"] >= p.min_band_share),
        ("newness", m["new_share"] >= p.min_new_share),
    )
    return tuple(name for name, holds in named if holds)


def _bare(view: View, known: Strangers, p: Parameters) -> Iterator[Hit]:
    """One hit for every payment at which there is a crowd of strangers on both sides, and one for all who break the habit."""
    for end in range(p.bare_receivers - 1, len(known.outs)):
        inside = window(known.outs, end, p.window_d * DAY_MS)
        payers = sum(e.at_ms <= inside[-1].at_ms for e in known.ins)
        if len(inside) >= p.bare_receivers and payers >= p.bare_payers:
            yield _bare_hit(view, inside, p.bare_receivers, {"payers": payers, "returning": 0}, p)
    if len(known.odd_outs) >= p.bare_few and known.returning >= p.bare_returning:
        yield _bare_hit(view, known.odd_outs, p.bare_few, {"payers": 0, "returning": known.returning}, p)


def _bare_hit(view: View, events: list[Event], line: int, measures: dict[str, float], p: Parameters) -> Hit:
    measures |= {"strangers": len(events), "sum_usd": sum(e.usd_minor for e in events) / 100}
    new = sum(view.newness(e, p.window_d * DAY_MS) is True for e in events)
    facets = ("newness",) if new >= p.min_new_share * len(events) else ()
    return Hit(events[-1].at_ms, round(p.bare_factor * strength(len(events) / line), 4), tuple(events), facets, measures)


def explain(view: View, p: Parameters, best: Hit, events: tuple[Event, ...]) -> Explanation:
    """How many people in which towns, and what the sums look like."""
    m = best.measures
    if "strangers" in m:
        return _explain_bare(p, best, events)
    towns = sorted({f"{e.pay.town.title()} ({e.pay.country})" for e in best.events})
    reason = (
        f"One person paid {m['receivers']:.0f} people who are not kin in {counted(m['towns'], 'town')} of smuggling routes "
        f"({', '.join(towns[:5])}), {m['payments']:.0f} payments of together {usd(m['sum_usd'] * 100)} within {m['days']:.0f} days; "
        f"{m['band_share']:.0%} of them fit the price of a leg, {m['new_share']:.0%} of the pairs were new."
    )
    lines = {"crowd": ("crowd", m["receivers"]), "slow": ("slow_payments", m["payments"])}
    which = next((lines[form] for form in lines if m[form]), ("min_receivers", m["receivers"]))
    numbers = (number(p, *which, best.events), number(p, "min_towns", m["towns"]))
    sender = "payer" if m["wages"] else "coordinator"
    parts = {e.other: "recipient" for e in events} | {e.mine: sender for e in events}
    absent = () if all(e.pay.town for e in view.debits) else ("town of some receivers",)
    return Explanation(reason, numbers, parts, absent)


def _explain_bare(p: Parameters, best: Hit, events: tuple[Event, ...]) -> Explanation:
    m = best.measures
    numbers: tuple[Number, ...] = (number(p, "bare_few" if m["returning"] else "bare_receivers", m["strangers"], best.events),)
    why = f", where {m['returning']:.0f} others came back soon"
    if not m["returning"]:
        why = f" within {p.window_d} days, after {m['payers']:.0f} others had paid in once"
        numbers += (number(p, "bare_payers", m["payers"]),)
    reason = f"One party paid {m['strangers']:.0f} people {usd(m['sum_usd'] * 100)}, each once and not again{why}; nothing else is known of them."
    return Explanation(reason, numbers, {e.other: "recipient" for e in events} | {e.mine: "coordinator" for e in events}, ABSENT)


def _hub(receivers: int, payers: int, returning: int = 0, gap: float = 5) -> View:
    ins = [(f"p{i}", "head", i, 400) for i in range(payers)]
    return bare("head", [*ins, *(("head", f"h{i}", payers + i * gap, 300) for i in range(receivers))], returning)


_CREW = ("TR:Van", "TR:Van", "TR:Istanbul", "IR:Urmia", "TR:Edirne")


def _crew(towns: tuple[str, ...], gap: float = 4, **how: object) -> View:
    return view_of("head", [pay("head", f"h{i}", i * gap, 300, send="DE:Hamburg", pay=t, **how) for i, t in enumerate(towns)])  # type: ignore[arg-type]


def _standing(payments: int, helpers: int = 4, usd_each: float = 250) -> View:
    towns = ("TR:Van", "IR:Urmia", "TR:Van", "TR:Edirne")
    return view_of("head", [pay("head", f"h{i % helpers}", i * 40, usd_each, pay=towns[i % helpers]) for i in range(payments)])


TYPOLOGY = Typology(
    id="TS-F02",
    name="Hub that pays out",
    version=1,
    weight=0.5,  # DEF, typologies A7
    window_ms=PARAMETERS.slow_window_d * DAY_MS,
    parameters=PARAMETERS,
    may=may,
    on=TO_STRANGER,
    gate=gate,
    least=Least(debits=PARAMETERS.min_receivers, payees=PARAMETERS.min_receivers),
    hits=hits,
    explain=explain,
    doc=__doc__,
    hindsight=True,
    examples=(
        Example("five people in four towns of one route within three weeks", True, lambda: _crew(_CREW)),
        Example("exactly four people in two towns", True, lambda: _crew(_CREW[:2] + _CREW[2:3] * 2)),
        Example("eight people in one border town", True, lambda: _crew(("AF:Zaranj",) * 8, 2)),
        Example("four helpers paid in turn over eight months", True, lambda: _standing(6)),
        Example("three people in three towns", False, lambda: _crew(_CREW[1:4])),
        Example("four people in one town", False, lambda: _crew(("TR:Van",) * 4)),
        Example("seven people in one border town", False, lambda: _crew(("AF:Zaranj",) * 7, 2)),
        Example("four people in two towns over two months", False, lambda: _crew(_CREW[:2] + _CREW[2:3] * 2, 20)),
        Example("four people in towns on no route", False, lambda: _crew(("DE:Munich", "DE:Berlin", "FR:Lyon", "PL:Lodz"))),
        Example("four helpers paid five times in a year", False, lambda: _standing(5)),
        Example("a journey paid town by town in order", False, lambda: _crew(("AF:Zaranj", "IR:Urmia", "TR:Van", "TR:Izmir"), 9)),
        Example("a registered business pays its people", False, lambda: _crew(_CREW, entity_sender=True)),
        Example("five brothers in four towns", False, lambda: _crew(_CREW, relation="kin", surname=True)),
        Example("no places: six strangers paid within four weeks after five had paid in", True, lambda: _hub(6, 5)),
        Example("no places: three strangers where five others came back within days", True, lambda: _hub(3, 0, 5, 30)),
        Example("no places: five strangers paid after five had paid in", False, lambda: _hub(5, 5)),
        Example("no places: six strangers paid after four had paid in", False, lambda: _hub(6, 4)),
        Example("no places: six strangers paid, one every seven days", False, lambda: _hub(6, 5, gap=7)),
        Example("no places: two strangers where five others came back", False, lambda: _hub(2, 0, 5, 30)),
    ),
)  # fmt: skip
