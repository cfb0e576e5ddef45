"""A case: findings that belong together, what each party is in it, and when suspicion formed."""

import msgspec

from schemas.finding import Evidence, Finding

# Roles (typologies, "Role inference"); only the first group may ever be a subject of a report.
SUBJECT_ROLES = frozenset({"subject", "facilitator"})
ROLES = ("subject", "facilitator", "victim", "protected", "family_payer", "involved", "unknown")


class CaseParty(msgspec.Struct, frozen=True):
    """A party's role in the case and the sentence that explains it. Keys only; names are added when rendering."""

    key: bytes
    role: str
    why: str


class Case(msgspec.Struct, frozen=True):
    """A connected set of findings within 90 days, as of `version`.

    case_id              of its first finding
    state                open (at or over the line), below (score under the line), merged (into `merged_into`), withdrawn
    offence              TIP | SOM | TIP+SOM | OTHER
    suspicion_formed_ms  event time at which the score reached the line; 0 while it has not
    formed_by            finding ids that carried the score over the line
    changes              what differs from the previous version, in words; `material` when a new report is due
    """

    case_id: str
    version: int
    state: str
    merged_into: str
    scope: str
    offence: str
    score: float
    urgent: bool
    do_not_block: bool
    suspicion_formed_ms: int
    formed_by: tuple[str, ...]
    material: bool
    changes: tuple[str, ...]
    findings: tuple[Finding, ...]
    evidence: tuple[Evidence, ...]
    parties: tuple[CaseParty, ...]
    supersedes: tuple[str, ...] = ()
