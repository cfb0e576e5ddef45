"""TS-P01 at its lines: the journey's order, pace and prices; the chain of receivers that several payers share."""

from typing import Any

import pytest

from schemas.observation import TransferFacts
from streams.domain.entity import Story
from streams.domain.event import DAY_MS
from streams.typologies.base import Hit
from streams.typologies.build import START_MS, key_of, pay, view_of
from streams.typologies.ts_p01_staged_route_payments import TYPOLOGY

P = TYPOLOGY.parameters
WAY = ("AF:Zaranj", "IR:Saravan", "IR:Urmia", "TR:Van", "TR:Edirne")


def legs(towns: tuple[str, ...] = WAY[:3], gap: float = 10, usd: float = 700, **how: object) -> list[TransferFacts]:
    return [pay("f", f"r{i}", gap * i, usd, send="DE:Hamburg", pay=t, **how) for i, t in enumerate(towns)]  # type: ignore[arg-type]


def journeys(rows: list[TransferFacts]) -> list[Hit]:
    view = view_of("f", rows)
    return list(TYPOLOGY.hits(view, P)) if TYPOLOGY.gate(view, P) else []


def second(day: float, to: str = "istanbul", usd: float = 600, plain: bool = True) -> Story:
    return Story(debits=((START_MS + round(day * DAY_MS), round(usd * 100), key_of(to), "DE", "TR", plain),))


def chains(days: tuple[float, ...], stories: tuple[Story | None, ...], usd: float = 600) -> list[Hit]:
    rows = [pay(f"p{i}", "van", day, usd, pay="TR:Van") for i, day in enumerate(days)]
    view = view_of("van", rows, {f"p{i}": told for i, told in enumerate(stories) if told})
    return list(TYPOLOGY.hits(view, P)) if TYPOLOGY.gate(view, P) else []


def test_three_receivers_in_order_are_at_the_line_and_each_further_one_makes_it_stronger() -> None:
    assert journeys(legs(WAY[:2])) == []
    assert [h.strength for h in journeys(legs(WAY))] == [0.6, 0.6667, 0.7333]


@pytest.mark.parametrize(("gap", "hits"), [(1, 1), (0.99, 0), (45, 1), (45.01, 0)])
def test_one_to_forty_five_days_lie_between_two_legs(gap: float, hits: int) -> None:
    assert len(journeys(legs(gap=gap))) == hits


@pytest.mark.parametrize(("gap", "strengths"), [(40, [0.6, 0.6667]), (40.01, [0.6])])
def test_the_journey_takes_120_days_at_most(gap: float, strengths: list[float]) -> None:
    assert [h.strength for h in journeys(legs(WAY[:4], gap))] == strengths


@pytest.mark.parametrize(("usd", "hits"), [(250, 1), (249, 0)])
def test_every_sum_is_between_half_and_twice_the_price_of_a_leg(usd: float, hits: int) -> None:
    assert len(journeys([*legs()[:2], pay("f", "r2", 20, usd, send="DE:Hamburg", pay="TR:Van")])) == hits


@pytest.mark.parametrize("towns", [WAY[2::-1], (WAY[0], WAY[2], WAY[1]), (WAY[0], WAY[0], WAY[2]), (WAY[0], WAY[2], WAY[2])])
def test_towns_out_of_order_and_the_same_town_again_are_no_journey(towns: tuple[str, ...]) -> None:
    assert journeys(legs(towns)) == []


def test_a_detour_and_the_same_receiver_again_do_not_count() -> None:
    assert [h.measures["receivers"] for h in journeys(legs((WAY[0], WAY[3], WAY[1], WAY[2])))] == [3]
    twice = [pay("f", f"r{i % 2}", 10 * i, 700, pay=t) for i, t in enumerate(WAY)]
    assert journeys([*twice, pay("f", "x", 90, 700, pay="GB:Leeds")]) == []


@pytest.mark.parametrize("how", [{"purpose": "rent"}, {"relation": "kin", "surname": True}, {"channel": "merchant"}])
def test_rent_kin_and_shops_are_no_legs(how: dict[str, Any]) -> None:
    assert journeys(legs(**how)) == []


def test_the_explanation_of_a_journey_names_its_towns_and_protects_the_payer() -> None:
    view = view_of("f", legs())
    (best,) = TYPOLOGY.hits(view, P)
    told = TYPOLOGY.explain(view, P, best, best.events)
    assert (
        "One payer paid 3 receivers one after another along a known route: Zaranj (AF), Saravan (IR), Urmia (IR);" in told.reason
    )
    assert told.parts == {key_of("f"): "payer"} | {key_of(f"r{i}"): "collector" for i in range(3)}
    assert [(n.name, n.observed) for n in told.numbers] == [("min_receivers", 3)]
    assert told.do_not_block
    assert best.facets == ("corridor", "fee_band")


def test_three_payers_with_a_second_receiver_are_at_the_line_and_six_are_twice_it() -> None:
    assert chains((0, 1), (second(0),) * 2) == []
    assert [h.strength for h in chains((0, 1, 2), (second(0),) * 3)] == [0.6]
    assert chains(tuple(range(6)), (second(0),) * 6)[-1].strength == 0.8


def test_the_second_receiver_is_shared_by_three() -> None:
    assert chains((0, 1, 2), (second(0), second(0), None)) == []
    assert chains((0, 1, 2), (second(0), second(0), second(0, "izmir"))) == []
    (hit,) = chains((0, 1, 2, 3), (second(0), second(0), None, second(0)))
    assert {e.other for e in hit.events} == {key_of(f"p{i}") for i in (0, 1, 3)}
    assert hit.measures["payers"] == 3


def test_each_shared_receiver_lengthens_the_chain() -> None:
    both = Story(debits=second(0).debits + second(1, "izmir").debits)
    assert [h.measures["receivers"] for h in chains((0, 1, 2), (both,) * 3)] == [3]
    assert [h.measures["receivers"] for h in chains((0, 1, 2), (both, both, second(0)))] == [2]


@pytest.mark.parametrize(
    "told", [second(0, plain=False), second(0, "van"), second(0, usd=249)], ids=["rent", "this receiver", "no price of a leg"]
)
def test_a_payment_that_is_no_leg_to_another_makes_no_chain(told: Story) -> None:
    assert chains((0, 1, 2), (told,) * 3) == []


@pytest.mark.parametrize(("day", "hits"), [(-118, 1), (-118.01, 0), (122, 1), (122.01, 0)])
def test_the_second_payment_lies_within_120_days(day: float, hits: int) -> None:
    assert len(chains((0, 1, 2), (second(day),) * 3)) == hits


@pytest.mark.parametrize(("last", "hits"), [(120, 1), (120.01, 0)])
def test_the_payers_pay_within_120_days(last: float, hits: int) -> None:
    assert len(chains((0, 1, last), (second(60),) * 3)) == hits


def test_the_chain_is_known_when_its_last_payment_is_made() -> None:
    def known(*days: float) -> list[float]:
        return [(h.at_ms - START_MS) / DAY_MS for h in chains((0, 1, 2), tuple(second(day) for day in days))]

    assert known(0, 0, 0) == [2]
    assert known(9, 5, 30) == [30]


def test_of_several_payments_to_the_second_receiver_the_first_completes_the_chain() -> None:
    twice = Story(debits=second(5).debits + second(50).debits)
    assert [(h.at_ms - START_MS) / DAY_MS for h in chains((0, 1, 2), (twice,) * 3)] == [5]


@pytest.mark.parametrize(("usd", "hits"), [(250, 1), (249, 0)])
def test_what_the_payers_pay_here_is_the_price_of_a_leg(usd: float, hits: int) -> None:
    assert len(chains((0, 1, 2), (second(0),) * 3, usd)) == hits


def test_only_enough_payers_are_asked() -> None:
    assert TYPOLOGY.asks
    for payers, asked in ((2, 0), (3, 3)):
        view = view_of("van", [pay(f"p{i}", "van", i, 600, pay="TR:Van") for i in range(payers)])
        assert len(TYPOLOGY.asks(view, P)) == asked


def test_the_explanation_of_a_chain_counts_payers_and_receivers() -> None:
    rows = [pay(f"p{i}", "van", i, 600, pay="TR:Van") for i in range(3)]
    view = view_of("van", rows, {f"p{i}": second(0) for i in range(3)})
    (best,) = TYPOLOGY.hits(view, P)
    told = TYPOLOGY.explain(view, P, best, best.events)
    assert (
        "3 payers who are not kin of the receiver each paid this receiver and at least one other receiver they share"
        in told.reason
    )
    assert "within 120 days and at prices of smuggling legs; the chain has 2 receivers" in told.reason
    assert told.parts == {key_of("van"): "collector"} | {key_of(f"p{i}"): "payer" for i in range(3)}
    assert [(n.name, n.observed) for n in told.numbers] == [("min_payers", 3)]
    assert told.do_not_block
