"""TS-F05 at its lines: three linked senders, two payments each, sixty days; and what links them."""

from typing import Any

import pytest

from schemas.observation import TransferFacts
from streams.typologies.base import Hit
from streams.typologies.build import key_of, pay, view_of
from streams.typologies.ts_f05_linked_senders import TYPOLOGY, linked_group

P = TYPOLOGY.parameters


def sent(who: str, day: float, to: str = "TH:Bangkok", **how: str) -> TransferFacts:
    return pay(who, "rec", day, 900, send="AU:Melbourne", pay=to, **({"address": "house"} | how))  # type: ignore[arg-type]


def house(senders: int, days: tuple[float, ...] = (0, 20), **how: str) -> list[TransferFacts]:
    return [sent(f"v{i}", day + i / 100, **how) for day in days for i in range(senders)]


def found(rows: list[TransferFacts]) -> list[Hit]:
    view = view_of("rec", rows)
    return list(TYPOLOGY.hits(view, P)) if TYPOLOGY.gate(view, P) else []


def test_three_are_at_the_line_and_each_further_one_makes_it_stronger() -> None:
    assert found(house(2)) == []
    assert [h.strength for h in found(house(3))] == [0.6]
    assert found(house(6))[-1].strength == 0.8


def test_each_pays_at_least_twice() -> None:
    assert found(house(3, days=(0,))) == []
    assert found([*house(2, days=(0, 10, 20)), sent("v2", 21)]) == []
    assert [h.measures["senders"] for h in found([*house(3), sent("v3", 21)])] == [3, 3]


def test_the_evidence_is_what_the_linked_paid() -> None:
    (hit,) = found([*house(3), sent("x", 1, address="far"), sent("x", 2, address="far")])
    assert {e.other for e in hit.events} == {key_of(f"v{i}") for i in range(3)}
    assert len(hit.events) == 6
    assert hit.facets == ("identity",)


@pytest.mark.parametrize(("last", "hits"), [(60, 1), (60.01, 0)])
def test_the_window_is_sixty_days(last: float, hits: int) -> None:
    rows = [sent("v0", 0), *(sent(f"v{i}", day) for i in (1, 2) for day in (1 + i, 9 + i)), sent("v0", last)]
    assert len(found(rows)) == hits


def test_the_beneficiary_is_abroad() -> None:
    assert found(house(3, to="AU:Sydney")) == []
    assert found([*house(2), sent("v2", 5, to="AU:Sydney"), sent("v2", 25, to="AU:Sydney")]) == []


@pytest.mark.parametrize("what", ["address", "phone", "device"])
def test_an_address_a_phone_or_a_device_links(what: str) -> None:
    how: dict[str, Any] = {"address": "", what: "one"}
    assert len(found(house(3, **how))) == 1


def test_one_identifier_links_all_of_them() -> None:
    rows = [*house(2), *(sent(who, day, address="", phone="one") for who in ("v1", "v2") for day in (1.0, 21.0))]
    assert found(rows) == []
    view = view_of("rec", rows)
    everybody = [key_of(f"v{i}") for i in range(3)]
    assert linked_group(view, everybody) == {key_of("v0"), key_of("v1")} or linked_group(view, everybody) == {
        key_of("v1"),
        key_of("v2"),
    }
    assert linked_group(view, []) == set()


def test_the_senders_are_told_as_workers_and_the_beneficiary_as_collector() -> None:
    view = view_of("rec", house(3))
    (best,) = TYPOLOGY.hits(view, P)
    told = TYPOLOGY.explain(view, P, best, best.events)
    assert (
        "3 senders who share an address, phone or device each paid the same beneficiary abroad at least 2 times within 60 days"
        in told.reason
    )
    assert told.parts == {key_of("rec"): "collector"} | {key_of(f"v{i}"): "worker" for i in range(3)}
    assert [(n.name, n.observed) for n in told.numbers] == [("min_senders", 3)]
