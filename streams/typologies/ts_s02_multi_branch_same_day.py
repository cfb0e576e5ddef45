"""Many counters in a day: one person goes from agent to agent within two days, or between towns within hours.

Question    Did one person hand in or take out cash at `min_agents` different agents or branches within `window_h` hours, or at agents
            of two towns more than `far_km` kilometres apart within `near_h` hours?
Source      FinCEN FIN-2014-A008 (several branches on the same or consecutive days); AUSTRAC people-smuggling case (three branches in a day)
Subject     who goes round, as somebody who passes money on; a subject only if several people of the case pay that person
Looks back  48 hours of event time
Not a hit   the agent next door because the first had no cash left (two agents of one town); a relative paid in parts; payroll; firms;
            transfers from home (no counter)

Distance is measured between the middles of the two towns: the stream says the agent's town, not its street. Where the agent is not
told, or its town is not known, the payment says nothing.
"""

import itertools
from collections.abc import Iterator
from math import asin, cos, radians, sin, sqrt
from typing import Annotated, Any

import msgspec

from schemas.places import gazetteer
from schemas.transfer import Place
from streams.domain.event import Event
from streams.domain.glance import PAID_OUT, Glance
from streams.domain.marks import AT, COUNTER, CREDIT, MINE, OTHER, SIGNS
from streams.domain.score import strength
from streams.domain.view import View
from streams.typologies.base import Example, Explanation, Hit, Least, Line, Typology, number, usd, window
from streams.typologies.build import HOUR_MS, pay, view_of

OVER_A_COUNTER = frozenset({"cash_to_cash", "cash_to_wallet", "cash_in", "cash_out"})
EARTH_KM = 6371.0


class Parameters(msgspec.Struct, frozen=True):
    """Lines of TS-S02."""

    window_h: Annotated[int, Line("hours", "SRC", "FIN-2014-A008: the same or consecutive days")] = 48
    min_agents: Annotated[int, Line("agents or branches", "SRC", "AUSTRAC people smuggling: three branches in a day")] = 3
    near_h: Annotated[int, Line("hours", "DEF", "typologies A4")] = 4
    far_km: Annotated[int, Line("kilometres", "DEF", "typologies A4")] = 15


PARAMETERS = Parameters()


def may(glance: Glance, p: Parameters) -> bool:
    """Two different counters, one soon after the other?"""
    if not any(m[COUNTER] and not m[SIGNS] & CREDIT for m in glance.new):
        return False
    recent = [m for m in glance.within(glance.debits, p.window_h / 24) if m[COUNTER]]
    plain = [m for m in recent if m[MINE] == m[OTHER] or (m[MINE], m[OTHER]) not in glance.kin]
    return any(a[COUNTER] != b[COUNTER] and b[AT] - a[AT] <= p.window_h * HOUR_MS for a, b in itertools.pairwise(plain))


def gate(view: View, p: Parameters) -> bool:
    """Two different counters, one soon after the other?"""
    flow = _cash(view)
    return any(a.counter != b.counter and b.at_ms - a.at_ms <= p.window_h * HOUR_MS for a, b in itertools.pairwise(flow))


def _cash(view: View) -> list[Event]:
    """What one person handed in or took out at known counters, other than for kin."""
    if not view.is_party and not view.is_one_person(e.mine for e in view.debits):
        return []
    return view.flow("TS-S02", view.debits, lambda e: _fits(view, e))


def _fits(view: View, event: Event) -> bool:
    if not event.counter or event.channel not in OVER_A_COUNTER or not view.profile(event.mine).is_person:
        return False
    return event.mine == event.other or not view.is_kin(event)


def hits(view: View, p: Parameters) -> Iterator[Hit]:
    """One hit for every visit that completes a round of agents or a dash between towns."""
    flow = _cash(view)
    for end in view.unjudged(flow, 1):
        inside = window(flow, end, p.window_h * HOUR_MS)
        agents = len({e.counter for e in inside})
        if agents < 2:
            continue
        dash = [e for e in window(flow, end, p.near_h * HOUR_MS) if _km(_where(e), _where(flow[end])) > p.far_km]
        if agents < p.min_agents and not dash:
            continue
        events = inside if agents >= p.min_agents else [*dash, flow[end]]
        measures = {
            "agents": agents,
            "km": max((_km(_where(e), _where(flow[end])) for e in dash), default=0.0),
            "usd": sum(e.usd_minor for e in events) / 100,
            "payments": len(events),
        }
        yield Hit(flow[end].at_ms, strength(max(agents / p.min_agents, 1)), tuple(events), _facets(view, events), measures)


def _where(event: Event) -> Place:
    return event.pay if event.channel == "cash_out" else event.send


def _km(one: Place, other: Place) -> float:
    """Kilometres between two towns along the surface; 0 where one is not known."""
    if one == other:
        return 0.0
    here, there = gazetteer().town(one.country, one.town), gazetteer().town(other.country, other.town)
    if here is None or there is None:
        return 0.0
    north, east = radians(there.lat - here.lat) / 2, radians(there.lon - here.lon) / 2
    return 2 * EARTH_KM * asin(sqrt(sin(north) ** 2 + cos(radians(here.lat)) * cos(radians(there.lat)) * sin(east) ** 2))


def _facets(view: View, events: list[Event]) -> tuple[str, ...]:
    return ("corridor",) if any(e.other and view.corridors.is_hub(e.pay.country, e.pay.town) for e in events) else ()


def explain(view: View, p: Parameters, best: Hit, events: tuple[Event, ...]) -> Explanation:
    """How many agents in two days, or how far apart within hours."""
    m = best.measures
    far = f" Two of them, {m['km']:.0f} km apart, within {p.near_h} hours." if m["km"] else ""
    reason = (
        f"One person handed in or took out {usd(m['usd'] * 100)} in cash at {m['agents']:.0f} different agents within {p.window_h} hours "
        f"({m['payments']:.0f} payments).{far}"
    )
    numbers = [number(p, "min_agents", m["agents"], best.events)]
    if m["km"]:
        numbers.append(number(p, "far_km", m["km"]))
    is_blind = any(e.channel in OVER_A_COUNTER and not e.counter for e in view.debits)
    absent = ("agent of some payments",) if is_blind else ()
    return Explanation(reason, tuple(numbers), {e.mine: "passes_on" for e in events}, absent)


def _round(counters: tuple[int, ...], hours: float = 24, towns: tuple[str, ...] = ("US:Phoenix",), **how: Any) -> View:
    rows = [
        pay("s", "r", i * hours / 24, 900, send=towns[i % len(towns)], pay="MX:Tijuana", counter=counter, **how)
        for i, counter in enumerate(counters)
    ]
    return view_of("s", rows)


_TWO_TOWNS = ("PK:Gujrat", "PK:Sialkot")

TYPOLOGY = Typology(
    id="TS-S02",
    name="Many counters in a day",
    version=1,
    weight=0.3,  # DEF, typologies A7
    window_ms=PARAMETERS.window_h * HOUR_MS,
    parameters=PARAMETERS,
    may=may,
    on=PAID_OUT,
    gate=gate,
    least=Least(debits=2),
    hits=hits,
    explain=explain,
    doc=__doc__,
    examples=(
        Example("three agents within exactly 48 hours", True, lambda: _round((1, 2, 3))),
        Example("five agents in a day", True, lambda: _round((1, 2, 3, 4, 5), 5)),
        Example("two towns 40 km apart within four hours", True, lambda: _round((1, 2), 4, _TWO_TOWNS)),
        Example("two agents of one town within an hour", False, lambda: _round((1, 2), 1)),
        Example("two agents, twice each", False, lambda: _round((1, 2, 1, 2), 10)),
        Example("three agents in 49 hours", False, lambda: _round((1, 2, 3), 24.5)),
        Example("two towns 40 km apart within five hours", False, lambda: _round((1, 2), 5, _TWO_TOWNS)),
        Example("three agents for a brother", False, lambda: _round((1, 2, 3), relation="kin", surname=True)),
        Example("three branches where nobody hands in cash", False, lambda: _round((1, 2, 3), channel="bank_transfer")),
        Example("a firm's cashier", False, lambda: _round((1, 2, 3), entity_sender=True)),
        Example("the agents are not told", False, lambda: _round((0, 0, 0))),
    ),
)  # fmt: skip
