"""TS-F08: its measures, sentences and strengths by hand, who is a newcomer, and who was there before."""

from typing import Any

import msgspec
import pytest

from schemas.observation import TransferFacts
from streams.domain.entity import Story
from streams.typologies.base import Explanation, Hit
from streams.typologies.build import START_MS, key_of, pay, view_of
from streams.typologies.ts_f08_network_growth import TYPOLOGY

P = TYPOLOGY.parameters
DAY_MS = 86_400_000
TOWNS = ("DE:Hamburg", "DE:Munich", "DE:Bonn")
COLLECTS = {"boss": Story(payers=tuple((key_of(f"x{i}"), START_MS - 60 * DAY_MS) for i in range(5)))}
CLIENT = pay("head", "boss", -20, 600, send="DE:Bonn", pay="TR:Van")


def paid(days: list[float], first: int = 0, usd: float = 550, towns: tuple[str, ...] = TOWNS, **how: Any) -> list[TransferFacts]:
    return [pay(f"p{first + i}", "head", day, usd, send=towns[i % len(towns)], **how) for i, day in enumerate(days)]


def own(count: int) -> tuple[str, ...]:
    return tuple(f"DE:Town{i}" for i in range(count))


def found(rows: list[TransferFacts], stories: dict[str, Story] | None = None) -> list[Hit]:
    view = view_of("head", rows, stories)
    return list(TYPOLOGY.hits(view, P)) if TYPOLOGY.gate(view, P) else []


def told(rows: list[TransferFacts], stories: dict[str, Story] | None = None) -> Explanation:
    best = found(rows, stories)[-1]
    return TYPOLOGY.explain(view_of("head", rows, stories), P, best, best.events)


OLD = paid([8 * i for i in range(5)])  # one every eight days; the last on day 32


def test_growth_by_hand() -> None:
    rows = [*OLD, *paid([100, 101, 102, 103, 104, 105], 5), *paid([106], 11, towns=("FR:Lyon",))]
    hit = found(rows)[-1]
    assert hit.measures == {"new": 7, "network": 12, "referred": 6, "client": 0}
    assert hit.strength == 0.64  # six were brought, of five
    why = told(rows)
    assert why.reason == (
        "7 strangers paid one receiver for the first time within 30 days; 6 of them share a town or a contact with somebody who had paid "
        "before, and 12 have paid by now."
    )
    assert [(n.name, n.observed, n.line, len(n.transfers)) for n in why.numbers] == [
        ("min_new", 7, 5, 7),
        ("min_network", 12, 10, 0),
    ]
    assert why.absent == ("how many collect as much in this town",)


def test_a_client_by_hand() -> None:
    rows = [CLIENT, *paid([0, 1, 2, 3, 4, 5, 6], towns=own(7), usd=20, pay="DE:Bonn")]
    hit = found(rows, COLLECTS)[-1]
    assert hit.measures == {"new": 7, "network": 7, "referred": 0, "client": 1}
    assert hit.strength == 0.68  # seven of five
    why = told(rows, COLLECTS)
    assert why.reason == (
        "7 strangers paid one receiver for the first time within 30 days; the receiver had before paid somebody who collects from several "
        "people himself."
    )
    assert [(n.name, n.observed, len(n.transfers)) for n in why.numbers] == [("min_new", 7, 8)]


def test_both_ways_are_told_and_those_who_were_brought_count() -> None:
    rows = sorted(
        [*OLD, msgspec.structs.replace(CLIENT, at_ms=START_MS + 80 * DAY_MS), *paid([100 + i for i in range(7)], 5)],
        key=lambda f: f.at_ms,
    )
    collects = {"boss": COLLECTS["boss"]}
    assert [h.strength for h in found(rows, collects)] == [0.6, 0.64, 0.68]
    assert told(rows, collects).reason.endswith(
        "; 7 of them share a town or a contact with somebody who had paid before, and 12 have paid by now; the receiver had before paid "
        "somebody who collects from several people himself."
    )


def test_a_newcomer_who_pays_again_within_the_month_is_still_one() -> None:
    rows = [*OLD, *paid([100, 101, 102, 103, 104], 5)]
    again = pay("p5", "head", 120, 550, send=TOWNS[0])
    assert [(h.measures["new"], len(h.events)) for h in found([*rows, again])] == [(5, 5), (5, 5)]
    late = pay("p5", "head", 130.01, 550, send=TOWNS[0])
    assert [h.measures["new"] for h in found([*rows, late])] == [5]


def test_the_network_is_all_who_had_paid_by_then() -> None:
    rows = [*OLD, *paid([100, 101, 102, 103, 104, 104.01], 5)]
    assert [h.measures["network"] for h in found(rows)] == [10, 11]


@pytest.mark.parametrize(("eleventh", "hits"), [(74, 1), (73.99, 0)])
def test_who_paid_more_than_thirty_days_before_the_last_was_there_before(eleventh: float, hits: int) -> None:
    # Ten were there before: five newcomers are half as many, and of eleven they are not. The last comes on day 104.
    ten = paid(list(range(10)))
    rows = [*ten, *paid([eleventh], 10, towns=("FR:Lyon",)), *paid([100, 101, 102, 103, 104], 11)]
    assert len([h for h in found(rows) if h.at_ms == START_MS + 104 * DAY_MS]) == hits


def test_half_on_a_route_or_at_a_price_is_enough_and_either_counts() -> None:
    def rows(*kinds: str) -> list[TransferFacts]:
        made = []
        for i, kind in enumerate(kinds):
            usd, to = {"route": (20, "TR:Van"), "price": (2000, "DE:Berlin"), "none": (20, "DE:Berlin")}[kind]
            made.append(pay(f"n{i}", "head", 100 + i, usd, send=TOWNS[i % 3], pay=to))
        return [*OLD, *made]

    def last(*kinds: str) -> list[tuple[str, ...]]:
        return [h.facets for h in found(rows(*kinds)) if h.measures["new"] == 6]

    assert last("route", "price", "price", "none", "none", "none") == [("newness",)]
    assert last("route", "price", "none", "none", "none", "none") == []
    assert last("route", "route", "route", "none", "none", "none") == [("newness", "corridor")]
    assert last("price", "price", "price", "none", "none", "none") == [("newness", "fee_band")]


def test_nobody_is_brought_by_himself_or_by_who_came_on_the_same_day() -> None:
    towns = own(10)
    rows = [
        *paid([0, 1, 2, 3, 4], towns=towns[:5]),
        *paid([100] * 5, 5, towns=towns[5:]),
        *paid([100.5] * 5, 10, towns=towns[5:]),
    ]
    assert found(rows) == []
    later = [*rows[:10], *paid([101] * 5, 10, towns=towns[5:])]
    assert {h.measures["referred"] for h in found(later)} == {5}


@pytest.mark.parametrize("brought", [4, 5])
def test_less_than_five_who_were_brought_are_none(brought: int) -> None:
    rows = [
        *OLD,
        *paid([100 + i for i in range(brought)], 5),
        *paid([105 + i for i in range(3)], 20, towns=("FR:Lyon", "FR:Nice", "FR:Metz")),
    ]
    assert [h.measures["referred"] for h in found(rows)] == [5] * (4 if brought == 5 else 0)


def test_a_town_of_the_same_name_elsewhere_is_another() -> None:
    old = paid([8 * i for i in range(5)], towns=("DE:Bonn",))
    assert found([*old, *paid([100 + i for i in range(5)], 5, towns=("FR:Bonn",))]) == []
    assert len(found([*old, *paid([100 + i for i in range(5)], 5, towns=("DE:Bonn",))])) == 1


def test_firms_are_no_clients_and_bring_nobody() -> None:
    rows = [CLIENT, *paid([0, 1, 2, 3, 4], towns=own(5))]
    assert rows[0].receiver
    rows[0] = msgspec.structs.replace(rows[0], receiver=msgspec.structs.replace(rows[0].receiver, is_person=False))
    assert found(rows, COLLECTS) == []
    firms = [msgspec.structs.replace(f, sender=msgspec.structs.replace(f.sender, is_person=False)) for f in OLD]
    assert found([*firms, *paid([100 + i for i in range(5)], 5)]) == []


@pytest.mark.parametrize(("debt", "asked"), [(3, {"boss", "edge"}), (3.01, {"boss"})])
def test_it_asks_whom_the_party_had_paid_a_day_before_the_last_newcomer(debt: float, asked: set[str]) -> None:
    rows = [CLIENT, *paid([0, 1, 2, 3], towns=own(4)), pay("head", "edge", debt, 100), *paid([4], 4, towns=own(1))]
    assert TYPOLOGY.asks
    assert TYPOLOGY.asks(view_of("head", rows), P) == {key_of(name) for name in asked}
