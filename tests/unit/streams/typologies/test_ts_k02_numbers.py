"""TS-K02: its sentence, numbers and strengths by hand, and whose payments count."""

import msgspec
import pytest

from schemas.observation import TransferFacts
from schemas.transfer import DEVICE
from streams.typologies.base import Hit
from streams.typologies.build import START_MS, key_of, pay
from streams.typologies.ts_k01_shared_identifier import SharedView, pooled
from streams.typologies.ts_k02_third_party_control import TYPOLOGY

P = TYPOLOGY.parameters
DAY_MS = 86_400_000


def paid(holders: int, gap: float = 1, to: str = "boss") -> list[TransferFacts]:
    return [pay(f"h{i}", to, gap * i, 150, channel="wallet_to_wallet", device="one") for i in range(holders)]


def seen(rows: list[TransferFacts]) -> SharedView:
    view = pooled(DEVICE, rows)
    assert isinstance(view, SharedView)
    return view


def found(rows: list[TransferFacts]) -> list[Hit]:
    view = seen(rows)
    return list(TYPOLOGY.hits(view, P)) if TYPOLOGY.gate(view, P) else []


def test_the_whole_sentence_and_its_number_by_hand() -> None:
    rows = [*paid(4), pay("h4", "other", 9, 150, device="one")]
    hits = found(rows)
    assert [(h.strength, h.measures, h.at_ms) for h in hits] == [
        (0.6, {"accounts": 3, "users": 5}, START_MS + 2 * DAY_MS),
        (0.6667, {"accounts": 4, "users": 5}, START_MS + 3 * DAY_MS),
    ]
    told = TYPOLOGY.explain(seen(rows), P, hits[-1], hits[-1].events)
    assert told.reason == (
        "4 account holders who share no name used one device and paid one receiver within 14 days. Somebody else may operate their accounts."
    )
    assert [(n.name, n.observed, n.line, len(n.transfers)) for n in told.numbers] == [("min_accounts", 4, 3, 4)]


def test_holders_of_one_name_count_once() -> None:
    def named(i: int, facts: TransferFacts) -> TransferFacts:
        return msgspec.structs.replace(facts, sender=msgspec.structs.replace(facts.sender, name_keys=(b"%d" % min(i, 2),)))

    assert [h.measures["accounts"] for h in found([named(i, f) for i, f in enumerate(paid(4))])] == [3, 3]
    assert found([named(i // 2, f) for i, f in enumerate(paid(4))]) == []


@pytest.mark.parametrize(("last", "hits"), [(14, 1), (14.01, 0)])
def test_a_payment_fourteen_days_ago_counts(last: float, hits: int) -> None:
    rows = [*paid(2), pay("h2", "boss", last, 150, channel="wallet_to_wallet", device="one")]
    assert len(found(rows)) == hits


def test_two_receivers_are_two_findings() -> None:
    rows = [*paid(3), *(pay(f"h{i}", "second", 20 + i, 150, channel="wallet_to_wallet", device="one") for i in range(4))]
    assert sorted((len({e.other for e in h.events}), h.measures["accounts"]) for h in found(rows)) == [(1, 3), (1, 3), (1, 4)]


def test_who_is_not_known_to_use_the_device_is_not_counted_until_known_and_then_from_the_start() -> None:
    view = seen(paid(4))
    late = view.users.pop(key_of("h2"))
    assert [h.measures["accounts"] for h in TYPOLOGY.hits(view, P)] == [3]  # h0, h1 and h3, on day 3
    view.users[key_of("h2")] = late
    assert [h.at_ms for h in TYPOLOGY.hits(view, P)] == [START_MS + 2 * DAY_MS, START_MS + 3 * DAY_MS]
    assert TYPOLOGY.looks_ahead
