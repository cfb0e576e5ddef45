"""TS-P04 at its lines: three workers, four payments each, how regular, how large, and the points that speak for a debt."""

from typing import Any

import pytest

from schemas.observation import TransferFacts
from streams.typologies.base import Hit
from streams.typologies.build import key_of, pay, view_of
from streams.typologies.ts_p04_debt_bondage import TYPOLOGY

P = TYPOLOGY.parameters
WEEKS = (0, 7, 14, 21)


def repaid(who: str, days: tuple[float, ...] = WEEKS, usd: float = 700, **how: str) -> list[TransferFacts]:
    facts = {"send": "AU:Melbourne", "pay": "AU:Melbourne", "address": "house"} | how
    return [pay(who, "boss", day, usd, **facts) for day in days]  # type: ignore[arg-type]


def workers(count: int, days: tuple[float, ...] = WEEKS, usd: float = 700, **how: Any) -> list[TransferFacts]:
    return [row for i in range(count) for row in repaid(f"w{i}", tuple(d + i / 1000 for d in days), usd, **how)]


def strangers(**how: Any) -> list[TransferFacts]:
    return [row for i in range(4) for row in repaid(f"w{i}", tuple(d + i / 1000 for d in WEEKS), address=f"a{i}", **how)]


def found(rows: list[TransferFacts]) -> list[Hit]:
    view = view_of("boss", rows)
    return list(TYPOLOGY.hits(view, P)) if TYPOLOGY.gate(view, P) else []


def test_three_workers_are_at_the_line_and_six_are_twice_it() -> None:
    assert found(workers(2)) == []
    assert [h.strength for h in found(workers(3))] == [0.6]
    assert found(workers(6))[-1].strength == 0.8


def test_each_pays_four_times() -> None:
    assert found(workers(3, WEEKS[:3])) == []
    assert found([*workers(2), *repaid("w2", WEEKS[:3])]) == []


@pytest.mark.parametrize(("usd", "hits"), [(100, 1), (99.99, 0)])
def test_each_sum_is_at_least_a_hundred_dollars(usd: float, hits: int) -> None:
    assert len(found(workers(3, usd=usd))) == hits


@pytest.mark.parametrize(
    ("days", "hits"),
    [
        ((0, 3, 6, 9), 1),
        ((0, 2.99, 5.98, 8.97), 0),
        ((0, 2, 5, 8), 1),
        ((0, 2, 4.9, 8), 0),
        ((0, 2.5, 5, 8.5, 12), 1),
        ((0, 2.4, 4.8, 8.3, 11.8), 0),
    ],
)
def test_the_middle_gap_is_three_days_or_more(days: tuple[float, ...], hits: int) -> None:
    assert bool(found(workers(3, days))) is bool(hits)


@pytest.mark.parametrize(("last", "hits"), [(21, 1), (21.1, 0)])
def test_the_gaps_vary_by_less_than_35_percent(last: float, hits: int) -> None:
    assert len(found(workers(3, (0, 4, 11, last)))) == hits  # gaps of 4, 7 and 10 days: 2.449 / 7 is 0.3499


@pytest.mark.parametrize(("gap", "hits"), [(60, 1), (60.01, 0)])
def test_the_window_is_180_days(gap: float, hits: int) -> None:
    rows = [row for i in range(3) for row in repaid(f"w{i}", tuple(gap * n for n in range(4)))]
    assert bool(found(rows)) is bool(hits)


def test_debt_words_and_foreign_workers_are_a_point_each_and_a_shared_home_is_two() -> None:
    assert [h.measures["points"] for h in found(workers(3))] == [2]
    assert [h.measures["points"] for h in found(workers(3, purpose="debt", nationality="TH"))] == [4]
    assert found(strangers(purpose="debt")) == []
    assert found(strangers(nationality="TH")) == []
    assert {h.measures["points"] for h in found(strangers(purpose="debt", nationality="TH"))} == {2}
    assert found(strangers(purpose="debt", nationality="AU")) == []


def test_all_must_be_foreign_and_an_unknown_nationality_is_not() -> None:
    rest = [row for i in range(2) for row in repaid(f"w{i}", address=f"a{i}", purpose="debt", nationality="TH")]
    assert found([*rest, *repaid("w2", address="a2", purpose="debt", nationality="TH")])
    assert found([*rest, *repaid("w2", address="a2", purpose="debt")]) == []


@pytest.mark.parametrize(("spoken", "points"), [(6, 3), (5, 2)])
def test_half_of_the_payments_speak_of_a_debt(spoken: int, points: int) -> None:
    rows = [
        pay(f"w{i}", "boss", day + i / 1000, 700, send="AU:Melbourne", pay="AU:Melbourne", address="house",
            purpose="debt" if 4 * i + n < spoken else "none")
        for i in range(3) for n, day in enumerate(WEEKS)
    ]  # fmt: skip
    assert [h.measures["points"] for h in found(rows)] == [points]


def test_two_who_share_a_home_are_no_point() -> None:
    assert found([*workers(2), *repaid("w2", address="far")]) == []
    assert found([*workers(2, purpose="debt"), *repaid("w2", address="far", purpose="debt")]) == []


def test_who_pays_irregularly_shares_no_home_with_the_workers_and_need_not_be_foreign() -> None:
    irregular = repaid("x", (0.5, 1, 1.5, 20))
    assert found([*workers(2), *repaid("w2", address="far"), *irregular]) == []
    assert found([*workers(3), *irregular])
    assert found([*strangers(purpose="debt", nationality="TH"), *irregular])


def test_who_pays_irregularly_is_no_evidence() -> None:
    hit = found([*workers(3), *repaid("x", (0.5, 1, 1.5, 20))])[-1]
    assert {e.other for e in hit.events} == {key_of(f"w{i}") for i in range(3)}
    assert hit.facets == ("identity",)
    assert {h.facets for h in found(strangers(purpose="debt", nationality="TH"))} == {()}


def test_the_explanation_holds_only_the_signs_there_are() -> None:
    def told(rows: list[TransferFacts]) -> str:
        view = view_of("boss", rows)
        best = list(TYPOLOGY.hits(view, P))[-1]
        made = TYPOLOGY.explain(view, P, best, best.events)
        assert set(made.parts.values()) == {"worker", "collector"}
        assert made.parts[key_of("boss")] == "collector"
        assert [n.name for n in made.numbers] == ["min_payers", "min_points"]
        return made.reason

    assert "3 payers who are not kin pay the receiver at regular gaps, at least 4 times each (they share an address" in told(
        workers(3)
    )
    assert "(they speak of a debt; all are foreign where they live)" in told(strangers(purpose="debt", nationality="TH"))
