"""TS-F02 where a feed tells who paid whom and no more: strangers on both sides, and strangers against the payer's habit."""

import pytest

from streams.domain.strangers import ABSENT
from streams.domain.view import View
from streams.typologies.base import Explanation, Hit
from streams.typologies.build import bare, key_of
from streams.typologies.ts_f02_hub_fan_out import TYPOLOGY

P = TYPOLOGY.parameters


def hub(receivers: int, payers: int, gap: float = 1, returning: int = 0, paid_in: float = 0) -> View:
    ins = [(f"p{i}", "head", paid_in, 100 + i) for i in range(payers)]
    return bare("head", [*ins, *(("head", f"h{i}", 5 + i * gap, 100) for i in range(receivers))], returning)


def found(view: View) -> list[Hit]:
    return list(TYPOLOGY.hits(view, P)) if TYPOLOGY.gate(view, P) else []


def told(view: View) -> Explanation:
    (hit,) = found(view)
    return TYPOLOGY.explain(view, P, hit, hit.events)


def test_six_strangers_paid_are_at_the_line_and_twelve_are_twice_it() -> None:
    assert found(hub(5, 5)) == []
    assert [h.strength for h in found(hub(6, 5))] == [0.42]
    assert found(hub(12, 5))[-1].strength == 0.56


def test_five_strangers_had_paid_in_by_then() -> None:
    assert found(hub(6, 4)) == []
    assert len(found(hub(6, 5, paid_in=10))) == 1
    assert found(hub(6, 5, paid_in=10.01)) == []


@pytest.mark.parametrize(("gap", "hits"), [(6, 1), (6.01, 0)])
def test_they_are_paid_within_thirty_days(gap: float, hits: int) -> None:
    assert len(found(hub(6, 5, gap))) == hits


@pytest.mark.parametrize(("people", "returning", "hits"), [(3, 5, 1), (2, 5, 0), (3, 4, 0)])
def test_three_strangers_stand_out_where_five_others_came_back(people: int, returning: int, hits: int) -> None:
    assert [h.strength for h in found(hub(people, 0, 60, returning))] == [0.42] * hits


def test_fewer_than_four_people_paid_are_not_looked_at() -> None:
    view = hub(3, 5, 60, 5)
    view.payees.discard(key_of("shop"))
    assert not TYPOLOGY.gate(view, P)


def test_the_finding_says_what_was_absent_and_what_it_counted() -> None:
    crowd, few = told(hub(6, 7)), told(hub(4, 0, 60, 5))
    assert crowd.absent == few.absent == ABSENT
    assert [(n.name, n.observed, n.line) for n in crowd.numbers] == [("bare_receivers", 6, 6), ("bare_payers", 7, 5)]
    assert [(n.name, n.observed, n.line) for n in few.numbers] == [("bare_few", 4, 3)]
    assert crowd.parts == {key_of("head"): "coordinator"} | {key_of(f"h{i}"): "recipient" for i in range(6)}
