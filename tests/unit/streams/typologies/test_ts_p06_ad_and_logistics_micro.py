"""TS-P06 at its lines: each of the five groups, how many are asked for, and who buys."""

from typing import Any

import msgspec
import pytest

from schemas.observation import TransferFacts
from streams.domain.trade import AD, ONLINE, PHONE, RIDE, ROOM
from streams.domain.view import View
from streams.typologies.build import key_of, pay, view_of
from streams.typologies.ts_p06_ad_and_logistics_micro import TYPOLOGY

P = TYPOLOGY.parameters
AT_THE_LINE = {AD: 3, ROOM: 3, RIDE: 16, PHONE: 8, ONLINE: 4}


def bought(trade: str, count: int, usd: float = 24, towns: int = 2, day: float = 0, **how: Any) -> list[TransferFacts]:
    return [
        pay(
            "p",
            f"{trade}{i}",
            day + i / 4,
            usd,
            send="AU:Perth",
            pay=f"AU:Town{i % towns}",
            trade=trade,
            **{"channel": "card"} | how,
        )
        for i in range(count)
    ]


def strengths(rows: list[TransferFacts]) -> list[float]:
    view = view_of("p", rows)
    return [h.strength for h in TYPOLOGY.hits(view, P)] if TYPOLOGY.gate(view, P) else []


def groups(*trades: str) -> list[TransferFacts]:
    return [row for trade in trades for row in bought(trade, AT_THE_LINE[trade], usd=90 if trade == ROOM else 24)]


def test_three_groups_with_advertisements_are_at_the_line() -> None:
    assert strengths(groups(AD, ROOM, PHONE))[-1] == 0.6
    assert strengths(groups(AD, ROOM)) == []


def test_without_advertisements_it_takes_all_four() -> None:
    assert strengths(groups(ROOM, RIDE, PHONE)) == []
    assert max(strengths(groups(ROOM, RIDE, PHONE, ONLINE))) == pytest.approx(0.6667, abs=1e-4)
    assert max(strengths(groups(*AT_THE_LINE))) == pytest.approx(0.7333, abs=1e-4)


@pytest.mark.parametrize("trade", [AD, ROOM, RIDE, PHONE, ONLINE])
def test_one_purchase_less_is_no_group(trade: str) -> None:
    others = [t for t in (AD, PHONE, ONLINE, RIDE) if t != trade][:2]
    line = AT_THE_LINE[trade]
    usd = 90 if trade == ROOM else 24
    assert strengths([*groups(*others), *bought(trade, line, usd)])
    assert strengths([*groups(*others), *bought(trade, line - 1, usd)]) == []


@pytest.mark.parametrize(
    ("usd", "fires"), [(12, True), (24, True), (3, True), (25, False), (12.5, False), (7.2, False), (99, True), (102, False)]
)
def test_advertisements_are_small_multiples_of_three(usd: float, fires: bool) -> None:
    assert bool(strengths([*groups(ROOM, PHONE), *bought(AD, 3, usd)])) is fires


@pytest.mark.parametrize(("cents", "fires"), [(9999, True), (10_000, False)])
def test_advertisements_are_under_a_hundred_dollars_whatever_the_currency(cents: int, fires: bool) -> None:
    ads = [msgspec.structs.replace(r, amount_minor=15_000, currency="AUD", usd_minor=cents) for r in bought(AD, 3)]
    assert bool(strengths([*groups(ROOM, PHONE), *ads])) is fires


@pytest.mark.parametrize(("count", "usd", "towns", "fires"), [
    (3, 90, 2, True), (3, 90, 1, False), (2, 90, 2, False), (1, 1300, 1, True), (1, 1299, 1, False), (2, 650, 1, True),
])  # fmt: skip
def test_rooms_are_dear_or_in_several_towns(count: int, usd: float, towns: int, fires: bool) -> None:
    assert bool(strengths([*groups(AD, PHONE), *bought(ROOM, count, usd, towns)])) is fires


def test_only_what_may_be_an_advertisement_is_counted_as_one() -> None:
    dear, odd = bought(AD, 1, 102, day=5), bought(AD, 1, 25, day=5)
    view = view_of("p", [*groups(AD, ROOM, PHONE), *dear, *odd])
    hit = list(TYPOLOGY.hits(view, P))[-1]
    assert (hit.measures[AD], sum(e.trade == AD for e in hit.events)) == (3, 3)


def test_towns_that_are_left_out_are_no_towns() -> None:
    rooms = [pay("p", f"r{i}", i, 90, send="AU:Perth", pay=f"A{i}", trade=ROOM) for i in range(5)]
    assert strengths([*groups(AD, PHONE), *rooms]) == []


@pytest.mark.parametrize(("day", "fires"), [(28, True), (31, False)])
def test_the_window_is_thirty_days(day: float, fires: bool) -> None:
    assert bool(strengths([*bought(AD, 3), *bought(ONLINE, 4), *bought(PHONE, 8, day=day)])) is fires


@pytest.mark.parametrize(("last", "fires"), [(30, True), (30.01, False)])
def test_the_last_purchase_is_thirty_days_after_the_first(last: float, fires: bool) -> None:
    assert bool(strengths([*bought(AD, 3), *bought(ONLINE, 4), *bought(PHONE, 7), *bought(PHONE, 1, day=last)])) is fires


@pytest.mark.parametrize(("rooms", "towns"), [(3, 3), (4, 2), (5, 4)])
def test_more_of_each_than_is_asked_for_is_a_group_too(rooms: int, towns: int) -> None:
    rows = [*bought(AD, 4), *bought(ROOM, rooms, 90, towns), *bought(PHONE, 9), *bought(ONLINE, 5), *bought(RIDE, 18)]
    assert strengths(rows)[-1] == pytest.approx(0.7333, abs=1e-4)


def test_a_firm_and_other_trades_do_not_count() -> None:
    firm = [row for trade in (AD, ROOM, PHONE) for row in bought(trade, 9, 90, entity_sender=True)]
    assert strengths(firm) == []
    assert strengths([*groups(AD, ROOM), *bought("ticket", 9), *bought("", 9)]) == []


def explained(rows: list[TransferFacts]) -> Any:
    view: View = view_of("p", rows)
    best = max(TYPOLOGY.hits(view, P), key=lambda h: h.strength)
    return TYPOLOGY.explain(view, P, best, best.events)


def test_the_explanation_counts_what_was_bought_and_accuses_nobody() -> None:
    told = explained(groups(AD, ROOM, PHONE))
    assert "3 advertisements, 3 rooms, 8 telephone top-ups within 30 days; the rooms were in 2 towns" in told.reason
    assert told.parts == {key_of("p"): "controlled"}
    assert [(n.name, n.observed) for n in told.numbers] == [("min_groups", 3), ("min_ads", 3)]
    assert told.absent == ("what the advertisements say",)


def test_the_explanation_says_what_is_absent() -> None:
    rooms = [pay("p", "inn", 1, 1500, send="AU:Perth", pay="AU", trade=ROOM)]
    told = explained([*groups(AD, PHONE), *rooms])
    assert told.absent == ("what the advertisements say", "towns of the rooms")
    assert "towns" not in told.reason
    assert [n.name for n in explained(groups(ROOM, RIDE, PHONE, ONLINE)).numbers] == ["min_groups"]
