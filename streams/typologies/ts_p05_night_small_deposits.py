"""Night credits: many small round sums of strangers by night, taken out at once, with a sign that another controls the account.

Question    Did at least `min_payers` unrelated people pay in `min_credits` round sums of `low_usd` to `high_usd` dollars within `window_d`
            days, `night_share` of them at night, did `min_out` leave again as cash or to one other person, and is there a sign of control?
Source      AUSTRAC/Fintel Alliance, Forced sexual servitude, 2022 (A$200-800 deposits, A$100-800 between persons, many places); FINTRAC
            2016 and 2021 (cash machines in the middle of the night); numbers and the sign of control typologies A4 "P05"
Subject     none by itself: the holder of the account may be the victim; who gets most of the money, where other signs agree
Looks back  14 days of event time
Not a hit   taxi, delivery, bar, lawful sex work: without a shared device, phone or address, one who takes it all, or several towns nothing
            is said; kin; merchants, cards, payroll; rent, tuition and dues
"""

from collections.abc import Iterator
from typing import Annotated

import msgspec

from schemas.money import decimals
from schemas.observation import RECEIVER, SENDER
from schemas.transfer import DEVICE, PHONE
from streams.domain.event import DAY_MS, Event
from streams.domain.glance import BY_STRANGER, PAID_OUT, Glance
from streams.domain.marks import EXEMPT, NOT_DEBT, OTHER, SIGNS, USD
from streams.domain.score import strength
from streams.domain.view import View
from streams.typologies.base import Example, Explanation, Hit, Least, Line, Typology, counted, number, usd
from streams.typologies.build import pay, view_of
from streams.typologies.ts_f05_linked_senders import linked_group


class Parameters(msgspec.Struct, frozen=True):
    """Lines of TS-P05."""

    window_d: Annotated[int, Line("days", "DEF", "typologies A4")] = 14
    min_credits: Annotated[int, Line("small round credits", "DEF", "typologies A4")] = 8
    min_payers: Annotated[int, Line("persons", "DEF", "typologies A4")] = 5
    low_usd: Annotated[int, Line("US dollars", "DEF", "typologies A4")] = 20
    high_usd: Annotated[int, Line("US dollars", "DEF", "typologies A4; AUSTRAC 2022: up to A$800")] = 600
    round_to: Annotated[int, Line("units of the currency", "DEF", "typologies A4", most=1_000_000)] = 10
    night_from: Annotated[int, Line("local hour", "DEF", "FINTRAC 2021, from memory: 22-06")] = 22
    night_to: Annotated[int, Line("local hour", "DEF", "FINTRAC 2021, from memory: 22-06")] = 6
    night_share: Annotated[float, Line("share of credits", "DEF", "typologies A4")] = 0.6
    min_out: Annotated[float, Line("out / in", "DEF", "typologies A4")] = 0.7
    min_cities: Annotated[int, Line("towns of payers", "DEF", "typologies A4: several towns")] = 3
    standing: Annotated[
        int, Line("payments of one payer", "DEF", "guests come once or twice; who comes again may be controlled")
    ] = 3
    min_linked: Annotated[int, Line("payers with one identifier", "DEF", "as TS-P04")] = 3


PARAMETERS = Parameters()


def may(glance: Glance, p: Parameters) -> bool:
    """Enough small sums of enough strangers, and money that leaves?"""
    if glance.payers < p.min_payers:
        return False
    recent = glance.within(glance.paid_in, p.window_d)
    small = [m for m in recent if p.low_usd * 100 <= m[USD] <= p.high_usd * 100 and not m[SIGNS] & EXEMPT]
    return len(small) >= p.min_credits and len({m[OTHER] for m in small}) >= p.min_payers and bool(glance.debits)


def gate(view: View, p: Parameters) -> bool:
    """Enough small round sums from enough strangers, and money that leaves?"""
    if len(view.payers) < p.min_payers or not view.debits:
        return False
    small = _small(view, p)
    return len(small) >= p.min_credits and sum(_is_night(e, p) for e in small) >= p.night_share * p.min_credits


def _small(view: View, p: Parameters) -> list[Event]:
    return view.flow("TS-P05 small", view.unrelated_credits(), lambda e: _is_small(e, p))


def _is_small(event: Event, p: Parameters) -> bool:
    is_round = event.amount_minor % (p.round_to * 10 ** decimals(event.currency)) == 0
    return is_round and p.low_usd * 100 <= event.usd_minor <= p.high_usd * 100 and event.purpose_class not in NOT_DEBT


def _is_night(event: Event, p: Parameters) -> bool:
    return event.local_hour >= p.night_from or event.local_hour < p.night_to


def hits(view: View, p: Parameters) -> Iterator[Hit]:
    """One hit for every small credit and every sum out at which the whole picture holds."""
    small = _small(view, p)
    outs = view.flow("TS-P05 out", view.debits, lambda e: _leaves(view, e))
    for flow in (small, outs):
        for end in view.unjudged(flow):
            hit = _at(view, small, outs, flow[end].at_ms, p)
            if hit:
                yield hit


def _leaves(view: View, event: Event) -> bool:
    return event.channel == "cash_out" or (view.is_unrelated(event) and event.purpose_class not in NOT_DEBT)


def _at(view: View, small: list[Event], outs: list[Event], at_ms: int, p: Parameters) -> Hit | None:
    edge = at_ms - p.window_d * DAY_MS
    came = _between(small, edge, at_ms)
    payers = {e.other for e in came}
    night = sum(_is_night(e, p) for e in came)
    if len(came) < p.min_credits or len(payers) < p.min_payers or night < p.night_share * len(came):
        return None
    total = sum(e.usd_minor for e in _between(view.unrelated_credits(), edge, at_ms))
    cash, taker, taken = _outflow(view, _between(outs, edge, at_ms))
    if cash + taken < p.min_out * total:
        return None
    control = _control(view, came, taker, taken / total, p)
    if not any(control.values()):
        return None
    went = [e for e in _between(outs, edge, at_ms) if e.other in taker or e.channel == "cash_out"]
    measures = {
        **control, "credits": len(came), "payers": len(payers), "night": night / len(came), "in": total, "out": (cash + taken) / total,
        "low": min(e.usd_minor for e in came), "high": max(e.usd_minor for e in came),
    }  # fmt: skip
    facets = ("pass_through", "identity") if control["tied"] or control["linked"] else ("pass_through",)
    events = tuple(sorted((*came, *went), key=Event.order))
    return Hit(at_ms, strength(len(came) / p.min_credits), events, facets, measures)


def _between(flow: list[Event], edge: int, at_ms: int) -> list[Event]:
    return [e for e in flow if edge <= e.at_ms <= at_ms]


def _outflow(view: View, outs: list[Event]) -> tuple[int, set[bytes], int]:
    """Cash taken out, the person who gets most of the rest (under one customer number or several that are tied to each other), and
    how much that is; US cents."""
    cash = sum(e.usd_minor for e in outs if e.channel == "cash_out")
    gets: dict[bytes, int] = {}
    for event in outs:
        if event.channel != "cash_out":
            gets[event.other] = gets.get(event.other, 0) + event.usd_minor
    if not gets:
        return cash, set(), 0
    first = max(gets, key=lambda party: (gets[party], party))
    taker = {party for party in gets if party == first or view.are_tied(party, first)}
    return cash, taker, sum(gets[party] for party in taker)


def _control(view: View, came: list[Event], taker: set[bytes], share: float, p: Parameters) -> dict[str, bool]:
    """Signs that another controls the account (A4: shared device, collector, multi-city)."""
    own = {i.key for e in came for i in view.profile(e.mine).identifiers if i.kind in (DEVICE, PHONE)}
    towns = {(e.send.country, e.send.town) for e in came if e.send.town}
    return {
        "tied": any(i.key in own for party in taker for i in view.profile(party).identifiers),
        "one_taker": share >= p.min_out,
        "linked": len(linked_group(view, sorted({e.other for e in came}))) >= p.min_linked,
        "cities": len(towns) >= p.min_cities,
    }


def explain(view: View, p: Parameters, best: Hit, events: tuple[Event, ...]) -> Explanation:
    """How many strangers paid when and how much, where it went, and what speaks for control."""
    m = best.measures
    named = (
        ("tied", "the account shares a device or phone with the person who gets the money"),
        ("one_taker", "one person gets most of it"),
        ("linked", "payers share an address, phone or device"),
        ("cities", "the payers are in several towns"),
    )
    signs = "; ".join(text for key, text in named if m[key])
    flagged = sum(e.flagged for e in events)
    front = f" The front line flagged {counted(flagged, 'transfer')}." if flagged else ""
    reason = (
        f"{m['payers']:.0f} people who are not kin paid in {m['credits']:.0f} round sums of {usd(m['low'])} to {usd(m['high'])} within {p.window_d} days, "
        f"{m['night']:.0%} of them at night, and {m['out']:.0%} of what came in left again ({signs}). The holder of the account may be a victim.{front}"
    )
    numbers = (
        number(p, "min_credits", m["credits"], best.events),
        number(p, "min_payers", m["payers"]),
        number(p, "night_share", m["night"]),
        number(p, "min_out", m["out"]),
    )
    absent = () if all(e.send.town for e in best.events if e.other in view.payers) else ("town of some payers",)
    return Explanation(reason, numbers, _parts(view, p, best), absent)


def _parts(view: View, p: Parameters, best: Hit) -> dict[bytes, str]:
    """Who is what. Guests have no part in it; payers who are linked to each other, or come again and again, may themselves be the
    ones who are controlled, and the holder is not."""
    m = best.measures
    payers = {e.other for e in best.events if e.side == RECEIVER}
    standing = sum(view.payers[payer] >= p.standing for payer in payers)
    is_held = bool(m["tied"] or m["one_taker"])
    holder = "worker" if is_held else "account_holder"
    is_collector = m["tied"] or (m["one_taker"] and m["cities"])
    taker = "collector" if is_collector else "recipient"
    parts: dict[bytes, str] = {}
    for event in best.events:
        if event.side == SENDER and event.other:
            parts[event.other] = taker
    if not is_held and (m["linked"] or standing * 2 > len(payers)):
        return parts | {e.mine: "passes_on" for e in best.events}
    return parts | {e.mine: holder for e in best.events}


_CITIES = ("DE:Berlin", "DE:Hamburg", "DE:Cologne", "DE:Frankfurt")


def _nights(guests: int = 8, out: float = 0.8, taker: str = "boss", cities: int = 1, **how: object) -> View:
    hour, usd_each = float(str(how.pop("hour", 1.5))), float(str(how.pop("usd", 200)))
    place = {"pay": "DE:Berlin", "channel": "wallet_to_wallet", **how}
    sends = [_CITIES[i % cities] for i in range(guests)]
    came = [pay(f"g{i}", "her", i + hour / 24, usd_each, send=town, **place) for i, town in enumerate(sends)]  # type: ignore[arg-type]
    channel = "wallet_to_wallet" if taker else "cash_out"
    gone = pay("her", taker, guests, guests * usd_each * out, send="DE:Berlin", pay="DE:Berlin", channel=channel)
    return view_of("her", [*came, gone])


TYPOLOGY = Typology(
    id="TS-P05",
    name="Small night credits under control",
    version=1,
    weight=0.5,  # DEF, typologies A7
    window_ms=PARAMETERS.window_d * DAY_MS,
    parameters=PARAMETERS,
    may=may,
    on=BY_STRANGER | PAID_OUT,
    gate=gate,
    least=Least(credits=PARAMETERS.min_credits, debits=1, payers=PARAMETERS.min_payers),
    hits=hits,
    explain=explain,
    doc=__doc__,
    flag_raise=0.3,  # DEF, typologies A4, end
    examples=(
        Example("eight guests by night, one person gets most of it", True, _nights),
        Example("ten guests of three towns, cash drawn", True, lambda: _nights(10, taker="", cities=3)),
        Example("eight guests who share a phone, cash drawn", True, lambda: _nights(taker="", phone="one")),
        Example("seven guests", False, lambda: _nights(7)),
        Example("no sign of control: one town, cash drawn", False, lambda: _nights(taker="")),
        Example("by day", False, lambda: _nights(hour=13)),
        Example("odd sums", False, lambda: _nights(usd=203.5)),
        Example("USD 610 each", False, lambda: _nights(usd=610)),
        Example("half of it stays", False, lambda: _nights(out=0.5)),
        Example("relatives", False, lambda: _nights(relation="kin", surname=True)),
    ),
)  # fmt: skip
