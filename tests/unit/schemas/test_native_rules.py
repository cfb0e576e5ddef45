"""What the values of an event must mean."""

from typing import Any

import pytest

from schemas.money import Money
from schemas.native import InvalidTransfer, NativeAmount
from schemas.native_reading import from_fields
from schemas.native_rules import CLOCK_SKEW_MS, MAX_MINOR, amount_of, check, instant

NOW_MS = 1_800_000_000_000
SENDER: dict[str, Any] = {"kind": "person", "name": "A. Karimov"}
EVENT: dict[str, Any] = {
    "schema": "strgw.transfer/1",
    "transfer_id": "t-1",
    "status": "sent",
    "occurred_at": "2024-05-17T18:42:10+05:00",
    "amount": {"value": "40", "currency": "USD"},
    "channel": "wallet_to_wallet",
    "sender": SENDER,
    "receiver": {"kind": "person", "name": "Lola"},
}
AGENT = {"agent_id": "KZ1", "name": "Nur", "country": "KZ", "city": "Shymkent"}
DOCUMENT = {"type": "passport", "number": "AB1", "country": "UZ"}
ADDRESS = {"line": "mkr 4", "city": "Osh", "country": "KG"}


def fault(changes: dict[str, Any], now_ms: int = NOW_MS) -> tuple[str, str]:
    with pytest.raises(InvalidTransfer) as refused:
        check(from_fields({**EVENT, **changes}).event, now_ms)
    return refused.value.code, refused.value.path


REFUSED: list[tuple[dict[str, Any], str, str]] = [
    ({"amount": {"value": "40", "currency": "usd"}}, "currency_unknown", "amount.currency"),
    ({"amount": {"value": "40", "currency": "ABC"}}, "currency_unknown", "amount.currency"),
    ({"amount": {"value": "40", "currency": "XAU"}}, "currency_unknown", "amount.currency"),
    ({"amount": {"value": "-40.00", "currency": "USD"}}, "amount_not_positive", "amount.value"),
    ({"amount": {"value": "0.00", "currency": "USD"}}, "amount_not_positive", "amount.value"),
    ({"amount": {"value": "0", "currency": "USD"}}, "amount_not_positive", "amount.value"),
    ({"amount": {"value": "1,250.00", "currency": "USD"}}, "amount_invalid", "amount.value"),
    ({"amount": {"value": "040", "currency": "USD"}}, "amount_invalid", "amount.value"),
    ({"amount": {"value": "1e3", "currency": "USD"}}, "amount_invalid", "amount.value"),
    ({"amount": {"value": "٤٠", "currency": "USD"}}, "amount_invalid", "amount.value"),
    ({"amount": {"value": "40\n", "currency": "USD"}}, "amount_invalid", "amount.value"),
    ({"amount": {"value": "10.5", "currency": "JPY"}}, "amount_decimals", "amount.value"),
    ({"amount": {"value": "10.555", "currency": "USD"}}, "amount_decimals", "amount.value"),
    ({"amount": {"value": "10.5555", "currency": "KWD"}}, "amount_decimals", "amount.value"),
    ({"amount": {"value": "10.55555", "currency": "USD"}}, "amount_decimals", "amount.value"),
    ({"amount": {"value": "1" * 16, "currency": "JPY"}}, "amount_too_large", "amount.value"),
    ({"amount": {"value": "10000000000000.01", "currency": "USD"}}, "amount_too_large", "amount.value"),
    ({"amount": {"value": "9" * 400, "currency": "USD"}}, "amount_too_large", "amount.value"),
    ({"occurred_at": "2024-05-17T18:42:10"}, "time_without_offset", "occurred_at"),
    ({"occurred_at": "2024-05-17 18:42:10+05:00"}, "time_invalid", "occurred_at"),
    ({"occurred_at": "2024-02-30T18:42:10+05:00"}, "time_invalid", "occurred_at"),
    ({"occurred_at": "2024-05-17T24:00:00+05:00"}, "time_invalid", "occurred_at"),
    ({"occurred_at": "2024-05-17T18:42:10+15:00"}, "time_invalid", "occurred_at"),
    ({"occurred_at": "2024-05-17T18:42:10+05:75"}, "time_invalid", "occurred_at"),
    ({"occurred_at": "yesterday"}, "time_invalid", "occurred_at"),
    ({"occurred_at": "2099-05-17T18:42:10+05:00"}, "time_in_future", "occurred_at"),
    ({"occurred_at": "1999-12-31T23:59:59Z"}, "time_too_early", "occurred_at"),
    ({"receiver": None}, "receiver_missing", "receiver"),
    ({"channel": "cash_out"}, "receiver_not_allowed", "receiver"),
    ({"sender": {**SENDER, "nationality": "UZB"}}, "country_unknown", "sender.nationality"),
    ({"sender": {**SENDER, "nationality": "ZZ"}}, "country_unknown", "sender.nationality"),
    ({"sender": {**SENDER, "date_of_birth": "01.02.1990"}}, "date_invalid", "sender.date_of_birth"),
    ({"sender": {**SENDER, "date_of_birth": "1990-02-30"}}, "date_invalid", "sender.date_of_birth"),
    ({"sender": {**SENDER, "customer_since": "19900202"}}, "date_invalid", "sender.customer_since"),
    (
        {"receiver": {**SENDER, "documents": [DOCUMENT, {**DOCUMENT, "country": "uz"}]}},
        "country_unknown",
        "receiver.documents[1].country",
    ),
    ({"sender": {**SENDER, "documents": [{**DOCUMENT, "type": "Passport"}]}}, "field_value", "sender.documents[0].type"),
    ({"sender": {**SENDER, "addresses": [{**ADDRESS, "country": "XX"}]}}, "country_unknown", "sender.addresses[0].country"),
    ({"sender": {**SENDER, "phones": ["+998901234567", "call my brother"]}}, "field_value", "sender.phones[1]"),
    ({"sender": {**SENDER, "emails": ["nobody"]}}, "field_value", "sender.emails[0]"),
    ({"sender": {**SENDER, "ip": "home"}}, "field_value", "sender.ip"),
    ({"merchant_category": "472"}, "field_value", "merchant_category"),
    ({"send_agent": {**AGENT, "country": "QQ"}}, "country_unknown", "send_agent.country"),
    ({"pay_agent": {**AGENT, "lat": 42.3}}, "agent_position_incomplete", "pay_agent"),
    ({"flags": [{"code": "escorted"}, {"code": "Escorted by a man"}]}, "field_value", "flags[1].code"),
]


@pytest.mark.parametrize(("changes", "code", "path"), REFUSED, ids=[f"{row[1]}-{index}" for index, row in enumerate(REFUSED)])
def test_a_value_that_cannot_be_is_refused_by_code_and_path(changes: dict[str, Any], code: str, path: str) -> None:
    assert fault(changes) == (code, path)


def test_a_clock_may_run_ten_minutes_ahead_and_no_more() -> None:
    at_ms = instant(EVENT["occurred_at"])[0]
    assert check(from_fields(EVENT).event, at_ms - CLOCK_SKEW_MS).occurred_ms == at_ms
    assert fault({}, at_ms - CLOCK_SKEW_MS - 1) == ("time_in_future", "occurred_at")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1970-01-01T00:00:00Z", (0, 0)),
        ("1970-01-01T05:00:00+05:00", (0, 300)),
        ("2024-01-01T08:55:59+10:30", (1_704_061_559_000 , 630)),
        ("2024-02-29T23:59:59.123456789-03:30", (1_709_263_799_123, -210)),
        ("2024-05-17T18:42:10.9994+05:00", (1_715_953_330_999, 300)),
    ],
)  # fmt: skip
def test_a_time_is_an_instant_and_the_local_offset(text: str, expected: tuple[int, int]) -> None:
    assert instant(text) == expected


@pytest.mark.parametrize(
    ("value", "currency", "minor"),
    [
        ("40", "USD", 4000),
        ("40.5", "USD", 4050),
        ("0.01", "USD", 1),
        ("1250", "JPY", 1250),
        ("1250.00", "JPY", 1250),
        ("1.234", "KWD", 1234),
        ("1.2", "BHD", 1200),
        ("10.5000", "USD", 1050),
        ("10000000000000", "USD", MAX_MINOR),
    ],
)
def test_an_amount_is_exact_in_minor_units(value: str, currency: str, minor: int) -> None:
    assert amount_of(NativeAmount(value, currency)) == Money(minor, currency)


def test_kosovo_is_a_country_here() -> None:
    assert check(from_fields({**EVENT, "sender": {**SENDER, "nationality": "XK"}}).event, NOW_MS).amount == Money(4000, "USD")
