"""Measures a run against its truth, from case to typology to everything together."""

from collections.abc import Sequence

from ops.quality.ablation import without
from ops.quality.delay import delay, knowable, spread
from ops.quality.hold import centres_of, evidence_of, subjects_of, touched_by, transfers_of
from ops.quality.measures import CaseResult, Overall, Quality, TypologyResult
from ops.quality.recall import Matched, case_result, first_finding, group_results, is_found, is_reported, match
from ops.quality.run import CaseIndex, Run
from schemas.report import Report

SCHEMA = "strgw.quality/1"


class _Lawful:
    """What belongs to no planted case."""

    def __init__(self, run: Run) -> None:
        self.planted = {uid for case in run.positive for uid in case.uids}
        self.accounts = run.accounts.difference(*(case.accounts for case in run.positive))
        self.transfers = run.verdict.transfers - len(self.planted)

    def share(self, transfers: int) -> float:
        return round(transfers / self.transfers, 6) if self.transfers else 0.0

    def account_share(self, accounts: int) -> float:
        return round(accounts / len(self.accounts), 6) if self.accounts else 0.0


def measure(run: Run, source: str, has_reports: bool) -> Quality:
    """The quality report of a run, against the truth read from `source`."""
    lawful, index, reports = _Lawful(run), CaseIndex(run.cases), run.verdict.reports
    matched = match(run, index)
    named = {key for report in reports for key in subjects_of(report)}
    held = _held(reports)
    results = tuple(case_result(one, run, named, held) for one in matched)
    expected = {d for case in run.cases for d in case.planted.detectors}
    typologies = sorted(expected | {f.typology for f in run.verdict.findings})
    return Quality(
        schema=SCHEMA,
        truth=source,
        has_reports=has_reports,
        overall=_overall(run, results, lawful, named),
        groups=group_results(results),
        typologies=tuple(_Typology(t, run, index, lawful).result(matched, held) for t in typologies),
        cases=results,
    )


def _held(reports: Sequence[Report]) -> set[bytes]:
    return {uid for report in reports for uid in transfers_of(report)}


class _Typology:
    """Measures one typology."""

    def __init__(self, typology: str, run: Run, index: CaseIndex, lawful: _Lawful) -> None:
        self._id, self._run, self._index, self._lawful = typology, run, index, lawful

    def result(self, matched: Sequence[Matched], held: set[bytes]) -> TypologyResult:
        """Everything about it; `held` is what the reports hold as they are."""
        lawful, verdict = self._lawful, self._run.verdict
        mine = [f for f in verdict.findings if f.typology == self._id]
        positive = [one for one in matched if not one.case.planted.is_control]
        expecting = [self._own(one) for one in positive if self._id in one.case.planted.detectors]
        hit = [one for one in expecting if one.findings]
        benign = {uid for f in mine for uid in evidence_of(f)} - lawful.planted
        centred = lawful.accounts & {key for f in mine for key in centres_of(f)}
        left = without(self._id, verdict.reports, verdict.remake)
        left_of = dict(zip((one.case.planted.id for one in matched), self._index.reports(left), strict=True))
        reported = [one for one in positive if is_reported(one.case, one.reports)]
        return TypologyResult(
            id=self._id,
            name=self._run.name_of(self._id),
            findings=len(mine),
            findings_on_cases=sum(bool(evidence_of(f) & lawful.planted) for f in mine),
            cases=len(expecting),
            cases_found=len(hit),
            recall=_share(len(hit), len(expecting)),
            benign_transfers=len(benign),
            benign_transfers_share=lawful.share(len(benign)),
            benign_accounts=len(centred),
            benign_accounts_share=lawful.account_share(len(centred)),
            delay=spread(
                delay(one.case, knowable(one.case, one.findings)[0], first_finding(one.findings, self._run), self._run.batches)
                for one in hit
            ),
            cases_lost=tuple(o.case.planted.id for o in reported if not is_reported(o.case, left_of[o.case.planted.id])),
            found_only_by_it=tuple(o.case.planted.id for o in positive if self._is_alone(o)),
            benign_spared=len(held - lawful.planted - _held(left)),
        )

    def _own(self, one: Matched) -> Matched:
        return one._replace(findings=[f for f in one.findings if f.typology == self._id])

    def _is_alone(self, one: Matched) -> bool:
        others = [f for f in one.findings if f.typology != self._id]
        return len(others) < len(one.findings) and is_found(one.case, one.findings) and not is_found(one.case, others)


def _overall(run: Run, results: Sequence[CaseResult], lawful: _Lawful, named: set[bytes]) -> Overall:
    findings, reports = run.verdict.findings, run.verdict.reports
    positive = [r for r in results if not r.is_control]
    demanded = [r for r in positive if r.must_report]
    detectors = [len(r.detectors_found) / len(r.detectors) for r in positive if r.detectors]
    right = {report.report_id for mine in CaseIndex(run.positive).reports(reports) for report in mine}
    in_findings = {uid for f in findings for uid in evidence_of(f)} - lawful.planted
    in_reports = _held(reports) - lawful.planted
    centred = lawful.accounts & {key for f in findings for key in centres_of(f)}
    touched = lawful.accounts & {key for f in findings for key in touched_by(f)}
    subjects = lawful.accounts & named
    controls = [(case, r) for case, r in zip(run.cases, results, strict=True) if r.is_control]
    return Overall(
        transfers=run.verdict.transfers,
        planted_transfers=len(lawful.planted),
        cases=len(positive),
        found=sum(r.found for r in positive),
        demanded=len(demanded),
        reported=sum(r.reported for r in demanded),
        right_offence=sum(r.reported and r.right_offence for r in demanded),
        right_subjects=sum(r.right_subjects for r in demanded),
        detectors_share=round(sum(detectors) / len(detectors), 4) if detectors else None,
        reports=len(reports),
        reports_right=len(right),
        precision=_share(len(right), len(reports)),
        benign_transfers=lawful.transfers,
        in_findings=len(in_findings),
        in_findings_share=lawful.share(len(in_findings)),
        in_reports=len(in_reports),
        in_reports_share=lawful.share(len(in_reports)),
        benign_accounts=len(lawful.accounts),
        accounts_centred=len(centred),
        accounts_centred_share=lawful.account_share(len(centred)),
        accounts_touched=len(touched),
        accounts_touched_share=lawful.account_share(len(touched)),
        accounts_subject=len(subjects),
        accounts_subject_share=lawful.account_share(len(subjects)),
        protected_as_subject=len(named & {key for c in run.cases for key in c.protect}),
        bystanders_as_subject=len(named & {key for c in run.cases for key in c.bystanders}),
        controls=len(controls),
        controls_reported=tuple(r.id for case, r in controls if r.touched_by_reports or named & case.parties),
        controls_in_findings=sum(bool(r.typologies) for _, r in controls),
        to_finding=spread(r.to_finding for r in positive),
        to_report=spread(r.to_report for r in positive),
    )


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None
