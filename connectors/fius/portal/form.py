"""The form an officer reads and types over: numbered fields in the order of most portals, each named in the FIU's language beside English."""

from collections.abc import Iterable, Sequence
from functools import lru_cache

from connectors.fius.portal.document import BasisStep, Pattern, Payment, Person, Point, PortalReport
from connectors.fius.portal.drawing import draw
from connectors.fius.portal.fonts import MARK, printable
from connectors.fius.portal.people import notice_lines
from connectors.fius.portal.prior import earlier
from connectors.fius.portal.shapes import DARK, Shape, Stroke, Text
from connectors.fius.portal.sheet import LEFT, RIGHT, SMALL, Column, Sheet
from connectors.fius.portal.words import EN, WORDS, Words
from schemas.filing import INITIAL
from streams.domain.languages import Language, language

# DEF: about eight pages; nobody types more by hand, and the rest is in the workbook
MAX_PRINTED = 300
_GROUPS = (("subjects", ("suspected",)), ("protect", ("protect",)), ("involved", ("payer", "named")))
_ROLE_ORDER = ("subject", "facilitator", "victim", "protected", "family_payer", "involved", "unknown")
_WIDTHS = {
    "ref": 10.0,
    "occurred_at": 23.0,
    "amount": 24.0,
    "sender": 9.0,
    "receiver": 9.0,
    "channel": 21.0,
    "paid_in": 31.0,
    "paid_out": 31.0,
}


def pages(report: PortalReport) -> list[list[Shape]]:
    """Every page with its head: what it is, which report, page n of m."""
    form = _Form(report)
    form.fill()
    sheet = form.sheet
    for number, page in enumerate(sheet.pages, 1):
        page[:0] = form.head(number, len(sheet.pages))
    return sheet.pages


class _Form:
    """A report on its way to paper."""

    def __init__(self, report: PortalReport) -> None:
        self.report = report
        self.sheet = Sheet()
        self.words = [WORDS[code] for code in report.languages]
        self.number = 0

    def fill(self) -> None:
        """All sections in order; a further part holds who files and its own people and transfers."""
        self._notice()
        self._filing()
        for key, treatments in _GROUPS:
            self._people(key, [person for person in self.report.parties if person.treatment in treatments])
        if self.report.part.number == 1:
            self._grounds()
        self._transfers()
        self._flow()
        if self.report.part.number == 1:
            self._basis()
        self._completeness()
        self._transliterated()

    def head(self, number: int, of: int) -> list[Shape]:
        """The head of one page."""
        own, part = self.report.report, self.report.part
        which = f"{own.report_id}  {EN.fields['version']} {own.version}" + (f"  {part.number}/{part.of}" if part.of > 1 else "")
        titles = [words.title for words in self.words]
        shapes: list[Shape] = [Text(LEFT, 10.0, titles[0].upper(), 9, True), Text(LEFT, 14.5, which, SMALL, grey=DARK)]
        for words in self.words[1:]:
            shapes.append(Text(RIGHT, 10.0, printable(words.title), 9, True, "right", is_rtl=words.is_rtl))
        for words, at in zip(reversed(self.words), (RIGHT, RIGHT - 40), strict=False):
            shapes.append(Text(at, 14.5, words.page.format(n=number, m=of), SMALL, False, "right", DARK, words.is_rtl))
        return [*shapes, Stroke(((LEFT, 16.0), (RIGHT, 16.0)))]

    def _others(self, key: str) -> list[str]:
        return [words.fields[key] for words in self.words[1:]]

    def _local(self) -> list[Language]:
        return [language(code) for code in self.report.languages[1:]]

    def _heading(self, key: str, more: str = "", follows: float = 8.0) -> None:
        self.number += 1
        self.sheet.heading(f"{self.number}  {EN.fields[key]}{more}", self._others(key), follows)

    def _field(self, key: str, value: str, indent: float = 0.0) -> None:
        if value:
            self.sheet.field(EN.fields[key], value, self._others(key), indent)

    def _notice(self) -> None:
        said = self.report.notice
        for words in self.words:
            for line in (*notice_lines(said, self.report.parties, words), *self._part(words)):
                self.sheet.paragraph(line, bold=True, turned=words.is_rtl)
        self.sheet.gap(1 if said.text else 0)

    def _part(self, words: Words) -> list[str]:
        part = self.report.part
        return [words.carried_on.format(number=part.number, of=part.of)] if part.of > 1 else []

    def _filing(self) -> None:
        filing, own = self.report.filing, self.report.report
        self._heading("reporting_entity")
        self._field("reporting_entity", filing.reporting_entity)
        self._field("registration", filing.registration or "-")
        self._field("branch", filing.branch or "-")
        self._field("to", f"{filing.fiu_name} ({filing.fiu_acronym}), {filing.fiu_country}")
        self._field("report", f"{own.report_id}, {EN.fields['version']} {own.version}")
        for words in self.words if filing.relation != INITIAL else ():
            self.sheet.paragraph(earlier(filing, words), turned=words.is_rtl)
        self._field("prior", filing.prior_reference)
        self._field("replaces", ", ".join(own.supersedes))
        self._heading("due")
        self._field("due", f"{filing.due_at_local} ({filing.due_at})")
        self._field("formed", own.suspicion_formed_at)
        self._heading("offence")
        self.sheet.paragraph(own.offence_label)
        for told in self._local():
            self.sheet.paragraph(told.offences.get(own.offence, ""), turned=told.is_rtl)

    def _people(self, key: str, people: Sequence[Person]) -> None:
        self._heading(key, f" ({len(people)})")
        if not people:
            self.sheet.paragraph(" / ".join(words.fields["none"] for words in self.words))
        for role in _ROLE_ORDER:
            for person in (p for p in people if p.role == role):
                self._person(person)

    def _person(self, person: Person) -> None:
        self.sheet.room(16)
        for words in self.words:
            age = f" ({words.ages[person.age]})" if person.age else ""
            self.sheet.paragraph(f"{person.label}  {words.roles[person.role]}{age}", SMALL + 0.5, bold=True)
        names = [f"{name} ({latin})" if latin else name for name, latin in zip(person.names, person.latin, strict=True)]
        for name in names:
            self.sheet.paragraph(name, 11)
        for name, value in details(person):
            self._field(name, value, 3)
        self.sheet.gap(1.5)

    def _grounds(self) -> None:
        self._heading("grounds")
        for code in (*self.report.languages[1:], "en"):
            for line in self.report.narrative.get(code, "").split("\n"):
                self.sheet.paragraph(line.strip(), indent=3 if line.startswith("  ") else 0, turned=language(code).is_rtl)
            self.sheet.gap(3)
        self._heading("patterns")
        for pattern in self.report.patterns:
            self._pattern(pattern)
        self._indicators()

    def _pattern(self, pattern: Pattern) -> None:
        self.sheet.room(12)
        names = " / ".join(
            dict.fromkeys([pattern.name, *(said.typologies.get(pattern.typology, pattern.name) for said in self._local())])
        )
        self.sheet.paragraph(f"{pattern.typology}  {names}  ({pattern.first_at} – {pattern.last_at})", bold=True)
        for number in pattern.numbers:
            self.sheet.paragraph(
                f"{number.name}: {number.observed} {number.unit} (line {number.line}; {number.source})", SMALL + 0.5, indent=3
            )
        self.sheet.paragraph(_refs(pattern.transfers), SMALL + 0.5, indent=3)

    def _indicators(self) -> None:
        self._heading("indicators")
        for line in self.report.indicators:
            codes = "; ".join(f"{code.code} {code.label}".strip() for code in line.local_codes) or EN.fields["unmapped"]
            self.sheet.paragraph(f"{line.typology}  {EN.fields['local_code']}: {codes}", bold=True)
            for row in line.published:
                self.sheet.paragraph(f"{row.id}: {row.says} [{row.document}; {row.read}]", SMALL + 0.5, indent=3)

    def _transfers(self) -> None:
        count = len(self.report.transfers)
        self._heading("transfers", f" ({count})")
        if count > MAX_PRINTED:
            for words in self.words:
                self.sheet.paragraph(words.capped.format(shown=MAX_PRINTED, count=count), turned=words.is_rtl)
            self.sheet.gap(1)
        last = RIGHT - LEFT - sum(_WIDTHS.values())
        columns = [Column(self._column(name), size) for name, size in (*_WIDTHS.items(), ("transfer_id", last))]
        printed = self.report.transfers[:MAX_PRINTED]
        self.sheet.table(columns, [_row(payment) for payment in printed])
        stated: dict[str, list[str]] = {}
        for payment in printed:
            stated.setdefault(_stated(payment), []).append(payment.ref)
        if any(stated):
            self.sheet.gap(2)
            self.sheet.paragraph(" / ".join([EN.fields["stated"], *self._others("stated")]), SMALL + 0.5, bold=True)
        for said, refs in stated.items():
            if said:
                self.sheet.paragraph(f"{said}: {_refs(tuple(refs))}", SMALL + 0.5, indent=3)

    def _column(self, name: str) -> str:
        return " / ".join(dict.fromkeys(words.columns[name] for words in self.words))

    def _flow(self) -> None:
        drawing = draw(self.report.flow, self.words)
        self._heading("flow", follows=drawing.height)
        self.sheet.drawing(drawing.shapes, drawing.height)
        for line in drawing.legend:
            self.sheet.paragraph(line, SMALL + 0.5)

    def _basis(self) -> None:
        filing = self.report.filing
        self._heading("basis")
        self._steps(filing.legal_basis)
        for step in filing.deadline_steps:
            self.sheet.paragraph(f"- {step}", indent=3)
        self._heading("exchange")
        for proposal in self.report.exchange_proposals:
            self.sheet.paragraph(proposal.country, bold=True)
            self._steps(proposal.basis)
        if not self.report.exchange_proposals:
            self.sheet.paragraph(" / ".join(words.fields["none"] for words in self.words))

    def _steps(self, steps: Iterable[BasisStep]) -> None:
        for step in steps:
            self.sheet.paragraph(f"- {step.rule}: {step.says} ({step.confidence})", indent=3)

    def _completeness(self) -> None:
        self._heading("completeness")
        told = [line for line in self.report.completeness if line.state != "present" or line.reason]
        for line in told:
            self.sheet.paragraph(f"{line.field}: {line.state}{f' ({line.reason})' if line.reason else ''}", SMALL + 0.5)
        for words in self.words:
            self.sheet.paragraph(
                words.present.format(count=len(self.report.completeness) - len(told)), SMALL + 0.5, turned=words.is_rtl
            )

    def _transliterated(self) -> None:
        if any(isinstance(shape, Text) and MARK in shape.text for page in self.sheet.pages for shape in page):
            for words in self.words:
                self.sheet.paragraph(words.transliterated, SMALL + 0.5, turned=words.is_rtl)


def details(person: Person) -> tuple[tuple[str, str], ...]:
    """What is known of a person, by the key of the field's name; "" where nothing is."""
    return (
        ("why", person.why),
        ("born", "; ".join(person.dates_of_birth)),
        ("nationality", "; ".join(person.nationalities)),
        ("documents", "; ".join(f"{d.type} {d.number} ({d.country})" for d in person.documents)),
        ("phones", "; ".join(person.phones)),
        ("emails", "; ".join(person.emails)),
        ("addresses", "; ".join(", ".join(filter(None, (a.line, a.city, a.country))) for a in person.addresses)),
        ("accounts", "; ".join(f"{a.type} {a.number}" for a in person.accounts)),
        ("occupation", "; ".join(person.occupations)),
        ("customer", "; ".join(person.customer_numbers)),
        ("since", "; ".join(person.customer_since)),
        ("devices", "; ".join(person.devices)),
        ("ips", "; ".join(person.ips)),
        ("sent", _refs(person.sent)),
        ("received", _refs(person.received)),
    )


# DEF: the same lists stand in what each FIU gets of a report, and most of them in its next version
@lru_cache(maxsize=4096)
def _refs(refs: tuple[str, ...]) -> str:
    """T1, T2, T3, T7 as "T1–T3, T7"."""
    runs: list[list[int]] = []
    for number in (int(ref[1:]) for ref in refs):
        if runs and runs[-1][-1] == number - 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(f"T{run[0]}" if len(run) == 1 else f"T{run[0]}–T{run[-1]}" for run in runs)


def _row(payment: Payment) -> tuple[str, ...]:
    time = payment.occurred_at[:16].replace("T", " ")
    money = f"{payment.currency} {payment.amount}"
    return (
        payment.ref, time, money, payment.sender, payment.receiver or "-", payment.channel, _where(payment.paid_in), _where(payment.paid_out),
        f"{payment.transfer_id} ({payment.status})",
    )  # fmt: skip


def _where(point: Point) -> str:
    return f"{point.country} {point.town} {point.agent_name}".strip() or "-"


def _stated(payment: Payment) -> str:
    return "; ".join(f"“{said}”" for said in (payment.purpose, payment.relationship, *payment.remarks) if said)
