"""Beneficiary of many countries: one receiver is paid from several countries of one route or diaspora, or collects in several.

Question    Was one receiver paid by at least `min_senders` unrelated people from `min_send_countries` countries within `window_d` days? Or
            did the receiver collect in `min_pay_countries` countries within `pay_window_d` days from `min_pay_senders` unrelated people?
Source      FinCEN FIN-2023-Alert001 ("different geographic locations"); Arizona 2006 (wires sent round by other states);
            numbers in typologies A4 "F04", the second form's senders A7 "F04"
Subject     the receiver; where neither a route nor a diaspora ties the countries together, the receiver's part stays open
Looks back  60 days of event time; 30 for collecting
Not a hit   families spread over countries (kin); rent, tuition and dues; merchants, payroll, cards; lawful agencies with mixed sums
"""

from collections.abc import Iterator
from typing import Annotated

import msgspec

from schemas.observation import RECEIVER
from streams.domain.event import DAY_MS, Event
from streams.domain.glance import BY_STRANGER, Glance
from streams.domain.marks import NOT_DEBT, PAY, SEND
from streams.domain.score import strength
from streams.domain.view import View
from streams.typologies.base import Example, Explanation, Hit, Least, Line, Typology, counted, number, window
from streams.typologies.build import pay, view_of

COLLECTED = frozenset({"cash_to_cash", "wallet_to_cash", "account_to_cash"})  # somebody stood at a counter to get it


class Parameters(msgspec.Struct, frozen=True):
    """Lines of TS-F04."""

    window_d: Annotated[int, Line("days", "DEF", "typologies A4")] = 60
    min_send_countries: Annotated[int, Line("countries", "DEF", "typologies A4")] = 3
    min_senders: Annotated[int, Line("persons", "DEF", "typologies A4")] = 4
    pay_window_d: Annotated[int, Line("days", "DEF", "typologies A4")] = 30
    min_pay_countries: Annotated[int, Line("countries of payment", "DEF", "typologies A4")] = 2
    min_pay_senders: Annotated[int, Line("persons", "DEF", "typologies A7")] = 3
    min_new_share: Annotated[float, Line("share of pairs", "DEF", "as TS-F01")] = 0.7
    untied: Annotated[
        float, Line("strength cap without route or diaspora", "DEF", "typologies A4: one route or one diaspora")
    ] = 0.45


PARAMETERS = Parameters()


def may(glance: Glance, p: Parameters) -> bool:
    """Enough strangers from, or paid in, enough countries?"""
    if glance.has_payers(p.min_senders, p.window_d):
        countries = {m[SEND] for m in glance.within(glance.paid_in, p.window_d)}
        if len(countries) >= p.min_send_countries or 0 in countries:
            return True
    pays = {m[PAY] for m in glance.within(glance.paid_in, p.pay_window_d)} - {0}
    return len(pays) >= p.min_pay_countries and glance.has_payers(p.min_pay_senders, p.pay_window_d)


def gate(view: View, p: Parameters) -> bool:
    """Enough payers, and more than one country on either side?"""
    if len(view.payers) < p.min_pay_senders or not view.is_collector_shape():
        return False
    return len({e.send.country for e in view.credits}) >= p.min_send_countries or len({e.pay.country for e in view.credits}) > 1


def hits(view: View, p: Parameters) -> Iterator[Hit]:
    """Both forms: where the money comes from, and where it is collected."""
    flow = view.flow("TS-F04", view.unrelated_credits(), lambda e: e.purpose_class not in NOT_DEBT)
    for end in view.unjudged(flow, p.min_senders - 1):
        inside = window(flow, end, p.window_d * DAY_MS)
        countries = {e.send.country for e in inside} - {""}
        senders = len({e.other for e in inside})
        if senders >= p.min_senders and len(countries) >= p.min_send_countries:
            yield _hit(view, inside, senders / p.min_senders, "", p)
    # The place itself must be stated: one filled in from an earlier transfer would be a country of its own.
    counters = view.flow("TS-F04 collected", view.events, lambda e: _is_collected(view, e))
    for end in view.unjudged(counters, p.min_pay_senders - 1):
        inside = window(counters, end, p.pay_window_d * DAY_MS)
        senders = len({e.other for e in inside})
        if senders >= p.min_pay_senders and len({e.pay.country for e in inside}) >= p.min_pay_countries:
            yield _hit(view, inside, senders / p.min_pay_senders, "collected", p)


def _is_collected(view: View, event: Event) -> bool:
    plain = event.side == RECEIVER and event.channel in COLLECTED and event.purpose_class not in NOT_DEBT
    return plain and bool(event.pay.country) and view.is_unrelated(event)


def _hit(view: View, inside: list[Event], ratio: float, form: str, p: Parameters) -> Hit:
    first = {e.other: e for e in reversed(inside)}
    sends, pays = {e.send.country for e in inside} - {""}, {e.pay.country for e in inside} - {""}
    wanted, countries = (p.min_pay_countries, pays) if form else (p.min_send_countries, sends)
    on_route = any(len(countries.intersection(route.countries)) >= wanted for route in view.corridors.routes)
    diaspora = not form and _is_diaspora(view, inside, p)
    new_share = sum(view.newness(e, p.window_d * DAY_MS) is True for e in first.values()) / len(first)
    known = sum(view.profile(k).nationality != "" for k in first)
    measures = {
        "senders": len(first), "send_countries": len(sends), "pay_countries": len(pays), "collected": bool(form),
        "on_route": on_route, "diaspora": diaspora, "new_share": new_share, "known": known, "payments": len(inside),
    }  # fmt: skip
    value = strength(ratio) if on_route or diaspora else min(strength(ratio), p.untied)
    named = (("corridor", on_route), ("newness", new_share >= p.min_new_share))
    return Hit(inside[-1].at_ms, value, tuple(inside), tuple(name for name, holds in named if holds), measures)


def _is_diaspora(view: View, inside: list[Event], p: Parameters) -> bool:
    """Nationals of one country pay from enough countries."""
    places: dict[str, set[str]] = {}
    for event in inside:
        nation = view.profile(event.other).nationality
        if nation and event.send.country:
            places.setdefault(nation, set()).add(event.send.country)
    return any(len(countries) >= p.min_send_countries for countries in places.values())


def explain(view: View, p: Parameters, best: Hit, events: tuple[Event, ...]) -> Explanation:
    """From how many countries, collected in how many, and what ties these countries together."""
    m = best.measures
    ties = [word for word, holds in (("lie on one known route", m["on_route"]), ("share a diaspora", m["diaspora"])) if holds]
    together = f"the countries {' and '.join(ties)}" if ties else "nothing known ties the countries together"
    if m["collected"]:
        reason = f"The receiver collected money of {m['senders']:.0f} people who are not kin in {m['pay_countries']:.0f} countries within {p.pay_window_d} days; {together}."
        numbers = (number(p, "min_pay_countries", m["pay_countries"], best.events), number(p, "min_pay_senders", m["senders"]))
    else:
        reason = (
            f"{m['senders']:.0f} people who are not kin of the receiver paid from {m['send_countries']:.0f} countries "
            f"({counted(m['payments'], 'payment')} within {p.window_d} days); {together}."
        )
        numbers = (number(p, "min_send_countries", m["send_countries"], best.events), number(p, "min_senders", m["senders"]))
    receiver = "collector" if ties else "recipient"
    parts = {e.other: "payer" for e in events} | {e.mine: receiver for e in events}
    absent = () if m["known"] == m["senders"] else ("nationality of some senders",)
    return Explanation(reason, numbers, parts, absent)


_ROUTE = ("KG:Bishkek", "UZ:Tashkent", "TJ:Dushanbe", "RU:Moscow")


def _paid(sends: tuple[str, ...], gap: float = 10, pays: tuple[str, ...] = ("MX:Tijuana",), **how: object) -> View:
    rows = [
        pay(f"s{i}", "r", i * gap, 700, send=send, pay=pays[i % len(pays)], **how)  # type: ignore[arg-type]
        for i, send in enumerate(sends)
    ]
    return view_of("r", rows)


TYPOLOGY = Typology(
    id="TS-F04",
    name="Beneficiary of many countries",
    version=1,
    weight=0.4,  # DEF, typologies A7
    window_ms=PARAMETERS.window_d * DAY_MS,
    parameters=PARAMETERS,
    may=may,
    on=BY_STRANGER,
    gate=gate,
    least=Least(credits=PARAMETERS.min_pay_senders, payers=PARAMETERS.min_pay_senders),
    hits=hits,
    explain=explain,
    doc=__doc__,
    examples=(
        Example("four strangers in four countries of one route pay Tijuana", True, lambda: _paid(_ROUTE)),
        Example("three strangers, collected in two countries", True, lambda: _paid(("DE:Hamburg",) * 3, 9, ("TR:Van", "IR:Urmia"))),
        Example("countries that nothing ties together: weak", True, lambda: _paid(("JP:Osaka", "CA:Toronto", "NO:Oslo", "NO:Oslo"))),
        Example("three strangers in three countries", False, lambda: _paid(_ROUTE[:3])),
        Example("four strangers in two countries", False, lambda: _paid(_ROUTE[:2] * 2)),
        Example("four strangers in four countries over three months", False, lambda: _paid(_ROUTE, 21)),
        Example("two strangers, collected in two countries", False, lambda: _paid(("DE:Hamburg",) * 2, 9, ("TR:Van", "IR:Urmia"))),
        Example("collected in two countries two months apart", False, lambda: _paid(("DE:Hamburg",) * 3, 31, ("TR:Van", "IR:Urmia"))),
        Example("four children in four countries", False, lambda: _paid(_ROUTE, relation="kin", surname=True)),
        Example("rent from four countries", False, lambda: _paid(_ROUTE, purpose="rent")),
    ),
)  # fmt: skip
