"""TS-F08 at its lines: newcomers, growth, who brought them, and the client who begins to collect."""

from typing import Any

import msgspec
import pytest

from schemas.observation import TransferFacts
from streams.domain.entity import Story
from streams.domain.event import DAY_MS
from streams.domain.view import View
from streams.typologies.build import START_MS, key_of, pay, view_of
from streams.typologies.ts_f08_network_growth import TYPOLOGY

P = TYPOLOGY.parameters
TOWNS = ("DE:Hamburg", "DE:Munich", "DE:Bonn")


def paid(days: list[float], usd: float = 550, first: int = 0, towns: tuple[str, ...] = TOWNS, **how: Any) -> list[TransferFacts]:
    return [pay(f"p{first + i}", "head", day, usd, send=towns[i % len(towns)], **how) for i, day in enumerate(days)]


def grown(new: int = 5, old: int = 5, gap: float = 1, **how: Any) -> list[TransferFacts]:
    """Old payers eight days apart, new ones two months after the last of them."""
    return paid([8 * i for i in range(old)] + [8 * old + 60 + i * gap for i in range(new)], **how)


def strengths(rows: list[TransferFacts], stories: dict[str, Story] | None = None) -> list[float]:
    view = view_of("head", rows, stories)
    return [h.strength for h in TYPOLOGY.hits(view, P)] if TYPOLOGY.gate(view, P) else []


def test_five_newcomers_to_a_network_of_five_are_at_the_line() -> None:
    assert strengths(grown()) == [0.6]
    assert strengths(grown(new=4, old=6)) == []
    assert strengths(grown(new=5, old=4)) == []


@pytest.mark.parametrize(("old", "fires"), [(10, True), (11, False)])
def test_newcomers_are_half_as_many_as_those_before(old: int, fires: bool) -> None:
    assert bool(strengths(grown(5, old))) is fires


@pytest.mark.parametrize(("gap", "fires"), [(7.5, True), (7.6, False)])
def test_the_window_is_thirty_days(gap: float, fires: bool) -> None:
    assert bool(strengths(grown(gap=gap))) is fires


def test_strength_grows_with_those_who_were_brought() -> None:
    assert max(strengths(grown(15, 5, gap=0.1))) == 1.0


def test_towns_of_their_own_and_the_collectors_town_bring_nobody() -> None:
    assert strengths(grown(towns=tuple(f"DE:Town{i}" for i in range(10)))) == []
    assert strengths(grown(towns=("TR:Van",), pay="TR:Van", usd=800)) == []
    assert strengths(grown(towns=("DE",))) == []


def test_a_collectors_town_that_is_left_out_brings_nobody_either() -> None:
    assert strengths(grown(towns=("TR:Van",), pay="TR", usd=800)) == []
    assert strengths(grown(towns=("TR:Izmir",), pay="TR:Van", usd=800)) != []
    assert strengths(grown(towns=("DE:Bonn",), pay="TR")) != []


def with_phone(facts: TransferFacts, phone: str, names: tuple[bytes, ...] = ()) -> TransferFacts:
    own = pay("x", "y", 0, 1, phone=phone).sender.identifiers
    return msgspec.structs.replace(
        facts, sender=msgspec.structs.replace(facts.sender, identifiers=own, name_keys=names or facts.sender.name_keys)
    )


def test_a_shared_contact_brings_strangers_but_not_a_household() -> None:
    rows = grown(towns=tuple(f"DE:Town{i}" for i in range(10)))
    assert strengths([with_phone(r, f"phone{i % 5}") for i, r in enumerate(rows)]) == [0.6]
    assert strengths([with_phone(r, f"phone{i % 5}", (b"%d" % (i % 5),)) for i, r in enumerate(rows)]) == []
    four = [with_phone(r, f"phone{i % 5}" if i % 5 else f"own{i}") for i, r in enumerate(rows)]
    assert strengths(four) == []


@pytest.mark.parametrize(("lead", "fires"), [(1.0, True), (0.99, False)])
def test_word_of_mouth_takes_a_day(lead: float, fires: bool) -> None:
    seeds = paid([0, 0, 0, 0, 0], towns=tuple(f"DE:Town{i}" for i in range(5)))
    brought = paid([lead] * 5, first=5, towns=tuple(f"DE:Town{i}" for i in range(5)))
    assert bool(strengths([*seeds, *brought])) is fires


@pytest.mark.parametrize(
    "how", [{"purpose": "rent"}, {"relation": "spouse"}, {"channel": "card"}, {"usd": 20, "pay": "DE:Berlin"}]
)
def test_rent_kin_purchases_and_sums_without_a_price_do_not_count(how: dict[str, Any]) -> None:
    assert strengths(grown(**how)) == []


@pytest.mark.parametrize(("new", "priced", "fires"), [(5, 3, True), (5, 2, False), (6, 3, True)])
def test_half_the_first_payments_fit_a_price_or_a_route(new: int, priced: int, fires: bool) -> None:
    old = paid([8 * i for i in range(5)], usd=2000, pay="DE:Berlin")
    rows = [pay(f"n{i}", "head", 100 + i, 20 if i >= priced else 2000, send=TOWNS[i % 3], pay="DE:Berlin") for i in range(new)]
    view = view_of("head", [*old, *rows])
    found = [h for h in TYPOLOGY.hits(view, P) if h.measures["new"] == new]
    assert bool(found) is fires
    assert all(h.facets == ("newness", "fee_band") for h in found)


def test_facets_hold_for_half_of_the_newcomers() -> None:
    def facets(routes: int) -> tuple[str, ...]:
        places = ("AF:Herat", "TR:Van")
        rows = [
            pay(f"n{i}", "head", i, 20, send=places[0] if i < routes else "DE:Bonn", pay=places[1] if i < routes else "DE:Bonn")
            for i in range(6)
        ]
        own = pay("head", "boss", -20, 600, send="DE:Bonn", pay="TR:Van")
        return list(TYPOLOGY.hits(view_of("head", [own, *rows], collecting()), P))[-1].facets

    assert facets(3) == ("newness", "corridor")
    assert facets(2) == ("newness",)


def test_payers_of_old_and_payers_of_unknown_age_are_no_newcomers() -> None:
    again = [pay(f"p{i}", "head", 100 + i, 550, send=TOWNS[i % 3]) for i in range(10)]
    assert strengths([*paid([8 * i for i in range(10)]), *again]) == strengths(paid([8 * i for i in range(10)])) == []
    young = [msgspec.structs.replace(r, stream_start_ms=r.at_ms - 44 * DAY_MS) for r in grown()]
    assert strengths(young) == []


def test_who_first_paid_exactly_thirty_days_ago_is_new_and_not_one_before() -> None:
    old = paid([8 * i for i in range(11)])
    assert strengths([*old, *paid([200, 201, 202, 203, 230], first=11)]) == []
    assert strengths([*old[:10], *paid([200, 201, 202, 203, 230], first=11)]) == [0.6]


def test_one_payment_as_a_client_is_evidence_enough() -> None:
    rows = [*client(), pay("head", "boss", -19, 600, send="DE:Bonn", pay="TR:Van")]
    (hit,) = TYPOLOGY.hits(view_of("head", rows, collecting()), P)
    assert (len(hit.events), hit.measures["client"]) == (6, 1)


def test_firms_and_a_savings_club_are_left_alone() -> None:
    firms = [msgspec.structs.replace(r, sender=msgspec.structs.replace(r.sender, is_person=False)) for r in grown()]
    assert strengths(firms) == []
    back = [pay("head", f"p{i}", 150, 550, send="TR:Van", pay="DE:Bonn") for i in range(9)]
    assert strengths([*grown(), *back]) == []


def collecting(count: int = 5, day: float = -60) -> dict[str, Story]:
    return {"boss": Story(payers=tuple((key_of(f"x{i}"), START_MS + round(day * DAY_MS)) for i in range(count)))}


def client(at: float = -20, new: int = 5, **how: Any) -> list[TransferFacts]:
    own = pay("head", "boss", at, 600, send="DE:Bonn", pay="TR:Van", **how)
    return [own, *(pay(f"n{i}", "head", i, 20, send=f"DE:Town{i}", pay="DE:Bonn") for i in range(new))]


def test_a_client_who_begins_to_collect_is_at_the_line_whatever_the_sums() -> None:
    assert strengths(client(), collecting()) == [0.6]
    assert strengths(client(new=4), collecting()) == []
    assert strengths(client(), collecting(4)) == []
    assert strengths(client()) == []


@pytest.mark.parametrize(("at", "fires"), [(-1, True), (-0.9, False), (-180, True), (-181, False), (2, False)])
def test_he_was_a_client_a_day_to_half_a_year_before(at: float, fires: bool) -> None:
    assert bool(strengths(client(at), collecting(day=-200))) is fires


@pytest.mark.parametrize(("day", "fires"), [(10, True), (10.1, False)])
def test_whom_he_paid_collected_within_a_month_of_it(day: float, fires: bool) -> None:
    assert bool(strengths(client(), collecting(day=day))) is fires


@pytest.mark.parametrize("how", [{"purpose": "rent"}, {"relation": "spouse"}, {"channel": "card"}])
def test_rent_kin_and_purchases_make_no_client(how: dict[str, Any]) -> None:
    assert strengths(client(**how), collecting()) == []


def test_it_asks_whom_the_party_had_paid_before() -> None:
    rows = [*client(), pay("head", "late", 3.5, 100), pay("head", "day", 3, 100)]
    assert TYPOLOGY.asks is not None
    assert TYPOLOGY.asks(view_of("head", rows), P) == {key_of("boss"), key_of("day")}


def told(view: View) -> Any:
    best = list(TYPOLOGY.hits(view, P))[-1]
    return best, TYPOLOGY.explain(view, P, best, best.events)


def test_the_explanation_of_growth() -> None:
    best, why = told(view_of("head", grown(6)))
    assert "6 strangers paid one receiver for the first time within 30 days; 6 of them share a town or a contact" in why.reason
    assert "11 have paid by now." in why.reason
    assert [(n.name, n.observed) for n in why.numbers] == [("min_new", 6), ("min_network", 11)]
    assert why.parts == {key_of("head"): "collector"} | {key_of(f"p{i}"): "payer" for i in range(5, 11)}
    assert best.facets == ("newness", "fee_band", "corridor")


def test_the_explanation_of_a_client() -> None:
    best, why = told(view_of("head", client(), collecting()))
    assert "the receiver had before paid somebody who collects" in why.reason
    assert "by now" not in why.reason
    assert [n.name for n in why.numbers] == ["min_new"]
    assert why.parts[key_of("boss")] == "recipient"
    assert best.facets == ("newness",)
    assert len(best.events) == 6


def test_of_a_feed_that_names_no_place_whoever_is_paid_by_many_has_no_network_yet() -> None:
    rows = [pay("head", "boss", -100, 550, send="", pay=""), *paid([i * 1.0 for i in range(9)], towns=("",), pay="")]
    collects = {"boss": Story(payers=tuple((key_of(f"x{i}"), START_MS - 200 * DAY_MS) for i in range(9)))}
    assert strengths(rows, collects) == []
    assert strengths([msgspec.structs.replace(facts, relation="other") for facts in rows], collects)
