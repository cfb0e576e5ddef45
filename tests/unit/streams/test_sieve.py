"""The sieve never holds back a typology whose gate would have let the entity through."""

from collections.abc import Callable

import pytest

from streams.domain.view import View
from streams.sieve import Sieve
from streams.typologies import CATALOGUE
from streams.typologies.base import Least, Typology
from streams.typologies.build import pay, view_of

EXAMPLES = [pytest.param(e.build, id=f"{t.id}: {e.what}") for t in CATALOGUE for e in t.examples]


def gated(view: View) -> list[str]:
    return [t.id for t in CATALOGUE if t.gate(view, t.parameters)]


@pytest.mark.parametrize("build", EXAMPLES)
def test_what_a_gate_lets_through_passes_the_sieve(build: Callable[[], View]) -> None:
    view = build()
    possible = [t.id for t in Sieve(CATALOGUE).possible(view)]
    assert [i for i in gated(view) if i not in possible] == []


@pytest.mark.parametrize("payers", range(8))
@pytest.mark.parametrize("payees", range(5))
def test_at_the_counts_where_gates_open_the_sieve_is_open(payers: int, payees: int) -> None:
    rows = [pay(f"s{i}", "bo", i + n, 500, send="SE:Stockholm", pay="SD:Khartoum") for i in range(payers) for n in range(4)]
    view = view_of("bo", rows + [pay("bo", f"r{i}", 20 + i, 1500) for i in range(payees)])
    possible = [t.id for t in Sieve(CATALOGUE).possible(view)]
    assert [i for i in gated(view) if i not in possible] == []


def test_a_typology_passes_from_its_least_counts_on_in_the_order_of_the_catalogue() -> None:
    def needing(name: str, least: Least) -> Typology:
        return CATALOGUE[0]._replace(id=name, least=least)

    sieve = Sieve((needing("b", Least(payers=2)), needing("a", Least()), needing("c", Least(credits=2, debits=1, payees=1))))
    two = [pay("s0", "bo", 0, 500), pay("s1", "bo", 1, 500)]
    assert [t.id for t in sieve.possible(view_of("bo", two[:1]))] == ["a"]
    assert [t.id for t in sieve.possible(view_of("bo", two))] == ["b", "a"]
    assert [t.id for t in sieve.possible(view_of("bo", [*two, pay("bo", "r", 2, 500)]))] == ["b", "a", "c"]
