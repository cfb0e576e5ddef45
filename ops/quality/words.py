"""Figures as people read them, the same in the terminal and on the page."""

from ops.quality.measures import Delay, Overall, Quality, Spread, TypologyResult

Row = tuple[str, ...]
NONE = "–"


def percent(share: float | None) -> str:
    """A share 0..1 with as many decimals as it needs to differ from nothing."""
    if share is None:
        return NONE
    value = share * 100
    return f"{value:.3f} %" if 0 < value < 0.1 else f"{value:.1f} %"


def part(count: int, whole: int) -> str:
    """`7 of 10 (70.0 %)`."""
    return f"{count:,} of {whole:,} ({percent(count / whole)})" if whole else NONE


def lag(spread: Spread | None) -> str:
    """Median and ninth decile of a delay."""
    if spread is None:
        return NONE
    return (
        f"{spread.transfers:g} transfers, {spread.hours:,.1f} h; nine in ten within "
        f"{spread.transfers_p90:g} transfers, {spread.hours_p90:,.1f} h ({spread.cases:,} cases)"
    )


def short_lag(delay: Delay | Spread | None) -> str:
    """`2 / 3.5 h`: transfers and hours."""
    return NONE if delay is None else f"{delay.transfers:g} / {delay.hours:,.1f} h"


def summary(quality: Quality) -> list[Row]:
    """What holds over all, as (measure, figure)."""
    overall = quality.overall
    rows: list[Row] = [("Planted cases found by findings", part(overall.found, overall.cases))]
    if quality.has_reports:
        rows += _about_reports(overall)
    rows += [
        ("Lawful transfers in findings", part(overall.in_findings, overall.benign_transfers)),
        ("Lawful transfers in reports", part(overall.in_reports, overall.benign_transfers)),
        ("Lawful accounts that a finding is about", part(overall.accounts_centred, overall.benign_accounts)),
        ("Lawful accounts that a finding's evidence names", part(overall.accounts_touched, overall.benign_accounts)),
        ("Lawful accounts named as subject of a report", part(overall.accounts_subject, overall.benign_accounts)),
        ("From first knowable to the first finding (median)", lag(overall.to_finding)),
    ]
    if quality.has_reports:
        rows.append(("From first knowable to the first report (median)", lag(overall.to_report)))
    return rows


def _about_reports(overall: Overall) -> list[Row]:
    return [
        ("Cases reported, of those that should be", part(overall.reported, overall.demanded)),
        ("… with the right offence", part(overall.right_offence, overall.demanded)),
        ("… with nobody named who is to be spared", part(overall.right_subjects, overall.demanded)),
        ("Expected typologies found (mean over the cases)", percent(overall.detectors_share)),
        ("Reports that are right (precision)", part(overall.reports_right, overall.reports)),
        ("Protected people named as subject", f"{overall.protected_as_subject:,}"),
        ("Bystanders named as subject", f"{overall.bystanders_as_subject:,}"),
        ("Negative controls in or named by a report", part(len(overall.controls_reported), overall.controls)),
        ("Negative controls with a finding", part(overall.controls_in_findings, overall.controls)),
    ]


TYPOLOGY_HEAD = (
    "typology", "findings", "on cases", "recall", "lawful transfers", "lawful accounts", "to finding", "cases lost without",
    "found by it alone", "lawful spared without",
)  # fmt: skip


def typology_row(result: TypologyResult) -> Row:
    """One typology under TYPOLOGY_HEAD."""
    recall = f"{result.cases_found:,} of {result.cases:,}" if result.cases else NONE
    return (
        f"{result.id} {result.name}",
        f"{result.findings:,}",
        f"{result.findings_on_cases:,}",
        recall,
        f"{result.benign_transfers:,} ({percent(result.benign_transfers_share)})",
        f"{result.benign_accounts:,} ({percent(result.benign_accounts_share)})",
        short_lag(result.delay),
        few(result.cases_lost),
        few(result.found_only_by_it),
        f"{result.benign_spared:,}",
    )


GROUP_HEAD = ("planted", "cases", "found", "reported", "to finding", "found by")


def group_rows(quality: Quality) -> list[Row]:
    """One row a group under GROUP_HEAD."""
    return [
        (
            group.name or "cases",
            f"{group.planted:,}",
            part(group.found, group.planted),
            part(group.reported, group.demanded),
            short_lag(group.delay),
            ", ".join(f"{typology} {count:,}" for typology, count in group.typologies.items()) or NONE,
        )
        for group in quality.groups
    ]


CASE_HEAD = (
    "case",
    "in findings",
    "typologies expected and found",
    "in reports",
    "offence",
    "subjects",
    "to finding",
    "to report",
)
MOST_CASES = 60  # beyond it a list by case is for machines: quality.json


def case_rows(quality: Quality) -> list[Row]:
    """One row a case under CASE_HEAD; none where there are more than MOST_CASES."""
    if len(quality.cases) > MOST_CASES:
        return []
    return [
        (
            f"{case.id} (lawful)" if case.is_control else case.id,
            percent(case.share_in_findings),
            f"{len(case.detectors_found)} of {len(case.detectors)}: {', '.join(case.detectors_found)}"
            if case.detectors
            else ", ".join(case.typologies) or NONE,
            f"{case.touched_by_reports:,} transfers" if case.is_control else percent(case.share_in_reports),
            ", ".join(case.offences) or NONE,
            NONE if case.is_control else f"{case.subjects_named} of {case.subjects}",
            short_lag(case.to_finding),
            short_lag(case.to_report),
        )
        for case in quality.cases
    ]


def few(ids: tuple[str, ...]) -> str:
    """The ids where they are few, else how many."""
    return f"{len(ids):,}" if len(ids) > 3 or not ids else ", ".join(ids)
