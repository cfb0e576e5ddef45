"""TS-S04 at its lines: towns in order, small sums, the pace of a journey; and that the person is protected."""

import itertools

import msgspec
import pytest

from schemas.corridors import corridors
from schemas.observation import RECEIVER, TransferFacts
from schemas.transfer import PHONE
from streams.domain.entity import fresh
from streams.domain.event import event_of
from streams.domain.memory import remember, upsert
from streams.domain.view import View
from streams.typologies.base import Hit
from streams.typologies.build import key_of, pay, view_of
from streams.typologies.ts_s04_moving_receiver import TYPOLOGY

P = TYPOLOGY.parameters
NAMES = {"mother": (b"karim", b"laila"), "son": (b"aziz", b"karim")}
WAY = ("AF:Zaranj", "IR:Urmia", "TR:Van")


def way(towns: tuple[str, ...] = WAY, gap: float = 9, usd: float = 200, payers: int = 1, **how: object) -> list[TransferFacts]:
    return [pay(f"p{i % payers}", "r", i * gap, usd, pay=t, **how) for i, t in enumerate(towns)]  # type: ignore[arg-type]


def seen(rows: list[TransferFacts]) -> View:
    return view_of("r", rows)


def found(rows: list[TransferFacts]) -> list[Hit]:
    view = seen(rows)
    return list(TYPOLOGY.hits(view, P)) if TYPOLOGY.gate(view, P) else []


def part(rows: list[TransferFacts]) -> str:
    best = max(found(rows), key=lambda h: h.strength)
    return TYPOLOGY.explain(seen(rows), P, best, best.events).parts[key_of("r")]


def test_three_towns_in_order_are_at_the_line() -> None:
    assert [h.strength for h in found(way())] == [0.6]
    assert found(way(WAY[:2] + WAY[1:2] * 2)) == []


def test_each_further_town_makes_it_stronger() -> None:
    far = ("AF:Zaranj", "PK:Quetta", "IR:Saravan", "IR:Urmia", "TR:Van", "TR:Edirne")
    assert [h.strength for h in found(way(far))] == [0.6, 0.6667, 0.7333, 0.8]


@pytest.mark.parametrize(("usd", "hits"), [(1000, 1), (1000.01, 0)])
def test_each_sum_is_at_most_a_thousand_dollars(usd: float, hits: int) -> None:
    assert len(found(way(usd=usd))) == hits


@pytest.mark.parametrize(("gap", "hits"), [(30, 1), (30.1, 0), (1, 1), (0.99, 0)])
def test_the_journey_takes_two_to_sixty_days(gap: float, hits: int) -> None:
    assert len(found(way(gap=gap))) == hits


def test_two_visits_on_one_day_in_one_town_are_no_haste() -> None:
    twice = [*way()[:2], pay("p0", "r", 9.2, 50, pay=WAY[1]), way()[2]]
    assert [len(h.events) for h in found(twice)] == [4]


@pytest.mark.parametrize("towns", [("TR:Van", "IR:Urmia", "AF:Zaranj"), (WAY[0], WAY[2], WAY[1]), (WAY[1], WAY[0], WAY[2])])
def test_the_other_way_and_two_towns_in_order_are_no_journey(towns: tuple[str, ...]) -> None:
    assert found(way(towns)) == []


def test_a_detour_does_not_hide_the_journey() -> None:
    assert [len(h.events) for h in found(way((WAY[0], WAY[2], WAY[1], WAY[2])))] == [3]
    assert [h.measures["towns"] for h in found(way((WAY[0], "MX:Tijuana", WAY[1], WAY[2])))] == [3]


def test_leaving_out_a_town_never_adds_a_finding() -> None:
    for towns in itertools.permutations((*WAY, "IR:Tehran", "TR:Edirne")):
        every = {(h.at_ms, h.strength) for h in found(way(towns))}
        for gone in range(5):
            rows = way(towns)
            rows[gone] = msgspec.structs.replace(rows[gone], pay_place=type(rows[gone].pay_place)(towns[gone][:2], ""))
            for hit in found(rows):
                assert any(hit.at_ms == at and hit.strength <= value for at, value in every)


def test_towns_of_a_labour_route_are_no_smuggling_route() -> None:
    assert found(way(("KG:Batken", "UZ:Termez", "KZ:Shymkent"))) == []


@pytest.mark.parametrize(
    ("channel", "hits"), [("account_to_cash", 1), ("wallet_to_cash", 1), ("bank_transfer", 0), ("payroll", 0)]
)
def test_only_what_is_handed_out_at_a_counter_shows_where_somebody_is(channel: str, hits: int) -> None:
    assert len(found(way(channel=channel))) == hits


def test_money_sent_to_oneself_or_by_a_firm_does_not_count() -> None:
    assert found([pay("r", "r", i * 9, 200, pay=t) for i, t in enumerate(WAY)]) == []
    assert found(way(entity_sender=True)) == []


def test_what_is_paid_out_is_not_collected() -> None:
    assert found([pay("r", "x", i * 9, 200, pay=t) for i, t in enumerate(WAY)]) == []


def test_a_relatives_payments_count() -> None:
    assert len(found(way(relation="kin", surname=True))) == 1


def test_who_is_paid_by_few_and_keeps_it_is_to_be_protected() -> None:
    assert part(way()) == "migrant"
    assert part(way((*WAY, "TR:Edirne"), payers=4)) == "migrant"


def test_who_is_paid_by_five_may_be_a_collector() -> None:
    assert part(way((WAY[0], *WAY, "TR:Edirne"), payers=5)) == "recipient"


def test_cash_for_oneself_and_payments_before_the_journey_are_not_passed_on() -> None:
    own = [pay("r", "", 10, 500, send="TR:Van", channel="cash_out"), pay("r", "r", 11, 1_000, send="TR:Van")]
    assert part([*way(), *own]) == "migrant"
    assert part([pay("r", "x", -9, 900, send="AF:Zaranj"), *way(), pay("r", "x", 30, 900, send="TR:Van")]) == "migrant"


def test_the_explanation_holds_towns_sums_and_days() -> None:
    view = seen([*way(), pay("x", "r", 40, 10, pay="DE")])
    best = next(TYPOLOGY.hits(view, P))
    told = TYPOLOGY.explain(view, P, best, best.events)
    assert {n.name: n.observed for n in told.numbers} == {"min_towns": 3, "max_usd": 200}
    assert (
        "collected USD 600 in small sums of 1 payer in 3 towns that follow a known route (Zaranj (AF), Urmia (IR), Van (TR)) within 18 days"
        in told.reason
    )
    assert told.absent == ("town of some payments",)
    assert TYPOLOGY.explain(seen(way()), P, best, best.events).absent == ()
    assert TYPOLOGY.explain(seen([*way(), pay("r", "x", 40, 10, pay="DE")]), P, best, best.events).absent == ()


def test_a_phone_shared_by_a_household_is_not_one_traveller() -> None:
    state = fresh(PHONE, "")
    for who, facts in zip(("mother", "son", "son"), way(), strict=True):
        receiver = facts.receiver
        assert receiver
        own = msgspec.structs.replace(facts, receiver=msgspec.structs.replace(receiver, key=key_of(who), name_keys=NAMES[who]))
        remember(state, own)
        upsert(state, event_of(own, RECEIVER), True)

    def hits() -> list[Hit]:
        view = View(key_of("phone"), state, corridors())
        return list(TYPOLOGY.hits(view, P)) if TYPOLOGY.gate(view, P) else []

    assert hits() == []
    state.profiles[key_of("mother")] = msgspec.structs.replace(state.profiles[key_of("mother")], name_keys=NAMES["son"])
    assert [h.strength for h in hits()] == [0.6]


@pytest.mark.parametrize(("passed", "expected"), [(359, "migrant"), (360, "recipient")])
def test_who_passes_the_money_on_may_be_a_collector(passed: float, expected: str) -> None:
    for to in ("boss", *"abcdefg"):
        assert part([*way(), pay("r", to, 17, passed, send="TR:Van")]) == expected


def test_money_held_back_for_a_migrant_can_harm_so_nothing_is_blocked() -> None:
    for rows, hold in ((way(), True), (way((WAY[0], *WAY, "TR:Edirne"), payers=5), False)):
        best = max(found(rows), key=lambda h: h.strength)
        assert TYPOLOGY.explain(seen(rows), P, best, best.events).do_not_block is hold


def test_the_reading_says_whether_the_receiver_is_to_be_protected() -> None:
    for rows, words in (
        (way(), "as a person on the way does; possibly someone being smuggled"),
        (way((WAY[0], *WAY, "TR:Edirne"), payers=5), "and is paid by many or passes the money on"),
    ):
        best = max(found(rows), key=lambda h: h.strength)
        assert words in TYPOLOGY.explain(seen(rows), P, best, best.events).reason
