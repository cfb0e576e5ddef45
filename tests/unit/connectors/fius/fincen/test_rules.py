"""Each rule of FinCEN's beyond its schema refuses exactly what breaks it, with the line, the element and our field."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from lxml import etree

from connectors.fius.fincen.validate import validate

NS = "{www.fincen.gov/base}"
Change = Callable[[etree._Element], object]


def at(batch: etree._Element, path: str) -> etree._Element:
    found = batch.find("/".join(f"{{*}}{step}" for step in path.split("/")))
    assert found is not None, path
    return found


def party(batch: etree._Element, code: str) -> etree._Element:
    return next(p for p in batch.iterfind("{*}Activity/{*}Party") if p.findtext("{*}ActivityPartyTypeCode") == code)


def put(path: str, value: str) -> Change:
    return lambda batch: setattr(at(batch, path), "text", value)


def drop(path: str) -> Change:
    def change(batch: etree._Element) -> None:
        node = at(batch, path)
        above = node.getparent()
        assert above is not None
        above.remove(node)

    return change


def first(path: str, name: str, value: str) -> Change:
    """A new first child `name` of the element at `path`."""

    def change(batch: etree._Element) -> None:
        node = etree.Element(NS + name)
        node.text = value
        at(batch, path).insert(0, node)

    return change


def in_subject(path: str, value: str | None) -> Change:
    """The element at `path` of the subject set to a value, or taken out."""

    def change(batch: etree._Element) -> None:
        node = at(party(batch, "33"), path)
        if value is not None:
            node.text = value
            return
        above = node.getparent()
        assert above is not None
        above.remove(node)

    return change


def twice(code: str) -> Change:
    def change(batch: etree._Element) -> None:
        old = party(batch, code)
        new = etree.fromstring(etree.tostring(old))
        old.addnext(new)
        for number, node in enumerate((n for n in batch.iter("*") if n.get("SeqNum")), 1):
            node.set("SeqNum", str(number))

    return change


ACTIVITY, SUSPICIOUS = "Activity", "Activity/SuspiciousActivity"


def first_of_address(batch: etree._Element) -> None:
    box = etree.Element(NS + "CityUnknownIndicator")
    box.text = "Y"
    at(party(batch, "33"), "Address").insert(0, box)


BROKEN: list[tuple[str, Change, str]] = [
    ("activity_count_differs", lambda batch: batch.set("ActivityCount", "2"), ""),
    ("party_count_differs", lambda batch: batch.set("PartyCount", "6"), ""),
    ("total_amount_differs", lambda batch: batch.set("TotalAmount", "1900"), ""),
    ("attachment_count_differs", lambda batch: batch.set("AttachmentCount", "1"), ""),
    ("activity_attachment_count_differs", lambda batch: batch.set("ActivityAttachmentCount", "1"), ""),
    (
        "seqnum_not_ascending",
        lambda batch: at(batch, "Activity/ActivityAssociation").set("SeqNum", "900"),
        "filings.reporting_entity",
    ),
    ("amount_not_whole_dollars", put(f"{SUSPICIOUS}/TotalSuspiciousAmountText", "1900.02"), "transfers.usd_minor"),
    ("amount_not_whole_dollars", put(f"{SUSPICIOUS}/TotalSuspiciousAmountText", "0190"), "transfers.usd_minor"),
    ("amount_statement", drop(f"{SUSPICIOUS}/TotalSuspiciousAmountText"), "transfers.usd_minor"),
    ("amount_statement", first(SUSPICIOUS, "AmountUnknownIndicator", "Y"), "transfers.usd_minor"),
    ("characters", put(f"{ACTIVITY}/ActivityNarrativeInformation/ActivityNarrativeText", "P1\tpaid."), "narrative"),
    ("characters", put(f"{ACTIVITY}/ActivityNarrativeInformation/ActivityNarrativeText", " P1 paid."), "narrative"),
    ("word_refused", in_subject("PartyOccupationBusiness/OccupationBusinessText", "Unknown"), "parties[P1].occupations"),
    ("kind_of_report", put("Activity/ActivityAssociation/InitialReportIndicator", ""), "version"),
    ("kind_of_report", first("Activity/ActivityAssociation", "ContinuingActivityReportIndicator", "Y"), "version"),
    ("prior_document_number", first(ACTIVITY, "EFilingPriorDocumentNumber", "31000055053784"), "version"),
    ("type_differs", put(f"{SUSPICIOUS}/SuspiciousActivityClassification/SuspiciousActivityTypeID", "8"), "offence"),
    (
        "other_without_words",
        first(f"{SUSPICIOUS}/SuspiciousActivityClassification", "OtherSuspiciousActivityTypeText", "More"),
        "offence",
    ),
    ("no_such_day", put(f"{ACTIVITY}/FilingDateText", "20260231"), "suspicion_formed_ms"),
    ("dates_out_of_order", put(f"{SUSPICIOUS}/SuspiciousActivityFromDateText", "20260106"), "transfers.occurred_ms"),
    ("dates_out_of_order", put(f"{ACTIVITY}/FilingDateText", "20260104"), "transfers.occurred_ms"),
    ("narrative_order", put("Activity/ActivityNarrativeInformation/ActivityNarrativeSequenceNumber", "2"), "narrative"),
    ("narrative_missing", put("Activity/ActivityNarrativeInformation/ActivityNarrativeText", ""), "narrative"),
    ("party_too_many", twice("35"), "filings.reporting_entity"),
    ("party_too_many", twice("8"), "filings.reporting_entity"),
    (
        "party_missing",
        lambda batch: setattr(at(party(batch, "37"), "ActivityPartyTypeCode"), "text", "18"),
        "filings.reporting_entity",
    ),
    (
        "number_missing",
        lambda batch: setattr(at(party(batch, "30"), "PartyIdentification/PartyIdentificationTypeCode"), "text", "10"),
        "filer.tin",
    ),
    ("name_missing", lambda batch: setattr(at(party(batch, "30"), "PartyName/RawPartyFullName"), "text", ""), "filer.name"),
    ("critical_missing", in_subject("IndividualBirthDateText", None), "parties[P1].dates_of_birth"),
    ("critical_missing", in_subject("PartyName/RawIndividualFirstName", None), "parties[P1].names"),
    ("critical_missing", in_subject("PartyName/RawEntityIndividualLastName", ""), "parties[P1].names"),
    ("critical_missing", in_subject("Address/ZIPCodeUnknownIndicator", None), "parties[P1].addresses"),
    ("critical_missing", in_subject("Address/StateCodeUnknownIndicator", None), "parties[P1].addresses"),
    ("critical_missing", in_subject("Address", None), "parties[P1].addresses"),
    ("critical_missing", in_subject("PartyIdentification", None), "parties[P1].documents"),
    ("value_and_unknown", first_of_address, "parties[P1].addresses"),
]


def test_an_attribute_on_text_is_refused(sar: Any, form: Any) -> None:
    batch = sar.batch()
    at(batch, f"{ACTIVITY}/FilingDateText").set("checked", "yes")
    (found,) = validate(etree.tostring(batch), form)
    assert found.code == "attribute_unknown" and found.target_path.endswith("FilingDateText")


@pytest.mark.parametrize(("code", "change", "field"), BROKEN, ids=[f"{n}-{code}" for n, (code, _, _) in enumerate(BROKEN)])
def test_a_broken_rule_is_named_with_line_element_and_field(sar: Any, form: Any, code: str, change: Change, field: str) -> None:
    batch = sar.batch()
    assert validate(etree.tostring(batch), form) == ()
    change(batch)
    found = [error for error in validate(etree.tostring(batch), form) if error.code == code]
    assert found
    assert field in {error.canonical_path for error in found}
    assert all(re.match(r"Line \d+, EFilingBatchXML", error.text) for error in found)


def test_a_narrative_over_the_limit_is_refused_in_anyones_file(sar: Any, form: Any) -> None:
    batch = sar.batch(sar.resolved(narrative={"en": "word " * 3_000}))
    for text in batch.iter(NS + "ActivityNarrativeText"):
        text.text = (text.text or "x").ljust(4_000, "x")
    batch[1].append(etree.fromstring(etree.tostring(batch[1][-1])))
    last = batch[1][-1]
    last[0].text = "5"
    last.set("SeqNum", "999")
    last[1].text = "x" * 4_000
    assert [error.code for error in validate(etree.tostring(batch), form)] == ["too_long"]


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        (put(f"{ACTIVITY}/FilingDateText", "2026-01-05"), "pattern_mismatch", "suspicion_formed_ms"),
        (in_subject("Address/RawCountryCodeText", "USA"), "too_long", "parties[P1].addresses"),
        (in_subject("PartyIdentification/TINUnknownIndicator", "N"), "code_not_in_list", "parties[P1].documents"),
        (put("FormTypeCode", "CTRX"), "value_fixed", ""),
        (drop(f"{ACTIVITY}/FilingDateText"), "element_out_of_place", "offence"),
        (drop(f"{SUSPICIOUS}/SuspiciousActivityFromDateText"), "element_out_of_place", "transfers.occurred_ms"),
        (drop("Activity/ActivityNarrativeInformation"), "element_missing", ""),
        (lambda batch: at(batch, "Activity/ActivityAssociation").set("SeqNum", "1"), "not_unique", ""),
        (lambda batch: at(batch, "Activity/ActivityAssociation").attrib.pop("SeqNum"), "attribute_missing", "version"),
        (lambda batch: batch.set("PartyCount", "one"), "wrong_type", ""),
        (lambda batch: batch.set("Extra", "1"), "attribute_unknown", ""),
    ],
)
def test_what_breaks_the_schema_is_coded_and_its_value_not_repeated(
    sar: Any, form: Any, change: Change, code: str, field: str
) -> None:
    batch = sar.batch()
    change(batch)
    errors = validate(etree.tostring(batch), form)
    assert (code, field) in {(error.code, error.canonical_path) for error in errors}
    assert not any("USA" in error.text or "2026-01-05" in error.text for error in errors)


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "not_xml"),
        (b"<EFilingBatchXML", "not_xml"),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "dtd"),
        (b"<?xml version='1.0'?>" + b" " * 5_000 + b"<!DOCTYPE a><a/>", "dtd"),
        (b"<report/>", "element_unknown"),
        (b'<EFilingBatchXML xmlns="http://www.fincen.gov/base"/>', "element_unknown"),
    ],
)
def test_what_is_no_batch_is_refused_by_code(form: Any, raw: bytes, code: str) -> None:
    assert code in [error.code for error in validate(raw, form)]


def test_a_file_larger_than_the_limit_is_not_read(form: Any) -> None:
    assert [error.code for error in validate(b" " * (form.map.limits.file_bytes + 1), form)] == ["too_big"]
