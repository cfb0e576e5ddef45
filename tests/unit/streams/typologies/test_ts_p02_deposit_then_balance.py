"""TS-P02 at its lines: three payers, a balance of one and a half to five times, after two and a half to sixty days, then nothing."""

from typing import Any

import msgspec
import pytest

from schemas.observation import TransferFacts
from streams.typologies.base import Hit
from streams.typologies.build import START_MS, key_of, pay, view_of
from streams.typologies.ts_p02_deposit_then_balance import TYPOLOGY

P = TYPOLOGY.parameters


def steps(who: str, *payments: tuple[float, float], **how: object) -> list[TransferFacts]:
    return [pay(who, "agent", day, usd, pay="TR:Van", **how) for day, usd in payments]  # type: ignore[arg-type]


def shape(payers: int, first: float = 500, balance: float = 1_500, gap: float = 20, **how: object) -> list[TransferFacts]:
    return [row for i in range(payers) for row in steps(f"p{i}", (i, first), (i + gap, balance), **how)]


def found(rows: list[TransferFacts]) -> list[Hit]:
    view = view_of("agent", rows)
    return list(TYPOLOGY.hits(view, P)) if TYPOLOGY.gate(view, P) else []


def test_three_payers_are_at_the_line_and_six_are_twice_it() -> None:
    assert found(shape(2)) == []
    assert [h.strength for h in found(shape(3))] == [0.6]
    assert found(shape(6))[-1].strength == 0.8


@pytest.mark.parametrize(
    ("first", "balance", "hits"),
    [(500, 750, 1), (500, 749.99, 0), (400, 2_000, 1), (400, 2_000.01, 0), (100, 385, 1), (100, 384, 0)],
)
def test_the_balance_is_one_and_a_half_to_five_times_and_the_price_of_a_leg(first: float, balance: float, hits: int) -> None:
    assert len(found(shape(3, first, balance))) == hits


@pytest.mark.parametrize(("gap", "hits"), [(2.5, 1), (2.49, 0), (60, 1), (60.01, 0)])
def test_it_follows_after_two_and_a_half_to_sixty_days(gap: float, hits: int) -> None:
    assert len(found(shape(3, gap=gap))) == hits


def test_a_third_payment_may_be_the_balance_and_a_fourth_makes_it_something_else() -> None:
    def paid(*payments: tuple[float, float]) -> int:
        return len(found([*shape(2), *steps("q", *payments)]))

    assert paid((0, 500), (10, 500), (20, 1_500)) == 1
    assert paid((0, 500), (10, 1_500), (20, 1_500)) == 1
    assert paid((0, 500), (10, 500), (15, 500), (20, 1_500)) == 0
    assert paid((0, 500)) == 0
    assert paid((0, 500), (10, 1_500), (20, 500)) == 1


def test_of_a_payer_whose_second_and_third_payment_could_be_the_balance_the_second_is_it() -> None:
    hit = found([*shape(2), *steps("q", (0, 500), (10, 1_500), (20, 1_500))])[-1]
    assert sorted((e.at_ms - START_MS) // 86_400_000 for e in hit.events if e.other == key_of("q")) == [0, 10]


def test_who_paid_first_of_all_but_settled_last_completes_it() -> None:
    rows = [*steps("a", (0, 500), (50, 1_500)), *steps("b", (10, 500), (30, 1_500)), *steps("c", (11, 500), (31, 1_500))]
    assert [(h.at_ms - START_MS) / 86_400_000 for h in found(rows)] == [50]


@pytest.mark.parametrize(("last", "hits"), [(80, 1), (80.01, 0)])
def test_the_balances_come_within_sixty_days(last: float, hits: int) -> None:
    assert len(found([*shape(2), *steps("q", (50, 500), (last, 1_500))])) == hits


@pytest.mark.parametrize("how", [{"purpose": "rent"}, {"relation": "kin", "surname": True}, {"channel": "merchant"}])
def test_rent_kin_and_shops_are_not_it(how: dict[str, Any]) -> None:
    assert found(shape(3, **how)) == []


def test_where_the_stream_is_too_young_to_know_who_is_new_it_stays_silent() -> None:
    assert found([msgspec.structs.replace(row, stream_start_ms=START_MS) for row in shape(3)]) == []


def test_the_evidence_is_both_payments_of_each_in_order() -> None:
    (hit,) = found([*shape(3), *steps("x", (4, 500))])
    assert {e.other for e in hit.events} == {key_of(f"p{i}") for i in range(3)}
    assert [e.at_ms for e in hit.events] == sorted(e.at_ms for e in hit.events)
    assert len(hit.events) == 6
    assert hit.at_ms == START_MS + 22 * 86_400_000
    assert hit.facets == ("fee_band", "newness")


def test_the_explanation_holds_the_shape_and_nothing_is_blocked() -> None:
    view = view_of("agent", shape(3))
    (best,) = TYPOLOGY.hits(view, P)
    told = TYPOLOGY.explain(view, P, best, best.events)
    assert "3 payers who had not dealt with the receiver before each made a down payment and, 2.5 to 60 days later" in told.reason
    assert "a balance 1.5 to 5 times as large" in told.reason
    assert told.do_not_block
    assert [(n.name, n.observed) for n in told.numbers] == [("min_payers", 3)]
    assert told.parts == {key_of("agent"): "collector"} | {key_of(f"p{i}"): "payer" for i in range(3)}
