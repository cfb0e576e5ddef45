"""What a glance says no to where sums, counters, towns and prices are looked at (TS-S01 to TS-S05): each pair differs in what decides."""

from typing import Any, NamedTuple

import msgspec
import pytest

from schemas.corridors import corridors
from schemas.observation import TransferFacts
from streams.domain.glance import Glance
from streams.typologies.base import Typology
from streams.typologies.build import view_of
from streams.typologies.ts_s01_structuring import TYPOLOGY as S01
from streams.typologies.ts_s02_multi_branch_same_day import TYPOLOGY as S02
from streams.typologies.ts_s03_agent_collusion import TYPOLOGY as S03
from streams.typologies.ts_s04_moving_receiver import TYPOLOGY as S04
from streams.typologies.ts_s05_fee_band_match import TYPOLOGY as S05
from tests.unit.streams.typologies.rows import Rows, paid

HOUR = 1 / 24


class Case(NamedTuple):
    """The transfers of "r", of which the last `added` are new, and whether they are worth a judgement."""

    what: str
    worth: bool
    rows: Rows
    added: int = 1


def near(day: float, usd: float = 2_900) -> TransferFacts:
    return paid("r", day, usd, "x", send="US:Phoenix", pay="MX:Tijuana")


S01_CASES = [
    Case("two sums just under a line", True, [near(0), near(1)]),
    Case("three sums just under a line", True, [near(0), near(1), near(1.5)]),
    Case("one of them further under it", False, [near(0, 2_300), near(1)]),
    Case("the newest further under it", False, [near(0), near(1), near(2, 2_300)]),
    Case("three days apart", True, [near(0), near(3)]),
    Case("over three days apart", False, [near(0), near(3.01)]),
]


def visit(hour: float, counter: int, **how: Any) -> TransferFacts:
    return paid("r", hour * HOUR, 900, "x", counter=counter, **how)


KIN: dict[str, Any] = {"relation": "spouse"}
S02_CASES = [
    Case("two counters in 48 hours", True, [visit(0, 1), visit(48, 2)]),
    Case("two counters in an hour, the later with the lower number", True, [visit(0, 2), visit(1, 1)]),
    Case("two counters in 49 hours", False, [visit(0, 1), visit(49, 2)]),
    Case("two counters in 49 hours, both visits new", False, [visit(0, 1), visit(49, 2)], added=2),
    Case("one counter twice", False, [visit(0, 1), visit(1, 1)]),
    Case("the newest at no counter", False, [visit(0, 1), visit(1, 2), visit(2, 0)]),
    Case("the other at no counter", False, [visit(0, 0), visit(1, 2)]),
    Case("the newest is money that came in", False, [visit(0, 1), visit(1, 2), paid("x", 0.2, 900, counter=3)]),
    Case("the other is money that came in", False, [paid("y", 0, 900, counter=1), visit(1, 2)]),
    Case("for a wife", False, [visit(0, 1, **KIN), visit(1, 2, **KIN)]),
    Case("into one's own account", True, [paid("r", n * HOUR, 900, counter=n + 1, channel="cash_in") for n in range(2)], 2),
]


def handed_in(count: int = 20, senders: int = 10, last: float = 30) -> Rows:
    days = [*range(count - 1), last]
    return [paid(f"s{i % senders}", day, 900, counter=9) for i, day in enumerate(days)]


S03_CASES = [
    Case("twenty payments of ten people over counters", True, handed_in()),
    Case("twenty-one payments of eleven people over counters", True, handed_in(21, 11)),
    Case("nineteen", False, handed_in(19)),
    Case("nine people", False, handed_in(senders=9)),
    Case("one of them over no counter", False, [*handed_in(19, last=18.5), paid("s9", 19, 900)]),
    Case("in 31 days", False, handed_in(last=31)),
    Case("any counters", True, [msgspec.structs.replace(row, counter=n + 1) for n, row in enumerate(handed_in())]),
]


def got(day: float, town: str, usd: float = 1_000, who: str = "p", to: str = "r", purpose: str = "none") -> TransferFacts:
    return paid(who, day, usd, to, pay=town, purpose=purpose)


ZARANJ, URMIA = got(0, "AF:Zaranj", who="a"), got(9, "IR:Urmia", who="b")
S04_CASES = [
    Case("the third town on a route", True, [ZARANJ, URMIA, got(18, "TR:Van")]),
    Case("the fourth town on a route", True, [ZARANJ, URMIA, got(18, "TR:Van"), got(27, "TR:Edirne", 50)]),
    Case("a second time in the second", False, [ZARANJ, URMIA, got(18, "IR:Urmia")]),
    Case("a third town on no route", False, [ZARANJ, URMIA, got(18, "GB:Leeds")]),
    Case("the newest on no route", False, [ZARANJ, URMIA, got(18, "TR:Van"), got(19, "GB:Leeds")]),
    Case("over USD 1,000 now", False, [ZARANJ, URMIA, got(18, "TR:Van"), got(19, "TR:Van", 1_001)]),
    Case("over USD 1,000 in one of the towns", False, [got(0, "AF:Zaranj", 1_001), URMIA, got(18, "TR:Van")]),
    Case("paid out in the third town", False, [ZARANJ, URMIA, got(18, "TR:Van", who="r", to="x", purpose="travel")]),
    Case(
        "paid out in one of the towns", False, [got(0, "AF:Zaranj", who="r", to="x", purpose="travel"), URMIA, got(18, "TR:Van")]
    ),
    Case("sent to oneself in one of the towns", False, [got(0, "AF:Zaranj", who="r"), URMIA, got(18, "TR:Van")]),
    Case("the first town left out", False, [got(0, ""), URMIA, got(18, "TR:Van")]),
    Case("sixty days after the first", True, [ZARANJ, URMIA, got(60, "TR:Van")]),
    Case("sixty-one days after the first", False, [ZARANJ, URMIA, got(61, "TR:Van")]),
]


def alike(*sums: float, last: float = 2, **how: Any) -> Rows:
    days = [*range(len(sums) - 1), last]
    return [paid(f"p{i}", day, usd, pay="TR:Van", **how) for i, (day, usd) in enumerate(zip(days, sums, strict=True))]


S05_CASES = [
    Case("three of one sum", True, alike(600, 600, 600)),
    Case("four of one sum", True, alike(600, 600, 600, 600, last=4, purpose="travel")),
    Case("two of them of one person", False, [*alike(600, 600, 2_000, last=1.5), paid("p0", 2, 600)]),
    Case("a quarter less than the newest", True, alike(600, 800, 800)),
    Case("over a quarter less than the newest", False, alike(599.99, 800, 800)),
    Case("a quarter more than the newest", True, alike(800, 600, 600)),
    Case("over a quarter more than the newest", False, alike(800.01, 600, 600)),
    Case("at no price of a leg", False, alike(60, 60, 60)),
    Case("rent now", False, [*alike(600, 600, 600), paid("p3", 3, 600, purpose="rent")]),
    Case("money that goes out now", False, [*alike(600, 600, 600), paid("r", 3, 600, "x", purpose="travel")]),
    Case("thirty days after the first", True, alike(600, 600, 600, last=30)),
    Case("thirty-one days after the first", False, alike(600, 600, 600, last=31)),
]
CASES = (
    *((S01, case) for case in S01_CASES), *((S02, case) for case in S02_CASES), *((S03, case) for case in S03_CASES),
    *((S04, case) for case in S04_CASES), *((S05, case) for case in S05_CASES),
)  # fmt: skip


@pytest.mark.parametrize(("typology", "case"), [pytest.param(t, c, id=f"{t.id}: {c.what}") for t, c in CASES])
def test_a_glance_lets_pass_what_may_hold_and_nothing_else(typology: Typology, case: Case) -> None:
    glance = Glance(view_of("r", case.rows).state, case.added, corridors())
    assert not case.worth or glance.what() & typology.on
    assert typology.may(glance, typology.parameters) is case.worth


def test_an_afghan_pair_is_looked_at_over_the_longer_of_both_windows() -> None:
    rows = [msgspec.structs.replace(near(day, 4_000), currency="AFN", amount_minor=30_000_000) for day in (0, 5)]
    wide = msgspec.structs.replace(S01.parameters, pair_window_d=5)
    glance = Glance(view_of("r", rows).state, 1, corridors())
    assert S01.may(glance, wide)
    assert not S01.may(glance, S01.parameters)
