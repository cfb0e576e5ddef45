"""Which fields are counted as asked, said and unknown."""

from collections import Counter
from typing import Any

import pytest

from connectors.partners.completeness import counts, marks_of
from schemas.money import Money
from schemas.quality import FIELDS, Counts, add, no_counts
from schemas.transfer import Account, Address, Agent, Document, Party, Place, Transfer

FULL: dict[str, Any] = {
    "party_id": "1", "date_of_birth": "1990-01-01", "nationality": "UZ", "occupation": "cook", "customer_since": "2020-01-01",
    "documents": (Document("passport", "A1", "UZ"),), "phones": ("+998901234567",), "addresses": (Address("a", "b", "UZ"),),
    "accounts": (Account("wallet", "1"),), "emails": ("a@b",),
}  # fmt: skip
AGENT = Agent(b"a", "1", "A", "UZ", "Karshi")


def transfer(sender: Party, receiver: Party | None, **more: Any) -> Transfer:
    said: dict[str, Any] = {"channel": "cash_to_cash", "send_place": Place("", ""), "pay_place": Place("", "")} | more
    return Transfer(b"u", b"d", "demo", "s", "T", "sent", 0, 0, Money(1, "USD"), 1, sender=sender, receiver=receiver, **said)


def person(kind: str = "person", **said: Any) -> Party:
    return Party(b"k", kind, "N", **said)


def counted(*transfers: Transfer) -> Counts:
    found = counts(Counter(("demo", marks_of(one)) for one in transfers))
    assert list(found) == ["demo"]
    return found["demo"]


def named(numbers: list[int]) -> dict[str, int]:
    return {name: number for name, number in zip(FIELDS, numbers, strict=True) if number}


@pytest.mark.parametrize("side", ["sender", "receiver"])
@pytest.mark.parametrize("field", FULL)
def test_each_field_of_a_party_is_counted_on_its_side_alone(side: str, field: str) -> None:
    one = person(**{field: FULL[field]})
    found = counted(transfer(one, person()) if side == "sender" else transfer(person(), one))
    assert named(found.said) == {f"{side}.{'online' if field == 'emails' else field}": 1}


def test_what_a_transfer_says_is_counted_and_what_is_not_understood_apart() -> None:
    places = {"send_place": Place("UZ", "karshi"), "pay_place": Place("UZ", "?nowhere")}
    said = {"purpose": "flat", "purpose_class": "rent", "relationship": "x", "merchant_category": "4722", "send_agent": AGENT}
    found = counted(transfer(person(), person(), **places, **said), transfer(person(), person(), purpose="?", pay_agent=AGENT))
    assert named(found.said) == {
        "purpose": 2, "relationship": 1, "merchant_category": 1, "send_agent": 1, "pay_agent": 1, "send_town": 1, "pay_town": 1,
    }  # fmt: skip
    assert named(found.unknown) == {"purpose": 1, "relationship": 1, "pay_town": 1}


def test_a_field_is_asked_only_where_it_could_be_said() -> None:
    firm, drawn = transfer(person(), person("entity")), transfer(person(), None)
    found = named(counted(firm, firm, drawn).asked)
    assert counted(firm, firm, drawn).transfers == 3
    personal = [f"receiver.{name}" for name in ("date_of_birth", "nationality", "occupation")]
    assert [name for name in FIELDS if name not in found] == personal
    assert (found["sender.nationality"], found["receiver.phones"], found["relationship"], found["purpose"]) == (3, 2, 2, 3)


def test_counts_of_an_earlier_release_with_fewer_fields_add_up() -> None:
    total = no_counts()
    add(total, Counts(2, [2, 2], [1, 0], [0, 0]))
    add(total, counted(transfer(person(party_id="1"), person())))
    assert (total.transfers, total.asked[:2], total.said[:2]) == (3, [3, 3], [2, 0])
