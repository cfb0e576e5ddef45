"""TS-F05: its sentence, numbers and strengths by hand, and who among many is linked."""

from typing import Any

import pytest

from schemas.observation import TransferFacts
from streams.domain.view import View
from streams.typologies.base import Hit
from streams.typologies.build import key_of, pay, view_of
from streams.typologies.ts_f05_linked_senders import TYPOLOGY, linked_group

P = TYPOLOGY.parameters


def paid(
    who: str, *days: float, usd: float = 900, to: str = "TH:Bangkok", send: str = "AU:Melbourne", **ids: str
) -> list[TransferFacts]:
    return [pay(who, "rec", day, usd, send=send, pay=to, **ids) for day in days]  # type: ignore[arg-type]


def seen(*groups: list[TransferFacts]) -> View:
    return view_of("rec", sorted((facts for group in groups for facts in group), key=lambda facts: facts.at_ms))


def found(view: View) -> list[Hit]:
    return list(TYPOLOGY.hits(view, P)) if TYPOLOGY.gate(view, P) else []


def test_the_whole_sentence_and_its_number_by_hand() -> None:
    view = seen(*(paid(f"v{i}", i / 10, 20 + i / 10, address="house") for i in range(5)))
    hits = found(view)
    assert [(h.strength, h.measures) for h in hits] == [
        (0.6, {"senders": 3}), (0.6667, {"senders": 4}), (0.7333, {"senders": 5})
    ]  # fmt: skip
    told = TYPOLOGY.explain(view, P, hits[-1], hits[-1].events)
    assert told.reason == (
        "5 senders who share an address, phone or device each paid the same beneficiary abroad at least 2 times within 60 days; they are not "
        "kin of the beneficiary and may be under one person's control."
    )
    assert [(n.name, n.observed, n.line, len(n.transfers)) for n in told.numbers] == [("min_senders", 5, 3, 10)]
    assert told.absent == ()


def test_the_larger_of_two_groups_is_the_evidence() -> None:
    three = [paid(f"v{i}", i, 20 + i, address="house") for i in range(3)]
    four = [paid(f"w{i}", 5 + i, 25 + i, phone="one") for i in range(4)]
    last = found(seen(*three, *four))[-1]
    assert {e.other for e in last.events} == {key_of(f"w{i}") for i in range(4)}
    assert linked_group(seen(*three, *four), [key_of(n) for n in ("v0", "v1", "w0")]) == {key_of("v0"), key_of("v1")}


def test_one_and_the_same_number_as_a_phone_and_as_a_device_links_nobody() -> None:
    rows = [paid("v0", 0, 20, phone="one"), paid("v1", 1, 21, device="one"), paid("v2", 2, 22, address="one")]
    assert found(seen(*rows)) == []


@pytest.mark.parametrize("how", [{"relation": "spouse"}, {"channel": "card"}])
def test_kin_and_purchases_of_the_linked_do_not_count(how: dict[str, Any]) -> None:
    rows = [paid(f"v{i}", i, 20 + i, address="house") for i in range(2)]
    assert found(seen(*rows, paid("v2", 2, 22, address="house", **how))) == []
    assert len(found(seen(*rows, paid("v2", 2, 22, address="house")))) == 1
