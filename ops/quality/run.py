"""A finished run, in the form that measuring reads: the planted cases as they came, and what was made of them."""

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple, TypeVar

from ops.quality.ablation import Remake
from ops.quality.hold import evidence_of, subjects_of, transfers_of
from ops.quality.witness import Moment, Watched
from schemas.finding import Finding
from schemas.report import Report

Thing = TypeVar("Thing")


class Verdict(NamedTuple):
    """What a run ended with: transfers admitted, open findings and reports, and how reports are made of findings."""

    transfers: int
    findings: tuple[Finding, ...]
    reports: tuple[Report, ...]
    remake: Remake


class Run(NamedTuple):
    """Watched cases, the verdict, when findings and report versions first came, the batches, all accounts, names of the typologies."""

    cases: tuple[Watched, ...]
    verdict: Verdict
    first_findings: dict[str, Moment]
    report_versions: Sequence[tuple[Report, int]]
    batches: Sequence[int]
    accounts: frozenset[bytes]
    name_of: Callable[[str], str]

    @property
    def positive(self) -> tuple[Watched, ...]:
        """The cases that are none of the negative controls."""
        return tuple(case for case in self.cases if not case.planted.is_control)


class CaseIndex:
    """Finds the cases that transfers belong to, so that nobody looks through thousands of cases for each report."""

    def __init__(self, cases: Sequence[Watched]) -> None:
        self._cases = cases
        self._owners: dict[bytes, list[int]] = {}
        for index, case in enumerate(cases):
            for uid in case.uids:
                self._owners.setdefault(uid, []).append(index)

    def cases_of(self, transfers: Iterable[bytes]) -> list[int]:
        """Positions of the cases with one of these transfers, in their order."""
        return sorted({index for uid in transfers for index in self._owners.get(uid, ())})

    def findings(self, findings: Iterable[Finding]) -> list[list[Finding]]:
        """For each case, the findings that hold a transfer of it."""
        return self._by_case((finding, evidence_of(finding)) for finding in findings)

    def reports(self, reports: Iterable[Report]) -> list[list[Report]]:
        """For each case, the reports that hold a transfer of it and name one of its subjects."""
        held = self._by_case((report, transfers_of(report)) for report in reports)
        return [[r for r in mine if subjects_of(r) & case.subjects] for case, mine in zip(self._cases, held, strict=True)]

    def first_reports(self, versions: Iterable[tuple[Report, int]]) -> list[Moment | None]:
        """For each case, when the first open report came that holds a transfer of it and names one of its subjects."""
        first: list[Moment | None] = [None for _ in self._cases]
        for report, batch in versions:
            if report.state != "open":
                continue
            subjects = subjects_of(report)
            for index in self.cases_of(transfers_of(report)):
                if first[index] is None and subjects & self._cases[index].subjects:
                    first[index] = Moment(batch, report.suspicion_formed_ms)
        return first

    def _by_case(self, things: Iterable[tuple[Thing, set[bytes]]]) -> list[list[Thing]]:
        found: list[list[Thing]] = [[] for _ in self._cases]
        for thing, transfers in things:
            for index in self.cases_of(transfers):
                found[index].append(thing)
        return found
