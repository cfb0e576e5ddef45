"""An agent in it: many strangers pay one receiver over a single counter, and the counter's payments look made up.

Question    Did at least `min_senders` people who are no kin pay one receiver `min_transfers` times or more over one counter, half or more of
            all cash for that receiver, within `window_d` days; and do at least `min_signs` of four signs stand out at that counter by more
            than `z_line` standard deviations: hours when counters are closed, sums just under a line, new customers, identifiers that
            several names share?
Source      Arizona Attorney General and Financial Crimes Task Force 2001-2008 ("unscrupulous outlets"); numbers in typologies A4 "S03"
Subject     the agent of that counter, whom the transfers name (staff: not known); of the parties the receiver, as collector
Looks back  30 days of event time
Not a hit   the only agent of a border village, whose customers pay each their own people; rent, tuition and dues; lawful agencies

An agent is seen through a receiver's eyes, for detection keeps no memory of agents: what it does for many receivers at once is not seen
here. Peers of the same town and size are not known either; a sign is measured against the share of it that a lawful counter may have
(`usual_*`). Sequential references, refunds and changes do not reach detection. A payment whose agent is not told counts against the signs.
"""

from collections.abc import Iterator
from math import sqrt
from typing import Annotated, Any, NamedTuple

import msgspec

from streams.domain.event import DAY_MS, Event
from streams.domain.glance import BY_STRANGER, Glance
from streams.domain.marks import COUNTER, NOT_DEBT
from streams.domain.score import strength
from streams.domain.view import View
from streams.typologies.base import Example, Explanation, Hit, Least, Line, Typology, number, usd, window
from streams.typologies.build import pay, view_of

HANDED_IN = frozenset({"cash_to_cash", "cash_to_wallet", "cash_in"})


class Parameters(msgspec.Struct, frozen=True):
    """Lines of TS-S03."""

    window_d: Annotated[int, Line("days", "DEF", "typologies A4")] = 30
    min_transfers: Annotated[
        int, Line("payments", "DEF", "typologies A4: 30 of the agent, two thirds of them of one receiver")
    ] = 20
    min_senders: Annotated[int, Line("persons", "DEF", "half of them: not a few who come often")] = 10
    min_share: Annotated[float, Line("share of the receiver's cash", "DEF", "the receiver's counter, not one of many")] = 0.5
    min_signs: Annotated[int, Line("signs", "DEF", "typologies A4")] = 3
    z_line: Annotated[float, Line("standard deviations", "DEF", "typologies A4")] = 3
    opens_h: Annotated[int, Line("hour of the day", "DEF", "counters open by day")] = 7
    closes_h: Annotated[int, Line("hour of the day", "DEF", "counters open by day")] = 21
    new_d: Annotated[int, Line("days as a customer", "DEF", "as TS-K03")] = 30
    usual_closed: Annotated[
        float, Line("share of payments", "DEF", "one in twenty at a lawful counter", least=0.001, most=0.999)
    ] = 0.05
    usual_near: Annotated[
        float, Line("share of payments", "DEF", "one in twenty at a lawful counter", least=0.001, most=0.999)
    ] = 0.05
    usual_new: Annotated[float, Line("share of payments", "DEF", "one in five at a lawful counter", least=0.001, most=0.999)] = (
        0.2
    )
    usual_shared: Annotated[
        float, Line("share of payments", "DEF", "one in twenty at a lawful counter", least=0.001, most=0.999)
    ] = 0.05


PARAMETERS = Parameters()


class Counter(NamedTuple):
    """What came over one counter, out of all cash that may have; and each sign's distance from the usual."""

    events: list[Event]
    signs: dict[str, float]


def may(glance: Glance, p: Parameters) -> bool:
    """Enough payments over counters?"""
    return (
        glance.payers >= p.min_senders
        and sum(m[COUNTER] != 0 for m in glance.within(glance.paid_in, p.window_d)) >= p.min_transfers
    )


def gate(view: View, p: Parameters) -> bool:
    """Enough payments in cash over one counter?"""
    if len(view.payers) < p.min_senders:
        return False
    counters: dict[int, int] = {}
    for event in _cash(view):
        if event.counter:
            counters[event.counter] = counters.get(event.counter, 0) + 1
    return max(counters.values(), default=0) >= p.min_transfers


def _cash(view: View) -> list[Event]:
    """Cash that people who are no kin handed in for one person, or for a firm that is paid like a collector."""
    if not view.is_party and not view.is_one_person(view.owners):
        return []
    return view.flow("TS-S03", view.unrelated_credits(), _fits)


def _fits(event: Event) -> bool:
    return event.channel in HANDED_IN and event.purpose_class not in NOT_DEBT


def hits(view: View, p: Parameters) -> Iterator[Hit]:
    """One hit for every payment over a counter at which enough signs stand out in the window before it."""
    if not view.is_collector_shape():
        return
    flow = _cash(view)
    for end in view.unjudged(flow, p.min_transfers - 1):
        found = _counter(view, window(flow, end, p.window_d * DAY_MS), flow[end].counter, p)
        if found is None:
            continue
        out = [z for z in found.signs.values() if z > p.z_line]
        if len(out) < p.min_signs:
            continue
        mean = sum(out) / len(out)
        measures = {
            "transfers": len(found.events), "senders": len({e.other for e in found.events}), "signs": len(out), "mean": mean,
            "usd": sum(e.usd_minor for e in found.events) / 100, **found.signs,
        }  # fmt: skip
        yield Hit(flow[end].at_ms, strength(mean / p.z_line), tuple(found.events), _facets(view, found, p), measures)


def _counter(view: View, inside: list[Event], counter: int, p: Parameters) -> Counter | None:
    """The signs at the counter, or None if too few came over it."""
    events = [e for e in inside if e.counter == counter]
    if not counter or len(events) < p.min_transfers or len(events) < p.min_share * len(inside):
        return None
    if len({e.other for e in events}) < p.min_senders:
        return None
    total = sum(e.counter in (0, counter) for e in inside)
    sharing = _sharing(view, events)
    return Counter(events, {
        "closed": _z(sum(_is_closed(e, p) for e in events), total, p.usual_closed),
        "near": _z(sum(e.is_near_line for e in events), total, p.usual_near),
        "new": _z(sum(_is_new(view, e, p) for e in events), total, p.usual_new),
        "shared": _z(sum(e.other in sharing for e in events), total, p.usual_shared),
    })  # fmt: skip


def _z(count: int, total: int, usual: float) -> float:
    """By how many standard deviations `count` of `total` is more than the usual share of them."""
    return round((count - total * usual) / sqrt(total * usual * (1 - usual)), 4)


def _is_closed(event: Event, p: Parameters) -> bool:
    return not p.opens_h <= event.local_hour < p.closes_h


def _is_new(view: View, event: Event, p: Parameters) -> bool:
    since = view.profile(event.other).since_day
    return event.at_ms // DAY_MS - since < p.new_d  # not told: since 1970


def _sharing(view: View, events: list[Event]) -> set[bytes]:
    """Senders who share a phone, device or address with another of them and no name."""
    users: dict[bytes, set[bytes]] = {}
    for sender in sorted({e.other for e in events}):
        for identifier in view.profile(sender).identifiers:
            users.setdefault(identifier.key, set()).add(sender)
    return {one for group in users.values() for one in group if _has_stranger(view, one, group)}


def _has_stranger(view: View, one: bytes, group: set[bytes]) -> bool:
    names = set(view.profile(one).name_keys)
    return any(names.isdisjoint(view.profile(other).name_keys) for other in group if other != one)


def _facets(view: View, found: Counter, p: Parameters) -> tuple[str, ...]:
    named = (
        ("corridor", any(view.corridors.is_hub(e.pay.country, e.pay.town) for e in found.events)),
        ("newness", found.signs["new"] > p.z_line),
        ("identity", found.signs["shared"] > p.z_line),
    )
    return tuple(name for name, holds in named if holds)


_SAYS = {
    "closed": "at hours when counters are closed",
    "near": "just under a line",
    "new": "by new customers",
    "shared": "by people who share an identifier and no name",
}


def explain(view: View, p: Parameters, best: Hit, events: tuple[Event, ...]) -> Explanation:
    """How much came over the counter, and what stands out."""
    m = best.measures
    signs = ", ".join(f"{text} (z {m[sign]:.1f})" for sign, text in _SAYS.items() if m[sign] > p.z_line)
    reason = (
        f"{m['transfers']:.0f} payments of {m['senders']:.0f} people who are no kin, together {usd(m['usd'] * 100)}, reached one receiver over one "
        f"counter within {p.window_d} days, more than usual of them {signs}. The agent of that counter is the one to look at."
    )
    parts = {e.other: "payer" for e in events} | {e.mine: "collector" for e in events}
    numbers = (
        number(p, "min_transfers", m["transfers"], best.events),
        number(p, "min_signs", m["signs"]),
        number(p, "z_line", m["mean"]),
    )
    absent = ["agent of some payments"] if any(not e.counter for e in _cash(view)) else []
    if not all(view.profile(e.other).since_day for e in events):
        absent.append("first day of some customers")
    return Explanation(reason, numbers, parts, tuple(absent))


def _captured(payments: int = 20, senders: int = 20, signs: str = "cns", other: int = 0, gap: float = 1, **how: Any) -> View:
    """Payments over a captured counter with these signs: c closed hours, n near a line, s shared phone, w new customers."""
    rows = []
    for i in range(payments + other):
        is_here = i >= other
        at = int(i * gap) + (22.5 if "c" in signs and i % 2 and is_here else 12) / 24
        facts = pay(
            f"s{i % senders}", "r", at, 2800 if "n" in signs and is_here else 900, send="IR:Mashhad", pay="TR:Van",
            phone="one" if "s" in signs and i % 3 == 0 and is_here else "", counter=9 if is_here else 8, **how,
        )  # fmt: skip
        since = facts.at_ms // DAY_MS - 5 if "w" in signs else 0
        rows.append(msgspec.structs.replace(facts, sender=msgspec.structs.replace(facts.sender, since_day=since)))
    return view_of("r", rows)


TYPOLOGY = Typology(
    id="TS-S03",
    name="An agent in it",
    version=1,
    weight=0.3,  # DEF
    window_ms=PARAMETERS.window_d * DAY_MS,
    parameters=PARAMETERS,
    may=may,
    on=BY_STRANGER,
    gate=gate,
    least=Least(credits=PARAMETERS.min_transfers, payers=PARAMETERS.min_senders),
    hits=hits,
    explain=explain,
    doc=__doc__,
    examples=(
        Example("twenty over one counter: half at night, just under a line, a third with one phone", True, _captured),
        Example("all four signs, thirty payments", True, lambda: _captured(30, 30, "cnsw")),
        Example("ten senders, twice each", True, lambda: _captured(20, 10, "cnw")),
        Example("nineteen payments", False, lambda: _captured(19)),
        Example("nine senders", False, lambda: _captured(20, 9)),
        Example("two signs", False, lambda: _captured(signs="cn")),
        Example("another counter brings more", False, lambda: _captured(other=21, gap=0.5)),
        Example("forty days apart on the whole", False, lambda: _captured(gap=2)),
        Example("twenty relatives", False, lambda: _captured(relation="kin", surname=True)),
        Example("twenty students pay their fees", False, lambda: _captured(purpose="tuition")),
        Example("paid from accounts", False, lambda: _captured(channel="bank_transfer")),
    ),
)  # fmt: skip
