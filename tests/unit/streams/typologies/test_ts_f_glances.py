"""What a glance spares TS-F01 to F08: one step under each of their lines it says no, and at the line it lets judge."""

from collections.abc import Iterable
from typing import Any

import msgspec
import pytest

from schemas.corridors import corridors
from schemas.observation import TransferFacts
from streams.domain.glance import Glance
from streams.typologies.base import Typology
from streams.typologies.build import pay, view_of
from streams.typologies.ts_f01_funnel_corridor import TYPOLOGY as F01
from streams.typologies.ts_f02_hub_fan_out import TYPOLOGY as F02
from streams.typologies.ts_f03_rapid_pass_through import TYPOLOGY as F03
from streams.typologies.ts_f04_multi_corridor_beneficiary import TYPOLOGY as F04
from streams.typologies.ts_f05_linked_senders import TYPOLOGY as F05
from streams.typologies.ts_f06_layering_chain import TYPOLOGY as F06
from streams.typologies.ts_f07_hawala_settlement import TYPOLOGY as F07
from streams.typologies.ts_f08_network_growth import TYPOLOGY as F08

Rows = list[TransferFacts]
KIN: dict[str, Any] = {"relation": "kin", "surname": True}
ROUTE = ("TR:Van", "TR:Van", "IR:Urmia", "TR:Edirne")
THREE = ("KG:Osh", "UZ:Termez", "TJ:Khujand", "KG:Osh")


def let(typology: Typology, rows: Rows, new: int = 1) -> bool:
    """Whether the party x is judged after the newest of its transfers."""
    glance = Glance(view_of("x", rows).state, new, corridors())
    assert not glance.is_whole
    return bool(glance.what() & typology.on) and typology.may(glance, typology.parameters)


def ins(days: Iterable[float], usd: float = 500, first: int = 0, **how: object) -> Rows:
    """x is paid by somebody else each day."""
    return [pay(f"s{first + i}", "x", day, usd, **how) for i, day in enumerate(days)]  # type: ignore[arg-type]


def outs(*rows: tuple[str, float, str], **how: object) -> Rows:
    """x pays these people on these days in these towns."""
    return [pay("x", who, day, 500, pay=town, **how) for who, day, town in rows]  # type: ignore[arg-type]


def crew(towns: tuple[str, ...], gap: float = 1, start: float = 0, **how: object) -> Rows:
    return outs(*((f"h{i}", start + i * gap, town) for i, town in enumerate(towns)), **how)


@pytest.mark.parametrize(("typology", "least", "days"), [(F01, 5, 30), (F03, 5, 30), (F08, 5, 30)])
def test_so_many_strangers_within_the_window(typology: Typology, least: int, days: float) -> None:
    def judged(people: int, last: float) -> bool:
        rows = ins([i / 10 for i in range(people - 1)]) + ins([last], first=people - 1)
        return let(typology, [*rows, pay("x", "", last + 0.5, 1000)] if typology is F03 else rows)

    edge = days - 0.5 if typology is F03 else days
    assert judged(least, edge)
    assert not judged(least - 1, edge)
    assert not judged(least, edge + 0.01)


FIVE = ins(range(5))


@pytest.mark.parametrize(("typology", "rows", "judged"), [
    # TS-F02: paid in a town of a route, or in nobody knows which, and enough others were within a year
    (F02, crew(ROUTE), True),
    (F02, crew(ROUTE[:3]), False),
    (F02, [*crew(ROUTE[:3]), *outs(("h0", 5, "TR:Van"))], False),
    (F02, [*crew(ROUTE), *outs(("h9", 5, "DE:Munich"))], False),
    (F02, [*outs(("h9", -1, "DE:Munich")), *crew(ROUTE[:3])], False),
    (F02, [*crew(ROUTE), pay("z", "x", 5, 500, pay="TR:Van")], False),
    (F02, crew((*ROUTE[:3], "")), True),
    (F02, [*crew(ROUTE[:3]), *outs(("h3", 5, "TR:Van"), purpose="rent")], False),
    (F02, [*crew(ROUTE[:3]), *outs(("h3", 5, "TR:Van"), **KIN)], False),
    (F02, [*crew(ROUTE[:3]), *outs(("h3", 365, "TR:Van"))], True),
    (F02, [*crew(ROUTE[:3]), *outs(("h3", 365.01, "TR:Van"))], False),
    # TS-F03: money leaves
    (F03, [*FIVE, pay("x", "", 5, 1000, channel="cash_out")], True),
    (F03, FIVE, False),
    # TS-F04: from enough countries, one may be unknown; or paid in enough
    (F04, [pay(f"s{i}", "x", i, 500, send=t) for i, t in enumerate(THREE)], True),
    (F04, [pay(f"s{i}", "x", i, 500, send=t) for i, t in enumerate(THREE[:3])], False),
    (F04, [pay(f"s{i}", "x", i, 500, send=t) for i, t in enumerate(THREE[:2] * 2)], False),
    (F04, [pay(f"s{i}", "x", i, 500, send=t) for i, t in enumerate((*THREE[:1] * 3, ""))], True),
    (F04, [pay(f"s{i}", "x", i * 20, 500, send=t) for i, t in enumerate(THREE)], True),
    (F04, [pay(f"s{i}", "x", i * 20.01, 500, send=t) for i, t in enumerate(THREE)], False),
    (F04, [pay(f"s{i}", "x", i * 15, 500, pay=t) for i, t in enumerate(("TR:Van", "IR:Urmia", "TR:Van"))], True),
    (F04, [pay(f"s{i}", "x", i * 15.01, 500, pay=t) for i, t in enumerate(("TR:Van", "IR:Urmia", "TR:Van"))], False),
    (F04, [pay(f"s{i % 2}", "x", i, 500, pay=t) for i, t in enumerate(("TR:Van", "IR:Urmia", "TR:Van"))], False),
    (F04, [pay(f"s{i}", "x", i, 500, pay=t) for i, t in enumerate(("TR:Van", "", "TR:Van"))], False),
    # TS-F05: enough who paid twice from abroad
    (F05, [*ins(range(3)), *ins(range(3, 6))], True),
    (F05, [*ins(range(3)), *ins(range(3, 5))], False),
    (F05, [*ins(range(2)), *ins(range(2, 4)), *ins(range(4, 6))], False),
    (F05, [*ins(range(3)), *ins(range(3, 5)), *ins([6], first=2, send="TR:Van")], False),
    (F05, [*ins(range(3)), *ins(range(3, 5)), *ins([6], first=2, send="")], True),
    (F05, [*ins(range(3)), *ins(range(3, 5)), *ins([60], first=2)], True),
    (F05, [*ins(range(3)), *ins(range(3, 5)), *ins([60.01], first=2)], False),
    (F05, [*ins(range(2)), *ins([2], first=2, **KIN), *ins(range(3, 5)), *ins([6], first=2, **KIN)], False),
    # TS-F07: ten payments of five strangers, and money that went abroad
    (F07, [*crew(("IR:Urmia",), start=-1), *FIVE, *ins(range(5, 10))], True),
    (F07, [*crew(("IR:Urmia",), start=-1), *FIVE, *ins(range(5, 9))], False),
    (F07, [*crew(("IR:Urmia",), start=-1), *ins(range(4)), *ins(range(4, 8)), *ins(range(8, 12))], False),
    (F07, [*crew(("DE:Bonn",), start=-1), *FIVE, *ins(range(5, 10))], False),
    (F07, [*FIVE, *ins(range(5, 10))], False),
    (F07, [*FIVE, *ins(range(5, 10)), *crew(("IR:Urmia",), start=60)], True),
    (F07, [*FIVE, *ins(range(5, 10)), *crew(("IR:Urmia",), start=60.01)], False),
    (F07, [*ins([-90]), *ins(range(9), first=1), *crew(("IR:Urmia",), start=20)], False),
    (F07, [*ins([-90], first=4), *ins(range(4)), *ins(range(4, 8)), *ins(range(8, 12)), *crew(("IR:Urmia",), start=20)], False),
    # TS-F08: a newcomer among five within a month, whom the party need not await where it has paid somebody; or no club any more
    (F08, [*outs(("boss", -20, "TR:Van")), *ins([0, 31, 62, 93, 124])], True),
    (F08, ins([0, 31, 62, 93, 124]), False),
    (F08, [*outs(("boss", -20, "TR:Van")), *ins([0, 31, 62, 93])], False),
    (F08, [*outs(("boss", -20, "TR:Van")), *FIVE, *ins([30])], True),
    (F08, [*outs(("boss", -20, "TR:Van")), *FIVE, *ins([30.01])], False),
    (F08, [*outs(("boss", -20, "TR:Van")), *FIVE, *ins([6], first=5, **KIN)], False),
    (F08, [*FIVE, *outs(("s0", 6, "TR:Van"), ("z", 7, "TR:Van"))], True),
    (F08, [*FIVE, *outs(("s0", 6, "TR:Van"), ("z", 7, "TR:Van"), ("z", 8, "TR:Van"))], False),
    (F08, [*FIVE, *outs(("z", 6, "TR:Van"))], False),
    (F08, [*FIVE, *outs(("z", 6, "TR:Van"), ("s0", 7, "TR:Van"))], False),
    (F08, [*FIVE, *outs(("s0", 6, "TR:Van"), ("z", 7, "TR:Van"), ("s1", 8, "TR:Van"), ("y", 9, "TR:Van"))], True),
    (F08, [*FIVE, *outs(("s0", 6, "TR:Van")), *ins([40])], False),
    (F08, [*ins(range(4)), *outs(("s0", 6, "TR:Van"), ("z", 7, "TR:Van"))], False),
])  # fmt: skip
def test_a_glance_says_no_one_step_under_each_line(typology: Typology, rows: Rows, judged: bool) -> None:
    assert let(typology, rows) is judged


FAR = ("KG:Osh", "UZ:Termez", "TJ:Khujand", "RU:Moscow", "KZ:Almaty", "TR:Van")


@pytest.mark.parametrize(("typology", "rows"), [
    (F01, ins(range(12))), (F02, crew(ROUTE * 3)), (F03, [*ins(range(12)), *crew(ROUTE, start=12)]),
    (F04, [pay(f"s{i}", "x", i, 500, send=t) for i, t in enumerate(FAR)]),
    (F04, [pay(f"s{i}", "x", i, 500, pay=t) for i, t in enumerate(FAR)]),
    (F04, [pay(f"s{i}", "x", i, 500, pay=t) for i, t in enumerate(FAR[:3])]),
    (F05, [*ins(range(5)), *ins(range(5, 10)), *ins(range(10, 15))]), (F06, [*ins([0, 1, 2]), *crew(ROUTE, start=3)]),
    (F06, [pay(shop, "x", i + day, 900) for day in (0, 3, 6) for i, shop in enumerate("ab")] + [pay("x", "c", 9, 50)]),
    (F07, [*crew(ROUTE, start=-9), *ins(range(8)), *ins(range(8, 16)), *ins(range(16, 24))]), (F08, ins(range(12))),
])  # fmt: skip
def test_far_over_its_lines_a_typology_is_judged_as_well(typology: Typology, rows: Rows) -> None:
    assert let(typology, rows)


SAID: tuple[dict[str, Any], ...] = (
    {"purpose_class": "family"},
    {"purpose_class": "ransom"},
    {"relation": "other"},
    {"relation": "kin"},
)


@pytest.mark.parametrize("said", SAID, ids=str)
@pytest.mark.parametrize(("typology", "rows"), [
    (F01, FIVE), (F02, crew(ROUTE)), (F03, [*FIVE, *crew(ROUTE[:1], start=5)]),
    (F04, [pay(f"s{i}", "x", i, 500, send=t) for i, t in enumerate(THREE)]),
    (F04, [pay(f"s{i}", "x", i, 500, pay=t) for i, t in enumerate(("TR:Van", "IR:Urmia", "TR:Van"))]),
    (F05, [*ins(range(3)), *ins(range(3, 6))]), (F06, [pay("a", "x", 0, 900), pay("x", "c", 1, 900)]),
    (F07, [*crew(("IR:Urmia",), start=-1), *FIVE, *ins(range(5, 10))]), (F08, FIVE),
    (F08, [*FIVE, *outs(("s0", 6, "TR:Van"), ("z", 7, "TR:Van"))]),
])  # fmt: skip
def test_whatever_else_is_said_of_strangers_they_are_judged(typology: Typology, rows: Rows, said: dict[str, Any]) -> None:
    assert let(typology, [msgspec.structs.replace(facts, **said) for facts in rows])


BULK = [pay("shop", "x", day, 300) for day in (0, 20)]
SMALL = [pay("shop", "x", day, 299.99) for day in (0, 20)]


@pytest.mark.parametrize(("rows", "judged"), [
    ([pay("a", "x", 0, 1000), pay("x", "c", 4.99, 850)], True),
    ([pay("a", "x", 0, 1000), pay("x", "c", 5.01, 850)], False),
    ([pay("a", "x", 0, 1000), pay("x", "c", 1, 849.99)], False),
    ([pay("a", "x", 0, 1000), pay("x", "c", 1, 1000)], True),
    ([pay("a", "x", 0, 1000), pay("x", "c", 1, 1000.01)], False),
    ([pay("a", "x", 0, 1000), pay("x", "a", 1, 1000)], False),
    ([pay("a", "x", 0, 300), pay("x", "c", 1, 300)], True),
    ([pay("a", "x", 0, 300), pay("x", "c", 1, 299.99)], False),
    ([pay("x", "y", 0, 1000), pay("x", "c", 1, 1000)], False),
    ([pay("x", "y", 0, 1000), pay("a", "x", 1, 1000)], False),
    # in bulk: two large sums of one payer within a month, whatever is paid to a stranger
    ([*BULK, pay("x", "c", 30, 50)], True),
    ([*BULK, pay("x", "c", 30.01, 50)], False),
    ([*BULK, pay("x", "c", 30, 900)], True),
    ([*SMALL, pay("x", "c", 30, 50)], False),
    ([*BULK[:1], pay("x", "c", 21, 50)], False),
    ([*BULK[:1], pay("other", "x", 20, 900), pay("x", "c", 30, 50)], False),
    ([*BULK, pay("x", "son", 30, 50, relation="spouse")], False),
    ([*BULK, pay("x", "son", 30, 900, relation="spouse")], False),
    ([*BULK, pay("x", "shop", 30, 900, channel="merchant")], False),
    ([*BULK, pay("shop", "x", 30, 900)], False),
])  # fmt: skip
def test_f06_is_judged_where_a_new_payment_may_pass_on_what_came(rows: Rows, judged: bool) -> None:
    assert let(F06, rows) is judged


@pytest.mark.parametrize(("came", "went", "judged"), [(1, 2, True), (2, 1, False)])
def test_f06_of_two_new_transfers_the_money_must_have_come_first(came: float, went: float, judged: bool) -> None:
    both = sorted([pay("a", "x", came, 1000), pay("x", "c", went, 1000)], key=lambda facts: facts.at_ms)
    assert let(F06, [pay("old", "x", 0, 50), *both], new=2) is judged


def test_f08_a_relative_is_no_newcomer_whatever_else_is_new() -> None:
    rows = [*outs(("boss", -20, "TR:Van")), *FIVE]
    paid = outs(("z", 7, "TR:Van"))
    assert not let(F08, [*rows, *ins([6], first=5, **KIN), *paid], new=2)
    assert let(F08, [*rows, *ins([6], first=5), *paid], new=2)


@pytest.mark.parametrize(("typology", "wakes"), [
    (F01, "in"), (F02, "out"), (F03, "out, to kin"), (F04, "in"), (F05, "in"), (F06, "out, to kin"),
    (F07, "in, out, to kin"), (F08, "in, out, to kin"),
])  # fmt: skip
def test_what_kind_of_transfer_wakes_it(typology: Typology, wakes: str) -> None:
    new = {
        "in": pay("s", "x", 1, 500), "of kin": pay("s", "x", 1, 500, relation="spouse"), "of a firm": pay("s", "x", 1, 500, channel="payroll"),
        "out": pay("x", "r", 1, 500), "to kin": pay("x", "r", 1, 500, relation="spouse"),
    }  # fmt: skip
    before = pay("z", "x", 0, 500), pay("x", "y", 0.5, 500)
    woken = [
        what for what, facts in new.items() if Glance(view_of("x", [*before, facts]).state, 1, corridors()).what() & typology.on
    ]
    assert ", ".join(woken) == wakes
