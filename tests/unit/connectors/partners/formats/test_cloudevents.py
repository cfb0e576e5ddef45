"""An envelope is taken off whole, and a broken one is refused."""

import base64
import json
from typing import Any

import pytest

from connectors.partners.accept import Acceptor, Rejection
from connectors.partners.formats.cloudevents import STRUCTURED
from connectors.partners.formats.contract import Incoming
from schemas.registry import Partner
from schemas.transfer import Coordinate, Transfer
from streams.domain.identity import Keyring

EVENT: dict[str, Any] = {
    "schema": "strgw.transfer/1", "transfer_id": "t-1", "status": "sent", "occurred_at": "2024-05-17T18:42:10+05:00",
    "amount": {"value": "40", "currency": "USD"}, "channel": "wallet_to_wallet", "sender": {"kind": "person", "name": "A. Karimov"},
    "receiver": {"kind": "person", "name": "Lola"}, "send_agent": {"agent_id": "1", "name": "One", "country": "KZ", "city": "Almaty", "lat": 43.25, "lon": 76.9},
}  # fmt: skip
ENVELOPE = {"specversion": "1.0", "id": "1", "source": "/till", "type": "transfer.sent"}
ACCEPTOR = Acceptor(Partner("demo", "Demo", "mto", "strgw.transfer/1", "KZ", ()), Keyring(b"m" * 32), lambda: 1_800_000_000_000)
PLAIN = json.dumps(EVENT).encode()


def outcome(raw: bytes, headers: list[tuple[str, bytes | None]]) -> Transfer | Rejection:
    (result,) = ACCEPTOR.take_in(Incoming(raw, headers), Coordinate("t", 0, 0))
    return result


def structured(**fields: Any) -> bytes:
    return json.dumps(ENVELOPE | fields).encode()


@pytest.mark.parametrize(
    ("raw", "headers"),
    [
        (PLAIN, [("ce_specversion", b"1.0"), ("ce_id", b"1"), ("ce_source", b"/till"), ("ce_type", b"x"), ("content-type", b"application/json")]),
        (structured(data=EVENT), [("content-type", STRUCTURED.encode() + b"; charset=utf-8")]),
        (structured(data=PLAIN.decode()), [("Content-Type", STRUCTURED.encode())]),
        (structured(data_base64=base64.b64encode(PLAIN).decode()), [("content-type", STRUCTURED.encode())]),
    ],
    ids=["binary", "structured", "text", "base64"],
)  # fmt: skip
def test_what_is_inside_is_the_same_transfer_in_every_envelope(raw: bytes, headers: list[tuple[str, bytes | None]]) -> None:
    assert outcome(raw, headers) == outcome(PLAIN, [])


@pytest.mark.parametrize(
    ("raw", "headers", "code"),
    [
        (PLAIN, [("ce_specversion", b"0.3"), ("ce_id", b"1"), ("ce_source", b"/till"), ("ce_type", b"x")], "not_in_format"),
        (PLAIN, [("ce_specversion", b"1.0"), ("ce_source", b"/till"), ("ce_type", b"x")], "field_missing"),
        (structured(), [("content-type", STRUCTURED.encode())], "field_missing"),
        (structured(data_base64="%%%"), [("content-type", STRUCTURED.encode())], "not_in_format"),
        (structured(data_base64="жжжж"), [("content-type", STRUCTURED.encode())], "not_in_format"),
        (b"{", [("content-type", STRUCTURED.encode())], "not_json"),
        (structured(data=7), [("content-type", STRUCTURED.encode())], "not_an_object"),
    ],
)  # fmt: skip
def test_a_broken_envelope_is_refused_whole(raw: bytes, headers: list[tuple[str, bytes | None]], code: str) -> None:
    result = outcome(raw, headers)
    assert isinstance(result, Rejection)
    assert (result.reason_code, result.raw) == (code, raw)
