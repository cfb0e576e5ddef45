"""Rows and layers of strangers, by what a party knows first hand and what the others told it."""

import pytest

from streams.domain.event import DAY_MS
from streams.domain.layers import Found, Reach, asked, found
from streams.domain.strangers import strangers
from streams.domain.view import View
from streams.typologies.build import bare, key_of

REACH = Reach(7 * DAY_MS, 0.5, 1.5, 21 * DAY_MS, 30 * DAY_MS, 4, 3)
Hop = tuple[str, str, float, float]


def view_of(*hops: Hop, returning: int = 0) -> View:
    return bare("m", sorted(hops, key=lambda hop: hop[2]), returning)


def all_of(view: View) -> list[Found]:
    known = strangers(view)
    assert known is not None
    return list(found(view.stories, known, REACH))


def forms(*hops: Hop, returning: int = 0) -> list[tuple[str, int]]:
    return [(f.form, f.size) for f in all_of(view_of(*hops, returning=returning))]


def row(days: tuple[float, ...], sums: tuple[float, ...] = (100, 100, 100, 100), path: str = "abmcd") -> list[Hop]:
    return [(path[i], path[i + 1], day, usd) for i, (day, usd) in enumerate(zip(days, sums, strict=True))]


@pytest.mark.parametrize(("gap", "is_found"), [(6.99, True), (7, False), (0, True)])
@pytest.mark.parametrize("where", [1, 2, 3])
def test_each_payment_follows_the_one_before_within_a_week(where: int, gap: float, is_found: bool) -> None:
    days = [0.0, 1.0, 2.0, 3.0]
    for later in range(where, 4):
        days[later] += gap - 1
    assert (forms(*row(tuple(days))) == [("row", 4)]) is is_found


def test_what_is_paid_before_it_came_is_not_passed_on() -> None:
    assert forms(*row((0, 3, 2.99, 4))) == []


@pytest.mark.parametrize(("usd", "is_found"), [(49.99, False), (50, True), (150, True), (150.01, False)])
def test_half_to_half_as_much_again_is_passed_on(usd: float, is_found: bool) -> None:
    for at in (1, 2, 3):  # where the sum changes, it stays changed
        sums = tuple(100 if i < at else usd for i in range(4))
        assert (forms(*row((0, 1, 2, 3), sums)) == [("row", 4)]) is is_found, at


def test_a_row_of_three_is_none_whichever_end_is_missing() -> None:
    hops = row((0, 1, 2, 3))
    assert forms(*hops[1:]) == []
    assert forms(*hops[:3]) == []


def test_what_goes_back_to_where_it_came_from_is_no_row() -> None:
    assert forms(*row((0, 1, 2, 3), path="abmbd")) == []
    assert forms(*row((0, 1, 2, 3), path="mbmcd")) == []
    assert forms(*row((0, 1, 2, 3), path="abmcm")) == []
    assert forms(*row((0, 1, 2, 3), path="abmca")) == [("row", 4)]  # a ring does


def test_others_must_tell_of_the_payment_that_joins_them() -> None:
    """To whom the party is no stranger, its payment is one of many."""
    view = view_of(*row((0, 1, 2, 3)))
    for party in ("b", "c"):
        story = view.state.stories[key_of(party)]
        told = story.strangers
        story.strangers = tuple(one for one in told if one[0].other != key_of("m"))
        assert all_of(view) == []
        story.strangers = told
    assert len(all_of(view)) == 1


@pytest.mark.parametrize(("day", "is_found"), [(21, True), (21.01, False)])
def test_against_everybodys_habit_a_ring_is_in_any_order_within_three_weeks(day: float, is_found: bool) -> None:
    hops = row((day, 0, day, 0), (900, 10, 900, 10))
    assert (forms(*hops, returning=1) == [("row", 4)]) is is_found
    assert forms(*hops) == []


def test_a_ring_must_be_against_the_habit_of_the_others_too() -> None:
    view = view_of(*row((9, 0, 9, 0)), returning=1)
    for party in ("b", "c"):
        story = view.state.stories[key_of(party)]
        story.strangers = tuple((event, False) for event, _ in story.strangers)
        assert all_of(view) == []


def split(people: int, hold: float = 5, gap: float = 0) -> list[Hop]:
    return [h for i in range(people) for h in (("boss", f"x{i}", i * gap, 100), (f"x{i}", "m", i * gap + hold, 70))]


@pytest.mark.parametrize(("people", "hold", "gap", "expected"), [
    (2, 5, 0, []), (3, 5, 0, ["between"]), (3, 30, 0, ["between"]), (3, 30.01, 0, []), (3, 0, 0, ["between"]),
    (3, 5, 15, ["between"]), (3, 5, 15.01, []),
])  # fmt: skip
def test_three_strangers_whom_one_party_paid_pay_another_within_a_month(
    people: int, hold: float, gap: float, expected: list[str]
) -> None:
    assert [form for form, _ in forms(*split(people, hold, gap))] == expected


def test_who_is_paid_after_paying_stands_between_nobody() -> None:
    assert forms(*split(3, hold=-1)) == []


def test_a_layer_counts_people_and_holds_both_payments_of_each() -> None:
    (layer,) = [f for f in all_of(view_of(*split(4))) if f.size == 4]
    assert (layer.form, len(layer.events)) == ("between", 8)
    assert len({e.uid for e in layer.events}) == 8


@pytest.mark.parametrize(("people", "apart", "is_found"), [(3, 30, True), (3, 30.01, False), (2, 1, False), (3, -30, True)])
def test_three_strangers_who_pay_two_parties_within_a_month(people: int, apart: float, is_found: bool) -> None:
    hops: list[Hop] = [(f"x{i}", to, 40 + i + day, 100) for i in range(people) for to, day in (("m", 0.0), ("n", apart))]
    assert (forms(*hops) == [("beside", people)]) is is_found


def test_strangers_who_each_pay_somebody_else_are_no_layer() -> None:
    assert forms(*((f"x{i}", to, i, 100) for i in range(3) for to in ("m", f"n{i}"))) == []


def test_only_those_are_asked_who_may_be_part_of_something() -> None:
    known = strangers(view_of(("b", "m", 0, 100), ("m", "c", 8, 100), ("m", "d", 3, 160), ("e", "m", 5, 9)))
    assert known is not None
    assert asked(known, REACH) == set()
    known = strangers(view_of(("b", "m", 0, 100), ("m", "c", 6, 100), ("e", "m", 50, 9), ("f", "m", 51, 9)))
    assert known is not None
    assert asked(known, REACH) == {key_of("b"), key_of("c")}
    known = strangers(view_of(*((f"x{i}", "m", i * 15, 9) for i in range(4))))
    assert known is not None
    assert asked(known, REACH) == {key_of(f"x{i}") for i in range(4)}
