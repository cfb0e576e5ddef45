"""What the gates and the sieve of TS-F01 to F08 keep out: one step under each of their lines they are shut."""

from collections.abc import Iterable

import msgspec
import pytest

from schemas.observation import TransferFacts
from streams.sieve import Sieve
from streams.typologies.base import Typology
from streams.typologies.build import bare, key_of, pay, view_of
from streams.typologies.ts_f01_funnel_corridor import TYPOLOGY as F01
from streams.typologies.ts_f02_hub_fan_out import TYPOLOGY as F02
from streams.typologies.ts_f03_rapid_pass_through import TYPOLOGY as F03
from streams.typologies.ts_f04_multi_corridor_beneficiary import TYPOLOGY as F04
from streams.typologies.ts_f05_linked_senders import TYPOLOGY as F05
from streams.typologies.ts_f06_layering_chain import TYPOLOGY as F06
from streams.typologies.ts_f07_hawala_settlement import TYPOLOGY as F07
from streams.typologies.ts_f08_network_growth import TYPOLOGY as F08

Rows = list[TransferFacts]
CREW = ("TR:Van", "TR:Van", "IR:Urmia", "TR:Edirne")


def ins(people: int, times: int = 1, usd: float = 800, **how: object) -> Rows:
    """People who pay x in turn, one a day."""
    return [pay(f"s{i % people}", "x", i, usd, **how) for i in range(people * times)]  # type: ignore[arg-type]


def outs(towns: Iterable[str], start: float = 30, who: str = "h", **how: object) -> Rows:
    """x pays somebody else in each town, one a day."""
    return [pay("x", f"{who}{i}", start + i, 300, pay=town, **how) for i, town in enumerate(towns)]  # type: ignore[arg-type]


def placed(send: Iterable[str], to: str = "TR:Van") -> Rows:
    return [pay(f"s{i}", "x", i, 800, send=town, pay=to) for i, town in enumerate(send)]


def firm(rows: Rows) -> Rows:
    """The same to a business that takes mixed sums: at most one in three is near the middle."""
    mixed = [msgspec.structs.replace(facts, usd_minor=facts.usd_minor * 3**i) for i, facts in enumerate(rows)]
    return [
        msgspec.structs.replace(f, receiver=msgspec.structs.replace(f.receiver, is_person=False)) for f in mixed if f.receiver
    ]


OUT = [pay("x", "", 30, 4000, channel="cash_out")]


@pytest.mark.parametrize(("typology", "rows", "is_open"), [
    (F01, ins(5), True), (F01, ins(4, 2), False), (F01, firm(ins(5)), False),
    (F02, outs(CREW), True), (F02, [*outs(CREW[:3]), *outs(CREW[:3], 40)], False), (F02, outs((*CREW[:3], "DE:Bonn")), False),
    (F03, [*ins(5), *OUT], True), (F03, [*ins(4, 2), *OUT], False), (F03, ins(5), False), (F03, [*firm(ins(5)), *OUT], False),
    (F04, placed(("JP", "CA", "NO")), True), (F04, placed(("JP", "CA", "JP")), False), (F04, placed(("JP", "CA")), False),
    (F04, [*placed(["JP"] * 2), pay("z", "x", 9, 800, send="JP", pay="IR")], True), (F04, firm(placed(("JP", "CA", "NO"))), False),
    (F04, [*placed(["JP"]), pay("s0", "x", 9, 800, send="CA", pay="IR")], False),
    (F05, ins(3), True), (F05, ins(2, 3), False), (F05, [*ins(2), pay("z", "x", 9, 800, send="TR")], False),
    (F06, [pay("a", "x", 0, 900), pay("x", "c", 1, 900)], True), (F06, [pay("a", "x", 0, 900), pay("x", "c", 1, 500)], False),
    (F06, [pay("a", "x", 0, 900), pay("a", "x", 1, 900), pay("x", "c", 20, 1800)], True), (F06, ins(9), False),
    (F07, [*ins(5, 2), *outs(["IR"])], True), (F07, [*ins(9), *outs(["IR"])], False), (F07, [*ins(4, 3), *outs(["IR"])], False),
    (F07, ins(5, 2), False), (F07, [*firm(ins(5, 2)), *outs(["IR"])], False),
    (F08, ins(5), True), (F08, ins(4, 2), False), (F08, firm(ins(5)), False),
    (F08, [*ins(5), *outs(["DE"], who="s"), *outs(["DE"])], True),  # half of what it pays goes back: no club
    (F08, [*ins(5), *outs(["DE", "DE"], who="s"), *outs(["DE"])], False),
])  # fmt: skip
def test_a_gate_is_open_from_its_lines_on(typology: Typology, rows: Rows, is_open: bool) -> None:
    assert typology.gate(view_of("x", rows), typology.parameters) is is_open


@pytest.mark.parametrize(("typology", "rows"), [
    (F01, ins(12)), (F02, outs(CREW * 3)), (F03, [*ins(12), *OUT, *outs(CREW, 40)]), (F04, placed(("JP", "CA", "NO", "SE", "FI"))),
    (F04, [pay(f"s{i}", "x", i, 800, send="JP", pay=to) for i, to in enumerate(("TR", "IR", "IQ", "TR", "SY"))]), (F05, ins(7, 2)),
    (F06, [*ins(9, usd=320), *outs(CREW, 9.5)]), (F07, [*ins(12, 3), *outs(["IR", "IQ", "AE"], 60)]), (F08, ins(12)),
])  # fmt: skip
def test_a_gate_is_open_far_over_its_lines(typology: Typology, rows: Rows) -> None:
    assert typology.gate(view_of("x", rows), typology.parameters)
    assert Sieve((typology,)).possible(view_of("x", rows)) == (typology,)


@pytest.mark.parametrize(("people", "is_open"), [(3, True), (2, False)])
def test_without_places_three_strangers_are_enough_to_ask_for_a_pass_through(people: int, is_open: bool) -> None:
    view = bare("x", [(f"s{i}", "x", i, 400) for i in range(people)])
    assert F03.gate(view, F03.parameters) is is_open
    some = view_of("x", [*ins(people), *OUT])
    assert not F03.gate(some, F03.parameters)


def test_without_places_there_may_always_be_a_layer_and_never_a_network() -> None:
    view = bare("x", [(f"s{i}", "x", i, 400) for i in range(9)])
    assert F06.gate(view, F06.parameters)
    assert not F08.gate(view, F08.parameters)
    assert F08.gate(view_of("x", ins(9)), F08.parameters)


def test_without_places_a_payer_of_four_is_asked_for_strangers_and_one_of_three_is_not() -> None:
    view = bare("x", [("x", f"h{i}", i, 400) for i in range(3)])  # and a shop
    assert F02.gate(view, F02.parameters)
    view.payees.discard(key_of("h0"))
    assert not F02.gate(view, F02.parameters)


PAID, CASH = pay("x", "h", 30, 300), OUT[0]


@pytest.mark.parametrize(("typology", "enough", "too_few"), [
    (F01, ins(5), [ins(4, 2)]),
    (F02, outs(CREW), [[*outs(CREW[:3]), *outs(CREW[:3], 40)]]),
    (F03, [*ins(3), CASH], [ins(3), [*ins(2, 2), CASH]]),
    (F04, ins(3), [ins(2, 2)]),
    (F05, ins(3), [ins(2, 3)]),
    (F06, [*ins(1), PAID], [ins(5), [PAID]]),
    (F07, [*ins(5, 2), PAID], [[*ins(9), PAID], [*ins(4, 3), PAID], ins(5, 2)]),
    (F08, ins(5), [ins(4, 2)]),
])  # fmt: skip
def test_the_sieve_holds_back_who_has_too_few_transfers_or_people(typology: Typology, enough: Rows, too_few: list[Rows]) -> None:
    sieve = Sieve((typology,))
    assert sieve.possible(view_of("x", enough)) == (typology,)
    assert [sieve.possible(view_of("x", rows)) for rows in too_few] == [()] * len(too_few)
