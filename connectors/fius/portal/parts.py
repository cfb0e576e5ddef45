"""A report that is too large for one upload, divided into packages that belong together: each its own transfers and the people they name."""

import msgspec

from connectors.fius.portal.document import Flow, Part, PortalReport
from connectors.fius.portal.people import notice

MAX_PARTS = 40  # DEF: two hundred million bytes; what is larger waits for a person


def divide(report: PortalReport, count: int) -> list[PortalReport]:
    """The report as `count` parts of nearly as many transfers each. Part 1 holds everything else, the others who files, people and transfers."""
    size, more = divmod(len(report.transfers), count)
    parts, start = [], 0
    for number in range(1, count + 1):
        end = start + size + (number <= more)
        parts.append(_part(report, Part(number, count), start, end))
        start = end
    return parts


def _part(report: PortalReport, part: Part, start: int, end: int) -> PortalReport:
    transfers = report.transfers[start:end]
    own = msgspec.structs.replace(report, transfers=transfers, part=part)
    if part.number == 1:
        return own
    named = {label for payment in transfers for label in (payment.sender, payment.receiver)}
    people = tuple(person for person in report.parties if person.label in named)
    said = notice(people, report.notice.urgent, report.notice.do_not_stop_payment)
    return msgspec.structs.replace(
        own,
        parties=people,
        notice=said,
        narrative={},
        patterns=(),
        indicators=(),
        parameters=(),
        not_known=(),
        exchange_proposals=(),
        flow=Flow(),
    )
