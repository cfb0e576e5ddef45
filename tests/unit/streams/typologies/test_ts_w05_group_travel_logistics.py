"""TS-W05 at its lines: passengers who are named, tickets where nobody is, and what makes neither."""

import pytest

from schemas.observation import TransferFacts
from streams.domain.quiet import is_quiet
from streams.domain.trade import HIRE, PHONE, RIDE, ROOM, TICKET
from streams.typologies.build import key_of, pay, view_of
from streams.typologies.ts_w05_group_travel_logistics import TYPOLOGY

P = TYPOLOGY.parameters


def bought(
    passengers: list[int], trade: str = TICKET, gap: float = 1, town: str = "TR:Van", firm: bool = False
) -> list[TransferFacts]:
    return [
        pay(
            "head",
            "agency",
            i * gap,
            150,
            send="DE:Bonn",
            pay=town,
            channel="card",
            trade=trade,
            passenger=who,
            entity_sender=firm,
        )
        for i, who in enumerate(passengers)
    ]


def strengths(rows: list[TransferFacts]) -> list[float]:
    view = view_of("head", rows)
    return [h.strength for h in TYPOLOGY.hits(view, P)] if TYPOLOGY.gate(view, P) else []


@pytest.mark.parametrize("trade", [TICKET, ROOM, PHONE, HIRE])
def test_four_named_passengers_are_at_the_line(trade: str) -> None:
    assert strengths(bought([1, 2, 3, 4], trade)) == [0.6]
    assert strengths(bought([1, 2, 3, 3, 2], trade)) == []


def test_twelve_passengers_are_full_strength() -> None:
    assert max(strengths(bought(list(range(1, 13))))) == 1.0


@pytest.mark.parametrize("trade", [RIDE, ""])
def test_rides_and_shopping_are_no_travel(trade: str) -> None:
    assert strengths(bought([1, 2, 3, 4, 5], trade)) == []


def test_unnamed_tickets_count_half_and_weakly() -> None:
    assert strengths(bought([0] * 7)) == []
    assert strengths(bought([0] * 8)) == [0.45]
    assert strengths(bought([1, 2, 3, 0, 0, 0, 0, 0])) == [0.45]
    assert strengths(bought([0] * 20, ROOM, gap=0.5)) == []


@pytest.mark.parametrize(("gap", "fires"), [(14 / 3, True), (4.7, False)])
def test_the_window_is_fourteen_days(gap: float, fires: bool) -> None:
    assert bool(strengths(bought([1, 2, 3, 4], gap=gap))) is fires


def test_a_club_is_no_person() -> None:
    assert strengths(bought([1, 2, 3, 4, 5], firm=True)) == []


def test_four_tickets_at_one_agency_are_not_quiet() -> None:
    assert not is_quiet(view_of("head", bought([0] * 4)).state)
    assert not is_quiet(view_of("head", bought([1, 2, 3, 4], ROOM)).state)
    assert is_quiet(view_of("head", bought([0] * 3)).state)
    assert is_quiet(view_of("head", bought([0] * 9, ROOM)).state)


@pytest.mark.parametrize(("towns", "facets"), [
    (["TR:Van", "TR:Van", "TR:Bolu", "TR:Bolu"], ("corridor",)), (["TR:Van", "TR:Van", "TR:Bolu", "TR:Bolu", "TR:Bolu"], ()),
    (["TR:Van"] * 3 + ["TR:Bolu"] * 4, ()),
])  # fmt: skip
def test_half_the_purchases_on_a_route_are_the_facet(towns: list[str], facets: tuple[str, ...]) -> None:
    rows = [pay("head", "agency", i, 150, send="DE:Bonn", pay=t, trade=TICKET, passenger=i + 1) for i, t in enumerate(towns)]
    assert list(TYPOLOGY.hits(view_of("head", rows), P))[-1].facets == facets
    back = [pay("head", "agency", i, 150, send=t, pay="DE:Bonn", trade=TICKET, passenger=i + 1) for i, t in enumerate(towns)]
    assert list(TYPOLOGY.hits(view_of("head", back), P))[-1].facets == facets


def test_the_explanation_names_how_passengers_are_known() -> None:
    for rows, words, absent in (
        (bought([1, 2, 3, 4]), "(4 purchases of together USD 600) for at least 4 people the purposes name", 1),
        (bought([0] * 8), "(8 purchases of together USD 1,200) for at least 4 people, by 8 tickets", 2),
    ):
        view = view_of("head", rows)
        (hit,) = TYPOLOGY.hits(view, P)
        told = TYPOLOGY.explain(view, P, hit, hit.events)
        assert words in told.reason
        assert told.parts == {key_of("head"): "coordinator"}
        assert len(told.absent) == absent
        assert (told.numbers[0].name, told.numbers[0].observed) == ("min_passengers", 4)


@pytest.mark.parametrize(("tickets", "strength"), [(8, 0.45), (9, 0.45), (10, 0.4875), (11, 0.4875)])
def test_of_unnamed_tickets_two_are_one_passenger(tickets: int, strength: float) -> None:
    assert strengths(bought([0] * tickets))[-1] == strength  # three quarters of 0.6 and of 0.65


def test_purchases_all_on_a_route_are_the_facet() -> None:
    rows = [pay("head", "agency", i, 150, send="TR:Van", pay="TR:Van", trade=TICKET, passenger=i + 1) for i in range(5)]
    assert [h.facets for h in TYPOLOGY.hits(view_of("head", rows), P)] == [("corridor",), ("corridor",)]
