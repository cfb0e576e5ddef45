"""TS-F06 at its lines: what counts as passed on, how many payments in a row, the form in bulk, and whom it asks."""

from typing import Any

import msgspec
import pytest

from schemas.corridors import corridors
from schemas.observation import RECEIVER, SENDER, TransferFacts
from schemas.transfer import PHONE
from streams.domain.entity import EntityState, Story, fresh
from streams.domain.event import event_of
from streams.domain.memory import remember, upsert
from streams.domain.quiet import is_quiet
from streams.domain.story import MAX_RELAYS, story_of
from streams.domain.view import View
from streams.typologies.build import START_MS, key_of, pay, view_of
from streams.typologies.ts_f06_layering_chain import TYPOLOGY

P = TYPOLOGY.parameters


def chain(*usd: float, gap: float = 1, end: str = "", **how: Any) -> list[TransferFacts]:
    """a pays b, b pays c and so on; with `end` whoever was paid last takes the money out by that channel."""
    names = "abcdefg"
    rows = [pay(names[i], names[i + 1], i * gap, sum_, **how) for i, sum_ in enumerate(usd)]
    if end:
        to = "dealer" if end == "virtual_asset" else ""
        rows.append(pay(names[len(usd)], to, len(usd) * gap, usd[-1] * 0.9, channel=end))
    return rows


def state_of(name: str, rows: list[TransferFacts]) -> EntityState:
    return view_of(name, rows).state


def seen(name: str, rows: list[TransferFacts]) -> View:
    """The party's view after all it asked have answered."""
    view = view_of(name, rows)
    asked = TYPOLOGY.asks(view, P) if TYPOLOGY.asks and TYPOLOGY.gate(view, P) else set()
    stories = {n: story_of(state_of(n, rows)) for n in "abcdefg" if key_of(n) in asked}
    return view_of(name, rows, stories)


def strengths(view: View) -> list[float]:
    return [h.strength for h in TYPOLOGY.hits(view, P)] if TYPOLOGY.gate(view, P) else []


def test_three_payments_in_a_row_are_at_the_line() -> None:
    assert strengths(seen("b", chain(4000, 3800, 3610))) == [0.6]
    assert strengths(seen("b", chain(4000, 3800))) == []


def test_from_the_middle_one_payment_more_is_seen_either_way() -> None:
    rows = chain(4000, 3800, 3610, 3500)
    view = seen("c", rows)
    assert strengths(view) == [pytest.approx(0.6667, abs=1e-4)]
    (hit,) = TYPOLOGY.hits(view, P)
    assert [e.uid for e in hit.events] == [r.uid for r in rows]
    assert hit.at_ms == rows[-1].at_ms


@pytest.mark.parametrize("end", ["cash_out", "virtual_asset"])
def test_an_end_is_no_payment_in_the_row_but_speaks(end: str) -> None:
    assert strengths(seen("b", chain(4000, 3800, end=end))) == []
    view = seen("c", chain(4000, 3800, 3610, end=end))
    assert strengths(view) == [pytest.approx(0.6667, abs=1e-4)]
    (hit,) = TYPOLOGY.hits(view, P)
    assert (hit.measures["hops"], hit.measures["ends"], len(hit.events)) == (3, 1, 4)


@pytest.mark.parametrize(("kept", "fires"), [(3400, True), (3399, False), (4000, True), (4001, False)])
def test_between_85_and_100_per_cent_is_passed_on(kept: float, fires: bool) -> None:
    assert bool(strengths(seen("b", chain(4000, kept, kept)))) is fires


@pytest.mark.parametrize(("gap", "fires"), [(4.99, True), (5, False), (0, True)])
def test_within_five_days(gap: float, fires: bool) -> None:
    assert bool(strengths(seen("b", chain(4000, 3800, 3610, gap=gap)))) is fires


def test_what_was_paid_before_the_money_came_is_not_passed_on() -> None:
    rows = [pay("a", "b", 2, 4000), pay("b", "c", 1, 3800), pay("c", "d", 3, 3610)]
    assert strengths(seen("b", rows)) == []


@pytest.mark.parametrize(("usd", "fires"), [(300, True), (299, False)])
def test_small_sums_are_passed_on_by_everybody(usd: float, fires: bool) -> None:
    assert bool(strengths(seen("b", chain(usd, usd, usd)))) is fires


def test_there_and_back_again_is_no_chain_but_a_circle_of_three_is() -> None:
    back = [pay("a", "b", 0, 4000), pay("b", "a", 1, 3800), pay("a", "b", 2, 3610)]
    circle = [pay("a", "b", 0, 4000), pay("b", "c", 1, 3800), pay("c", "a", 2, 3610)]
    assert strengths(seen("b", back)) == []
    assert strengths(seen("b", circle)) == [0.6]


@pytest.mark.parametrize(
    "how", [{"channel": "payroll"}, {"channel": "card"}, {"channel": "merchant"}, {"purpose": "rent"}, {"purpose": "tuition"},
            {"purpose": "dues"}, {"relation": "spouse"}],
)  # fmt: skip
def test_wages_purchases_rent_and_kin_are_no_links(how: dict[str, Any]) -> None:
    assert strengths(seen("b", chain(4000, 3800, 3610, **how))) == []


def test_a_treasury_of_firms_is_no_chain_but_a_firm_among_persons_is() -> None:
    def firms(rows: list[TransferFacts], *names: str) -> list[TransferFacts]:
        def side(of: Any) -> Any:
            return msgspec.structs.replace(of, is_person=of.key not in {key_of(n) for n in names})

        return [msgspec.structs.replace(r, sender=side(r.sender), receiver=side(r.receiver)) for r in rows]

    assert strengths(seen("b", firms(chain(4000, 3800, 3610), "a", "b", "c", "d"))) == []
    assert strengths(seen("b", firms(chain(4000, 3800, 3610), "a"))) == [0.6]


def test_it_asks_the_persons_before_and_after() -> None:
    view = view_of("b", [pay("z", "b", -9, 900), *chain(4000, 3800)])
    assert TYPOLOGY.asks is not None
    assert TYPOLOGY.asks(view, P) == {key_of("a"), key_of("c")}
    dealer = view_of("b", chain(4000, end="virtual_asset"))
    assert TYPOLOGY.asks(dealer, P) == {key_of("a")}


def test_another_sum_that_was_passed_on_is_no_continuation() -> None:
    rows = chain(4000, 3800)
    other = [pay("z", "c", 1, 3800), pay("c", "d", 2, 3700)]
    assert strengths(view_of("b", rows, {"c": story_of(state_of("c", other))})) == []
    assert strengths(view_of("b", rows, {"a": story_of(state_of("a", [pay("z", "a", -1, 4100), pay("a", "y", 0, 4000)]))})) == []


def test_at_a_shared_phone_who_received_must_be_who_paid() -> None:
    first, last = chain(4000, 3800)
    for names, fires in (((b"aziz", b"karim"), True), ((b"aziz", b"laila"), False)):
        state = fresh(PHONE, "")
        assert first.receiver is not None
        mine = msgspec.structs.replace(first, receiver=msgspec.structs.replace(first.receiver, name_keys=(b"aziz", b"karim")))
        theirs = msgspec.structs.replace(last, sender=msgspec.structs.replace(last.sender, key=key_of("b2"), name_keys=names))
        for facts, side in ((mine, RECEIVER), (theirs, SENDER)):
            remember(state, facts)
            upsert(state, event_of(facts, side), True)
        view = View(key_of("phone"), state, corridors())
        assert TYPOLOGY.gate(view, P) is fires


def test_narrower_lines_bind_what_others_told() -> None:
    view = seen("b", chain(4000, 3800, 3420))
    assert len(list(TYPOLOGY.hits(view, P))) == 1
    assert list(TYPOLOGY.hits(view, msgspec.structs.replace(P, min_kept=91))) == []
    assert list(TYPOLOGY.hits(view, msgspec.structs.replace(P, min_usd=3421))) == []
    assert len(list(TYPOLOGY.hits(view, msgspec.structs.replace(P, min_usd=3420)))) == 1
    assert list(TYPOLOGY.hits(view, msgspec.structs.replace(P, within_d=1))) == []


def test_a_party_that_passes_on_one_sum_is_not_quiet() -> None:
    assert not is_quiet(state_of("b", chain(4000, 3800)))
    assert is_quiet(state_of("b", chain(4000, 3300)))
    assert is_quiet(state_of("b", [pay("a", "b", 0, 4000)]))
    assert is_quiet(state_of("b", [pay("b", "c", 0, 4000)]))


def test_a_story_keeps_the_newest_sums_passed_on() -> None:
    rows = [r for i in range(20) for r in (pay("a", "b", 10 * i, 1000), pay("b", "c", 10 * i + 1, 950))]
    told = story_of(state_of("b", rows)).relays
    assert [came.at_ms for came, _ in told] == [START_MS + 10 * i * 86_400_000 for i in range(20 - MAX_RELAYS, 20)]
    assert all(went.usd_minor == 95_000 for _, went in told)


def bulk(share: float = 0.8, gathered: int = 5, bulks: int = 2, gap: float = 7, to: str = "h", **how: Any) -> View:
    ins = [pay("shop", "ex", gap * i, 15_000, send="IQ:Ranya", pay="TR:Istanbul", entity_sender=True) for i in range(bulks)]
    outs = [pay("ex", to + str(i % 2) * (to == "h"), gap * bulks + i, 15_000 * bulks * share / 4, **how) for i in range(4)]
    told = Story(payers=tuple((key_of(f"f{i}"), START_MS + i) for i in range(gathered)))
    return view_of("ex", [*ins, *outs], {"shop": told})


@pytest.mark.parametrize(("share", "hits"), [(0.6, 1), (0.599, 0), (1.0, 2), (1.4, 1), (3.9, 1), (4.1, 0)])
def test_in_bulk_most_and_no_more_than_came_is_paid_out(share: float, hits: int) -> None:
    assert strengths(bulk(share)) == [0.6] * hits


@pytest.mark.parametrize(("how", "fires"), [
    ({"gathered": 5}, True), ({"gathered": 4}, False), ({"bulks": 1}, False), ({"gap": 13}, True), ({"gap": 16}, False),
    ({"to": "shop"}, False), ({"channel": "payroll"}, False), ({"channel": "cash_out"}, False), ({"purpose": "rent"}, False),
    ({"relation": "spouse"}, False),
])  # fmt: skip
def test_in_bulk_at_its_lines(how: dict[str, Any], fires: bool) -> None:
    assert bool(strengths(bulk(**how))) is fires


def test_in_bulk_payers_that_came_later_did_not_feed_it() -> None:
    view = bulk()
    late = tuple((key_of(f"f{i}"), START_MS + (7 if i < 4 else 8) * 86_400_000) for i in range(5))
    view.state.stories = {key_of("shop"): Story(payers=late)}
    assert strengths(view) == []


@pytest.mark.parametrize(("usd", "fires"), [(300, True), (299, False)])
def test_in_bulk_small_sums_do_not_count(usd: float, fires: bool) -> None:
    ins = [pay("shop", "ex", i, usd, entity_sender=True) for i in range(2)]
    view = view_of("ex", [*ins, pay("ex", "h", 3, usd * 1.5)])
    view.state.stories = {key_of("shop"): Story(payers=tuple((key_of(f"f{i}"), START_MS) for i in range(5)))}
    assert bool(strengths(view)) is fires


def test_in_bulk_the_payers_of_the_last_day_count_and_kin_who_pays_in_bulk_does_not() -> None:
    view = bulk()
    view.state.stories = {key_of("shop"): Story(payers=tuple((key_of(f"f{i}"), START_MS + 7 * 86_400_000) for i in range(5)))}
    assert len(strengths(view)) == 2
    ins = [pay("shop", "ex", i, 900, relation="spouse") for i in range(2)]
    told = Story(payers=tuple((key_of(f"f{i}"), START_MS) for i in range(5)))
    assert strengths(view_of("ex", [*ins, pay("ex", "h", 3, 1350)], {"shop": told})) == []


@pytest.mark.parametrize(("gap", "fires"), [(15, True), (15.1, False)])
def test_in_bulk_the_window_is_thirty_days(gap: float, fires: bool) -> None:
    ins = [pay("shop", "ex", gap * i, 900, entity_sender=True) for i in range(2)]
    told = Story(payers=tuple((key_of(f"f{i}"), START_MS) for i in range(5)))
    view = view_of("ex", [*ins, pay("ex", "h", 2 * gap, 1350)], {"shop": told})
    assert bool(strengths(view)) is fires


def test_of_two_told_continuations_the_first_is_taken() -> None:
    rows = chain(4000, 3800, 3610)
    twice = story_of(state_of("c", rows)).relays * 2
    (hit,) = TYPOLOGY.hits(view_of("b", rows, {"c": Story(relays=twice)}), P)
    assert len(hit.events) == 3


def test_in_bulk_it_asks_who_pays() -> None:
    view = bulk()
    assert TYPOLOGY.asks is not None
    assert TYPOLOGY.asks(view, P) == {key_of("shop")}


def test_facets_name_what_holds() -> None:
    def facets(rows: list[TransferFacts]) -> tuple[str, ...]:
        return next(iter(TYPOLOGY.hits(seen("b", rows), P))).facets

    local = chain(4000, 3800, 3610, send="DE:Bonn", pay="DE:Bonn")
    assert facets(local) == ("pass_through", "newness")
    assert facets([pay("a", "b", -40, 50, send="DE:Bonn", pay="DE:Bonn"), *local]) == ("pass_through",)
    assert facets(chain(4000, 3800, 3610, send="AF:Herat", pay="TR:Van")) == ("pass_through", "corridor", "newness")


def test_the_explanation_says_how_often_and_how_much() -> None:
    view = seen("c", chain(4000, 3800, 3610, end="virtual_asset"))
    (hit,) = TYPOLOGY.hits(view, P)
    told = TYPOLOGY.explain(view, P, hit, hit.events)
    assert "USD 4,000 moved on in 3 payments" in told.reason
    assert "left in cash or for a virtual asset; 81% of it was left" in told.reason
    assert told.parts == {key_of(n): "passes_on" for n in "abcd"}
    assert [(n.name, n.observed) for n in told.numbers] == [("min_hops", 3), ("min_kept", 90)]
    plain = seen("b", chain(4000, 3800, 3610))
    (hit,) = TYPOLOGY.hits(plain, P)
    told = TYPOLOGY.explain(plain, P, hit, hit.events)
    assert "cash" not in told.reason
    assert told.parts == {key_of("a"): "passes_on", key_of("b"): "passes_on", key_of("c"): "passes_on", key_of("d"): "recipient"}


def test_in_bulk_the_explanation_says_how_much_was_paid_out() -> None:
    view = bulk()
    best = list(TYPOLOGY.hits(view, P))[-1]
    told = TYPOLOGY.explain(view, P, best, best.events)
    assert "gathers from 5 or more payers paid in 2 sums of together USD 30,000, and 80% of it" in told.reason
    assert [(n.name, n.observed) for n in told.numbers] == [("min_gathered", 5), ("min_paid_out", 0.8)]
