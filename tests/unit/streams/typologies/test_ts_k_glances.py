"""What a glance spares TS-K01 to K05: one step under each of their lines it says no, and at the line it lets judge."""

from typing import Any

import msgspec
import pytest

from schemas.corridors import corridors
from schemas.observation import SENDER, TransferFacts
from schemas.transfer import ACCOUNT, ADDRESS, DEVICE, DOCUMENT, IP, PHONE, Identifier
from streams.domain.entity import EntityState, IdentifierState, User
from streams.domain.event import event_of
from streams.domain.glance import Glance
from streams.domain.memory import remember, upsert
from streams.domain.profile import Profile
from streams.typologies.base import Typology
from streams.typologies.build import key_of, pay, view_of
from streams.typologies.ts_k01_shared_identifier import TYPOLOGY as K01
from streams.typologies.ts_k02_third_party_control import TYPOLOGY as K02
from streams.typologies.ts_k03_new_customer_burst import TYPOLOGY as K03
from streams.typologies.ts_k04_profile_mismatch import TYPOLOGY as K04
from streams.typologies.ts_k05_purpose_relation_conflict import TYPOLOGY as K05

Rows = list[TransferFacts]


def let(typology: Typology, rows: Rows, least: Any = None) -> bool:
    """Whether the party x is judged after the newest of its transfers; `least`: with other parameters than those declared."""
    glance = Glance(view_of("x", rows).state, 1, corridors())
    assert not glance.is_whole
    return bool(glance.what() & typology.on) and typology.may(glance, least or typology.parameters)


def used(kind: int, papers: list[tuple[str, ...]], document: int = DOCUMENT, again: bool = False) -> Glance:
    """An identifier after the first payment of the last of its users, one for each of `papers`; or after `again` the first has paid."""
    state = IdentifierState(kind, {}, EntityState(kind))
    for i, shown in enumerate(papers):
        facts = pay(f"u{i}", "r", i, 100)
        event = event_of(facts, SENDER)
        ids = tuple(Identifier(document, key_of(paper)) for paper in shown)
        state.users[event.mine] = User(0, 0, event, Profile(True, "", 0, (), ids))
        remember(state.group, facts)
        upsert(state.group, event, True)
    if again:
        upsert(state.group, event_of(pay("u0", "r", len(papers), 100), SENDER), True)
    return Glance(state, 1, corridors())


@pytest.mark.parametrize(
    ("typology", "kind", "users", "judged"),
    [
        (K01, PHONE, 2, False),
        (K01, PHONE, 3, True),
        (K01, DEVICE, 3, True),
        (K01, ADDRESS, 4, False),
        (K01, ADDRESS, 5, True),
        (K01, IP, 7, False),
        (K01, IP, 8, True),
        (K02, DEVICE, 2, False),
        (K02, DEVICE, 3, True),
        (K02, DEVICE, 12, True),
        (K02, DEVICE, 13, False),
        (K02, PHONE, 3, False),
        (K02, ADDRESS, 3, False),
    ],
)
def test_an_identifier_needs_as_many_users_as_its_kind_allows(typology: Typology, kind: int, users: int, judged: bool) -> None:
    glance = used(kind, [()] * users)
    assert glance.what() & typology.on
    assert typology.may(glance, typology.parameters) is judged


@pytest.mark.parametrize(
    ("glance", "judged"),
    [
        (used(PHONE, [("a",), ("b", "c")]), True),
        (used(PHONE, [("a",), ("b", "a")]), False),
        (used(PHONE, [("a", "b", "c")]), False),
        (used(PHONE, [("a",), ("b",), ("c",)], PHONE), False),
        (used(ACCOUNT, [("a",), ("b",), ("c",)]), True),
        (used(ACCOUNT, [("a",), ("b",), ("c",)], again=True), False),  # none of them is new to the account
    ],
)
def test_k03_asks_for_three_papers_of_several_users(glance: Glance, judged: bool) -> None:
    assert K03.may(glance, K03.parameters) is judged


def came(days: list[float], **how: Any) -> Rows:
    return [pay(f"s{i}", "x", day, 500, **how) for i, day in enumerate(days)]


def sent(*each: tuple[str, float, float], **how: Any) -> Rows:
    """x pays these people on these days these sums."""
    return [pay("x", who, day, usd, **how) for who, day, usd in each]


THREE = (("a", 0, 1000), ("b", 1, 1000), ("c", 2, 1000))


@pytest.mark.parametrize(("typology", "rows", "judged"), [
    (K03, came([0, 1, 2, 3, 7]), True),
    (K03, came([0, 1, 2, 3, 7.01]), False),
    (K03, came([0, 1, 2, 3]), False),
    (K03, [*came([0, 1, 2, 3]), pay("son", "x", 4, 500, relation="spouse")], False),
    (K03, [*came([0, 1, 2, 3, 4]), *sent(("a", 5, 500))], False),
    # three strangers, three thousand dollars, ninety days
    (K04, sent(*THREE), True),
    (K04, sent(("a", 0, 999.99), *THREE[1:]), False),
    (K04, sent(*THREE[:2], ("a", 2, 9000)), False),
    (K04, sent(("z", -100, 9000), *THREE[:2], ("a", 2, 9000)), False),
    (K04, [*sent(*THREE[:2]), *sent(("c", 2, 1000), relation="spouse")], False),
    (K04, [*sent(*THREE[:2]), *sent(("c", 2, 1000), purpose="rent")], False),
    (K04, [*sent(*THREE[:2], ("c", 2, 500)), *sent(("a", 3, 500), purpose="rent")], False),
    (K04, sent(*THREE[:2], ("c", 90, 1000)), True),
    (K04, sent(*THREE[:2], ("c", 90.01, 1000)), False),
    (K04, [*sent(*THREE), pay("s", "x", 3, 500)], False),
])  # fmt: skip
def test_a_glance_says_no_one_step_under_each_line(typology: Typology, rows: Rows, judged: bool) -> None:
    assert let(typology, rows) is judged


@pytest.mark.parametrize(("typology", "rows"), [
    (K03, came([i / 3 for i in range(12)])), (K04, sent(*((f"r{i}", i, 3000) for i in range(6)))),
])  # fmt: skip
def test_far_over_its_lines_a_typology_is_judged_as_well(typology: Typology, rows: Rows) -> None:
    assert let(typology, rows)


def test_far_over_their_lines_identifiers_and_contradictions_are_judged_as_well() -> None:
    for kind in (PHONE, ADDRESS, IP):
        assert K01.may(used(kind, [()] * 20), K01.parameters)
    assert K02.may(used(DEVICE, [()] * 7), K02.parameters)
    assert K03.may(used(PHONE, [("a", "b"), ("c", "d"), ("e",)]), K03.parameters)
    assert let(K05, said(*((f"k{i}", "kin", "none") for i in range(9))))
    assert let(K05, said(*((who, "none", what) for who in "abc" for what in ("family", "rent", "tuition"))))


@pytest.mark.parametrize("said", [{"purpose_class": "family"}, {"relation": "other"}, {"relation": "kin"}], ids=str)
@pytest.mark.parametrize(("typology", "rows"), [(K03, came([0, 1, 2, 3, 4])), (K04, sent(*THREE))], ids=["K03", "K04"])
def test_whatever_else_is_said_of_strangers_they_are_judged(typology: Typology, rows: Rows, said: dict[str, str]) -> None:
    assert let(typology, [msgspec.structs.replace(facts, **said) for facts in rows])


def said(*words: tuple[str, str, str], gap: float = 1) -> Rows:
    """x pays: to whom, as what, for what; one each day."""
    return [pay("x", who, i * gap, 300, relation=relation, purpose=purpose) for i, (who, relation, purpose) in enumerate(words)]


KIN_AND_FRIEND = (("a", "kin", "none"), ("a", "other", "none"))


@pytest.mark.parametrize(("words", "judged"), [
    ([(who, "kin", "none") for who in "abc"], True),
    ([(who, "kin", "none") for who in "aabc"], True),
    ([(who, "kin", "none") for who in "aaabc"], True),
    ([(who, "kin", "none") for who in "aab"], False),
    ([(who, "other", "none") for who in "abcd"], False),
    # a relative, who was called something else too, and for another purpose
    ([*KIN_AND_FRIEND, ("b", "kin", "none")], True),
    (KIN_AND_FRIEND, False),
    ([("a", "kin", "family"), ("a", "other", "rent")], True),
    ([("a", "kin", "family"), ("a", "kin", "rent")], False),
    ([("a", "none", "family"), ("a", "other", "rent")], False),
    # changes of purpose for one person; what is not said is no purpose
    ([("a", "none", what) for what in ("family", "rent", "tuition", "travel")], True),
    ([("a", "none", what) for what in ("family", "rent", "none", "tuition")], False),
    ([(who, "none", what) for who in "ab" for what in ("family", "rent")], False),
    ([(who, "none", what) for who in "abc" for what in ("family", "rent")], True),
    ([(what, "none", what) for what in ("family", "rent", "tuition", "travel")], False),
])  # fmt: skip
def test_k05_counts_what_may_contradict_itself(words: list[tuple[str, str, str]], judged: bool) -> None:
    assert let(K05, said(*words)) is judged


@pytest.mark.parametrize(("gap", "judged"), [(15, True), (15.01, False)])
def test_k05_looks_back_thirty_days(gap: float, judged: bool) -> None:
    assert let(K05, said(*((who, "kin", "none") for who in "abc"), gap=gap)) is judged


@pytest.mark.parametrize(
    ("relatives", "line", "judged"), [("abcd", 7, True), ("abcd", 8, False), ("abc", 3, True), ("abc", 4, False)]
)
def test_k05_four_relatives_may_be_of_four_nations_and_three_too_many(relatives: str, line: int, judged: bool) -> None:
    stricter = msgspec.structs.replace(K05.parameters, min_conflicts=line)
    assert let(K05, said(*((who, "kin", "none") for who in relatives)), stricter) is judged
