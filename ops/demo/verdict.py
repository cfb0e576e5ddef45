"""What the demonstration ends with: figures, and checks that can fail."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from connectors.fius.dispatch import REPORT_CODEC
from connectors.fius.forms import report_form
from connectors.fius.prepare import is_sent
from connectors.kafka.scan import CommittedLog
from connectors.partners.intake import GROUP as INTAKE
from connectors.partners.intake import is_partner_topic
from ops.audit import Audit, totals
from ops.demo.follow import Results
from ops.demo.stream import PARTNER, SampleCase
from schemas import topics
from schemas.filing import FilingError
from schemas.registry import Fiu
from schemas.report import Report
from streams.domain.canonical import transfer_uid

LEAST_FIUS = 4  # FIU topics with filings that the demonstration promises
FOUND_SHARE = 1 / 3  # of the transfers of a case's subjects, in reports
GOAML_FIU = "AE"
XML = ("application/xml", "text/xml")


class Check(msgspec.Struct, frozen=True):
    """One statement about the run, whether it held, and the figures behind it."""

    name: str
    ok: bool
    says: str


class CaseLine(msgspec.Struct, frozen=True):
    """What became of one case of the stream: reported transfers of its subjects (of all, for a lawful case), offences, FIUs filed with."""

    id: str
    title: str
    lawful: bool
    reported: int
    of: int
    offences: tuple[str, ...]
    fius: tuple[str, ...]
    as_expected: bool


class GoamlFile(msgspec.Struct, frozen=True):
    """One goAML file and what its check against the FIU's schema found."""

    fiu: str
    file: str
    valid: bool
    problems: tuple[FilingError, ...]


class Summary(msgspec.Struct, frozen=True):
    """The demonstration in figures. Seconds are wall time; latency runs from sending a transfer to reading the committed finding."""

    ok: bool
    seconds: dict[str, float]
    posted: dict[str, float]
    latency_ms: dict[str, float | None]
    findings: dict[str, int]
    cases: int
    reports: int
    filings: dict[str, int]
    held: int
    audit: dict[str, int]
    goaml: GoamlFile | None
    sample_cases: tuple[CaseLine, ...]
    checks: tuple[Check, ...]
    filings_folder: str


def newest_reports(bootstrap: str) -> list[Report]:
    """The last version of every report that is open."""
    newest: dict[str, Report] = {}
    with CommittedLog(bootstrap) as log:
        for record in log.scan(topics.FILINGS):
            report = REPORT_CODEC.decode(record.value or b"")
            if report.report_id not in newest or report.version > newest[report.report_id].version:
                newest[report.report_id] = report
    return [report for report in newest.values() if report.state == "open"]


def case_line(case: SampleCase, reports: Sequence[Report]) -> CaseLine:
    """Looks for the case's transfers in the reports."""
    ids = case.transfers if case.negative_control else case.subject_transfers
    wanted = {transfer_uid(PARTNER, transfer) for transfer in ids}
    held: set[bytes] = set()
    offences, fius = set(), set()
    for report in reports:
        touched = wanted & {line.uid for line in report.transfers}
        if touched:
            held |= touched
            offences.add(report.offence)
            fius |= {plan.fiu for plan in report.filings if is_sent(plan)}
    found = len(held) >= FOUND_SHARE * len(wanted) and offences <= set(case.accept_offence)
    return CaseLine(
        case.id,
        case.title,
        case.negative_control,
        len(held),
        len(wanted),
        tuple(sorted(offences)),
        tuple(sorted(fius)),
        not held if case.negative_control else found,
    )


def goaml_file(results: Results, fius: Mapping[str, Fiu]) -> GoamlFile | None:
    """The last goAML file of the FIU in GOAML_FIU, else of any, checked as `strgw validate-report` does; None without one."""
    files = [filing for filing in results.filings if filing.media_type in XML]
    chosen = [filing for filing in files if filing.fiu == GOAML_FIU] or files
    if not chosen:
        return None
    filing = chosen[-1]
    form = report_form(fius[filing.fiu].profile)
    problems = tuple(form.check(filing.path.read_bytes())) if form else ()
    return GoamlFile(filing.fiu, str(filing.path), form is not None and not problems, problems)


def audited(bootstrap: str, posted: int) -> tuple[dict[str, int], Check]:
    """The audit's sums, and whether they show every posted event once."""
    lines = Audit(bootstrap, INTAKE, is_partner_topic).run(lambda done, total: None)
    sums = totals(lines)
    holds = all(line.holds for line in lines) and sums["events"] == posted and sums["waiting"] == 0
    says = (
        f"{posted:,} posted = {sums['transfers']:,} transfers + {sums['duplicates']:,} duplicates + "
        f"{sums['quarantined']:,} quarantined; {sums['lost']:,} lost, {sums['doubled']:,} doubled"
    )
    return sums, Check("every event once", holds, says)


def checks(results: Results, reports: Sequence[Report], cases: Sequence[CaseLine], goaml: GoamlFile | None) -> tuple[Check, ...]:
    """The statements about what came out."""
    fius, filings = results.by_fiu(), results.filings
    repeated = len(filings) - len({filing.filing_id for filing in filings})
    delivered = {(filing.report_id, filing.fiu) for filing in filings}
    due = {(report.report_id, plan.fiu) for report in reports for plan in report.filings if is_sent(plan)}
    lawful = [case for case in cases if case.lawful]
    loud = [case.id for case in lawful if not case.as_expected]
    validity = (
        "no goAML file was filed" if goaml is None else f"{Path(goaml.file).name} for {goaml.fiu}: {len(goaml.problems)} errors"
    )
    return (
        Check(
            f"at least {LEAST_FIUS} FIUs have filings",
            len(fius) >= LEAST_FIUS,
            f"{len(fius)} FIU topics hold {len(filings):,} filings",
        ),
        Check("every report reached its FIUs", due <= delivered, f"{len(due & delivered)} of {len(due)} filings that are due"),
        Check("no filing twice", not repeated, f"{repeated} repeated"),
        Check("every digest is right", not results.refused, f"{len(results.refused)} filings refused by the reader"),
        Check("goAML file valid", goaml is not None and goaml.valid, validity),
        Check(
            "lawful cases are silent",
            not loud,
            ", ".join(loud) or f"{len(lawful)} cases, {sum(c.of for c in lawful):,} transfers",
        ),
    )


def write_summary(summary: Summary, path: Path) -> None:
    """Writes the summary as indented JSON."""
    path.write_bytes(msgspec.json.format(msgspec.json.encode(summary), indent=2) + b"\n")
