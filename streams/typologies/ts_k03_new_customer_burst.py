"""Burst of newcomers: several new customers of one counter pay one stranger within a week; or one person comes under several papers.

Question    Did at least `min_senders` customers of less than `new_d` days pay one person who is no kin of theirs, over one counter (weaker:
            in one town) within `window_d` days? Or is one telephone or account used by people of one name, under at least two customer
            numbers, with at least `min_papers` documents within `papers_window_d` days?
Source      AUSTRAC people-smuggling case ("conflicting or incomplete identification details"); numbers in typologies A4 "K03"
Subject     the receiver, as collector; of several papers nobody: whose they are, and who made them use them, is not known
Looks back  7 days of event time; 90 for papers
Not a hit   a crew at the start of a season, each for his own family; kin; rent, tuition and dues; customers whose first day is not told;
            firms as payers; a family with one telephone (no two names in common); a passport and an identity card

That they are never seen again is not asked for: one would have to wait. Birth dates do not reach detection; two names in common stand for
them. Whether a document is of another kind is not seen either, so it takes three.
"""

from collections.abc import Iterator
from typing import Annotated, Any

import msgspec

from schemas.transfer import DOCUMENT, PHONE, Identifier
from streams.domain.event import DAY_MS, Event
from streams.domain.glance import BY_STRANGER, USERS, Glance
from streams.domain.marks import NOT_DEBT
from streams.domain.score import strength
from streams.domain.view import View
from streams.typologies.base import Example, Explanation, Hit, Line, Typology, counted, number, usd, window
from streams.typologies.build import key_of, pay, view_of
from streams.typologies.ts_k01_shared_identifier import SharedView, pooled

Desk = tuple[int, str, str]  # a counter; or 0 and a country and town


class Parameters(msgspec.Struct, frozen=True):
    """Lines of TS-K03."""

    window_d: Annotated[int, Line("days", "DEF", "typologies A4")] = 7
    min_senders: Annotated[int, Line("new customers", "DEF", "typologies A4")] = 5
    new_d: Annotated[int, Line("days as a customer", "DEF", "a third of A7's 90 for a new pair: these came together")] = 30
    no_counter: Annotated[float, Line("of the strength", "DEF", "as TS-W02: only the town is known")] = 0.75
    min_papers: Annotated[int, Line("documents", "DEF", "typologies A4 says 2; those may be a passport and a card")] = 3
    papers_window_d: Annotated[int, Line("days", "DEF", "a quarter, as identifiers are remembered")] = 90


PARAMETERS = Parameters()


def may(glance: Glance, p: Parameters) -> bool:
    """Enough strangers within the window?"""
    if glance.is_whole and len(glance.users) > 1:
        papers = {i.key for user in glance.users.values() for i in user.profile.identifiers if i.kind == DOCUMENT}
        if len(papers) >= p.min_papers:
            return True
    return glance.has_payers(p.min_senders, p.window_d)


def gate(view: View, p: Parameters) -> bool:
    """Enough new customers among the payers, or an identifier with two users of one name?"""
    if isinstance(view, SharedView) and any(len(users) > 1 for users in _people(view)):
        return True
    return len(view.payers) >= p.min_senders and len({e.other for e in _newcomers(view, p)}) >= p.min_senders


def hits(view: View, p: Parameters) -> Iterator[Hit]:
    """One hit for every newcomer who completes a burst, and for every user of one name who brings a further document."""
    if isinstance(view, SharedView):
        yield from _papers(view, p)
    by_desk: dict[Desk, list[Event]] = {}
    for event in _newcomers(view, p):
        for desk in _desks(event):
            by_desk.setdefault(desk, []).append(event)
    for desk in sorted(by_desk):
        yield from _bursts(view, desk, by_desk[desk], p)


def _newcomers(view: View, p: Parameters) -> list[Event]:
    """Plain payments of new customers to one person who is no kin."""
    if not view.is_party and not view.is_one_person(view.owners):
        return []
    return view.flow("TS-K03", view.unrelated_credits(), lambda e: _fits(view, e, p))


def _fits(view: View, event: Event, p: Parameters) -> bool:
    payer = view.profile(event.other)
    is_new = payer.is_person and event.at_ms // DAY_MS - payer.since_day < p.new_d
    return is_new and event.purpose_class not in NOT_DEBT and view.profile(event.mine).is_person


def _desks(event: Event) -> list[Desk]:
    """The counter; of cash also the town with all its counters: who leaves a counter out is not seen at more than before."""
    is_cash = event.channel.startswith("cash_") and bool(event.send.town)
    town = [(0, event.send.country, event.send.town)] if is_cash else []
    return [(event.counter, "", ""), *town] if event.counter else town


def _bursts(view: View, desk: Desk, paid: list[Event], p: Parameters) -> Iterator[Hit]:
    for end in range(p.min_senders - 1, len(paid)):
        inside = window(paid, end, p.window_d * DAY_MS)
        senders = len({e.other for e in inside})
        if senders < p.min_senders:
            continue
        value = strength(senders / p.min_senders)
        measures = {"senders": senders, "papers": 0, "known": bool(desk[0]), "usd": sum(e.usd_minor for e in inside) / 100}
        is_hub = any(view.corridors.is_hub(e.pay.country, e.pay.town) for e in inside)
        facets = ("newness", "corridor") if is_hub else ("newness",)
        yield Hit(paid[end].at_ms, value if desk[0] else round(value * p.no_counter, 4), tuple(inside), facets, measures)


def _people(view: SharedView) -> list[list[bytes]]:
    """Users of the identifier who may be one person: each has two names (or more) in common with the first."""
    names = {k: set(user.profile.name_keys) for k, user in view.users.items() if user.profile.is_person}
    groups = [[other for other in sorted(names) if len(names[first] & names[other]) > 1] for first in sorted(names)]
    return [list(group) for group in sorted({tuple(group) for group in groups})]


def _papers(view: SharedView, p: Parameters) -> Iterator[Hit]:
    for group in _people(view):
        users = sorted((view.users[k] for k in group), key=lambda u: u.earliest.order())
        for end, last in enumerate(users[1:], 1):
            edge = last.earliest.at_ms - p.papers_window_d * DAY_MS
            inside = [u for u in users[: end + 1] if u.earliest.at_ms >= edge]
            papers = {i.key for u in inside for i in u.profile.identifiers if i.kind == DOCUMENT}
            if len(inside) > 1 and len(papers) >= p.min_papers:
                measures = {"senders": len(inside), "papers": len(papers)}
                events = tuple(u.earliest for u in inside)
                yield Hit(last.earliest.at_ms, strength(len(papers) / p.min_papers), events, ("identity",), measures)


def explain(view: View, p: Parameters, best: Hit, events: tuple[Event, ...]) -> Explanation:
    """How many newcomers paid whom over which counter; or how many papers go with one name."""
    m = best.measures
    if m["papers"]:
        reason = (
            f"People of one name who use the same number appeared as {m['senders']:.0f} customers with {m['papers']:.0f} different "
            f"documents within {p.papers_window_d} days."
        )
        numbers = (number(p, "min_papers", m["papers"], best.events),)
        return Explanation(reason, numbers, {e.mine: "shares" for e in events}, ("birth dates",))
    where = "over one counter" if m["known"] else "in one town"
    reason = (
        f"{counted(m['senders'], 'customer')} of less than {p.new_d} days, no kin of the receiver, paid one person together {usd(m['usd'] * 100)} "
        f"{where} within {p.window_d} days."
    )
    parts = {e.other: "payer" for e in events} | {e.mine: "collector" for e in events}
    absent = [] if m["known"] else ["counter of the sending agent"]
    if not all(view.profile(payer).since_day for payer in view.payers if payer):
        absent.append("first day of some customers")
    return Explanation(reason, (number(p, "min_senders", m["senders"], best.events),), parts, tuple(absent))


def _since(facts: Any, days: float) -> Any:
    """For examples: the same transfer by somebody who has been a customer for so many days."""
    since = round(facts.at_ms / DAY_MS - days) if days >= 0 else 0
    return msgspec.structs.replace(facts, sender=msgspec.structs.replace(facts.sender, since_day=since))


def _crew(senders: int = 5, gap: float = 1.75, age: float = 10, counters: tuple[int, ...] = (7,), **how: Any) -> View:
    rows = [
        _since(pay(f"n{i}", "r", i * gap, 600, send="TR:Istanbul", counter=counters[i % len(counters)], **how), age)
        for i in range(senders)
    ]
    return view_of("r", rows)


def _one_name(papers: int, users: int = 3, gap: float = 10, names: tuple[str, ...] = ("umid", "sobirov")) -> View:
    rows = []
    for i in range(users):
        facts = pay(f"u{i}", "r", i * gap, 500)
        keys = tuple(sorted(key_of(name if name else f"u{i}")[:8] for name in names))
        rows.append(msgspec.structs.replace(facts, sender=msgspec.structs.replace(facts.sender, name_keys=keys)))
    view = pooled(PHONE, rows)
    assert isinstance(view, SharedView)
    for i, user in enumerate(view.users.values()):
        documents = (Identifier(DOCUMENT, key_of(f"document {i % papers}")),)
        user.profile = msgspec.structs.replace(user.profile, identifiers=documents)
    return view


TYPOLOGY = Typology(
    id="TS-K03",
    name="Burst of newcomers",
    version=1,
    weight=0.3,  # DEF, typologies A7
    window_ms=PARAMETERS.papers_window_d * DAY_MS,
    parameters=PARAMETERS,
    may=may,
    on=BY_STRANGER | USERS,
    gate=gate,
    hits=hits,
    explain=explain,
    doc=__doc__,
    looks_ahead=True,  # a user who is heard of late counts from the start
    examples=(
        Example("five newcomers of one counter within a week", True, _crew),
        Example("nine newcomers of one counter", True, lambda: _crew(9, 0.5)),
        Example("five newcomers of one town", True, lambda: _crew(counters=(0,))),
        Example("one name, three customers, three passports", True, lambda: _one_name(3)),
        Example("four newcomers", False, lambda: _crew(4)),
        Example("five newcomers in seven and a half days", False, lambda: _crew(gap=1.88)),
        Example("five customers of 30 days", False, lambda: _crew(age=30)),
        Example("five whose first day is not told", False, lambda: _crew(age=-1)),
        Example("five newcomers pay their mother", False, lambda: _crew(relation="kin", surname=True)),
        Example("five newcomers pay rent", False, lambda: _crew(purpose="rent")),
        Example("one name, three customers, two documents", False, lambda: _one_name(2)),
        Example("a family of one surname with one telephone", False, lambda: _one_name(3, names=("", "sobirov"))),
        Example("one name, three passports over half a year", False, lambda: _one_name(3, gap=46)),
    ),
)  # fmt: skip
