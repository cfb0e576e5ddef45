"""Advertisements and logistics: one person pays for small advertisements, rooms, rides, telephones and online services together.

Question    Did one person, within `window_d` days, pay for advertisements (at least `min_ads` sums under `max_ad_usd` dollars that are
            multiples of `multiple`) and for at least two more of rooms (of `min_rooms_usd` dollars, or `min_rooms` in `min_towns` towns), rides
            (over `max_rides`), telephone top-ups (`min_topups`) and online services (`min_online`), or for all four of these?
Source      FINTRAC-2016-OA003 (advertisements in multiples of 3, 12 and 24, under 100 dollars by online payment firms); AUSTRAC Forced sexual
            servitude, 2022 (rooms over AUD 2,000 and more than 15 rides a month, top-ups daily to a few a week)
Subject     none by itself: the card may be in the name of the person who is advertised
Looks back  30 days of event time
Not a hit   firms and their travelling staff; a traveller's rooms, rides and telephone without advertisements; lawful sex work is not told apart by
            purchases: this never reports alone

Which business sells what is known by its category or the words of the purpose. What advertisements say, and for whom, is not in the stream.
"""

from collections.abc import Callable, Iterator
from typing import Annotated

import msgspec

from schemas.money import decimals
from streams.domain.event import DAY_MS, Event
from streams.domain.glance import PAID_OUT, Glance
from streams.domain.marks import SIGNS, TRADE, TRADE_MASK
from streams.domain.score import strength
from streams.domain.trade import AD, ONLINE, PHONE, RIDE, ROOM
from streams.domain.view import View
from streams.typologies.base import Example, Explanation, Hit, Least, Line, Typology, number, window
from streams.typologies.build import pay, view_of


class Parameters(msgspec.Struct, frozen=True):
    """Lines of TS-P06."""

    window_d: Annotated[int, Line("days", "DEF", "typologies A4")] = 30
    min_groups: Annotated[int, Line("of five groups of purchases", "DEF", "typologies A4")] = 3
    min_without_ads: Annotated[int, Line("of the four groups that are no advertisements", "DEF", "three are a traveller's")] = 4
    min_ads: Annotated[int, Line("advertisements", "DEF", "one or two sell a car")] = 3
    multiple: Annotated[int, Line("units of the currency", "SRC", "FINTRAC-2016-OA003: 12 and 24 are multiples of it")] = 3
    max_ad_usd: Annotated[int, Line("US dollars each", "SRC", "FINTRAC-2016-OA003: under 100")] = 100
    min_rooms_usd: Annotated[int, Line("US dollars", "SRC", "AUSTRAC 2022: AUD 2,000 a month")] = 1300
    min_rooms: Annotated[int, Line("rooms", "DEF", "one stay is a visit")] = 3
    min_towns: Annotated[int, Line("towns of rooms", "DEF", "typologies A4: several towns")] = 2
    max_rides: Annotated[int, Line("rides", "SRC", "AUSTRAC 2022: more than 15 a month")] = 15
    min_topups: Annotated[int, Line("top-ups", "DEF", "AUSTRAC 2022: a few a week to daily")] = 8
    min_online: Annotated[int, Line("online payments", "DEF", "one a week")] = 4


PARAMETERS = Parameters()
_NAMES = {AD: "advertisements", ROOM: "rooms", RIDE: "rides", PHONE: "telephone top-ups", ONLINE: "online services"}


def may(glance: Glance, p: Parameters) -> bool:
    """A purchase among enough groups of them?"""
    if not any(m[SIGNS] >> TRADE & TRADE_MASK for m in glance.new):
        return False
    groups = {m[SIGNS] >> TRADE & TRADE_MASK for m in glance.within(glance.debits, p.window_d)} - {0}
    return len(groups) >= p.min_groups


def gate(view: View, p: Parameters) -> bool:
    """A person who buys of enough groups at all?"""
    return len({e.trade for e in _bought(view)}) >= p.min_groups


def _bought(view: View) -> list[Event]:
    return view.flow("TS-P06", view.debits, lambda e: e.trade in _NAMES and view.profile(e.mine).is_person)


def hits(view: View, p: Parameters) -> Iterator[Hit]:
    """One hit for every purchase at which enough groups had come together."""
    flow = _bought(view)
    for end in view.unjudged(flow, p.min_groups - 1):
        inside = window(flow, end, p.window_d * DAY_MS)
        groups = {trade: _GROUPS[trade]([e for e in inside if e.trade == trade], p) for trade in _NAMES}
        groups = {trade: bought for trade, bought in groups.items() if bought}
        if len(groups) >= (p.min_groups if AD in groups else p.min_without_ads):
            events = tuple(sorted((e for group in groups.values() for e in group), key=Event.order))
            measures = {"groups": len(groups), **{trade: len(groups.get(trade, ())) for trade in _NAMES}}
            yield Hit(flow[end].at_ms, strength(len(groups) / p.min_groups), events, (), measures)


def _ads(events: list[Event], p: Parameters) -> list[Event]:
    small = [
        e for e in events if e.usd_minor < p.max_ad_usd * 100 and e.amount_minor % (p.multiple * 10 ** decimals(e.currency)) == 0
    ]
    return small if len(small) >= p.min_ads else []


def _rooms(events: list[Event], p: Parameters) -> list[Event]:
    towns = {(e.pay.country, e.pay.town) for e in events if e.pay.town}
    is_round = len(events) >= p.min_rooms and len(towns) >= p.min_towns
    return events if is_round or sum(e.usd_minor for e in events) >= p.min_rooms_usd * 100 else []


def _rides(events: list[Event], p: Parameters) -> list[Event]:
    return events if len(events) > p.max_rides else []


def _topups(events: list[Event], p: Parameters) -> list[Event]:
    return events if len(events) >= p.min_topups else []


def _online(events: list[Event], p: Parameters) -> list[Event]:
    return events if len(events) >= p.min_online else []


_GROUPS: dict[str, Callable[[list[Event], Parameters], list[Event]]] = {
    AD: _ads,
    ROOM: _rooms,
    RIDE: _rides,
    PHONE: _topups,
    ONLINE: _online,
}


def explain(view: View, p: Parameters, best: Hit, events: tuple[Event, ...]) -> Explanation:
    """What was bought, how often."""
    m = best.measures
    bought = ", ".join(f"{m[trade]:.0f} {name}" for trade, name in _NAMES.items() if m[trade])
    towns = len({e.pay.town for e in best.events if e.trade == ROOM and e.pay.town})
    where = f"; the rooms were in {towns} towns" if towns >= p.min_towns else ""
    reason = f"One person paid for {bought} within {p.window_d} days{where}. Somebody may be advertised and moved about; who, is not known."
    numbers = [number(p, "min_groups", m["groups"], best.events)]
    if m[AD]:
        numbers.append(number(p, "min_ads", m[AD]))
    absent = ("what the advertisements say", *(("towns of the rooms",) if m[ROOM] and not towns else ()))
    return Explanation(reason, tuple(numbers), {e.mine: "controlled" for e in events}, absent)


def _bought_by(trades: dict[str, int], usd: float = 24, gap: float = 1, towns: int = 2, firm: bool = False) -> View:
    """One person's purchases, the n-th of each trade n * gap days after the first."""
    rows = [
        pay("p", f"{trade}{i % 7}", i * gap + n / 24, 90 if trade == ROOM else usd, send="AU:Sydney", pay=f"AU:Town{i % towns}", channel="card",
            trade=trade, entity_sender=firm)
        for n, trade in enumerate(trades) for i in range(trades[trade])
    ]  # fmt: skip
    return view_of("p", rows)


TYPOLOGY = Typology(
    id="TS-P06",
    name="Advertisements and logistics in small sums",
    version=1,
    weight=0.45,  # DEF, typologies A7
    window_ms=PARAMETERS.window_d * DAY_MS,
    parameters=PARAMETERS,
    may=may,
    on=PAID_OUT,
    gate=gate,
    least=Least(debits=PARAMETERS.min_groups, payees=PARAMETERS.min_groups),
    hits=hits,
    explain=explain,
    doc=__doc__,
    flag_raise=0.3,
    examples=(
        Example("advertisements, rooms in two towns, top-ups", True, lambda: _bought_by({AD: 3, ROOM: 3, PHONE: 8})),
        Example("advertisements, rides and online services", True, lambda: _bought_by({AD: 5, RIDE: 16, ONLINE: 4})),
        Example("everything but advertisements", True, lambda: _bought_by({ROOM: 3, RIDE: 16, PHONE: 8, ONLINE: 4})),
        Example("two advertisements", False, lambda: _bought_by({AD: 2, ROOM: 3, PHONE: 8})),
        Example("a traveller's rooms, rides and telephone", False, lambda: _bought_by({ROOM: 5, RIDE: 16, PHONE: 8})),
        Example("advertisements at other prices", False, lambda: _bought_by({AD: 5, ROOM: 3, PHONE: 8}, usd=25)),
        Example("dear advertisements", False, lambda: _bought_by({AD: 5, ROOM: 3, PHONE: 8}, usd=102)),
        Example("fifteen rides", False, lambda: _bought_by({AD: 5, RIDE: 15, ONLINE: 4})),
        Example("a firm", False, lambda: _bought_by({AD: 5, ROOM: 3, PHONE: 8}, firm=True)),
        Example("all rooms in one town", False, lambda: _bought_by({AD: 5, ROOM: 3, PHONE: 8}, towns=1)),
        Example("over three months", False, lambda: _bought_by({AD: 5, ROOM: 5, PHONE: 8}, gap=12)),
    ),
)
