"""TS-S01 at its lines: what is just under a reporting line, within three days; the Afghan rule of two days; who is told as what."""

from typing import Any

import msgspec
import pytest

from schemas.observation import TransferFacts
from streams.domain.event import DAY_MS
from streams.typologies.base import Explanation, Hit
from streams.typologies.build import START_MS, key_of, pay, view_of
from streams.typologies.ts_s01_structuring import TYPOLOGY

P = TYPOLOGY.parameters


def us(usd: float, day: float = 0, who: str = "s", to: str = "r", **how: object) -> TransferFacts:
    return pay(who, to, day, usd, send="US:Phoenix", pay="MX:Tijuana", **how)  # type: ignore[arg-type]


def afghan(afn: float, day: float, to: str = "r") -> TransferFacts:
    facts = pay("s", to, day, afn / 70, send="AF:Kabul", pay="PK:Quetta")
    return msgspec.structs.replace(facts, currency="AFN", amount_minor=round(afn * 100))


def found(rows: list[TransferFacts], who: str = "s") -> list[Hit]:
    view = view_of(who, rows)
    return list(TYPOLOGY.hits(view, P)) if TYPOLOGY.gate(view, P) else []


def told(rows: list[TransferFacts], who: str = "s") -> Explanation:
    best = max(found(rows, who), key=lambda h: h.strength)
    return TYPOLOGY.explain(view_of(who, rows), P, best, best.events)


@pytest.mark.parametrize(("usd", "hits"), [(2_400, 1), (2_399.99, 0), (2_999.99, 1), (3_000, 0), (8_000, 1), (7_999.99, 0)])
def test_from_80_to_under_100_percent_of_a_line_is_just_under_it(usd: float, hits: int) -> None:
    assert len(found([us(usd), us(usd, 1)])) == hits


def test_two_sums_are_at_the_line_and_four_are_twice_it() -> None:
    assert found([us(2_900)]) == []
    assert [h.strength for h in found([us(2_900, i / 2) for i in range(4)])] == [0.6, 0.7, 0.8]


@pytest.mark.parametrize(("day", "hits"), [(3, 1), (3.01, 0)])
def test_the_window_is_three_days(day: float, hits: int) -> None:
    assert len(found([us(2_900), us(2_900, day)])) == hits


def test_sums_under_two_different_lines_are_no_series() -> None:
    assert found([us(2_900), us(9_500, 1)]) == []
    assert [h.measures["line"] for h in found([us(9_500), us(9_500, 1)])] == [1_000_000]


def test_the_line_is_that_of_a_country_the_money_touches() -> None:
    def way(send: str, to: str) -> int:
        return len(found([pay("s", "r", i, 2_900, send=send, pay=to) for i in range(2)]))

    assert (way("MX:Tijuana", "US:Phoenix"), way("DE:Berlin", "TR:Van")) == (1, 0)


def test_who_gathers_is_looked_at_as_who_sends() -> None:
    assert len(found([us(2_900, who="a"), us(2_900, 1, who="b")], "r")) == 1


@pytest.mark.parametrize("how", [{"channel": "payroll"}, {"entity_sender": True}])
def test_payroll_and_firms_that_pay_do_not_structure(how: dict[str, Any]) -> None:
    rows = [us(2_900, i, **how) for i in range(3)]
    assert found(rows) == []
    assert found(rows, "r") == []


@pytest.mark.parametrize(
    ("first", "second", "day", "hits"),
    [
        (250_000, 250_000, 1, 1),
        (250_000, 249_999.99, 1, 0),
        (300_000, 300_000, 2, 1),
        (300_000, 300_000, 2.01, 0),
        (100_000, 399_999, 1, 0),
        (100_000, 400_000, 1, 1),
        (100_000, 500_000, 1, 0),
    ],
)
def test_two_transfers_of_an_afghan_pair_count_together_for_two_days(first: float, second: float, day: float, hits: int) -> None:
    assert len(found([afghan(first, 0), afghan(second, day)])) == hits


def test_the_afghan_rule_is_about_one_pair_and_shows_who_they_are() -> None:
    assert found([afghan(300_000, 0), afghan(300_000, 1, to="x")]) == []
    (hit,) = found([afghan(300_000, 0), afghan(300_000, 1)])
    assert (hit.facets, hit.strength) == (("identity",), 0.6)
    assert found([us(2_900), us(2_900, 1)])[0].facets == ()


def test_the_explanation_holds_the_line_its_source_and_the_sum() -> None:
    made = told([us(2_900), us(2_800, 1)])
    assert (
        "2 payments within 3 days stayed under the US line of USD 3,000 and together came to USD 5,700 (31 CFR 1010.410(f)"
        in made.reason
    )
    assert [(n.name, n.observed) for n in made.numbers] == [("min_payments", 2)]
    assert "the AF line of AFN 500,000 and together came to AFN 600,000" in told([afghan(300_000, 0), afghan(300_000, 1)]).reason


def test_the_hit_is_at_the_sum_that_completes_the_series() -> None:
    assert [h.at_ms - START_MS for h in found([us(2_900), us(2_900, 1)])] == [DAY_MS]


def test_a_lone_payer_structures_with_the_receiver_and_several_do_not() -> None:
    s, r, x = key_of("s"), key_of("r"), key_of("x")
    assert told([us(2_900), us(2_900, 1)]).parts == {s: "structurer", r: "counterparty"}
    assert told([us(2_900), us(2_900, 1)], "r").parts == {r: "structurer", s: "structurer"}
    assert told([us(2_900), us(2_900, 1, who="x")], "r").parts == {r: "structurer", s: "counterparty", x: "counterparty"}
    assert told([us(2_900, to="s"), us(2_900, 1, to="s")]).parts == {s: "structurer"}
