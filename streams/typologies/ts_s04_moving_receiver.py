"""Receiver who moves: one person collects small sums in one town of a smuggling route after another.

Question    Did one person collect sums of at most `max_usd` dollars each at counters of at least `min_towns` towns that follow a smuggling
            route in order, within `window_d` days and at the pace of a journey?
Source      typologies A4 "S04"; IOM, Migrant Smuggling Data and Research 2016, pp. 183-184 (instalments at milestones)
Subject     nobody: the receiver is usually the migrant and is protected; who pays is family. It helps to read TS-P01 and TS-P03
Looks back  60 days of event time
Not a hit   the way back; a firm's payments (lorry drivers); towns faster than people travel; sums paid into accounts or wallets;
            towns on no smuggling route; several people of one household who share a phone
"""

from collections.abc import Iterator
from typing import Annotated

import msgspec

from schemas.observation import RECEIVER
from streams.domain.event import DAY_MS, Event
from streams.domain.glance import PAID_IN, Glance
from streams.domain.marks import CREDIT, MINE, OTHER, PAY, SIGNS, TOWN, USD
from streams.domain.score import strength
from streams.domain.view import View
from streams.typologies.base import Example, Explanation, Hit, Least, Line, Typology, counted, number, usd, window
from streams.typologies.build import pay, view_of
from streams.typologies.ts_f04_multi_corridor_beneficiary import COLLECTED


class Parameters(msgspec.Struct, frozen=True):
    """Lines of TS-S04."""

    window_d: Annotated[int, Line("days", "DEF", "typologies A4")] = 60
    min_towns: Annotated[int, Line("towns in route order", "DEF", "typologies A4")] = 3
    max_usd: Annotated[int, Line("US dollars each", "DEF", "typologies A4")] = 1000
    min_gap_d: Annotated[int, Line("days between towns", "DEF", "as TS-P01")] = 1
    many_payers: Annotated[int, Line("persons", "DEF", "as TS-F01: from here on a collector's part is possible")] = 5
    passes_on: Annotated[float, Line("out / in", "DEF", "as TS-F03: from here on a collector's part is possible")] = 0.6


PARAMETERS = Parameters()


def may(glance: Glance, p: Parameters) -> bool:
    """Small sums got in enough towns of smuggling routes?"""
    if not any(m[SIGNS] & CREDIT and m[USD] <= p.max_usd * 100 and glance.may_be_on_route(m) for m in glance.new):
        return False
    got = [m for m in glance.within(glance.marks, p.window_d) if m[SIGNS] & CREDIT and m[USD] <= p.max_usd * 100]
    towns = {(m[PAY], m[TOWN]) for m in got if m[TOWN] and m[MINE] != m[OTHER] and glance.may_be_on_route(m)}
    return len(towns) >= p.min_towns


def gate(view: View, p: Parameters) -> bool:
    """Enough small sums collected in different towns of smuggling routes?"""
    if len({e.pay.town for e in view.credits}) < p.min_towns:  # as with nearly all
        return False
    return len({(e.pay.country, e.pay.town) for e in _collected(view, p)}) >= p.min_towns


def _collected(view: View, p: Parameters) -> list[Event]:
    """What one person got at counters in towns of smuggling routes; the town must be stated with the transfer itself."""
    if not view.is_party and not view.is_one_person(view.owners):
        return []
    return view.flow("TS-S04", view.events, lambda e: _fits(view, e, p))


def _fits(view: View, event: Event, p: Parameters) -> bool:
    small = event.side == RECEIVER and event.channel in COLLECTED and event.usd_minor <= p.max_usd * 100
    between = event.mine != event.other and view.profile(event.mine).is_person and view.profile(event.other).is_person
    return small and between and bool(_routes(view, event))


def _routes(view: View, event: Event) -> dict[str, int]:
    """Smuggling route -> index of the town of payment along it."""
    positions = view.corridors.positions(event.pay.country, event.pay.town)
    return {route: index for route, index in positions.items() if route in view.corridors.smuggling}


def hits(view: View, p: Parameters) -> Iterator[Hit]:
    """One hit for every sum that ends a stretch of enough towns in order."""
    flow = _collected(view, p)
    for end in view.unjudged(flow, p.min_towns - 1):
        best: list[Event] = []
        for route in sorted(_routes(view, flow[end])):
            stretch = _stretch(view, flow, end, route, p)
            if _towns(stretch) > _towns(best):
                best = stretch
        if _towns(best) >= p.min_towns:
            measures = {
                "towns": _towns(best), "payers": len({e.other for e in best}), "usd": sum(e.usd_minor for e in best) / 100,
                "days": (best[-1].at_ms - best[0].at_ms) / DAY_MS, "largest": max(e.usd_minor for e in best) / 100,
            }  # fmt: skip
            yield Hit(flow[end].at_ms, strength(_towns(best) / p.min_towns), tuple(best), ("corridor",), measures)


def _stretch(view: View, flow: list[Event], end: int, route: str, p: Parameters) -> list[Event]:
    """The way along `route` that leads to flow[end] through the most towns, oldest first."""
    inside = [(e, _routes(view, e)[route]) for e in window(flow, end, p.window_d * DAY_MS) if route in _routes(view, e)]
    ways: list[tuple[int, int, int]] = []  # towns, events, the one before (or -1): of the best way that ends here
    for now, (event, index) in enumerate(inside):
        best = (1, 1, -1)
        for before in range(now):
            earlier, at = inside[before]
            towns, events, _ = ways[before]
            if at == index:
                best = max(best, (towns, events + 1, before))
            elif at < index and event.at_ms - earlier.at_ms >= p.min_gap_d * DAY_MS:
                best = max(best, (towns + 1, events + 1, before))
        ways.append(best)
    stretch, at = [], len(inside) - 1
    while at >= 0:
        stretch.append(inside[at][0])
        at = ways[at][2]
    return stretch[::-1]


def _towns(stretch: list[Event]) -> int:
    return len({(e.pay.country, e.pay.town) for e in stretch})


def explain(view: View, p: Parameters, best: Hit, events: tuple[Event, ...]) -> Explanation:
    """The towns in order, and why this is a person to protect."""
    m = best.measures
    towns = list(dict.fromkeys(f"{e.pay.town.title()} ({e.pay.country})" for e in best.events))
    is_migrant = _is_migrant(view, events, p)
    reading = (
        "as a person on the way does; possibly someone being smuggled"
        if is_migrant
        else "and is paid by many or passes the money on"
    )
    reason = (
        f"One person collected {usd(m['usd'] * 100)} in small sums of {counted(m['payers'], 'payer')} in {m['towns']:.0f} towns that follow a known route "
        f"({', '.join(towns)}) within {m['days']:.0f} days, {reading}."
    )
    parts = {e.other: "payer" for e in events} | {e.mine: "migrant" if is_migrant else "recipient" for e in events}
    numbers = (number(p, "min_towns", m["towns"], best.events), number(p, "max_usd", m["largest"]))
    absent = () if all(e.pay.town for e in view.events if e.side == RECEIVER) else ("town of some payments",)
    return Explanation(reason, numbers, parts, absent, do_not_block=is_migrant)


def _is_migrant(view: View, events: tuple[Event, ...], p: Parameters) -> bool:
    """Paid by few, and keeps the money: a person who gathers from many or passes it on may be a collector who travels."""
    start, end = events[0].at_ms, events[-1].at_ms
    came = [e for e in view.credits if start <= e.at_ms <= end]
    passed = sum(e.usd_minor for e in view.debits if start <= e.at_ms <= end and e.other and e.other != e.mine)
    return len({e.other for e in came}) < p.many_payers and passed < p.passes_on * sum(e.usd_minor for e in came)


_WAY = ("AF:Zaranj", "IR:Urmia", "TR:Van")


def _way(towns: tuple[str, ...], gap: float = 9, usd_each: float = 200, **how: object) -> View:
    return view_of("r", [pay("brother", "r", i * gap, usd_each, pay=t, **how) for i, t in enumerate(towns)])  # type: ignore[arg-type]


TYPOLOGY = Typology(
    id="TS-S04",
    name="Receiver who moves",
    version=1,
    weight=0.2,  # DEF, typologies A7
    window_ms=PARAMETERS.window_d * DAY_MS,
    parameters=PARAMETERS,
    may=may,
    on=PAID_IN,
    gate=gate,
    least=Least(credits=PARAMETERS.min_towns),
    hits=hits,
    explain=explain,
    doc=__doc__,
    examples=(
        Example("Zaranj, Urmia, Van, nine days apart", True, lambda: _way(_WAY)),
        Example("twice in Zaranj, then on, from a brother", True, lambda: _way((_WAY[0], *_WAY, "TR:Istanbul"), relation="kin", surname=True)),
        Example("exactly USD 1,000 each", True, lambda: _way(_WAY, usd_each=1000)),
        Example("two towns, three times", False, lambda: _way(("AF:Zaranj", "IR:Urmia", "IR:Urmia"))),
        Example("the way back", False, lambda: _way(("TR:Van", "IR:Urmia", "AF:Zaranj"))),
        Example("USD 1,001 each", False, lambda: _way(_WAY, usd_each=1001)),
        Example("three towns in three months", False, lambda: _way(_WAY, 31)),
        Example("three towns on one day", False, lambda: _way(_WAY, 0.3)),
        Example("paid into a wallet: the town is only an address", False, lambda: _way(_WAY, channel="cash_to_wallet")),
        Example("an employer pays a driver", False, lambda: _way(_WAY, entity_sender=True)),
        Example("three towns on no smuggling route", False, lambda: _way(("DE:Berlin", "DE:Munich", "FR:Lyon"))),
    ),
)  # fmt: skip
