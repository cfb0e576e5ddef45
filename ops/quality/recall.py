"""What became of each planted case, and recall by what was planted."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from ops.quality.delay import delay, knowable, spread
from ops.quality.hold import evidence_of, is_enough, share_held, transfers_of
from ops.quality.measures import CaseResult, GroupResult
from ops.quality.run import CaseIndex, Run
from ops.quality.witness import Moment, Watched
from schemas.finding import Finding
from schemas.report import Report


class Matched(NamedTuple):
    """A case with the findings that hold a transfer of it, the reports that do so and name its subjects, and the first of those."""

    case: Watched
    findings: list[Finding]
    reports: list[Report]
    first_report: Moment | None


def match(run: Run, index: CaseIndex) -> list[Matched]:
    """Every case with what was made of it."""
    verdict = run.verdict
    found, reported = index.findings(verdict.findings), index.reports(verdict.reports)
    first = index.first_reports(run.report_versions)
    return [Matched(*row) for row in zip(run.cases, found, reported, first, strict=True)]


def case_result(matched: Matched, run: Run, named: set[bytes], reported_transfers: set[bytes]) -> CaseResult:
    """The result of one case. `named`: everybody a report names as subject; `reported_transfers`: all that reports hold."""
    case, findings, reports, _ = matched
    truth = case.planted
    offences = tuple(sorted({report.offence for report in reports}))
    in_findings, in_reports = share_found(case, findings), share_reported(case, reports)
    reported = not truth.is_control and is_enough(case, in_reports)
    protected, bystanders = len(named & case.protect), len(named & case.bystanders)
    typologies = tuple(sorted({f.typology for f in findings}))
    known_ms, known_from = (None, "") if truth.is_control else knowable(case, findings)
    return CaseResult(
        id=truth.id,
        title=truth.title,
        group=truth.group,
        is_control=truth.is_control,
        must_report=truth.must_report,
        transfers=len(case.arrivals),
        found=is_enough(case, in_findings),
        share_in_findings=round(in_findings, 4),
        typologies=typologies,
        found_by=tuple(t for t in typologies if is_found(case, (f for f in findings if f.typology == t))),
        detectors=truth.detectors,
        detectors_found=tuple(d for d in truth.detectors if d in typologies),
        reported=reported,
        share_in_reports=round(in_reports, 4),
        touched_by_reports=len(case.uids & reported_transfers),
        offences=offences,
        right_offence=bool(offences) and (not truth.offences or set(offences) <= set(truth.offences)),
        subjects=len(case.subjects),
        subjects_named=len(named & case.subjects),
        protected_named=protected,
        bystanders_named=bystanders,
        right_subjects=reported and not protected and not bystanders,
        knowable_from=known_from,
        to_finding=delay(case, known_ms, first_finding(_expected(case, findings), run), run.batches),
        to_report=delay(case, known_ms, matched.first_report, run.batches),
    )


def share_found(case: Watched, findings: Iterable[Finding]) -> float:
    """Share of the case that these findings hold together."""
    return share_held(case, (uid for f in findings for uid in evidence_of(f)), case.uids)


def is_found(case: Watched, findings: Iterable[Finding]) -> bool:
    """Whether these findings together hold enough of the case."""
    return is_enough(case, share_found(case, findings))


def share_reported(case: Watched, reports: Iterable[Report]) -> float:
    """Share of what a report on the case should hold that these reports hold together."""
    return share_held(case, (uid for report in reports for uid in transfers_of(report)), case.wanted)


def is_reported(case: Watched, reports: Iterable[Report]) -> bool:
    """Whether these reports, which name one of its subjects, together hold enough of the case."""
    return is_enough(case, share_reported(case, reports))


def first_finding(findings: Sequence[Finding], run: Run) -> Moment | None:
    """When the first of them came."""
    return min((run.first_findings[f.finding_id] for f in findings if f.finding_id in run.first_findings), default=None)


def _expected(case: Watched, findings: Sequence[Finding]) -> Sequence[Finding]:
    """Those of an expected typology; all, where the truth expects none."""
    return [f for f in findings if f.typology in case.planted.detectors] if case.planted.detectors else findings


def group_results(results: Sequence[CaseResult]) -> tuple[GroupResult, ...]:
    """Recall by what was planted, controls left out; the typologies with how many of the cases each found alone."""
    groups: dict[str, list[CaseResult]] = {}
    for result in results:
        if not result.is_control:
            groups.setdefault(result.group, []).append(result)
    return tuple(_group(name, members) for name, members in sorted(groups.items()))


def _group(name: str, members: list[CaseResult]) -> GroupResult:
    found = sum(result.found for result in members)
    demanded = [result for result in members if result.must_report]
    return GroupResult(
        name=name,
        planted=len(members),
        found=found,
        recall=round(found / len(members), 4),
        demanded=len(demanded),
        reported=sum(result.reported for result in demanded),
        typologies=dict(sorted(Counter(t for result in members for t in result.found_by).items())),
        delay=spread(result.to_finding for result in members),
    )
