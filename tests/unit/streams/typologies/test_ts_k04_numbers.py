"""TS-K04: its measures, sentence and strengths by hand, whose pay counts, and what each payment is of it."""

from typing import Any

import msgspec
import pytest

from schemas.observation import TransferFacts
from streams.domain.view import View
from streams.typologies.base import Hit
from streams.typologies.build import START_MS, key_of, pay, view_of
from streams.typologies.ts_k04_profile_mismatch import TYPOLOGY

P = TYPOLOGY.parameters
DAY_MS = 86_400_000
UNKNOWN, UNPAID, PAID, SKILLED, TRADE = range(5)


def sent(*each: tuple[str, float, float], living: int = PAID, send: str = "KZ:Almaty", **how: Any) -> list[TransferFacts]:
    """s pays these people on these days these sums; in Kazakhstan a worker is paid USD 700 a month."""
    rows = [pay("s", who, day, usd, send=send, **({"pay": "UZ:Namangan"} | how)) for who, day, usd in each]
    return [msgspec.structs.replace(f, sender=msgspec.structs.replace(f.sender, living=living)) for f in rows]


def wages(day: float, usd: float) -> TransferFacts:
    return pay("firm", "s", day, usd, send="KZ:Almaty", pay="KZ:Almaty", channel="payroll", entity_sender=True)


def found(rows: list[TransferFacts]) -> list[Hit]:
    view = view_of("s", rows)
    return list(TYPOLOGY.hits(view, P)) if TYPOLOGY.gate(view, P) else []


def test_every_measure_and_the_whole_sentence_by_hand() -> None:
    # 0.6 of 12 x 700 are 5,040; 7,560 are half as much again, 0.9 of a year's pay.
    rows = sent(("a", 0, 2500), ("b", 1, 2500), ("c", 2, 2500), ("a", 3, 60))
    hit = found(rows)[-1]
    assert hit.measures == {"years": pytest.approx(0.9), "usd": 7560, "receivers": 3, "occupation": PAID}
    assert (hit.strength, hit.facets, hit.at_ms) == (0.7, ("corridor",), START_MS + 3 * DAY_MS)  # Namangan is a hub
    told = TYPOLOGY.explain(view_of("s", rows), P, hit, hit.events)
    assert told.reason == (
        "One person, who works for pay, paid USD 7,560 to 3 people who are no kin within 90 days: 0.9 years' income of such a person there, and "
        "more than the wages seen."
    )
    assert [(n.name, n.observed, n.line, len(n.transfers)) for n in told.numbers] == [
        ("income_share", 0.9, 0.6, 4), ("min_receivers", 3, 3, 0)
    ]  # fmt: skip
    assert told.parts == {key_of("s"): "recipient"}
    assert told.absent == ()


@pytest.mark.parametrize(("living", "words", "usd"), [
    (UNKNOWN, "of unknown occupation", 200_000), (UNPAID, "without pay", 4_000), (PAID, "who works for pay", 6_000),
    (SKILLED, "with a profession", 16_000), (TRADE, "with a trade", 200_000),
])  # fmt: skip
def test_the_occupation_is_named(living: int, words: str, usd: float) -> None:
    rows = sent(*((who, i, usd / 3) for i, who in enumerate("abc")), living=living)
    (hit,) = found(rows)
    told = TYPOLOGY.explain(view_of("s", rows), P, hit, hit.events)
    assert told.reason.startswith(f"One person, {words}, paid USD {usd:,.0f} to 3 people")
    assert told.absent == (() if living else ("occupation",))


def test_where_the_usual_pay_is_not_known_of_one_payment_that_is_said() -> None:
    rows = [*sent(("a", 0, 2500), ("b", 1, 2500)), *sent(("c", 2, 2500), send="ZW:Harare")]
    (hit,) = found(rows)
    # 5,000 / 700 + 2,500 / 400 months' pay of the 7.2 allowed
    assert hit.measures["years"] == pytest.approx((5000 / 700 + 2500 / 400) / 12)
    assert TYPOLOGY.explain(view_of("s", rows), P, hit, hit.events).absent == ("usual pay in the country of sending",)


def test_each_payment_is_held_against_the_pay_where_it_was_made() -> None:
    # A month's pay: KZ 700, US 4,500. Of 7.2 months' pay 3,500 in Kazakhstan are 5; 9,900 in the US are 2.2, together 7.2.
    def rows(usd: float) -> list[TransferFacts]:
        return [*sent(("a", 0, 1750), ("b", 1, 1750)), *sent(("c", 2, usd), send="US:Chicago")]

    assert found(rows(9899)) == []
    assert len(found(rows(9901))) == 1


def test_payments_that_left_the_ninety_days_count_no_more() -> None:
    rows = sent(("z", -10, 9000), ("a", 80, 1700), ("b", 81, 1700), ("c", 82, 1600), ("d", 83, 50))
    assert [h.measures["usd"] for h in found(rows)] == [5050]  # 5,000 are too little
    edge = sent(("z", -8, 9000), ("a", 80, 1700), ("b", 81, 1700), ("c", 82, 1600))
    assert [h.measures["usd"] for h in found(edge)] == [12_400, 14_000]


def test_every_payment_over_the_line_makes_a_finding_and_two_receivers_none() -> None:
    rows = sent(("a", 0, 6000), ("b", 1, 6000), ("a", 2, 100), ("c", 3, 100), ("d", 4, 100))
    assert [(h.measures["receivers"], h.measures["usd"]) for h in found(rows)] == [(3, 12_200), (4, 12_300)]


@pytest.mark.parametrize(
    ("day", "usd", "hits"), [(3, 6000, 0), (3, 5999.99, 1), (-86, 6000, 0), (-86.01, 6000, 1), (4.01, 6000, 1)]
)
def test_wages_of_the_same_ninety_days_up_to_the_payment_explain_as_much(day: float, usd: float, hits: int) -> None:
    rows = sorted([*sent(("a", 2, 2000), ("b", 3.5, 2000), ("c", 4, 2000)), wages(day, usd)], key=lambda f: f.at_ms)
    assert len(found(rows)) == hits


@pytest.mark.parametrize(("last", "strengths"), [(1400, []), (1400.01, [0.6])])
def test_exactly_the_share_is_not_more_than_it(last: float, strengths: list[float]) -> None:
    half = msgspec.structs.replace(P, income_share=0.5)  # six months' pay of 700: 4,200
    view = view_of("s", sent(("a", 0, 1400), ("b", 1, 1400), ("c", 2, last)))
    assert [h.strength for h in TYPOLOGY.hits(view, half)] == strengths


def test_wages_are_added_up() -> None:
    rows = sent(("a", 2, 2000), ("b", 3.5, 2000), ("c", 4, 2000))
    assert found([wages(0, 3000), wages(1, 3000), *rows]) == []
    assert len(found([wages(0, 3000), wages(1, 2999), *rows])) == 1


@pytest.mark.parametrize(("hubs", "facets"), [(0, ()), (1, ("corridor",))])
def test_one_payment_in_a_hub_is_the_corridor(hubs: int, facets: tuple[str, ...]) -> None:
    rows = [
        *sent(("a", 0, 2500), pay="TR:Van" if hubs else "TR:Ankara"),
        *sent(("b", 1, 2500), ("c", 2, 2500), pay="TR:Ankara"),
    ]
    assert [h.facets for h in found(rows)] == [facets]


def test_a_pensioner_is_held_to_three_thousand_dollars_where_pay_is_low() -> None:
    view: View = view_of("s", sent(*((who, i, 1000) for i, who in enumerate("abc")), living=UNPAID, send="IR:Urmia"))
    (hit,) = TYPOLOGY.hits(view, P)  # 250 a month, half of it: 900 a year's 0.6
    assert hit.measures["usd"] == 3000
    assert hit.strength == 1.0
