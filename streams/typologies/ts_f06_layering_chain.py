"""Layering chain: money hops from one account to the next within days, a little less each time, until it leaves in cash.

Question    Did money pass through this party as part of at least `min_hops` payments in a row, each within `within_d` days of the one before
            and of at least `min_kept` per cent of it, between parties who are no kin? Or did a party that gathers from at least `min_gathered`
            payers pay this one in bulk, and were `min_paid_out` to `max_paid_out` of it paid out to persons within `bulk_window_d` days?
            Where a feed names no place, purpose or relation at all, strangers (who dealt with each other once) are followed whatever their
            sums: did `bare_hops` payments lie in a row, each within `bare_within_d` days and of `bare_min_kept` to `bare_max_kept` of the one
            before; or in any order, each within `bare_ring_d` days and against the habit of the party between? Or had one party paid
            `bare_between` strangers who within `bare_hold_d` days paid another, or did as many pay the same two parties? Such a finding says
            what was absent and is weaker.
Source      FATF 2022 (shops, exchange houses and mules in a row); UAE FIU goAML reasons SCTFS, EJEUA; form and numbers: typologies A4 "F06";
            the form in bulk and its numbers: DEF, after A7 "F03"
Subject     none by itself: those in the middle may be mules, who may be victims
Looks back  5 days a hop; 30 days of event time in bulk
Not a hit   a group's treasury (from firm to firm); wages, purchases, rent, tuition, dues; kin; small sums; there and back again; shops that pay
            their suppliers, which are firms

A party knows its own payments; what its payers and payees passed on they tell when asked, one step either way. A longer chain is a
finding at each party in its middle. Sums that were split or merged on the way are seen in the form in bulk only.
"""

import itertools
from collections.abc import Iterator
from typing import Annotated, Any

import msgspec

from schemas.observation import RECEIVER, SENDER, TransferFacts
from streams.domain import relays
from streams.domain.bulk import Bulk, BulkLine, paid_out
from streams.domain.entity import Story
from streams.domain.event import DAY_MS, Event, event_of
from streams.domain.glance import PAID_OUT, TO_STRANGER, Glance
from streams.domain.layers import Reach, asked, found
from streams.domain.marks import AT, CREDIT, OTHER, SIGNS, USD, Mark
from streams.domain.relays import BOUGHT, ENDS, EXCUSED
from streams.domain.score import strength
from streams.domain.strangers import ABSENT, Strangers, strangers
from streams.domain.view import View
from streams.typologies.base import Example, Explanation, Hit, Least, Line, Typology, counted, number, usd
from streams.typologies.build import START_MS, bare, key_of, pay, view_of


class Parameters(msgspec.Struct, frozen=True):
    """Lines of TS-F06. What parties tell each other is cut to `within_d`, `min_kept` and `min_usd` as they stand here: a file may narrow
    them, not widen."""

    min_hops: Annotated[int, Line("payments in a row", "DEF", "typologies A4")] = 3
    within_d: Annotated[int, Line("days between two payments", "DEF", "typologies A4")] = relays.WITHIN_D
    min_kept: Annotated[int, Line("per cent of the payment before", "DEF", "typologies A4")] = relays.LEAST_KEPT
    min_usd: Annotated[int, Line("US dollars each", "DEF", "the lowest full price of a leg")] = relays.LEAST_USD
    bulk_window_d: Annotated[int, Line("days", "DEF", "typologies A7, F03")] = 30
    min_bulk: Annotated[int, Line("payments in bulk", "DEF", "one may be a purchase")] = 2
    min_gathered: Annotated[int, Line("payers of who pays in bulk", "DEF", "typologies A7, F03")] = 5
    min_paid_out: Annotated[float, Line("out / in", "DEF", "typologies A7, F03")] = 0.6
    max_paid_out: Annotated[float, Line("out / in", "DEF", "typologies A4: no more than came in")] = 1.0
    bare_hops: Annotated[
        int, Line("payments in a row", "DEF", "without places: one more than min_hops, all that is told", most=4)
    ] = 4
    bare_within_d: Annotated[int, Line("days between two payments", "DEF", "without places: as within_d")] = relays.WITHIN_D
    bare_min_kept: Annotated[float, Line("of the payment before", "DEF", "without places; docs/quality.md")] = 0.5
    bare_max_kept: Annotated[float, Line("of the payment before", "DEF", "without places; docs/quality.md")] = 1.5
    bare_ring_d: Annotated[int, Line("days between two payments", "DEF", "without places: in any order; docs/quality.md")] = 21
    bare_between: Annotated[int, Line("strangers", "DEF", "without places: of the same two parties; docs/quality.md")] = 3
    bare_hold_d: Annotated[int, Line("days", "DEF", "without places: as bulk_window_d")] = 30
    bare_factor: Annotated[float, Line("share of the strength", "DEF", "as TS-F01")] = 0.7


PARAMETERS = Parameters()


def may(glance: Glance, p: Parameters) -> bool:
    """May the new payment pass on what came in, in one sum or in bulk?"""
    if not any(m[USD] >= p.min_usd * 100 and not m[SIGNS] & CREDIT for m in glance.new):
        return bool(glance.what() & TO_STRANGER) and _may_be_bulk(glance, p)
    credits = [m for m in glance.within(glance.marks, p.within_d) if m[SIGNS] & CREDIT]
    if any(_may_pass_on(came, went, p) for went in glance.new if not went[SIGNS] & CREDIT for came in credits):
        return True
    return bool(glance.what() & TO_STRANGER) and _may_be_bulk(glance, p)


def _may_be_bulk(glance: Glance, p: Parameters) -> bool:
    large = [m for m in glance.within(glance.paid_in, p.bulk_window_d) if m[USD] >= p.min_usd * 100]
    return glance.often(large, p.min_bulk) > 0


def _may_pass_on(came: Mark, went: Mark, p: Parameters) -> bool:
    is_soon = came[AT] <= went[AT] and came[OTHER] != went[OTHER] and went[USD] >= p.min_usd * 100
    return is_soon and p.min_kept * came[USD] <= 100 * went[USD] <= relays.MOST_KEPT * came[USD]


def gate(view: View, p: Parameters) -> bool:
    """Anything passed on at all, in one sum or in bulk, or strangers of whom nothing else is known?"""
    return strangers(view) is not None or bool(view.once(_relays, p)) or bool(view.once(_bulk, p))


def asks(view: View, p: Parameters) -> set[bytes]:
    """The persons before and after: what they passed on; and who pays in bulk: whether he gathers from many."""
    known = strangers(view)
    if known is not None:
        return asked(known, _reach(p))
    near = {e.other for pair in view.once(_relays, p) for e in pair if e.channel not in ENDS and view.profile(e.other).is_person}
    return near | {bulk.payer for bulk in view.once(_bulk, p)}


def hits(view: View, p: Parameters) -> Iterator[Hit]:
    """One hit for every sum passed on within a chain, and for every payment at which enough of the bulk is paid out."""
    known = strangers(view)
    if known is not None:
        yield from _bare(view, known, p)
        return
    for came, went in view.once(_relays, p):
        chain = _chain(view, came, went, p)
        hops = sum(e.channel not in ENDS for e in chain)
        if hops >= p.min_hops:
            yield _hit(view, chain, [came, went], p)
    for bulk in view.once(_bulk, p):
        gathered = sum(since <= bulk.ins[-1].at_ms for _, since in view.stories.get(bulk.payer, Story()).payers)
        if gathered >= p.min_gathered:
            both = sorted([*bulk.ins, *bulk.outs], key=Event.order)
            measures = {"gathered": gathered, "kept": bulk.share}
            yield _hit(view, both, both, p)._replace(strength=strength(1), measures=measures)


def _relays(view: View, p: Parameters) -> list[tuple[Event, Event]]:
    def is_link(event: Event) -> bool:
        return relays.is_link(event, view.is_kin(event), view.state.profiles)

    ins = view.flow("TS-F06 in", view.credits, is_link)
    pairs = relays.relays(ins, view.flow("TS-F06 out", view.debits, is_link)) if ins else ()
    return [pair for pair in pairs if _holds(*pair, p) and _is_one(view, *pair)]


def _holds(came: Event, went: Event, p: Parameters) -> bool:
    """Whether a pair, told or seen, keeps the lines of the parameters, which may be narrower than what is told."""
    is_soon = went.at_ms - came.at_ms < p.within_d * DAY_MS
    return is_soon and went.usd_minor * 100 >= p.min_kept * came.usd_minor and went.usd_minor >= p.min_usd * 100


def _is_one(view: View, came: Event, went: Event) -> bool:
    """At a shared identifier: whether who received and who paid may be one person."""
    return came.mine == went.mine or view.is_one_person((came.mine, went.mine))


def _chain(view: View, came: Event, went: Event, p: Parameters) -> list[Event]:
    """The payment before, the two that are known first hand, the payment after."""
    before = [a for a, b in view.stories.get(came.other, Story()).relays if b.uid == came.uid and _holds(a, b, p)]
    after = [b for a, b in view.stories.get(went.other, Story()).relays if a.uid == went.uid and _holds(a, b, p)]
    return [*before[:1], came, went, *after[:1]]


def _bulk(view: View, p: Parameters) -> list[Bulk]:
    """At each payment to a person by which most of several sums of one payer had left."""
    ins = view.flow("TS-F06 bulk", view.credits, lambda e: e.usd_minor >= p.min_usd * 100 and _is_plain(view, e))
    payers = [payer for payer in sorted({e.other for e in ins}) if view.payers[payer] >= p.min_bulk]
    if not payers:
        return []
    outs = view.flow("TS-F06 paid out", view.debits, lambda e: _is_plain(view, e) and view.profile(e.other).is_person)
    line = BulkLine(p.bulk_window_d * DAY_MS, p.min_bulk, p.min_paid_out, p.max_paid_out)
    return [bulk for payer in payers for bulk in paid_out(payer, [e for e in ins if e.other == payer], outs, line)]


def _is_plain(view: View, event: Event) -> bool:
    """To or from somebody who is no kin, for nothing that is bought or owed; firms may be among them."""
    is_spent = event.channel in BOUGHT | ENDS or event.purpose_class in EXCUSED
    return bool(event.other) and not is_spent and not view.is_kin(event)


def _hit(view: View, chain: list[Event], own: list[Event], p: Parameters) -> Hit:
    """The hit of a chain; `own` are the payments of it that the view knows first hand."""
    new = all(view.newness(e, p.bulk_window_d * DAY_MS) is True for e in own if e.other)
    crosses = any(view.corridors.is_corridor(e.send.country, e.pay.country) for e in chain)
    facets = ("pass_through", *(("corridor",) if crosses else ()), *(("newness",) if new else ()))
    ends = chain[-1].channel in ENDS
    hops = len(chain) - ends
    measures = {"hops": hops, "ends": ends, "kept": chain[-1].usd_minor / chain[0].usd_minor, "gathered": 0}
    return Hit(chain[-1].at_ms, strength((hops + ends) / p.min_hops), tuple(chain), facets, measures)


def _reach(p: Parameters) -> Reach:
    within, ring, hold = (days * DAY_MS for days in (p.bare_within_d, p.bare_ring_d, p.bare_hold_d))
    return Reach(within, p.bare_min_kept, p.bare_max_kept, ring, hold, p.bare_hops, p.bare_between)


def _bare(view: View, known: Strangers, p: Parameters) -> Iterator[Hit]:
    """One hit for every row of strangers and for every layer of them."""
    for form, count, both in found(view.stories, known, _reach(p)):
        events = tuple(sorted(both, key=Event.order))
        value = strength(count / (p.bare_hops if form == "row" else p.bare_between))
        facets = () if form == "beside" else ("pass_through",)
        measures = {"strangers": count, "row": form == "row", "beside": form == "beside"}
        yield Hit(events[-1].at_ms, round(p.bare_factor * value, 4), events, facets, measures)


def explain(view: View, p: Parameters, best: Hit, events: tuple[Event, ...]) -> Explanation:
    """How often the money moved on, how much of it was left, and where it went."""
    m = best.measures
    if "strangers" in m:
        return _explain_bare(view, p, best, events)
    if m["gathered"]:
        came = [e for e in best.events if e.side == RECEIVER]
        reason = (
            f"A party that gathers from {m['gathered']:.0f} or more payers paid in {counted(len(came), 'sum')} of together "
            f"{usd(sum(e.usd_minor for e in came))}, and {m['kept']:.0%} of it was paid out to persons within {p.bulk_window_d} days."
        )
        numbers = (number(p, "min_gathered", m["gathered"], best.events), number(p, "min_paid_out", m["kept"]))
    else:
        end = " and then left in cash or for a virtual asset" if m["ends"] else ""
        reason = (
            f"{usd(best.events[0].usd_minor)} moved on in {m['hops']:.0f} payments between people who are not kin, each within {p.within_d} days of the "
            f"one before{end}; {m['kept']:.0%} of it was left."
        )
        kept = min(100 * b.usd_minor / a.usd_minor for a, b in itertools.pairwise(best.events))
        numbers = (number(p, "min_hops", m["hops"], best.events), number(p, "min_kept", kept))
    return Explanation(reason, numbers, _parts(view, events))


def _explain_bare(view: View, p: Parameters, best: Hit, events: tuple[Event, ...]) -> Explanation:
    m = best.measures
    if m["row"]:
        what = f"{m['strangers']:.0f} payments lie in a row between people who dealt with each other once"
    elif m["beside"]:
        what = f"{m['strangers']:.0f} people paid the same two parties within {p.bare_hold_d} days, each once"
    else:
        what = f"{m['strangers']:.0f} people were paid by one party and within {p.bare_hold_d} days paid one other, each once"
    numbers = (number(p, "bare_hops" if m["row"] else "bare_between", m["strangers"], best.events),)
    reason = f"{what}: {usd(sum(e.usd_minor for e in best.events))} in all; nothing else is known of them."
    return Explanation(reason, numbers, _parts(view, events), ABSENT)


def _parts(view: View, events: tuple[Event, ...]) -> dict[bytes, str]:
    """Who paid passes money on; who was only paid is a recipient. Dealers in virtual assets are none of it."""
    parts: dict[bytes, str] = {}
    for event in events:
        sender, receiver = (event.mine, event.other) if event.side == SENDER else (event.other, event.mine)
        parts[sender] = "passes_on"
        if receiver and event.channel not in ENDS:
            parts.setdefault(receiver, "recipient")
    return parts


def _told(*hops: TransferFacts) -> Story:
    """What the middle party of two payments tells."""
    came, went = (event_of(hop, side) for hop, side in zip(hops, (RECEIVER, SENDER), strict=True))
    return Story(relays=((came, went),))


def _chained(*usd_: float, gap: float = 1, end: str = "", **how: Any) -> View:
    """b, who was paid by a and paid c, and asked c; with `end` the last sum leaves by that channel."""
    names = "abcdefg"
    rows = [pay(names[i], names[i + 1], i * gap, sum_, **how) for i, sum_ in enumerate(usd_)]
    if end:
        rows.append(pay(names[len(usd_)], "", len(usd_) * gap, usd_[-1] * 0.95, channel=end))
    return view_of("b", rows, {"c": _told(*rows[1:3])} if len(rows) > 2 else {})


def _exchange(share: float = 0.8, gathered: int = 6, bulks: int = 2, **how: Any) -> View:
    """A shop that gathers pays an exchange in bulk; the exchange pays persons."""
    ins = [pay("shop", "ex", 7 * i, 15_000, send="IQ:Ranya", pay="TR:Istanbul", entity_sender=True) for i in range(bulks)]
    out = 15_000 * bulks * share / 4
    outs = [pay("ex", f"h{i % 2}", 7 * bulks + i, out, **how) for i in range(4)]
    payers = tuple((key_of(f"f{i}"), START_MS + i) for i in range(gathered))
    return view_of("ex", [*ins, *outs], {"shop": Story(payers=payers)})


def _row(*days: float, last: float = 650, returning: int = 0) -> View:
    """a pays b, b pays m, m pays c, c pays d, on these days."""
    return bare("m", zip("abmcd", "bmcd", days, (700, 600, 500, last), strict=False), returning)


def _layer(people: int, to: str = "", later: float = 9) -> View:
    """People, two days apart, who were paid by one party, or paid `to`, and pay m `later` days after that."""
    ends = [(f"x{i}", to) if to else ("boss", f"x{i}") for i in range(people)]
    hops = [hop for i, end in enumerate(ends) for hop in ((*end, 2 * i, 300), (f"x{i}", "m", 2 * i + later, 250))]
    return bare("m", sorted(hops, key=lambda hop: hop[2]))


TYPOLOGY = Typology(
    id="TS-F06",
    name="Layering chain",
    version=1,
    weight=0.35,  # DEF, typologies A7
    window_ms=PARAMETERS.bulk_window_d * DAY_MS,
    parameters=PARAMETERS,
    may=may,
    on=PAID_OUT,
    gate=gate,
    least=Least(credits=1, debits=1),
    hits=hits,
    explain=explain,
    asks=asks,
    doc=__doc__,
    looks_ahead=True,  # what is passed on later makes a chain of what came before
    examples=(
        Example("three payments in three days, five per cent less each", True, lambda: _chained(4000, 3800, 3610)),
        Example("exactly 85 % is passed on", True, lambda: _chained(4000, 3400, 2890)),
        Example("a money shop's bulk payments are paid out to two men", True, _exchange),
        Example("84 % is passed on", False, lambda: _chained(4000, 3360, 2856)),
        Example("more is passed on than came", False, lambda: _chained(4000, 4040, 4000)),
        Example("two payments, then silence", False, lambda: _chained(4000, 3800)),
        Example("two payments and cash: goods that were paid", False, lambda: _chained(4000, 3800, end="cash_out")),
        Example("five days between two payments", False, lambda: _chained(4000, 3800, 3610, gap=5)),
        Example("sums that everybody passes on", False, lambda: _chained(300, 290, 280)),
        Example("rent", False, lambda: _chained(4000, 3800, 3610, purpose="rent")),
        Example("bulk of one who gathers from four", False, lambda: _exchange(gathered=4)),
        Example("one payment in bulk", False, lambda: _exchange(bulks=1)),
        Example("no places: four payments in a row between strangers, each within five days", True, lambda: _row(0, 4, 8, 12)),
        Example("no places: the same in any order, against everybody's habit", True, lambda: _row(9, 20, 0, 15, returning=2)),
        Example("no places: three strangers paid by one party pay another", True, lambda: _layer(3)),
        Example("no places: three strangers pay the same two parties", True, lambda: _layer(3, "n")),
        Example("no places: five days between two payments", False, lambda: _row(0, 5, 9, 13)),
        Example("no places: three payments in a row", False, lambda: _row(0, 4, 8)),
        Example("no places: more than half as much again is passed on", False, lambda: _row(0, 4, 8, 12, last=751)),
        Example("no places: in any order, where nobody has a habit", False, lambda: _row(9, 20, 0, 15)),
        Example("no places: two strangers paid by one party pay another", False, lambda: _layer(2)),
        Example("no places: three strangers keep it for five weeks", False, lambda: _layer(3, later=35)),
    ),
)
