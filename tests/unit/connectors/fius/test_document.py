"""A report document loses nothing, and one written by hand needs no keys."""

import json
from typing import Any

import msgspec
import pytest

from connectors.fius.document import DocumentError, decode, encode
from connectors.fius.goaml.mapping import load_form
from connectors.fius.goaml.renderer import render
from schemas.fius import load_fius

WRITTEN = {
    "schema": "strgw.report/1",
    "report": {
        "report_id": "case-7", "offence": "SOM", "suspicion_formed_ms": 1_767_600_000_000, "narrative": {"en": "P1 paid P2."},
        "parties": [{"party_id": "C-2", "role": "subject"}],
        "typologies": [{"id": "TS-F01", "name": "Funnel", "score": 0.9, "reason": ""}],
    },
    "partner": {
        "id": "own", "name": "Own Remit", "kind": "mto", "format": "strgw.transfer/1", "home_country": "AE",
        "licences": [{"country": "AE", "registration": "771"}],
    },
    "transfers": [
        {
            "partner": "own", "transfer_id": "T1", "occurred_ms": 1_767_600_000_000, "amount": {"minor": 95_000, "currency": "USD"},
            "channel": "cash_to_cash", "send_place": {"country": "AE", "town": ""}, "pay_place": {"country": "KG", "town": ""},
            "sender": {"name": "Anna Lee", "party_id": "C-1"}, "receiver": {"name": "Bo Lee", "party_id": "C-2"},
        }
    ],
}  # fmt: skip


def test_what_is_written_reads_back_the_same(case: Any) -> None:
    report, partner = case.report(), case.partners["demo"]
    raw = encode(report, partner, case.transfers)
    back = decode(raw)
    assert (back.report, back.partner, back.transfers) == (report, partner, tuple(case.transfers))
    assert encode(back.report, back.partner, back.transfers) == raw


def test_a_document_names_fields_and_never_positions(case: Any) -> None:
    told = json.loads(encode(case.report(), case.partners["demo"], case.transfers))
    assert told["transfers"][0]["sender"]["name"] == "Aigul Sadykova"
    assert told["transfers"][0]["amount"] == {"minor": 20_000, "currency": "USD"}


def test_a_document_written_by_hand_renders() -> None:
    document = decode(json.dumps(WRITTEN).encode())
    (file,) = render(document.resolved(load_fius()["AE"]), load_form("ae"))
    assert file.errors == ()
    assert b"<to_is_suspected>true<" in file.payload


def test_a_fiu_for_which_the_partner_has_no_licence_is_one_sentence() -> None:
    with pytest.raises(DocumentError, match="no licence in LK"):
        decode(json.dumps(WRITTEN).encode()).resolved(load_fius()["LK"])


@pytest.mark.parametrize(
    ("at", "value", "says"),
    [
        (("schema",), "strgw.report/9", "must say"),
        (("report", "urgent"), "perhaps", "report.urgent"),
        (("report", "surprise"), 1, "surprise is not known"),
        (("transfers", 0, "amount"), {"minor": 1}, "currency is missing"),
        (("transfers", 0, "sender"), [], "transfers[0].sender: an object"),
        (("partner",), None, "partner: an object"),
    ],
)
def test_a_mistake_is_named_with_its_place(at: tuple[Any, ...], value: Any, says: str) -> None:
    document = json.loads(json.dumps(WRITTEN))
    inner = document
    for step in at[:-1]:
        inner = inner[step]
    inner[at[-1]] = value
    with pytest.raises(DocumentError) as caught:
        decode(msgspec.json.encode(document))
    assert says in str(caught.value)


def test_what_is_no_json_is_one_sentence() -> None:
    with pytest.raises(DocumentError, match="not JSON"):
        decode(b"<report/>")
