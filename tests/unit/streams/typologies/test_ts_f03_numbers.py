"""TS-F03: its measures, sentences and strengths by hand, and both edges of its window."""

import pytest

from schemas.observation import TransferFacts
from streams.domain.strangers import ABSENT
from streams.domain.view import View
from streams.typologies.base import Hit
from streams.typologies.build import bare, key_of, pay, view_of
from streams.typologies.ts_f03_rapid_pass_through import TYPOLOGY

P = TYPOLOGY.parameters


def came(days: list[float], usd: float = 400) -> list[TransferFacts]:
    return [
        pay(f"s{i}", "m", day, usd, send="US:Houston", pay="US:El Paso", channel="wallet_to_wallet") for i, day in enumerate(days)
    ]


def cash(day: float, usd: float) -> TransferFacts:
    return pay("m", "", day, usd, send="US:El Paso", pay="US:El Paso", channel="cash_out")


def found(rows: list[TransferFacts]) -> list[Hit]:
    view = view_of("m", rows)
    return list(TYPOLOGY.hits(view, P)) if TYPOLOGY.gate(view, P) else []


def test_every_measure_and_the_whole_sentence_by_hand() -> None:
    rows = [*came([0, 1, 2, 3, 4, 5]), cash(6, 900), pay("m", "s0", 7, 1000, send="US:El Paso", pay="MX:Tijuana")]
    hit = found(rows)[-1]  # 1,900 of 2,400
    assert hit.measures == {"payers": 6, "share": pytest.approx(0.7917, abs=1e-4), "in_usd": 2400, "out_usd": 1900}
    assert hit.strength == 0.64  # six of five: 0.6 + 0.4 * 0.2 / 2
    told = TYPOLOGY.explain(view_of("m", rows), P, hit, hit.events)
    assert told.reason == (
        "6 unrelated payers paid in USD 2,400 within 30 days and USD 1,900 (79%) left again in that time as cash, abroad or in large sums."
    )
    assert [(n.name, n.observed, n.line, len(n.transfers)) for n in told.numbers] == [
        ("min_payers", 6, 5, 8), ("min_share", 0.7917, 0.6, 0)
    ]  # fmt: skip
    assert told.parts == {key_of("m"): "passes_on"} | {key_of(f"s{i}"): "payer" for i in range(6)}  # s0 paid before he was paid
    assert told.absent == ()


@pytest.mark.parametrize(("first", "out"), [(5, 2_000), (4.99, None)])
def test_what_left_thirty_days_before_the_last_counts(first: float, out: float | None) -> None:
    hits = found([cash(first, 1_000), *came([10, 11, 12, 13, 14]), cash(35, 1_000)])  # half of 2,000 each
    assert [h.measures["out_usd"] for h in hits] == [out] * (out is not None)


@pytest.mark.parametrize(("first", "payers"), [(5, 6), (4.99, 5)])
def test_who_paid_thirty_days_before_the_last_counts(first: float, payers: int) -> None:
    hits = found([*came([first, 10, 11, 12, 13, 14]), cash(35, 1_600)])
    assert [h.measures["payers"] for h in hits] == [payers]


@pytest.mark.parametrize(("later", "payers"), [(20, 6), (20.01, 5)])
def test_what_comes_or_leaves_after_a_payment_out_is_not_its_own(later: float, payers: int) -> None:
    (first, second) = found([*came([0, 1, 2, 3, 4, later]), cash(20, 1_500), cash(21, 100)])
    assert (first.measures["payers"], first.measures["out_usd"]) == (payers, 1_500)
    assert (second.measures["payers"], second.measures["out_usd"]) == (6, 1_600)


def test_sums_of_nothing_pass_nothing_through() -> None:
    assert found([*came([0, 1, 2, 3, 4], usd=0), cash(5, 0)]) == []


def mule(ins: list[float], outs: list[float], usd: float = 250, last_usd: float = 150) -> View:
    hops = [(f"s{i}", "m", day, usd) for i, day in enumerate(ins)] + [("m", f"o{i}", day, last_usd) for i, day in enumerate(outs)]
    return bare("m", sorted(hops, key=lambda hop: hop[2]), 1)


def odd(view: View) -> list[Hit]:
    return [h for h in TYPOLOGY.hits(view, P) if "strangers" in h.measures]


def test_without_places_the_sentence_numbers_and_strength_by_hand() -> None:
    view = mule([0, 1, 2, 3, 4], [5, 6, 7, 8])  # 1,250 in; the last of four payments of 150 makes 600 out
    hit = odd(view)[-1]
    assert hit.measures == {"strangers": 4, "payers": 5, "payees": 4, "share": 0.48, "in_usd": 1250}
    assert hit.strength == 0.4667  # four of three: 0.7 * 0.6667
    assert hit.facets == ("pass_through",)
    told = TYPOLOGY.explain(view, P, hit, hit.events)
    assert told.reason == (
        "5 people paid in USD 1,250 and 4 others were paid 48% of that within 30 days, each once and never again, by a party whose other "
        "dealings come back soon; nothing else is known of them."
    )
    assert [(n.name, n.observed, n.line, len(n.transfers)) for n in told.numbers] == [("bare_each", 4, 3, 9)]
    assert told.absent == ABSENT


@pytest.mark.parametrize(("ins", "outs", "sizes"), [
    ([0, 1, 2], [3, 4, 30], [6]),
    ([0, 1, 2], [3, 4, 30.01], []),
    ([2, 3, 4], [0, 5, 30], [6]),  # paid thirty days before the last
    ([2, 3, 4], [0, 5, 30.01], []),
    ([0, 1, 5], [2, 3, 5], [6]),  # in the same moment
    ([0, 1, 5.01], [2, 3, 5], []),
])  # fmt: skip
def test_without_places_the_window_ends_with_a_payment_out(ins: list[float], outs: list[float], sizes: list[int]) -> None:
    assert [len(h.events) for h in odd(mule(ins, outs))] == sizes


def test_without_places_sums_of_nothing_divide_nothing() -> None:
    assert [h.measures["share"] for h in odd(mule([0, 1, 2], [3, 4, 5], usd=0, last_usd=0))] == [0]
    (hit,) = odd(mule([0, 1, 2], [3, 4, 5], usd=0, last_usd=0.01))
    assert hit.measures["share"] == 3  # cents for each cent at least
