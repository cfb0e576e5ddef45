"""Micro remittances: a payer in a rich country sends small sums again and again to several people abroad who are no kin of his.

Question    Did one payer, a national of the high-income country he pays from or of unknown nationality, send at least `min_payments`
            payments with a median under `max_median_usd` within `window_d` days to people abroad with whom he shares no name and no
            kinship: to at least `min_receivers` of them, or to one whom another such payer pays too?
Source      AUSTRAC child-exploitation case page and letter of 2025, statement of claim against Westpac (A$10-500, labels such as "school
            uniform", 625 payments in 68 months); rule calibrated in typologies A7 "P07"
Subject     the payer: the one typology where who pays is looked at. Those who are paid are never named as subject by it
Looks back  60 days of event time
Not a hit   kin, a shared name, a spouse; a migrant who pays home (his nationality is another); charities and firms; large sums
"""

from collections.abc import Collection, Iterable, Iterator
from statistics import median
from typing import Annotated, Any

import msgspec

from schemas.observation import SENDER
from streams.domain.entity import Story
from streams.domain.event import DAY_MS, Event
from streams.domain.glance import BY_STRANGER, TO_STRANGER, Glance
from streams.domain.marks import COUNTRY, OTHER, PAY, SEND, Mark
from streams.domain.score import strength
from streams.domain.view import View
from streams.typologies.base import Example, Explanation, Hit, Line, Typology, counted, number, usd, window
from streams.typologies.build import START_MS, key_of, pay, view_of


class Parameters(msgspec.Struct, frozen=True):
    """Lines of TS-P07."""

    window_d: Annotated[int, Line("days", "DEF", "typologies A4")] = 60
    min_payments: Annotated[int, Line("payments of one payer", "DEF", "typologies A7")] = 5
    max_median_usd: Annotated[int, Line("US dollars, median", "DEF", "typologies A7; AUSTRAC: A$10-500")] = 300
    min_receivers: Annotated[int, Line("receivers of one payer", "DEF", "typologies A7")] = 3
    min_sharers: Annotated[int, Line("such payers of one receiver", "DEF", "typologies A7: another such payer")] = 2
    night_share: Annotated[float, Line("share of payments at 22-06 local time", "DEF", "typologies A4: odd hours")] = 0.3
    label_share: Annotated[float, Line("share of payments said to be for school", "DEF", "AUSTRAC: school uniform")] = 0.3
    sign_worth: Annotated[
        float, Line("times the threshold, for each sign", "DEF", "night and labels speak, alone they say nothing")
    ] = 0.5
    unknown_factor: Annotated[float, Line("of the strength", "DEF", "the payer's nationality is not known")] = 0.8


PARAMETERS = Parameters()


def may(glance: Glance, p: Parameters) -> bool:
    """From a rich country: enough payments to enough people abroad, or to somebody with another such payer?"""
    if glance.payees < p.min_receivers and glance.payers < p.min_sharers:
        return False
    demand = glance.corridors.demand
    if not any(_may_be_demand(m, demand) for m in glance.new):
        return False
    sent = [m for m in glance.within(glance.paid_out, p.window_d) if _may_be_demand(m, demand)]
    if len(sent) >= p.min_payments and len({m[OTHER] for m in sent}) >= p.min_receivers:
        return True
    return len({m[OTHER] for m in glance.paid_in if _may_be_demand(m, demand)}) >= p.min_sharers


def _may_be_demand(mark: Mark, demand: Collection[str]) -> bool:
    return (not mark[SEND] or COUNTRY[mark[SEND]] in demand) and (not mark[PAY] or COUNTRY[mark[PAY]] not in demand)


def gate(view: View, p: Parameters) -> bool:
    """Enough payments to enough people abroad, or two payers in rich countries?"""
    if len(view.payees) >= p.min_receivers and len(view.debits) >= p.min_payments:
        sent = _sent(view)
        if len(sent) >= p.min_payments and len({e.other for e in sent}) >= p.min_receivers:
            return True
    return len(view.payers) >= p.min_sharers and len({e.other for e in _received(view)}) >= p.min_sharers


def asks(view: View, p: Parameters) -> set[bytes]:
    """Where two such payers may pay the same person: what each of them pays in all."""
    payers = {e.other for e in _received(view)}
    return payers if len(payers) >= p.min_sharers else set()


def hits(view: View, p: Parameters) -> Iterator[Hit]:
    """Both forms: the payer of several people, and the person whom several such payers pay."""
    yield from _rotating(view, p)
    yield from _shared(view, p)


def _sent(view: View) -> list[Event]:
    return view.flow("TS-P07 sent", view.debits, lambda e: _fits(view, e, e.mine))


def _received(view: View) -> list[Event]:
    return view.flow("TS-P07 received", view.credits, lambda e: _fits(view, e, e.other))


def _fits(view: View, event: Event, payer: bytes) -> bool:
    """A plain payment from a rich country to a person elsewhere, by one who is no foreigner there as far as is known."""
    demand = view.corridors.demand
    if event.send.country not in demand or not event.pay.country or event.pay.country in demand or not view.is_unrelated(event):
        return False
    are_people = view.profile(event.mine).is_person and view.profile(event.other).is_person
    return are_people and view.profile(payer).nationality in ("", event.send.country)


def _nameless(view: View, events: Iterable[Event]) -> list[Event]:
    """Without those whose parties ever shared a name, friends or not."""
    return [e for e in events if not view.pair(e).name_tie]


def _rotating(view: View, p: Parameters) -> Iterator[Hit]:
    sent = _nameless(view, _sent(view))
    for end in range(p.min_payments - 1, len(sent)):
        inside = window(sent, end, p.window_d * DAY_MS)
        if len(inside) < p.min_payments:
            continue
        receivers = _people(view, {e.other for e in inside})
        if receivers < p.min_receivers:
            continue
        if median(e.usd_minor for e in inside) < p.max_median_usd * 100:
            excess = len(inside) / p.min_payments + (receivers - p.min_receivers) / p.min_receivers
            yield _hit(view, inside, (excess, receivers, 1), p)


def _people(view: View, parties: set[bytes]) -> int:
    """How many people they are: one who comes without a customer number now and then has the same name each time."""
    return len({view.profile(party).name_keys or (party,) for party in parties})


def _shared(view: View, p: Parameters) -> Iterator[Hit]:
    received = _nameless(view, _received(view))
    such = {k: since for k in dict.fromkeys(e.other for e in received) if (since := _such_since(view, k, p)) is not None}
    if len(such) < p.min_sharers:
        return
    received = [e for e in received if e.other in such]
    for end in range(p.min_sharers - 1, len(received)):
        inside = window(received, end, p.window_d * DAY_MS)
        payers = _people(view, {e.other for e in inside})
        if payers >= p.min_sharers:
            known = sorted(such[k] for k in {e.other for e in inside})[p.min_sharers - 1]
            hit = _hit(view, inside, (payers / p.min_sharers, 1, payers), p)
            yield hit._replace(at_ms=max(known, hit.at_ms))


def _such_since(view: View, payer: bytes, p: Parameters) -> int | None:
    """When the payer, by what he told, first had paid often enough in small sums to people abroad who are not kin; None: never."""
    told, demand = view.stories.get(payer, Story()), view.corridors.demand
    paid = [
        (at, cents)
        for at, cents, receiver, send, country, _ in told.debits
        if send in demand and country and country not in demand and receiver not in told.kin
    ]
    start = 0
    for end, (at, _) in enumerate(paid):
        while paid[start][0] < at - p.window_d * DAY_MS:
            start += 1
        inside = [cents for _, cents in paid[start : end + 1]]
        if len(inside) >= p.min_payments and median(inside) < p.max_median_usd * 100:
            return at
    return None


def _hit(view: View, inside: list[Event], counts: tuple[float, int, int], p: Parameters) -> Hit:
    """The hit over the window's events; `counts`: how far over the threshold, receivers, payers."""
    excess, receivers, payers = counts
    night = int(sum(_is_night(e) for e in inside) >= p.night_share * len(inside))
    labels = int(sum(e.purpose_class == "tuition" for e in inside) >= p.label_share * len(inside))
    middle = median(e.usd_minor for e in inside)
    measures = {
        "payments": len(inside),
        "receivers": receivers,
        "payers": payers,
        "median": middle,
        "at_night": night,
        "labels": labels,
    }
    value = strength(excess + p.sign_worth * (night + labels))
    if not _are_known(view, {_payer(e) for e in inside}):
        value = round(value * p.unknown_factor, 4)
    new = sum(view.newness(e, p.window_d * DAY_MS) is True for e in inside)
    facets = ("corridor", "newness") if new * 2 > len(inside) else ("corridor",)  # from demand to supply: that is its corridor
    return Hit(inside[-1].at_ms, value, tuple(inside), facets, measures)


def _payer(event: Event) -> bytes:
    return event.mine if event.side == SENDER else event.other


def _is_night(event: Event) -> bool:
    return event.local_hour >= 22 or event.local_hour < 6


def _are_known(view: View, payers: set[bytes]) -> bool:
    return all(view.profile(k).nationality for k in payers)


def explain(view: View, p: Parameters, best: Hit, events: tuple[Event, ...]) -> Explanation:
    """How often, how little, to how many; the payer is looked at."""
    m = best.measures
    signs = [text for name, text in (("at_night", "many at night"), ("labels", "many said to be for school")) if m[name]]
    reason = (
        f"{counted(m['payers'], 'payer')} in a country of demand sent {counted(m['payments'], 'payment')} with a median of {usd(m['median'])} "
        f"within {p.window_d} days to {counted(m['receivers'], 'person', 'people')} abroad, who share no name with the payer and are not said to be kin"
        f"{'; ' + ' and '.join(signs) if signs else ''}. This is consistent with payment for the abuse of children; "
        "those who are paid may be victims or their relatives."
    )
    payers = {_payer(e) for e in events}
    parts = dict.fromkeys(sorted({e.other if e.side == SENDER else e.mine for e in events}), "recipient")
    parts |= dict.fromkeys(sorted(payers), "exploiter")
    absent = () if _are_known(view, payers) else ("nationality of the payer",)
    numbers = [number(p, "max_median_usd", m["median"] / 100)]
    if m["payers"] > 1:
        numbers.append(number(p, "min_sharers", m["payers"], best.events))
    else:
        numbers += [number(p, "min_payments", m["payments"]), number(p, "min_receivers", m["receivers"], best.events)]
    return Explanation(reason, tuple(numbers), parts, absent)


def _sends(receivers: int = 3, payments: int = 6, usd_: float = 80, days: float = 9, **how: Any) -> View:
    rows = [
        pay("man", f"r{i % receivers}", days * i, usd_, **{"send": "AU:Melbourne", "pay": "PH:Cebu", "nationality": "AU"} | how)
        for i in range(payments)
    ]
    return view_of("man", rows)


def _paid_by(payers: int, each: int = 5, cents: int = 9_000, kin: bool = False) -> View:
    rows = [pay(f"m{i}", "one", 10 + i, 90, send="GB:London", pay="KE:Nairobi", nationality="GB") for i in range(payers)]
    debits = tuple((START_MS + 10 * n * DAY_MS, cents, key_of("one"), "GB", "KE", False) for n in range(each))
    told = Story(debits, kin=(key_of("one"),) if kin else ())
    return view_of("one", rows, {f"m{i}": told for i in range(payers)})


TYPOLOGY = Typology(
    id="TS-P07",
    name="Micro remittances for the abuse of children",
    version=1,
    weight=0.75,  # DEF, typologies A7: it must be able to report alone
    window_ms=PARAMETERS.window_d * DAY_MS,
    parameters=PARAMETERS,
    may=may,
    on=BY_STRANGER | TO_STRANGER,
    gate=gate,
    hits=hits,
    explain=explain,
    asks=asks,
    doc=__doc__,
    looks_ahead=True,  # a name shared on a later transfer counts from the start
    examples=(
        Example("six payments of USD 80 to three people in Cebu", True, _sends),
        Example("two payers of one person, each with five payments in all", True, lambda: _paid_by(2)),
        Example("the same payer, nationality not given", True, lambda: _sends(nationality="")),
        Example("two people only, whom nobody else pays", False, lambda: _sends(receivers=2)),
        Example("four payments", False, lambda: _sends(receivers=4, payments=4)),
        Example("five payments in 64 days", False, lambda: _sends(payments=5, days=16)),
        Example("sums of USD 300", False, lambda: _sends(usd_=300)),
        Example("a Filipino who works in Melbourne", False, lambda: _sends(nationality="PH")),
        Example("three friends who share his name", False, lambda: _sends(relation="other", surname=True)),
        Example("to people in another rich country", False, lambda: _sends(pay="DE:Berlin")),
        Example("two payers, one payment short in all they tell", False, lambda: _paid_by(2, each=4)),
        Example("two payers of a relative", False, lambda: _paid_by(2, kin=True)),
        Example("two payers whose sums are large", False, lambda: _paid_by(2, cents=30_000)),
    ),
)
