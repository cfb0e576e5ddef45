"""Who is a stranger to a party of which nothing is known but who paid whom, and who breaks its habit."""

import pytest

from schemas.corridors import corridors
from schemas.observation import RECEIVER, SENDER, TransferFacts
from schemas.transfer import PARTY
from streams.domain.entity import EntityState
from streams.domain.event import Event, event_of
from streams.domain.memory import remember, upsert
from streams.domain.strangers import Strangers, is_bare, strangers, strangers_of, told_of
from streams.domain.view import View
from streams.typologies.build import START_MS, key_of, pay

BO = key_of("bo")
NOWHERE = {"send": "", "pay": ""}


def of(*rows: TransferFacts) -> EntityState:
    state = EntityState(PARTY)
    for facts in rows:
        remember(state, facts)
        for side, party in ((SENDER, facts.sender), (RECEIVER, facts.receiver)):
            if party and party.key == BO:
                upsert(state, event_of(facts, side), counts=True)
    return state


def came(who: str, day: float, **how: str) -> TransferFacts:
    return pay(who, "bo", day, 100, **(NOWHERE | how))  # type: ignore[arg-type]


def went(who: str, day: float, **how: str) -> TransferFacts:
    return pay("bo", who, day, 100, **(NOWHERE | how))  # type: ignore[arg-type]


def known(*rows: TransferFacts) -> Strangers:
    found = strangers_of(of(*rows))
    assert found is not None
    return found


def names(events: list[Event]) -> set[bytes]:
    return {e.other for e in events}


@pytest.mark.parametrize(
    "said",
    [{"send": "DE:"}, {"pay": "TR:Van"}, {"purpose": "rent"}, {"relation": "kin"}, {"surname": True}, {"nationality": "TJ"}],
    ids=lambda said: next(iter(said)),
)
def test_one_transfer_that_says_more_makes_a_party_known(said: dict[str, str]) -> None:
    plain = [came("a", 0), went("b", 1)]
    assert is_bare(of(*plain))
    state = of(*plain, came("c", 2, **said))
    assert not is_bare(state)
    assert strangers_of(state) is None
    assert told_of(state) == ()


def test_who_comes_back_is_no_stranger_and_each_way_counts_for_itself() -> None:
    found = known(came("a", 0), came("b", 1), came("a", 2), went("b", 3), went("shop", 40, channel="merchant"))
    assert (names(found.ins), names(found.outs)) == ({key_of("b")}, {key_of("b")})
    assert found.returning == 1


@pytest.mark.parametrize(("last", "strangers_in"), [(6.99, 0), (7, 1)])
def test_who_paid_less_than_a_week_ago_may_yet_come_back(last: float, strangers_in: int) -> None:
    assert len(known(came("a", 0), went("shop", last, channel="merchant")).ins) == strangers_in


def test_purchases_wages_cash_and_a_party_itself_are_no_strangers() -> None:
    rows = [
        went("shop", 0, channel="merchant"),
        came("boss", 1, channel="payroll"),
        went("", 2, channel="cash_out"),
        went("bo", 3),
    ]
    assert known(*rows, came("b", 4), went("late", 60)).ins == known(came("b", 4), went("late", 60)).ins
    assert known(*rows, went("late", 60)).outs == []


@pytest.mark.parametrize(
    ("gaps", "last", "odd"),
    [
        ([1], 13.99, 0),  # no less than two weeks, however soon the others came back
        ([1], 14, 1),
        ([4], 19.99, 0),  # five times as long as they took
        ([4], 20, 1),
        ([1] * 9 + [9], 44.99, 0),  # nine in ten came back within a day, the tenth after nine: the longer one counts
        ([1] * 10 + [9], 14, 1),  # ten in eleven are more than nine in ten
        ([], 300, 0),  # where nobody ever came back there is no habit
    ],
)
def test_who_stays_away_five_times_as_long_as_others_took_breaks_the_habit(gaps: list[float], last: float, odd: int) -> None:
    again = [came(f"r{i}", day) for i, gap in enumerate(gaps) for day in (0, gap)]
    found = known(came("a", 0), *again, went("shop", last, channel="merchant"))
    assert (len(found.odd_ins), found.returning) == (odd, len(gaps))
    assert names(found.ins) == {key_of("a")}


def test_who_dealt_with_the_party_before_its_memory_begins_is_no_stranger() -> None:
    state = of(came("a", 500), came("b", 501), went("late", 560))
    state.former[key_of("a")] = START_MS
    found = strangers_of(state)
    assert found is not None
    assert names(found.ins) == {key_of("b")}


def test_a_party_tells_its_newest_strangers_and_which_of_them_break_its_habit() -> None:
    again = [came("r", 0), came("r", 1)]
    state = of(*again, came("odd", 30), went("new", 38), went("shop", 45, channel="merchant"))
    assert [(e.other, is_odd) for e, is_odd in told_of(state)] == [(key_of("odd"), True), (key_of("new"), False)]
    many = of(*(came(f"s{i}", i) for i in range(70)), went("late", 200))
    assert [e.other for e, _ in told_of(many)] == [key_of(f"s{i}") for i in range(6, 70)]


def test_at_a_shared_identifier_nobody_is_a_stranger() -> None:
    state = of(came("a", 0), went("late", 60))
    assert strangers(View(BO, state, corridors())) is not None
    state.kind = PARTY + 1
    assert strangers(View(BO, state, corridors())) is None
