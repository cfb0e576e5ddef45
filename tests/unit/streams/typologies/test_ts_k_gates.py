"""What the gates and the sieve of TS-K01 to K05 keep out: one step under each of their lines they are shut."""

from typing import Any

import msgspec
import pytest

from schemas.observation import TransferFacts
from schemas.transfer import ADDRESS, DEVICE, IP, PHONE
from streams.sieve import Sieve
from streams.typologies.base import Typology
from streams.typologies.build import pay, view_of
from streams.typologies.ts_k01_shared_identifier import TYPOLOGY as K01
from streams.typologies.ts_k01_shared_identifier import pooled
from streams.typologies.ts_k02_third_party_control import TYPOLOGY as K02
from streams.typologies.ts_k03_new_customer_burst import TYPOLOGY as K03
from streams.typologies.ts_k04_profile_mismatch import TYPOLOGY as K04
from streams.typologies.ts_k05_purpose_relation_conflict import TYPOLOGY as K05

Rows = list[TransferFacts]


def at(kind: int, users: int, names: int = 99) -> Any:
    """An identifier with so many users, of so many names."""
    rows = [pay(f"u{i}", "r", i, 100) for i in range(users)]
    named = [msgspec.structs.replace(f.sender, name_keys=(b"%d" % (i % names), b"x%d" % i)) for i, f in enumerate(rows)]
    return pooled(kind, [msgspec.structs.replace(f, sender=side) for f, side in zip(rows, named, strict=True)])


@pytest.mark.parametrize(("typology", "view", "is_open"), [
    (K01, at(PHONE, 3), True), (K01, at(PHONE, 2), False), (K01, at(ADDRESS, 5), True), (K01, at(ADDRESS, 4), False),
    (K01, at(IP, 8), True), (K01, at(IP, 7), False), (K01, at(PHONE, 3, names=2), True),
    (K02, at(DEVICE, 3), True), (K02, at(DEVICE, 2), False), (K02, at(DEVICE, 12), True), (K02, at(DEVICE, 13), False),
    (K02, at(PHONE, 3), False), (K02, at(DEVICE, 4, names=3), True), (K02, at(DEVICE, 3, names=2), False),
    (K03, at(PHONE, 9), False),
])  # fmt: skip
def test_the_gate_of_an_identifier_is_open_from_its_lines_on(typology: Typology, view: Any, is_open: bool) -> None:
    assert typology.gate(view, typology.parameters) is is_open


@pytest.mark.parametrize("kind", [PHONE, DEVICE])
def test_a_party_is_no_identifier_however_many_it_dealt_with(kind: int) -> None:
    view = view_of("x", [pay(f"s{i}", "x", i, 100) for i in range(9)])
    view.kind = kind
    assert not any(t.gate(view, t.parameters) for t in (K01, K02))


@pytest.mark.parametrize(("common", "is_open"), [((b"umid", b"sobirov"), True), ((b"sobirov",), False)])
def test_two_users_of_one_name_open_the_gate_for_papers(common: tuple[bytes, ...], is_open: bool) -> None:
    rows = [pay(f"u{i}", "r", i, 100) for i in range(2)]
    named = [msgspec.structs.replace(f, sender=msgspec.structs.replace(f.sender, name_keys=common)) for f in rows]
    assert K03.gate(pooled(PHONE, named), K03.parameters) is is_open


def came(people: int, age: float = 10, times: int = 1) -> Rows:
    rows = [pay(f"n{i % people}", "x", i, 600, send="TR:Istanbul", counter=7) for i in range(people * times)]
    since = [int(f.at_ms // 86_400_000 - age) for f in rows]
    return [
        msgspec.structs.replace(f, sender=msgspec.structs.replace(f.sender, since_day=day))
        for f, day in zip(rows, since, strict=True)
    ]


def sent(people: int, usd: float, times: int = 1, **how: Any) -> Rows:
    return [pay("x", f"r{i % people}", i, usd, **how) for i in range(people * times)]


def told(*words: tuple[str, str, str], **how: Any) -> Rows:
    return [pay("x", who, i, 300, relation=relation, purpose=purpose, **how) for i, (who, relation, purpose) in enumerate(words)]


BOTH = (("a", "kin", "none"), ("a", "other", "none"))


@pytest.mark.parametrize(("typology", "rows", "is_open"), [
    (K03, came(5), True), (K03, came(4, times=2), False), (K03, [*came(5, 40)], False), (K03, [*came(4), pay("z", "x", 9, 600)], False),
    (K04, sent(3, 1000), True), (K04, sent(3, 999.99), False), (K04, sent(2, 1000, 2), False),
    (K04, [*sent(2, 3000), *sent(3, 3000, purpose="rent")[2:]], False),
    (K04, [*sent(3, 900), *sent(3, 300, purpose="rent")], False),
    # TS-K05: three contradictions in all that was ever said, or four relatives
    (K05, told(*((who, "kin", "none") for who in "abcd")), True),
    (K05, told(*((who, "kin", "none") for who in "abc")), False),
    (K05, told(*(("a", "none", what) for what in ("family", "rent", "tuition", "travel"))), True),
    (K05, told(*(("a", "none", what) for what in ("family", "rent", "none", "tuition"))), False),
    (K05, told(*BOTH, ("b", "none", "rent"), ("b", "none", "dues"), ("c", "none", "rent"), ("c", "none", "dues")), True),
    (K05, told(*BOTH, ("b", "none", "rent"), ("b", "none", "dues")), False),
    (K05, told(*BOTH, *BOTH, ("b", "kin", "none"), ("c", "kin", "none")), False),
    (K05, told(*(("a", "kin", what) for what in ("family", "rent", "tuition")), ("a", "other", "none")), True),
    (K05, told(*(("a", "kin", what) for what in ("family", "rent", "tuition"))), False),
])  # fmt: skip
def test_the_gate_of_a_party_is_open_from_its_lines_on(typology: Typology, rows: Rows, is_open: bool) -> None:
    assert typology.gate(view_of("x", rows), typology.parameters) is is_open


@pytest.mark.parametrize(
    ("relatives", "line", "is_open"), [(5, 4, True), (4, 4, False), (4, 3, True), (3, 3, False), (3, 2, False)]
)
def test_k05_of_four_relatives_or_more_all_but_one_may_be_too_many(relatives: int, line: int, is_open: bool) -> None:
    stricter = msgspec.structs.replace(K05.parameters, min_conflicts=line)
    rows = told(*((f"k{i}", "kin", "none") for i in range(relatives)))
    assert K05.gate(view_of("x", rows), stricter) is is_open


@pytest.mark.parametrize(("typology", "enough", "too_few"), [
    (K04, sent(3, 10), [sent(2, 10, 2)]),
    (K05, sent(1, 10, 2), [sent(1, 10), [pay("s", "x", 0, 10)]]),
])  # fmt: skip
def test_the_sieve_holds_back_who_has_too_few_transfers_or_people(typology: Typology, enough: Rows, too_few: list[Rows]) -> None:
    sieve = Sieve((typology,))
    assert sieve.possible(view_of("x", enough)) == (typology,)
    assert [sieve.possible(view_of("x", rows)) for rows in too_few] == [()] * len(too_few)


def test_a_gate_is_open_far_over_its_lines() -> None:
    for typology, view in ((K01, at(PHONE, 9)), (K01, at(ADDRESS, 12)), (K01, at(IP, 20)), (K02, at(DEVICE, 7))):
        assert typology.gate(view, typology.parameters)
    relatives = told(*((f"k{i}", "kin", what) for i in range(7) for what in ("family", "rent")))
    for typology, rows in ((K03, came(12)), (K04, sent(7, 2000, 2)), (K05, relatives)):
        assert typology.gate(view_of("x", rows), typology.parameters)
