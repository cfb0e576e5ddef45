"""The readable text of a portal package: the content of report.json, said in the order an officer reads it.

What was seen comes first, then what it may mean, then what is not known; a person's role stands before the name.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import zip_longest
from textwrap import wrap

from connectors.fius.portal.document import BasisStep, Indication, Pattern, Payment, Person, Point, PortalReport
from connectors.fius.portal.prior import earlier
from connectors.fius.portal.words import EN
from schemas.filing import INITIAL

WIDTH = 100
ROLE_ORDER = ("victim", "protected", "family_payer", "subject", "facilitator", "involved", "unknown")


def text(report: PortalReport) -> str:
    """The whole of report.txt; lines end in LF, the last one too."""
    seen = (_account(report), _people(report), _transfers(report), _patterns(report))
    parts = (_head(report), *seen, _meaning(report), _filing(report), _ledger(report))
    return "\n".join(line.rstrip() for part in parts for line in part) + "\n"


def _section(title: str) -> list[str]:
    return ["", title.upper(), "-" * len(title)]


def _head(report: PortalReport) -> list[str]:
    filing, own = report.filing, report.report
    lines = ["SUSPICIOUS TRANSACTION REPORT", "=" * 29]
    for said in report.notice.text:
        lines += ["", *(f"*** {line}" for line in wrap(said, WIDTH - 4))]
    lines += ["", f"To          {filing.fiu_name} ({filing.fiu_acronym}), {filing.fiu_country}"]
    lines += [f"From        {filing.reporting_entity}, branch {filing.branch or '-'}, registration {filing.registration or '-'}"]
    lines += [f"Report      {own.report_id}, version {own.version}"]
    lines += [f"            {earlier(filing, EN)}"] if filing.relation != INITIAL else []
    lines += [f"            {EN.fields['prior']}: {filing.prior_reference}"] if filing.prior_reference else []
    lines += [f"Replaces    {', '.join(own.supersedes)}"] if own.supersedes else []
    lines += [f"Part        {report.part.number} of {report.part.of}"] if report.part.of > 1 else []
    return [*lines, f"Due         {filing.due_at_local} ({filing.due_at})"]


def _account(report: PortalReport) -> list[str]:
    lines = _section("1. Account")
    for language in (*report.languages[1:], *report.languages[:1]):
        lines += ["", *(line for said in report.narrative.get(language, "").split("\n") for line in _wrapped(said))]
    return lines


# DEF: a report says the same to several FIUs and, as it grows, again; wrapping is a tenth of the rendering
@lru_cache(maxsize=2048)
def _wrapped(paragraph: str) -> Sequence[str]:
    return tuple(wrap(paragraph, WIDTH) or [""])


def _patterns(report: PortalReport) -> list[str]:
    lines = _section("4. Patterns and the numbers they rest on")
    lines += [line for pattern in report.patterns for line in _pattern(pattern)]
    if report.indicators:
        lines += ["", "Published indicators of these patterns, and codes of the FIU's own list:"]
        lines += [line for indication in report.indicators for line in _indication(indication)]
    if report.parameters:
        said = "; ".join(f"{used.version}, SHA-256 {used.sha256}" for used in report.parameters)
        lines += ["", *_indented(f"Judged by the parameters {said}.", 0)]
    return lines


# DEF: one for each typology and FIU; the same lines stand in every report that shows the pattern
@lru_cache(maxsize=4096)
def _indication(indication: Indication) -> Sequence[str]:
    lines = ["", indication.typology]
    for row in indication.published:
        lines += _indented(f"{row.id}: {row.says} [{row.document}; {row.read}]", 2)
    if not indication.published:
        lines += _indented("No published indicator is known for this pattern.", 2)
    for code in indication.local_codes:
        lines += _indented(f"Local code {code.code}: {code.label}", 2)
    if indication.unmapped:
        lines += _indented(f"Local code: unmapped. {indication.unmapped}", 2)
    return tuple(lines)


def _pattern(pattern: Pattern) -> list[str]:
    lines = ["", f"{pattern.typology}  {pattern.name}  ({pattern.first_at} to {pattern.last_at})"]
    lines += _indented(pattern.reason, 2)
    for number in pattern.numbers:
        lines += _indented(f"{number.name}: {number.observed} {number.unit} (line {number.line}; {number.source})", 4)
    return lines + _indented(f"Transfers: {', '.join(pattern.transfers)}", 2)


def _people(report: PortalReport) -> list[str]:
    lines = _section("2. People, by role")
    for role in ROLE_ORDER:
        for person in (p for p in report.parties if p.role == role):
            lines += _person(person)
    return lines


def _person(person: Person) -> list[str]:
    age = f", {EN.ages[person.age]}" if person.age else ""
    names = (f"{name} ({said})" if said else name for name, said in zip_longest(person.names, person.latin))
    lines = ["", f"{EN.roles[person.role]}{age}", f"{person.label} = {' / '.join(names)}"]
    said: tuple[tuple[str, Iterable[str]], ...] = (
        ("Why this role", (person.why,) if person.why else ()),
        ("Born", person.dates_of_birth),
        ("Nationality", person.nationalities),
        ("Documents", (f"{d.type} {d.number} ({d.country})" for d in person.documents)),
        ("Phones", person.phones),
        ("E-mail", person.emails),
        ("Addresses", (", ".join(filter(None, (a.line, a.city, a.country))) for a in person.addresses)),
        ("Accounts", (f"{a.type} {a.number}" for a in person.accounts)),
        ("Occupation", person.occupations),
        ("Customer no.", person.customer_numbers),
        ("Customer since", person.customer_since),
        ("Devices", person.devices),
        ("IP addresses", person.ips),
        ("Sent", person.sent),
        ("Received", person.received),
    )
    for name, values in said:
        line = "; ".join(values) if name not in ("Sent", "Received") else ", ".join(values)
        lines += _indented(f"{name}: {line}", 5) if line else []
    return lines


def _transfers(report: PortalReport) -> list[str]:
    rows: list[tuple[str, ...]] = [
        ("No", "Time (UTC)", "Amount", "From", "To", "Channel", "Paid in", "Paid out", "Transfer id", "State")
    ]
    rows += [_row(payment) for payment in report.transfers]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    table = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
    lines = [*_section(f"3. Transfers ({len(report.transfers)})"), "", table[0], "-" * len(table[0]), *table[1:]]
    for payment in report.transfers:
        if payment.purpose or payment.relationship or payment.remarks:
            lines += _indented(_stated(payment), 2)
    return lines


def _row(payment: Payment) -> tuple[str, ...]:
    time = payment.occurred_at[:16].replace("T", " ")
    money = f"{payment.currency} {payment.amount}"
    ends = (payment.sender, payment.receiver or "-", payment.channel, _where(payment.paid_in), _where(payment.paid_out))
    return (payment.ref, time, money, *ends, payment.transfer_id, payment.status)


def _where(point: Point) -> str:
    return f"{point.country} {point.town}".strip() or "-"


def _stated(payment: Payment) -> str:
    said = [f'stated purpose "{payment.purpose}"'] if payment.purpose else []
    said += [f'stated relationship "{payment.relationship}"'] if payment.relationship else []
    said += [f"remark {remark}" for remark in payment.remarks]
    return f"{payment.ref}: {'; '.join(said)}"


def _meaning(report: PortalReport) -> list[str]:
    lines = [*_section("5. What it may mean"), *wrap(f"The pattern is consistent with: {report.report.offence_label}.", WIDTH)]
    lines += _section("6. What is not known")
    lines += [f"- {fact}" for fact in report.not_known] or ["- Nothing beyond the fields listed as absent in section 9."]
    return lines


def _filing(report: PortalReport) -> list[str]:
    filing = report.filing
    lines = [*_section("7. Legal basis and deadline"), f"Suspicion formed at {report.report.suspicion_formed_at}."]
    lines += _steps(filing.legal_basis)
    lines += [line for step in filing.deadline_steps for line in _indented(f"- {step}", 2)]
    lines += [f"Due {filing.due_at_local} ({filing.due_at})."]
    lines += _section("8. Suggested for exchange between FIUs")
    if not report.exchange_proposals:
        return [*lines, "None."]
    lines += wrap(
        "The reporting entity sends nothing to these countries; whether to share is for the receiving FIU to decide.", WIDTH
    )
    for proposal in report.exchange_proposals:
        lines += [proposal.country, *_steps(proposal.basis)]
    return lines


def _steps(basis: Sequence[BasisStep]) -> list[str]:
    return [line for step in basis for line in _indented(f"- {step.rule}: {step.says} (confidence {step.confidence})", 2)]


def _ledger(report: PortalReport) -> list[str]:
    lines = _section("9. Completeness")
    for row in report.completeness:
        lines += _indented(f"{row.field}: {row.state}{f' ({row.reason})' if row.reason else ''}", 2)
    return lines


def _indented(said: str, by: int) -> list[str]:
    """`said` as lines that start `by` columns in, further ones two more."""
    if by + len(said) <= WIDTH and said.isprintable() and said:
        return [" " * by + said.strip()]  # most lines: wrapping them costs half of the whole rendering
    lines, line = [], " " * by
    room = len(line)  # what stands in the line before its first word is the indent, however long that word is
    for word in said.split():
        if len(line) == room:
            line += word
        elif len(line) + 1 + len(word) <= WIDTH:
            line += f" {word}"
        else:
            lines.append(line)
            line, room = " " * (by + 2) + word, by + 2
    return [*lines, line] if len(line) > room else lines
