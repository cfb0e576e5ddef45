"""What an answer says: receipts, the goAML list in JSON and Atom, a text of errors, a ZIP of these; anything else is set aside."""

import io
import json
import zipfile
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.fius.transports.channel import Answer
from connectors.fius.transports.defused import BadAnswer
from connectors.fius.transports.reading import read_answer
from connectors.fius.transports.receipt import rejection
from schemas.feedback import FeedbackError, InformationRequest

ATOM = """<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xmlns:d="http://schemas.microsoft.com/ado/2007/08/dataservices"
      xmlns:m="http://schemas.microsoft.com/ado/2007/08/dataservices/metadata">
  <entry><content type="application/xml"><m:properties>
    <d:ReportKey>K-7</d:ReportKey><d:Status>Rejected</d:Status><d:Errors>no indicator
no reason</d:Errors><d:Other m:null="true"/></m:properties></content></entry>
</feed>"""


def said(raw: bytes, name: str = "a.json") -> list[Any]:
    return read_answer(Answer(name, raw))


def code_of(raw: bytes, name: str = "a.json") -> str:
    with pytest.raises(BadAnswer) as caught:
        said(raw, name)
    return caught.value.code


def receipt(**fields: Any) -> bytes:
    return json.dumps({"schema": "strgw.receipt/1", "filing_id": "a", "status": "accepted"} | fields).encode()


def test_a_receipt_says_all_that_an_answer_may() -> None:
    fault = {"code": "E1", "text": "no date", "path": "report/date"}
    [one] = said(receipt(status="rejected", errors=[fault], fiu_reference="F-1", text="see errors"))
    assert (one.status, one.filing_id, one.fiu_reference, one.text) == ("rejected", "a", "F-1", "see errors")
    assert one.errors == (FeedbackError("E1", "no date", "report/date"),)


def test_a_request_for_information_has_its_legal_basis_and_its_day() -> None:
    asked = {"reference": "RFI-1", "scope": "all", "purpose": "p", "legal_basis": "art. 9", "due_at": "2026-12-01T12:00:00+04:00"}
    [one] = said(receipt(status="information_requested", request=asked))
    assert one.request == InformationRequest("RFI-1", "all", "p", "art. 9", 1_796_112_000_000)


@pytest.mark.parametrize(
    "fields",
    [
        {"status": "fine"},
        {"filing_id": ""},
        {"unknown": 1},
        {"schema": "strgw.receipt/2"},
        {"status": "information_requested"},
        {"request": {"reference": "r", "scope": "s", "purpose": "p", "legal_basis": "l"}},
        {
            "status": "information_requested",
            "request": {"reference": "r", "scope": "s", "purpose": "p", "legal_basis": "l", "due_at": "2026-12-01T12:00:00"},
        },
    ],
)
def test_a_receipt_that_says_something_else_is_set_aside(fields: dict[str, Any]) -> None:
    assert code_of(receipt(**fields)) == "receipt"


@pytest.mark.parametrize(
    ("status", "meaning"),
    [
        ("Processed", "accepted"),
        ("rejected", "rejected"),
        ("Failed  Validation", "rejected"),
        ("Transferred from Web", "received"),
        ("Uploaded", "received"),
    ],
)
def test_statuses_of_the_manuals_have_their_meaning(status: str, meaning: str) -> None:
    [one] = said(json.dumps({"value": [{"ReportKey": "K-1", "Status": status, "Errors": None}]}).encode())
    assert (one.status, one.fiu_reference, one.errors) == (meaning, "K-1", ())


@pytest.mark.parametrize("status", ["Not accepted", "Accepted with reservations", "Acceptee", "0"])
def test_a_status_that_only_looks_like_one_is_never_guessed(status: str) -> None:
    assert code_of(json.dumps({"value": [{"ReportKey": "K-1", "Status": status}]}).encode()) == "status_unknown"


def test_the_list_may_be_atom() -> None:
    [one] = said(ATOM.encode(), "status")
    assert (one.status, one.fiu_reference) == ("rejected", "K-7")
    assert [error.text for error in one.errors] == ["no indicator", "no reason"]


@pytest.mark.parametrize("errors", [["a", "b"], "a\n\nb", [{"code": 1}]])
def test_errors_come_as_text_as_list_or_as_objects(errors: Any) -> None:
    [one] = said(json.dumps({"value": [{"ReportKey": "K", "Status": "Rejected", "Errors": errors}]}).encode())
    assert [error.text for error in one.errors] in (["a", "b"], ['{"code":1}'])


def test_a_text_beside_a_file_is_a_rejection_with_its_lines() -> None:
    [one] = said(b"line one\r\n\r\nline two\r\n", "STR_AE_r1-v1.txt")
    assert (one.status, one.file_name, [error.text for error in one.errors]) == (
        "rejected",
        "STR_AE_r1-v1.txt",
        ["line one", "line two"],
    )


def test_a_zip_is_as_good_as_what_is_in_it() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("folder/STR_AE_r1-v1.txt", "bad date")
        archive.writestr("a.json", receipt())
    assert [(one.status, one.file_name) for one in said(out.getvalue(), "x.zip")] == [
        ("rejected", "STR_AE_r1-v1.txt"),
        ("accepted", ""),
    ]


@pytest.mark.parametrize(
    ("raw", "name", "code"),
    [
        (b"", "a.json", "form_unknown"),
        (b"", "a.txt", "nothing_said"),
        (b"%PDF-1.7", "a.pdf", "form_unknown"),
        (b"<thing/>", "a.xml", "form_unknown"),
        (b"<!DOCTYPE x><x/>", "a.xml", "dtd"),
        (b"<x>", "a.xml", "not_xml"),
        (b"PK\x03\x04", "a.zip", "not_zip"),
        (b'{"value": []}', "status", "nothing_said"),
        (b'{"value": [{"Status": "Processed"}]}', "status", "status"),
        (b'{"value": 7}', "status", "status"),
        (b"{", "a.json", "receipt"),
        (b"[" * 100_000, "a.json", "form_unknown"),
        (b'{"a":' * 100_000, "a.json", "receipt"),
    ],
)
def test_what_says_nothing_that_is_known_is_set_aside_with_its_code(raw: bytes, name: str, code: str) -> None:
    assert code_of(raw, name) == code


def test_what_a_channel_could_not_take_is_set_aside_under_its_own_code() -> None:
    with pytest.raises(BadAnswer) as caught:
        read_answer(Answer("big.xml", b"", problem="answer_too_large"))
    assert caught.value.code == "answer_too_large"


def test_a_rejection_in_the_same_breath_reads_back_as_one() -> None:
    [one] = said(rejection("f" * 32, "http_400", 'bad "date"\n<x/>'))
    assert (one.status, one.filing_id, one.errors[0].text) == ("rejected", "f" * 32, 'bad "date"\n<x/>')


@given(st.binary(max_size=300), st.sampled_from(["a.json", "a.xml", "a.txt", "a.zip", ""]))
def test_no_bytes_whatever_end_in_anything_but_statements_or_a_coded_refusal(raw: bytes, name: str) -> None:
    with suppress(BadAnswer):
        assert said(raw, name)
