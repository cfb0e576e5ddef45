"""JSON formats of others: what they may not be, and what is read where fields are left out."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from connectors.partners.formats import FORMATS
from connectors.partners.formats.contract import Incoming
from schemas.native import InvalidTransfer
from schemas.native_reading import Reading
from schemas.registry import Partner

GOLDEN = Path(__file__).parents[4] / "golden" / "connectors" / "partners" / "formats"
SAMPLES = Path(__file__).parents[6] / "shared" / "reference" / "formats"
JSON_FORMATS = ("gsma.mm/1.2", "ivms101/1", "mojaloop.fspiop/1")


def result(name: str, raw: bytes, headers: Any = (), received_ms: int = 0) -> Reading | InvalidTransfer:
    (item,) = FORMATS[name].reader(Partner("demo", "Demo", "bank", name, "KZ", ()))(Incoming(raw, headers, received_ms))
    return item.result


def sample(path: str) -> Any:
    return json.loads((GOLDEN / path).read_bytes())


@pytest.mark.parametrize("name", JSON_FORMATS)
@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "empty"),
        (b"[1]", "not_an_object"),
        (b"{", "not_json"),
        (b'{"a": NaN}', "not_json"),
        (b'{"a": "\\ud800"}', "not_json"),
        (b"\xff", "not_utf8"),
        (b'{"a": 1, "a": 2}', "duplicate_key"),
        (b'{"a":' * 5000, "not_json"),
        (b"[" * 100_000 + b"]" * 100_000, "not_json"),
        (b'{"x": "' + b"y" * 1_100_000 + b'"}', "too_large"),
        (b"{}", "field_missing"),
    ],
)
def test_each_kind_of_bad_record_has_its_code(name: str, raw: bytes, code: str) -> None:
    found = result(name, raw)
    assert isinstance(found, InvalidTransfer)
    assert found.code == code


@pytest.mark.parametrize(
    ("name", "path", "where"),
    [
        ("gsma.mm/1.2", "gsma.mm/transaction.txt", "amount"),
        ("ivms101/1", "ivms101/issue_2020.txt", "identity"),
        ("mojaloop.fspiop/1", "mojaloop.fspiop/transfer_with_its_quote.txt", "quote"),
    ],
)
def test_a_field_of_the_wrong_type_is_a_fault_and_not_an_absent_field(name: str, path: str, where: str) -> None:
    found = result(name, json.dumps({**sample(path), where: ["x"]}).encode())
    assert isinstance(found, InvalidTransfer)
    assert (found.code, found.path) == ("field_type", where)


def test_a_number_keeps_the_digits_it_was_written_with() -> None:
    raw = json.dumps(sample("ivms101/issue_2020.txt")).replace("250.5", "123456789012.10").encode()
    found = result("ivms101/1", raw)
    assert isinstance(found, Reading)
    assert found.event.amount.value == "123456789012.1"


def test_a_person_that_is_both_natural_and_legal_is_refused() -> None:
    said = sample("ivms101/issue_2020.txt")
    said["identity"]["originator"]["originatorPersons"][0]["legalPerson"] = {"name": {}}
    found = result("ivms101/1", json.dumps(said).encode())
    assert isinstance(found, InvalidTransfer)
    assert found.code == "field_value"


def packet(said: Any) -> str:
    inner = base64.urlsafe_b64encode(json.dumps(said).encode()).rstrip(b"=")
    return base64.urlsafe_b64encode(b"\x01\x82\x00\x07g.blue." + inner + b"\x00").decode().rstrip("=")


def test_a_mojaloop_transfer_without_a_quote_takes_the_people_from_its_packet() -> None:
    said = sample("mojaloop.fspiop/transfer_with_its_quote.txt")
    quote = said.pop("quote")
    said["transfer"]["ilpPacket"] = packet(quote)
    alone = result("mojaloop.fspiop/1", json.dumps(said["transfer"]).encode(), [("Date", b"Tue, 28 Apr 2026 10:00:00 GMT")])
    assert isinstance(alone, Reading)
    event = alone.event
    assert (event.sender.name, event.status, event.occurred_at) == ("Neema Mushi", "sent", "2026-04-28T10:00:00+00:00")


def test_a_mojaloop_transfer_that_names_nobody_is_refused() -> None:
    said = sample("mojaloop.fspiop/transfer_with_its_quote.txt")["transfer"]
    found = result("mojaloop.fspiop/1", json.dumps(said).encode(), (), 1_777_000_000_000)
    assert isinstance(found, InvalidTransfer)
    assert (found.code, found.path) == ("field_missing", "sender.name")


@pytest.mark.parametrize(
    ("kind", "channel", "has_receiver"),
    [
        ("DEPOSIT", "cash_in", True),
        ("WITHDRAWAL", "cash_out", False),
        ("PAYMENT", "merchant", True),
        ("TRANSFER", "wallet_to_wallet", True),
    ],
)
def test_the_scenario_of_a_quote_says_the_channel(kind: str, channel: str, has_receiver: bool) -> None:
    said = sample("mojaloop.fspiop/transfer_with_its_quote.txt")
    said["quote"]["transactionType"]["scenario"] = kind
    found = result("mojaloop.fspiop/1", json.dumps(said).encode())
    assert isinstance(found, Reading)
    assert (found.event.channel, bool(found.event.receiver)) == (channel, has_receiver)


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the shared reference formats are not beside this repository")
def test_requests_of_others_that_carry_no_transfer_yet_are_refused_by_what_they_lack() -> None:
    found = {}
    for folder, name in (("gsma_mm", "gsma.mm/1.2"), ("mojaloop", "mojaloop.fspiop/1"), ("ivms101", "ivms101/1")):
        for path in sorted((SAMPLES / folder).glob("*.json")):
            outcome = result(name, path.read_bytes())
            found[path.name] = (outcome.code, outcome.path) if isinstance(outcome, InvalidTransfer) else ("taken", "")
    # Requests have no reference and no time yet, quotes and answers are no transfers, and an identity alone says no sum.
    assert {code for code, _ in found.values()} == {"field_missing", "field_type"}
    assert found["TransfersIDPutResponse.spec-example.json"] == ("field_type", "fulfilment")


@pytest.mark.parametrize(
    ("amount", "code"),
    [
        ({"TxId": "9", "Ccy": "MWK", "ActiveCurrencyAndAmount": "1080"}, "not_in_format"),
        ({"Ccy": "MWK", "ActiveCurrencyAndAmount": "1080", "TxId": "9"}, "not_in_format"),
        ({"Ccy": "MWK", "ActiveCurrencyAndAmount": ["1080"]}, "not_in_format"),
        ({"Ccy": ["MWK"], "ActiveCurrencyAndAmount": "1080"}, "not_in_format"),
        ({"Ccy": "MWK"}, "not_in_format"),
    ],
)
def test_an_amount_of_a_mojaloop_body_is_never_guessed_among_other_fields(amount: Any, code: str) -> None:
    said = sample("mojaloop.fspiop/body_of_version_2.txt")
    said["CdtTrfTxInf"]["IntrBkSttlmAmt"] = amount
    found = result("mojaloop.fspiop/1", json.dumps(said).encode())
    assert isinstance(found, InvalidTransfer)
    assert found.code == code
