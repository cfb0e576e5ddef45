"""TS-F07 at its lines: near-equal fees, their payers, and bulk payments abroad that settle them."""

from typing import Any

import msgspec
import pytest

from schemas.observation import TransferFacts
from streams.domain.view import View
from streams.typologies.base import Hit
from streams.typologies.build import key_of, pay, view_of
from streams.typologies.ts_f07_hawala_settlement import TYPOLOGY

P = TYPOLOGY.parameters


def fees(sums: list[float], payers: int = 99, gap: float = 1, **how: object) -> list[TransferFacts]:
    town = {"send": "IQ:Ranya", "pay": "IQ:Ranya", "channel": "cash_in", **how}
    return [pay(f"f{i % payers}", "shop", i * gap, v, **town) for i, v in enumerate(sums)]  # type: ignore[arg-type]


def bulk(*rows: tuple[float, float], abroad: str = "TR:Istanbul", to: str = "house") -> list[TransferFacts]:
    return [pay("shop", to, day, v, send="IQ:Ranya", pay=abroad, channel="bank_transfer") for day, v in rows]


def seen(*rows: list[TransferFacts]) -> View:
    return view_of("shop", sorted((r for group in rows for r in group), key=lambda r: r.at_ms))


def found(*rows: list[TransferFacts]) -> list[Hit]:
    view = seen(*rows)
    return list(TYPOLOGY.hits(view, P)) if TYPOLOGY.gate(view, P) else []


def strengths(*rows: list[TransferFacts]) -> list[float]:
    return [h.strength for h in found(*rows)]


TEN = [3400.0] * 10
SETTLED = bulk((20, 8500), (21, 8500))  # exactly half of ten fees


def test_ten_near_equal_fees_settled_by_half_are_at_the_line() -> None:
    assert strengths(fees(TEN), SETTLED) == [0.6]
    assert strengths(fees(TEN[:9]), SETTLED) == []
    assert strengths(fees(TEN), bulk((20, 8500), (21, 8499))) == []


def test_strength_is_full_at_three_times_the_fees() -> None:
    assert max(strengths(fees([3400] * 30), bulk((31, 60000)))) == 1.0


def test_a_bulk_payment_is_twice_the_largest_fee() -> None:
    assert strengths(fees(TEN), bulk(*[(20 + i, 6800) for i in range(3)]))[-1:] == [0.6]
    assert strengths(fees(TEN), bulk(*[(20 + i, 6799) for i in range(9)])) == []


@pytest.mark.parametrize(("low", "hits"), [(3000.0, 1), (2999.99, 0)])
def test_near_equal_is_within_a_quarter_of_the_largest(low: float, hits: int) -> None:
    assert len(found(fees([low, *[4000.0] * 9]), bulk((20, 30000)))) == hits


def test_sums_outside_the_near_equal_group_are_not_its_evidence() -> None:
    best = found(fees([9000.0, *TEN]), bulk((20, 30000)))[-1]
    assert best.measures["credits"] == 10
    assert len(best.events) == 11


def test_the_largest_group_of_near_equal_fees_counts_wherever_it_lies() -> None:
    low, high = [3000.0] * 11, [6000.0] * 10
    assert found(fees([*low, *high]), bulk((30, 60000)))[-1].measures["high"] == 300_000
    assert found(fees([*low[:10], *high]), bulk((30, 60000)))[-1].measures["high"] == 600_000


@pytest.mark.parametrize(("payers", "hits"), [(5, 1), (4, 0)])
def test_at_least_five_people_pay(payers: int, hits: int) -> None:
    assert len(found(fees(TEN, payers), bulk((20, 30000)))) == hits


@pytest.mark.parametrize(("day", "hits"), [(60, 1), (60.1, 0)])
def test_the_window_is_sixty_days(day: float, hits: int) -> None:
    assert len(found(fees(TEN), bulk((day, 30000)))) == hits


def test_fees_that_follow_the_settlement_are_judged_too() -> None:
    early = bulk((0.5, 30000))
    assert len(found(fees([3400] * 12), early)) == 3


def test_a_settlement_before_the_first_fee_is_not_one() -> None:
    assert found(fees(TEN), bulk((-1, 30000))) == []


def test_money_that_stays_in_the_country_or_with_the_shop_settles_nothing() -> None:
    assert found(fees(TEN), bulk((20, 30000), abroad="IQ:Erbil")) == []
    assert found(fees(TEN), bulk((20, 30000), to="shop")) == []
    assert found(fees(TEN), bulk((20, 30000), to="")) == []
    assert found(fees(TEN), [msgspec.structs.replace(r, pay_place=type(r.pay_place)("", "")) for r in bulk((20, 30000))]) == []


@pytest.mark.parametrize("how", [{"purpose": "travel"}, {"purpose": "tuition"}, {"relation": "spouse"}, {"channel": "card"}])
def test_pilgrims_schools_kin_and_cards_do_not_count(how: dict[str, Any]) -> None:
    assert found(fees(TEN, **how), bulk((20, 30000))) == []


def test_sums_outside_every_fee_band_are_no_fees() -> None:
    assert found(fees([120.0] * 10), bulk((20, 30000))) == []


def test_firms_are_not_people_who_hand_in_a_fee() -> None:
    assert found(fees(TEN, entity_sender=True), bulk((20, 30000))) == []


def test_a_shop_with_mixed_sums_is_a_lawful_business_and_a_person_is_not() -> None:
    mixed = fees([*TEN, *[100.0 * i for i in range(1, 9)]])
    firm = [
        msgspec.structs.replace(r, receiver=msgspec.structs.replace(r.receiver, is_person=False)) for r in mixed if r.receiver
    ]
    assert found(mixed, bulk((20, 30000)))
    assert found(firm, bulk((20, 30000))) == []


def test_parts_licence_and_numbers_are_told() -> None:
    view = seen(fees(TEN), SETTLED)
    best = found(fees(TEN), SETTLED)[-1]
    told = TYPOLOGY.explain(view, P, best, best.events)
    assert (told.parts[key_of("shop")], told.parts[key_of("f3")], told.parts[key_of("house")]) == (
        "collector",
        "payer",
        "recipient",
    )
    assert told.absent == ("licence to transmit money",)
    assert {n.name: n.observed for n in told.numbers} == {
        "min_credits": 10, "min_payers": 10, "max_spread": 0.0, "bulk_times": 2.5, "min_settled": 0.5
    }  # fmt: skip
    assert set(best.facets) == {"fee_band", "pass_through"}


def test_the_explanation_holds_the_spread_and_the_share() -> None:
    rows, bulks = fees([3200.0, *[4000.0] * 9]), bulk((20, 10000), (21, 19200))
    best = found(rows, bulks)[-1]
    told = TYPOLOGY.explain(seen(rows, bulks), P, best, best.events)
    assert next(n.observed for n in told.numbers if n.name == "max_spread") == pytest.approx(0.2)
    assert "10 near-equal sums of USD 3,200 to USD 4,000" in told.reason
    assert "2 bulk payments abroad of together USD 29,200 settled 74% of them" in told.reason
