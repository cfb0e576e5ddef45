"""Rules a portal package must keep beyond its structure; each broken one is a coded error with the canonical path."""

from collections.abc import Iterator
from decimal import Decimal

from connectors.fius.portal.document import PortalReport
from connectors.fius.portal.people import TREATMENTS
from schemas.filing import FilingError


def broken_rules(report: PortalReport) -> list[FilingError]:
    """Every broken rule, in the order of the rules."""
    return [*_content(report), *_people(report), *_references(report), *_amounts(report)]


def _content(report: PortalReport) -> Iterator[FilingError]:
    if not report.narrative.get(report.language, "").strip():
        said = f"The narrative in {report.language} is missing; the report stage must write it."
        yield FilingError("narrative_missing", said, f"narrative.{report.language}", "narrative")
    if not report.transfers:
        yield FilingError("no_transfers", "The report names no transfer.", "transfers", "transfers")
    if not report.filing.legal_basis:
        yield FilingError("basis_missing", "The filing names no legal basis.", "filing.legal_basis", "filings.basis")
    if report.filing.due_at < report.report.suspicion_formed_at:
        said = f"The filing is due {report.filing.due_at}, before suspicion formed at {report.report.suspicion_formed_at}."
        yield FilingError("due_before_suspicion", said, "filing.due_at", "filings.clock.due_ms")


def _people(report: PortalReport) -> Iterator[FilingError]:
    for number, person in enumerate(report.parties):
        target, path = f"parties[{number}]", f"parties[{number}]"
        if person.treatment != TREATMENTS[person.role][1]:
            said = f"{person.label} has the role {person.role} but is treated as {person.treatment}; a person to protect is never a subject."
            yield FilingError("role_treatment", said, f"{target}.treatment", f"{path}.role")
        if not any(name.strip() for name in person.names):
            yield FilingError("name_missing", f"{person.label} has no name.", f"{target}.names", f"{path}.name")
    protect = tuple(person.label for person in report.parties if person.treatment == "protect")
    if protect != report.notice.persons_to_protect:
        said = "The notice does not list exactly the persons to protect."
        yield FilingError("notice_differs", said, "notice.persons_to_protect", "parties.role")


def _references(report: PortalReport) -> Iterator[FilingError]:
    labels = [person.label for person in report.parties]
    if labels != [f"P{number}" for number in range(1, len(labels) + 1)]:
        yield FilingError("labels", "The parties are not labelled P1, P2 … in order.", "parties.label", "parties")
    known = set(labels)
    for number, payment in enumerate(report.transfers):
        unknown = {payment.sender, payment.receiver or payment.sender} - known
        if unknown:
            said = f"{payment.ref} names {', '.join(sorted(unknown))}, who is not in the table of parties."
            yield FilingError("party_unlisted", said, f"transfers[{number}]", "transfers.sender")


def _amounts(report: PortalReport) -> Iterator[FilingError]:
    for number, payment in enumerate(report.transfers):
        if not _positive(payment.amount):
            said = f"The amount of {payment.ref} is {payment.amount}, not a positive number."
            yield FilingError("amount", said, f"transfers[{number}].amount", "transfers.amount")


def _positive(amount: str) -> bool:
    try:
        return Decimal(amount) > 0
    except ArithmeticError:
        return False
