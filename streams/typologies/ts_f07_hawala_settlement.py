"""Hawala settlement: many people hand in nearly the same sum, and what was gathered leaves for another country in bulk.

Question    Did at least `min_payers` people pay a shop or a person `min_credits` near-equal sums in a smuggling fee band within `window_d`
            days, while payments abroad of at least `bulk_times` the largest of them took at least `min_settled` of their sum?
Source      FATF 2022 (hawala holds the fee and releases it on arrival); UNODC GLO.ACT 2023; IOM 2016 pp. 183-184 (guarantors);
            numbers in typologies A4 "F07", window, near-equal sums, bulk and share A7 "F07"
Subject     who gathers and settles; being a hawaladar is no offence where it is licensed, so the licence has to be asked for
Looks back  60 days of event time, at payments out as well as in: the last settlement follows the last credit
Not a hit   wholesalers and agencies with mixed sums; travel, hajj and umrah; rent, tuition and dues; kin; firms as payers; money
            that leaves in sums like those that came, or stays in the country
"""

from collections.abc import Iterator
from typing import Annotated

import msgspec

from schemas.observation import RECEIVER
from streams.domain.event import DAY_MS, Event
from streams.domain.glance import BY_STRANGER, PAID_OUT, Glance
from streams.domain.marks import NOT_DEBT, is_abroad
from streams.domain.score import strength
from streams.domain.view import View
from streams.typologies.base import Example, Explanation, Hit, Least, Line, Typology, counted, number, usd
from streams.typologies.build import pay, view_of

_NOT_FEES = NOT_DEBT | {"travel"}  # pilgrims and tourists pay agencies alike, and these settle abroad in bulk


class Parameters(msgspec.Struct, frozen=True):
    """Lines of TS-F07."""

    window_d: Annotated[int, Line("days", "DEF", "typologies A7")] = 60
    min_credits: Annotated[int, Line("near-equal payments in a fee band", "DEF", "typologies A4")] = 10
    min_payers: Annotated[int, Line("persons", "DEF", "as TS-F01")] = 5
    max_spread: Annotated[float, Line("(largest - smallest) / largest", "DEF", "typologies A7: near-equal, as S05")] = 0.25
    bulk_times: Annotated[float, Line("times the largest credit", "DEF", "typologies A7")] = 2.0
    min_settled: Annotated[float, Line("bulk abroad / credits", "DEF", "typologies A7")] = 0.5


PARAMETERS = Parameters()


def may(glance: Glance, p: Parameters) -> bool:
    """Enough payments of enough strangers, and money that leaves the country?"""
    if glance.payers < p.min_payers:
        return False
    recent = glance.within(glance.paid_in, p.window_d)
    return len(recent) >= p.min_credits and glance.has_payers(p.min_payers, p.window_d) and any(map(is_abroad, glance.debits))


def gate(view: View, p: Parameters) -> bool:
    """Enough credits and payers, and money that leaves?"""
    enough = len(view.credits) >= p.min_credits and len(view.payers) >= p.min_payers
    return enough and bool(view.debits) and view.is_collector_shape()


def hits(view: View, p: Parameters) -> Iterator[Hit]:
    """One hit for every credit and every payment abroad at which the sums handed in are settled by half."""
    abroad = view.flow("TS-F07 out", view.debits, lambda e: bool(e.other) and e.mine != e.other and _crosses(e))
    if not abroad:
        return
    fees = view.flow(
        "TS-F07", view.priced_credits(), lambda e: e.purpose_class not in _NOT_FEES and view.profile(e.other).is_person
    )
    if len(fees) < p.min_credits:
        return
    for flow in (fees, abroad):
        for end in view.unjudged(flow):
            hit = _at(fees, abroad, flow[end].at_ms, p)
            if hit:
                yield hit


def _crosses(event: Event) -> bool:
    return bool(event.send.country and event.pay.country) and event.send.country != event.pay.country


def _at(fees: list[Event], abroad: list[Event], at_ms: int, p: Parameters) -> Hit | None:
    edge = at_ms - p.window_d * DAY_MS
    group = _near_equal([e for e in fees if edge <= e.at_ms <= at_ms], p.max_spread)
    payers = len({e.other for e in group})
    if len(group) < p.min_credits or payers < p.min_payers:
        return None
    largest, total = max(e.usd_minor for e in group), sum(e.usd_minor for e in group)
    bulk = [e for e in abroad if group[0].at_ms <= e.at_ms <= at_ms and e.usd_minor >= p.bulk_times * largest]
    settled = sum(e.usd_minor for e in bulk)
    if settled < p.min_settled * total:
        return None
    measures = {
        "credits": len(group), "payers": payers, "low": min(e.usd_minor for e in group), "high": largest, "total": total,
        "bulk": len(bulk), "smallest_bulk": min(e.usd_minor for e in bulk), "settled": settled, "countries": len({e.pay.country for e in bulk}),
    }  # fmt: skip
    events = tuple(sorted((*group, *bulk), key=Event.order))
    return Hit(at_ms, strength(len(group) / p.min_credits), events, ("fee_band", "pass_through"), measures)


def _near_equal(fees: list[Event], spread: float) -> list[Event]:
    """The largest group of sums within the spread of its largest, oldest first; of equal groups the one of higher sums."""
    ranked = sorted(fees, key=lambda e: (e.usd_minor, e.order()))
    best, low = (0, 0), 0
    for high, top in enumerate(ranked):
        while ranked[low].usd_minor < top.usd_minor * (1 - spread):
            low += 1
        if high + 1 - low >= best[1] - best[0]:
            best = (low, high + 1)
    return sorted(ranked[best[0] : best[1]], key=Event.order)


def explain(view: View, p: Parameters, best: Hit, events: tuple[Event, ...]) -> Explanation:
    """What was handed in, what was settled, and that the licence is not known here."""
    m = best.measures
    reason = (
        f"{m['payers']:.0f} people who are not kin of the receiver handed in {m['credits']:.0f} near-equal sums of {usd(m['low'])} to {usd(m['high'])} within "
        f"{p.window_d} days, each within the price of a smuggling leg; {counted(m['bulk'], 'bulk payment')} abroad of together {usd(m['settled'])} settled "
        f"{m['settled'] / m['total']:.0%} of them. Whether the receiver is licensed to transmit money is not known here."
    )
    numbers = (
        number(p, "min_credits", m["credits"], best.events),
        number(p, "min_payers", m["payers"]),
        number(p, "max_spread", (m["high"] - m["low"]) / m["high"]),
        number(p, "bulk_times", m["smallest_bulk"] / m["high"]),
        number(p, "min_settled", m["settled"] / m["total"]),
    )
    parts: dict[bytes, str] = {}
    for event in events:
        parts.setdefault(event.other, "payer" if event.side == RECEIVER else "recipient")
    parts |= {e.mine: "collector" for e in events}
    return Explanation(reason, numbers, parts, ("licence to transmit money",))


def _shop(credits: int, bulks: list[float], step: float = 0.0, payers: int = 20, **how: str) -> View:
    abroad, least = how.pop("abroad", "TR:Istanbul"), 3400 - 6 * step
    town = {"send": "IQ:Ranya", "pay": "IQ:Ranya", "channel": "cash_in", **how}
    taken = [pay(f"f{i % payers}", "shop", i, least + step * i, **town) for i in range(credits)]  # type: ignore[arg-type]
    out = [pay("shop", "house", credits + 7 * i, v, pay=abroad, send="IQ:Ranya") for i, v in enumerate(bulks)]
    return view_of("shop", [*taken, *out])


def _late(day: float) -> View:
    fees = [pay(f"f{i}", "shop", i, 3400, send="IQ:Ranya", pay="IQ:Ranya", channel="cash_in") for i in range(12)]
    return view_of("shop", [*fees, pay("shop", "house", day, 24000, send="IQ:Ranya", pay="TR:Istanbul")])


TYPOLOGY = Typology(
    id="TS-F07",
    name="Hawala settlement",
    version=1,
    weight=0.6,  # DEF, typologies A7
    window_ms=PARAMETERS.window_d * DAY_MS,
    parameters=PARAMETERS,
    may=may,
    on=BY_STRANGER | PAID_OUT,
    gate=gate,
    least=Least(credits=PARAMETERS.min_credits, debits=1, payers=PARAMETERS.min_payers),
    hits=hits,
    explain=explain,
    doc=__doc__,
    examples=(
        Example("twelve fees, two bulk payments to Istanbul", True, lambda: _shop(12, [12000, 12000])),
        Example("ten fees, exactly half settled in sums of twice a fee", True, lambda: _shop(10, [6800, 10200])),
        Example("nine fees", False, lambda: _shop(9, [12000, 12000])),
        Example("just under half settled", False, lambda: _shop(10, [6800, 10100])),
        Example("sums out like those that came in", False, lambda: _shop(12, [6700] * 6)),
        Example("sums far apart", False, lambda: _shop(12, [12000, 12000], 300)),
        Example("four people pay three times each", False, lambda: _shop(12, [12000, 12000], payers=4)),
        Example("the money stays in the country", False, lambda: _shop(12, [12000, 12000], abroad="IQ:Erbil")),
        Example("pilgrims pay for umrah", False, lambda: _shop(12, [12000, 12000], purpose="travel")),
        Example("settled seven weeks after the first", True, lambda: _late(50)),
        Example("settled three months later", False, lambda: _late(90)),
    ),
)  # fmt: skip
