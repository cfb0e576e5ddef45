"""TS-F06: its measures, sentences, strengths and parts by hand, in a row, in bulk and without places."""

from typing import Any

import msgspec
import pytest

from schemas.observation import TransferFacts
from streams.domain.entity import Story
from streams.domain.story import story_of
from streams.domain.strangers import ABSENT
from streams.domain.view import View
from streams.typologies.base import Explanation, Hit
from streams.typologies.build import START_MS, bare, key_of, pay, view_of
from streams.typologies.ts_f06_layering_chain import TYPOLOGY

P = TYPOLOGY.parameters
DAY_MS = 86_400_000


def chain(*usd: float, end: str = "", **how: Any) -> list[TransferFacts]:
    """a pays b, b pays c and so on, one a day; with `end` whoever was paid last takes the money out by that channel."""
    rows = [pay("abcdefg"[i], "abcdefg"[i + 1], i, sum_, **how) for i, sum_ in enumerate(usd)]
    return [*rows, pay("abcdefg"[len(usd)], "", len(usd), usd[-1], channel=end, **how)] if end else rows


def seen(name: str, rows: list[TransferFacts]) -> View:
    """The party's view after the others have told what they passed on."""
    return view_of(name, rows, {n: story_of(view_of(n, rows).state) for n in "abcdefg" if n != name})


def last(view: View) -> tuple[Hit, Explanation]:
    hit = list(TYPOLOGY.hits(view, P))[-1]
    return hit, TYPOLOGY.explain(view, P, hit, hit.events)


def numbers(why: Explanation) -> list[tuple[str, float, float, int]]:
    return [(n.name, n.observed, n.line, len(n.transfers)) for n in why.numbers]


def test_three_payments_in_a_row_by_hand() -> None:
    hit, why = last(seen("b", chain(4000, 3800, 3420)))
    assert hit.measures == {"hops": 3, "ends": False, "kept": 0.855, "gathered": 0}
    assert why.reason == (
        "USD 4,000 moved on in 3 payments between people who are not kin, each within 5 days of the one before; 86% of it was left."
    )
    assert numbers(why) == [("min_hops", 3, 3, 3), ("min_kept", 90, 85, 0)]  # the least of 95 and 90 per cent
    assert why.absent == ()


def test_with_cash_at_its_end_it_is_a_third_over_the_line() -> None:
    hit, why = last(seen("c", chain(4000, 3600, 3600, end="cash_out")))
    assert hit.measures == {"hops": 3, "ends": True, "kept": 0.9, "gathered": 0}
    assert hit.strength == 0.6667  # four of three
    assert why.reason == (
        "USD 4,000 moved on in 3 payments between people who are not kin, each within 5 days of the one before and then left in cash or for a "
        "virtual asset; 90% of it was left."
    )
    assert numbers(why) == [("min_hops", 3, 3, 4), ("min_kept", 90, 85, 0)]


@pytest.mark.parametrize(("before", "new"), [(30, True), (30.01, False)])
def test_a_pair_is_old_that_dealt_more_than_thirty_days_before(before: float, new: bool) -> None:
    # For the first payment on day 0, and as well for the second on day 1.
    for old in (pay("a", "b", -before, 50, channel="card"), pay("b", "c", 1 - before, 50, channel="card")):
        view = seen("b", [old, *chain(4000, 3800, 3610)])
        assert ("newness" in last(view)[0].facets) is new


def test_a_corridor_on_any_payment_of_the_row_is_the_facet() -> None:
    home = {"send": "DE:Bonn", "pay": "DE:Bonn"}
    for abroad in range(3):
        rows = chain(4000, 3800, 3610, **home)
        rows[abroad] = pay("abc"[abroad], "bcd"[abroad], abroad, (4000, 3800, 3610)[abroad], send="AF:Herat", pay="TR:Van")
        assert last(seen("b", rows))[0].facets == ("pass_through", "corridor", "newness")


def test_a_line_that_is_just_kept_holds_for_what_others_told() -> None:
    view = seen("b", chain(4000, 3800, 3420))
    for name, value, just in (("min_kept", 90, 91), ("min_usd", 3420, 3421), ("within_d", 2, 1), ("min_hops", 3, 4)):
        assert len(list(TYPOLOGY.hits(view, msgspec.structs.replace(P, **{name: value})))) == 1
        assert list(TYPOLOGY.hits(view, msgspec.structs.replace(P, **{name: just}))) == []


def bulk(*ins: float, outs: tuple[float, ...] = (900, 900), gathered: int = 6, gap: float = 7) -> View:
    rows = [pay("shop", "ex", gap * i, usd, send="IQ:Ranya", pay="TR:Istanbul", entity_sender=True) for i, usd in enumerate(ins)]
    paid = [pay("ex", f"h{i}", gap * len(ins) + i, usd) for i, usd in enumerate(outs)]
    told = Story(payers=tuple((key_of(f"f{i}"), START_MS) for i in range(gathered)))
    return view_of("ex", [*rows, *paid], {"shop": told})


def test_in_bulk_by_hand() -> None:
    hit, why = last(bulk(1000, 1500, outs=(700, 1050)))  # 1,750 of 2,500
    assert hit.measures == {"gathered": 6, "kept": 0.7}
    assert (hit.strength, hit.at_ms) == (0.6, START_MS + 15 * DAY_MS)
    assert why.reason == (
        "A party that gathers from 6 or more payers paid in 2 sums of together USD 2,500, and 70% of it was paid out to persons within 30 days."
    )
    assert numbers(why) == [("min_gathered", 6, 5, 4), ("min_paid_out", 0.7, 0.6, 0)]
    assert why.parts == {
        key_of("shop"): "passes_on",
        key_of("ex"): "passes_on",
        key_of("h0"): "recipient",
        key_of("h1"): "recipient",
    }


def test_in_bulk_more_than_came_is_no_bulk() -> None:
    assert [h.measures["kept"] for h in TYPOLOGY.hits(bulk(1000, 1000, outs=(1200, 800)), P)] == [0.6, 1.0]
    assert list(TYPOLOGY.hits(bulk(1000, 1000, outs=(1199.99,)), P)) == []
    assert list(TYPOLOGY.hits(bulk(1000, 1000, outs=(2000.01,)), P)) == []


def test_in_bulk_each_payer_is_held_against_his_own_sums() -> None:
    # Two shops pay 2 x 1,000 each: 1,300 are 65 per cent of either's, though a third of all.
    ins = [pay(shop, "ex", day, 1000, entity_sender=True) for day in (0, 1) for shop in ("one", "two")]
    told = Story(payers=tuple((key_of(f"f{i}"), START_MS) for i in range(5)))
    view = view_of("ex", [*ins, pay("ex", "h", 3, 1300)], {"one": told, "two": told})
    assert [(len(h.events), h.measures["kept"]) for h in TYPOLOGY.hits(view, P)] == [(3, 0.65)] * 2


def test_in_bulk_a_large_and_a_small_sum_are_one_sum() -> None:
    assert not TYPOLOGY.gate(bulk(1000, 299.99, outs=(900,)), P)
    assert TYPOLOGY.gate(bulk(1000, 300, outs=(900,)), P)


def test_in_bulk_what_firms_are_paid_counts_for_nothing() -> None:
    view = bulk(1000, 1000, outs=(700, 700))
    for payee in ("h0", "h1"):
        view.state.profiles[key_of(payee)] = msgspec.structs.replace(view.state.profiles[key_of(payee)], is_person=False)
    assert not TYPOLOGY.gate(View(view.key, view.state, view.corridors), P)


def test_whom_it_asks_is_neither_a_firm_nor_at_an_end() -> None:
    def asked(*firms: str) -> set[bytes]:
        view = view_of("b", chain(4000, 3800))
        for name in firms:
            view.state.profiles[key_of(name)] = msgspec.structs.replace(view.state.profiles[key_of(name)], is_person=False)
        assert TYPOLOGY.asks
        return TYPOLOGY.asks(View(view.key, view.state, view.corridors), P)

    assert asked() == {key_of("a"), key_of("c")}
    assert asked("a") == {key_of("c")}
    assert asked("c") == {key_of("a")}


def layer(people: int, to: str = "", gap: float = 1) -> View:
    ends = [(f"x{i}", to) if to else ("boss", f"x{i}") for i in range(people)]
    hops = [hop for i, end in enumerate(ends) for hop in ((*end, i * gap, 300 + i), (f"x{i}", "m", i * gap + 0.5, 250))]
    return bare("m", hops)


ROW = bare("m", zip("abmcd", "bmcd", (0, 4, 8, 12), (700, 600, 500, 650), strict=False))


# Of a layer 4 x 250 + 4 x 300 + 6 = 2,206; four of three is 0.7 x 0.6667.
@pytest.mark.parametrize(("view", "strength", "form", "facets", "which", "reason"), [
    (ROW, 0.42, (True, False), ("pass_through",), "bare_hops",
     "4 payments lie in a row between people who dealt with each other once: USD 2,450 in all; nothing else is known of them."),
    (layer(4), 0.4667, (False, False), ("pass_through",), "bare_between",
     "4 people were paid by one party and within 30 days paid one other, each once: USD 2,206 in all; nothing else is known of them."),
    (layer(4, "n"), 0.4667, (False, True), (), "bare_between",
     "4 people paid the same two parties within 30 days, each once: USD 2,206 in all; nothing else is known of them."),
])  # fmt: skip
def test_without_places_by_hand(
    view: View, strength: float, form: tuple[bool, bool], facets: tuple[str, ...], which: str, reason: str
) -> None:
    hit, why = last(view)
    assert (hit.strength, hit.facets, hit.at_ms) == (strength, facets, hit.events[-1].at_ms)
    assert hit.measures == {"strangers": 4, "row": form[0], "beside": form[1]}
    assert (why.reason, why.absent) == (reason, ABSENT)
    assert [(n.name, n.observed, len(n.transfers)) for n in why.numbers] == [(which, 4, len(hit.events))]


def test_without_places_the_events_stand_in_their_order() -> None:
    for view in (layer(4), layer(4, "n"), layer(3, gap=5)):
        hit, _ = last(view)
        assert [e.at_ms for e in hit.events] == sorted(e.at_ms for e in hit.events)


def test_without_places_whoever_only_received_is_a_recipient() -> None:
    _, why = last(layer(3))
    assert why.parts == {key_of("boss"): "passes_on", key_of("m"): "recipient"} | {key_of(f"x{i}"): "passes_on" for i in range(3)}
    _, why = last(layer(3, "n"))
    assert why.parts == {key_of("n"): "recipient", key_of("m"): "recipient"} | {key_of(f"x{i}"): "passes_on" for i in range(3)}
