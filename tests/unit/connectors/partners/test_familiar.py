"""A party that is known by its bytes is the party it was, and whatever is unusual about an event is left to the long way."""

import json
from typing import Any

import msgspec
import pytest

from connectors.partners.accept import Acceptor
from connectors.partners.entry import entry_of
from connectors.partners.familiar import Familiar
from connectors.partners.formats.contract import Incoming
from schemas.registry import Partner
from schemas.transfer import Coordinate, Transfer
from streams.domain.canonical import Canon
from streams.domain.identity import Keyring
from tests.fuzz.contract import ClearSeal

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


def by_the_long_way(raw: bytes) -> Transfer:
    found = Acceptor(PARTNER, KEYS, lambda: NOW_MS).read_whole(raw, SOURCE)
    assert isinstance(found, Transfer)
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
        assert familiar.entry(raw.encode(), NOW_MS, SOURCE, ClearSeal()) is None


def test_an_event_in_broken_utf8_is_left_to_the_long_way(familiar: Familiar) -> None:
    assert familiar.transfer(PLAIN.encode().replace(b"Lola", b"\xff"), NOW_MS, SOURCE) is None


def test_an_entry_is_the_one_of_the_long_way_the_first_and_the_second_time(familiar: Familiar) -> None:
    agent = {"agent_id": "a-1", "name": "Till 1", "country": "KZ", "city": "Almaty"}
    flags = [{"code": "nervous", "note": "Asked for less"}, {"code": "third_party"}]
    bought = {"channel": "merchant", "receiver": {"kind": "entity", "name": "Hotel Osh"}, "purpose": "room for Aziz Sadat"}
    for changes in (
        {},
        bought,
        {"send_agent": agent, "pay_agent": agent | {"city": "Nowhere"}, "relationship": "brother", "purpose": "rent"},
        {"flags": flags, "merchant_category": "7011"},
        {"channel": "cash_out", "receiver": None},
        {"sender": SENDER | {"addresses": [{"line": "Abay 2", "city": "Almaty", "country": "KZ"}]}},
        {"receiver": SENDER | {"occupation": "driver", "addresses": [{"line": "Abay 1", "city": "Taraz", "country": "KZ"}]}},
    ):
        event = {key: value for key, value in (EVENT | changes).items() if value is not None}
        raw = json.dumps(event).encode()
        for _ in range(2):
            seal = ClearSeal()
            assert familiar.entry(raw, NOW_MS, SOURCE, seal) == entry_of(by_the_long_way(raw), seal)


ENVELOPE = (("ce_specversion", b"1.0"), ("ce_id", b"1"), ("ce_source", b"/a"), ("ce_type", b"t"))


@pytest.mark.parametrize("headers", [(), (("content-type", b"application/json"), ("idempotency-key", b"k")), ENVELOPE])
def test_headers_that_change_nothing_keep_no_event_from_the_short_way(headers: tuple[tuple[str, bytes], ...]) -> None:
    acceptor, seal = Acceptor(PARTNER, KEYS, lambda: NOW_MS), ClearSeal()
    found = acceptor.entry(Incoming(PLAIN.encode(), headers), SOURCE, seal)
    assert found == entry_of(by_the_long_way(PLAIN.encode()), seal)


@pytest.mark.parametrize("headers", [ENVELOPE[:2], (("content-type", b"application/cloudevents+json"),)])
def test_a_broken_envelope_is_for_the_long_way_to_say(headers: tuple[tuple[str, bytes], ...]) -> None:
    assert Acceptor(PARTNER, KEYS, lambda: NOW_MS).entry(Incoming(PLAIN.encode(), headers), SOURCE, ClearSeal()) is None


def test_a_feed_that_is_switched_off_and_another_format_have_no_short_way() -> None:
    for partner in (msgspec.structs.replace(PARTNER, disabled=True), msgspec.structs.replace(PARTNER, format="gsma.mm/1.2")):
        assert Acceptor(partner, KEYS, lambda: NOW_MS).entry(Incoming(PLAIN.encode()), SOURCE, ClearSeal()) is None
