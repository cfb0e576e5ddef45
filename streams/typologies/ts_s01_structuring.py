"""Structuring: sums kept just under a reporting line that together pass it.

Question    Did one person send, or one person receive, at least `min_payments` sums of 80 % to under 100 % of a national reporting line
            within `window_d` days? In Afghanistan: did one pair pass the line with two transfers within two days?
Source      31 CFR 1010.311 and 1010.410 (US), AML/CTF Act 2006 (AU), FMU Circular 1 of 2025 (PK), AFN 500,000 two-day rule (AF);
            FinCEN FIN-2014-A008; ICE Project STAMP
Subject     the person who sends or gathers the sums
Looks back  3 days of event time (2 for the Afghan rule)
Not a hit   payroll; businesses as payers; a single sum under the line; sums in another currency than the line's
"""

from collections.abc import Iterator
from typing import Annotated

import msgspec

from schemas.observation import RECEIVER, SENDER
from streams.domain.event import DAY_MS, Event
from streams.domain.glance import PAID_IN, PAID_OUT, Glance
from streams.domain.lines import LINES, ReportingLine
from streams.domain.marks import NEAR_LINE, SIGNS
from streams.domain.score import strength
from streams.domain.thresholds import under
from streams.domain.view import View
from streams.typologies.base import Example, Explanation, Hit, Line, Typology, number, window
from streams.typologies.build import pay, view_of


class Parameters(msgspec.Struct, frozen=True):
    """Lines of TS-S01; the national lines are in streams/domain/thresholds.py."""

    window_d: Annotated[int, Line("days", "DEF", "typologies A4")] = 3
    min_payments: Annotated[int, Line("payments just under the line", "DEF", "typologies A4")] = 2
    pair_window_d: Annotated[int, Line("days", "SRC", "AF regulation: two consecutive days")] = 2


PARAMETERS = Parameters()


def may(glance: Glance, p: Parameters) -> bool:
    """A sum that may be just under a line, and another one soon before?"""
    if not any(m[SIGNS] & NEAR_LINE for m in glance.new):
        return False
    recent = glance.within(glance.marks, max(p.window_d, p.pair_window_d))
    return sum(bool(m[SIGNS] & NEAR_LINE) for m in recent) >= 2


def gate(view: View, p: Parameters) -> bool:
    """Two sums in a currency that has a line?"""
    return len(view.near_line) >= p.min_payments


def hits(view: View, p: Parameters) -> Iterator[Hit]:
    """One hit for every sum that completes a series just under a line, and for every Afghan pair over it."""
    for side in (SENDER, RECEIVER):
        plain = [e for e in view.near_line if e.side == side and e.channel != "payroll" and _payer_is_person(view, e)]
        for line in LINES:
            near = [e for e in plain if _applies(e, line)]
            if len(near) >= 2:
                yield from _series(view, near, line, p)
                if line.two_day_sum:
                    yield from _pairs(view, near, line, p)


def _payer_is_person(view: View, event: Event) -> bool:
    return view.profile(event.mine if event.side == SENDER else event.other).is_person


def _applies(event: Event, line: ReportingLine) -> bool:
    return event.currency == line.currency and line.country in (event.send.country, event.pay.country)


def _series(view: View, flow: list[Event], line: ReportingLine, p: Parameters) -> Iterator[Hit]:
    near = [e for e in flow if under(e, line)]
    for end in view.unjudged(near, p.min_payments - 1):
        inside = window(near, end, p.window_d * DAY_MS)
        if len(inside) >= p.min_payments and sum(e.amount_minor for e in inside) >= line.minor:
            yield _hit(inside, line, len(inside), strength(len(inside) / p.min_payments))


def _pairs(view: View, flow: list[Event], line: ReportingLine, p: Parameters) -> Iterator[Hit]:
    for end in view.unjudged(flow, 1):
        edge = flow[end].at_ms - p.pair_window_d * DAY_MS
        inside = [e for e in flow[:end + 1] if e.at_ms >= edge and e.other == flow[end].other and e.amount_minor < line.minor]  # fmt: skip
        if len(inside) >= 2 and sum(e.amount_minor for e in inside) >= line.minor:
            yield _hit(inside, line, len(inside), strength(1))


def _hit(inside: list[Event], line: ReportingLine, count: int, value: float) -> Hit:
    measures = {"payments": count, "line": line.minor, "sum": sum(e.amount_minor for e in inside), "which": LINES.index(line)}
    return Hit(inside[-1].at_ms, value, tuple(inside), ("identity",) if line.two_day_sum else (), measures)


def explain(view: View, p: Parameters, best: Hit, events: tuple[Event, ...]) -> Explanation:
    """How many sums, under which line, and its legal source."""
    m = best.measures
    line = LINES[int(m["which"])]
    unit = 10 ** (0 if line.currency == "JPY" else 2)
    reason = (
        f"{m['payments']:.0f} payments within {p.window_d} days stayed under the {line.country} line of {line.currency} {line.minor / unit:,.0f} "
        f"and together came to {line.currency} {m['sum'] / unit:,.0f} ({line.source})."
    )
    parts: dict[bytes, str] = {}
    for event in events:
        parts[event.mine] = "structurer"
        if event.other and event.other != event.mine:
            parts.setdefault(
                event.other,
                "structurer" if event.side != SENDER and best.measures["payments"] and _alone(events) else "counterparty",
            )
    return Explanation(reason, (number(p, "min_payments", m["payments"], best.events),), parts)


def _alone(events: tuple[Event, ...]) -> bool:
    """All sums come from one payer: then it is the payer who keeps under the line as much as the receiver."""
    return len({e.other for e in events}) == 1


def _sums(values: list[float], hours: float, who: str = "s", channel: str = "cash_to_cash") -> View:
    rows = [pay(who, "r", i * hours / 24, v, send="US:Phoenix", pay="MX:Tijuana", channel=channel) for i, v in enumerate(values)]
    return view_of(who, rows)


TYPOLOGY = Typology(
    id="TS-S01",
    name="Structuring",
    version=1,
    weight=0.4,  # DEF, typologies A7
    window_ms=PARAMETERS.window_d * DAY_MS,
    parameters=PARAMETERS,
    may=may,
    on=PAID_IN | PAID_OUT,
    gate=gate,
    hits=hits,
    explain=explain,
    doc=__doc__,
    examples=(
        Example("two sums of USD 2,900 and 2,800 on one day", True, lambda: _sums([2900, 2800], 5)),
        Example("four sums of USD 9,500 in two days", True, lambda: _sums([9500] * 4, 12)),
        Example("one sum of USD 2,900", False, lambda: _sums([2900], 5)),
        Example("two sums of USD 2,900 five days apart", False, lambda: _sums([2900, 2900], 120)),
        Example("a deposit exactly at the line is not under it", False, lambda: _sums([3000, 3000], 5)),
        Example("payroll of USD 2,900", False, lambda: _sums([2900, 2900], 5, channel="payroll")),
    ),
)
