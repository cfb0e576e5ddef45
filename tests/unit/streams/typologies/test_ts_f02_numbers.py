"""TS-F02: its measures, sentences and strengths by hand, which payments a form counts, and what is a journey."""

import msgspec
import pytest

from schemas.observation import TransferFacts
from streams.domain.view import View
from streams.typologies.base import Explanation, Hit
from streams.typologies.build import START_MS, bare, key_of, pay, view_of
from streams.typologies.ts_f02_hub_fan_out import TYPOLOGY

P = TYPOLOGY.parameters
VAN, URMIA, EDIRNE, ISTANBUL, ZARANJ, HERAT = "TR:Van", "IR:Urmia", "TR:Edirne", "TR:Istanbul", "AF:Zaranj", "AF:Herat"
CREW = (VAN, VAN, URMIA, EDIRNE)


def paid(towns: tuple[str, ...], gap: float = 5, usd: float = 600, who: str = "h") -> list[TransferFacts]:
    return [pay("head", f"{who}{i}", i * gap, usd, pay=town) for i, town in enumerate(towns)]


def hits(rows: list[TransferFacts]) -> list[Hit]:
    view = view_of("head", rows)
    return list(TYPOLOGY.hits(view, P)) if TYPOLOGY.gate(view, P) else []


def told(rows: list[TransferFacts]) -> Explanation:
    best = hits(rows)[-1]
    return TYPOLOGY.explain(view_of("head", rows), P, best, best.events)


def numbers(explanation: Explanation) -> list[tuple[str, float, float]]:
    return [(n.name, n.observed, n.line) for n in explanation.numbers]


def test_along_a_route_every_measure_and_the_whole_sentence_by_hand() -> None:
    # 600 x 4 + 40 = 2,440; 600 fits a leg to Turkey and to Iran, 40 does not: 4 of 5. h0 was paid long before: 3 of 4 are new.
    rows = [pay("head", "h0", -40, 40, pay="DE:Berlin"), *paid(CREW), pay("head", "h1", 16, 40, pay=VAN)]
    hit = hits(rows)[-1]
    assert hit.measures == {
        "receivers": 4, "payments": 5, "towns": 3, "band_share": 0.8, "new_share": 0.75, "wages": False, "sum_usd": 2440, "days": 30,
        "crowd": False, "slow": False,
    }  # fmt: skip
    why = told(rows)
    assert why.reason == (
        "One person paid 4 people who are not kin in 3 towns of smuggling routes (Edirne (TR), Urmia (IR), Van (TR)), 5 payments of together "
        "USD 2,440 within 30 days; 80% of them fit the price of a leg, 75% of the pairs were new."
    )
    assert numbers(why) == [("min_receivers", 4, 4), ("min_towns", 3, 2)]
    assert why.parts == {key_of("head"): "coordinator"} | {key_of(f"h{i}"): "recipient" for i in range(4)}


def test_of_more_than_five_towns_five_are_named() -> None:
    rows = paid((VAN, ZARANJ, URMIA, "IR:Salmas", HERAT, EDIRNE, VAN), 1)
    assert "in 6 towns of smuggling routes (Edirne (TR), Herat (AF), Salmas (IR), Urmia (IR), Van (TR)), 7" in told(rows).reason


def test_the_form_that_stands_furthest_over_its_line_is_told() -> None:
    along = paid((VAN, URMIA) * 4, 1)  # eight of four, and eight of eight
    crowd = paid((ZARANJ,) * 10, 1)
    assert [(h.strength, h.measures["crowd"]) for h in hits(along)][-1] == (0.8, False)
    assert [(h.strength, h.measures["crowd"]) for h in hits(crowd)] == [(0.6, True), (0.625, True), (0.65, True)]
    assert numbers(told(along)) == [("min_receivers", 8, 4), ("min_towns", 2, 2)]
    assert numbers(told(crowd)) == [("crowd", 10, 8), ("min_towns", 1, 2)]


def test_of_two_routes_the_one_with_more_receivers_is_told() -> None:
    # Four in Turkey and Iran on the way west, five in Mexico on the way north; Istanbul lies on both.
    west, north = paid((VAN, URMIA, VAN, ISTANBUL), 1, who="w"), paid(("MX:Tijuana", "MX:Cancun") * 2, 1, who="n")
    hit = hits(sorted([*west, *north], key=lambda f: f.at_ms))[-1]
    assert {e.pay.town for e in hit.events} == {"tijuana", "cancun", "istanbul"}
    assert (hit.measures["receivers"], hit.strength) == (5, 0.65)  # five of four


def test_of_two_routes_with_as_many_receivers_the_first_by_name_is_told() -> None:
    for west, north in ((1, 1.1), (1.1, 1)):
        rows = [*paid((VAN, URMIA) * 2, west, who="w"), *paid(("MX:Tijuana", "MX:Cancun") * 2, north, who="n")]
        assert {e.pay.country for e in hits(rows)[-1].events} == {"MX"}  # R-CAUS comes before R-WASIA, whichever was paid last


def slow(payments: int, usd: float = 250, gap: float = 40) -> list[TransferFacts]:
    towns = (VAN, URMIA, VAN, EDIRNE)
    return [pay("head", f"h{i % 4}", i * gap, usd, pay=towns[i % 4]) for i in range(payments)]


def test_over_a_year_strength_and_numbers_count_payments() -> None:
    why = told(slow(9))
    assert [h.strength for h in hits(slow(9))] == [0.6, 0.6333, 0.6667, 0.7]
    assert numbers(why) == [("slow_payments", 9, 6), ("min_towns", 3, 2)]
    assert "9 payments of together USD 2,250 within 365 days" in why.reason


def test_over_a_year_sums_beyond_the_sources_are_neither_counted_nor_the_last() -> None:
    dear = pay("head", "h0", 201, 3301, pay=VAN)
    small = pay("head", "h0", 201, 65.99, pay=VAN)
    for other in (dear, small):
        assert [h.measures["payments"] for h in hits([*slow(6), other])] == [6]
        rows = [*slow(5), msgspec.structs.replace(other, at_ms=START_MS + 170 * 86_400_000), slow(6)[-1]]
        assert [h.measures["payments"] for h in hits(rows)] == [6]


def test_over_a_year_of_two_routes_the_one_with_more_payments_is_told() -> None:
    # Edirne lies on the way from the east (ten of the payments) and at the start of the Balkan one (eight).
    towns = (EDIRNE, VAN, "RS:Presevo", EDIRNE, URMIA, "BA:Bihac", VAN, "RS:Subotica")
    crew = [pay("head", f"h{i}", i * 11, 250, pay=town) for i, town in enumerate(towns)]
    again = [pay("head", f"h{i % 8}", 88 + i * 40, 250, pay=towns[i % 8]) for i in (0, 1, 3, 4)]
    best = hits([*crew, *again, pay("head", "h0", 300, 250, pay=EDIRNE)])[-1]
    assert {e.pay.country for e in best.events} == {"TR", "IR"}
    assert best.measures["payments"] == 10


@pytest.mark.parametrize(("towns", "is_journey"), [
    ((ZARANJ, HERAT, URMIA, VAN), True),
    ((HERAT, ZARANJ, URMIA, VAN), True),  # but for one
    ((VAN, ZARANJ, HERAT, URMIA), True),
    ((ZARANJ, VAN, HERAT, URMIA), True),
    ((HERAT, ZARANJ, VAN, URMIA), False),  # two are out of order
    ((ZARANJ, HERAT, URMIA, VAN, EDIRNE), True),
    ((ZARANJ, VAN, HERAT, EDIRNE, URMIA), False),
    ((VAN, HERAT, URMIA, ZARANJ, EDIRNE), False),
    ((EDIRNE, ZARANJ, HERAT, URMIA, VAN), True),
    ((ZARANJ, HERAT, URMIA, URMIA), False),  # two people in one town
])  # fmt: skip
def test_a_journey_is_paid_in_order_but_for_one_each_in_a_town_of_his_own(towns: tuple[str, ...], is_journey: bool) -> None:
    assert (hits(paid(towns)) == []) is is_journey


def test_a_station_is_where_somebody_was_first_paid() -> None:
    # h0 is paid again, further on: the four stations stay in order.
    assert hits([*paid((ZARANJ, HERAT, URMIA, VAN)), pay("head", "h0", 16, 600, pay=HERAT)]) == []


@pytest.mark.parametrize(("order", "fires"), [("abcdba", True), ("aabcdd", False), ("abbbcd", False), ("abcdda", True)])
def test_a_standing_crew_is_paid_again_after_others_were(order: str, fires: bool) -> None:
    towns = {"a": VAN, "b": URMIA, "c": VAN, "d": EDIRNE}
    assert bool(hits([pay("head", who, i * 40, 250, pay=towns[who]) for i, who in enumerate(order)])) is fires


@pytest.mark.parametrize(("before", "share"), [(30, 1.0), (30.01, 0.75)])
def test_a_pair_is_old_that_dealt_more_than_thirty_days_before(before: float, share: float) -> None:
    assert hits([pay("head", "h0", -before, 40, pay="DE:Berlin"), *paid(CREW)])[-1].measures["new_share"] == share


def test_over_a_year_a_pair_is_old_that_dealt_more_than_a_year_before() -> None:
    for before, share in ((365, 1.0), (366, 0.75)):
        rows = [pay("head", "h0", -before, 40, pay="DE:Berlin"), *slow(6)]
        assert hits(rows)[-1].measures["new_share"] == share


def hub(receivers: int, payers: int, gap: float = 1, returning: int = 0) -> View:
    ins = [(f"p{i}", "head", 0, 100 + i) for i in range(payers)]
    return bare("head", [*ins, *(("head", f"h{i}", 5 + i * gap, 110 + i) for i in range(receivers))], returning)


def test_without_places_the_sentences_numbers_and_strengths_by_hand() -> None:
    crowd, few = hub(7, 6), hub(4, 0, 60, 5)
    one, other = list(TYPOLOGY.hits(crowd, P))[-1], next(TYPOLOGY.hits(few, P))
    # 7 x 110 + 21 = 791; 4 x 110 + 6 = 446
    assert one.measures == {"payers": 6, "returning": 0, "strangers": 7, "sum_usd": 791}
    assert other.measures == {"payers": 0, "returning": 5, "strangers": 4, "sum_usd": 446}
    assert (one.strength, other.strength) == (0.4433, 0.4667)  # 0.7 x (0.6 + 0.2 x 1/6); 0.7 x (0.6 + 0.2 x 1/3)
    assert (one.facets, other.facets) == (("newness",), ("newness",))
    assert TYPOLOGY.explain(crowd, P, one, one.events).reason == (
        "One party paid 7 people USD 791, each once and not again within 30 days, after 6 others had paid in once; nothing else is known of them."
    )
    assert TYPOLOGY.explain(few, P, other, other.events).reason == (
        "One party paid 4 people USD 446, each once and not again, where 5 others came back soon; nothing else is known of them."
    )


def test_without_places_every_payment_from_the_sixth_on_makes_a_finding() -> None:
    assert [len(h.events) for h in TYPOLOGY.hits(hub(8, 5), P)] == [6, 7, 8]
    assert [len(h.events) for h in TYPOLOGY.hits(hub(8, 5, gap=6), P)] == [6, 6, 6]


@pytest.mark.parametrize(("young", "facets"), [(1, ("newness",)), (2, ())])
def test_without_places_seven_of_ten_pairs_are_known_to_be_new(young: int, facets: tuple[str, ...]) -> None:
    # Of six, 4.2 have to be: five are, four are not. In a young stream nobody can tell.
    ins = [pay(f"p{i}", "head", i, 100, send="", pay="") for i in range(5)]
    outs = [pay("head", f"h{i}", 6 + i, 100, send="", pay="") for i in range(6)]
    outs[:young] = [msgspec.structs.replace(facts, stream_start_ms=START_MS) for facts in outs[:young]]
    (hit,) = TYPOLOGY.hits(view_of("head", [*ins, *outs, pay("head", "shop", 60, 20, send="", pay="", channel="merchant")]), P)
    assert hit.facets == facets


@pytest.mark.parametrize(("before", "facets"), [(30, ("newness",)), (30.01, ())])
def test_without_places_who_had_paid_in_more_than_thirty_days_before_is_no_new_pair(
    before: float, facets: tuple[str, ...]
) -> None:
    # Two of the six who are paid had paid in themselves, once as well: four of six are new.
    ins = [(f"h{i}", "head", 40 + i - before, 50) for i in range(2)] + [(f"p{i}", "head", 20, 50) for i in range(5)]
    view = bare("head", [*ins, *(("head", f"h{i}", 40 + i, 100) for i in range(6))])
    (hit,) = TYPOLOGY.hits(view, P)
    assert hit.facets == facets


def test_without_places_a_finding_is_of_the_time_of_the_last_payment() -> None:
    assert [h.at_ms for h in TYPOLOGY.hits(hub(7, 5), P)] == [START_MS + day * 86_400_000 for day in (10, 11)]


@pytest.mark.parametrize(("channel", "day", "wages"), [
    ("payroll", 15, True), ("payroll", 15.01, False), ("payroll", 6, True), ("wallet_to_wallet", 6, False), ("bank_transfer", 6, False),
])  # fmt: skip
def test_wages_are_what_was_paid_as_such_by_the_last_payment(channel: str, day: float, wages: bool) -> None:
    # The crew is paid on days 0, 5, 10 and 15.
    hit = hits([*paid(CREW), pay("firm", "head", day, 900, send="DE:Bonn", pay="DE:Bonn", channel=channel, entity_sender=True)])[
        0
    ]
    assert (hit.measures["wages"], hit.strength) == (wages, 0.45 if wages else 0.6)
