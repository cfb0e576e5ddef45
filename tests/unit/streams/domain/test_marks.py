"""A mark says what its event says."""

import random

import msgspec
import pytest

from schemas.observation import RECEIVER, SENDER
from schemas.transfer import Place
from streams.domain import marks
from streams.domain.entity import Pair
from streams.domain.event import Event, event_of
from streams.domain.trade import TRADES
from streams.typologies.build import key_of, pay

PLAIN = event_of(pay("s", "r", 1, 500, send="DE:Hamburg", pay="TR:Van"), SENDER)
PURPOSES = ("none", "ransom", "debt", "dues", "rent", "tuition", "travel", "family")


def read(event: Event) -> marks.Mark:
    (mark,) = marks.read(marks.mark_of(event))
    return mark


def changed(**how: object) -> marks.Mark:
    return read(msgspec.structs.replace(PLAIN, **how))


def test_parties_time_sum_counter_and_places_are_those_of_the_event() -> None:
    mark = changed(counter=7)
    assert mark[marks.AT] == PLAIN.at_ms and mark[marks.USD] == 50_000 and mark[marks.COUNTER] == 7
    assert (mark[marks.MINE], mark[marks.OTHER]) == (marks.number_of(key_of("s")), marks.number_of(key_of("r")))
    assert [marks.COUNTRY[mark[where]] for where in (marks.SEND, marks.PAY)] == ["DE", "TR"]
    assert (mark[marks.PAY], mark[marks.TOWN]) == marks.place_number("TR", PLAIN.pay.town)


def test_what_is_not_said_is_zero() -> None:
    nowhere = Place("", "")
    mark = changed(send=nowhere, pay=nowhere, other=b"")
    assert [mark[at] for at in (marks.SEND, marks.PAY, marks.TOWN, marks.OTHER, marks.COUNTER)] == [0] * 5


def test_each_sign_stands_for_one_thing() -> None:
    plain = changed()[marks.SIGNS]
    assert plain == 0
    said: dict[str, tuple[dict[str, object], int]] = {
        "credit": ({"side": RECEIVER}, marks.CREDIT),
        "near a line": ({"is_near_line": True}, marks.NEAR_LINE),
        "a name shared": ({"name_tie": True}, marks.NAME_TIE),
        "somebody named": ({"passenger": 5}, marks.NAMED),
        "spouse": ({"relation": "spouse"}, marks.SAID_SPOUSE),
        "kin": ({"relation": "kin"}, marks.SAID_KIN),
        "no kin": ({"relation": "other"}, marks.SAID_OTHER),
        "pay": ({"channel": "payroll"}, marks.BUSINESS | marks.SPENT | marks.PAYROLL),
        "cash out": ({"channel": "cash_out"}, marks.SPENT),
    }
    assert {name: changed(**how)[marks.SIGNS] for name, (how, _) in said.items()} == {n: signs for n, (_, signs) in said.items()}


@pytest.mark.parametrize("purpose", PURPOSES)
def test_purposes_are_told_apart_and_what_is_owed_is_marked(purpose: str) -> None:
    signs = {name: changed(purpose_class=name)[marks.SIGNS] for name in PURPOSES}
    assert bool(signs[purpose] & marks.EXEMPT) == (purpose in marks.NOT_DEBT)
    assert (signs[purpose] >> marks.PURPOSE & marks.PURPOSE_MASK == 0) == (purpose == "none")
    assert len(set(signs.values())) == len(PURPOSES)


def test_trades_are_told_apart() -> None:
    numbers = [changed(trade=trade)[marks.SIGNS] >> marks.TRADE & marks.TRADE_MASK for trade in ("", *TRADES)]
    assert numbers[0] == 0 and len(set(numbers)) == len(numbers)


@pytest.mark.parametrize("seed", range(20))
def test_kin_by_marks_are_kin_by_what_a_pair_said(seed: int) -> None:
    chance = random.Random(seed)
    events = [
        msgspec.structs.replace(PLAIN, relation=chance.choice(("spouse", "kin", "other", "none")), name_tie=chance.random() < 0.5)
        for _ in range(chance.randrange(1, 4))
    ]
    pair, signs = Pair(0, False, False, False, False), 0
    for event in events:
        pair.spouse |= event.relation == "spouse"
        pair.kin |= event.relation == "kin"
        pair.other |= event.relation == "other"
        pair.name_tie |= event.name_tie
        signs |= read(event)[marks.SIGNS]
    assert marks.is_kin(signs) == pair.is_kin
