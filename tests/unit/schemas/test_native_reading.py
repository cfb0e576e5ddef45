"""What of the native format can be read, and the code of everything that cannot."""

import json
from typing import Any

import pytest

from schemas.native import InvalidTransfer
from schemas.native_reading import MAX_BYTES, from_fields, read_json, readable_transfer_id

MINIMAL: dict[str, Any] = {
    "schema": "strgw.transfer/1",
    "transfer_id": "t-1",
    "status": "sent",
    "occurred_at": "2024-05-17T18:42:10+05:00",
    "amount": {"value": "40", "currency": "USD"},
    "channel": "wallet_to_wallet",
    "sender": {"kind": "person", "name": "A. Karimov"},
    "receiver": {"kind": "person", "name": "Lola"},
}
AGENT = {"agent_id": "KZ1", "name": "Nur", "country": "KZ", "city": "Shymkent"}


def changed(**changes: Any) -> bytes:
    return json.dumps({**MINIMAL, **changes}).encode()


def without(field: str) -> bytes:
    return json.dumps({name: value for name, value in MINIMAL.items() if name != field}).encode()


SENDER = MINIMAL["sender"]
TEXT = json.dumps(MINIMAL)
UNREADABLE = [
    ("nothing at all", b"", "empty", ""),
    ("five megabytes", changed(purpose="x" * 5_000_000), "too_large", ""),
    ("one byte over the limit", b" " * (MAX_BYTES + 1), "too_large", ""),
    ("a byte that is not UTF-8", changed().replace(b"Lola", b"Lol\xff"), "not_utf8", ""),
    ("a surrogate half in UTF-8", changed().replace(b"Lola", b"\xed\xa0\x80"), "not_utf8", ""),
    ("a surrogate half as an escape", changed().replace(b"Lola", b"\\ud800"), "not_json", ""),
    ("a cut line", changed()[:-20], "not_json", ""),
    ("two records", changed() + changed(), "not_json", ""),
    ("a byte order mark", b"\xef\xbb\xbf" + changed(), "not_json", ""),
    ("UTF-16", TEXT.encode("utf-16"), "not_utf8", ""),
    ("UTF-16 without a mark", TEXT.encode("utf-16-le"), "not_json", ""),
    ("NaN", changed(send_agent={**AGENT, "lat": float("nan"), "lon": 1.0}), "not_json", ""),
    ("a raw control character", changed().replace(b"Lola", b"Lo\x01a"), "not_json", ""),
    ("text that is not JSON", b"transfer 1", "not_json", ""),
    ("a million open brackets", b"[" * 1_000_000, "not_json", ""),
    ("a list", b'["strgw.transfer/1"]', "not_an_object", ""),
    ("a string", b'"strgw.transfer/1"', "not_an_object", ""),
    ("null", b"null", "not_an_object", ""),
    ("a key twice, equal values", changed()[:-1] + b', "status": "sent"}', "duplicate_key", ""),
    ("a key twice, the first one wrong", b'{"status": 7, ' + changed()[1:], "duplicate_key", ""),
    ("a key twice inside the sender", changed().replace(b'"kind"', b'"name": "B", "kind"', 1), "duplicate_key", ""),
    ("a key twice, once escaped", changed()[:-1] + b', "st\\u0061tus": "paid"}', "duplicate_key", ""),
    (
        "a key twice, colons hidden in escapes",
        changed(purpose="COLON").replace(b"COLON", b"\\u003a")[:-1] + b', "status": "paid"}',
        "duplicate_key",
        "",
    ),
    ("a key twice with spaces before the colon", changed()[:-1] + b', "status" \t: "paid"}', "duplicate_key", ""),
    ("an unknown version", changed(schema="strgw.transfer/9"), "schema_unknown", "schema"),
    ("no version", without("schema"), "field_missing", "schema"),
    ("no amount", without("amount"), "field_missing", "amount"),
    ("no currency", changed(amount={"value": "40"}), "field_missing", "amount.currency"),
    ("an amount as a number", changed(amount={"value": 40.0, "currency": "USD"}), "field_type", "amount.value"),
    ("an amount as a whole number", changed(amount={"value": 40, "currency": "USD"}), "field_type", "amount.value"),
    ("a time as a number", changed(occurred_at=1_715_953_330), "field_type", "occurred_at"),
    ("null", changed(purpose=None), "field_type", "purpose"),
    ("null inside a list", changed(sender={**SENDER, "phones": [None]}), "field_type", "sender.phones[...]"),
    ("a list for an object", changed(sender=[SENDER]), "field_type", "sender"),
    ("a string for a list", changed(sender={**SENDER, "phones": "+998901234567"}), "field_type", "sender.phones"),
    ("an empty id", changed(transfer_id=""), "field_value", "transfer_id"),
    ("an id of 65 characters", changed(transfer_id="x" * 65), "field_value", "transfer_id"),
    ("a status in capitals", changed(status="PAID"), "field_value", "status"),
    ("seventeen phones", changed(sender={**SENDER, "phones": ["+998901234567"] * 17}), "field_value", "sender.phones"),
    ("a latitude past the pole", changed(send_agent={**AGENT, "lat": 90.5, "lon": 1.0}), "field_value", "send_agent.lat"),
    ("a field of another format", changed(fee="3.00"), "unknown_field", "fee"),
    ("a field of another party", changed(sender={**SENDER, "wallet": "1"}), "unknown_field", "sender.wallet"),
]


@pytest.mark.parametrize(("raw", "code", "path"), [row[1:] for row in UNREADABLE], ids=[row[0] for row in UNREADABLE])
def test_a_fault_has_its_code_and_names_its_field(raw: bytes, code: str, path: str) -> None:
    with pytest.raises(InvalidTransfer) as refused:
        read_json(raw)
    assert (refused.value.code, refused.value.path.replace("[0]", "[...]")) == (code, path)


@pytest.mark.parametrize("raw", [row[1] for row in UNREADABLE], ids=[row[0] for row in UNREADABLE])
def test_a_reason_is_one_sentence_without_a_value_of_the_record(raw: bytes) -> None:
    with pytest.raises(InvalidTransfer) as refused:
        read_json(raw)
    reason = refused.value.reason
    assert reason.endswith(".")
    assert "\n" not in reason
    assert not any(value in reason for value in ("Karimov", "Lola", "+998901234567", "PAID", "3.00"))


def test_an_unknown_field_that_looks_like_data_is_not_repeated() -> None:
    with pytest.raises(InvalidTransfer) as refused:
        read_json(changed(**{"Gulnora Toshmatova +998932217740": "x"}))
    assert "Gulnora" not in refused.value.reason
    assert refused.value.code == "unknown_field"


READABLE = [
    ("the least there is", changed()),
    ("white space around everything", json.dumps(MINIMAL, indent=4).encode() + b"\n"),
    ("a cash_out without a receiver", json.dumps({**MINIMAL, "channel": "cash_out"}).encode()),
    ("colons in values", changed(purpose="ref: 12:30, \u0003a", sender={**SENDER, "ip": "2001:db8::17"})),
    ("names in any script, escaped or not", json.dumps({**MINIMAL, "purpose": "помощь 家庭"}, ensure_ascii=False).encode()),
    ("whole degrees", changed(send_agent={**AGENT, "lat": 42, "lon": 69})),
]


@pytest.mark.parametrize("raw", [row[1] for row in READABLE], ids=[row[0] for row in READABLE])
def test_what_the_format_allows_is_read(raw: bytes) -> None:
    assert read_json(raw).event.transfer_id == "t-1"


def test_layout_order_and_empty_lists_do_not_change_the_canonical_bytes() -> None:
    turned = dict(reversed(MINIMAL.items())) | {"flags": [], "sender": {**SENDER, "phones": []}}
    assert read_json(json.dumps(turned, indent=2).encode()).canonical == read_json(changed()).canonical


def test_different_content_has_different_canonical_bytes() -> None:
    assert read_json(changed(status="paid")).canonical != read_json(changed()).canonical


def test_control_characters_become_spaces_because_no_report_can_carry_them() -> None:
    assert read_json(changed(purpose="rent\u0000May\r\n")).event.purpose == "rent May "


def test_the_fields_of_an_avro_record_give_the_same_event_as_json() -> None:
    fields = {**MINIMAL, "purpose": None, "flags": [], "sender": {**SENDER, "party_id": None, "phones": []}}
    assert from_fields(fields) == read_json(changed())


def test_the_id_of_a_refused_record_is_found_for_its_receipt() -> None:
    assert readable_transfer_id(changed(status="PAID")) == "t-1"
    assert readable_transfer_id(changed(transfer_id="")) is None
    assert readable_transfer_id(changed()[:-20]) is None
    assert readable_transfer_id(b"[1]") is None
