"""Victims are not suspects, and a child has no name: rules V1, V3, V6 and V7 of the project's rules for the safety of victims."""

from typing import Any

import msgspec
import pytest
from lxml import etree

from connectors.fius.fincen.renderer import render
from schemas.report import TypologyLine

SPARED = ("victim", "protected", "family_payer", "involved", "unknown")


@pytest.mark.parametrize("role", SPARED)
def test_nobody_but_a_subject_stands_as_subject_and_all_others_are_said_not_to_be_suspects(sar: Any, role: str) -> None:
    batch = sar.batch(sar.resolved([sar.transfer(1)], {sar.collector_key: "subject", sar.payer_key: role}))
    assert sar.texts(batch, "RawEntityIndividualLastName") == ["Testov"]
    assert "192.0.2.8" not in sar.texts(batch, "IPAddressText")
    narrative = sar.narrative(batch)
    assert "P2 (Aigul Sadykova)" in narrative  # an adult is named there, a victim too, as FIN-2020-A008 wants
    assert "not reported as suspects: P2" in narrative or "not as suspects: P2" in narrative


@pytest.mark.parametrize("role", SPARED)
def test_where_nobody_may_be_subject_the_form_says_so_and_names_nobody(sar: Any, role: str) -> None:
    batch = sar.batch(sar.resolved([sar.transfer(1)], {sar.collector_key: role, sar.payer_key: role}))
    (subject,) = sar.parties(batch, "33")
    assert [(etree.QName(node).localname, node.text) for node in subject] == [
        ("ActivityPartyTypeCode", "33"),
        ("AllCriticalSubjectInformationUnavailableIndicator", "Y"),
    ]
    assert sar.texts(batch, "RawEntityIndividualLastName") == []
    assert sar.texts(batch, "IPAddressText") == []


def test_a_child_has_initials_and_year_of_birth_and_no_name_anywhere(sar: Any) -> None:
    payload = sar.file().payload.decode()
    assert "Noor" not in payload
    assert "Ahmad" not in payload
    assert "P3 (N. A., born 2010, under 18 or possibly so)" in payload


@pytest.mark.parametrize(
    ("born", "role", "pattern", "is_named"),
    [
        (None, "victim", "TS-F01", False),
        (None, "protected", "TS-F01", False),
        (None, "family_payer", "TS-F01", True),
        (None, "unknown", "TS-F01", True),
        (None, "unknown", "TS-P07", False),
        ("2008", "victim", "TS-F01", False),  # 17 or 18 in January 2026: open
        ("2008-01", "involved", "TS-F01", False),  # the fifth is not yet known
        ("2008-01-06", "involved", "TS-F01", False),  # 18 a day after the last event
        ("2008-01-05", "involved", "TS-F01", True),  # 18 on the day
        ("2007", "victim", "TS-F01", True),
    ],
)
def test_age_that_is_open_counts_as_a_childs(sar: Any, born: str | None, role: str, pattern: str, is_named: bool) -> None:
    items = [sar.transfer(1), sar.transfer(2, sar.person(date_of_birth=born))]
    roles = {sar.collector_key: "subject", sar.payer_key: "family_payer", sar.person_key: role}
    report = sar.resolved(items, roles, typologies=(TypologyLine(pattern, "", 0.8, ""),))
    assert ("Noor Ahmad" in sar.narrative(sar.batch(report))) == is_named


@pytest.mark.parametrize("born", ["2010-06-01", "2008", "2008-01-06"])
def test_a_child_with_the_role_of_a_subject_holds_the_report(sar: Any, form: Any, born: str) -> None:
    report = sar.resolved([sar.transfer(1, receiver=sar.collector(date_of_birth=born))])
    assert [party.role for party in report.parties][:1] == [
        "protected"
    ]  # where reports are joined with names, a child is protected
    wrong = [msgspec.structs.replace(party, role="subject") if party.label == "P1" else party for party in report.parties]
    (file,) = render(msgspec.structs.replace(report, parties=tuple(wrong)), form)
    assert [(error.code, error.canonical_path) for error in file.errors] == [("child_as_subject", "parties[P1].role")]


def test_what_the_customer_wrote_as_purpose_is_not_repeated(sar: Any) -> None:
    assert "for little" not in sar.file().payload.decode()


def test_nationality_stands_nowhere(sar: Any) -> None:
    batch = sar.batch(sar.resolved([sar.transfer(1, sar.payer(nationality="UZ"))]))
    assert "UZ" not in etree.tostring(batch).decode()
