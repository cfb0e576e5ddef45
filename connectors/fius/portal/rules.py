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
    for language in report.languages if report.part.number == 1 else ():
        if not report.narrative.get(language, "").strip():
            said = f"The narrative in {language} is missing; the report stage must write it."
            yield FilingError("narrative_missing", said, f"narrative.{language}", "narrative")
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
    if not _are_in_order(labels, report.part.number == 1):
        yield FilingError("labels", "The parties are not labelled P1, P2 … in order.", "parties.label", "parties")
    known = set(labels)
    for number, payment in enumerate(report.transfers):
        unknown = {payment.sender, payment.receiver or payment.sender} - known
        if unknown:
            said = f"{payment.ref} names {', '.join(sorted(unknown))}, who is not in the table of parties."
            yield FilingError("party_unlisted", said, f"transfers[{number}]", "transfers.sender")


def _are_in_order(labels: list[str], is_all: bool) -> bool:
    """P1, P2 … without a gap where the package names everybody; rising where it is a further part."""
    numbers = [int(label[1:]) if label[:1] == "P" and label[1:].isdigit() else 0 for label in labels]
    return numbers == (list(range(1, len(numbers) + 1)) if is_all else sorted(set(numbers) - {0}))


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
