"""TS-S05 at its lines: three payers, sums within a quarter of each other, thirty days, and the price of a leg."""

from typing import Any

import pytest

from schemas.observation import TransferFacts
from streams.typologies.base import Hit
from streams.typologies.build import key_of, pay, view_of
from streams.typologies.ts_s05_fee_band_match import TYPOLOGY

P = TYPOLOGY.parameters


def paid(*sums: float, gap: float = 1, to: str = "TR:Van", **how: object) -> list[TransferFacts]:
    return [pay(f"p{i}", "r", gap * i, usd, pay=to, **how) for i, usd in enumerate(sums)]  # type: ignore[arg-type]


def found(rows: list[TransferFacts]) -> list[Hit]:
    view = view_of("r", rows)
    return list(TYPOLOGY.hits(view, P)) if TYPOLOGY.gate(view, P) else []


def test_three_payers_are_at_the_line_and_six_are_twice_it() -> None:
    assert found(paid(600, 600)) == []
    assert [h.strength for h in found(paid(600, 600, 600))] == [0.6]
    assert found(paid(*[600] * 6))[-1].strength == 0.8


def test_who_pays_twice_is_one_payer() -> None:
    assert found([*paid(600, 600), pay("p0", "r", 3, 600), pay("far", "r", 4, 4_000)]) == []


@pytest.mark.parametrize(("low", "hits"), [(600, 1), (599.99, 0)])
def test_the_sums_lie_within_a_quarter_of_the_largest(low: float, hits: int) -> None:
    assert len(found(paid(low, 800, 700))) == hits
    assert len(found(paid(700, 800, low))) == hits
    assert len(found(paid(700, low, 800))) == hits


@pytest.mark.parametrize(("gap", "hits"), [(15, 1), (15.01, 0)])
def test_the_window_is_thirty_days(gap: float, hits: int) -> None:
    assert len(found(paid(600, 600, 600, gap=gap))) == hits


@pytest.mark.parametrize(("usd", "to", "hits"), [(385, "TR:Van", 1), (384, "TR:Van", 0), (600, "JP:Tokyo", 0)])
def test_the_sum_is_the_price_of_a_leg(usd: float, to: str, hits: int) -> None:
    assert len(found(paid(usd, usd, usd, to=to))) == hits


@pytest.mark.parametrize("how", [{"relation": "kin", "surname": True}, {"purpose": "tuition"}, {"channel": "card"}])
def test_kin_tuition_and_cards_are_not_it(how: dict[str, Any]) -> None:
    assert found(paid(600, 600, 600, **how)) == []


def test_of_the_groups_around_a_sum_the_largest_counts_and_of_equal_ones_the_dearest() -> None:
    hit = found(paid(700, 760, 790, 900, 640))[-1]
    assert (hit.measures["payers"], hit.measures["low"], hit.measures["high"]) == (4, 64_000, 79_000)
    hit = found(paid(600, 800, 700))[-1]
    assert (hit.measures["low"], hit.measures["high"]) == (60_000, 80_000)
    hit = found(paid(540, 540, 700, 720, 900, 700))[-1]
    assert (hit.measures["payers"], hit.measures["low"], hit.measures["high"]) == (5, 54_000, 72_000)
    hit = found(paid(560, 900, 800, 700, 700))[-1]
    assert (hit.measures["payers"], hit.measures["low"], hit.measures["high"]) == (4, 70_000, 90_000)


def test_the_explanation_holds_the_sums_the_spread_and_the_country() -> None:
    view = view_of("r", paid(600, 800, 700))
    (best,) = TYPOLOGY.hits(view, P)
    told = TYPOLOGY.explain(view, P, best, best.events)
    assert "3 payers who are not kin paid the receiver nearly the same sum, USD 600 to USD 800, within 30 days" in told.reason
    assert told.reason.endswith("touches TR.")
    assert {n.name: n.observed for n in told.numbers} == {"min_payers": 3, "max_spread": 0.25}
    assert told.parts == {key_of("r"): "collector"} | {key_of(f"p{i}"): "payer" for i in range(3)}
    assert best.facets == ("fee_band",)
