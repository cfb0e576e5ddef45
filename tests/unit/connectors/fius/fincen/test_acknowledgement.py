"""FinCEN's answers: what is accepted, what is refused and why, each error at our field; and files that are no answer to what was sent."""

import hashlib
import re
from pathlib import Path
from typing import Any

import pytest

from connectors.fius.fincen.acknowledgement import MAX_BYTES, AcknowledgementError, answer, read
from connectors.fius.fincen.locate import locate
from connectors.fius.prepare import envelope
from schemas.feedback import ACCEPTED, REJECTED, Feedback
from schemas.filing import Filing

SAMPLE = Path(__file__).resolve().parents[6] / "shared" / "reference" / "fincen" / "sar_acknowledgement.xml"
BSA_ID = "31000055053784"
AT_MS = 1_767_700_000_000


def error(context: str, element: str, level: str = "WARN", code: str = "C4") -> str:
    return (
        f'<EFilingActivityErrorXML SeqNum="4"><ErrorContextText>{context}</ErrorContextText><ErrorElementNameText>{element}</ErrorElementNameText>'
        f"<ErrorLevelText>{level}</ErrorLevelText><ErrorText>It is not recorded.</ErrorText><ErrorTypeCode>{code}</ErrorTypeCode></EFilingActivityErrorXML>"
    )


def acknowledgement(*errors: str, status: str = "A", bsa_id: str = BSA_ID, activities: int = 1) -> bytes:
    body = "".join(errors) or '<EFilingActivityErrorXML SeqNum="4"/>'
    one = f'<EFilingActivityXML SeqNum="3"><BSAID>{bsa_id}</BSAID>{body}</EFilingActivityXML>'
    return (
        f'<?xml version="1.0"?><EFilingBatchXML StatusCode="{status}" SeqNum="1"><EFilingSubmissionXML SeqNum="2" StatusCode="{status}">'
        f"{one * activities}</EFilingSubmissionXML></EFilingBatchXML>"
    ).encode()


class Sent:
    """What was filed, and FinCEN's answer to it."""

    def __init__(self, sar: Any) -> None:
        report = sar.resolved()
        self.filing = envelope(report, sar.file(report))

    def answered(self, raw: bytes) -> Feedback:
        return answer(raw, self.filing.file_name, {self.filing.file_name: self.filing}, AT_MS)

    def number(self, name: str, after: str = "<") -> int:
        """SeqNum of the first element `name` behind a mark, read from the bytes without an XML library."""
        text = self.filing.payload.decode()
        found = re.search(rf'<fc2:{name} SeqNum="(\d+)"', text[text.index(after) :])
        assert found
        return int(found[1])

    def subject(self) -> int:
        found = re.search(r'<fc2:Party SeqNum="(\d+)"><fc2:ActivityPartyTypeCode>33<', self.filing.payload.decode())
        assert found
        return int(found[1])


@pytest.fixture
def sent(sar: Any) -> Sent:
    return Sent(sar)


def test_an_accepted_report_carries_the_bsa_identifier(sent: Sent) -> None:
    found = sent.answered(acknowledgement())
    filing: Filing = sent.filing
    assert (found.status, found.fiu_reference, found.errors) == (ACCEPTED, BSA_ID, ())
    assert (found.report_id, found.version, found.fiu, found.filing_id) == (filing.report_id, 1, "US", filing.filing_id)
    assert (found.received_at_ms, found.text) == (AT_MS, "Accepted by FinCEN.")
    assert filing.sha256 == hashlib.sha256(filing.payload).hexdigest()


@pytest.mark.parametrize(
    ("path", "element", "field"),
    [
        ("Party[{subject}]/PartyName[{name}]", "RawIndividualFirstName", "parties[P1].names"),
        ("Party[{subject}]", "IndividualBirthDateText", "parties[P1].dates_of_birth"),
        ("Party[{subject}]/PartyIdentification[{paper}]", "PartyIdentificationNumberText", "parties[P1].documents"),
        ("Party[3]/PhoneNumber[6]", "PhoneNumberText", "filer.phone"),
        ("ActivityAssociation[2]", "InitialReportIndicator", "version"),
    ],
)
def test_a_warning_stands_at_the_field_it_is_about_and_the_report_is_accepted(
    sent: Sent, path: str, element: str, field: str
) -> None:
    subject = sent.subject()
    mark = f'<fc2:Party SeqNum="{subject}"'
    names = {"subject": subject, "name": subject + 1, "paper": sent.number("PartyIdentification", mark)}
    context = f"EFilingBatchXML/Activity[1]/{path.format(**names)}/{element}"
    found = sent.answered(acknowledgement(error(context, element)))
    assert (found.status, found.text) == (ACCEPTED, "Accepted by FinCEN with 1 warnings.")
    assert [(e.code, e.target_path, e.canonical_path) for e in found.errors] == [("C4", context, field)]


@pytest.mark.parametrize(("status", "bsa_id"), [("R", ""), ("R", "00000000000000"), ("R", BSA_ID), ("A", BSA_ID)])
def test_a_fatal_error_or_a_refused_batch_is_a_rejection(sent: Sent, status: str, bsa_id: str) -> None:
    fatal = error(
        "EFilingBatchXML/Activity[1]/SuspiciousActivity[37]/TotalSuspiciousAmountText", "TotalSuspiciousAmountText", "FATAL", "E3"
    )
    number = sent.number("SuspiciousActivity")
    found = sent.answered(acknowledgement(fatal.replace("[37]", f"[{number}]"), status=status, bsa_id=bsa_id))
    assert found.status == REJECTED
    assert found.text == "Rejected by FinCEN with 1 fatal errors and 0 warnings."
    assert found.errors[0].canonical_path == "transfers.usd_minor"
    assert found.fiu_reference == bsa_id.strip("0")


def test_an_error_about_the_whole_batch_has_no_field(sent: Sent) -> None:
    found = sent.answered(acknowledgement(error("EFilingBatchXML", "PartyCount", "FATAL", "A9"), status="R", bsa_id=""))
    assert [(e.target_path, e.canonical_path) for e in found.errors] == [("EFilingBatchXML", None)]


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (acknowledgement(activities=2), "activities_differ"),
        (acknowledgement(activities=0), "activities_differ"),
        (acknowledgement(status="X"), "status_unknown"),
        (acknowledgement(status=""), "status_unknown"),
        (acknowledgement(bsa_id="12"), "bsa_id_malformed"),
        (acknowledgement(bsa_id=""), "bsa_id_missing"),
        (acknowledgement(error("EFilingBatchXML/Activity[1]", "Party", "SEVERE")), "level_unknown"),
        (
            acknowledgement(error("EFilingBatchXML/Activity[1]/Party[999]/PartyName[1000]/RawPartyFullName", "RawPartyFullName")),
            "element_unknown",
        ),
        (acknowledgement(error("EFilingBatchXML/Activity[1]/Party[4]/RawPartyFullName", "RawPartyFullName")), "element_unknown"),
        (acknowledgement(error("EFilingBatchXML/Activity[3]/Party[25]/ContactDateText", "ContactDateText")), "element_unknown"),
        (b"<EFilingBatchXML StatusCode='A'/>", "not_an_acknowledgement"),
        (b"<report/>", "not_an_acknowledgement"),
        (b"not xml", "not_xml"),
        (b"", "not_xml"),
        (b" " * (MAX_BYTES + 1), "too_big"),
        (b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><EFilingBatchXML>&x;</EFilingBatchXML>', "dtd"),
        (
            b'<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><EFilingBatchXML>&b;</EFilingBatchXML>',
            "dtd",
        ),
    ],
)
def test_what_is_no_answer_to_the_batch_is_refused_by_code(sent: Sent, raw: bytes, code: str) -> None:
    with pytest.raises(AcknowledgementError) as caught:
        sent.answered(raw)
    assert caught.value.code == code
    assert caught.value.text.endswith(".")


def test_an_acknowledgement_of_a_file_that_was_never_sent_is_refused(sent: Sent) -> None:
    with pytest.raises(AcknowledgementError) as caught:
        answer(acknowledgement(), "SARX.other.xml", {sent.filing.file_name: sent.filing}, AT_MS)
    assert caught.value.code == "file_unknown"


def test_a_seqnum_of_the_batch_leads_to_the_canonical_field(sent: Sent, form: Any) -> None:
    subject = sent.subject()
    found = locate(sent.filing.payload, subject + 1, form)
    assert found is not None
    assert found.canonical_path == "parties[P1].names"
    assert found.target_path == f"EFilingBatchXML/Activity[1]/Party[{subject}]/PartyName[{subject + 1}]"
    assert locate(sent.filing.payload, 10_000, form) is None


def test_subjects_are_told_apart_by_the_label_the_report_gave_them(sar: Any, form: Any) -> None:
    roles = {sar.payer_key: "family_payer", sar.collector_key: "subject", sar.person_key: "protected"}
    items = [sar.transfer(1), sar.transfer(2, sar.collector(), sar.person()), sar.transfer(3)]
    file = sar.file(sar.resolved(items, roles))
    subject = next(n for n in range(1, 90) if (f := locate(file.payload, n, form)) and f.canonical_path.endswith(".role"))
    found = locate(file.payload, subject, form)
    assert found is not None
    assert found.canonical_path == "parties[P2].role"


def test_fincens_sample_is_read_whole() -> None:
    if not SAMPLE.is_file():
        pytest.skip(f"the sample acknowledgement {SAMPLE.name} is not beside the repository")
    found = read(SAMPLE.read_bytes())
    assert found.status == ACCEPTED
    assert [activity.bsa_id for activity in found.activities] == ["31000055053784", "31000055053785", "31000055053786"]
    assert [[(e.level, e.code, e.element) for e in activity.errors] for activity in found.activities] == [
        [("WARN", "C21", "PartyIdentificationNumberText"), ("WARN", "C4", "RawIndividualFirstName")],
        [],
        [],
    ]
