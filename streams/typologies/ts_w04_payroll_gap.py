"""Payroll gap: a firm lives on the work of people who get little or nothing through its payroll.

Question    Did a firm take in at least `min_turnover_usd` dollars over `min_span_d` days or more and pay less than `max_payroll` of it in wages,
            while at least `min_workers` people at its address sent money abroad? Or did at least as many workers each hand back `min_returned` of
            their wages to the firm?
Source      UAE FIU goAML reasons BCNNP (business without payroll), CPCHQ (payroll cheques come back), SDWPS; FinCEN FIN-2014-A008 and
            FIN-2020-A008 (no payroll expenditures, wages returned)
Subject     none by itself: the firm may have hired those who keep the wages; the workers may be victims
Looks back  90 days of event time
Not a hit   a firm that pays wages to whoever lives elsewhere; rent, tuition and dues paid to an employer; a firm with nobody at its address; a firm's
            first weeks; wages in cash and through another bank are lawful in places and cannot be seen

A trade's usual share of wages and the headcount are not in the stream: `max_payroll` is a fifth of a share of wages that is usual anywhere.
"""

from collections.abc import Iterator
from typing import Annotated

import msgspec

from schemas.corridors import corridors
from schemas.observation import RECEIVER, SENDER
from schemas.transfer import ADDRESS
from streams.domain.entity import QUARTER_MS, EntityState, IdentifierState, User
from streams.domain.event import DAY_MS, Event, event_of
from streams.domain.glance import PAID_IN, PAID_OUT, Glance
from streams.domain.marks import CREDIT, NOT_DEBT, OTHER, PAYROLL, SIGNS
from streams.domain.memory import remember, upsert
from streams.domain.profile import Profile
from streams.domain.score import strength
from streams.domain.view import View
from streams.typologies.base import Example, Explanation, Hit, Least, Line, Typology, number, usd, window
from streams.typologies.build import key_of, pay, view_of
from streams.typologies.ts_k01_shared_identifier import SharedView


class Parameters(msgspec.Struct, frozen=True):
    """Lines of TS-W04."""

    window_d: Annotated[int, Line("days", "DEF", "typologies A4")] = 90
    min_span_d: Annotated[int, Line("days of turnover", "DEF", "two monthly pay-days")] = 60
    min_turnover_usd: Annotated[int, Line("US dollars", "DEF", "three low wages in that time")] = 5000
    max_payroll: Annotated[float, Line("wages / turnover", "DEF", "a fifth (typologies A4) of 25 %, a low usual share")] = 0.05
    min_workers: Annotated[int, Line("workers", "DEF", "typologies A4, W01")] = 3
    min_returned: Annotated[float, Line("share of the wage", "DEF", "half of it")] = 0.5


PARAMETERS = Parameters()


def may(glance: Glance, p: Parameters) -> bool:
    """Enough people to whom wages are paid and who pay in?"""
    if glance.kind == ADDRESS:
        return len(glance.users) > p.min_workers
    if len(glance.marks) < 2 * p.min_workers:
        return False
    paid = {m[OTHER] for m in glance.debits if m[SIGNS] & PAYROLL}
    return len(paid) >= p.min_workers and len(paid & {m[OTHER] for m in glance.marks if m[SIGNS] & CREDIT}) >= p.min_workers


def gate(view: View, p: Parameters) -> bool:
    """A firm and enough people at one address, or a firm that is paid by enough people to whom it pays wages?"""
    if isinstance(view, SharedView):
        people = sum(user.profile.is_person for user in view.users.values())
        return view.kind == ADDRESS and people >= p.min_workers and people < len(view.users)
    return len(_workers(view)) >= p.min_workers


def asks(view: View, p: Parameters) -> set[bytes]:
    """Those at the address: what they pay and are paid."""
    return set(view.users) if isinstance(view, SharedView) else set()


def hits(view: View, p: Parameters) -> Iterator[Hit]:
    """Both forms: wages that are not paid, at an address; wages that come back, at a firm."""
    if isinstance(view, SharedView):
        for firm in sorted(key for key, user in view.users.items() if not user.profile.is_person):
            yield from _unpaid(view, firm, p)
    else:
        yield from _returned(view, p)


def _unpaid(view: SharedView, firm: bytes, p: Parameters) -> Iterator[Hit]:
    """One hit for every payment to the firm or from its people at which turnover, wages and people are as asked."""
    flow = sorted([*_turnover(view, firm), *_wages(view, firm), *_sent_home(view)], key=Event.order)
    for end in range(len(flow)):
        inside = window(flow, end, p.window_d * DAY_MS)
        taken = [e for e in inside if e.mine == firm and e.side == RECEIVER]
        people = {e.mine for e in inside if e.mine != firm}
        if not taken or len(people) < p.min_workers or taken[-1].at_ms - taken[0].at_ms < p.min_span_d * DAY_MS:
            continue
        turnover = sum(e.usd_minor for e in taken)
        paid = sum(e.usd_minor for e in inside if e.mine == firm) - turnover
        if turnover >= p.min_turnover_usd * 100 and paid < p.max_payroll * turnover:
            measures = {"workers": len(people), "turnover": turnover, "share": paid / turnover, "returned": 0}
            yield Hit(flow[end].at_ms, strength(len(people) / p.min_workers), tuple(inside), ("identity",), measures)


def _turnover(view: SharedView, firm: bytes) -> list[Event]:
    """What the firm takes in from outside; shop takings (cards, merchants) are not all seen."""
    return [e for e in view.credits if e.mine == firm and e.other and e.other not in view.users]


def _wages(view: View, firm: bytes) -> list[Event]:
    return [e for e in view.debits if e.mine == firm and e.channel == "payroll"]


def _sent_home(view: SharedView) -> list[Event]:
    """What people at the address send abroad."""
    return [e for e in view.debits if e.mine in view.users and view.profile(e.mine).is_person and _is_abroad(e)]


def _is_abroad(event: Event) -> bool:
    return bool(event.send.country and event.pay.country) and event.send.country != event.pay.country


def _payroll(view: View) -> list[Event]:
    return view.flow("TS-W04 wages", view.debits, lambda e: e.channel == "payroll" and not view.profile(e.mine).is_person)


def _back(view: View) -> list[Event]:
    """What is paid to a firm by persons, wages and rent apart."""
    return view.flow("TS-W04 back", view.credits, lambda e: _may_be_wage(e) and not view.profile(e.mine).is_person)


def _may_be_wage(event: Event) -> bool:
    return bool(event.other) and event.channel != "payroll" and event.purpose_class not in NOT_DEBT


def _workers(view: View) -> set[bytes]:
    """To whom wages are paid and who pay the firm."""
    wages = _payroll(view)
    return {e.other for e in wages} & {e.other for e in _back(view)} if wages else set()


def _returned(view: View, p: Parameters) -> Iterator[Hit]:
    """One hit for every payment back at which enough workers had handed back enough of their wages."""
    workers = _workers(view)
    flow = sorted((e for e in [*_payroll(view), *_back(view)] if e.other in workers), key=Event.order)
    for end in view.unjudged(flow):
        if flow[end].side != RECEIVER:
            continue
        inside = window(flow, end, p.window_d * DAY_MS)
        sums: dict[bytes, list[int]] = {}
        for event in inside:
            paid_and_back = sums.setdefault(event.other, [0, 0])
            if event.side != RECEIVER or paid_and_back[0]:  # what came before the first wage is none of it
                paid_and_back[event.side] += event.usd_minor
        giving = {worker for worker, (paid, back) in sums.items() if paid and back >= p.min_returned * paid}
        if len(giving) >= p.min_workers:
            events = tuple(e for e in inside if e.other in giving)
            paid, back = (sum(sums[worker][side] for worker in giving) for side in (0, 1))
            measures = {"workers": len(giving), "turnover": 0, "share": back / paid, "returned": back}
            yield Hit(flow[end].at_ms, strength(len(giving) / p.min_workers), events, ("pass_through",), measures)


def explain(view: View, p: Parameters, best: Hit, events: tuple[Event, ...]) -> Explanation:
    """What the firm takes in and pays, or what comes back of its wages."""
    m = best.measures
    if m["returned"]:
        reason = (
            f"{m['workers']:.0f} workers each handed back at least {p.min_returned:.0%} of their wages to the firm within {p.window_d} days, "
            f"{usd(m['returned'])} or {m['share']:.0%} in all. They may not dispose of their earnings."
        )
        numbers = (number(p, "min_workers", m["workers"], best.events), number(p, "min_returned", m["share"]))
        parts = {e.other: "worker" for e in events} | {e.mine: "recipient" for e in events}
    else:
        reason = (
            f"A firm took in {usd(m['turnover'])} within {p.window_d} days and paid {m['share']:.1%} of it in wages, while {m['workers']:.0f} people at its "
            f"address sent money abroad. They may work there without being paid as the law asks."
        )
        numbers = (number(p, "min_workers", m["workers"], best.events), number(p, "max_payroll", m["share"]))
        people = {e.mine for e in events if view.profile(e.mine).is_person}
        parts = {e.mine: "worker" if e.mine in people else "recipient" for e in events}
    return Explanation(
        reason, numbers, parts, ("headcount", "usual share of wages in the trade", "wages paid in cash or elsewhere")
    )


def _site(workers: int = 3, wage: float = 0, days: float = 70, usd_: float = 2000, home: str = "UZ:Termez") -> View:
    """An address with a firm, which has four invoices paid and pays one wage, and workers who send money home."""
    rows = [pay(f"c{i}", "firm", i * days / 3, usd_, send="KZ:Almaty", pay="KZ:Almaty") for i in range(4)]
    rows += [pay(f"w{i}", f"h{i}", 60 + i, 150, send="KZ:Almaty", pay=home) for i in range(workers)]
    rows += [pay("firm", "x", 40, wage, send="KZ:Almaty", pay="KZ:Almaty", channel="payroll", entity_sender=True)] if wage else []
    state = IdentifierState(ADDRESS, {}, EntityState(ADDRESS))
    for facts in rows:
        for side, party in ((SENDER, facts.sender), (RECEIVER, facts.receiver)):
            name = next((n for n in ("firm", *(f"w{i}" for i in range(workers))) if party and party.key == key_of(n)), "")
            if name:
                event = event_of(facts, side)
                remember(state.group, facts)
                upsert(state.group, event, counts=True)
                quarter = event.at_ms // QUARTER_MS
                state.users.setdefault(event.mine, User(quarter, quarter, event, Profile(name != "firm", "", 0, (), ())))
    return SharedView(key_of("address"), state, corridors())


def _paid_back(workers: int = 3, share: float = 0.5, days: float = 3, purpose: str = "none") -> View:
    """A firm whose workers pay it a share of their wage some days after."""
    wages = [pay("firm", f"w{i}", 0, 600, channel="payroll", entity_sender=True) for i in range(workers)]
    back = [pay(f"w{i}", "firm", days, 600 * share, channel="cash_in", purpose=purpose) for i in range(workers)]
    return view_of("firm", [*wages, *back])


TYPOLOGY = Typology(
    id="TS-W04",
    name="Workers without a payroll",
    version=1,
    weight=0.3,  # DEF
    window_ms=PARAMETERS.window_d * DAY_MS,
    parameters=PARAMETERS,
    may=may,
    on=PAID_IN | PAID_OUT,
    gate=gate,
    least=Least(credits=PARAMETERS.min_workers, debits=PARAMETERS.min_workers, payers=PARAMETERS.min_workers),
    hits=hits,
    explain=explain,
    asks=asks,
    doc=__doc__,
    looks_ahead=True,  # whoever lives at the address is heard of late
    at_identifiers=True,
    examples=(
        Example("USD 8,000 in ten weeks, no wages, three who send money home from there", True, _site),
        Example("wages of just under a twentieth", True, lambda: _site(wage=399)),
        Example("half of three wages comes back", True, _paid_back),
        Example("wages of a twentieth", False, lambda: _site(wage=400)),
        Example("two people at the address", False, lambda: _site(workers=2)),
        Example("eight weeks of turnover", False, lambda: _site(days=59)),
        Example("little turnover", False, lambda: _site(usd_=1200)),
        Example("they send money within the country", False, lambda: _site(home="KZ:Shymkent")),
        Example("less than half comes back", False, lambda: _paid_back(share=0.49)),
        Example("two workers pay back", False, lambda: _paid_back(workers=2)),
        Example("rent of the firm's hostel", False, lambda: _paid_back(purpose="rent")),
        Example("a hundred days later", False, lambda: _paid_back(days=100)),
        Example("they had paid before they were paid", False, lambda: _paid_back(days=-3)),
    ),
)
