"""Staged payments: a journey paid leg by leg, or several families who pay the same chain of receivers.

Question    Did one payer pay `min_receivers` receivers in towns that follow a known route in order, with gaps like travel time? Or did at
            least `min_payers` payers each pay this receiver and a second receiver they share, at prices of smuggling legs?
Source      IOM, Migrant Smuggling Data and Research 2016, pp. 183-184 (instalments at milestones); BBC 2021 (USD 500 and USD 500);
            second form because guarantors at home are paid last (typologies A7 "P01")
Subject     the receivers; the payer is family, never a suspect
Looks back  120 days of event time
Not a hit   a relative who travels for work; rent, tuition, club dues; kin; sums far from the price of a leg
"""

from collections.abc import Iterator
from typing import Annotated

import msgspec

from streams.domain.entity import Story
from streams.domain.event import DAY_MS, Event
from streams.domain.glance import BY_STRANGER, TO_STRANGER, Glance
from streams.domain.marks import BUSINESS_CHANNELS, CREDIT, NOT_DEBT, OTHER, SIGNS
from streams.domain.score import strength
from streams.domain.view import View
from streams.typologies.base import Example, Explanation, Hit, Line, Typology, number, window
from streams.typologies.build import START_MS, key_of, pay, view_of


class Parameters(msgspec.Struct, frozen=True):
    """Lines of TS-P01."""

    window_d: Annotated[int, Line("days", "DEF", "typologies A4")] = 120
    min_receivers: Annotated[int, Line("receivers in route order", "DEF", "typologies A4: 3 payments to 3 receivers")] = 3
    min_payers: Annotated[int, Line("payers with a shared second receiver", "DEF", "typologies A7")] = 3
    min_gap_d: Annotated[int, Line("days", "DEF", "typologies A4")] = 1
    max_gap_d: Annotated[int, Line("days", "DEF", "typologies A4")] = 45
    band_tolerance: Annotated[float, Line("times the fee", "DEF", "typologies A4: x0.5 to x2")] = 2.0


PARAMETERS = Parameters()


def may(glance: Glance, p: Parameters) -> bool:
    """A leg among enough on a route, or a priced payment among enough payers who tell of others or are to be asked?"""
    may_be_journey = glance.payees >= p.min_receivers
    if not may_be_journey and glance.payers < p.min_payers:
        return False
    priced = [m for m in glance.new if glance.is_priced(m, p.band_tolerance)]
    if may_be_journey and any(not m[SIGNS] & CREDIT and glance.may_be_on_route(m) for m in priced):
        paid = [m for m in glance.within(glance.paid_out, p.window_d) if glance.may_be_on_route(m)]
        if len({m[OTHER] for m in paid}) >= p.min_receivers:
            return True
    if not any(m[SIGNS] & CREDIT for m in priced):
        return False
    payers = {m[OTHER] for m in glance.paid_in if glance.is_priced(m, p.band_tolerance)}
    if len(payers) < p.min_payers:
        return False
    return glance.unasked(payers) or (bool(glance.stories) and glance.has_payers(p.min_payers, p.window_d))


def gate(view: View, p: Parameters) -> bool:
    """Enough payments out along a route, or enough payers in?"""
    return len(view.payees) >= p.min_receivers or (len(view.payers) >= p.min_payers and view.is_collector_shape())


def asks(view: View, p: Parameters) -> set[bytes]:
    """The payers whose other receivers we need to know."""
    payers = {e.other for e in view.priced_credits(p.band_tolerance)}
    return payers if len(payers) >= p.min_payers else set()


def hits(view: View, p: Parameters) -> Iterator[Hit]:
    """Both forms: the payer's ordered journey, the receiver's share in a chain."""
    yield from _journey(view, p)
    yield from _chain(view, p)


def _is_leg(view: View, event: Event, p: Parameters) -> bool:
    plain = event.channel not in BUSINESS_CHANNELS and event.purpose_class not in NOT_DEBT
    return plain and view.in_band(event, p.band_tolerance)


def _journey(view: View, p: Parameters) -> Iterator[Hit]:
    if len(view.payees) < p.min_receivers:
        return
    legs = view.flow("TS-P01 out", view.debits, lambda e: bool(e.other) and _is_leg(view, e, p) and not view.is_kin(e))
    if len({e.other for e in legs}) < p.min_receivers:
        return
    chains: list[dict[str, tuple[Event, ...]]] = []
    for now, event in enumerate(legs):
        mine: dict[str, tuple[Event, ...]] = {}
        here = view.corridors.positions(event.pay.country, event.pay.town)
        for route, index in here.items():
            best: tuple[Event, ...] = (event,)
            for before in range(now):
                chain = chains[before].get(route)
                if chain and len(chain) + 1 > len(best) and _follows(view, chain, event, index, route, p):
                    best = (*chain, event)
            mine[route] = best
        chains.append(mine)
        longest = max(mine.values(), key=len, default=())
        if len({e.other for e in longest}) >= p.min_receivers:
            ratio = len(longest) / p.min_receivers
            yield Hit(event.at_ms, strength(ratio), longest, ("corridor", "fee_band"), {"receivers": len(longest), "ordered": 1})


def _follows(view: View, chain: tuple[Event, ...], event: Event, index: int, route: str, p: Parameters) -> bool:  # noqa: PLR0913
    last = chain[-1]
    gap = event.at_ms - last.at_ms
    in_order = view.corridors.positions(last.pay.country, last.pay.town)[route] < index
    in_time = p.min_gap_d * DAY_MS <= gap <= p.max_gap_d * DAY_MS and event.at_ms - chain[0].at_ms <= p.window_d * DAY_MS
    return in_order and in_time and all(e.other != event.other for e in chain)


def _chain(view: View, p: Parameters) -> Iterator[Hit]:
    legs = view.priced_credits(p.band_tolerance)
    seconds = _seconds(view, {e.other for e in legs}, p)
    if not seconds:
        return
    width = p.window_d * DAY_MS
    for end in range(p.min_payers - 1, len(legs)):
        inside = window(legs, end, width)
        payers = {e.other for e in inside}
        if len(payers) < p.min_payers:
            continue
        shared = _sharers(seconds, payers, legs[end].at_ms, width)
        chains = {receiver: since for receiver, since in shared.items() if len(since) >= p.min_payers}
        if not chains:
            continue
        links = {payer for since in chains.values() for payer in since}
        complete = min(sorted(since.values())[p.min_payers - 1] for since in chains.values())
        events = tuple(e for e in inside if e.other in links)
        measures = {"payers": len(links), "receivers": len(chains) + 1, "ordered": 0}
        at = max(legs[end].at_ms, complete)
        yield Hit(at, strength(len(links) / p.min_payers), events, ("corridor", "fee_band"), measures)


def _seconds(view: View, payers: set[bytes], p: Parameters) -> list[tuple[bytes, bytes, int]]:
    """(payer, receiver, when) of what `payers` paid for legs to other receivers whom enough of them share."""
    paid: list[tuple[bytes, bytes, int]] = []
    sharers: dict[bytes, set[bytes]] = {}
    for payer in sorted(payers & view.stories.keys()):
        for when, amount, receiver, _, country, is_plain in view.stories[payer].debits:
            if is_plain and receiver not in view.owners and view.corridors.in_fee_band(amount, country, p.band_tolerance):
                paid.append((payer, receiver, when))
                sharers.setdefault(receiver, set()).add(payer)
    return [second for second in paid if len(sharers[second[1]]) >= p.min_payers]


def _sharers(
    seconds: list[tuple[bytes, bytes, int]], payers: set[bytes], at_ms: int, width_ms: int
) -> dict[bytes, dict[bytes, int]]:
    """Second receiver -> the payers (of `payers`) who paid it within the window around `at_ms`, and when first."""
    shared: dict[bytes, dict[bytes, int]] = {}
    for payer, receiver, when in seconds:
        if payer in payers and abs(at_ms - when) <= width_ms:
            shared.setdefault(receiver, {}).setdefault(payer, when)
    return shared


def explain(view: View, p: Parameters, best: Hit, events: tuple[Event, ...]) -> Explanation:
    """The order of the legs, or how many families share the chain."""
    m = best.measures
    if m["ordered"]:
        towns = ", ".join(f"{e.pay.town.title()} ({e.pay.country})" for e in best.events)
        reason = f"One payer paid {m['receivers']:.0f} receivers one after another along a known route: {towns}; each sum fits the price of a leg."
        parts = {e.other: "collector" for e in events} | {e.mine: "payer" for e in events}
        return Explanation(reason, (number(p, "min_receivers", m["receivers"], best.events),), parts, do_not_block=True)
    reason = (
        f"{m['payers']:.0f} payers who are not kin of the receiver each paid this receiver and at least one other receiver they share, within "
        f"{p.window_d} days and at prices of smuggling legs; the chain has {m['receivers']:.0f} receivers."
    )
    parts = {e.other: "payer" for e in events} | {e.mine: "collector" for e in events}
    return Explanation(reason, (number(p, "min_payers", m["payers"], best.events),), parts, do_not_block=True)


def _shared(payers: int, with_second: int) -> View:
    paid = [pay(f"f{i}", "van", i, 600, send="DE:Hamburg", pay="TR:Van") for i in range(payers)]
    told = Story(debits=((START_MS, 60_000, key_of("istanbul"), "DE", "TR", True),))
    return view_of("van", paid, {f"f{i}": told for i in range(with_second)})


def _legs(*stops: tuple[float, float, str]) -> View:
    return view_of(
        "father", [pay("father", f"r{i}", day, usd, send="DE:Hamburg", pay=town) for i, (day, usd, town) in enumerate(stops)]
    )


TYPOLOGY = Typology(
    id="TS-P01",
    name="Staged route payments",
    version=1,
    weight=0.55,  # DEF, typologies A7
    window_ms=PARAMETERS.window_d * DAY_MS,
    parameters=PARAMETERS,
    may=may,
    on=BY_STRANGER | TO_STRANGER,
    gate=gate,
    hits=hits,
    explain=explain,
    asks=asks,
    doc=__doc__,
    looks_ahead=True,  # a payer's second payment may follow the last one seen here
    examples=(
        Example(
            "Zaranj, Urmia, Van, in order, 12 days apart",
            True,
            lambda: _legs((0, 500, "AF:Zaranj"), (12, 600, "IR:Urmia"), (24, 700, "TR:Van")),
        ),
        Example("three families pay Van and Istanbul", True, lambda: _shared(3, 3)),
        Example(
            "the journey paid backwards", False, lambda: _legs((0, 700, "TR:Van"), (12, 600, "IR:Urmia"), (24, 500, "AF:Zaranj"))
        ),
        Example("three families, two of whom share a second receiver", False, lambda: _shared(3, 2)),
        Example(
            "three towns in order within one day",
            False,
            lambda: _legs((0, 500, "AF:Zaranj"), (0.2, 600, "IR:Urmia"), (0.4, 700, "TR:Van")),
        ),
    ),
)
