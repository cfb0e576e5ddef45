"""Joining a report with its transfers: roles once birth dates are known, and what is not passed on."""

from typing import Any

import msgspec
import pytest

from connectors.fius.resolve import Joined, resolve
from schemas.safe_words import WITHHELD
from schemas.transfer import Flag
from streams.domain.narrative import english


def resolved(case: Any, report: Any) -> Any:
    return resolve(report, report.filings[0], case.archive(), case.partners, case.fius)


def with_roles(case: Any, role: str) -> Any:
    return case.report(parties=tuple(msgspec.structs.replace(party, role=role) for party in case.report().parties))


@pytest.mark.parametrize("role", ["subject", "facilitator", "family_payer", "involved", "unknown", "protected", "victim"])
def test_a_child_is_to_be_protected_whatever_role_the_case_gives(case: Any, keys: dict[str, bytes], role: str) -> None:
    made = resolved(case, with_roles(case, role))
    child = made.party(keys["person"])  # born 2010-06-01
    assert child.role == ("victim" if role == "victim" else "protected")
    assert made.party(keys["collector"]).role == role
    assert [party.role for party in made.report.parties] == [made.party(party.key).role for party in made.report.parties]


def test_the_words_of_the_report_follow_the_role_of_the_child(case: Any) -> None:
    report = with_roles(case, "subject")
    told = resolved(case, msgspec.structs.replace(report, narrative={"en": english(report)})).report.narrative["en"]
    assert "P3 - May be the person moved" in english(report)
    assert "Reported as subject: P1 -" in told
    assert "P3 -" not in told
    assert "Person who may need protection, not a suspect: P3." in told


def test_a_report_without_children_is_left_as_it_is(case: Any) -> None:
    report = case.report(parties=case.report().parties[:2])
    assert resolved(case, report).report is report


def test_where_only_a_child_could_be_subject_the_ledger_says_nobody_is(case: Any, keys: dict[str, bytes]) -> None:
    report = case.report(parties=tuple(
        msgspec.structs.replace(party, role="subject" if party.key == keys["person"] else "involved") for party in case.report().parties
    ))  # fmt: skip
    assert resolved(case, report).report.completeness["parties.subject"] == "absent: nobody in the case may be named as subject"


def test_what_a_clerk_wrote_of_health_or_shelter_is_passed_on_to_nobody(case: Any) -> None:
    first = msgspec.structs.replace(
        case.transfers[0], purpose="she is pregnant", flags=(Flag("note", "stays in a shelter in Osh"), Flag("x"))
    )
    case.record = b"\x01" + msgspec.msgpack.encode([{}, [first, *case.transfers[1:]]])
    given = next(iter(resolved(case, case.report()).transfers.values()))
    assert (given.purpose, given.flags) == (WITHHELD, (Flag("note", WITHHELD), Flag("x")))
    assert given.digest == first.digest


class Counted:
    """An archive that counts what it is asked."""

    def __init__(self, archive: Any) -> None:
        self.archive, self.fetched = archive, 0

    def fetch(self, evidence: Any) -> Any:
        self.fetched += 1
        return self.archive.fetch(evidence)


def test_the_transfers_of_a_report_are_fetched_once_for_all_its_fius(case: Any) -> None:
    report, archive = case.report(), Counted(case.archive())
    joined = Joined(report, archive)
    for plan in report.filings[:2]:
        assert joined.resolved(plan, case.partners, case.fius) == resolve(report, plan, case.archive(), case.partners, case.fius)
    assert archive.fetched == 1
