"""TS-F07: its measures, sentence and numbers by hand, which settlements count, and which sums are near-equal."""

from itertools import pairwise

import pytest

from schemas.observation import TransferFacts
from streams.domain.view import View
from streams.typologies.base import Hit
from streams.typologies.build import START_MS, key_of, pay, view_of
from streams.typologies.ts_f07_hawala_settlement import TYPOLOGY

P = TYPOLOGY.parameters
DAY_MS = 86_400_000


def fees(*sums: float, gap: float = 1, payers: int = 99) -> list[TransferFacts]:
    town = {"send": "IQ:Ranya", "pay": "IQ:Ranya", "channel": "cash_in"}
    return [pay(f"f{i % payers}", "shop", i * gap, v, **town) for i, v in enumerate(sums)]  # type: ignore[arg-type]


def bulk(*rows: tuple[float, float], abroad: str = "TR:Istanbul") -> list[TransferFacts]:
    return [pay("shop", "house", day, v, send="IQ:Ranya", pay=abroad, channel="bank_transfer") for day, v in rows]


def seen(*rows: list[TransferFacts]) -> View:
    return view_of("shop", sorted((r for group in rows for r in group), key=lambda r: r.at_ms))


def found(*rows: list[TransferFacts]) -> list[Hit]:
    view = seen(*rows)
    return list(TYPOLOGY.hits(view, P)) if TYPOLOGY.gate(view, P) else []


def test_every_measure_and_the_whole_sentence_by_hand() -> None:
    # Twelve of six people: 3,200 and eleven times 4,000 are 47,200. Paid on: 9,000, 8,000 and 10,000 are 27,000; 7,999 is less than two fees.
    rows = [fees(3200, *[4000] * 11, payers=6), bulk((20, 9000), (21, 8000)), bulk((22, 10000), (23, 7999), abroad="AE:Dubai")]
    hit = found(*rows)[-1]
    assert hit.measures == {
        "credits": 12, "payers": 6, "low": 320_000, "high": 400_000, "total": 4_720_000, "bulk": 3, "smallest_bulk": 800_000,
        "settled": 2_700_000, "countries": 2,
    }  # fmt: skip
    assert hit.strength == 0.64  # twelve of ten
    assert hit.facets == ("fee_band", "pass_through")
    told = TYPOLOGY.explain(seen(*rows), P, hit, hit.events)
    assert told.reason == (
        "6 people who are not kin of the receiver handed in 12 near-equal sums of USD 3,200 to USD 4,000 within 60 days, each within the price "
        "of a smuggling leg; 3 bulk payments abroad of together USD 27,000 settled 57% of them. Whether the receiver is licensed to transmit "
        "money is not known here."
    )
    assert [(n.name, n.observed, n.line, len(n.transfers)) for n in told.numbers] == [
        ("min_credits", 12, 10, 15), ("min_payers", 6, 5, 0), ("max_spread", 0.2, 0.25, 0), ("bulk_times", 2, 2, 0), ("min_settled", 0.572, 0.5, 0),
    ]  # fmt: skip
    assert told.parts == {key_of("shop"): "collector", key_of("house"): "recipient"} | {
        key_of(f"f{i}"): "payer" for i in range(6)
    }


def test_who_hands_in_and_is_paid_as_well_is_a_payer() -> None:
    out = [pay("shop", "f0", 20, 30_000, send="IQ:Ranya", pay="TR:Van")]
    hit = found(fees(*[3400] * 10), out)[-1]
    assert TYPOLOGY.explain(seen(fees(*[3400] * 10), out), P, hit, hit.events).parts[key_of("f0")] == "payer"


def test_the_evidence_is_in_order_and_the_hit_at_its_end() -> None:
    hit = found(fees(*[3400] * 10), bulk((4.5, 30_000)))[-1]
    assert all(a.at_ms <= b.at_ms for a, b in pairwise(hit.events))
    assert (len(hit.events), hit.at_ms) == (11, START_MS + 9 * DAY_MS)


@pytest.mark.parametrize(("day", "hits"), [(0, 1), (-0.01, 0), (9, 1), (9.01, 1)])
def test_a_settlement_follows_the_first_fee_or_comes_in_the_same_moment(day: float, hits: int) -> None:
    assert len({h.at_ms for h in found(fees(*[3400] * 10), bulk((day, 30_000)))}) == hits


def test_a_settlement_that_follows_is_not_known_before() -> None:
    hits = found(fees(*[3400] * 12), bulk((10.5, 30_000)))
    assert [h.at_ms for h in hits] == [START_MS + 11 * DAY_MS, START_MS + round(10.5 * DAY_MS)]
    assert [h.measures["credits"] for h in hits] == [12, 11]


@pytest.mark.parametrize(("first", "credits"), [(-40, 12), (-40.01, 11)])
def test_fees_of_sixty_days_count(first: float, credits: int) -> None:
    early = [pay("early", "shop", first, 3400, send="IQ:Ranya", pay="IQ:Ranya", channel="cash_in")]
    assert found(early, fees(*[3400] * 11), bulk((20, 30_000)))[-1].measures["credits"] == credits


def test_sums_are_near_equal_to_the_largest_of_their_group() -> None:
    # 3,000 is a quarter less than 4,000; with 4,100 it is not.
    sums = (3000, 3500, 3500, 3500, 3500, 3500, 3500, 3500, 3500, 4000)
    assert [h.measures["low"] for h in found(fees(*sums), bulk((20, 30_000)))] == [300_000]
    assert found(fees(*sums[:-1], 4100), bulk((20, 30_000))) == []
    assert [h.measures["high"] for h in found(fees(*sums, 4100), bulk((20, 30_000)))] == [410_000]  # of ten each the higher


def test_of_fees_from_far_apart_the_largest_group_is_taken_whole() -> None:
    hit = found(fees(*[2000] * 3, *[3400] * 11, *[9000] * 4), bulk((30, 60_000)))[-1]
    assert (hit.measures["credits"], hit.measures["low"], hit.measures["high"]) == (11, 340_000, 340_000)
