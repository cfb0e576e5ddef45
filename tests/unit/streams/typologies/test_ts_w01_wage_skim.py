"""Wage skim: who holds the wages is looked at, who earned them is protected."""

from collections.abc import Callable

import msgspec

from schemas.observation import RECEIVER, SENDER, TransferFacts
from schemas.transfer import ACCOUNT, PARTY
from streams.domain.entity import EntityState, Story
from streams.domain.event import event_of
from streams.domain.memory import remember, upsert
from streams.domain.story import story_of
from streams.typologies.base import Hit
from streams.typologies.build import START_MS, key_of, pay, view_of
from streams.typologies.ts_k01_shared_identifier import SharedView
from streams.typologies.ts_w01_wage_skim import TYPOLOGY
from tests.unit.streams.typologies.rows import view_of_used

P = TYPOLOGY.parameters


def account(wages: list[TransferFacts], drawn: list[TransferFacts]) -> SharedView:
    """An account that all receivers of `wages` and senders of `drawn` use."""
    return view_of_used(ACCOUNT, [*((facts, RECEIVER) for facts in wages), *((facts, SENDER) for facts in drawn)])


def paid(workers: int, days: tuple[int, ...] = (0, 14)) -> list[TransferFacts]:
    return [
        pay("firm", f"w{i}", day + i / 100, 1_000, channel="payroll", entity_sender=True) for day in days for i in range(workers)
    ]


def best(view: SharedView) -> Hit:
    assert TYPOLOGY.gate(view, P)
    return max(TYPOLOGY.hits(view, P), key=lambda h: h.strength)


def test_who_draws_most_of_the_wages_without_earning_any_is_looked_at() -> None:
    view = account(paid(3), [pay("keeper", "", 13, 1_600, channel="cash_out"), pay("keeper", "", 14, 1_400, channel="cash_out")])
    hit = best(view)
    told = TYPOLOGY.explain(view, P, hit, hit.events)
    assert told.parts == {key_of("keeper"): "collector"} | {key_of(f"w{i}"): "worker" for i in range(3)}
    assert told.absent == ()


def test_who_draws_less_than_half_is_not() -> None:
    view = account(paid(3), [pay("keeper", "", 13, 2_999, channel="cash_out")])
    hit = best(view)
    told = TYPOLOGY.explain(view, P, hit, hit.events)
    assert key_of("keeper") not in told.parts
    assert told.absent == ("who draws from the account",)


def test_a_worker_who_draws_is_a_worker() -> None:
    for who, day in (("w3", 13), ("w0", 14.02)):  # before and after the last wage of the one who draws
        view = account(paid(4), [pay(who, "", day, 8_000, channel="cash_out")])
        hit = best(view)
        assert set(TYPOLOGY.explain(view, P, hit, hit.events).parts.values()) == {"worker"}


def test_two_workers_of_one_account_are_a_couple() -> None:
    view = account([*paid(2, days=(0, 7, 14, 21)), *paid(3, days=(28,))], [])
    assert list(TYPOLOGY.hits(view, P)) == []


def test_more_pay_days_speak_like_more_workers() -> None:
    def strength(workers: int, days: tuple[int, ...]) -> float:
        rows = [pay(f"w{i}", "boss", day + 0.2, 900, channel="bank_transfer") for i in range(workers) for day in days]
        wages = tuple((START_MS + day * 86_400_000, 100_000) for day in days)
        view = view_of("boss", rows, {f"w{i}": Story(wages=wages) for i in range(workers)})
        return max(h.strength for h in TYPOLOGY.hits(view, P))

    assert strength(3, (0, 14)) == 0.6
    assert strength(6, (0, 14)) == strength(3, (0, 14, 28, 42)) == 0.8


def test_what_is_said_to_be_rent_is_not_a_wage_passed_on() -> None:
    def hits(purpose: str) -> list[Hit]:
        rows = [pay(f"w{i}", "boss", day + 0.2, 900, purpose=purpose) for i in range(3) for day in (0, 30)]
        wages = tuple((START_MS + day * 86_400_000, 100_000) for day in (0, 30))
        view = view_of("boss", rows, {f"w{i}": Story(wages=wages) for i in range(3)})
        return list(TYPOLOGY.hits(view, P))

    assert hits("none")
    assert not hits("rent")


def test_a_story_tells_wages_and_which_receivers_are_kin() -> None:
    state = EntityState(PARTY)
    rows = [
        pay("firm", "al", 0, 1_000, channel="payroll", entity_sender=True),
        pay("al", "mother", 1, 300, relation="kin", surname=True),
        pay("al", "boss", 2, 600),
        pay("friend", "al", 3, 50),
    ]
    for facts in rows:
        remember(state, facts)
        upsert(state, event_of(facts, int(facts.sender.key != key_of("al"))), counts=True)
    told = story_of(state)
    assert told.wages == ((START_MS, 100_000),)
    assert told.kin == (key_of("mother"),)
    assert [key for key, _ in told.payers] == [key_of("friend")]


def forwarded(hours: float, wage: float = 1_000, share: float = 0.9) -> list[Hit]:
    rows = [pay(f"w{i}", "boss", day + hours / 24, wage * share) for i in range(3) for day in (1, 31)]
    wages = tuple((START_MS + day * 86_400_000, round(100 * wage)) for day in (1, 31))
    view = view_of("boss", rows, {f"w{i}": Story(wages=wages) for i in range(3)})
    return list(TYPOLOGY.hits(view, P))


def test_a_wage_is_passed_on_from_its_hour_to_a_day_later_and_not_before_it_came() -> None:
    assert [bool(forwarded(h)) for h in (-0.01, 0, 24, 24.01)] == [False, True, True, False]


def test_seven_tenths_of_the_wage_are_enough() -> None:
    assert [bool(forwarded(1, share=s)) for s in (0.7, 0.6999)] == [True, False]


def test_what_is_drawn_after_the_last_wage_or_before_the_first_is_not_of_these_wages() -> None:
    def drawn(day: float) -> bool:
        view = account(paid(3, days=(1, 14)), [pay("keeper", "", day, 3_000, channel="cash_out")])
        hit = best(view)
        return key_of("keeper") in TYPOLOGY.explain(view, P, hit, hit.events).parts

    assert [drawn(day) for day in (0.99, 1, 14.02, 14.03)] == [False, True, True, False]


def test_of_an_account_the_users_who_got_enough_wages_are_its_workers() -> None:
    view = account([*paid(4, days=(0, 14, 28)), *paid(5, days=(42,))], [])
    hits = list(TYPOLOGY.hits(view, P))
    assert [(h.measures["workers"], h.measures["cycles"]) for h in hits][-1:] == [(4, 4)]
    assert hits[-1].strength == 0.8667  # 4 / 3 and (4 - 2) / 2: 0.6 + 0.4 * (7 / 3 - 1) / 2
    assert (hits[0].measures["workers"], hits[0].measures["cycles"], hits[0].strength) == (3, 2, 0.6)


def test_users_of_one_name_and_receivers_who_are_no_users_are_no_further_workers() -> None:
    def workers(change: Callable[[SharedView], object]) -> list[float]:
        view = account(paid(4), [])
        change(view)
        return [h.measures["workers"] for h in TYPOLOGY.hits(view, P)][-1:]

    def of_one_name(view: SharedView) -> None:
        for name in ("w0", "w1"):
            user = view.users[key_of(name)]
            user.profile = msgspec.structs.replace(user.profile, name_keys=(b"wu",))

    assert workers(lambda view: None) == [4]
    assert workers(lambda view: view.users.pop(key_of("w0"))) == [3]
    assert workers(of_one_name) == [3]
