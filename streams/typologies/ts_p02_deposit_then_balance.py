"""Down payment, then balance: several payers show the same two-step shape towards one receiver.

Question    Did at least `min_payers` new payers within `window_d` days each finish a first payment with a balance `min_times` to `max_times`
            as large, `min_gap_d` to `max_gap_d` days later, at the price of a smuggling leg?
Source      Arizona Attorney General 2001-2008 (part up front, balance on arrival); press on Rohingya and Ranya cases; shape
            calibrated in typologies A7 "P02"
Subject     the receiver; payers are family, never suspects. Stopping a balance can endanger the person who is held
Looks back  60 days of event time
Not a hit   one payer alone; a third or later instalment; weddings, cars and rents outside the fee band; kin; old pairs
"""

from collections.abc import Iterator
from typing import Annotated

import msgspec

from streams.domain.event import DAY_MS, Event
from streams.domain.glance import BY_STRANGER, Glance
from streams.domain.marks import CREDIT, EXEMPT, NOT_DEBT, OTHER, SIGNS, USD, Mark
from streams.domain.score import strength
from streams.domain.view import View
from streams.typologies.base import Example, Explanation, Hit, Least, Line, Typology, number
from streams.typologies.build import pay, view_of


class Parameters(msgspec.Struct, frozen=True):
    """Lines of TS-P02."""

    window_d: Annotated[int, Line("days", "DEF", "typologies A4")] = 60
    min_payers: Annotated[int, Line("payers with the shape", "DEF", "typologies A4, A7")] = 3
    min_times: Annotated[float, Line("balance / first payment", "DEF", "typologies A4")] = 1.5
    max_times: Annotated[float, Line("balance / first payment", "DEF", "typologies A4")] = 5.0
    min_gap_d: Annotated[float, Line("days", "DEF", "typologies A7")] = 2.5
    max_gap_d: Annotated[float, Line("days", "DEF", "typologies A7")] = 60.0


PARAMETERS = Parameters()


def may(glance: Glance, p: Parameters) -> bool:
    """May the new payment be the balance of what was paid first, and are there enough others who paid twice?"""
    if glance.payers < p.min_payers:
        return False
    paid = [m for m in glance.paid_in if not m[SIGNS] & EXEMPT]
    if not any(m[SIGNS] & CREDIT and _may_be_balance(paid, m, p) for m in glance.new):
        return False
    return glance.often(glance.within(paid, p.window_d + p.max_gap_d), 2) >= p.min_payers


def _may_be_balance(paid: list[Mark], mark: Mark, p: Parameters) -> bool:
    mine = [m for m in paid if m[OTHER] == mark[OTHER]]
    return len(mine) in (2, 3) and p.min_times * mine[0][USD] <= mark[USD] <= p.max_times * mine[0][USD]


def gate(view: View, p: Parameters) -> bool:
    """Enough payers who paid more than once?"""
    if len(view.payers) < p.min_payers:
        return False
    twice = sum(n > 1 for n in view.payers.values())
    return twice >= p.min_payers and view.is_collector_shape()


def hits(view: View, p: Parameters) -> Iterator[Hit]:
    """One hit for every balance that makes the number of finished shapes in the window reach the line."""
    finished = sorted(_shapes(view, p), key=lambda pair: pair[1].order())
    for end, (_, balance) in enumerate(finished):
        inside = [s for s in finished[: end + 1] if s[1].at_ms >= balance.at_ms - p.window_d * DAY_MS]
        payers = {s[1].other for s in inside}
        if len(payers) >= p.min_payers:
            events = tuple(sorted((e for s in inside for e in s), key=Event.order))
            yield Hit(
                balance.at_ms, strength(len(payers) / p.min_payers), events, ("fee_band", "newness"), {"payers": len(payers)}
            )


def _shapes(view: View, p: Parameters) -> Iterator[tuple[Event, Event]]:
    by_payer: dict[bytes, list[Event]] = {}
    for event in view.unrelated_credits():
        if event.purpose_class not in NOT_DEBT:
            by_payer.setdefault(event.other, []).append(event)
    for payments in by_payer.values():
        if len(payments) not in (2, 3) or view.newness(payments[0], p.window_d * DAY_MS) is not True:
            continue
        for balance in payments[1:]:
            if _is_balance(view, payments[0], balance, p):
                yield payments[0], balance
                break


def _is_balance(view: View, first: Event, balance: Event, p: Parameters) -> bool:
    gap = (balance.at_ms - first.at_ms) / DAY_MS
    in_shape = p.min_times * first.usd_minor <= balance.usd_minor <= p.max_times * first.usd_minor
    return in_shape and p.min_gap_d <= gap <= p.max_gap_d and view.in_band(balance)


def explain(view: View, p: Parameters, best: Hit, events: tuple[Event, ...]) -> Explanation:
    """How many payers show the shape."""
    m = best.measures
    reason = (
        f"{m['payers']:.0f} payers who had not dealt with the receiver before each made a down payment and, {p.min_gap_d:.1f} to {p.max_gap_d:.0f} days later, "
        f"a balance {p.min_times:.1f} to {p.max_times:.0f} times as large that fits the price of a smuggling leg, then stopped."
    )
    parts = {e.other: "payer" for e in events} | {e.mine: "collector" for e in events}
    return Explanation(reason, (number(p, "min_payers", m["payers"], best.events),), parts, do_not_block=True)


def _shape(payers: int, first: float, balance: float, gap: float = 20) -> View:
    rows = []
    for i in range(payers):
        rows += [pay(f"p{i}", "agent", i, first, pay="TR:Van"), pay(f"p{i}", "agent", i + gap, balance, pay="TR:Van")]
    return view_of("agent", rows)


TYPOLOGY = Typology(
    id="TS-P02",
    name="Deposit, then balance",
    version=1,
    weight=0.4,  # DEF, typologies A7
    window_ms=PARAMETERS.window_d * DAY_MS,
    parameters=PARAMETERS,
    may=may,
    on=BY_STRANGER,
    gate=gate,
    least=Least(payers=PARAMETERS.min_payers),
    hits=hits,
    explain=explain,
    doc=__doc__,
    looks_ahead=True,
    examples=(
        Example("three payers: 500, then 1,500 twenty days later", True, lambda: _shape(3, 500, 1500)),
        Example("five payers: 300, then 700", True, lambda: _shape(5, 300, 700)),
        Example("two payers with the shape", False, lambda: _shape(2, 500, 1500)),
        Example("three payers who pay the same sum twice", False, lambda: _shape(3, 700, 700)),
        Example("the balance follows on the next day", False, lambda: _shape(3, 500, 1500, gap=1)),
    ),
)
