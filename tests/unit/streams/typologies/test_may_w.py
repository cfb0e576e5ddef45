"""What a glance says no to where wages, visits, fees and journeys are looked at (TS-W01 to TS-W05): each pair differs in what decides."""

from typing import Any, NamedTuple

import msgspec
import pytest

from schemas.corridors import corridors
from schemas.observation import RECEIVER, SENDER, TransferFacts
from schemas.transfer import ACCOUNT, ADDRESS, DEVICE, DOCUMENT, EMAIL, IP, PHONE
from streams.domain.entity import Story
from streams.domain.glance import Glance
from streams.domain.trade import TICKET
from streams.typologies.base import Typology
from streams.typologies.build import START_MS, key_of, view_of
from streams.typologies.ts_w01_wage_skim import TYPOLOGY as W01
from streams.typologies.ts_w02_escorted_or_proxy_remitter import TYPOLOGY as W02
from streams.typologies.ts_w03_recruiter_visa_travel_payer import TYPOLOGY as W03
from streams.typologies.ts_w04_payroll_gap import TYPOLOGY as W04
from streams.typologies.ts_w05_group_travel_logistics import TYPOLOGY as W05
from tests.unit.streams.typologies.rows import Rows, paid, used

MINUTE = 1 / 1440
KINDS = (DOCUMENT, PHONE, ACCOUNT, DEVICE, EMAIL, ADDRESS, IP)


class Case(NamedTuple):
    """The transfers of "r", of which the newest is new, and whether they are worth a judgement."""

    what: str
    worth: bool
    rows: Rows
    asked: str = ""  # who was
    told: Story = Story()  # by each of them


class Shared(NamedTuple):
    """The same of an identifier of this kind: who uses it, and on which side of the transfers they are."""

    what: str
    worth: bool
    rows: Rows
    users: int
    kind: int = PHONE
    side: int = SENDER


def wage(day: float, to: str = "r", who: str = "firm") -> TransferFacts:
    return paid(who, day, 1_000, to, channel="payroll", entity_sender=True)


def pay_days(last: float = 0, gap: float = 30) -> Rows:
    """Three wages in one account in an hour or, with `last`, in so many days; and again after `gap` days."""
    return [wage(day + n) for day in (0, gap) for n in (0, 0.01, last or 0.04)]


def hands_over(who: str, *days: float, purpose: str = "travel") -> Rows:
    return [paid(who, day, 800, purpose=purpose) for day in days]


THREE = [*hands_over("a", 1), *hands_over("b", 1.1), *hands_over("c", 1.2), *hands_over("a", 31), *hands_over("b", 31.1)]
THIRD = paid("c", 31.2, 800)
TOLD = Story(wages=((START_MS, 100_000),))
W01_CASES = [
    Case("three wages within a day, twice", True, pay_days()),
    Case("four wages within a day, twice", True, [wage(-0.1), *pay_days()[:3], wage(29.9), *pay_days()[3:]]),
    Case("three wages within a day, and two", False, pay_days()[:5]),
    Case("three wages in exactly a day", True, pay_days(1)),
    Case("three wages in over a day", False, pay_days(1.01)),
    Case("in ninety days", True, pay_days(gap=89.96)),
    Case("the first over ninety days before", False, pay_days(gap=89.97)),
    Case("the newest is no wage", False, [*pay_days(), paid("x", 31, 50, purpose="travel")]),
    Case("one is no wage", False, [*pay_days()[:3], paid("firm", 29, 1_000, purpose="travel"), *pay_days()[4:]]),
    Case("a wage the party pays is none that it gets", False, [*pay_days()[:5], wage(30.04, "x", "r")]),
    Case("three people who paid twice", True, [*THREE, THIRD]),
    Case("four people who paid twice, one of them three times", True, [*hands_over("d", 0, 0.5, 0.7), *THREE, THIRD]),
    Case("two people", False, [*THREE[:2], *THREE[3:]]),
    Case("the third paid once", False, THREE),
    Case("the third paid rent", False, [*THREE[:2], *hands_over("c", 1.2, purpose="rent"), *THREE[3:], THIRD]),
    Case("two of three were asked", True, [*THREE, THIRD], "a b"),
    Case("all were asked and tell of no wages", False, [*THREE, THIRD], "a b c"),
    Case("all were asked and tell of wages", True, [*THREE, THIRD], "a b c", TOLD),
]
OF_SIX = [wage(30 * (i // 3) + 2 * i, f"w{i % 3}") for i in range(6)]
W01_SHARED = [
    Shared("six wages of three users on any days", True, OF_SIX, 3, ACCOUNT, RECEIVER),
    Shared("seven wages of four users on any days", True, [*OF_SIX, wage(50, "w3")], 4, ACCOUNT, RECEIVER),
    Shared("five wages", False, OF_SIX[:5], 3, ACCOUNT, RECEIVER),
    Shared("two users", False, [wage(30 * (i // 3) + 2 * i, f"w{i % 2}") for i in range(6)], 2, ACCOUNT, RECEIVER),
]


def helps(families: int = 5, gap: float = 60, last: float = 0, **how: Any) -> Rows:
    rows = [paid("r", n * gap + i / 10, 90, f"f{i}", **how) for n in range(2) for i in range(families)]
    return [*rows[:-1], paid("r", last, 90, f"f{families - 1}", **how)] if last else rows


W02_CASES = [
    Case("five families, sixty days apart", True, helps()),
    Case("six families, seventy days apart", True, helps(6, 70)),
    Case("four families", False, helps(4)),
    Case("the fifth once only", False, helps()[:-1]),
    Case("fifty-nine days apart", False, helps(gap=59)),
    Case("the last 180 days after the first", True, helps(gap=100, last=180)),
    Case("the last 181 days after the first, which counts no more", False, helps(gap=60, last=181)),
    Case("dues", False, helps(purpose="dues")),
]


def batch(minutes: float = 30, users: int = 3) -> Rows:
    return [paid(f"w{i}", 1 + minutes * MINUTE * i / (users - 1), 120, "x") for i in range(users)]


W02_SHARED = [
    Shared("three users within half an hour", True, batch(), 3),
    Shared("three users within 31 minutes", False, batch(31), 3),
    *(Shared(f"three users of kind {kind} at any time", kind > ACCOUNT, batch(900), 3, kind) for kind in KINDS),
    Shared("two users", False, batch(users=2), 2),
    Shared("twenty-five users", True, batch(users=25), 25),
    Shared("twenty-six users", False, batch(users=26), 26),
]


def unnamed(facts: TransferFacts) -> TransferFacts:
    return msgspec.structs.replace(facts, sender=msgspec.structs.replace(facts.sender, key=b""))


def fees(payers: int = 5, last: float = 4, **how: Any) -> Rows:
    return [paid(f"m{i}", last if i == payers - 1 else i / 2, 2_400, **how) for i in range(payers)]


W03_CASES = [
    Case("five payers", True, fees()),
    Case("six payers", True, fees(6)),
    Case("four payers, one of them twice", False, [*fees(4), paid("m0", 5, 2_400)]),
    Case("in thirty days", True, fees(last=30, purpose="travel")),
    Case("in thirty-one days", False, fees(last=31)),
    Case("one pays tuition", False, [*fees(4), paid("m4", 5, 2_400, purpose="tuition")]),
    Case("one is an employer", False, [*fees(4), wage(5)]),
    Case("one is a wife", False, [*fees(4), paid("m4", 5, 2_400, relation="spouse")]),
    Case("the fifth is paid", False, [*fees(4), paid("r", 5, 2_400, "m4", purpose="travel")]),
    Case("the fifth is not named", False, [*fees(4), unnamed(paid("x", 5, 2_400))]),
]


def returned(workers: int = 3, who_pays_back: int = 3, channel: str = "payroll") -> Rows:
    wages = [paid("r", i / 10, 1_000, f"w{i}", channel=channel, purpose="travel") for i in range(workers)]
    return [*wages, *(paid(f"w{i}", 3 + i / 10, 400) for i in range(who_pays_back))]


W04_CASES = [
    Case("three workers who pay in", True, returned()),
    Case("four workers who pay in", True, returned(4, 4)),
    Case("two of them", False, [*returned(who_pays_back=2), paid("x", 4, 50)]),
    Case("two workers", False, [*returned(2, 2), paid("x", 4, 50), paid("y", 5, 50)]),
    Case("what they get is no wage", False, returned(channel="bank_transfer")),
    Case("what they get was paid by card", False, returned(channel="card")),
]
W04_SHARED = [
    Shared("four users of an address", True, batch(users=4), 4, ADDRESS),
    Shared("five users of an address", True, batch(users=5), 5, ADDRESS),
    Shared("three users of an address", False, batch(users=3), 3, ADDRESS),
    *(Shared(f"four users of kind {kind}", kind == ADDRESS, batch(users=4), 4, kind) for kind in KINDS),
]


def buys(count: int, last: float = 3, trade: str = TICKET) -> Rows:
    days = [*(i / 2 for i in range(count - 1)), last]
    return [paid("r", day, 150, "shop", trade=TICKET if i else trade, purpose="travel") for i, day in enumerate(days)]


W05_CASES = [
    Case("four purchases", True, buys(4)),
    Case("five purchases", True, buys(5)),
    Case("three purchases", False, buys(3)),
    Case("one of four is no purchase of a kind", False, buys(4, trade="")),
    Case("the newest is none", False, [*buys(4), paid("r", 4, 20, "shop", purpose="travel")]),
    Case("in fourteen days", True, buys(4, 14)),
    Case("in fifteen days", False, buys(4, 15)),
    Case("what others buy of the person", False, [*buys(3), paid("x", 4, 150, trade=TICKET)]),
]
CASES = (
    *((W01, case) for case in W01_CASES), *((W02, case) for case in W02_CASES), *((W03, case) for case in W03_CASES),
    *((W04, case) for case in W04_CASES), *((W05, case) for case in W05_CASES),
)  # fmt: skip
SHARED = (*((W01, case) for case in W01_SHARED), *((W02, case) for case in W02_SHARED), *((W04, case) for case in W04_SHARED))


@pytest.mark.parametrize(("typology", "case"), [pytest.param(t, c, id=f"{t.id}: {c.what}") for t, c in CASES])
def test_a_glance_at_a_party_lets_pass_what_may_hold_and_nothing_else(typology: Typology, case: Case) -> None:
    state = view_of("r", case.rows).state
    state.asked += [key_of(name) for name in case.asked.split()]
    state.stories |= {key_of(name): case.told for name in case.asked.split() if case.told.wages}
    glance = Glance(state, 1, corridors())
    assert not case.worth or glance.what() & typology.on
    assert typology.may(glance, typology.parameters) is case.worth


@pytest.mark.parametrize(("typology", "case"), [pytest.param(t, c, id=f"{t.id}: {c.what}") for t, c in SHARED])
def test_a_glance_at_an_identifier_lets_pass_what_may_hold_and_nothing_else(typology: Typology, case: Shared) -> None:
    state = used(case.kind, [(facts, case.side) for facts in case.rows])
    assert len(state.users) == case.users
    assert typology.may(Glance(state, 1, corridors()), typology.parameters) is case.worth
