"""Group travel: one person buys tickets, rooms, SIM cards or vehicles for several people who do not bear the person's name.

Question    Did one person buy travel for at least `min_passengers` others within `window_d` days: as many as the purposes name, or half as many as
            the tickets bought (there and back)?
Source      FINTRAC-2016-OA003 (travel booked by third parties); FATF 2022 (transport and travel arranged for groups)
Subject     who pays; the passengers are not in the stream
Looks back  14 days of event time
Not a hit   firms, clubs and agencies (tour leaders, teams, employers, pilgrims); a family, which bears the payer's name; a person's own journey

Passengers are known where the purpose names them. Whether a ticket is one-way or bought at the last minute, and for which route, is not in the
stream; where the purchase is made stands for the route.
"""

from collections.abc import Iterator
from typing import Annotated

import msgspec

from schemas.transfer import Place
from streams.domain.event import DAY_MS, Event
from streams.domain.glance import PAID_OUT, Glance
from streams.domain.marks import SIGNS, TRADE, TRADE_MASK
from streams.domain.score import strength
from streams.domain.trade import HIRE, PHONE, ROOM, TICKET
from streams.domain.view import View
from streams.typologies.base import Example, Explanation, Hit, Least, Line, Typology, counted, number, usd, window
from streams.typologies.build import pay, view_of


class Parameters(msgspec.Struct, frozen=True):
    """Lines of TS-W05."""

    window_d: Annotated[int, Line("days", "DEF", "typologies A4")] = 14
    min_passengers: Annotated[int, Line("passengers", "DEF", "typologies A4")] = 4
    tickets_each: Annotated[int, Line("tickets a passenger", "DEF", "there and back, where nobody is named")] = 2
    unnamed: Annotated[float, Line("of the strength", "DEF", "passengers are not named and may be the payer's family")] = 0.75


PARAMETERS = Parameters()
LOGISTICS = frozenset({TICKET, ROOM, PHONE, HIRE})


def may(glance: Glance, p: Parameters) -> bool:
    """A purchase among enough that may be for others?"""
    if not any(m[SIGNS] >> TRADE & TRADE_MASK for m in glance.new):
        return False
    bought = [m for m in glance.within(glance.debits, p.window_d) if m[SIGNS] >> TRADE & TRADE_MASK]
    return len(bought) >= p.min_passengers


def gate(view: View, p: Parameters) -> bool:
    """A person with enough purchases that may be for others?"""
    flow = _bought(view)
    return len(flow) >= p.min_passengers


def _bought(view: View) -> list[Event]:
    """Purchases that name somebody, and tickets."""
    return view.flow("TS-W05", view.debits, lambda e: _may_be_for_others(e) and view.profile(e.mine).is_person)


def _may_be_for_others(event: Event) -> bool:
    return event.trade == TICKET or (event.trade in LOGISTICS and event.passenger != 0)


def hits(view: View, p: Parameters) -> Iterator[Hit]:
    """One hit for every purchase at which enough passengers had come together."""
    flow = _bought(view)
    for end in view.unjudged(flow, p.min_passengers - 1):
        inside = window(flow, end, p.window_d * DAY_MS)
        named = len({e.passenger for e in inside if e.passenger})
        tickets = sum(e.trade == TICKET for e in inside)
        passengers = max(named, tickets // p.tickets_each)
        if passengers >= p.min_passengers:
            value = strength(passengers / p.min_passengers) * (1 if named >= p.min_passengers else p.unnamed)
            measures = {"passengers": passengers, "named": named, "tickets": tickets}
            yield Hit(flow[end].at_ms, round(value, 4), tuple(inside), _facets(view, inside), measures)


def _facets(view: View, inside: list[Event]) -> tuple[str, ...]:
    on_route = sum(_is_on_route(view, e.pay) or _is_on_route(view, e.send) for e in inside)
    return ("corridor",) if on_route * 2 >= len(inside) else ()


def _is_on_route(view: View, place: Place) -> bool:
    return view.corridors.is_route_town(place.country, place.town)


def explain(view: View, p: Parameters, best: Hit, events: tuple[Event, ...]) -> Explanation:
    """For how many people what was bought."""
    m = best.measures
    who = "people the purposes name" if m["named"] >= p.min_passengers else f"people, by {m['tickets']:.0f} tickets"
    total = sum(e.usd_minor for e in best.events)
    reason = (
        f"One person bought travel ({counted(len(best.events), 'purchase')} of together {usd(total)}) for at least {m['passengers']:.0f} {who}, within "
        f"{p.window_d} days; none of them is known to be kin."
    )
    absent = ("route and direction of the tickets", *(() if m["named"] >= p.min_passengers else ("names of the passengers",)))
    numbers = (number(p, "min_passengers", m["passengers"], best.events),)
    return Explanation(reason, numbers, {e.mine: "coordinator" for e in events}, absent)


def _buys(count: int = 4, gap: float = 2, trade: str = TICKET, named: int = 99, firm: bool = False) -> View:
    """One person's purchases for `named` people in turn, or for nobody who is named."""
    rows = [
        pay("head", f"shop{i % 3}", i * gap, 150, send="TR:Van", pay="TR:Van", channel="card", trade=trade, entity_sender=firm,
            passenger=i % named + 1 if named else 0)
        for i in range(count)
    ]  # fmt: skip
    return view_of("head", rows)


TYPOLOGY = Typology(
    id="TS-W05",
    name="Travel for a group",
    version=1,
    weight=0.35,  # DEF
    window_ms=PARAMETERS.window_d * DAY_MS,
    parameters=PARAMETERS,
    may=may,
    on=PAID_OUT,
    gate=gate,
    least=Least(debits=PARAMETERS.min_passengers),
    hits=hits,
    explain=explain,
    doc=__doc__,
    examples=(
        Example("four tickets for four people in six days", True, _buys),
        Example("rooms for four people in exactly fourteen days", True, lambda: _buys(trade=ROOM, gap=14 / 3)),
        Example("eight tickets for nobody who is named", True, lambda: _buys(8, gap=1, named=0)),
        Example("three tickets", False, lambda: _buys(3)),
        Example("four tickets in fifteen days", False, lambda: _buys(gap=5)),
        Example("seven tickets for nobody who is named", False, lambda: _buys(7, gap=1, named=0)),
        Example("seven tickets for one person", False, lambda: _buys(7, gap=1, named=1)),
        Example("twelve rooms for nobody who is named", False, lambda: _buys(12, gap=1, trade=ROOM, named=0)),
        Example("a club", False, lambda: _buys(firm=True)),
        Example("groceries", False, lambda: _buys(trade="")),
    ),
)
