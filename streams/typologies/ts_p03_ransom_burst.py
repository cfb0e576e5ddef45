"""Ransom burst: sudden first payments abroad, repeated within three days, as when somebody is held until money arrives.

Question    Did one or more payers send at least `min_usd` dollars within `window_h` hours to a person never paid before in a captivity
            or transit country, one of them more than once, with at least `min_points` further signs of duress?
Source      Mixed Migration Centre 2019 (ransoms about USD 2,000), TIME Feb 2019 (USD 18,400 in five rounds), FATF 2022;
            rule and exclusions calibrated in typologies A7 "P03"
Subject     the receiver (the person who picks up may be coerced); payers are the victim's family and protected
Looks back  72 hours of event time, the payer's own year before it
Not a hit   kin; old pairs; sums just under a reporting line (TS-S01); a lone payer who himself collects from several
"""

import itertools
from collections.abc import Iterator
from typing import Annotated

import msgspec

from streams.domain.entity import Story
from streams.domain.event import DAY_MS, Event
from streams.domain.glance import BY_STRANGER, Glance
from streams.domain.marks import AT, COUNTRY, PAY, USD, is_abroad
from streams.domain.score import strength
from streams.domain.thresholds import is_just_under
from streams.domain.view import View
from streams.typologies.base import Example, Explanation, Hit, Least, Line, Typology, counted, number, usd, window
from streams.typologies.build import HOUR_MS, START_MS, key_of, pay, view_of


class Parameters(msgspec.Struct, frozen=True):
    """Lines of TS-P03."""

    window_h: Annotated[int, Line("hours", "DEF", "typologies A4, A7")] = 72
    min_usd: Annotated[int, Line("US dollars in the window", "SRC", "AsiaNews: the smallest ransom payment reported is 500")] = (
        500
    )
    min_points: Annotated[int, Line("signs of duress", "DEF", "typologies A7: two of six", most=6)] = 2
    many: Annotated[int, Line("payments in the window", "DEF", "typologies A7")] = 3
    night_share: Annotated[float, Line("share of payments at 22-06 local time", "DEF", "typologies A7")] = 0.3
    times_former: Annotated[float, Line("times the payer's former maximum", "DEF", "typologies A7")] = 3.0
    collects_from: Annotated[int, Line("payers of the payer", "DEF", "typologies A7", most=16)] = 3  # as many are told of
    tied_only: Annotated[float, Line("strength cap without a repeat", "DEF", "typologies A7")] = 0.45


PARAMETERS = Parameters()


def may(glance: Glance, p: Parameters) -> bool:
    """Two payments from abroad within the window, to where people are held, and together enough?"""
    risky = glance.corridors.captivity
    flow = [m for m in glance.paid_in if is_abroad(m) and (not m[PAY] or COUNTRY[m[PAY]] in risky)]
    burst = glance.within(flow, p.window_h / 24)
    soon = any(now[AT] - before[AT] <= p.window_h * HOUR_MS for before, now in itertools.pairwise(burst))
    return soon and sum(m[USD] for m in burst) >= p.min_usd * 100


def gate(view: View, p: Parameters) -> bool:
    """At least two payments from abroad to a person?"""
    abroad = _to_captivity(view)
    return len(abroad) >= 2 and all(view.profile(e.mine).is_person for e in abroad)


def _to_captivity(view: View) -> list[Event]:
    risky = view.corridors.captivity
    return view.flow("TS-P03 abroad", view.credits, lambda e: e.pay.country in risky and e.send.country != e.pay.country)


def asks(view: View, p: Parameters) -> set[bytes]:
    """The payers of every burst: what they paid before, and whether they collect themselves."""
    return {e.other for burst in view.once(_bursts, p) for e in burst}


def hits(view: View, p: Parameters) -> Iterator[Hit]:
    """One hit for every payment that completes a burst with enough signs."""
    for burst in view.once(_bursts, p):
        signs = _signs(view, burst, p)
        earlier = signs["earlier_receiver"]
        if sum(signs.values()) < p.min_points or _is_collector_paying_on(view, burst, bool(earlier), p):
            continue
        repeats = _repeats(burst)
        value = strength(
            1 + (sum(signs.values()) - p.min_points) / p.min_points * 1.0 + (sum(e.usd_minor for e in burst) >= 100_000)
        )
        capped = value if repeats else min(value, p.tied_only)
        total = sum(e.usd_minor for e in burst) / 100
        measures = {
            **signs,
            "points": sum(signs.values()),
            "usd": total,
            "payments": len(burst),
            "payers": len({e.other for e in burst}),
        }
        yield Hit(burst[-1].at_ms, capped, burst, ("corridor", "newness"), measures)


def _bursts(view: View, p: Parameters) -> list[tuple[Event, ...]]:
    flow = view.flow("TS-P03", _to_captivity(view), lambda e: _fits(view, e))
    width = p.window_h * HOUR_MS
    bursts = []
    for end in view.unjudged(flow, 1):
        edge = flow[end].at_ms - width
        if flow[end - 1].at_ms < edge:
            continue  # alone in its window, as nearly all are
        inside = tuple(e for e in window(flow, end, width) if view.pair(e).first_ms >= edge)
        if len(inside) < 2 or sum(e.usd_minor for e in inside) < p.min_usd * 100:
            continue
        if _repeats(inside) or _all_tied(view, inside):
            bursts.append(inside)
    return bursts


def _fits(view: View, event: Event) -> bool:
    return view.is_unrelated(event) and not is_just_under(event) and view.newness(event, DAY_MS * 30) is True


def _repeats(burst: tuple[Event, ...]) -> bool:
    return len(burst) > len({e.other for e in burst})


def _all_tied(view: View, burst: tuple[Event, ...]) -> bool:
    payers = sorted({e.other for e in burst})
    return len(payers) > 1 and all(view.are_tied(payers[0], other) for other in payers[1:])


def _signs(view: View, burst: tuple[Event, ...], p: Parameters) -> dict[str, int]:
    payers = sorted({e.other for e in burst})
    night = sum(_is_night(e) for e in burst)
    return {
        "tied_payers": int(any(view.are_tied(a, b) for i, a in enumerate(payers) for b in payers[i + 1 :])),
        "many_payments": int(len(burst) >= p.many),
        "at_night": int(night >= p.night_share * len(burst)),
        "two_send_countries": int(len({e.send.country for e in burst}) >= 2),
        "over_former_maximum": int(any(_over_former(view, e, p) for e in burst)),
        "earlier_receiver": int(any(_paid_such_before(view, e) for e in burst)),
    }


def _is_night(event: Event) -> bool:
    return event.local_hour >= 22 or event.local_hour < 6


def _story(view: View, payer: bytes) -> Story:
    return view.stories.get(payer, Story())


def _over_former(view: View, event: Event, p: Parameters) -> bool:
    first = view.pair(event).first_ms
    former = [amount for when, amount, _, _, _, _ in _story(view, event.other).debits if first - 365 * DAY_MS <= when < first]
    return bool(former) and event.usd_minor >= p.times_former * max(former)


def _paid_such_before(view: View, event: Event) -> bool:
    first = view.pair(event).first_ms
    for when, amount, receiver, send, pay_country, _ in _story(view, event.other).debits:
        risky = send != pay_country and pay_country in view.corridors.captivity and amount >= 30_000
        if receiver != event.mine and when < first - 3 * DAY_MS and risky:
            return True
    return False


def _is_collector_paying_on(view: View, burst: tuple[Event, ...], earlier: bool, p: Parameters) -> bool:
    payers = {e.other for e in burst}
    if len(payers) > 1 or earlier:
        return False
    return len(_story(view, next(iter(payers))).payers) >= p.collects_from


def explain(view: View, p: Parameters, best: Hit, events: tuple[Event, ...]) -> Explanation:
    """What happened in the three days and which signs of duress there are."""
    m = best.measures
    words = {
        "tied_payers": "payers tied to each other",
        "many_payments": f"{m['payments']:.0f} payments",
        "at_night": "payments at night",
        "two_send_countries": "senders in two countries",
        "over_former_maximum": "a sum far over what the payer ever sent",
        "earlier_receiver": "an earlier receiver of the same kind",
    }
    signs = ", ".join(text for name, text in words.items() if m[name])
    reason = (
        f"Within {p.window_h} hours {counted(m['payers'], 'payer')} sent {usd(m['usd'] * 100)} in {counted(m['payments'], 'payment')} to a person abroad they had never paid before "
        f"({signs}). The pattern is consistent with a person being held until money arrives."
    )
    parts = {e.other: "ransom_payer" for e in events} | {e.mine: "collector" for e in events}
    absent = () if all(e.other in view.stories for e in best.events) else ("earlier payments of some payers",)
    numbers = (number(p, "min_usd", m["usd"], best.events), number(p, "min_points", m["points"]))
    return Explanation(reason, numbers, parts, absent, do_not_block=True)


def _burst(*rows: tuple[str, float, float], stories: dict[str, Story] | None = None) -> View:
    return view_of(
        "holder", [pay(who, "holder", day, usd_, send="SE:Stockholm", pay="SD:Khartoum") for who, day, usd_ in rows], stories
    )


_BEFORE = Story(debits=((START_MS - 90 * DAY_MS, 9_000, key_of("aunt"), "SE", "ET", False),))
_COLLECTS = Story(payers=tuple((key_of(f"d{i}"), START_MS) for i in range(4)))

TYPOLOGY = Typology(
    id="TS-P03",
    name="Ransom burst",
    version=1,
    weight=0.75,  # DEF, typologies A7
    window_ms=PARAMETERS.window_h * HOUR_MS,
    parameters=PARAMETERS,
    may=may,
    on=BY_STRANGER,
    gate=gate,
    least=Least(credits=2),
    hits=hits,
    explain=explain,
    asks=asks,
    doc=__doc__,
    examples=(
        Example(
            "three payments in two nights, never paid before",
            True,
            lambda: _burst(("m", 0.95, 900), ("m", 1.1, 900), ("m", 1.98, 900)),
        ),
        Example(
            "two payments, ten times what the payer ever sent, at night",
            True,
            lambda: _burst(("m", 0.1, 900), ("m", 1.1, 950), stories={"m": _BEFORE}),
        ),
        Example("two payments by day, nothing else", False, lambda: _burst(("m", 0.5, 900), ("m", 1.5, 900))),
        Example("three payments over three months", False, lambda: _burst(("m", 0.1, 900), ("m", 40.1, 900), ("m", 80.1, 900))),
        Example(
            "a lone payer who gathers from four people himself",
            False,
            lambda: _burst(("m", 0.1, 900), ("m", 1.1, 900), ("m", 2.0, 900), stories={"m": _COLLECTS}),
        ),
    ),
)
