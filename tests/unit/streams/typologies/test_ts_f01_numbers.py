"""TS-F01: its measures, sentences and strengths by hand, with and without places."""

import msgspec
import pytest

from schemas.observation import TransferFacts
from streams.domain.strangers import ABSENT
from streams.domain.view import View
from streams.typologies.base import Hit
from streams.typologies.build import START_MS, bare, key_of, pay, view_of
from streams.typologies.ts_f01_funnel_corridor import TYPOLOGY

P = TYPOLOGY.parameters
TURKEY = ("TR:Izmir", "TR:Bursa", "TR:Konya")
GERMANY = ("DE:Hamburg", "DE:Munich", "DE:Bonn")
CHEAP = 100  # under every price of a leg to Turkey


def crowd(
    towns: tuple[str, ...], pays: tuple[str, ...], senders: int = 6, usd: float = CHEAP, step: float = 1
) -> list[TransferFacts]:
    return [pay(f"s{i}", "c", i * step, usd, send=towns[i % len(towns)], pay=pays[i % len(pays)]) for i in range(senders)]


def last(rows: list[TransferFacts], senders: int) -> Hit | None:
    view = view_of("c", rows)
    return next((h for h in TYPOLOGY.hits(view, P) if h.measures["senders"] == senders), None)


def reason(view: View, hit: Hit) -> str:
    return TYPOLOGY.explain(view, P, hit, hit.events).reason


@pytest.mark.parametrize(
    ("towns", "pays", "hub", "corridor", "where"),
    [
        (TURKEY, ("TR:Van", "TR:Ankara"), True, False, "a town on a known route"),  # one country is no corridor
        (GERMANY, ("TR:Ankara", "JP:Tokyo"), False, True, "one place"),  # Ankara is no hub
        (GERMANY, ("TR:Van", "JP:Tokyo"), True, True, "a town on a known route"),
    ],
)
def test_a_hub_or_a_corridor_of_half_of_the_senders_is_enough(
    towns: tuple[str, ...], pays: tuple[str, ...], hub: bool, corridor: bool, where: str
) -> None:
    rows = crowd(towns, pays)  # three of six
    hit = last(rows, 6)
    assert hit
    assert (hit.measures["hub"], hit.measures["corridor"], hit.facets) == (hub, corridor, ("corridor", "newness"))
    assert f" to {where}; 100% of the pairs" in reason(view_of("c", rows), hit)
    fewer = (pays[0], pays[1], pays[1])  # two of six
    assert last(crowd(towns, fewer), 6) is None


def test_a_crowd_is_no_corridor_where_less_than_half_is_on_one() -> None:
    # Ten of two countries need no route; four of them pay into a hub on a corridor.
    rows = crowd(("US:Houston", "CA:Toronto"), ("TR:Van", "TR:Van", "JP:Tokyo", "JP:Tokyo", "JP:Tokyo"), 10)
    hit = last(rows, 10)
    assert hit
    assert (hit.measures["hub"], hit.measures["corridor"], hit.facets) == (False, False, ("newness",))


def test_a_crowd_of_three_countries_needs_no_towns() -> None:
    hit = last(crowd(("US", "CA", "MX"), ("JP:Tokyo",), 10), 10)
    assert hit
    assert (hit.measures["towns"], hit.measures["countries"], hit.strength) == (0, 3, 0.8)


def test_every_measure_and_the_whole_sentence_by_hand() -> None:
    # Seven payments of six people: 4 x 400, 2 x 3,500 and 300 = 8,900. 400 and 3,500 fit a leg to Turkey, 300 does not: 6 of 7.
    # Towns of the first payments: Hamburg, Munich, Izmir; Vienna's is not said. One of six lives where it is paid out; four pay along a route (DE, AT to TR).
    rows = [
        pay("s0", "c", 0, 400, send="DE:Hamburg"), pay("s1", "c", 1, 400, send="DE:Munich"), pay("s2", "c", 2, 400, send="TR:Izmir"),
        pay("s3", "c", 3, 400, send="AT:"), pay("s4", "c", 4, 3500, send="TR:Van"), pay("s5", "c", 5, 3500, send="DE:Hamburg"),
        pay("s0", "c", 6, 300, send="DE:Hamburg"),
    ]  # fmt: skip
    view = view_of("c", rows)
    hit = list(TYPOLOGY.hits(view, P))[-1]
    assert hit.measures == {
        "senders": 6, "new_share": 1, "towns": 4, "countries": 3, "elsewhere": 5 / 6, "band_share": 6 / 7, "hub": True, "corridor": True,
        "sum_usd": 8900, "payments": 7,
    }  # fmt: skip
    assert hit.strength == 0.64  # six of five: 0.6 + 0.4 * 0.2 / 2
    assert hit.facets == ("corridor", "fee_band", "newness")
    told = TYPOLOGY.explain(view, P, hit, hit.events)
    assert told.reason == (
        "6 senders who are not kin of the receiver paid USD 8,900 in 7 payments within 30 days from 4 towns in 3 countries to a town on a "
        "known route; 100% of the pairs were new, 86% of the payments fit the price of a smuggling leg."
    )
    assert [(n.name, n.observed, n.line, n.unit, len(n.transfers)) for n in told.numbers] == [
        ("min_senders", 6, 5, "persons", 7), ("min_new_share", 1, 0.7, "share of pairs", 0), ("min_towns", 4, 3, "sender towns", 0),
        ("min_band_share", 0.8571, 0.5, "share of payments", 0), ("min_elsewhere", 0.8333, 0.3333333333333333, "share of senders", 0),
    ]  # fmt: skip


@pytest.mark.parametrize(("before", "share"), [(30, 1.0), (30.01, 0.7)])
def test_a_pair_is_old_that_dealt_before_the_thirty_days_of_the_last_payment(before: float, share: float) -> None:
    # The last of ten pays on day 9; three of them had dealt on one day before.
    old = [pay(f"s{i}", "c", 9 - before, CHEAP, send=GERMANY[i], pay="JP:Tokyo", channel="card") for i in range(3)]
    hit = last([*old, *crowd(GERMANY, ("TR:Van",), 10)], 10)
    assert hit
    assert hit.measures["new_share"] == share


@pytest.mark.parametrize(
    ("towns", "pays", "elsewhere"),
    [
        (("TR:Izmir", "TR:Bursa"), "TR:Ankara", 1),
        (("TR:Izmir", "TR:Bursa", "TR:Konya"), "TR:Ankara", 1),
        (("TR:Izmir", "TR:Ankara"), "TR:Ankara", 1 / 2),
        (("TR:Izmir", "TR:Ankara", "TR:"), "TR:Ankara", 1 / 3),  # the town that is left out may be Ankara
        (("TR:Izmir", "TR:Bursa", "IR:"), "TR:Ankara", 1),
        (("TR:Izmir", "TR:Bursa", "IR:"), "TR:", 1 / 3),  # where it is paid out may be Izmir or Bursa
        (("TR:Izmir", "TR:Bursa"), "TR:", None),
    ],
)
def test_elsewhere_is_another_country_or_two_towns_that_are_known(
    towns: tuple[str, ...], pays: str, elsewhere: float | None
) -> None:
    hit = last(crowd(towns, (pays,), usd=3500), 6)
    assert (hit.measures["elsewhere"] if hit else None) == elsewhere


def test_the_facet_of_prices_needs_half_of_the_payments() -> None:
    def facets(priced: int) -> tuple[str, ...]:
        rows = [pay(f"s{i}", "c", i, 3500 if i < priced else CHEAP, send=GERMANY[i % 3]) for i in range(6)]
        hit = last(rows, 6)
        return hit.facets if hit else ()

    assert facets(3) == ("corridor", "fee_band", "newness")
    assert facets(2) == ("corridor", "newness")


@pytest.mark.parametrize(("senders", "strength"), [(7, 0.6), (14, 0.8)])
def test_at_a_feast_the_line_is_higher_by_those_who_paid_at_the_last_one(senders: int, strength: float) -> None:
    # Days 100 and 455 lie within the two weeks before Eid al-Adha of 2024 and 2025; two paid at the first: 5 + 2.
    before = [pay(f"a{i}", "c", 100 + i, CHEAP, send=GERMANY[i]) for i in range(2)]
    now = [pay(f"b{i}", "c", 455 + i / 4, CHEAP, send=GERMANY[i % 3]) for i in range(senders)]
    hit = last([*before, *now], senders)
    assert hit
    assert hit.strength == strength


def strangers(people: int, gap: float, returning: int = 0) -> View:
    return bare("c", [(f"s{i}", "c", i * gap, 120 + i) for i in range(people)], returning)


def test_without_places_the_sentences_and_numbers_by_hand() -> None:
    crowd_view, few = strangers(7, 1), strangers(4, 60, 5)
    (one,), (other,) = TYPOLOGY.hits(crowd_view, P), TYPOLOGY.hits(few, P)
    # 7 x 120 + (0 + ... + 6) = 861; 4 x 120 + 6 = 486
    assert one.measures == {"returning": 0, "strangers": 7, "sum_usd": 861}
    assert other.measures == {"returning": 5, "strangers": 4, "sum_usd": 486}
    assert reason(crowd_view, one) == (
        "7 people paid USD 861, each once, and did not come back within 30 days; nothing else is known of them."
    )
    assert reason(few, other) == (
        "4 people paid USD 486, each once, and did not come back, where 5 others came back soon; nothing else is known of them."
    )
    assert other.strength == 0.4667  # four of three: 0.7 * 0.6667
    told = TYPOLOGY.explain(few, P, other, other.events)
    assert told.parts == {key_of("c"): "collector"} | {key_of(f"s{i}"): "payer" for i in range(4)}
    assert told.absent == ABSENT
    assert [(n.name, n.observed, len(n.transfers)) for n in told.numbers] == [("bare_few", 4, 4)]


def test_without_places_every_stranger_from_the_seventh_on_makes_a_finding() -> None:
    assert [len(h.events) for h in TYPOLOGY.hits(strangers(9, 1), P)] == [7, 8, 9]
    assert [len(h.events) for h in TYPOLOGY.hits(strangers(9, 5), P)] == [7, 7, 7]


@pytest.mark.parametrize(("young", "facets"), [(2, ("newness",)), (3, ())])
def test_without_places_seven_of_ten_pairs_are_known_to_be_new(young: int, facets: tuple[str, ...]) -> None:
    # Of seven, 4.9 have to be: five are, four are not. In a young stream nobody can tell.
    rows = [pay(f"s{i}", "c", i, 100, send="", pay="") for i in range(7)]
    rows[:young] = [msgspec.structs.replace(facts, stream_start_ms=START_MS) for facts in rows[:young]]
    rows.append(pay("c", "shop", 60, 20, send="", pay="", channel="merchant"))
    (hit,) = TYPOLOGY.hits(view_of("c", rows), P)
    assert hit.facets == facets


@pytest.mark.parametrize(("before", "facets"), [(30, ("newness",)), (30.01, ())])
def test_without_places_who_was_paid_more_than_thirty_days_before_is_no_new_pair(before: float, facets: tuple[str, ...]) -> None:
    # Three of seven strangers had been paid by the party, once as well: four of seven are new.
    ins = [(f"s{i}", "c", 40 + i, 100) for i in range(7)]
    view = bare("c", [*(("c", f"s{i}", 40 + i - before, 50) for i in range(3)), *ins])
    (hit,) = TYPOLOGY.hits(view, P)
    assert hit.facets == facets


def test_without_places_a_finding_is_of_the_time_of_its_last_stranger() -> None:
    for view in (strangers(9, 1), strangers(4, 60, 5)):
        assert all(h.at_ms == max(e.at_ms for e in h.events) > min(e.at_ms for e in h.events) for h in TYPOLOGY.hits(view, P))
    assert [h.at_ms for h in TYPOLOGY.hits(strangers(8, 1), P)] == [START_MS + day * 86_400_000 for day in (6, 7)]
