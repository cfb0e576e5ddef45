"""TS-K05: what counts as a contradiction, what does not, and that nobody becomes a subject by it."""

from typing import Any

import msgspec
import pytest

from schemas.observation import TransferFacts
from schemas.transfer import PHONE
from streams.domain.quiet import CONTRADICTIONS, is_quiet
from streams.domain.view import View
from streams.typologies.base import Explanation, Hit
from streams.typologies.build import key_of, pay, view_of
from streams.typologies.ts_k01_shared_identifier import pooled
from streams.typologies.ts_k05_purpose_relation_conflict import TYPOLOGY, national

P = TYPOLOGY.parameters


def said(
    day: float, who: str = "r", relation: str = "none", purpose: str = "none", nation: str = "", **how: object
) -> TransferFacts:
    more = {"send": "GB:London", "pay": "DE:Berlin", "nationality": "PK"} | how
    return national(pay("s", who, day, 300, relation=relation, purpose=purpose, **more), nation)  # type: ignore[arg-type]


def brother(day: float, who: str, nation: str = "", **how: Any) -> TransferFacts:
    return said(day, who, "kin", nation=nation, **how)


def found(view: View) -> list[Hit]:
    return list(TYPOLOGY.hits(view, P)) if TYPOLOGY.gate(view, P) else []


def conflicts(*rows: TransferFacts) -> list[float]:
    return [h.measures["conflicts"] for h in found(view_of("s", rows))]


def told(*rows: TransferFacts) -> Explanation:
    view = view_of("s", rows)
    best = max(found(view), key=lambda h: h.strength)
    return TYPOLOGY.explain(view, P, best, best.events)


def test_a_relative_of_a_third_nation_counts_once_however_often_paid() -> None:
    one = [brother(i, "a", "TR") for i in range(4)]
    assert conflicts(*one) == []
    assert conflicts(*one, brother(5, "b", "IR"), brother(6, "c", "RS")) == [3]


@pytest.mark.parametrize(("nation", "hits"), [("RS", 1), ("PK", 0), ("GB", 0), ("", 0)])
def test_a_third_nation_is_neither_the_senders_nor_where_the_sender_lives_nor_unknown(nation: str, hits: int) -> None:
    assert len(conflicts(brother(0, "a", "TR"), brother(1, "b", "IR"), brother(2, "c", nation))) == hits


@pytest.mark.parametrize("how", [{"nationality": ""}, {"send": ""}])
def test_what_is_not_known_of_the_sender_is_held_against_nobody(how: dict[str, str]) -> None:
    assert conflicts(*(brother(i, f"b{i}", "TR", **how) for i in range(3))) == []


def test_a_friend_of_a_third_nation_is_no_contradiction() -> None:
    assert conflicts(*(said(i, f"b{i}", "other", nation="TR") for i in range(5))) == []


def test_four_who_share_no_name_are_three_too_many() -> None:
    assert conflicts(*(brother(i, f"b{i}") for i in range(3))) == []
    assert conflicts(*(brother(i, f"b{i}") for i in range(6))) == [3, 4, 5]


def test_brothers_who_share_a_name_with_each_other_count_once() -> None:
    def named(facts: TransferFacts) -> TransferFacts:
        assert facts.receiver
        return msgspec.structs.replace(facts, receiver=msgspec.structs.replace(facts.receiver, name_keys=(b"khan",)))

    rows = [brother(i, f"b{i}") for i in range(5)]
    assert conflicts(*rows[:3], *map(named, rows[3:])) == [3, 3]
    assert conflicts(*rows[:2], *map(named, rows[2:])) == []


def test_people_without_a_name_are_each_somebody_else() -> None:
    rows = [brother(i, f"b{i}") for i in range(4)]
    blank = []
    for facts in rows:
        assert facts.receiver
        blank.append(msgspec.structs.replace(facts, receiver=msgspec.structs.replace(facts.receiver, name_keys=())))
    assert conflicts(*blank) == [3]


def test_changes_of_purpose_count_for_one_person_not_over_several() -> None:
    words = ("family", "rent", "tuition", "travel")
    assert conflicts(*(said(i, purpose=word) for i, word in enumerate(words))) == [3]
    assert conflicts(*(said(i, f"r{i}", purpose=word) for i, word in enumerate(words))) == []
    assert conflicts(*(said(i, purpose=word) for i, word in enumerate(("family", "none", "rent", "none", "tuition")))) == []


def test_relative_and_something_else_is_one_contradiction() -> None:
    rows = [said(0, purpose="family"), said(1, purpose="rent"), said(2, purpose="tuition")]
    assert conflicts(*rows, said(3, relation="other")) == []
    assert conflicts(*rows, said(3, relation="other"), said(4, relation="kin")) == [3]


def test_known_kin_may_be_paid_for_anything() -> None:
    words = ("family", "rent", "tuition", "travel")
    assert conflicts(*(said(i, relation="spouse", purpose=word) for i, word in enumerate(words))) == []
    assert conflicts(*(said(i, purpose=word, surname=True) for i, word in enumerate(words))) == []


@pytest.mark.parametrize(("last", "hits"), [(30, 1), (30.01, 0)])
def test_the_contradictions_lie_within_thirty_days(last: float, hits: int) -> None:
    assert len(conflicts(brother(0, "a", "TR"), brother(1, "b", "IR"), brother(last, "c", "RS"))) == hits


def test_three_are_at_the_line_and_nine_are_as_strong_as_it_gets() -> None:
    hits = found(view_of("s", [brother(i, f"b{i}") for i in range(12)]))
    assert hits[0].strength == 0.6
    assert [h.strength for h in hits[-3:]] == [1.0, 1.0, 1.0]
    assert len(hits[0].events) == 4


def test_purchases_firms_and_what_is_received_say_nothing() -> None:
    assert conflicts(*(brother(i, f"b{i}", channel="card") for i in range(5))) == []
    assert conflicts(*(brother(i, f"b{i}", entity_sender=True) for i in range(5))) == []
    assert conflicts(*(pay(f"b{i}", "s", i, 300, relation="kin") for i in range(5))) == []
    firm = [brother(i, f"b{i}") for i in range(4)]
    assert firm[3].receiver
    firm[3] = msgspec.structs.replace(firm[3], receiver=msgspec.structs.replace(firm[3].receiver, is_person=False))
    assert conflicts(*firm) == []


def test_only_those_in_a_contradiction_are_evidence() -> None:
    (hit,) = found(
        view_of("s", [said(0, "x", "other", "family"), *(brother(1 + i, f"b{i}", n) for i, n in enumerate(("TR", "IR", "RS")))])
    )
    assert {e.other for e in hit.events} == {key_of(f"b{i}") for i in range(3)}


def test_who_pays_is_a_payer_and_the_others_are_unknown() -> None:
    explanation = told(*(brother(i, f"b{i}", n) for i, n in enumerate(("TR", "IR", "RS"))))
    parts = dict(explanation.parts)
    assert parts.pop(key_of("s")) == "payer"
    assert set(parts.values()) == {"recipient"}
    assert explanation.absent == ()
    assert "3 people paid within 30 days contradicts itself 3 times: 3 relatives of a third nationality." in explanation.reason


def test_the_explanation_names_every_kind() -> None:
    rows = [said(0, "r", "kin", "family"), said(1, "r", "other", "rent"), *(brother(2 + i, f"b{i}") for i in range(3))]
    explanation = told(*rows)
    assert (
        "1 person called a relative and something else, 1 change of the stated purpose for one person, 4 relatives who share no name."
        in (explanation.reason)
    )
    assert explanation.absent == ("nationality of some parties",)
    assert explanation.numbers[0].observed == 5


@pytest.mark.parametrize(("to", "facets"), [("TR:Van", ("corridor",)), ("TR:Istanbul", ())])
def test_the_corridor_shows_in_the_town_of_payment(to: str, facets: tuple[str, ...]) -> None:
    (hit,) = found(view_of("s", [brother(i, f"b{i}", pay=to) for i in range(4)]))
    assert hit.facets == facets


def test_leaving_out_nationalities_or_places_never_adds_a_finding() -> None:
    nations = ("TR", "IR", "RS", "PK")
    rows = [brother(i, f"b{i}", n) for i, n in enumerate(nations)]
    every = {h.at_ms: h.strength for h in found(view_of("s", rows))}
    for gone, nation in enumerate(nations):
        who = f"b{gone}"
        for blank in (brother(gone, who), brother(gone, who, nation, nationality=""), brother(gone, who, nation, send="")):
            fewer = [*rows[:gone], blank, *rows[gone + 1 :]]
            assert all(h.strength <= every[h.at_ms] for h in found(view_of("s", fewer)))


def test_two_payments_may_hold_three_contradictions() -> None:
    assert conflicts(brother(0, "a", "TR", purpose="family"), said(1, "a", "other", "rent", "TR")) == [3]


def test_a_phone_shared_by_strangers_is_not_one_person() -> None:
    rows = [msgspec.structs.replace(brother(i, f"b{i}"), sender=pay(f"s{i}", "x", 0, 1).sender) for i in range(4)]
    assert found(pooled(PHONE, rows)) == []
    same = [msgspec.structs.replace(f, sender=msgspec.structs.replace(f.sender, name_keys=(b"one", b"name"))) for f in rows]
    assert [h.strength for h in found(pooled(PHONE, same))] == [0.6]


def test_a_party_that_may_contradict_itself_is_not_quiet() -> None:
    assert P.min_conflicts == CONTRADICTIONS
    for rows in (
        [said(0, "a", "kin", "family"), said(1, "b", "kin", "rent"), said(2, "b", "kin", "family")],
        [said(0, "a", "kin", "family"), said(1, "a", "other", "rent")],
        [said(i, "a", purpose=word) for i, word in enumerate(("family", "rent", "tuition", "travel"))],
    ):
        assert not is_quiet(view_of("s", rows).state)
    assert is_quiet(view_of("s", [said(0, "a", "kin", "family"), said(1, "b", "kin", "family")]).state)
    assert is_quiet(
        view_of("s", [said(0, "a", "kin", "family", surname=True), said(1, "a", "other", "rent", surname=True)]).state
    )
    assert is_quiet(view_of("s", [said(0, "a", "kin", "family"), said(1, "a", "kin", "none"), said(2, "a", "kin", "rent")]).state)
