"""TS-K03: its measures, sentences and strengths by hand, for a burst at a counter or in a town and for papers."""

from typing import Any

import msgspec
import pytest

from schemas.corridors import corridors
from schemas.observation import SENDER, TransferFacts
from schemas.transfer import DOCUMENT, PHONE, Identifier
from streams.domain.entity import EntityState, IdentifierState, User
from streams.domain.event import event_of
from streams.domain.profile import Profile
from streams.domain.view import View
from streams.typologies.base import Explanation, Hit
from streams.typologies.build import START_MS, key_of, pay, view_of
from streams.typologies.ts_k01_shared_identifier import SharedView
from streams.typologies.ts_k03_new_customer_burst import TYPOLOGY

P = TYPOLOGY.parameters
DAY_MS = 86_400_000


def newcomer(day: float, who: str, counter: int = 7, age: int = 3, usd: float = 600, **how: Any) -> TransferFacts:
    facts = pay(who, "r", day, usd, **({"send": "TR:Istanbul"} | how), counter=counter)
    since = facts.at_ms // DAY_MS - age if age >= 0 else 0
    return msgspec.structs.replace(facts, sender=msgspec.structs.replace(facts.sender, since_day=since))


def burst(senders: int, gap: float = 1, **how: Any) -> list[TransferFacts]:
    return [newcomer(i * gap, f"n{i}", **how) for i in range(senders)]


def found(view: View) -> list[Hit]:
    return list(TYPOLOGY.hits(view, P)) if TYPOLOGY.gate(view, P) else []


def told(view: View, hit: Hit) -> Explanation:
    return TYPOLOGY.explain(view, P, hit, hit.events)


def test_over_one_counter_by_hand() -> None:
    # Seven payments of six people: 5 x 600 + 700 + 50 = 3,750.
    view = view_of("r", [*burst(5), newcomer(5, "n5", usd=700), newcomer(5.5, "n0", usd=50)])
    hit = [h for h in found(view) if h.measures["known"]][-1]
    assert hit.measures == {"senders": 6, "papers": 0, "known": True, "usd": 3750}
    assert (hit.strength, hit.at_ms) == (0.64, START_MS + round(5.5 * DAY_MS))  # six of five
    why = told(view, hit)
    assert why.reason == (
        "6 customers of less than 30 days, no kin of the receiver, paid one person together USD 3,750 over one counter within 7 days."
    )
    assert [(n.name, n.observed, n.line, len(n.transfers)) for n in why.numbers] == [("min_senders", 6, 5, 7)]
    assert why.parts == {key_of("r"): "collector"} | {key_of(f"n{i}"): "payer" for i in range(6)}
    assert why.absent == ()


def test_in_one_town_by_hand() -> None:
    view = view_of("r", burst(6, counter=0))
    hits = found(view)
    assert [h.strength for h in hits] == [0.45, 0.48]  # three quarters of 0.6 and of 0.64
    assert hits[-1].measures == {"senders": 6, "papers": 0, "known": False, "usd": 3600}
    why = told(view, hits[-1])
    assert "paid one person together USD 3,600 in one town within 7 days." in why.reason
    assert why.absent == ("counter of the sending agent",)


def test_a_strength_of_a_town_is_rounded_as_all_are() -> None:
    found_ = found(view_of("r", burst(8, gap=0.5, counter=0)))
    assert [h.strength for h in found_] == [0.45, 0.48, 0.51, 0.54]
    odd = msgspec.structs.replace(P, min_senders=6)  # seven of six: 0.75 x 0.6333 = 0.474975
    assert [h.strength for h in TYPOLOGY.hits(view_of("r", burst(7, gap=0.5, counter=0)), odd)] == [0.45, 0.475]
    odd = msgspec.structs.replace(P, min_senders=6, no_counter=0.7)  # 0.7 x 0.6333 = 0.44331
    assert [h.strength for h in TYPOLOGY.hits(view_of("r", burst(7, gap=0.5, counter=0)), odd)] == [0.42, 0.4433]


def test_a_counter_and_its_town_are_each_judged() -> None:
    hits = found(view_of("r", burst(5)))
    assert sorted((h.measures["known"], h.strength) for h in hits) == [(False, 0.45), (True, 0.6)]
    with_card = found(view_of("r", burst(5, channel="cash_to_wallet")))
    assert len(with_card) == 2
    assert len(found(view_of("r", burst(5, channel="wallet_to_cash")))) == 1


@pytest.mark.parametrize("hubs", [0, 1])
def test_one_payment_in_a_hub_is_the_corridor(hubs: int) -> None:
    rows = [newcomer(i, f"n{i}", pay="TR:Van" if i < hubs else "TR:Ankara") for i in range(5)]
    assert {h.facets for h in found(view_of("r", rows))} == {("newness", "corridor") if hubs else ("newness",)}


def test_a_first_day_that_is_not_told_is_said_to_be_absent_and_cash_taken_out_has_none() -> None:
    for extra, absent in ((newcomer(9, "x", age=-1), ("first day of some customers",)), (newcomer(9, "x"), ())):
        view = view_of("r", [*burst(5), extra])
        hit = next(h for h in found(view) if h.measures["known"])
        assert told(view, hit).absent == absent


def user(name: str, day: float, *papers: str, names: tuple[bytes, ...] = (b"sobirov", b"umid"), person: bool = True) -> User:
    ids = tuple(Identifier(DOCUMENT, key_of(paper)) for paper in papers)
    return User(0, 0, event_of(pay(name, "r", day, 500), SENDER), Profile(person, "", 0, names, ids))


def shared(*users: User) -> SharedView:
    state = IdentifierState(PHONE, {u.earliest.mine: u for u in users}, EntityState(PHONE))
    return SharedView(key_of("identifier"), state, corridors())


def test_papers_by_hand() -> None:
    view = shared(user("a", 0, "p"), user("b", 9, "q", "r"), user("c", 5, "s"))
    hits = found(view)
    assert [(h.measures, h.strength, h.at_ms) for h in hits] == [
        ({"senders": 3, "papers": 4}, 0.6667, START_MS + 9 * DAY_MS)
    ]  # fmt: skip
    assert [e.at_ms for e in hits[0].events] == [START_MS + day * DAY_MS for day in (0, 5, 9)]
    why = told(view, hits[0])
    assert why.reason == (
        "People of one name who use the same number appeared as 3 customers with 4 different documents within 90 days."
    )
    assert [(n.name, n.observed, n.line, len(n.transfers)) for n in why.numbers] == [("min_papers", 4, 3, 3)]
    assert why.parts == {key_of(name): "shares" for name in "abc"}


def test_two_names_on_one_number_are_judged_apart_and_each_group_once() -> None:
    other: dict[str, Any] = {"names": (b"laila", b"karim")}
    rows = [*(user(f"a{i}", i, f"p{i}") for i in range(3)), *(user(f"b{i}", 10 + i, f"q{i}", **other) for i in range(3))]
    one, two = ({key_of(f"{letter}{i}") for i in range(3)} for letter in "ab")
    assert sorted((h.at_ms, {e.mine for e in h.events}) for h in found(shared(*rows))) == [
        (START_MS + 2 * DAY_MS, one),
        (START_MS + 12 * DAY_MS, two),
    ]
    assert found(shared(*rows[:2], *rows[3:5])) == []


def test_a_paper_shown_more_than_ninety_days_ago_is_forgotten_and_a_later_one_is_not_yet_known() -> None:
    rows = [user("a", 0, "p"), user("b", 80, "q"), user("c", 90.01, "r"), user("d", 100, "s")]
    (hit,) = found(shared(*rows))
    assert hit.measures == {"senders": 3, "papers": 3}
    assert hit.at_ms == START_MS + 100 * DAY_MS


def test_who_is_heard_of_late_counts_from_the_start() -> None:
    rows = [user(f"u{i}", i, f"p{i}") for i in range(4)]
    assert [h.at_ms - START_MS for h in found(shared(*rows[:2], rows[3]))] == [3 * DAY_MS]
    assert [h.at_ms - START_MS for h in found(shared(*rows))] == [2 * DAY_MS, 3 * DAY_MS]
    assert TYPOLOGY.looks_ahead
