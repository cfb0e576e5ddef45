"""Linked senders: people tied by an address, a phone or a device all pay the same beneficiary abroad, again and again.

Question    Did at least `min_senders` senders who share an address, phone or device with each other each pay one beneficiary abroad at
            least `min_each` times within `window_d` days?
Source      AUSTRAC human-trafficking case page ("multiple customers linked by common addresses" to one overseas beneficiary)
Subject     the beneficiary; the senders may be controlled and are typed victims
Looks back  60 days of event time
Not a hit   brothers who share a flat and pay one father (kin do not count); hostels whose guests pay different people
"""

from collections.abc import Iterator
from typing import Annotated

import msgspec

from streams.domain.event import DAY_MS, Event
from streams.domain.glance import BY_STRANGER, Glance
from streams.domain.marks import is_abroad
from streams.domain.score import strength
from streams.domain.view import View
from streams.typologies.base import Example, Explanation, Hit, Least, Line, Typology, number, window
from streams.typologies.build import pay, view_of


class Parameters(msgspec.Struct, frozen=True):
    """Lines of TS-F05."""

    window_d: Annotated[int, Line("days", "DEF", "typologies A4")] = 60
    min_senders: Annotated[int, Line("linked senders", "DEF", "typologies A4")] = 3
    min_each: Annotated[int, Line("payments of each", "DEF", "typologies A4")] = 2


PARAMETERS = Parameters()


def may(glance: Glance, p: Parameters) -> bool:
    """Enough strangers from abroad who paid often enough?"""
    if glance.payers < p.min_senders:
        return False
    abroad = [m for m in glance.within(glance.paid_in, p.window_d) if is_abroad(m)]
    return glance.often(abroad, p.min_each) >= p.min_senders


def gate(view: View, p: Parameters) -> bool:
    """Enough foreign payers?"""
    if len(view.payers) < p.min_senders:
        return False
    return len({e.other for e in view.foreign_credits()}) >= p.min_senders


def hits(view: View, p: Parameters) -> Iterator[Hit]:
    """One hit for every payment at which enough linked senders had paid often enough."""
    flow = view.flow("TS-F05", view.foreign_credits(), view.is_unrelated)
    for end in view.unjudged(flow, p.min_senders * p.min_each - 1):
        inside = window(flow, end, p.window_d * DAY_MS)
        counts: dict[bytes, int] = {}
        for event in inside:
            counts[event.other] = counts.get(event.other, 0) + 1
        linked = linked_group(view, [k for k, n in counts.items() if n >= p.min_each])
        if len(linked) >= p.min_senders:
            events = tuple(e for e in inside if e.other in linked)
            yield Hit(flow[end].at_ms, strength(len(linked) / p.min_senders), events, ("identity",), {"senders": len(linked)})


def linked_group(view: View, parties: list[bytes]) -> set[bytes]:
    """The largest set of parties held together by one shared address, phone or device."""
    users: dict[tuple[int, bytes], set[bytes]] = {}
    for party in sorted(parties):
        for identifier in view.profile(party).identifiers:
            users.setdefault((identifier.kind, identifier.key), set()).add(party)
    return max((users[k] for k in sorted(users)), key=len, default=set())


def explain(view: View, p: Parameters, best: Hit, events: tuple[Event, ...]) -> Explanation:
    """How many linked people pay whom."""
    senders = best.measures["senders"]
    reason = (
        f"{senders:.0f} senders who share an address, phone or device each paid the same beneficiary abroad at least {p.min_each} times within "
        f"{p.window_d} days; they are not kin of the beneficiary and may be under one person's control."
    )
    parts = {e.other: "worker" for e in events} | {e.mine: "collector" for e in events}
    return Explanation(reason, (number(p, "min_senders", senders, best.events),), parts)


def _house(senders: int, address: str, relation: str = "none", each: int = 2) -> View:
    rows = [
        pay(
            f"v{i}",
            "rec",
            20 * n + i,
            900,
            send="AU:Melbourne",
            pay="TH:Bangkok",
            address=address or f"a{i}",
            relation=relation,
            surname=relation == "kin",
        )
        for i in range(senders)
        for n in range(each)
    ]
    return view_of("rec", rows)


TYPOLOGY = Typology(
    id="TS-F05",
    name="Linked senders, common beneficiary",
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
    examples=(
        Example("three women of one address pay one person in Bangkok twice", True, lambda: _house(3, "one")),
        Example("six of one address", True, lambda: _house(6, "one")),
        Example("three at three addresses", False, lambda: _house(3, "")),
        Example("three brothers at one address pay their father", False, lambda: _house(3, "one", relation="kin")),
        Example("three of one address pay once each", False, lambda: _house(3, "one", each=1)),
    ),
)
