"""What is measured, by planted case, by typology, by group of cases, and over all. Every share is 0..1, None where nothing could be."""

import msgspec


class Delay(msgspec.Struct, frozen=True):
    """From the moment a case could first be known to a finding or report on it.

    transfers  transfers of the case that came in between, the detecting one included; below zero where it was earlier
    hours      of event time
    """

    transfers: int
    hours: float


class CaseResult(msgspec.Struct, frozen=True):
    """What became of one planted case.

    transfers         those that were taken in, once each
    share_in_findings share of its transfers (of a pattern: of its accounts) in findings; `found` where that is enough
    share_in_reports  the same of reports that name an expected subject; `reported` where that is enough
    detectors_found   of those expected, the typologies with a finding that holds a transfer of the case
    typologies        every typology with such a finding
    offences          of the reports on it; right_offence: there are some, and all are right
    subjects_named    expected subjects that a report names; right_subjects: it is reported and nobody to be spared is named
    knowable_from     truth | findings: who says when it could first be known ("": nobody)
    """

    id: str
    title: str
    group: str
    is_control: bool
    must_report: bool
    transfers: int
    found: bool
    share_in_findings: float
    typologies: tuple[str, ...]
    found_by: tuple[str, ...]
    detectors: tuple[str, ...]
    detectors_found: tuple[str, ...]
    reported: bool
    share_in_reports: float
    touched_by_reports: int
    offences: tuple[str, ...]
    right_offence: bool
    subjects: int
    subjects_named: int
    protected_named: int
    bystanders_named: int
    right_subjects: bool
    knowable_from: str
    to_finding: Delay | None
    to_report: Delay | None


class Spread(msgspec.Struct, frozen=True):
    """Median and ninth decile of delays, over `cases`."""

    cases: int
    transfers: float
    transfers_p90: float
    hours: float
    hours_p90: float


class TypologyResult(msgspec.Struct, frozen=True):
    """What one typology does.

    cases, cases_found   those that expect it, and those of them with a finding of it
    findings_on_cases    findings that hold a transfer of a planted case
    benign_transfers     lawful transfers in its findings; benign_accounts: lawful accounts its findings are about
    cases_lost           cases no longer reported without it; found_only_by_it: no longer found by findings
    benign_spared        lawful transfers that leave the reports without it
    """

    id: str
    name: str
    findings: int
    findings_on_cases: int
    cases: int
    cases_found: int
    recall: float | None
    benign_transfers: int
    benign_transfers_share: float
    benign_accounts: int
    benign_accounts_share: float
    delay: Spread | None
    cases_lost: tuple[str, ...]
    found_only_by_it: tuple[str, ...]
    benign_spared: int


class GroupResult(msgspec.Struct, frozen=True):
    """Recall on what was planted under one name: a typology, a scheme, a pattern."""

    name: str
    planted: int
    found: int
    recall: float
    demanded: int
    reported: int
    typologies: dict[str, int]
    delay: Spread | None


class Overall(msgspec.Struct, frozen=True):
    """Everything together. Lawful is what belongs to no planted case; negative controls are lawful too.

    found, reported       of the planted cases, and of those a report is demanded of; right_*: of the latter
    detectors_share       mean share of a case's expected typologies that were found
    reports_right         reports that name an expected subject of a case and hold a transfer of it; precision is their share
    in_findings, in_reports  lawful transfers there
    accounts_*            lawful accounts: findings are about them, a finding's evidence names them, a report names them as subject
    """

    transfers: int
    planted_transfers: int
    cases: int
    found: int
    demanded: int
    reported: int
    right_offence: int
    right_subjects: int
    detectors_share: float | None
    reports: int
    reports_right: int
    precision: float | None
    benign_transfers: int
    in_findings: int
    in_findings_share: float
    in_reports: int
    in_reports_share: float
    benign_accounts: int
    accounts_centred: int
    accounts_centred_share: float
    accounts_touched: int
    accounts_touched_share: float
    accounts_subject: int
    accounts_subject_share: float
    protected_as_subject: int
    bystanders_as_subject: int
    controls: int
    controls_reported: tuple[str, ...]
    controls_in_findings: int
    to_finding: Spread | None
    to_report: Spread | None


class Quality(msgspec.Struct, frozen=True):
    """A quality report. `has_reports`: the truth says what reports should make of the cases."""

    schema: str
    truth: str
    has_reports: bool
    overall: Overall
    groups: tuple[GroupResult, ...]
    typologies: tuple[TypologyResult, ...]
    cases: tuple[CaseResult, ...]
