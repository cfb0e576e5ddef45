"""From a report to what one FIU gets: rendered and checked filings, or the reason why a person must look first. No clock."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import msgspec

from connectors.fius.resolve import Joined, ResolveError
from connectors.fius.resolved import Rendered, ResolvedReport
from connectors.kafka.archive import ArchiveError
from schemas import held as codes
from schemas.case import SUBJECT_ROLES
from schemas.filing import INITIAL, Filing, FilingError, LedgerRow
from schemas.held import Held
from schemas.registry import Fiu, Partner
from schemas.report import FilingPlan, Report

ID_DIGITS = 32
Renderer = Callable[[ResolvedReport], Sequence[Rendered]]


class Registries(NamedTuple):
    """What delivery knows beside the report: partners and FIUs by id, and the renderer of a profile name (None: none)."""

    partners: Mapping[str, Partner]
    fius: Mapping[str, Fiu]
    renderer: Callable[[str], Renderer | None]


class Prepared(NamedTuple):
    """Filings ready to publish, one for each file of the form, and the completeness ledger of all of them."""

    filings: tuple[Filing, ...]
    ledger: tuple[LedgerRow, ...]


class Before(NamedTuple):
    """What was before a filing.

    relation   to the last filing the FIU was sent of the report (schemas.filing.RELATIONS); `filing_id` of that one and the FIU's `reference`
    standing   and standing_event_ms: as in connectors.fius.resolved.ResolvedReport
    released   a person has released what would wait
    again      "" or the id of the decision by which a rejected version is sent once more
    """

    relation: str = INITIAL
    filing_id: str = ""
    reference: str = ""
    released: bool = False
    again: str = ""
    standing: str | None = None
    standing_event_ms: int = 0


NOTHING_BEFORE = Before()


def is_sent(plan: FilingPlan) -> bool:
    """True for what may leave for the FIU; everything else waits in `filings.held`."""
    return plan.obligation == "file" and plan.status == "ready"


def prepare(joined: Joined, plan: FilingPlan, registries: Registries, before: Before = NOTHING_BEFORE) -> Prepared | Held:
    """The filings of `plan`, all valid, or one `Held` that says why nothing is sent.

    joined  the report, the same for every plan of it
    before  what the FIU has of the report already, and whether a person has released it
    """
    report = joined.report
    if not is_sent(plan) and not before.released:
        return _planned_hold(report, plan)
    try:
        resolved = joined.resolved(plan, registries.partners, registries.fius)
        resolved = following(resolved, before)
    except ResolveError as error:
        return hold(report, plan, error.code, error.text, (FilingError(error.code, error.text, "", error.canonical_path),))
    except ArchiveError as error:
        position = next((n for n, line in enumerate(report.transfers) if line.uid == error.evidence.uid), 0)
        reason = "A transfer of the report cannot be read back from the archive; check the topic `transfers` and its retention."
        return hold(
            report,
            plan,
            codes.EVIDENCE_UNREADABLE,
            reason,
            (FilingError(error.code, error.detail, "", f"transfers[{position}]"),),
        )
    render = registries.renderer(resolved.fiu.profile)
    if render is None:
        reason = (
            f"There is no renderer {resolved.fiu.profile!r}; correct the profile of {plan.fiu} in fius.yaml or import its schema."
        )
        return hold(report, plan, codes.NO_RENDERER, reason)
    return _checked(resolved, render(resolved), before)


def following(resolved: ResolvedReport, before: Before) -> ResolvedReport:
    """The report as one that follows what was before."""
    return msgspec.structs.replace(
        resolved,
        relation=before.relation,
        prior_reference=before.reference,
        standing=before.standing,
        standing_event_ms=before.standing_event_ms,
    )


def _checked(resolved: ResolvedReport, files: Sequence[Rendered], before: Before) -> Prepared | Held:
    report, plan = resolved.report, resolved.plan
    errors = tuple(error for file in files for error in file.errors)
    if errors:
        reason = f"The report does not satisfy the form of {plan.fiu}: {len(errors)} error(s); mend the fields named, then it is rendered again."
        return hold(report, plan, codes.NOT_VALID, reason, errors)
    first = _rank(report, plan) * len(files)
    filings = tuple(_following(envelope(resolved, file, first + number), before) for number, file in enumerate(files))
    return Prepared(filings, tuple(row for file in files for row in file.ledger))


def envelope(resolved: ResolvedReport, file: Rendered, part: int = 0) -> Filing:
    """The Avro envelope around one rendered file; `part` counts further files of the same report for the same FIU."""
    report, plan = resolved.report, resolved.plan
    return Filing(
        filing_id=filing_id(report.report_id, plan.fiu, report.version, part),
        report_id=report.report_id,
        version=report.version,
        fiu=plan.fiu,
        obligation=plan.obligation,
        media_type=file.media_type,
        schema_id=file.schema_id,
        schema_version=file.schema_version,
        file_name=file.file_name,
        sha256=hashlib.sha256(file.payload).hexdigest(),
        due_at_ms=plan.clock.due_ms,
        suspicion_formed_at_ms=report.suspicion_formed_ms,
        urgent=report.urgent,
        do_not_block=report.do_not_block,
        supersedes=report.supersedes,
        summary=summary(resolved),
        payload=file.payload,
        reporting_entity=plan.reporting_entity,
        relation=resolved.relation,
        prior_reference=resolved.prior_reference,
    )


def _following(filing: Filing, before: Before) -> Filing:
    """The envelope with what it follows. A version sent again after a rejection is another filing, and has another id."""
    again = filing.filing_id if not before.again else _id(filing.filing_id, before.again)
    return msgspec.structs.replace(filing, filing_id=again, prior_filing_id=before.filing_id)


def last_event_ms(report: Report) -> int:
    """When the last transfer of the report was made, ms UTC; 0 where it has none."""
    return max((line.at_ms for line in report.transfers), default=0)


def filing_id(report_id: str, fiu: str, version: int, part: int = 0) -> str:
    """32 hex digits of SHA-256 over report, FIU and version (and the part, from the second on)."""
    return _id(report_id, fiu, str(version), *([str(part)] if part else []))


def summary(resolved: ResolvedReport) -> str:
    """One line that says what the filing is about, without a name."""
    report = resolved.report
    subjects = sum(party.role in SUBJECT_ROLES for party in resolved.parties)
    protect = sum(party.role in ("victim", "protected") for party in resolved.parties)
    typologies = ", ".join(line.id for line in report.typologies)
    counted = (
        f"{len(resolved.transfers)} transfers, {subjects} suspected, {protect} to protect, {len(resolved.parties)} parties in all"
    )
    return f"{report.offence}: {typologies}; {counted}"


def content_digest(report: Report, plan: FilingPlan) -> bytes:
    """16 bytes that are equal when two versions of a report say the same to the FIU of `plan`; version numbers do not count."""
    findings = tuple(msgspec.structs.replace(finding, version=0, parts={}) for finding in report.findings)
    parts = [sorted(finding.parts.items()) for finding in report.findings]  # msgspec can only sort keys that are text
    proposals = tuple(p for p in report.filings if p.obligation == "spontaneous")
    same = msgspec.structs.replace(report, version=0, material=True, findings=findings, filings=(plan, *proposals), considered=())
    return hashlib.sha256(msgspec.msgpack.encode((same, parts), order="deterministic")).digest()[:16]


def hold(report: Report, plan: FilingPlan, code: str, reason: str, errors: tuple[FilingError, ...] = ()) -> Held:
    """The record for `filings.held`."""
    held_id = _id(report.report_id, plan.fiu, plan.reporting_entity, str(report.version), code)
    due_ms, urgent = plan.clock.due_ms, report.urgent
    return Held(
        held_id,
        report.report_id,
        report.version,
        plan.fiu,
        plan.obligation,
        code,
        reason,
        errors,
        due_ms,
        urgent,
        country=plan.country,
        registration=plan.reporting_entity,
    )


def _id(*words: str) -> str:
    return hashlib.sha256("|".join(words).encode()).hexdigest()[:ID_DIGITS]


def _planned_hold(report: Report, plan: FilingPlan) -> Held:
    if plan.obligation == "spontaneous":
        reason = f"Suggested for exchange with {plan.country} between FIUs, inside the primary report; the reporting entity sends nothing there."
        return hold(report, plan, codes.PROPOSAL_ONLY, reason)
    return hold(report, plan, plan.hold_code or plan.status, plan.hold_reason or f"The route of this filing says {plan.status}.")


def _rank(report: Report, plan: FilingPlan) -> int:
    """Place of `plan` among the filings of the report for its FIU (two licensed partners of one report may share an FIU)."""
    same = [other for other in report.filings if other.fiu == plan.fiu and other.obligation != "spontaneous"]
    keys = [(other.country, other.reporting_entity) for other in same]
    key = plan.country, plan.reporting_entity
    return keys.index(key) if key in keys else 0
