"""What detection knows of a pair: kin, newness, clubs, who may be a collector (typologies A7)."""

import msgspec
import pytest

from schemas.corridors import corridors
from schemas.observation import RECEIVER, SENDER, Side, TransferFacts
from schemas.transfer import KIN, NO_RELATION, OTHER_RELATION, PARTY, SPOUSE, Place
from streams.domain.entity import fresh
from streams.domain.event import DAY_MS, event_of
from streams.domain.memory import remember, upsert
from streams.domain.view import View
from streams.typologies.build import START_MS, key_of, pay, view_of


@pytest.mark.parametrize(
    ("relation", "surname", "is_kin"),
    [
        (SPOUSE, False, True),
        (KIN, True, True),
        (KIN, False, False),
        (NO_RELATION, True, True),
        (NO_RELATION, False, False),
        (OTHER_RELATION, True, False),
    ],
)
def test_kin_is_a_spouse_or_kin_of_one_name_or_one_surname_with_nothing_stated(
    relation: str, surname: bool, is_kin: bool
) -> None:
    view = view_of("bo", [pay("al", "bo", 1, 100, relation=relation, surname=surname)])
    assert view.is_kin(view.credits[0]) is is_kin


def test_kin_is_remembered_for_the_pair_whichever_transfer_stated_it() -> None:
    rows = [pay("al", "bo", 1, 100), pay("al", "bo", 9, 100, relation=SPOUSE)]
    assert [view_of("bo", rows).is_kin(e) for e in view_of("bo", rows).credits] == [True, True]


def test_a_pair_is_new_while_its_first_payment_lies_in_the_window() -> None:
    view = view_of("bo", [pay("al", "bo", 0, 100), pay("al", "bo", 20, 100), pay("al", "bo", 60, 100)])
    assert [view.newness(e, 30 * DAY_MS) for e in view.credits] == [True, True, False]


@pytest.mark.parametrize(("since", "newness"), [(0, None), (50, True), (500, None)])
def test_in_a_young_stream_newness_needs_a_young_customer(since: int, newness: bool | None) -> None:
    facts = pay("al", "bo", 0, 100)
    day = START_MS // DAY_MS - since if since else 0
    young = TransferFacts(
        **{f: getattr(facts, f) for f in facts.__struct_fields__ if f not in ("sender", "stream_start_ms")},
        sender=Side(facts.sender.key, True, "", day, (), ()),
        stream_start_ms=START_MS - 10 * DAY_MS,
    )
    view = view_of("bo", [young])
    assert view.newness(view.credits[0], 30 * DAY_MS) is newness


def test_a_club_pays_back_more_than_half_to_those_who_pay_in() -> None:
    inside = [pay(n, "org", i, 100) for i, n in enumerate(("a", "b", "c"))]
    assert view_of("org", [*inside, pay("org", "a", 9, 300)]).is_club()
    assert not view_of("org", [*inside, pay("org", "x", 9, 300)]).is_club()


def test_a_missing_place_is_where_the_party_was_on_other_transfers() -> None:
    view = view_of("bo", [pay("al", "bo", 0, 100, pay=":"), pay("al", "bo", 5, 100, pay="TR:Van")])
    assert [e.pay for e in view.credits] == [Place("TR", "van")] * 2


def test_a_business_collects_only_near_equal_sums_in_a_fee_band() -> None:
    def shop(sums: list[float]) -> View:
        state = fresh(PARTY, "s")
        for day, usd in enumerate(sums):
            facts = pay(f"p{day}", "shop", day, usd, pay="IQ:Ranya")
            business = Side(key_of("shop"), False, "", 0, (), ())
            facts = TransferFacts(**{f: getattr(facts, f) for f in facts.__struct_fields__ if f != "receiver"}, receiver=business)
            remember(state, facts)
            upsert(state, event_of(facts, RECEIVER), True)
        return View(key_of("shop"), state, corridors())

    assert shop([3500] * 8).is_collector_shape()
    assert not shop([3500, 900, 12_000, 60, 3500, 20, 7000, 200]).is_collector_shape()
    assert not shop([40] * 8).is_collector_shape()


def test_both_sides_of_a_payment_to_oneself_are_kept() -> None:
    view = view_of("al", [pay("al", "al", 0, 100, channel="cash_in")])
    assert [e.side for e in (*view.credits, *view.debits)] == [RECEIVER, SENDER]
    assert view.is_kin(view.credits[0])


@pytest.mark.parametrize(
    ("left", "right", "is_one"),
    [
        ((b"aziz", b"karim"), (b"aziz", b"karim"), True),
        ((b"aziz", b"karim"), (b"aziz", b"karim", b"khan"), True),
        ((b"aziz", b"karim"), (b"laila", b"karim"), False),  # a household
        ((b"aziz",), (b"aziz", b"karim"), True),
        ((b"aziz", b"karim"), (b"laila", b"nazari"), False),
        ((), (b"aziz",), False),
    ],
)
def test_two_numbers_are_one_person_if_two_name_tokens_agree(
    left: tuple[bytes, ...], right: tuple[bytes, ...], is_one: bool
) -> None:
    facts = pay("al", "bo", 0, 100)
    assert facts.receiver
    named = msgspec.structs.replace(
        facts,
        sender=msgspec.structs.replace(facts.sender, name_keys=left),
        receiver=msgspec.structs.replace(facts.receiver, name_keys=right),
    )
    view = view_of("bo", [named])
    assert view.is_one_person([key_of("al"), key_of("bo")]) is is_one
    assert view.is_one_person([key_of("al")])
    assert view.is_one_person([])
