"""Recruiter, visa or travel payer: many strangers pay one recruiter or agent near-equal sums at the price of a way abroad.

Question    Did at least `min_payers` payers who are no kin pay one person or firm within `window_d` days, by stated purpose or trade for visas,
            travel or work, with a median of at least `price_share` of what such a way costs from there, at least `equal_share` of the sums
            within `spread` of the median?
Source      ILO 2016 (USD 4,290 to Saudi Arabia, 2,358 to the Emirates, 80 % of it "visa fee"); FinCEN FTA on human smuggling, Aug 2026; goAML PESRA;
            near-equal sums and prices by corridor: typologies A7 "W03"
Subject     who is paid; the payers are victims or migrants and their families
Looks back  30 days of event time
Not a hit   travel agencies that sell tickets and tours at all prices; visa centres with their small fees; kin; rent, tuition and dues
"""

from collections.abc import Iterator
from statistics import median
from typing import Annotated, Any

import msgspec

from schemas.observation import RECEIVER, SENDER
from streams.domain.event import DAY_MS, Event
from streams.domain.glance import PAID_IN, PAID_OUT, Glance
from streams.domain.marks import CREDIT, EXEMPT, MINE, OTHER, PAYROLL, SIGNS
from streams.domain.score import strength
from streams.domain.view import View
from streams.typologies.base import Example, Explanation, Hit, Least, Line, Typology, counted, number, usd, window
from streams.typologies.build import pay, view_of


class Parameters(msgspec.Struct, frozen=True):
    """Lines of TS-W03."""

    window_d: Annotated[int, Line("days", "DEF", "typologies A4")] = 30
    min_payers: Annotated[int, Line("payers", "DEF", "typologies A4")] = 5
    price_share: Annotated[float, Line("of the recruitment price", "DEF", "typologies A4")] = 0.6
    usual_price_usd: Annotated[int, Line("US dollars", "DEF", "where no price is known: half of ILO's mean to Saudi Arabia")] = (
        2000
    )
    spread: Annotated[float, Line("of the median, both ways", "DEF", "typologies A7: near-equal sums")] = 0.25
    equal_share: Annotated[float, Line("share of the sums", "DEF", "typologies A7, Business receivers")] = 0.7
    stated_share: Annotated[float, Line("share of the sums", "DEF", "partners leave out half of the purposes")] = 0.4
    travel_share: Annotated[
        float, Line("share of the sums said to be for travel or work", "DEF", "the others may name the debt")
    ] = 0.2
    forward_share: Annotated[float, Line("share sent to persons abroad", "DEF", "typologies A4")] = 0.6
    unlicensed: Annotated[float, Line("of the strength", "DEF", "a licence is not known, and nothing is seen to be sent on")] = (
        0.85
    )


PARAMETERS = Parameters()
FEES = frozenset({"travel", "debt"})  # a residence permit (iqama) and the recruitment debt are the recruiter's fees too


def may(glance: Glance, p: Parameters) -> bool:
    """Enough people, no kin, who may pay for travel or work?"""
    if len(glance.marks) < p.min_payers:
        return False
    recent = [m for m in glance.within(glance.marks, p.window_d) if m[SIGNS] & (CREDIT | PAYROLL | EXEMPT) == CREDIT]
    return len({m[OTHER] for m in recent if m[OTHER] and (m[MINE], m[OTHER]) not in glance.kin}) >= p.min_payers


def gate(view: View, p: Parameters) -> bool:
    """Enough strangers who pay for travel or work?"""
    flow = _fees(view)
    if len(flow) < p.min_payers or not any(e.purpose_class == "travel" for e in flow):
        return False
    return len({e.other for e in flow}) >= p.min_payers


def _fees(view: View) -> list[Event]:
    return view.flow(
        "TS-W03", view.credits, lambda e: e.purpose_class in FEES | {"none"} and e.channel != "payroll" and _is_stranger(view, e)
    )


def _is_stranger(view: View, event: Event) -> bool:
    return bool(event.other) and not view.is_kin(event) and view.profile(event.other).is_person


def hits(view: View, p: Parameters) -> Iterator[Hit]:
    """One hit for every fee, and everything sent on abroad, at which enough strangers had paid near-equal sums at the price."""
    fees = _fees(view)
    flow = sorted([*fees, *_sent_on(view)], key=Event.order)
    for end in view.unjudged(flow, p.min_payers - 1):
        recent = window(flow, end, p.window_d * DAY_MS)
        inside = [e for e in recent if e.side == RECEIVER]
        if len({e.other for e in inside}) >= p.min_payers and _is_priced_alike(inside, p):
            hit = _measured(view, inside, [e for e in recent if e.side == SENDER], p)
            if hit is not None:
                yield hit._replace(at_ms=flow[end].at_ms)


def _sent_on(view: View) -> list[Event]:
    return view.flow("TS-W03 sent on", view.debits, lambda e: _is_abroad(e) and bool(e.other) and view.profile(e.other).is_person)


def _is_abroad(event: Event) -> bool:
    return bool(event.send.country and event.pay.country) and event.send.country != event.pay.country


def _is_priced_alike(inside: list[Event], p: Parameters) -> bool:
    """Enough of the sums say what they are for, and enough lie near their median."""
    middle = median(e.usd_minor for e in inside)
    stated = sum(e.purpose_class in FEES for e in inside)
    travel = sum(e.purpose_class == "travel" for e in inside)
    near = sum(abs(e.usd_minor - middle) <= p.spread * middle for e in inside)
    is_stated = stated >= p.stated_share * len(inside) and travel >= p.travel_share * len(inside)
    return is_stated and near >= p.equal_share * len(inside)


def _measured(view: View, inside: list[Event], sent_on: list[Event], p: Parameters) -> Hit | None:
    middle = median(e.usd_minor for e in inside)
    price, is_known = _price(view, inside, p)
    if middle < p.price_share * price * 100:
        return None
    payers = len({e.other for e in inside})
    forwarded = sum(e.usd_minor for e in sent_on) / sum(e.usd_minor for e in inside)
    is_forwarded = forwarded >= p.forward_share
    value = strength(payers / p.min_payers + is_forwarded) * (1 if is_forwarded else p.unlicensed)
    measures = {"payers": payers, "median": middle, "price": price, "is_known": is_known, "forwarded": forwarded}
    facets = (*_facets(view, inside, p), *(("pass_through",) if is_forwarded else ()))
    return Hit(0, round(value, 4), (*inside, *(sent_on if is_forwarded else ())), facets, measures)


def _price(view: View, inside: list[Event], p: Parameters) -> tuple[int, bool]:
    """What the way costs, the least of what it may be from the payers' countries; whether the price of one of them is known.

    Where a country is left out it may be the dearest way of all: saying less never makes a sum look like a price.
    """
    known = [view.corridors.recruitment_usd(e.send.country, e.pay.country) for e in inside]
    dearest = max(view.corridors.dearest_usd, p.usual_price_usd)
    others = [p.usual_price_usd if e.send.country and e.pay.country else dearest for e in inside]
    return min(k or other for k, other in zip(known, others, strict=True)), any(known)


def _facets(view: View, inside: list[Event], p: Parameters) -> tuple[str, ...]:
    holds = {
        "corridor": sum(view.corridors.is_corridor(e.send.country, e.pay.country) for e in inside),
        "fee_band": sum(view.in_band(e) for e in inside),
        "newness": sum(view.newness(e, p.window_d * DAY_MS) is True for e in inside),
    }
    return tuple(name for name, count in holds.items() if count * 2 >= len(inside))


def explain(view: View, p: Parameters, best: Hit, events: tuple[Event, ...]) -> Explanation:
    """How many pay how much for what, and what it costs as far as is known."""
    m = best.measures
    on = f" At least {m['forwarded']:.0%} was sent on to persons abroad." if m["forwarded"] >= p.forward_share else ""
    reason = (
        f"{counted(m['payers'], 'payer')} who are no kin paid one receiver for visas, travel or work within {p.window_d} days: near-equal sums with a "
        f"median of {usd(m['median'])}, where a way abroad costs about {usd(m['price'] * 100)}.{on}"
    )
    parts = {e.other: "recipient" for e in events if e.side == SENDER}
    parts |= {e.other: "payer" for e in events if e.side == RECEIVER} | {e.mine: "collector" for e in events}
    absent = ("licence of the receiver",) + (() if m["is_known"] else ("recruitment price of the corridor",))
    line = msgspec.structs.replace(p, usual_price_usd=int(m["price"]))
    numbers = (number(p, "min_payers", m["payers"], best.events), number(line, "usual_price_usd", m["median"] / 100))
    return Explanation(reason, numbers, parts, absent)


def _agent(payers: int = 5, usd_: float = 2400, step: float = 0, days: float = 7, **how: Any) -> View:
    said = {"purpose": "travel"} | how
    rows = [pay(f"m{i}", "agent", days * i, usd_ + step * i, send="PK:Gujrat", pay="PK:Gujrat", **said) for i in range(payers)]
    return view_of("agent", rows)


def _sends_on(share: float) -> View:
    rows = [pay(f"m{i}", "agent", i, 2400, send="PK:Gujrat", pay="PK:Gujrat", purpose="travel") for i in range(5)]
    return view_of("agent", [*rows, pay("agent", "handler", 3.5, 12_000 * share, send="PK:Gujrat", pay="LY:Benghazi")])


TYPOLOGY = Typology(
    id="TS-W03",
    name="Recruiter, visa or travel payer",
    version=1,
    weight=0.45,  # DEF, typologies A7
    window_ms=PARAMETERS.window_d * DAY_MS,
    parameters=PARAMETERS,
    may=may,
    on=PAID_IN | PAID_OUT,
    gate=gate,
    least=Least(credits=PARAMETERS.min_payers, payers=PARAMETERS.min_payers),
    hits=hits,
    explain=explain,
    doc=__doc__,
    examples=(
        Example("five pay a man in Gujrat USD 2,400 each for a visa", True, _agent),
        Example("nine pay nearly the same", True, lambda: _agent(payers=9, step=50, days=3)),
        Example("most of it goes to a man in Benghazi", True, lambda: _sends_on(0.6)),
        Example("four payers", False, lambda: _agent(payers=4)),
        Example("five in 32 days", False, lambda: _agent(days=8)),
        Example("sums just under six tenths of the price", False, lambda: _agent(usd_=1414)),
        Example("tickets at all prices", False, lambda: _agent(payers=9, usd_=1500, step=500, days=3)),
        Example("no word of visas, travel or work", False, lambda: _agent(purpose="none")),
        Example("five loans", False, lambda: _agent(purpose="debt")),
        Example("tuition", False, lambda: _agent(purpose="tuition")),
        Example("relatives", False, lambda: _agent(relation="spouse")),
    ),
)
