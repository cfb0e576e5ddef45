"""TS-K02 at its lines: three accounts of one device, one receiver, fourteen days; a device of an agent is none."""

import pytest

from schemas.observation import TransferFacts
from schemas.transfer import ADDRESS, DEVICE
from streams.domain.view import View
from streams.typologies.base import Hit
from streams.typologies.build import key_of, pay, view_of
from streams.typologies.ts_k01_shared_identifier import pooled
from streams.typologies.ts_k02_third_party_control import TYPOLOGY

P = TYPOLOGY.parameters


def paid(holders: int, gap: float = 3, to: str = "boss", **how: object) -> list[TransferFacts]:
    return [pay(f"h{i}", to, gap * i, 150, channel="wallet_to_wallet", device="one", **how) for i in range(holders)]  # type: ignore[arg-type]


def found(view: View) -> list[Hit]:
    return list(TYPOLOGY.hits(view, P)) if TYPOLOGY.gate(view, P) else []


def test_three_accounts_are_at_the_line_and_six_are_twice_it() -> None:
    assert found(pooled(DEVICE, paid(2))) == []
    assert [h.strength for h in found(pooled(DEVICE, paid(3)))] == [0.6]
    assert found(pooled(DEVICE, paid(6, gap=1)))[-1].strength == 0.8


@pytest.mark.parametrize(("gap", "hits"), [(7, 1), (7.01, 0)])
def test_the_window_is_fourteen_days(gap: float, hits: int) -> None:
    assert len(found(pooled(DEVICE, paid(3, gap)))) == hits


@pytest.mark.parametrize(("users", "fires"), [(12, True), (13, False)])
def test_a_device_with_more_than_twelve_users_is_an_agents(users: int, fires: bool) -> None:
    assert bool(found(pooled(DEVICE, paid(users, gap=0.5)))) is fires


def test_only_a_device_is_worked_by_one_person() -> None:
    assert found(pooled(ADDRESS, paid(5))) == []
    assert not TYPOLOGY.gate(view_of("boss", paid(5)), P)


def test_the_accounts_pay_the_same_receiver() -> None:
    assert found(pooled(DEVICE, [*paid(2), *paid(3, to="other")[2:]])) == []
    one = found(pooled(DEVICE, [*paid(3), pay("h0", "shop", 1, 20, channel="wallet_to_wallet")]))
    assert [{e.other for e in h.events} for h in one] == [{key_of("boss")}]


def test_one_account_that_pays_often_is_one_account() -> None:
    assert found(pooled(DEVICE, [*paid(2), *[pay("h0", "boss", 4 + i, 150) for i in range(3)], pay("h2", "x", 9, 5)])) == []


def test_relatives_of_the_receiver_are_not_controlled() -> None:
    assert found(pooled(DEVICE, paid(3, relation="kin", surname=True))) == []


def test_the_users_are_asked_and_told_as_controlled() -> None:
    view = pooled(DEVICE, paid(3))
    users = {key_of(f"h{i}") for i in range(3)}
    assert TYPOLOGY.asks
    assert TYPOLOGY.asks(view, P) == users
    (best,) = found(view)
    told = TYPOLOGY.explain(view, P, best, best.events)
    assert told.parts == {key_of("boss"): "collector"} | dict.fromkeys(users, "controlled")
    assert "3 account holders who share no name used one device and paid one receiver within 14 days" in told.reason
    assert [(n.name, n.observed) for n in told.numbers] == [("min_accounts", 3)]
    assert told.absent == ("who held the device",)
    assert best.facets == ("identity",)
