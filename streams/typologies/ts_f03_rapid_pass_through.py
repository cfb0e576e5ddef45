"""Pass-through: a party gathers money from unrelated people and most of it leaves again soon.

Question    Did at least `min_payers` unrelated payers pay in within `window_d` days, and did `min_share` to `max_share` of that leave
            in the same window as cash, abroad, or in sums of at least `large_usd` dollars? Where a feed names no place, purpose or relation at
            all, also, whatever the sums: did `bare_each` strangers pay in and were `bare_each` paid in that time, each once, by a party whose
            other dealings come back in a fifth of the time? Such a finding says what was absent and is weaker.
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
from streams.domain.strangers import ABSENT, Strangers, strangers
from streams.domain.view import View
from streams.typologies.base import Example, Explanation, Hit, Least, Line, Typology, number, usd
from streams.typologies.build import bare, pay, view_of


class Parameters(msgspec.Struct, frozen=True):
    """Lines of TS-F03."""

    window_d: Annotated[int, Line("days", "DEF", "typologies A7")] = 30
    min_payers: Annotated[int, Line("persons", "DEF", "typologies A7")] = 5
    min_share: Annotated[float, Line("out / in", "DEF", "typologies A7")] = 0.6
    max_share: Annotated[float, Line("out / in", "DEF", "typologies A7")] = 1.3
    large_usd: Annotated[int, Line("US dollars", "DEF", "typologies A7")] = 1000
    bare_each: Annotated[int, Line("strangers", "DEF", "without places: on each side; docs/quality.md")] = 3
    bare_factor: Annotated[float, Line("share of the strength", "DEF", "as TS-F01")] = 0.7


PARAMETERS = Parameters()


def may(glance: Glance, p: Parameters) -> bool:
    """Enough strangers paid in before the money left?"""
    return glance.has_payers(p.min_payers, p.window_d)


def gate(view: View, p: Parameters) -> bool:
    """Payers and money out at all?"""
    if not view.debits or len(view.payers) < min(p.min_payers, p.bare_each) or not view.is_collector_shape():
        return False
    return len(view.payers) >= p.min_payers or strangers(view) is not None


def hits(view: View, p: Parameters) -> Iterator[Hit]:
    """One hit for every qualifying debit at which the last window balances; without places, at which strangers stand on both sides."""
    known = strangers(view)
    if known is not None:
        yield from _bare(known, p)
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


def _bare(known: Strangers, p: Parameters) -> Iterator[Hit]:
    for end in known.odd_outs:
        edge = end.at_ms - p.window_d * DAY_MS
        came = [e for e in known.odd_ins if edge <= e.at_ms <= end.at_ms]
        went = [e for e in known.odd_outs if edge <= e.at_ms <= end.at_ms]
        each = min(len(came), len(went))
        if each >= p.bare_each:
            total_in, total_out = sum(e.usd_minor for e in came), sum(e.usd_minor for e in went)
            measures = {
                "strangers": each,
                "payers": len(came),
                "payees": len(went),
                "share": total_out / max(1, total_in),
                "in_usd": total_in / 100,
            }
            value = round(p.bare_factor * strength(each / p.bare_each), 4)
            yield Hit(end.at_ms, value, tuple(sorted((*came, *went), key=Event.order)), ("pass_through",), measures)


def _leaves(event: Event, p: Parameters) -> bool:
    abroad = event.send.country != event.pay.country
    return event.mine != event.other and (event.channel == "cash_out" or abroad or event.usd_minor >= p.large_usd * 100)


def explain(view: View, p: Parameters, best: Hit, events: tuple[Event, ...]) -> Explanation:
    """What came in, what left, how fast."""
    m = best.measures
    parts: dict[bytes, str] = {}
    for event in events:
        if event.other:
            parts.setdefault(event.other, "payer" if event.side == RECEIVER else "recipient")
        parts[event.mine] = "passes_on"
    if "strangers" in m:
        reason = (
            f"{m['payers']:.0f} people paid in {usd(m['in_usd'] * 100)} and {m['payees']:.0f} others were paid {m['share']:.0%} of that within "
            f"{p.window_d} days, each once and never again, by a party whose other dealings come back soon; nothing else is known of them."
        )
        return Explanation(reason, (number(p, "bare_each", m["strangers"], best.events),), parts, ABSENT)
    reason = (
        f"{m['payers']:.0f} unrelated payers paid in {usd(m['in_usd'] * 100)} within {p.window_d} days and {usd(m['out_usd'] * 100)} "
        f"({m['share']:.0%}) left again in that time as cash, abroad or in large sums."
    )
    numbers = (number(p, "min_payers", m["payers"], best.events), number(p, "min_share", m["share"]))
    return Explanation(reason, numbers, parts)


def _strangers(payers: int, payees: int, gap: float = 2, returning: int = 2) -> View:
    ins = [(f"s{i}", "mule", i * gap, 400) for i in range(payers)]
    return bare("mule", [*ins, *(("mule", f"o{i}", (payers + i) * gap, 300) for i in range(payees))], returning)


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
    least=Least(debits=1, payers=PARAMETERS.bare_each),
    hits=hits,
    explain=explain,
    doc=__doc__,
    hindsight=True,
    examples=(
        Example("six payers in, 90 % out in cash a day later", True, lambda: _through(6, 2160)),
        Example("ten payers in, all of it out", True, lambda: _through(10, 4000)),
        Example("six payers in, a tenth out", False, lambda: _through(6, 240)),
        Example("four payers in, all out", False, lambda: _through(4, 1600)),
        Example("three times what came in goes out: other money", False, lambda: _through(6, 7200)),
        Example("no places: three strangers pay in and three are paid", True, lambda: _strangers(3, 3)),
        Example("no places: three strangers pay in and two are paid", False, lambda: _strangers(3, 2)),
        Example("no places: the same by a party of which nothing else is known", False, lambda: _strangers(3, 3, returning=0)),
        Example("no places: three pay in and three are paid over seven weeks", False, lambda: _strangers(3, 3, 10)),
    ),
)
