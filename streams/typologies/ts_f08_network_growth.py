"""Network growth: the payers of a collector bring new ones, or one of them begins to collect himself.

Question    Did at least `min_new` strangers pay one collector for the first time within `window_d` days, half of his network or more, who share a
            town or a contact with somebody who paid him before them? Or did as many begin to pay a party that had itself paid a collector of at
            least `min_collects` payers before?
Source      US Attorney EDPA indictment, 2025 (clients came "by referral through" a smuggled client); form and numbers: typologies A4 "F08"
Subject     the collector; the payers pay for relatives
Looks back  30 days of event time for the newcomers, 400 days for the network
Not a hit   rent (a popular landlord), tuition and dues; firms that take mixed sums (a new agent office); kin; a savings club; neighbours who pay
            in their own town; sums that fit no leg and no route; a feed that names no place, purpose or relation at all: whoever begins to be
            paid by many has then a network

How many collect as much in the town is not known to a party by itself: `min_network` stands for the top of it.
"""

from collections.abc import Iterator
from typing import Annotated, Any

import msgspec

from schemas.observation import RECEIVER
from schemas.transfer import Place
from streams.domain.entity import Story
from streams.domain.event import DAY_MS, Event
from streams.domain.glance import BY_STRANGER, PAID_OUT, Glance
from streams.domain.marks import AT, CREDIT, NOT_DEBT, OTHER, SIGNS, USD
from streams.domain.score import strength
from streams.domain.strangers import strangers
from streams.domain.view import View
from streams.typologies.base import Example, Explanation, Hit, Least, Line, Typology, number, window
from streams.typologies.build import START_MS, key_of, pay, view_of


class Parameters(msgspec.Struct, frozen=True):
    """Lines of TS-F08."""

    window_d: Annotated[int, Line("days", "DEF", "typologies A4")] = 30
    min_new: Annotated[int, Line("newcomers", "DEF", "typologies A4")] = 5
    min_growth: Annotated[float, Line("newcomers for one who paid before", "DEF", "typologies A4: 50 %")] = 0.5
    min_network: Annotated[
        int, Line("payers in all", "DEF", "one party in a hundred sees 11 transfers in 30 days (case set)")
    ] = 10
    lead_d: Annotated[float, Line("days", "DEF", "word of mouth takes a day")] = 1.0
    priced_share: Annotated[
        float, Line("share of first payments in a fee band or on a corridor", "DEF", "typologies A7, F01")
    ] = 0.5
    min_collects: Annotated[int, Line("payers of whom the client paid", "DEF", "typologies A7, F01: five are a collector's")] = 5
    client_d: Annotated[int, Line("days since he was a client", "DEF", "typologies A7: the memory of collectors")] = 180


PARAMETERS = Parameters()


def may(glance: Glance, p: Parameters) -> bool:
    """A newcomer among enough strangers, or a payment by which this is no savings club any more?"""
    if glance.payers < p.min_new:
        return False
    if any(not m[SIGNS] & CREDIT for m in glance.new) and _was_club(glance):
        return True
    edge = glance.since_ms - p.window_d * DAY_MS
    since = {m[OTHER]: m[AT] for m in reversed(glance.paid_in)}
    is_newcomer = any(m[SIGNS] & CREDIT and since.get(m[OTHER], edge - 1) >= edge for m in glance.new)
    return is_newcomer and (bool(glance.paid_out) or glance.has_payers(p.min_new, p.window_d))


def _was_club(glance: Glance) -> bool:
    before = glance.marks[: -len(glance.new)]
    payers = {m[OTHER] for m in before if m[SIGNS] & CREDIT}
    sums = [(m[USD], m[OTHER] in payers) for m in before if not m[SIGNS] & CREDIT]
    return 2 * sum(usd for usd, is_back in sums if is_back) > sum(usd for usd, _ in sums)


def gate(view: View, p: Parameters) -> bool:
    """A collector with enough newcomers, of whom more is known than that they paid?"""
    firsts = _firsts(view, p)
    return (
        len({e.other for e in firsts}) >= p.min_new
        and strangers(view) is None
        and view.is_collector_shape()
        and not view.is_club()
    )


def asks(view: View, p: Parameters) -> set[bytes]:
    """Whom the party had paid before its own newcomers came: whether they collect."""
    newest = _firsts(view, p)[-1].at_ms
    return {e.other for e in _paid(view) if e.at_ms <= newest - p.lead_d * DAY_MS}


def hits(view: View, p: Parameters) -> Iterator[Hit]:
    """One hit for every newcomer with whom the network had grown enough."""
    firsts = _firsts(view, p)
    members = _members(view)
    for end in view.unjudged(firsts, p.min_new - 1):
        new = _first_of_each(window(firsts, end, p.window_d * DAY_MS))
        if len(new) < p.min_new:
            continue
        network, referred = _referred(view, new, members, p)
        patron = _patron(view, new, p)
        if referred or patron:
            measures = {"new": len(new), "network": network, "referred": referred, "client": len(patron)}
            events = tuple(sorted([*new, *patron], key=Event.order))
            yield Hit(firsts[end].at_ms, strength((referred or len(new)) / p.min_new), events, _facets(view, new), measures)


def _referred(view: View, new: list[Event], members: dict[bytes, int], p: Parameters) -> tuple[int, int]:
    """How many have paid by now, and how many of the newcomers are tied to earlier payers: 0 unless the network grew enough by them."""
    at = new[-1].at_ms
    before = sum(first < at - p.window_d * DAY_MS for first in members.values())
    network = sum(first <= at for first in members.values())
    if network < p.min_network or len(new) < p.min_growth * before or not _is_priced(view, new, p):
        return network, 0
    referred = sum(_is_referred(view, e, members, p) for e in new)
    return network, referred if referred >= p.min_new else 0


def _firsts(view: View, p: Parameters) -> list[Event]:
    """First payments of strangers who are new."""
    width = p.window_d * DAY_MS
    return view.flow("TS-F08", view.unrelated_credits(), lambda e: _is_client(view, e) and view.newness(e, width) is True)


def _is_client(view: View, event: Event) -> bool:
    return event.purpose_class not in NOT_DEBT and view.profile(event.other).is_person


def _first_of_each(inside: list[Event]) -> list[Event]:
    """The first event of each payer."""
    found: dict[bytes, Event] = {}
    for event in inside:
        found.setdefault(event.other, event)
    return list(found.values())


def _members(view: View) -> dict[bytes, int]:
    """Every stranger who ever paid, and when first."""
    return {e.other: view.pair(e).first_ms for e in view.unrelated_credits() if _is_client(view, e)}


def _is_priced(view: View, new: list[Event], p: Parameters) -> bool:
    fits = sum(view.in_band(e) or view.corridors.is_corridor(e.send.country, e.pay.country) for e in new)
    return fits >= p.priced_share * len(new)


def _is_referred(view: View, event: Event, members: dict[bytes, int], p: Parameters) -> bool:
    """Whether somebody who paid before shares a town other than the collector's, or a contact without being of one name."""
    latest = event.at_ms - p.lead_d * DAY_MS
    earlier = (member for member, first in members.items() if first <= latest and member != event.other)
    return any(_shares(view, event, member) for member in earlier)


def _shares(view: View, event: Event, member: bytes) -> bool:
    mine, theirs = view.profile(event.other), view.profile(member)
    towns = {place for place in mine.places if place.town and _is_elsewhere(place, event.pay)}
    if not towns.isdisjoint(theirs.places):
        return True
    contacts = {i.key for i in mine.identifiers}
    return not contacts.isdisjoint(i.key for i in theirs.identifiers) and set(mine.name_keys).isdisjoint(theirs.name_keys)


def _is_elsewhere(place: Place, here: Place) -> bool:
    """Another town than the collector's; where that is left out, any town of its country may be it."""
    return place.country != here.country or (here.town != "" and place.town != here.town)


def _paid(view: View) -> list[Event]:
    return view.flow("TS-F08 paid", view.debits, lambda e: view.is_unrelated(e) and _is_client(view, e))


def _patron(view: View, new: list[Event], p: Parameters) -> list[Event]:
    """What the party had paid as a client, before its own newcomers, to somebody who was a collector by then."""
    latest, earliest = new[0].at_ms - p.lead_d * DAY_MS, new[0].at_ms - p.client_d * DAY_MS
    return [e for e in _paid(view) if earliest <= e.at_ms <= latest and _collects(view, e, p)][:1]


def _collects(view: View, event: Event, p: Parameters) -> bool:
    """Whether who was paid had enough payers by the time of the first newcomer, the client among them or not."""
    told = view.stories.get(event.other, Story())
    return sum(since <= event.at_ms + p.window_d * DAY_MS for _, since in told.payers) >= p.min_collects


def _facets(view: View, new: list[Event]) -> tuple[str, ...]:
    bands = sum(view.in_band(e) for e in new)
    routes = sum(view.corridors.is_corridor(e.send.country, e.pay.country) for e in new)
    return ("newness", *(("fee_band",) if bands * 2 >= len(new) else ()), *(("corridor",) if routes * 2 >= len(new) else ()))


def explain(view: View, p: Parameters, best: Hit, events: tuple[Event, ...]) -> Explanation:
    """How many came, how they are tied to those before them, and whom the collector had paid himself."""
    m = best.measures
    ways = []
    if m["referred"]:
        ways.append(
            f"{m['referred']:.0f} of them share a town or a contact with somebody who had paid before, and {m['network']:.0f} have paid by now"
        )
    if m["client"]:
        ways.append("the receiver had before paid somebody who collects from several people himself")
    reason = f"{m['new']:.0f} strangers paid one receiver for the first time within {p.window_d} days; {'; '.join(ways)}."
    numbers = [number(p, "min_new", m["new"], best.events)]
    if m["referred"]:
        numbers.append(number(p, "min_network", m["network"]))
    parts = {e.other: "payer" if e.side == RECEIVER else "recipient" for e in events} | {e.mine: "collector" for e in events}
    return Explanation(reason, tuple(numbers), parts, ("how many collect as much in this town",))


def _grown(new: int = 6, old: int = 5, usd: float = 550, **how: Any) -> View:
    """Payers of three towns, one in eight days, and after two months' silence `new` ones of the same towns, one a day."""
    towns = ("DE:Hamburg", "DE:Munich", "DE:Bonn")
    days = [8 * i for i in range(old)] + [8 * old + 60 + i for i in range(new)]
    return view_of("head", [pay(f"p{i}", "head", day, usd, send=towns[i % 3], **how) for i, day in enumerate(days)])


def _client(collects: int = 5, new: int = 5, paid: float = -20) -> View:
    """Paid a collector, then is paid by strangers of as many towns."""
    rows = [pay(f"n{i}", "head", i, 550, send=f"DE:Town{i}") for i in range(new)]
    told = Story(payers=tuple((key_of(f"x{i}"), START_MS - 30 * DAY_MS) for i in range(collects)))
    return view_of("head", [pay("head", "boss", paid, 600, send="TR:Van", pay="TR:Istanbul"), *rows], {"boss": told})


TYPOLOGY = Typology(
    id="TS-F08",
    name="Network that grows by referral",
    version=1,
    weight=0.35,  # DEF
    window_ms=PARAMETERS.window_d * DAY_MS,
    parameters=PARAMETERS,
    may=may,
    on=BY_STRANGER | PAID_OUT,
    gate=gate,
    least=Least(payers=PARAMETERS.min_new),
    hits=hits,
    explain=explain,
    asks=asks,
    doc=__doc__,
    examples=(
        Example("six newcomers from the towns of five earlier payers", True, _grown),
        Example("five newcomers to a network of five", True, lambda: _grown(new=5)),
        Example("an earlier client is paid by five strangers", True, _client),
        Example("four newcomers", False, lambda: _grown(new=4, old=8)),
        Example("five newcomers to a network of four", False, lambda: _grown(new=5, old=4)),
        Example("five newcomers to a network of fourteen", False, lambda: _grown(new=5, old=14)),
        Example("a popular landlord", False, lambda: _grown(purpose="rent")),
        Example("small sums in one country", False, lambda: _grown(usd=20, pay="DE:Berlin")),
        Example("he had paid one who collects from four", False, lambda: _client(collects=4)),
        Example("he paid the collector afterwards", False, lambda: _client(paid=3)),
    ),
)
