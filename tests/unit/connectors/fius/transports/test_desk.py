"""Answers at the desk: each is published once, about the filing it means, and none is lost."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from connectors.fius.transports.channel import Answer
from connectors.fius.transports.desk import Aside, Desk
from connectors.fius.transports.ledger import Ledger
from connectors.fius.transports.receipts import Receipts
from connectors.fius.transports.transmission import Transmission
from connectors.register.database import open_database
from schemas.feedback import Feedback
from schemas.wire import decode_feedback


class Killed(BaseException):
    """kill -9."""


class Topic:
    """A feedback topic that may be killed before or after it has written."""

    def __init__(self) -> None:
        self.records: list[tuple[bytes, bytes]] = []
        self.kill = ""

    def end(self, fiu: str) -> int:
        return len(self.records)

    def since(self, fiu: str, offset: int) -> set[bytes]:
        return {value for _, value in self.records[offset:]}

    def publish(self, fiu: str, feedbacks: Sequence[tuple[bytes, bytes]]) -> None:
        if self.kill == "before":
            raise Killed
        self.records += feedbacks
        if self.kill == "after":
            raise Killed

    def said(self) -> list[Feedback]:
        return [decode_feedback(value) for _, value in self.records]


class Counted:
    def __init__(self) -> None:
        self.statuses: list[str] = []

    def answer(self, fiu: str, status: str) -> None:
        self.statuses.append(status)


class Office:
    """A desk, and what lies on it."""

    def __init__(self, engine: Engine, folder: Path) -> None:
        self.topic, self.ledger, self.receipts, self.meters = Topic(), Ledger(engine, lambda: 7), Receipts(engine), Counted()
        self.folder = folder / "unmatched"
        self.filings: dict[Transmission, Any] = {}
        for number in (1, 2):
            fields = (f"f{number}", "AE", f"r{number}", number, 0, number, f"ref{number}", f"STR{number}.xml", "file", "d")
            self.ledger.take([Transmission(*fields, False, 0, 0, "sent", fiu_reference=f"K-{number}")])

    def take(self, raw: bytes, name: str = "a.json", now_ms: int = 1_700_000_000_000, **more: str) -> None:
        desk = Desk("AE", (self.ledger, self.receipts), self.topic, Aside(self.folder, self.meters), self.filings.__getitem__)
        desk.take(Answer(name, raw, **more), lambda: now_ms)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    engine = open_database(f"sqlite:///{tmp_path / 'register.db'}")
    yield Office(engine, tmp_path)
    engine.dispose()


def receipt(**fields: Any) -> bytes:
    return json.dumps({"schema": "strgw.receipt/1", "status": "accepted"} | fields).encode()


def test_an_answer_becomes_feedback_on_the_report_it_means(office: Office) -> None:
    fault = {"code": "E", "text": "no date", "path": "report/date"}
    office.take(receipt(reference="ref2", status="rejected", errors=[fault], fiu_reference="K-77"))
    [said] = office.topic.said()
    assert (said.report_id, said.version, said.status, said.fiu, said.filing_id) == ("r2", 2, "rejected", "AE", "f2")
    assert (said.fiu_reference, said.received_at_ms, said.errors[0].target_path) == ("K-77", 1_700_000_000_000, "report/date")
    assert office.topic.records[0][0] == b"r2"
    [row] = office.ledger.rows(states=("answered",))
    assert (row.filing_id, row.status, row.fiu_reference) == ("f2", "rejected", "K-77")


def test_the_same_answer_is_published_once_however_often_and_under_whatever_name_it_comes(office: Office) -> None:
    for name in ("a.json", "a.json", "copy of a.json"):
        office.take(receipt(filing_id="f1"), name)
    assert (len(office.topic.records), office.meters.statuses) == (1, ["accepted"])


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_desk_killed_while_it_publishes_publishes_exactly_once(moment: str, office: Office) -> None:
    office.topic.records.append((b"", b"another's"))
    office.topic.kill = moment
    with pytest.raises(Killed):
        office.take(receipt(filing_id="f1"), now_ms=1_700_000_000_000)
    office.topic.kill = ""
    for later in (1, 2):
        office.take(receipt(filing_id="f1"), now_ms=1_700_000_000_000 + later)
    assert [value for _, value in office.topic.records].count(b"another's") == 1
    assert len(office.topic.records) == 2
    assert office.ledger.rows(states=("answered",))[0].status == "accepted"


def test_a_mere_receipt_is_noted_and_is_no_feedback(office: Office) -> None:
    office.take(receipt(filing_id="f1", status="received", fiu_reference="K-5"))
    assert office.topic.records == []
    assert {row.filing_id: row.fiu_reference for row in office.ledger.rows(states=("sent",))} == {"f1": "K-5", "f2": "K-2"}
    assert office.receipts.unmatched() == []


@pytest.mark.parametrize(
    ("raw", "name", "code"),
    [
        (receipt(filing_id="f9"), "a.json", "report_unknown"),
        (receipt(filing_id="f1", reference="ref2"), "a.json", "report_unknown"),
        (b"no dates", "STR9.txt", "report_unknown"),
        (b"%PDF", "a.pdf", "form_unknown"),
        (b"<!DOCTYPE a><a/>", "a.xml", "dtd"),
        (b"PK\x03\x04", "a.zip", "not_zip"),
    ],
)
def test_an_answer_about_nothing_of_ours_is_kept_whole_coded_and_counted(
    raw: bytes, name: str, code: str, office: Office
) -> None:
    office.take(raw, name)
    office.take(raw, name)
    [kept] = office.receipts.unmatched("AE")
    assert (kept.code, kept.name, kept.filing_id) == (code, name, "")
    assert [path.read_bytes() for path in office.folder.iterdir()] == [raw]
    assert (office.folder / kept.digest).stat().st_mode & 0o777 == 0o600
    assert (office.topic.records, office.meters.statuses) == ([], ["unmatched"])


def test_what_is_known_in_an_answer_is_published_and_the_rest_kept(office: Office) -> None:
    reports = [{"ReportKey": key, "Status": "Processed"} for key in ("K-1", "K-999", "K-2")]
    office.take(json.dumps({"value": reports}).encode())
    assert [said.filing_id for said in office.topic.said()] == ["f1", "f2"]
    assert [kept.code for kept in office.receipts.unmatched()] == ["report_unknown"]
    assert office.meters.statuses == ["accepted", "accepted", "unmatched"]


def test_killed_between_publishing_and_the_rest_nothing_is_lost(office: Office) -> None:
    reports = [{"ReportKey": key, "Status": "Processed"} for key in ("K-1", "K-999")]
    office.topic.kill = "after"
    with pytest.raises(Killed):
        office.take(json.dumps({"value": reports}).encode())
    office.topic.kill = ""
    office.take(json.dumps({"value": reports}).encode())
    assert len(office.topic.records) == 1
    assert [kept.code for kept in office.receipts.unmatched()] == ["report_unknown"]


def test_a_text_beside_the_file_is_about_that_file(office: Office) -> None:
    office.take(b"no indicator", "STR1.txt")
    office.take(b"no indicator", "STR2.xml.txt")
    assert [(said.filing_id, said.status) for said in office.topic.said()] == [("f1", "rejected"), ("f2", "rejected")]


def test_what_was_asked_about_one_filing_is_about_that_filing(office: Office) -> None:
    office.take(b'{"value": [{"ReportKey": "K-new", "Status": "Processed"}]}', "status of ref1", filing_id="f1")
    [said] = office.topic.said()
    assert (said.filing_id, said.fiu_reference) == ("f1", "K-new")
    both = json.dumps({"value": [{"ReportKey": key, "Status": "Rejected"} for key in ("K-1", "K-8")]}).encode()
    office.take(both, "status of ref2", filing_id="f2")
    assert [kept.code for kept in office.receipts.unmatched()] == ["answer_ambiguous"]
    assert len(office.topic.records) == 1


def test_a_request_for_information_reaches_the_report_and_the_filing_stays_awaited(office: Office) -> None:
    asked = {"reference": "RFI-1", "scope": "s", "purpose": "p", "legal_basis": "l", "transfers": ["t1"]}
    office.take(receipt(filing_id="f1", status="information_requested", request=asked))
    [said] = office.topic.said()
    assert said.request is not None
    assert (said.request.reference, said.request.transfers) == ("RFI-1", ("t1",))
    assert sorted(one.filing_id for one in office.ledger.awaited("AE", 9)) == ["f1", "f2"]


ACCEPTED_BY_FINCEN = (
    b'<?xml version="1.0"?><EFilingBatchXML StatusCode="A" SeqNum="1"><EFilingSubmissionXML SeqNum="2" StatusCode="A">'
    b'<EFilingActivityXML SeqNum="3"><BSAID>31000055053784</BSAID><EFilingActivityErrorXML SeqNum="4"/></EFilingActivityXML>'
    b"</EFilingSubmissionXML></EFilingBatchXML>"
)


def sent_batch(office: Office, filing_of: Any) -> None:
    """The filing f1 as a batch of FinCEN's."""
    [row] = [one for one in office.ledger.rows(states=("sent",)) if one.filing_id == "f1"]
    office.filings[row] = filing_of(filing_id="f1", report_id="r1", fiu="AE", file_name="STR1.xml", payload=b"<EFilingBatchXML/>")


def test_fincen_s_acknowledgement_gives_the_report_its_bsa_identifier(office: Office, filing_of: Any) -> None:
    sent_batch(office, filing_of)
    office.take(ACCEPTED_BY_FINCEN, "STR1.xml.ack.xml")
    [said] = office.topic.said()
    assert (said.status, said.filing_id, said.fiu_reference) == ("accepted", "f1", "31000055053784")
    assert office.ledger.rows(states=("answered",))[0].fiu_reference == "31000055053784"


@pytest.mark.parametrize(
    ("raw", "name", "code"),
    [
        (ACCEPTED_BY_FINCEN, "another.xml", "report_unknown"),
        (ACCEPTED_BY_FINCEN.replace(b'"A"', b'"Z"'), "STR1.xml", "status_unknown"),
        (ACCEPTED_BY_FINCEN.replace(b"31000055053784", b""), "STR1.xml", "bsa_id_missing"),
        (b"<!DOCTYPE x>" + ACCEPTED_BY_FINCEN.partition(b"?>")[2], "STR1.xml", "dtd"),
    ],
)
def test_an_acknowledgement_that_fits_nothing_is_set_aside(
    raw: bytes, name: str, code: str, office: Office, filing_of: Any
) -> None:
    sent_batch(office, filing_of)
    office.take(raw, name)
    assert [kept.code for kept in office.receipts.unmatched()] == [code]
    assert office.topic.records == []
