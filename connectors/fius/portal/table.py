"""The transfers as a table of text: the same cells for the CSV file and the workbook.

A person to protect stands in it under the label alone: a sheet is handed on, and the name has one place in the package (victim rule V7).
"""

from unicodedata import category

from connectors.fius.portal.document import Payment, Person, PortalReport

COLUMNS = (
    "ref", "transfer_id", "status", "occurred_at", "local_time", "amount", "currency", "usd", "channel", "sender", "sender_name", "receiver",
    "receiver_name", "paid_in_country", "paid_in_town", "paid_in_agent", "paid_out_country", "paid_out_town", "paid_out_agent", "purpose",
    "relationship", "remarks",
)  # fmt: skip
# A spreadsheet takes a cell that begins like this for a formula (OWASP, CSV injection); an apostrophe before it makes it text
_FORMULA = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def rows(report: PortalReport) -> list[tuple[str, ...]]:
    """One row for each transfer, as many cells as COLUMNS, every cell safe to open in a spreadsheet."""
    people = {person.label: person for person in report.parties}
    return [tuple(safe(cell) for cell in _row(payment, people)) for payment in report.transfers]


def safe(cell: str) -> str:
    """The cell as a spreadsheet will show it and not compute it; control characters, which a workbook cannot hold, as spaces."""
    plain = cell if cell.isprintable() else "".join(" " if category(letter) in ("Cc", "Cs", "Cn") else letter for letter in cell)
    return f"'{plain}" if plain.lstrip().startswith(_FORMULA) else plain


def _row(payment: Payment, people: dict[str, Person]) -> tuple[str, ...]:
    paid_in, paid_out = payment.paid_in, payment.paid_out
    return (
        payment.ref, payment.transfer_id, payment.status, payment.occurred_at, payment.local_time, payment.amount, payment.currency, payment.usd,
        payment.channel, payment.sender, _name(people.get(payment.sender)), payment.receiver, _name(people.get(payment.receiver)),
        paid_in.country, paid_in.town, _agent(paid_in.agent_id, paid_in.agent_name), paid_out.country, paid_out.town,
        _agent(paid_out.agent_id, paid_out.agent_name), payment.purpose, payment.relationship, "; ".join(payment.remarks),
    )  # fmt: skip


def _name(person: Person | None) -> str:
    return person.names[0] if person is not None and person.names and person.treatment != "protect" else ""


def _agent(number: str, name: str) -> str:
    return f"{number} {name}".strip()
