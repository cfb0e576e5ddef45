"""How much of a planted case findings or reports hold, and when that is enough."""

from collections.abc import Iterable

from ops.quality.witness import Watched
from schemas.case import SUBJECT_ROLES
from schemas.finding import Finding
from schemas.report import Report
from schemas.transfer import PARTY

CASE_SHARE = 1 / 3  # reference cases, README: reports that hold together a third of the transfers of its subjects
COUNTERPARTS = frozenset(
    {"payer", "ransom_payer", "worker", "recipient"}
)  # parts of a pattern that others play towards its centre
PATTERN_SHARE = 1 / 2  # DEF: half of a pattern's accounts; its transfers are not known exactly, and two accounts prove no shape


def share_held(case: Watched, held: Iterable[bytes], wanted: frozenset[bytes]) -> float:
    """Share of `wanted` (transfers of the case) among `held`; of a pattern, the share of its accounts that its held transfers name."""
    common = wanted & set(held)
    if not wanted:
        return 0.0
    if case.planted.window is None:
        return len(common) / len(wanted)
    named = {party for arrival in case.arrivals if arrival.uid in common for party in arrival.parties}
    return len(named & case.parties) / len(case.parties)


def is_enough(case: Watched, share: float) -> bool:
    """Whether so much of it counts as found."""
    return share >= (CASE_SHARE if case.planted.window is None else PATTERN_SHARE)


def evidence_of(finding: Finding) -> set[bytes]:
    """The transfers a finding rests on."""
    return {e.uid for e in finding.evidence}


def transfers_of(report: Report) -> set[bytes]:
    """The transfers a report holds."""
    return {e.uid for e in report.transfers}


def subjects_of(report: Report) -> set[bytes]:
    """Whom a report names as subject or facilitator."""
    return {party.key for party in report.parties if party.role in SUBJECT_ROLES}


def centres_of(finding: Finding) -> set[bytes]:
    """The accounts a finding is about: the one it was made at, or those behind the identifier it was made at."""
    if finding.entity_kind == PARTY:
        return {finding.entity}
    return {party for party, part in finding.parts.items() if part not in COUNTERPARTS} or set(finding.parts)


def touched_by(finding: Finding) -> set[bytes]:
    """The accounts with a transfer in the finding's evidence."""
    return {party for e in finding.evidence for party in (e.sender, e.receiver) if party is not None}
