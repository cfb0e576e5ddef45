"""What a glance at a payer, a collector or a holder says no to (TS-P01 to TS-P07): each pair differs in the one thing that decides."""

from typing import Any, NamedTuple

import pytest

from schemas.corridors import corridors
from schemas.observation import TransferFacts
from streams.domain.entity import Story
from streams.domain.glance import Glance
from streams.domain.trade import AD, PHONE, RIDE, ROOM
from streams.typologies.base import Typology
from streams.typologies.build import START_MS, key_of, view_of
from streams.typologies.ts_p01_staged_route_payments import TYPOLOGY as P01
from streams.typologies.ts_p02_deposit_then_balance import TYPOLOGY as P02
from streams.typologies.ts_p03_ransom_burst import TYPOLOGY as P03
from streams.typologies.ts_p04_debt_bondage import TYPOLOGY as P04
from streams.typologies.ts_p05_night_small_deposits import TYPOLOGY as P05
from streams.typologies.ts_p06_ad_and_logistics_micro import TYPOLOGY as P06
from streams.typologies.ts_p07_cse_micro_remittance import TYPOLOGY as P07
from tests.unit.streams.typologies.rows import Rows, paid

RENT: dict[str, Any] = {"purpose": "rent"}
FOR_TRAVEL: dict[str, Any] = {"purpose": "travel"}  # says something, and nothing that is asked for


class Case(NamedTuple):
    """The transfers of `who`, of which the last `added` are new, and whether they are worth a judgement."""

    what: str
    worth: bool
    rows: Rows
    who: str = "r"
    added: int = 1
    asked: str = ""  # who was
    told: Story = Story()  # by each of them


def glances(typology: Typology, case: Case) -> bool:
    """Whether `may` lets the case be judged."""
    state = view_of(case.who, case.rows).state
    for name in case.asked.split():
        state.asked.append(key_of(name))
        if case.told != Story():
            state.stories[key_of(name)] = case.told
    glance = Glance(state, case.added, corridors())
    assert not case.worth or glance.what() & typology.on
    return typology.may(glance, typology.parameters)


def leg(to: str, day: float, usd: float = 700, town: str = "TR:Van", **how: Any) -> TransferFacts:
    return paid("f", day, usd, to, pay=town, **how)


def three(last: float = 2, usd: float = 600, middle: float = 1) -> Rows:
    return [paid("a", 0, 600), paid("b", middle, usd), paid("c", last, 600)]


WAY = [leg("x", 0, town="AF:Zaranj"), leg("y", 10, town="IR:Urmia")]
SECOND = Story(debits=((START_MS, 60_000, key_of("z"), "DE", "TR", True),))
P01_CASES = [
    Case("a third leg on the route", True, [*WAY, leg("z", 20, **FOR_TRAVEL)], "f"),
    Case("a fourth leg on the route", True, [*WAY, leg("z", 20), leg("w", 30, town="TR:Edirne")], "f"),
    Case("to the second receiver again", False, [*WAY, leg("y", 20)], "f"),
    Case("at no price of a leg", False, [*WAY, leg("z", 20, 90)], "f"),
    Case("for rent", False, [*WAY, leg("z", 20, **RENT)], "f"),
    Case("to no town of a route", False, [*WAY, leg("z", 20, 3_000, "GB:Leeds")], "f"),
    Case("one of the three was to no town of a route", False, [WAY[0], leg("y", 10, 3_000, "GB:Leeds"), leg("z", 20)], "f"),
    Case("120 days after the first", True, [*WAY, leg("z", 120)], "f"),
    Case("121 days after the first", False, [*WAY, leg("z", 121)], "f"),
    Case("what comes in is no leg", False, [*WAY, leg("z", 20), paid("w", 21, 700, "f")], "f"),
    Case("the third of three payers at the price", True, [*three()[:2], paid("c", 2, 600, **FOR_TRAVEL)]),
    Case("the fourth of four payers at the price", True, [*three(), paid("d", 3, 600)]),
    Case("of two payers", False, [*three()[:2], paid("a", 2, 600)]),
    Case("one of the three paid no price of a leg", False, three(usd=90)),
    Case("of three payers one pays his rent now", False, [*three(), paid("a", 3, 600, **RENT)]),
    Case("the receiver of three pays a leg out", False, [*three(), paid("r", 3, 600, "x", **FOR_TRAVEL)]),
    Case("two of three were asked", True, three(), asked="a b"),
    Case("all were asked and nobody told", False, three(), asked="a b c"),
    Case("all were asked and told", True, three(), asked="a b c", told=SECOND),
    Case("they told, within 120 days", True, three(120, middle=60), asked="a b c", told=SECOND),
    Case("they told, in 121 days", False, three(121, middle=60), asked="a b c", told=SECOND),
]


def steps(who: str, first: float, last: float, usd: float = 1_500, **how: Any) -> Rows:
    return [paid(who, first, 500, **how), paid(who, last, usd, **how)]


TWO = [*steps("a", 0, 20), *steps("b", 1, 21)]
P02_CASES = [
    Case("the third balance", True, [*TWO, *steps("c", 2, 22)]),
    Case("the fourth balance", True, [*TWO, *steps("c", 2, 22), *steps("d", 22.5, 23, **FOR_TRAVEL)]),
    Case("a third down payment", False, [*TWO, paid("c", 22, 500)]),
    Case("a half more", True, [*TWO, *steps("c", 2, 22, 750)]),
    Case("less than a half more", False, [*TWO, *steps("c", 2, 22, 749)]),
    Case("five times", True, [*TWO, *steps("c", 2, 22, 2_500)]),
    Case("over five times", False, [*TWO, *steps("c", 2, 22, 2_501)]),
    Case("a third payment may be the balance", True, [*TWO, paid("c", 2, 500), *steps("c", 3, 22)]),
    Case("a fourth may not", False, [*TWO, *steps("c", 2, 3), *steps("c", 4, 22)]),
    Case("money that goes back is no balance", False, [*TWO, *steps("c", 2, 21.5, 600), paid("r", 22, 1_500, "c", **FOR_TRAVEL)]),
    Case("one of the three paid rent", False, [*steps("a", 0, 20, **RENT), *TWO[2:], *steps("c", 2, 22)]),
    Case("120 days after the first of all", True, [*TWO, *steps("c", 90, 120)]),
    Case("121 days after the first of all", False, [*TWO, *steps("c", 90, 121)]),
]


def abroad(day: float, usd: float = 450, send: str = "SE:Stockholm", to: str = "SD:Khartoum") -> TransferFacts:
    return paid("m", day, usd, send=send, pay=to)


P03_CASES = [
    Case("two payments on two days", True, [abroad(0), abroad(1)]),
    Case("72 hours apart", True, [abroad(0), abroad(3)]),
    Case("73 hours apart", False, [abroad(0), abroad(73 / 24)]),
    Case("73 hours apart, both new", False, [abroad(0), abroad(73 / 24)], added=2),
    Case("USD 500 in all", True, [abroad(0, 400), abroad(1, 100)]),
    Case("USD 499 in all", False, [abroad(0, 400), abroad(1, 99)]),
    Case("USD 499 in 72 hours, more before", False, [abroad(-4, 900), abroad(0, 400), abroad(1, 99)]),
    Case("one within the country", False, [abroad(0, send="SD:Kassala"), abroad(1)]),
    Case("one to where nobody is held", False, [abroad(0, to="NO:Oslo"), abroad(1)]),
    Case("where a country is left out it may be abroad", True, [abroad(0, send=""), abroad(1)]),
    Case("where a country is left out somebody may be held", True, [abroad(0, to=""), abroad(1)]),
]


def worker(who: str, gap: float = 7, times: int = 4, usd: float = 100, **how: Any) -> Rows:
    first = "abcd".index(who) / 10
    return [paid(who, first + gap * n, usd, **how) for n in range(times)]


def boss(*workers: Rows) -> Rows:
    return sorted((row for rows in workers for row in rows), key=lambda row: row.at_ms)


P04_CASES = [
    Case("three workers, four payments of each", True, boss(*map(worker, "abc"))),
    Case("four workers, five payments of each", True, boss(*(worker(w, times=5, **FOR_TRAVEL) for w in "abcd"))),
    Case("two workers", False, boss(*map(worker, "ab"), worker("c", times=1))),
    Case("three payments of one", False, boss(*map(worker, "ab"), worker("c", times=3))),
    Case("one pays USD 99.99", False, boss(*map(worker, "ab"), worker("c", usd=99.99))),
    Case("one pays rent", False, boss(*map(worker, "ab"), worker("c", **RENT))),
    Case("the last 180 days after the first", True, boss(*map(worker, "ab"), worker("c", 179.8 / 3))),
    Case("the last 181 days after the first", False, boss(*map(worker, "ab"), worker("c", 180.8 / 3))),
]


def guests(count: int = 8, people: int = 8, usd: float = 200, first: float = 0, gap: float = 1, **how: Any) -> Rows:
    return [paid("r", -1, 50, "shop"), *(paid(f"g{i % people}", first + gap * i, usd, **how) for i in range(count))]


P05_CASES = [
    Case("eight small sums of five people, and money had left", True, guests(people=5)),
    Case("nine small sums of nine people, and money had left", True, guests(9, 9, **FOR_TRAVEL)),
    Case("nothing ever left", False, guests()[1:]),
    Case("seven sums", False, guests(7)),
    Case("four people", False, guests(people=4)),
    Case("a fifth who paid too much", False, [*guests(people=4), paid("x", 8, 700)]),
    Case("a fifth who paid rent", False, [*guests(people=4), paid("x", 8, 200, **RENT)]),
    Case("USD 20 each", True, guests(usd=20)),
    Case("USD 19.99 each", False, guests(usd=19.99)),
    Case("USD 600 each", True, guests(usd=600)),
    Case("USD 600.01 each", False, guests(usd=600.01)),
    Case("in 14 days", True, guests(gap=2)),
    Case("in 14.1 days", False, guests(gap=14.1 / 7)),
]


def buys(trade: str, day: float, who: str = "p", to: str = "shop") -> TransferFacts:
    return paid(who, day, 24, to, trade=trade, channel="card", **FOR_TRAVEL)


P06_CASES = [
    Case("a third group of purchases", True, [buys(AD, 0), buys(ROOM, 1), buys(PHONE, 2)], "p"),
    Case("a fourth group of purchases", True, [buys(AD, 0), buys(ROOM, 1), buys(PHONE, 2), buys(RIDE, 3)], "p"),
    Case("no third group", False, [buys(AD, 0), buys(ROOM, 1), buys(AD, 2)], "p"),
    Case("the newest is no such purchase", False, [buys(AD, 0), buys(ROOM, 1), buys(PHONE, 2), buys("", 3)], "p"),
    Case("other purchases are no third group", False, [buys("", 0), buys(ROOM, 1), buys(PHONE, 2)], "p"),
    Case("in 30 days", True, [buys(AD, 0), buys(ROOM, 1), buys(PHONE, 30)], "p"),
    Case("in 31 days", False, [buys(AD, 0), buys(ROOM, 1), buys(PHONE, 31)], "p"),
    Case("what others buy of the person is no group", False, [buys(AD, 0, "x", "p"), buys(ROOM, 1), buys(PHONE, 2)], "p"),
]


def sent(count: int, people: int, last: float = 40, **how: Any) -> Rows:
    said: dict[str, Any] = {"send": "AU:Perth", "pay": "PH:Cebu"}
    rows = [paid("man", i, 80, f"r{i % people}", **said) for i in range(count - 1)]
    return [*rows, paid("man", last, 80, f"r{(count - 1) % people}", **said | how)]


def from_abroad(who: str, day: float, send: str = "GB:London", to: str = "KE:Nairobi") -> TransferFacts:
    return paid(who, day, 90, send=send, pay=to)


P07_CASES = [
    Case("five payments to three people", True, sent(5, 3), "man"),
    Case("six payments to four people", True, sent(6, 4), "man"),
    Case("four payments", False, sent(4, 3), "man"),
    Case("two people", False, sent(5, 2), "man"),
    Case("the newest within the rich countries", False, sent(6, 3, pay="DE:Berlin"), "man"),
    Case("the newest from elsewhere", False, sent(6, 3, send="PH:Manila"), "man"),
    Case("where the countries are left out it may be", True, sent(5, 3, send="", pay=""), "man"),
    Case("in 60 days", True, sent(5, 3, 60), "man"),
    Case("in 61 days", False, sent(5, 3, 61), "man"),
    Case("two payers in rich countries", True, [from_abroad("a", 0), from_abroad("b", 1)]),
    Case("three payers in rich countries", True, [from_abroad("a", 0), from_abroad("b", 1), from_abroad("c", 2)]),
    Case("one payer twice", False, [from_abroad("a", 0), from_abroad("a", 1)]),
    Case("two payers, one of them elsewhere", False, [from_abroad("a", 0, "PH:Cebu"), from_abroad("b", 1)]),
    Case("two payers, one of them to a rich country", False, [from_abroad("a", 0, to="AU:Perth"), from_abroad("b", 1)]),
]
CASES = (
    *((P01, case) for case in P01_CASES), *((P02, case) for case in P02_CASES), *((P03, case) for case in P03_CASES),
    *((P04, case) for case in P04_CASES), *((P05, case) for case in P05_CASES), *((P06, case) for case in P06_CASES),
    *((P07, case) for case in P07_CASES),
)  # fmt: skip


@pytest.mark.parametrize(("typology", "case"), [pytest.param(t, c, id=f"{t.id}: {c.what}") for t, c in CASES])
def test_a_glance_lets_pass_what_may_hold_and_nothing_else(typology: Typology, case: Case) -> None:
    assert glances(typology, case) is case.worth
