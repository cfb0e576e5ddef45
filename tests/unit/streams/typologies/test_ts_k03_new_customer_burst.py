"""TS-K03: newcomers at one counter, and one name under several papers."""

from typing import Any

import msgspec
import pytest

from schemas.corridors import corridors
from schemas.observation import RECEIVER, SENDER, TransferFacts
from schemas.transfer import ADDRESS, DOCUMENT, PHONE, Identifier
from streams.domain.entity import QUARTER_MS, EntityState, IdentifierState, User, fresh
from streams.domain.event import DAY_MS, event_of
from streams.domain.memory import remember, upsert
from streams.domain.profile import Profile
from streams.domain.view import View
from streams.typologies.base import Explanation, Hit
from streams.typologies.build import key_of, pay, view_of
from streams.typologies.ts_k01_shared_identifier import SharedView
from streams.typologies.ts_k03_new_customer_burst import TYPOLOGY

P = TYPOLOGY.parameters


def newcomer(day: float, who: str, counter: int = 7, age: int = 3, send: str = "TR:Istanbul", **how: object) -> TransferFacts:
    facts = pay(who, "r", day, 600, send=send, counter=counter, **how)  # type: ignore[arg-type]
    since = facts.at_ms // DAY_MS - age if age >= 0 else 0
    return msgspec.structs.replace(facts, sender=msgspec.structs.replace(facts.sender, since_day=since))


def burst(senders: int = 5, gap: float = 1, **how: Any) -> list[TransferFacts]:
    return [newcomer(i * gap, f"n{i}", **how) for i in range(senders)]


def found(view: View) -> list[Hit]:
    return list(TYPOLOGY.hits(view, P)) if TYPOLOGY.gate(view, P) else []


def strengths(rows: list[TransferFacts]) -> list[float]:
    return [h.strength for h in found(view_of("r", rows)) if h.measures["known"]]


def told(view: View) -> Explanation:
    best = max(found(view), key=lambda h: h.strength)
    return TYPOLOGY.explain(view, P, best, best.events)


def test_five_newcomers_are_at_the_line_and_each_further_one_makes_it_stronger() -> None:
    assert strengths(burst(4)) == []
    assert strengths(burst(7)) == [0.6, 0.64, 0.68]


def test_one_newcomer_who_comes_again_counts_once() -> None:
    assert strengths([*burst(4), newcomer(5, "n0")]) == []


@pytest.mark.parametrize(("gap", "hits"), [(1.75, 1), (1.76, 0)])
def test_they_come_within_a_week(gap: float, hits: int) -> None:
    assert len(strengths(burst(gap=gap))) == hits


@pytest.mark.parametrize(("age", "hits"), [(29, 1), (30, 0), (0, 1), (-1, 0)])
def test_a_newcomer_is_a_customer_of_less_than_thirty_days(age: int, hits: int) -> None:
    assert len(strengths(burst(age=age))) == hits


def test_two_counters_of_one_town_speak_weaker_and_two_towns_not_at_all() -> None:
    def split(*towns: str) -> list[TransferFacts]:
        return [newcomer(i, f"n{i}", counter=i % 2 + 1, send=towns[i % len(towns)]) for i in range(5)]

    (hit,) = found(view_of("r", split("TR:Istanbul")))
    assert (hit.strength, hit.measures["known"]) == (0.45, False)
    assert found(view_of("r", split("TR:Istanbul", "TR:Van"))) == []
    assert [h.strength for h in found(view_of("r", burst(counter=0)))] == [0.45]
    assert found(view_of("r", burst(counter=0, send="TR"))) == []
    assert [h.strength for h in found(view_of("r", burst(send="TR")))] == [0.6]


def test_what_is_sent_from_home_has_no_town_but_its_agent_if_there_is_one() -> None:
    assert found(view_of("r", burst(counter=0, channel="bank_transfer"))) == []
    assert [h.strength for h in found(view_of("r", burst(channel="bank_transfer")))] == [0.6]


def test_leaving_out_counters_towns_or_first_days_never_adds_a_finding() -> None:
    rows = burst(6)
    best = {h.at_ms: h.strength for h in sorted(found(view_of("r", rows)), key=lambda h: h.strength)}
    for gone in range(6):
        for how in ({"counter": 0}, {"send": "TR"}, {"send": ""}, {"age": -1}):
            fewer = [*rows[:gone], newcomer(gone, f"n{gone}", **how), *rows[gone + 1 :]]
            assert all(h.strength <= best[h.at_ms] for h in found(view_of("r", fewer)))


@pytest.mark.parametrize(
    "how", [{"purpose": "tuition"}, {"entity_sender": True}, {"relation": "spouse"}, {"channel": "payroll"}, {"surname": True}]
)
def test_fees_firms_kin_and_wages_are_no_burst(how: dict[str, Any]) -> None:
    assert found(view_of("r", burst(**how))) == []


def test_a_firm_is_paid_by_new_customers_all_the_time() -> None:
    rows = []
    for facts in burst():
        assert facts.receiver
        rows.append(msgspec.structs.replace(facts, receiver=msgspec.structs.replace(facts.receiver, is_person=False)))
    assert found(view_of("r", rows)) == []


def test_the_receiver_collects_and_the_newcomers_pay() -> None:
    explanation = told(view_of("r", burst(5)))
    parts = dict(explanation.parts)
    assert parts.pop(key_of("r")) == "collector"
    assert set(parts.values()) == {"payer"}
    assert (
        "5 customers of less than 30 days, no kin of the receiver, paid one person together USD 3,000 over one counter within 7 days"
        in (explanation.reason)
    )
    assert explanation.absent == ()
    blind = told(view_of("r", [*burst(5, counter=0), newcomer(6, "x", age=-1)]))
    assert "in one town" in blind.reason
    assert blind.absent == ("counter of the sending agent", "first day of some customers")


@pytest.mark.parametrize(("to", "facets"), [("TR:Van", ("newness", "corridor")), ("TR:Istanbul", ("newness",))])
def test_newness_is_what_is_seen_and_the_corridor_where_it_is_paid(to: str, facets: tuple[str, ...]) -> None:
    assert found(view_of("r", burst(pay=to)))[0].facets == facets


def test_a_phone_of_one_person_under_two_numbers_is_one_receiver_and_that_of_strangers_is_not() -> None:
    def at_phone(*names: tuple[bytes, ...]) -> list[Hit]:
        state = fresh(PHONE, "")
        for i, facts in enumerate(burst()):
            assert facts.receiver
            who = i % 2
            receiver = msgspec.structs.replace(facts.receiver, key=key_of(f"r{who}"), name_keys=names[who])
            own = msgspec.structs.replace(facts, receiver=receiver)
            remember(state, own)
            upsert(state, event_of(own, RECEIVER), True)
        view = View(key_of("phone"), state, corridors())
        return list(TYPOLOGY.hits(view, P)) if TYPOLOGY.gate(view, P) else []

    assert len(at_phone((b"one", b"name"), (b"name", b"one"))) == 2
    assert at_phone((b"one", b"name"), (b"other", b"person")) == []


# --- one person under several papers


def user(
    name: str, day: float, papers: tuple[str, ...], names: tuple[bytes, ...] = (b"sobirov", b"umid"), person: bool = True
) -> User:
    event = event_of(pay(name, "r", day, 500), SENDER)
    quarter = event.at_ms // QUARTER_MS
    ids = tuple(Identifier(DOCUMENT, key_of(paper)) for paper in papers)
    return User(quarter, quarter, event, Profile(person, "", 0, names, ids))


def shared(*users: User, kind: int = PHONE) -> SharedView:
    state = IdentifierState(kind, {u.earliest.mine: u for u in users}, EntityState(kind))
    return SharedView(key_of("identifier"), state, corridors())


def test_three_papers_of_one_name_are_at_the_line() -> None:
    rows = [user(f"u{i}", i, (f"p{i}",)) for i in range(4)]
    assert [h.strength for h in found(shared(*rows[:2]))] == []
    assert [h.strength for h in found(shared(*rows))] == [0.6, 0.6667]
    assert [len(h.events) for h in found(shared(*rows))] == [3, 4]


def test_two_customers_with_two_papers_and_one_are_enough_but_one_customer_is_not() -> None:
    assert [h.strength for h in found(shared(user("a", 0, ("p", "q")), user("b", 1, ("r",))))] == [0.6]
    assert found(shared(user("a", 0, ("p", "q")), user("b", 1, ("q",)))) == []
    assert found(shared(user("a", 0, ("p", "q", "r")), user("x", 1, ("r",), (b"other", b"name")))) == []
    assert found(shared(user("a", 0, ("p",)), user("b", 100, ("q", "r", "s")))) == []


def test_a_name_is_one_if_two_parts_of_it_are_common() -> None:
    rows = [user("a", 0, ("p",)), user("b", 1, ("q",), (b"sobirov", b"umid", b"uli"))]
    assert len(found(shared(*rows, user("c", 2, ("r",))))) == 1
    assert found(shared(*rows, user("c", 2, ("r",), (b"sobirov", b"aziz")))) == []
    assert found(shared(*(user(f"u{i}", i, (f"p{i}",), (b"umid",)) for i in range(3)))) == []


@pytest.mark.parametrize(("last", "hits"), [(90, 1), (90.01, 0)])
def test_the_papers_appear_within_ninety_days(last: float, hits: int) -> None:
    assert len(found(shared(user("a", 0, ("p",)), user("b", 9, ("q",)), user("c", last, ("r",))))) == hits


def test_firms_and_other_identifiers_are_no_papers() -> None:
    assert found(shared(*(user(f"u{i}", i, (f"p{i}",), person=False) for i in range(3)))) == []
    rows = [user(f"u{i}", i, ()) for i in range(3)]
    for row in rows:
        row.profile = msgspec.structs.replace(row.profile, identifiers=(Identifier(ADDRESS, row.earliest.mine),))
    assert found(shared(*rows)) == []


def test_whose_papers_they_are_is_not_said() -> None:
    view = shared(*(user(f"u{i}", i, (f"p{i}",)) for i in range(3)))
    explanation = told(view)
    assert set(explanation.parts.values()) == {"shares"}
    assert "appeared as 3 customers with 3 different documents within 90 days" in explanation.reason
    assert found(view)[0].facets == ("identity",)
    assert explanation.absent == ("birth dates",)


def test_a_burst_is_not_hidden_by_newcomers_who_came_apart_before() -> None:
    slow = [newcomer(i * 5, f"slow{i}") for i in range(5)]
    assert strengths([*slow, *(newcomer(40 + i, f"n{i}") for i in range(5))]) == [0.6]
