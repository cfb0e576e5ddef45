"""Far above the profile: one person sends strangers more than people of that occupation earn.

Question    Did one person pay at least `min_receivers` people who are no kin, within `window_d` days, together more than `income_share` of
            what somebody of that occupation earns in a year where the payments were made, and at least `least_usd` dollars?
Source      FinCEN FIN-2023-Alert001 ("significantly greater deposits than peers"); UAE FIU goAML reasons ULICE, TAICE
Subject     the sender, whose part stays open: it may be another's money, sent under pressure. It lends weight to what else is seen
Looks back  90 days of event time
Not a hit   the price of a flat, an inheritance, a wedding (one or two are paid); kin; rent, tuition and dues; purchases; wages seen in the
            same time that cover it; firms

Incomes are not stated: a worker's usual monthly pay in the country, times what an occupation of that class earns of it, stands for them, and
for the peers. Whose occupation is not told, or not understood, is taken for a trader, who may send most. Sums received are not held against
a pay: remittances are more than the pay of those who live on them.
"""

from bisect import bisect_left
from collections.abc import Iterator
from itertools import accumulate
from typing import Annotated, Any

import msgspec

from schemas.observation import RECEIVER
from streams.domain.event import DAY_MS, Event
from streams.domain.glance import TO_STRANGER, Glance
from streams.domain.marks import EXEMPT, NOT_DEBT, OTHER, SIGNS, USD
from streams.domain.score import strength
from streams.domain.view import View
from streams.typologies.base import Example, Explanation, Hit, Least, Line, Typology, number, usd
from streams.typologies.build import pay, view_of

MONTHS = 12


class Parameters(msgspec.Struct, frozen=True):
    """Lines of TS-K04."""

    window_d: Annotated[int, Line("days", "DEF", "typologies A4")] = 90
    income_share: Annotated[float, Line("share of a year's income", "DEF", "typologies A4", least=0.05)] = 0.6
    min_receivers: Annotated[int, Line("persons", "DEF", "what is sold, inherited or celebrated goes to one or two")] = 3
    least_usd: Annotated[
        int, Line("US dollars", "DEF", "as TS-S01's lowest line: below, a pay that is not known well decides")
    ] = 3000
    usual_pay_usd: Annotated[
        int, Line("US dollars a month", "DEF", "as TS-W02: where the country's pay is not known", least=1)
    ] = 400
    unpaid: Annotated[float, Line("times a worker's pay", "DEF", "pension, pocket money, a spouse's help", least=0.1)] = 0.5
    paid: Annotated[float, Line("times a worker's pay", "DEF", "the pay itself", least=0.1)] = 1
    skilled: Annotated[float, Line("times a worker's pay", "DEF", "engineers, physicians, managers", least=0.1)] = 3
    trade: Annotated[
        float, Line("times a worker's pay", "DEF", "turnover, not income; and whoever's occupation is not known", least=0.1)
    ] = 30


PARAMETERS = Parameters()


def may(glance: Glance, p: Parameters) -> bool:
    """Enough strangers and enough money for the occupation, where pay is lowest?"""
    if glance.payees < p.min_receivers:
        return False
    paid = [m for m in glance.within(glance.paid_out, p.window_d) if not m[SIGNS] & EXEMPT]
    if len({m[OTHER] for m in paid}) < p.min_receivers:
        return False
    sent = sum(m[USD] for m in paid)
    return sent >= p.least_usd * 100


def gate(view: View, p: Parameters) -> bool:
    """Enough people paid, enough money?"""
    if len(view.payees) < p.min_receivers:
        return False
    flow = _paid(view)
    return sum(e.usd_minor for e in flow) >= p.least_usd * 100 and len({e.other for e in flow}) >= p.min_receivers


def _paid(view: View) -> list[Event]:
    """One person's plain payments, to people who are no kin, from places whose country is known."""
    if not view.is_party and not view.is_one_person(e.mine for e in view.debits):
        return []
    return view.flow("TS-K04", view.debits, lambda e: _fits(view, e))


def _fits(view: View, event: Event) -> bool:
    is_plain = view.is_unrelated(event) and event.purpose_class not in NOT_DEBT and bool(event.send.country)
    return is_plain and view.profile(event.mine).is_person


def hits(view: View, p: Parameters) -> Iterator[Hit]:
    """One hit for every payment at which what was sent in the window is too much for the occupation."""
    flow = _paid(view)
    sums = list(accumulate((e.usd_minor for e in flow), initial=0))
    first = 0
    for end in view.unjudged(flow, p.min_receivers - 1):
        first = bisect_left(flow, flow[end].at_ms - p.window_d * DAY_MS, first, end, key=lambda e: e.at_ms)
        sent = sums[end + 1] - sums[first]
        if sent < p.least_usd * 100:
            continue
        inside = flow[first : end + 1]
        allowed = p.income_share * MONTHS * _times(view, inside, p)  # times a month's pay
        if sent <= allowed * _least_pay_minor(view, p):
            continue  # too little by the lowest pay of all countries: no need to look at each payment's
        ratio = sum(e.usd_minor / _pay_minor(view, e, p) for e in inside) / allowed
        receivers = len({e.other for e in inside})
        if receivers < p.min_receivers or ratio <= 1 or sent <= _wages(view, flow[end], p):
            continue
        is_hub = any(view.corridors.is_hub(e.pay.country, e.pay.town) for e in inside)
        measures = {
            "years": ratio * p.income_share, "usd": sent / 100, "receivers": receivers,
            "occupation": float(_living(view, inside)),
        }  # fmt: skip
        yield Hit(flow[end].at_ms, strength(ratio), tuple(inside), ("corridor",) if is_hub else (), measures)


def _pay_minor(view: View, event: Event, p: Parameters) -> int:
    """A worker's usual monthly pay where the payment was made, US cents."""
    return view.corridors.monthly_pay_usd.get(event.send.country, p.usual_pay_usd) * 100


def _least_pay_minor(view: View, p: Parameters) -> int:
    return min(p.usual_pay_usd, *view.corridors.monthly_pay_usd.values()) * 100


def _living(view: View, inside: list[Event]) -> int:
    """Class of occupation (schemas.observation.Side); at a shared identifier the best paid of those who use it; 0 if one is unknown."""
    owners = {view.key} if view.is_party else {e.mine for e in inside}
    classes = {view.profile(party).living for party in owners}
    return 0 if 0 in classes else max(classes)


def _times(view: View, inside: list[Event], p: Parameters) -> float:
    return (p.trade, p.unpaid, p.paid, p.skilled, p.trade)[_living(view, inside)]


def _wages(view: View, last: Event, p: Parameters) -> int:
    """Pay that came in during the window, US cents."""
    edge = last.at_ms - p.window_d * DAY_MS
    wages = view.flow("TS-K04 wages", view.credits, _is_wage)
    return sum(e.usd_minor for e in wages if e.at_ms >= edge and e.order() <= last.order())


def _is_wage(event: Event) -> bool:
    return event.side == RECEIVER and event.channel == "payroll"


_CLASSES = ("of unknown occupation", "without pay", "who works for pay", "with a profession", "with a trade")


def explain(view: View, p: Parameters, best: Hit, events: tuple[Event, ...]) -> Explanation:
    """How much was sent, and how many years' income of such a person that is."""
    m = best.measures
    reason = (
        f"One person, {_CLASSES[int(m['occupation'])]}, paid {usd(m['usd'] * 100)} to {m['receivers']:.0f} people who are no kin "
        f"within {p.window_d} days: {m['years']:.1f} years' income of such a person there, and more than the wages seen."
    )
    numbers = (number(p, "income_share", m["years"], best.events), number(p, "min_receivers", m["receivers"]))
    absent = [] if m["occupation"] else ["occupation"]
    if any(e.send.country not in view.corridors.monthly_pay_usd for e in best.events):
        absent.append("usual pay in the country of sending")
    return Explanation(reason, numbers, {e.mine: "recipient" for e in events}, tuple(absent))


def _sent(receivers: int, usd_each: float, living: int = 2, gap: float = 10, wages: float = 0, **how: Any) -> View:
    """Payments of a party in Almaty, where a worker is paid USD 700 a month."""
    how = {"send": "KZ:Almaty", "pay": "UZ:Namangan"} | how
    rows = [pay("s", f"r{i}", i * gap, usd_each, **how) for i in range(receivers)]
    rows = [msgspec.structs.replace(f, sender=msgspec.structs.replace(f.sender, living=living)) for f in rows]
    if wages:
        rows.insert(0, pay("firm", "s", 0, wages, send="KZ:Almaty", pay="KZ:Almaty", channel="payroll", entity_sender=True))
    return view_of("s", rows)


TYPOLOGY = Typology(
    id="TS-K04",
    name="Far above the profile",
    version=1,
    weight=0.3,  # DEF
    window_ms=PARAMETERS.window_d * DAY_MS,
    parameters=PARAMETERS,
    may=may,
    on=TO_STRANGER,
    gate=gate,
    least=Least(debits=PARAMETERS.min_receivers, payees=PARAMETERS.min_receivers),
    hits=hits,
    explain=explain,
    doc=__doc__,
    examples=(
        Example("a worker in Almaty pays three people a little over 60 % of a year's pay", True, lambda: _sent(3, 1681)),
        Example("a pensioner pays three people USD 3,300", True, lambda: _sent(3, 1100, 1)),
        Example("somebody of no stated occupation sends what a trader may not", True, lambda: _sent(6, 26000, 0)),
        Example("exactly 60 % of a year's pay", False, lambda: _sent(3, 1680)),
        Example("two people are paid", False, lambda: _sent(2, 9000)),
        Example("the same by an engineer", False, lambda: _sent(3, 1681, 3)),
        Example("the same by a trader", False, lambda: _sent(3, 1681, 4)),
        Example("the same, occupation not told", False, lambda: _sent(3, 1681, 0)),
        Example("the same over three months and a day", False, lambda: _sent(3, 1681, gap=45.5)),
        Example("the same to three brothers", False, lambda: _sent(3, 1681, relation="kin", surname=True)),
        Example("wages seen that cover it", False, lambda: _sent(3, 1681, wages=5043)),
        Example("USD 2,900 by a pensioner", False, lambda: _sent(3, 966, 1)),
    ),
)  # fmt: skip
