"""What each typology alone adds: the reports as they would be without its findings.

Only `link` and `report` run again, over the findings that were recorded, and only for the reports that hold one of the typology. The
others stay as they are: leaving findings out can split a case and lower its score, never join cases or raise one.
"""

from collections.abc import Callable, Sequence

from schemas.finding import Finding
from schemas.report import Report

Remake = Callable[[list[Finding]], list[Report]]


def without(typology: str, reports: Sequence[Report], remake: Remake) -> list[Report]:
    """The reports that stand without the findings of `typology`; `remake` makes reports of findings."""
    touched = [report for report in reports if any(f.typology == typology for f in report.findings)]
    if not touched:
        return list(reports)
    gone = {report.report_id for report in touched}
    left = [f for report in touched for f in report.findings if f.typology != typology]
    return [report for report in reports if report.report_id not in gone] + remake(left)
