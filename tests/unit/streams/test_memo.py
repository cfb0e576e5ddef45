"""What is kept between two judgements: a grown view is the view made anew, and nothing kept outlives what it rests on."""

import random

import msgspec
import pytest

from schemas.corridors import corridors
from schemas.observation import RECEIVER, SENDER, TransferFacts
from schemas.transfer import PARTY
from streams.detect import Detect
from streams.domain.entity import EntityState, Story, fresh
from streams.domain.event import Event, event_of
from streams.domain.memory import prune, remember, upsert
from streams.domain.view import View
from streams.memo import Memo
from streams.typologies import CATALOGUE
from streams.typologies.build import key_of, pay

ASKERS = tuple(t for t in CATALOGUE if t.asks is not None)
BO = key_of("bo")


def take(state: EntityState, facts: TransferFacts) -> None:
    remember(state, facts)
    for side, party in ((SENDER, facts.sender), (RECEIVER, facts.receiver)):
        if party and party.key == BO:
            upsert(state, event_of(facts, side), counts=facts.counts)


def stream(seed: int, count: int = 60) -> list[TransferFacts]:
    chance = random.Random(seed)
    rows = []
    for day in range(count):
        who, towns = f"s{chance.randrange(12)}", ("DE:Hamburg", "SE:Stockholm", ":", "TR:Van")
        usd = chance.choice((60, 500, 600, 900, 2900))
        place, purpose = chance.choice(towns), chance.choice(("none", "rent", "debt"))
        if chance.random() < 0.75:
            rows.append(pay(who, "bo", day, usd, send=place, pay="SD:Khartoum", purpose=purpose))
        else:
            rows.append(pay("bo", who, day, usd, send="TR:Van", pay=place))
    return rows


def flows(view: View) -> list[object]:
    events: list[list[Event]] = [view.credits, view.debits, view.near_line, view.foreign_credits(), view.unrelated_credits()]
    events += [view.priced_credits(), view.priced_credits(2.0)]
    kin = [view.is_kin(e) for e in view.credits]
    pairs = [view.pair(e) for e in view.credits]
    return [*events, kin, pairs, view.payers, view.payees, view.owners, view.is_collector_shape(), view.is_club()]


def bo_with(rows: list[TransferFacts]) -> tuple[EntityState, Memo]:
    state = fresh(PARTY, "s")
    for facts in rows:
        take(state, facts)
    view = View(BO, state, corridors())
    flows(view)
    return state, Memo(view)


@pytest.mark.parametrize("seed", range(5))
def test_a_view_that_grew_is_the_view_made_anew(seed: int) -> None:
    state = fresh(PARTY, "s")
    kept: View | None = None
    for facts in stream(seed):
        known = dict(state.profiles.items())
        take(state, facts)
        if kept is None or any(state.profiles[k] != p for k, p in known.items()):
            kept = View(BO, state, corridors())  # a place that became known may be that of earlier transfers
        else:
            assert kept.grow(state.events[len(kept.events) :])
        assert flows(kept) == flows(View(BO, state, corridors()))


def test_a_memo_holds_when_newer_transfers_were_added() -> None:
    rows = stream(1)
    state, memo = bo_with(rows[:40])
    take(state, pay("new", "bo", 70, 500))
    assert memo.holds(state, ASKERS)
    assert memo.view.credits[-1].other == key_of("new")


def test_a_memo_does_not_hold_for_a_late_transfer() -> None:
    state, memo = bo_with(stream(1))
    take(state, pay("late", "bo", 5.5, 500))
    assert not memo.holds(state, ASKERS)


def test_a_memo_does_not_hold_for_a_transfer_that_was_taken_back_while_another_came() -> None:
    rows = stream(1)
    state, memo = bo_with(rows)
    for facts in (msgspec.structs.replace(rows[20], revision=2, counts=False), pay("late", "bo", 20.5, 500)):
        take(state, facts)
    memo.is_doubtful = True  # as Judge.forget says for every later revision
    assert not memo.holds(state, ASKERS)


def test_a_memo_does_not_hold_when_old_acquaintances_turn_kin() -> None:
    state, memo = bo_with([pay(f"s{i % 5}", "bo", i, 500) for i in range(20)])
    take(state, pay("s3", "bo", 70, 100, relation="spouse"))
    assert not memo.holds(state, ASKERS)


def test_a_memo_does_not_hold_when_more_is_said_about_a_payer() -> None:
    state, memo = bo_with([pay(f"s{i % 5}", "bo", i, 500) for i in range(20)])
    take(state, pay("s3", "bo", 70, 500, phone="one"))
    memo.is_doubtful = True
    assert not memo.holds(state, ASKERS)


def test_a_memo_does_not_hold_once_transfers_were_forgotten() -> None:
    state, memo = bo_with([pay(f"s{i % 5}", "bo", i, 500) for i in range(20)])
    take(state, pay("s3", "bo", 405, 500))
    prune(state)
    assert not memo.holds(state, ASKERS)


def test_a_memo_does_not_hold_for_a_state_that_was_decoded_anew() -> None:
    state, memo = bo_with(stream(1))
    fold = Detect(1)
    anew = fold.decode_state(BO, fold.encode_state(BO, state))
    assert isinstance(anew, EntityState)
    assert not memo.holds(anew, ASKERS)


def test_a_new_answer_voids_what_those_who_ask_have_found_and_nothing_else() -> None:
    state, memo = bo_with(stream(1))
    memo.found = {t.id: ((0, b"", 0), []) for t in CATALOGUE}
    state.stories[key_of("s1")] = Story()
    memo.is_doubtful = True
    assert memo.holds(state, ASKERS)
    assert set(memo.found) == {t.id for t in CATALOGUE if t.asks is None}
