"""TS-F02 at its lines: receivers, towns of one route, the slow form, and the family whose journey it must not be."""

import itertools
from typing import Any

import msgspec
import pytest

from schemas.corridors import corridors
from schemas.observation import SENDER, TransferFacts
from schemas.transfer import PHONE
from streams.domain.entity import fresh
from streams.domain.event import event_of
from streams.domain.memory import remember, upsert
from streams.domain.view import View
from streams.typologies.build import key_of, pay, view_of
from streams.typologies.ts_f02_hub_fan_out import TYPOLOGY

P = TYPOLOGY.parameters
VAN, URMIA, EDIRNE, ISTANBUL, ZARANJ = "TR:Van", "IR:Urmia", "TR:Edirne", "TR:Istanbul", "AF:Zaranj"
NAMES = {"head": (b"aziz", b"karim"), "other": (b"karim", b"laila")}
CREW = (VAN, VAN, URMIA, EDIRNE)  # four helpers, three towns of one route, in no order of a journey


def paid(towns: tuple[str, ...], gap: float = 5, usd: float = 300, **how: object) -> list[TransferFacts]:
    return [pay("head", f"h{i}", i * gap, usd, pay=town, **how) for i, town in enumerate(towns)]  # type: ignore[arg-type]


def seen(rows: list[TransferFacts]) -> View:
    return view_of("head", rows)


def strengths(view: View) -> list[float]:
    return [h.strength for h in TYPOLOGY.hits(view, P)] if TYPOLOGY.gate(view, P) else []


def parts(view: View) -> dict[bytes, str]:
    best = max(TYPOLOGY.hits(view, P), key=lambda h: h.strength)
    return TYPOLOGY.explain(view, P, best, best.events).parts


def entity(facts: TransferFacts, side: str) -> TransferFacts:
    firm = msgspec.structs.replace(getattr(facts, side), is_person=False)
    return msgspec.structs.replace(facts, **{side: firm})


def test_four_receivers_in_two_towns_are_at_the_line() -> None:
    assert strengths(seen(paid(CREW))) == [0.6]
    assert strengths(seen(paid(CREW[:3]))) == []


def test_strength_is_full_at_three_times_the_line() -> None:
    assert max(strengths(seen(paid(CREW * 3, 2)))) == 1.0


def test_receivers_count_once_however_often_they_are_paid() -> None:
    again = [pay("head", "h0", 1 + i, 300, pay=VAN) for i in range(5)]
    assert strengths(seen([*paid((VAN, URMIA, EDIRNE), 5), *again])) == []


@pytest.mark.parametrize(("gap", "hits"), [(10, 1), (10.1, 0)])
def test_the_window_is_thirty_days(gap: float, hits: int) -> None:
    assert len(strengths(seen(paid(CREW, gap)))) == hits


def test_towns_of_different_routes_are_not_one_route() -> None:
    assert strengths(seen(paid(("MX:Tijuana", "MX:Tijuana", URMIA, URMIA)))) == []


def test_big_cities_alone_are_no_route() -> None:
    assert strengths(seen(paid((ISTANBUL, ISTANBUL, "IR:Tehran", "IR:Tehran")))) == []
    assert strengths(seen(paid((ISTANBUL, ISTANBUL, VAN, ISTANBUL)))) == [0.6]


def test_towns_of_a_labour_route_are_no_smuggling_route() -> None:
    assert strengths(seen(paid(("KZ:Shymkent", "KZ:Shymkent", "UZ:Termez", "UZ:Termez")))) == []


@pytest.mark.parametrize(("helpers", "strength"), [(7, []), (8, [0.6]), (24, [1.0])])
def test_a_crowd_in_one_border_town_needs_eight(helpers: int, strength: list[float]) -> None:
    assert strengths(seen(paid((ZARANJ,) * helpers, 1)))[-1:] == strength


def test_a_crowd_in_one_big_city_is_nothing() -> None:
    assert strengths(seen(paid((ISTANBUL,) * 9, 1))) == []


@pytest.mark.parametrize(
    "towns",
    [
        (ZARANJ, URMIA, VAN, EDIRNE),
        (ZARANJ, URMIA, VAN, EDIRNE, "PK:Quetta"),  # the guarantor at home is paid last
    ],
)
def test_a_journey_paid_in_order_is_a_familys(towns: tuple[str, ...]) -> None:
    assert strengths(seen(paid(towns))) == []


@pytest.mark.parametrize("towns", [(EDIRNE, VAN, URMIA, ZARANJ), (VAN, ZARANJ, EDIRNE, URMIA), (ZARANJ, URMIA, VAN, VAN)])
def test_other_orders_and_two_people_in_one_town_are_no_journey(towns: tuple[str, ...]) -> None:
    assert strengths(seen(paid(towns))) == [0.6]


def standing(payments: int, usd: float = 250, helpers: int = 4) -> list[TransferFacts]:
    towns = (VAN, URMIA, VAN, EDIRNE)
    return [pay("head", f"h{i % helpers}", i * 40, usd, pay=towns[i % helpers]) for i in range(payments)]


@pytest.mark.parametrize(("payments", "strength"), [(5, []), (6, [0.6])])
def test_a_standing_crew_needs_six_payments_a_year(payments: int, strength: list[float]) -> None:
    assert strengths(seen(standing(payments))) == strength


@pytest.mark.parametrize(("usd", "fires"), [(65, False), (66, True), (3300, True), (3301, False)])
def test_the_slow_form_asks_for_the_sums_of_the_source(usd: float, fires: bool) -> None:
    assert bool(strengths(seen(standing(6, usd)))) is fires


def test_the_slow_form_looks_back_a_year() -> None:
    rows = standing(5)
    assert strengths(seen([*rows, pay("head", "h1", 364, 250, pay=URMIA)])) == [0.6]
    assert strengths(seen([*rows, pay("head", "h1", 366, 250, pay=URMIA)])) == []


def test_three_helpers_over_a_year_are_too_few() -> None:
    assert strengths(seen([*standing(9, helpers=3), pay("head", "z", 330, 250, pay="MX:Tijuana")])) == []


def test_rounds_each_with_its_own_receiver_are_no_standing_crew() -> None:
    rounds = [pay("head", f"r{i // 2}", 40 * i, 900, pay=(VAN, URMIA)[i // 2 % 2]) for i in range(8)]
    assert strengths(seen(rounds)) == []


def test_businesses_neither_pay_nor_receive_here() -> None:
    rows = paid(CREW)
    assert strengths(seen([entity(r, "sender") for r in rows])) == []
    assert strengths(seen([entity(rows[0], "receiver"), *rows[1:]])) == []


@pytest.mark.parametrize("how", [{"channel": "payroll"}, {"channel": "merchant"}, {"purpose": "rent"}, {"relation": "spouse"}])
def test_wages_shops_rent_and_kin_do_not_count(how: dict[str, Any]) -> None:
    assert strengths(seen(paid(CREW, **how))) == []


def test_a_payer_with_wages_is_weak_and_counts_as_family() -> None:
    wages = pay("firm", "head", 1, 900, send="DE:Hamburg", pay="DE:Hamburg", channel="payroll", entity_sender=True)
    plain, waged = seen(paid(CREW)), seen([wages, *paid(CREW)])
    assert (strengths(plain), parts(plain)[key_of("head")]) == ([0.6], "coordinator")
    assert (strengths(waged), parts(waged)[key_of("head")]) == ([0.45], "payer")


def test_the_receivers_part_stays_open() -> None:
    assert {part for key, part in parts(seen(paid(CREW))).items() if key != key_of("head")} == {"recipient"}


def facets(rows: list[TransferFacts]) -> set[str]:
    view = seen(rows)
    return set(itertools.chain.from_iterable(h.facets for h in TYPOLOGY.hits(view, P)))


def test_facets_name_price_and_newness_only_where_they_hold() -> None:
    assert facets(paid(CREW, usd=600)) == {"corridor", "fee_band", "newness"}
    assert facets(paid(CREW, usd=40)) == {"corridor", "newness"}
    old = [pay("head", f"h{i}", -60 + i, 600, pay="DE:Berlin") for i in range(2)]
    assert facets([*old, *paid(CREW, usd=600)]) == {"corridor", "fee_band"}


@pytest.mark.parametrize(("dear", "holds"), [(2, True), (1, False)])
def test_half_the_payments_in_a_fee_band_are_the_facet(dear: int, holds: bool) -> None:
    sums = [600] * dear + [40] * (4 - dear)
    rows = [pay("head", f"h{i}", i, v, pay=t) for i, (v, t) in enumerate(zip(sums, CREW, strict=True))]
    assert ("fee_band" in facets(rows)) is holds


@pytest.mark.parametrize(("old", "holds"), [(3, True), (4, False)])
def test_seven_of_ten_new_pairs_are_the_facet(old: int, holds: bool) -> None:
    before = [pay("head", f"h{i}", -60 + i, 600, pay="DE:Berlin") for i in range(old)]
    view = seen([*before, *paid((VAN, URMIA) * 5, 1)])
    assert ("newness" in list(TYPOLOGY.hits(view, P))[-1].facets) is holds


def test_in_the_slow_form_a_pair_of_this_year_is_new() -> None:
    assert "newness" in facets(standing(6))


def test_wages_after_the_payments_say_nothing_yet() -> None:
    wages = pay("firm", "head", 16, 900, send="DE:Hamburg", pay="DE:Hamburg", channel="payroll", entity_sender=True)
    assert strengths(seen([*paid(CREW), wages])) == [0.6]


@pytest.mark.parametrize(
    ("rows", "line", "observed", "words"),
    [
        (paid(CREW, usd=600), "min_receivers", 4, "4 people who are not kin in 3 towns of smuggling routes"),
        (paid((ZARANJ,) * 8, 1), "crowd", 8, "8 people who are not kin in 1 town of smuggling routes (Zaranj (AF)), 8 payments of together USD 2,400 within 30 days"),
        (standing(6), "slow_payments", 6, "6 payments of together USD 1,500 within 365 days"),
    ],
)  # fmt: skip
def test_the_explanation_holds_the_numbers_of_its_form(rows: list[TransferFacts], line: str, observed: float, words: str) -> None:
    view = seen(rows)
    best = next(TYPOLOGY.hits(view, P))
    told = TYPOLOGY.explain(view, P, best, best.events)
    assert (told.numbers[0].name, told.numbers[0].observed) == (line, observed)
    assert words in told.reason
    assert told.absent == ()


def test_missing_towns_are_said_to_be_absent() -> None:
    view = seen([*paid(CREW), pay("head", "far", 30, 300, pay="TR")])
    best = next(TYPOLOGY.hits(view, P))
    assert TYPOLOGY.explain(view, P, best, best.events).absent == ("town of some receivers",)


def test_price_and_newness_are_told_as_shares() -> None:
    view = seen([pay("head", "h0", -60, 600, pay="DE:Berlin"), *paid(CREW[:3], usd=600), pay("head", "h3", 20, 40, pay=EDIRNE)])
    best = next(TYPOLOGY.hits(view, P))
    assert "75% of them fit the price of a leg, 75% of the pairs were new" in TYPOLOGY.explain(view, P, best, best.events).reason


def test_a_phone_shared_by_strangers_is_not_one_payer() -> None:
    state = fresh(PHONE, "")
    for who, rows in (("head", paid(CREW)[:2]), ("other", paid(CREW)[2:])):
        for facts in rows:
            sender = msgspec.structs.replace(facts.sender, key=key_of(who), name_keys=NAMES[who])
            own = msgspec.structs.replace(facts, sender=sender)
            remember(state, own)
            upsert(state, event_of(own, SENDER), True)
    strangers = View(key_of("phone"), state, corridors())
    assert strengths(strangers) == []
    alias = msgspec.structs.replace(state.profiles[key_of("other")], name_keys=NAMES["head"])
    state.profiles[key_of("other")] = alias
    assert strengths(View(key_of("phone"), state, corridors())) == [0.6]
