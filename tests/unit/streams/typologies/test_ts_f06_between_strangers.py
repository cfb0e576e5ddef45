"""TS-F06 where a feed tells who paid whom and no more: whom it asks, how strong it speaks, what it says."""

from streams.domain.event import DAY_MS
from streams.domain.layers import Reach
from streams.domain.strangers import ABSENT
from streams.domain.view import View
from streams.typologies.base import Explanation, Hit
from streams.typologies.build import bare, key_of
from streams.typologies.ts_f06_layering_chain import TYPOLOGY, _reach

P = TYPOLOGY.parameters


def row() -> View:
    return bare("m", zip("abmcd", "bmcd", (0, 1, 2, 3), (100, 100, 100, 100), strict=False))


def layer(people: int, beside: bool = False) -> View:
    first = [(f"x{i}", "n") if beside else ("boss", f"x{i}") for i in range(people)]
    return bare("m", [hop for i, ends in enumerate(first) for hop in ((*ends, i, 100), (f"x{i}", "m", i + 0.5, 100))])


def found(view: View) -> list[Hit]:
    return list(TYPOLOGY.hits(view, P)) if TYPOLOGY.gate(view, P) else []


def told(view: View) -> Explanation:
    best = max(found(view), key=lambda h: h.strength)
    return TYPOLOGY.explain(view, P, best, best.events)


def test_the_parameters_are_the_reach() -> None:
    assert _reach(P) == Reach(5 * DAY_MS, 0.5, 1.5, 21 * DAY_MS, 30 * DAY_MS, 4, 3)


def test_it_asks_those_who_may_be_in_the_row() -> None:
    assert TYPOLOGY.asks is not None
    assert TYPOLOGY.asks(row(), P) == {key_of("b"), key_of("c")}


def test_a_row_and_three_strangers_of_a_layer_are_at_the_line() -> None:
    assert [(h.strength, h.facets) for h in found(row())] == [(0.42, ("pass_through",))]
    assert [(h.strength, h.facets) for h in found(layer(3))] == [(0.42, ("pass_through",))]
    assert [(h.strength, h.facets) for h in found(layer(3, beside=True))] == [(0.42, ())]
    assert found(layer(6))[-1].strength == 0.56
    assert found(layer(2)) == []


def test_nobody_has_told_yet() -> None:
    view = row()
    view.state.stories = {}
    assert found(view) == []


def test_the_finding_says_what_was_absent_and_what_it_counted() -> None:
    for view, count, which, line in (
        (row(), 4, "bare_hops", 4),
        (layer(4), 4, "bare_between", 3),
        (layer(4, True), 4, "bare_between", 3),
    ):
        says = told(view)
        assert says.absent == ABSENT
        assert [(n.name, n.observed, n.line) for n in says.numbers] == [(which, count, line)]
        assert says.reason.startswith("4 ")
    assert [told(view).reason.split(":")[0] for view in (row(), layer(3), layer(3, True))] == [
        "4 payments lie in a row between people who dealt with each other once",
        "3 people were paid by one party and within 30 days paid one other, each once",
        "3 people paid the same two parties within 30 days, each once",
    ]


def test_who_paid_passes_money_on_and_who_was_only_paid_is_a_recipient() -> None:
    assert told(row()).parts == {key_of(n): "passes_on" for n in "abmc"} | {key_of("d"): "recipient"}
