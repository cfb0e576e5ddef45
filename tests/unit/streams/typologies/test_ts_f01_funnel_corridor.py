"""TS-F01 at its lines: how many, from how many places, how new, at what price; and each of its three forms alone."""

import msgspec
import pytest

from schemas.observation import TransferFacts
from streams.domain.strangers import ABSENT
from streams.typologies.base import Hit
from streams.typologies.build import START_MS, bare, key_of, pay, view_of
from streams.typologies.ts_f01_funnel_corridor import TYPOLOGY

P = TYPOLOGY.parameters
GERMANY = ("DE:Hamburg", "DE:Munich", "DE:Frankfurt")
IRAQ = ("IQ:Ranya", "IQ:Erbil")
CHEAP, PRICED = 100, 3_500  # to Turkey: under every price of a leg, and the price of one


def crowd(senders: int, towns: tuple[str, ...] = GERMANY, usd: float = CHEAP, step: float = 1, **how: str) -> list[TransferFacts]:
    return [pay(f"s{i}", "c", step * i, usd, send=towns[i % len(towns)], **how) for i in range(senders)]  # type: ignore[arg-type]


def found(rows: list[TransferFacts]) -> list[Hit]:
    view = view_of("c", rows)
    return list(TYPOLOGY.hits(view, P)) if TYPOLOGY.gate(view, P) else []


def test_five_senders_are_at_the_line_and_ten_are_twice_it() -> None:
    assert found(crowd(4)) == []
    assert [h.strength for h in found(crowd(5))] == [0.6]
    assert found(crowd(10))[-1].strength == 0.8
    assert found(crowd(5))[0].at_ms == START_MS + 4 * 86_400_000


def test_who_pays_twice_is_one_sender() -> None:
    assert found([*crowd(4), pay("s0", "c", 5, CHEAP)]) == []


@pytest.mark.parametrize(("last", "hits"), [(30, 1), (30.01, 0)])
def test_the_window_is_thirty_days(last: float, hits: int) -> None:
    assert len(found([*crowd(4), pay("s4", "c", last, CHEAP, send=GERMANY[0])])) == hits


@pytest.mark.parametrize(("towns", "to", "hits"), [(3, "TR:Van", 1), (2, "TR:Van", 0), (3, "TR:Ankara", 1), (3, "JP:Tokyo", 0)])
def test_three_towns_need_a_route_or_a_hub_to_explain_them(towns: int, to: str, hits: int) -> None:
    assert len(found(crowd(5, GERMANY[:towns], pay=to))) == hits


def test_half_of_the_senders_on_a_route_are_enough() -> None:
    def mixed(on_route: int) -> list[Hit]:
        return found(
            [
                pay(f"s{i}", "c", i / 10, CHEAP, send=GERMANY[i % 3], pay="TR:Van" if i < on_route else "JP:Tokyo")
                for i in range(6)
            ]
        )

    assert mixed(3)[-1].facets == ("corridor", "newness")
    assert [h for h in mixed(2) if h.measures["senders"] == 6] == []


@pytest.mark.parametrize(
    ("senders", "towns", "hits"),
    [
        (10, ("US:Houston", "US:Austin", "US:Dallas"), 1),
        (9, ("US:Houston", "US:Austin", "US:Dallas"), 0),
        (10, ("US:Houston", "US:Austin"), 0),
        (10, ("US:Houston", "CA:Toronto"), 1),
        (10, ("US", "CA"), 1),
        (9, ("US", "CA"), 0),
        (10, ("US",), 0),
    ],
)
def test_a_crowd_of_ten_needs_no_route(senders: int, towns: tuple[str, ...], hits: int) -> None:
    assert len(found(crowd(senders, towns, pay="JP:Tokyo"))) == hits


@pytest.mark.parametrize(("priced", "hits"), [(3, 1), (2, 0)])
def test_half_of_the_payments_at_the_price_of_a_leg_are_enough(priced: int, hits: int) -> None:
    rows = [pay(f"s{i}", "c", i, PRICED if i < priced else CHEAP, send=IRAQ[i % 2]) for i in range(6)]
    assert [h.measures["band_share"] for h in found(rows) if h.measures["senders"] == 6] == [priced / 6] * hits


@pytest.mark.parametrize(("elsewhere", "hits"), [(2, 1), (1, 0)])
def test_a_third_of_those_who_pay_the_price_live_elsewhere(elsewhere: int, hits: int) -> None:
    rows = [pay(f"s{i}", "c", i, PRICED, send="IQ:Erbil" if i < elsewhere else "TR:Van") for i in range(6)]
    assert len([h for h in found(rows) if h.measures["senders"] == 6]) == hits


def test_the_price_alone_from_one_town_is_no_funnel() -> None:
    assert found(crowd(6, IRAQ[:1], PRICED)) == []


@pytest.mark.parametrize(("old", "hits"), [(3, 1), (4, 0)])
def test_seven_of_ten_pairs_are_new(old: int, hits: int) -> None:
    before = [pay(f"s{i}", "c", -60, CHEAP) for i in range(old)]
    now = crowd(10, step=0.1)
    assert len([h for h in found([*before, *now]) if h.measures["senders"] == 10]) == hits


def test_what_speaks_for_it_is_named() -> None:
    assert found(crowd(5))[0].facets == ("corridor", "newness")
    assert found(crowd(5, usd=PRICED))[0].facets == ("corridor", "fee_band", "newness")
    assert found(crowd(10, ("US", "CA"), pay="JP:Tokyo"))[0].facets == ("newness",)


def test_the_explanation_holds_the_numbers_and_who_paid() -> None:
    rows = [*crowd(5, usd=PRICED), pay("s0", "c", 6, CHEAP, send="AT")]
    view = view_of("c", rows)
    best = list(TYPOLOGY.hits(view, P))[-1]
    told = TYPOLOGY.explain(view, P, best, best.events)
    assert "5 senders who are not kin of the receiver paid USD 17,600 in 6 payments within 30 days" in told.reason
    assert "from 3 towns in 1 country to a town on a known route; 100% of the pairs were new, 83% of the payments" in told.reason
    observed = {n.name: n.observed for n in told.numbers}
    assert observed == {"min_senders": 5, "min_new_share": 1, "min_towns": 3, "min_band_share": 0.8333, "min_elsewhere": 1}
    assert told.parts == {key_of("c"): "collector"} | {key_of(f"s{i}"): "payer" for i in range(5)}
    assert told.absent == ("town of some senders",)
    assert not told.do_not_block


def test_a_place_that_is_no_hub_is_not_called_one() -> None:
    view = view_of("c", crowd(10, ("US:Houston", "CA:Toronto"), pay="JP:Tokyo"))
    best = next(iter(TYPOLOGY.hits(view, P)))
    told = TYPOLOGY.explain(view, P, best, best.events)
    assert "from 2 towns in 2 countries to one place;" in told.reason
    assert told.absent == ()


def strangers(people: int, gap: float = 1, returning: int = 0) -> list[Hit]:
    view = bare("c", [(f"s{i}", "c", i * gap, 100) for i in range(people)], returning)
    return list(TYPOLOGY.hits(view, P)) if TYPOLOGY.gate(view, P) else []


def test_without_places_seven_strangers_are_at_the_line_and_weaker_than_a_funnel() -> None:
    assert strangers(6) == []
    assert [h.strength for h in strangers(7)] == [0.42]  # seven tenths of 0.6
    assert strangers(14)[-1].strength == 0.56


@pytest.mark.parametrize(("gap", "hits"), [(5, 1), (5.01, 0)])
def test_without_places_they_come_within_thirty_days(gap: float, hits: int) -> None:
    assert len(strangers(7, gap)) == hits


@pytest.mark.parametrize(("people", "returning", "hits"), [(3, 5, 1), (2, 5, 0), (3, 4, 0)])
def test_without_places_three_strangers_stand_out_where_five_others_came_back(people: int, returning: int, hits: int) -> None:
    found = strangers(people, 60, returning)
    assert len(found) == hits
    assert all(h.measures["strangers"] == people and h.strength == 0.42 for h in found)


def test_without_places_the_finding_says_what_was_absent_and_what_it_counted() -> None:
    for view, which, line in ((bare("c", [(f"s{i}", "c", i, 100) for i in range(7)]), "bare_crowd", 7),
                              (bare("c", [(f"s{i}", "c", i * 60, 100) for i in range(4)], 5), "bare_few", 3)):  # fmt: skip
        (hit,) = TYPOLOGY.hits(view, P)
        told = TYPOLOGY.explain(view, P, hit, hit.events)
        assert told.absent == ABSENT
        assert [(n.name, n.observed, n.line) for n in told.numbers] == [(which, len(hit.events), line)]
        assert set(told.parts.values()) == {"payer", "collector"}
        assert told.parts[key_of("c")] == "collector"


def test_without_places_pairs_in_a_young_stream_are_not_called_new() -> None:
    def young(facts: TransferFacts) -> TransferFacts:
        return msgspec.structs.replace(facts, stream_start_ms=START_MS)

    rows = [pay(f"s{i}", "c", i, 100, send="", pay="") for i in range(7)]
    rows.append(pay("c", "shop", 60, 20, send="", pay="", channel="merchant"))
    assert [h.facets for h in found(rows)] == [("newness",)]
    assert [h.facets for h in found([young(facts) for facts in rows])] == [()]
