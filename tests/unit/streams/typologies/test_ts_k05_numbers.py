"""TS-K05: its measures, sentences and strengths by hand, each kind of contradiction alone, and which payments hold it."""

from typing import Any

import msgspec
import pytest

from schemas.observation import TransferFacts
from streams.typologies.base import Explanation, Hit
from streams.typologies.build import START_MS, key_of, pay, view_of
from streams.typologies.ts_k05_purpose_relation_conflict import TYPOLOGY, national

P = TYPOLOGY.parameters
DAY_MS = 86_400_000
KINDS = ("nations", "relations", "purposes", "brothers")


def said(day: float, who: str, relation: str = "none", purpose: str = "none", nation: str = "PK", **how: Any) -> TransferFacts:
    """s, a Pakistani in London, pays `who` something."""
    more = {"send": "GB:London", "pay": "DE:Berlin", "nationality": "PK"} | how
    return national(pay("s", who, day, 300, relation=relation, purpose=purpose, **more), nation)


def found(*rows: TransferFacts) -> list[Hit]:
    view = view_of("s", rows)
    return list(TYPOLOGY.hits(view, P)) if TYPOLOGY.gate(view, P) else []


def told(*rows: TransferFacts) -> Explanation:
    best = found(*rows)[-1]
    return TYPOLOGY.explain(view_of("s", rows), P, best, best.events)


def kinds(hit: Hit) -> tuple[float, ...]:
    return tuple(hit.measures[kind] for kind in KINDS)


NATIONS = [said(i, f"n{i}", "kin", nation=nation) for i, nation in enumerate(("TR", "IR", "RS"))]
BOTH = [said(10 + i, f"b{i // 2}", ("kin", "other")[i % 2]) for i in range(6)]
CHANGES = [said(20 + i, "c", purpose=word) for i, word in enumerate(("family", "rent", "tuition", "travel"))]
BROTHERS = [said(5 + i, f"k{i}", "kin") for i in range(4)]


@pytest.mark.parametrize(("rows", "counts", "receivers", "payments", "what"), [
    (NATIONS, (3, 0, 0, 0), 3, 3, "of 3 people paid within 30 days contradicts itself 3 times: 3 relatives of a third nationality."),
    (BOTH, (0, 3, 0, 0), 3, 6, "of 3 people paid within 30 days contradicts itself 3 times: 3 people called a relative and something else."),
    (CHANGES, (0, 0, 3, 0), 1, 4, "of 1 person paid within 30 days contradicts itself 3 times: 3 changes of the stated purpose for one person."),
    (BROTHERS, (0, 0, 0, 3), 4, 4, "of 4 people paid within 30 days contradicts itself 3 times: 4 relatives who share no name."),
])  # fmt: skip
def test_each_kind_alone_by_hand(
    rows: list[TransferFacts], counts: tuple[int, ...], receivers: int, payments: int, what: str
) -> None:
    (hit,) = found(*rows)
    assert (kinds(hit), hit.measures["conflicts"], hit.measures["receivers"]) == (counts, 3, receivers)
    assert (hit.strength, hit.facets, len(hit.events), hit.at_ms) == (0.6, (), payments, rows[-1].at_ms)
    why = told(*rows)
    assert why.reason.endswith(what)
    assert why.reason.startswith("What one person said of ")
    assert [(n.name, n.observed, n.line, len(n.transfers)) for n in why.numbers] == [("min_conflicts", 3, 3, payments)]


def test_all_kinds_together_by_hand() -> None:
    rows = [
        said(0, "a", "kin", "family", "TR"), said(1, "a", "other", "rent", "TR"), said(2, "b", "kin", nation="IR"), said(3, "c", "kin"),
        said(4, "d", "kin"), said(5, "e", "none", "family"),
    ]  # fmt: skip
    hit = found(*rows)[-1]
    assert kinds(hit) == (2, 1, 1, 3)
    assert (hit.measures["conflicts"], hit.measures["receivers"], len(hit.events)) == (7, 4, 5)
    assert hit.strength == 0.8667  # seven of three: 0.6 + 0.2 x 4/3
    why = told(*rows)
    assert why.reason == (
        "What one person said of 4 people paid within 30 days contradicts itself 7 times: 2 relatives of a third nationality, 1 person called a "
        "relative and something else, 1 change of the stated purpose for one person, 4 relatives who share no name."
    )
    assert why.parts == {key_of("s"): "payer"} | {key_of(who): "recipient" for who in "abcd"}
    assert why.absent == ()


@pytest.mark.parametrize(("rows", "counts", "payments"), [
    # a relative of a third nation who is called a friend, and one more of a third nation
    ([said(0, "x", "kin", nation="TR"), said(1, "x", "other", nation="TR"), said(2, "y", "kin", nation="IR")], (2, 1, 0, 0), 3),
    # a relative who is called a friend and paid for something else, and one more change of purpose
    ([said(0, "x", "kin", "family"), said(1, "x", "other", "rent"), said(2, "y", "none", "family"), said(3, "y", "none", "rent")],
     (0, 1, 2, 0), 4),
    # one of four relatives is paid for something else
    ([*BROTHERS, said(9, "k0", "kin", "family"), said(9.5, "k0", "kin", "rent")], (0, 0, 1, 3), 6),
    # three of a third nation, who share no name with a fourth relative
    ([*NATIONS, said(9, "k0", "kin")], (3, 0, 0, 3), 4),
])  # fmt: skip
def test_who_is_in_two_contradictions_is_evidence_as_well(
    rows: list[TransferFacts], counts: tuple[int, ...], payments: int
) -> None:
    hit = found(*rows)[-1]
    assert (kinds(hit), len(hit.events)) == (counts, payments)


def test_a_nationality_of_anyone_in_it_that_is_missing_is_said() -> None:
    assert told(*NATIONS, said(4, "x", nation="")).absent == ()  # not in it
    assert told(*BROTHERS[:3], said(9, "x", "kin", nation="")).absent == ("nationality of some parties",)


def test_of_four_relatives_two_of_one_name_are_one() -> None:
    def named(facts: TransferFacts, name: bytes) -> TransferFacts:
        assert facts.receiver
        return msgspec.structs.replace(facts, receiver=msgspec.structs.replace(facts.receiver, name_keys=(name,)))

    five = [named(said(i, f"k{i}", "kin"), b"%d" % i) for i in range(4)] + [named(said(4, "k4", "kin"), b"0")]
    assert [kinds(hit) for hit in found(*five)] == [(0, 0, 0, 3), (0, 0, 0, 3)]
    four = [*five[:3], five[4]]
    assert found(*four) == []
    # Three of a third nation stand by themselves; the four are three families, too few to add anything.
    mixed = [*(said(10 + i, f"n{i}", "kin", nation=n) for i, n in enumerate(("TR", "IR", "RS")))]
    assert [kinds(h) for h in found(*(named(f, b"0") for f in mixed), five[1])][-1:] == [(3, 0, 0, 0)]


def test_every_payment_at_which_the_window_holds_enough_makes_a_finding() -> None:
    again = [*NATIONS, said(4, "n0", "kin", nation="TR"), said(6, "y", "other"), said(7, "n1", nation="IR", purpose="rent")]
    assert [(h.at_ms - START_MS) // DAY_MS for h in found(*again)] == [2, 4, 7]
    assert [len(h.events) for h in found(*again)] == [3, 4, 5]


def test_contradictions_add_up_over_the_window_only() -> None:
    rows = [
        said(0, "a", purpose="family"),
        said(15, "a", purpose="rent"),
        said(25, "a", purpose="tuition"),
        said(30, "a", purpose="travel"),
    ]
    assert [kinds(h) for h in found(*rows)] == [(0, 0, 3, 0)]
    assert found(*rows[:3], said(30.01, "a", purpose="travel")) == []
    early = said(-40, "a", "kin", purpose="dues")
    assert [kinds(h) for h in found(early, *rows, said(30.5, "a", "other", purpose="dues"))] == [(0, 0, 3, 0), (0, 0, 3, 0)]


def test_who_is_called_a_relative_only_later_is_of_a_third_nation_from_then_on() -> None:
    rows = [said(0, "n0", "other", nation="TR"), *NATIONS[1:], said(5, "n0", "kin", nation="TR")]
    (hit,) = found(*rows)
    assert kinds(hit) == (3, 1, 0, 0)
    assert len(hit.events) == 4


@pytest.mark.parametrize(("hubs", "facets"), [(0, ()), (1, ("corridor",))])
def test_one_payment_in_a_hub_is_the_corridor(hubs: int, facets: tuple[str, ...]) -> None:
    rows = [said(5 + i, f"k{i}", "kin", pay="TR:Van" if i < hubs else "TR:Ankara") for i in range(4)]
    assert [h.facets for h in found(*rows)] == [facets]
    # A hub where something was paid that contradicts nothing is none.
    assert [h.facets for h in found(said(1, "z", "other", pay="TR:Van"), *rows)] == [facets]
