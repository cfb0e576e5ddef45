"""Pass-through: a party gathers money from unrelated people and most of it leaves again soon.

Question    Did at least `min_payers` unrelated payers pay in within `window_d` days, and did `min_share` to `max_share` of that leave
            in the same window as cash, abroad, or in sums of at least `large_usd` dollars?
Source      FinCEN FIN-2014-A008, FIN-2020-A008 ("little time elapsing between deposits and withdrawals"), FATF 2018;
            form and numbers calibrated in typologies A7 "F03"
Subject     none by itself: a pass-through account may be a mule's, who may be a victim
Looks back  30 days of event time
Not a hit   rent on pay-day; own cash-in, payroll and kin are not inflow; shops and agents (cards, merchants, mixed sums)
"""

from collections.abc import Iterator
from typing import Annotated

import msgspec

from schemas.observation import RECEIVER
from streams.domain.event import DAY_MS, Event
from streams.domain.glance import PAID_OUT, Glance
from streams.domain.score import strength
from streams.domain.view import View
from streams.typologies.base import Example, Explanation, Hit, Least, Line, Typology, number, usd
from streams.typologies.build import pay, view_of


class Parameters(msgspec.Struct, frozen=True):
    """Lines of TS-F03."""

    window_d: Annotated[int, Line("days", "DEF", "typologies A7")] = 30
    min_payers: Annotated[int, Line("persons", "DEF", "typologies A7")] = 5
    min_share: Annotated[float, Line("out / in", "DEF", "typologies A7")] = 0.6
    max_share: Annotated[float, Line("out / in", "DEF", "typologies A7")] = 1.3
    large_usd: Annotated[int, Line("US dollars", "DEF", "typologies A7")] = 1000


PARAMETERS = Parameters()


def may(glance: Glance, p: Parameters) -> bool:
    """Enough strangers paid in before the money left?"""
    return glance.has_payers(p.min_payers, p.window_d)


def gate(view: View, p: Parameters) -> bool:
    """Payers and money out at all?"""
    return bool(view.debits) and len(view.payers) >= p.min_payers and view.is_collector_shape()


def hits(view: View, p: Parameters) -> Iterator[Hit]:
    """One hit for every qualifying debit at which the last window balances."""
    flow = view.unrelated_credits()
    outs = view.flow("TS-F03 out", view.debits, lambda e: _leaves(e, p))
    for position in view.unjudged(outs):
        end = outs[position]
        edge = end.at_ms - p.window_d * DAY_MS
        came = [e for e in flow if edge <= e.at_ms <= end.at_ms]
        payers = len({e.other for e in came})
        if payers < p.min_payers:
            continue
        went = [e for e in outs if edge <= e.at_ms <= end.at_ms]
        total_in, total_out = sum(e.usd_minor for e in came), sum(e.usd_minor for e in went)
        share = total_out / total_in if total_in else 0.0
        if p.min_share <= share <= p.max_share:
            measures = {"payers": payers, "share": share, "in_usd": total_in / 100, "out_usd": total_out / 100}
            events = tuple(sorted((*came, *went), key=Event.order))
            yield Hit(end.at_ms, strength(payers / p.min_payers), events, ("pass_through",), measures)


def _leaves(event: Event, p: Parameters) -> bool:
    abroad = event.send.country != event.pay.country
    return event.mine != event.other and (event.channel == "cash_out" or abroad or event.usd_minor >= p.large_usd * 100)


def explain(view: View, p: Parameters, best: Hit, events: tuple[Event, ...]) -> Explanation:
    """What came in, what left, how fast."""
    m = best.measures
    reason = (
        f"{m['payers']:.0f} unrelated payers paid in {usd(m['in_usd'] * 100)} within {p.window_d} days and {usd(m['out_usd'] * 100)} "
        f"({m['share']:.0%}) left again in that time as cash, abroad or in large sums."
    )
    numbers = (number(p, "min_payers", m["payers"], best.events), number(p, "min_share", m["share"]))
    parts: dict[bytes, str] = {}
    for event in events:
        if event.other:
            parts.setdefault(event.other, "payer" if event.side == RECEIVER else "recipient")
        parts[event.mine] = "passes_on"
    return Explanation(reason, numbers, parts)


def _through(payers: int, out: float, **how: str) -> View:
    credits = [
        pay(f"s{i}", "mule", i, 400, send="US:Houston", pay="US:El Paso", channel="wallet_to_wallet") for i in range(payers)
    ]
    return view_of("mule", [*credits, pay("mule", "", payers + 1, out, send="US:El Paso", pay="US:El Paso", channel="cash_out")])


TYPOLOGY = Typology(
    id="TS-F03",
    name="Rapid pass-through",
    version=1,
    weight=0.3,  # DEF, typologies A7
    window_ms=PARAMETERS.window_d * DAY_MS,
    parameters=PARAMETERS,
    may=may,
    on=PAID_OUT,
    gate=gate,
    least=Least(debits=1, payers=PARAMETERS.min_payers),
    hits=hits,
    explain=explain,
    doc=__doc__,
    examples=(
        Example("six payers in, 90 % out in cash a day later", True, lambda: _through(6, 2160)),
        Example("ten payers in, all of it out", True, lambda: _through(10, 4000)),
        Example("six payers in, a tenth out", False, lambda: _through(6, 240)),
        Example("four payers in, all out", False, lambda: _through(4, 1600)),
        Example("three times what came in goes out: other money", False, lambda: _through(6, 7200)),
    ),
)
