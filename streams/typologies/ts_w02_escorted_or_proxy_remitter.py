"""Escorted or proxy remitter: workers who are brought to send money together, or one who sends for the families of many.

Question    Did at least `min_senders` people who share an identifier, and no name, pay at one counter within `batch_min` minutes, at least
            `min_visits` times in `window_d` days? Or did one person pay at least `min_families` families of one district who are no kin, each
            at least twice and `min_gap_d` days apart, every sum under `pay_share` of a month's pay where it was sent from?
Source      FinCEN FIN-2014-A008 and UAE FIU goAML reason IETHR ("escorted by a third party … to transfer funds"); goAML TOGTH
Subject     in the second form who sends for the others; in the first nobody: the senders may be victims, who leads them is not in the data
Looks back  60 days of event time for visits, 180 days for families
Not a hit   mates on pay-day (no shared identifier); brothers; an agent's own number (over `max_users` users); a foreman who pays wages
            or rent; purchases
"""

from collections.abc import Iterator
from typing import Annotated, Any

import msgspec

from schemas.transfer import ACCOUNT, ADDRESS, IP, PHONE
from streams.domain.event import DAY_MS, Event
from streams.domain.glance import PAID_OUT, USERS, Glance
from streams.domain.marks import AT, BUSINESS_CHANNELS, EXEMPT, NOT_DEBT, OTHER, SIGNS
from streams.domain.score import strength
from streams.domain.view import View
from streams.typologies.base import Example, Explanation, Hit, Line, Typology, counted, number, window
from streams.typologies.build import HOUR_MS, pay, view_of
from streams.typologies.ts_k01_shared_identifier import SharedView, pooled


class Parameters(msgspec.Struct, frozen=True):
    """Lines of TS-W02."""

    window_d: Annotated[int, Line("days", "DEF", "typologies A4")] = 60
    batch_min: Annotated[int, Line("minutes", "DEF", "typologies A4")] = 30
    min_senders: Annotated[int, Line("senders who share no name", "DEF", "typologies A4")] = 3
    min_visits: Annotated[int, Line("visits", "DEF", "typologies A4")] = 2
    apart_h: Annotated[int, Line("hours between visits", "DEF", "one visit may last a morning")] = 12
    max_users: Annotated[int, Line("users of the identifier", "DEF", "more are an agent's customers")] = 25
    no_counter: Annotated[float, Line("of the strength", "DEF", "only the town is known, not the counter")] = 0.75
    long_d: Annotated[int, Line("days", "DEF", "two payments of each family, and as long again")] = 180
    min_families: Annotated[int, Line("families", "DEF", "typologies A4")] = 5
    min_gap_d: Annotated[int, Line("days", "DEF", "typologies A4")] = 60
    pay_share: Annotated[float, Line("share of a month's pay", "DEF", "typologies A4")] = 0.25
    usual_pay_usd: Annotated[int, Line("US dollars a month", "DEF", "where the country's pay is not known")] = 400


PARAMETERS = Parameters()
Desk = tuple[int, str, str]  # a counter; or 0 and a country and town
Visit = tuple[int, int, tuple[Event, ...]]  # when it ended, senders who share no name, transfers


def may(glance: Glance, p: Parameters) -> bool:
    """Enough families that are kept over time, or enough who share an identifier within minutes?"""
    if p.min_senders <= len(glance.users) <= p.max_users:
        recent = glance.within(glance.debits, p.batch_min / (24 * 60))
        later = recent[p.min_senders - 1 :]
        batch_ms = p.batch_min * HOUR_MS // 60
        if glance.kind > ACCOUNT or any(last[AT] - first[AT] <= batch_ms for first, last in zip(recent, later, strict=False)):
            return True
    if glance.payees < p.min_families:
        return False
    spans: dict[int, tuple[int, int]] = {}
    for mark in glance.within(glance.paid_out, p.long_d):
        if not mark[SIGNS] & EXEMPT:
            first, _ = spans.get(mark[OTHER], (mark[AT], 0))
            spans[mark[OTHER]] = (first, mark[AT])
    return sum(last - first >= p.min_gap_d * DAY_MS for first, last in spans.values()) >= p.min_families


def gate(view: View, p: Parameters) -> bool:
    """An identifier with enough users, or a person who pays enough others?"""
    if isinstance(view, SharedView) and not _is_one_person(view):
        is_few = p.min_senders <= len(view.users) <= p.max_users
        return is_few and view.kind != IP and view.families(view.users) >= p.min_senders
    return len(view.payees) >= p.min_families and len(view.debits) >= 2 * p.min_families


def asks(view: View, p: Parameters) -> set[bytes]:
    """The users of a device, an address or a mail address: what they paid. Of other identifiers it is known anyway."""
    return set(view.users) if isinstance(view, SharedView) and view.kind > ACCOUNT else set()


def hits(view: View, p: Parameters) -> Iterator[Hit]:
    """The visits of those who share an identifier, or the families one person pays."""
    if isinstance(view, SharedView) and not _is_one_person(view):
        yield from _escorted(view, p)
    else:
        yield from _proxy(view, p)


def _is_one_person(view: SharedView) -> bool:
    """Whether the users of a phone, a document or an account are one person, or one family, under several customer numbers."""
    return view.kind <= ACCOUNT and view.families(view.users) == 1


def _escorted(view: SharedView, p: Parameters) -> Iterator[Hit]:
    by_desk: dict[Desk, list[Event]] = {}
    for event in view.debits:
        if event.mine in view.users and event.channel not in BUSINESS_CHANNELS:
            for desk in _desks(event):
                by_desk.setdefault(desk, []).append(event)
    for desk in sorted(by_desk):
        visits = _visits(view, by_desk[desk], p)
        for end, (at, _, _) in enumerate(visits):
            recent = [v for v in visits[: end + 1] if v[0] >= at - p.window_d * DAY_MS]
            if len(recent) < p.min_visits:
                continue
            senders = max(v[1] for v in recent)
            value = strength(len(recent) / p.min_visits + (senders - p.min_senders) / p.min_senders)
            measures = {"visits": len(recent), "senders": senders, "families": 0, "known": bool(desk[0])}
            events = tuple(e for v in recent for e in v[2])
            yield Hit(at, value if desk[0] else round(value * p.no_counter, 4), events, ("identity",), measures)


def _desks(event: Event) -> list[Desk]:
    """The counter; of cash also the town with all its counters: who leaves a counter out is not seen at more than before."""
    is_over_a_counter = event.channel.startswith("cash_") and bool(event.send.town)
    town = [(0, event.send.country, event.send.town)] if is_over_a_counter else []
    return [(event.counter, "", ""), *town] if event.counter else town


def _visits(view: SharedView, paid: list[Event], p: Parameters) -> list[Visit]:
    """Times at which enough of the users paid within `batch_min` minutes, oldest first, `apart_h` hours apart."""
    visits: list[Visit] = []
    for end in range(p.min_senders - 1, len(paid)):
        inside = window(paid, end, p.batch_min * HOUR_MS // 60)
        senders = view.families({e.mine for e in inside})
        if senders < p.min_senders:
            continue
        if visits and paid[end].at_ms - visits[-1][0] < p.apart_h * HOUR_MS:
            if senders > visits[-1][1]:
                visits[-1] = (visits[-1][0], senders, tuple(inside))
            continue
        visits.append((paid[end].at_ms, senders, tuple(inside)))
    return visits


def _proxy(view: View, p: Parameters) -> Iterator[Hit]:
    flow = view.flow("TS-W02", view.debits, lambda e: _is_small_help(view, e, p))
    by_town: dict[tuple[str, str], list[Event]] = {}
    for event in flow:
        by_town.setdefault((event.pay.country, event.pay.town), []).append(event)
    for town in sorted(by_town):
        paid = by_town[town]
        # A window holds no more families than all of it: so most towns need no look at their windows.
        if len(_kept(paid, p)) < p.min_families:
            continue
        for end in range(2 * p.min_families - 1, len(paid)):
            kept = _kept(window(paid, end, p.long_d * DAY_MS), p)
            if len(kept) >= p.min_families:
                events = tuple(sorted((e for es in kept for e in es), key=Event.order))
                known = events[-1].send.country in view.corridors.monthly_pay_usd
                measures = {"families": len(kept), "visits": 0, "known": known}
                yield Hit(paid[end].at_ms, strength(len(kept) / p.min_families), events, (), measures)


def _kept(paid: list[Event], p: Parameters) -> list[list[Event]]:
    """The payments to each family that is kept over some time."""
    by_family: dict[bytes, list[Event]] = {}
    for event in paid:
        by_family.setdefault(event.other, []).append(event)
    return [es for es in by_family.values() if es[-1].at_ms - es[0].at_ms >= p.min_gap_d * DAY_MS]


def _is_small_help(view: View, event: Event, p: Parameters) -> bool:
    """A small payment to somebody in a known town who is no kin, by a person who is not known as a firm."""
    monthly = view.corridors.monthly_pay_usd.get(event.send.country, p.usual_pay_usd)
    is_small = event.usd_minor < p.pay_share * monthly * 100 and bool(event.pay.town) and event.purpose_class not in NOT_DEBT
    return is_small and view.is_unrelated(event) and view.profile(event.mine).is_person and view.profile(event.other).is_person


def explain(view: View, p: Parameters, best: Hit, events: tuple[Event, ...]) -> Explanation:
    """How many came together how often, or for how many families one pays."""
    m = best.measures
    if m["visits"]:
        where = "at one counter" if m["known"] else "in one town"
        reason = (
            f"Up to {m['senders']:.0f} people who share an identifier and no name paid {where} within {p.batch_min} minutes of each other, on "
            f"{counted(m['visits'], 'visit')} in {p.window_d} days. They may be brought there by somebody else."
        )
        numbers = (number(p, "min_visits", m["visits"], best.events), number(p, "min_senders", m["senders"]))
        return Explanation(
            reason, numbers, {e.mine: "worker" for e in events}, () if m["known"] else ("counter of the sending agent",)
        )
    reason = (
        f"One person paid {m['families']:.0f} people of one town who are no kin, each at least twice and at least {p.min_gap_d} days apart, always "
        f"less than {p.pay_share:.0%} of a month's pay. This may be money of workers who do not send it themselves."
    )
    parts = {e.other: "recipient" for e in events} | {e.mine: "controller" for e in events}
    absent = () if m["known"] else ("usual pay in the country of sending",)
    return Explanation(reason, (number(p, "min_families", m["families"], best.events),), parts, absent)


def _together(senders: int = 3, visits: int = 2, gap_min: float = 14, kind: int = PHONE, **how: Any) -> View:
    rows = [
        pay(
            f"w{i}",
            f"family{i}",
            20 * n + 0.4 + gap_min * i / 1440,
            120,
            send="KZ:Almaty",
            pay="UZ:Namangan",
            **({"counter": 7} | how),
        )
        for n in range(visits)
        for i in range(senders)
    ]
    return pooled(kind, rows)


def _for_families(families: int = 5, gap_d: float = 60, usd_: float = 174, purpose: str = "none", relation: str = "none") -> View:
    rows = [
        pay("proxy", f"f{i}", gap_d * n + i / 10, usd_, send="KZ:Almaty", pay="UZ:Namangan", purpose=purpose, relation=relation)
        for n in range(2)
        for i in range(families)
    ]
    return view_of("proxy", rows)


TYPOLOGY = Typology(
    id="TS-W02",
    name="Escorted or proxy remitter",
    version=1,
    weight=0.6,  # DEF, typologies A7
    window_ms=PARAMETERS.window_d * DAY_MS,
    parameters=PARAMETERS,
    may=may,
    on=PAID_OUT | USERS,
    gate=gate,
    hits=hits,
    explain=explain,
    asks=asks,
    doc=__doc__,
    looks_ahead=True,  # a user who is heard of late counts from the start
    at_identifiers=True,
    flag_raise=0.3,
    examples=(
        Example("three with one phone at one counter within half an hour, twice", True, _together),
        Example("five of one address, four visits", True, lambda: _together(senders=5, visits=4, gap_min=6, kind=ADDRESS)),
        Example("the same with the town alone", True, lambda: _together(counter=0)),
        Example("one sends to five families of a town, twice, 60 days apart", True, _for_families),
        Example("two with one phone", False, lambda: _together(senders=2)),
        Example("three within 32 minutes", False, lambda: _together(gap_min=16)),
        Example("one visit", False, lambda: _together(visits=1)),
        Example("three who paid in a shop", False, lambda: _together(channel="merchant")),
        Example("three behind one IP", False, lambda: _together(kind=IP)),
        Example("four families", False, lambda: _for_families(families=4)),
        Example("five families, 59 days apart", False, lambda: _for_families(gap_d=59)),
        Example("a quarter of a month's pay", False, lambda: _for_families(usd_=175)),
        Example("five spouses", False, lambda: _for_families(relation="spouse")),
        Example("rent", False, lambda: _for_families(purpose="rent")),
    ),
)
