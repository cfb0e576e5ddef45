"""Whom the gates of TS-P01 to TS-P07 let through to judgement and whom not: each pair differs in the one thing that decides."""

from typing import Any, NamedTuple

import msgspec
import pytest

from schemas.observation import TransferFacts
from streams.domain.trade import AD, PHONE, RIDE, ROOM
from streams.typologies.base import Typology
from streams.typologies.build import key_of, pay, view_of
from streams.typologies.ts_p01_staged_route_payments import TYPOLOGY as P01
from streams.typologies.ts_p02_deposit_then_balance import TYPOLOGY as P02
from streams.typologies.ts_p03_ransom_burst import TYPOLOGY as P03
from streams.typologies.ts_p04_debt_bondage import TYPOLOGY as P04
from streams.typologies.ts_p05_night_small_deposits import TYPOLOGY as P05
from streams.typologies.ts_p06_ad_and_logistics_micro import TYPOLOGY as P06
from streams.typologies.ts_p07_cse_micro_remittance import TYPOLOGY as P07
from tests.unit.streams.typologies.rows import Rows


class Case(NamedTuple):
    """The transfers of "r", and whether the gate is open for them."""

    typology: Typology
    what: str
    is_open: bool
    rows: Rows


def paid(who: str, day: float, usd: float = 700, to: str = "r", **how: Any) -> TransferFacts:
    return pay(who, to, day, usd, **how)


def by(payers: str, times: int = 1, usd: float = 700, **how: Any) -> Rows:
    """Each of the payers, named by letters, pays so often."""
    return [paid(who, 10 * n + i, usd, **how) for n in range(times) for i, who in enumerate(payers)]


def out(payees: str, **how: Any) -> Rows:
    return [paid("r", 50 + i, to=who, **how) for i, who in enumerate(payees)]


def to_a_firm(rows: Rows, step: int = 0) -> Rows:
    """The same where the receiver is a firm, each sum by `step` times more than the first than the one before."""
    return [
        msgspec.structs.replace(row, receiver=msgspec.structs.replace(row.receiver, is_person=False), usd_minor=row.usd_minor * (1 + step * n))
        for n, row in enumerate(rows) if row.receiver
    ]  # fmt: skip


def nightly(nights: int, days: int = 0, guests: str = "abcde", **how: Any) -> Rows:
    """Small round sums by night and by day, and a purchase."""
    rows = [paid(guests[i % len(guests)], i + (0.1 if i < nights else 0.5), 200, **how) for i in range(nights + days)]
    return [*rows, paid("r", 20, 50, "shop")]


def bought(*trades: str, **how: Any) -> Rows:
    return [paid("r", i, 24, "shop", trade=trade, channel="card", **how) for i, trade in enumerate(trades)]


ABROAD: dict[str, Any] = {"send": "SE:Malmo", "pay": "SD:Khartoum"}
SMALL: dict[str, Any] = {"send": "AU:Perth", "pay": "PH:Cebu"}
CASES = (
    Case(P01, "three receivers", True, out("xyz")),
    Case(P01, "two receivers, two payers", False, [*by("ab", 2), *out("xyx")]),
    Case(P01, "three payers", True, by("abc")),
    Case(P01, "three payers of a firm, alike", True, to_a_firm(by("abc"))),
    Case(P01, "three payers of a firm, sums of all kinds", False, to_a_firm(by("abc"), step=1)),
    Case(P01, "the same firm, which pays three", True, [*to_a_firm(by("abc"), step=1), *out("xyz")]),
    Case(P02, "three payers, twice each", True, by("abc", 2)),
    Case(P02, "four payers, three times each", True, by("abcd", 3)),
    Case(P02, "three payers, one of them once", False, by("abc", 2)[:5]),
    Case(P02, "two payers", False, by("ab", 3)),
    Case(P02, "three payers of a firm, sums of all kinds", False, to_a_firm(by("abc", 2), step=1)),
    Case(P03, "two payments from abroad", True, by("aa", **ABROAD)),
    Case(P03, "three payments from abroad", True, by("abc", **ABROAD)),
    Case(P03, "one payment from abroad", False, [*by("a", **ABROAD), *by("b", **ABROAD | {"send": "SD:Kassala"})]),
    Case(P03, "one payment to where somebody may be held", False, [*by("a", **ABROAD), *by("b", **ABROAD | {"pay": "NO:Oslo"})]),
    Case(P03, "to a firm", False, to_a_firm(by("ab", **ABROAD))),
    Case(P04, "three payers, four times each", True, by("abc", 4)),
    Case(P04, "four payers, five times each", True, by("abcd", 5)),
    Case(P04, "three payers, one of them three times", False, by("abc", 4)[:11]),
    Case(P04, "two payers", False, by("ab", 5)),
    Case(P05, "eight small sums, five of them by night", True, nightly(5, 3)),
    Case(P05, "nine of six people by night", True, nightly(9, guests="abcdef")),
    Case(P05, "four of eight by night", False, nightly(4, 4)),
    Case(P05, "seven by night", False, nightly(7)),
    Case(P05, "of four people", False, nightly(8, guests="abcd")),
    Case(P05, "nothing goes out", False, nightly(8)[:-1]),
    Case(P05, "rent", False, nightly(8, purpose="rent")),
    Case(P06, "three groups of purchases", True, bought(AD, ROOM, RIDE)),
    Case(P06, "four groups", True, bought(AD, ROOM, RIDE, PHONE)),
    Case(P06, "two groups and other things", False, bought(AD, ROOM, AD, "ticket", "hire", "")),
    Case(P06, "of a firm", False, bought(AD, ROOM, RIDE, entity_sender=True)),
    Case(P06, "sold, not bought", False, [*bought(AD, ROOM), paid("x", 5, trade=RIDE)]),
    Case(P07, "five payments to three people", True, out("xyzxy", **SMALL)),
    Case(P07, "six payments to four people", True, out("xyzvxy", **SMALL)),
    Case(P07, "four payments, and one at home", False, [*out("xyzx", **SMALL), *out("v", send="AU:Perth", pay="AU:Perth")]),
    Case(P07, "five payments to two people, and one at home", False, [*out("xyxyx", **SMALL), *out("v", send="AU:Perth", pay="NZ:Akl")]),
    Case(P07, "to kin", False, out("xyzxy", **SMALL, relation="spouse")),
    Case(P07, "of a firm", False, out("xyzxy", **SMALL, entity_sender=True)),
    Case(P07, "two payers", True, by("ab", **SMALL)),
    Case(P07, "three payers", True, by("abc", **SMALL)),
    Case(P07, "one payer twice", False, by("aa", **SMALL)),
    Case(P07, "two payers, one of them from elsewhere", False, [*by("a", **SMALL), *by("b", send="PH:Manila", pay="PH:Cebu")]),
    Case(P07, "two payers, one of them a foreigner", False, [*by("a", **SMALL), *by("b", **SMALL, nationality="PH")]),
    Case(P07, "payments to a firm", False, to_a_firm(by("ab", **SMALL))),
)  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda c: f"{c.typology.id}: {c.what}")
def test_a_gate_is_open_for_whoever_may_be_meant_and_for_nobody_else(case: Case) -> None:
    assert case.typology.gate(view_of("r", case.rows), case.typology.parameters) is case.is_open


@pytest.mark.parametrize(("rows", "asked"), [(by("ab", **SMALL), "ab"), (by("a", **SMALL), ""), (out("xyzxy", **SMALL), "")])
def test_the_payers_of_one_person_are_asked_what_they_pay_in_all(rows: Rows, asked: str) -> None:
    assert P07.asks
    assert P07.asks(view_of("r", rows), P07.parameters) == {key_of(who) for who in asked}


@pytest.mark.parametrize(("usd", "asked"), [(700, "abc"), (90, "")])
def test_the_payers_of_legs_are_asked_whom_else_they_pay(usd: float, asked: str) -> None:
    assert P01.asks
    assert P01.asks(view_of("r", [*by("bc"), *by("a", usd=usd)]), P01.parameters) == {key_of(who) for who in asked}
