"""A party that is known by its bytes is the party it was, and whatever is unusual about an event is left to the long way."""

import json
from typing import Any

import pytest

from connectors.partners.accept import Acceptor
from connectors.partners.familiar import Familiar
from connectors.partners.formats.contract import Incoming
from schemas.registry import Partner
from schemas.transfer import Coordinate, Transfer
from streams.domain.canonical import Canon
from streams.domain.identity import Keyring

NOW_MS = 1_800_000_000_000
SOURCE = Coordinate("partner.demo.transfers", 0, 7)
PARTNER = Partner("demo", "Demo", "mto", "strgw.transfer/1", "KZ", ())
KEYS = Keyring(b"m" * 32)
SENDER = {"kind": "person", "name": "Akmal Karimov", "phones": ["8 (705) 331-88-42"], "nationality": "KZ"}
EVENT: dict[str, Any] = {
    "schema": "strgw.transfer/1", "transfer_id": "t-1", "status": "sent", "occurred_at": "2024-05-17T18:42:10+05:00", "amount": {"value": "40", "currency": "USD"},
    "channel": "wallet_to_wallet", "sender": SENDER, "receiver": {"kind": "person", "name": "Lola Karimova"},
}  # fmt: skip
PLAIN = json.dumps(EVENT)


def by_the_long_way(raw: bytes) -> object:
    # A record with a header always takes it.
    (found,) = Acceptor(PARTNER, KEYS, lambda: NOW_MS).take_in(Incoming(raw, (("x", b"1"),)), SOURCE)
    return found


@pytest.fixture
def familiar() -> Familiar:
    return Familiar(Canon(PARTNER, KEYS))


def test_the_first_and_the_second_time_are_the_transfer_of_the_long_way(familiar: Familiar) -> None:
    for changes in ({}, {"transfer_id": "t-2"}, {"channel": "cash_out", "receiver": None}, {"receiver": SENDER}):
        event = {key: value for key, value in (EVENT | changes).items() if value is not None}
        raw = json.dumps(event).encode()
        for _ in range(2):
            found = familiar.transfer(raw, NOW_MS, SOURCE)
            assert isinstance(found, Transfer)
            assert found == by_the_long_way(raw)
    assert familiar.transfer(PLAIN.encode(), NOW_MS, SOURCE).name_tie  # type: ignore[union-attr]


def test_the_same_bytes_are_the_same_party_and_others_that_mean_the_same_are_equal(familiar: Familiar) -> None:
    first, second = (familiar.transfer(PLAIN.encode(), NOW_MS, SOURCE) for _ in range(2))
    spaced = familiar.transfer(json.dumps(EVENT, indent=1).encode(), NOW_MS, SOURCE)
    assert first is not None
    assert second is not None
    assert first.sender is second.sender
    assert first == second == spaced


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "{}",
        "[" * 100_000,
        PLAIN.replace("Akmal", "Akmal\\u0000"),
        PLAIN.replace("Akmal", "Ak\\\\mal"),
        PLAIN.replace('"name": "Akmal Karimov"', '"name": "Other", "name": "Akmal Karimov"'),
        PLAIN.replace('"status": "sent"', '"status": "sent", "status": "paid"'),
        PLAIN.replace('"receiver"', '"receiver": null, "receiver"'),
        PLAIN.replace('"KZ"', '"XX"'),
        PLAIN.replace("331-88-42", "call me"),
        PLAIN.replace('{"kind": "person", "name": "Lola Karimova"}', "null"),
        PLAIN.replace("2024-05", "2099-05"),
        PLAIN.replace('"40"', '"0"'),
        PLAIN.replace('"channel"', '"partner": "other", "channel"'),
        PLAIN[:-1] + " " * (1 << 20) + "}",
    ],
)  # fmt: skip
def test_an_event_that_is_not_beyond_doubt_is_left_to_the_long_way(raw: str, familiar: Familiar) -> None:
    for _ in range(2):
        familiar.transfer(PLAIN.encode(), NOW_MS, SOURCE)  # its parties are known
        assert familiar.transfer(raw.encode(), NOW_MS, SOURCE) is None


def test_an_event_in_broken_utf8_is_left_to_the_long_way(familiar: Familiar) -> None:
    assert familiar.transfer(PLAIN.encode().replace(b"Lola", b"\xff"), NOW_MS, SOURCE) is None
