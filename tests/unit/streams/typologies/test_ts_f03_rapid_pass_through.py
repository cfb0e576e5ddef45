"""TS-F03 at its lines: how many pay in, what share of it leaves, how, and in what time."""

import pytest

from schemas.observation import TransferFacts
from streams.domain.strangers import ABSENT
from streams.typologies.base import Hit
from streams.typologies.build import bare, key_of, pay, view_of
from streams.typologies.ts_f03_rapid_pass_through import TYPOLOGY

P = TYPOLOGY.parameters


def came(payers: int, usd: float = 400) -> list[TransferFacts]:
    return [pay(f"s{i}", "m", i, usd, send="US:Houston", pay="US:El Paso", channel="wallet_to_wallet") for i in range(payers)]


def went(day: float, usd: float, to: str = "boss", send: str = "US:El Paso", country: str = "US", **how: str) -> TransferFacts:
    return pay("m", to, day, usd, send=send, pay=f"{country}:El Paso", **how)  # type: ignore[arg-type]


def cash(day: float, usd: float) -> TransferFacts:
    return went(day, usd, to="", channel="cash_out")


def found(rows: list[TransferFacts]) -> list[Hit]:
    view = view_of("m", rows)
    return list(TYPOLOGY.hits(view, P)) if TYPOLOGY.gate(view, P) else []


def test_five_payers_are_at_the_line_and_ten_are_twice_it() -> None:
    assert found([*came(4), cash(5, 1_600)]) == []
    assert [h.strength for h in found([*came(5), cash(5, 2_000)])] == [0.6]
    assert [h.strength for h in found([*came(10), cash(10, 4_000)])] == [0.8]


def test_who_pays_twice_is_one_payer() -> None:
    assert found([*came(4), pay("s0", "m", 4, 400, channel="wallet_to_wallet"), cash(5, 2_000)]) == []


@pytest.mark.parametrize(("out", "hits"), [(1_199.99, 0), (1_200, 1), (2_600, 1), (2_600.01, 0)])
def test_from_60_to_130_percent_of_it_leaves(out: float, hits: int) -> None:
    assert len(found([*came(5), cash(5, out)])) == hits


@pytest.mark.parametrize(("day", "hits"), [(30, 1), (30.01, 0), (3.99, 0), (4, 1)])
def test_it_leaves_after_it_came_and_within_thirty_days(day: float, hits: int) -> None:
    assert len(found([*came(5), cash(day, 2_000)])) == hits


def test_what_left_before_the_window_is_not_counted_and_what_left_in_it_is() -> None:
    assert [h.measures["out_usd"] for h in found([*came(5), cash(5, 1_000), cash(34, 1_000)])] == []
    assert [h.measures["out_usd"] for h in found([*came(5), cash(5, 1_000), cash(6, 1_000)])] == [2_000]


@pytest.mark.parametrize(
    ("out", "hits"),
    [
        ([went(5, 1_000), went(6, 1_000)], 1),
        ([went(5, 999.99), went(6, 999.99)], 0),
        ([went(5, 700, country="MX"), went(6, 700, country="MX")], 1),
        ([went(5, 700), went(6, 700)], 0),
        ([went(5, 2_000, to="m")], 0),
    ],
)
def test_it_leaves_as_cash_abroad_or_in_large_sums(out: list[TransferFacts], hits: int) -> None:
    assert len(found([*came(5), *out])) == hits


def test_the_explanation_holds_sums_shares_and_parts() -> None:
    view = view_of("m", [*came(5), cash(5, 500), went(6, 1_000)])
    best = list(TYPOLOGY.hits(view, P))[-1]
    told = TYPOLOGY.explain(view, P, best, best.events)
    assert "5 unrelated payers paid in USD 2,000 within 30 days and USD 1,500 (75%) left again" in told.reason
    assert {n.name: n.observed for n in told.numbers} == {"min_payers": 5, "min_share": 0.75}
    expected = {key_of("m"): "passes_on", key_of("boss"): "recipient"} | {key_of(f"s{i}"): "payer" for i in range(5)}
    assert told.parts == expected
    assert [e.at_ms for e in best.events] == sorted(e.at_ms for e in best.events)
    assert best.facets == ("pass_through",)


def mule(ins: int, outs: int, last: float = 10, returning: int = 1) -> list[Hit]:
    """Strangers who pay in from day 0 on, others who are paid up to the day `last`, all far apart from the habit of who comes back."""
    came_in = [(f"s{i}", "m", i, 100) for i in range(ins)]
    view = bare("m", [*came_in, *(("m", f"o{i}", last - outs + 1 + i, 50) for i in range(outs))], returning)
    return [h for h in TYPOLOGY.hits(view, P) if "strangers" in h.measures] if TYPOLOGY.gate(view, P) else []


def test_without_places_three_strangers_on_each_side_are_at_the_line() -> None:
    assert [h.strength for h in mule(3, 3)] == [0.42]
    assert mule(2, 3) == mule(3, 2) == []
    assert mule(6, 6)[-1].strength == 0.56
    assert mule(6, 3)[-1].strength == 0.42  # the smaller side counts


@pytest.mark.parametrize(("last", "hits"), [(30, 1), (30.01, 0), (3.5, 1)])
def test_without_places_all_is_within_thirty_days_of_the_last_payment_out(last: float, hits: int) -> None:
    assert len(mule(3, 3, last)) == hits


def test_without_places_what_comes_after_the_last_payment_out_does_not_count() -> None:
    assert mule(3, 3, last=1.5) == []


def test_without_places_a_party_without_a_habit_shows_none() -> None:
    assert mule(3, 3, returning=0) == []


def test_without_places_the_finding_says_what_was_absent() -> None:
    view = bare("m", [*((f"s{i}", "m", i, 100) for i in range(4)), *(("m", f"o{i}", 5 + i, 50) for i in range(3))], 1)
    (hit,) = TYPOLOGY.hits(view, P)
    told = TYPOLOGY.explain(view, P, hit, hit.events)
    assert told.absent == ABSENT
    assert (hit.measures["payers"], hit.measures["payees"], round(hit.measures["share"], 3)) == (4, 3, 0.375)
    assert [(n.name, n.observed, n.line) for n in told.numbers] == [("bare_each", 3, 3)]
    assert told.parts[key_of("m")] == "passes_on"
    assert (told.parts[key_of("s0")], told.parts[key_of("o0")]) == ("payer", "recipient")


def test_without_places_the_rule_for_cash_holds_as_ever() -> None:
    nowhere = {"send": "", "pay": ""}
    rows = [pay(f"s{i}", "m", i, 400, **nowhere) for i in range(5)]  # type: ignore[arg-type]
    rows.append(pay("m", "", 5, 1_800, channel="cash_out", **nowhere))  # type: ignore[arg-type]
    assert [(h.strength, h.measures["payers"]) for h in found(rows)] == [(0.6, 5)]
