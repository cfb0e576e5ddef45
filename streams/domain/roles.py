"""What each party is in a case (typologies "Role inference", A7 "Role precedence"). Victims are not suspects.

Precedence: victim > payer of a ransom > who is being smuggled > who pays for abuse > holder of an account that another may
control > collector > coordinator > who gathers and passes on > family payer > who keeps under a line > everyone else.
"""

from collections.abc import Iterable
from typing import NamedTuple

from schemas.case import CaseParty
from schemas.finding import Evidence, Finding

COLLECTS_FROM = 3  # A7: paid by three or more parties in the case
_GATHERS = "gathers money from {paid_by} parties of this case and passes it on or keeps sums under a line"

# Part in a finding, how many parties of the case must pay the party, role, why; the first that holds decides.
_PRECEDENCE = (
    ("worker", 0, "victim", "pays like someone under another person's control; a possible victim, not a suspect"),
    ("ransom_payer", 0, "protected", "appears to pay for a person who is held; to be protected, not a suspect"),
    ("migrant", 0, "protected", "collects small sums in one town of a route after another; to be protected, not a suspect"),
    ("exploiter", 0, "subject", "sends the payments of the pattern; here the payer is the one to look at, not who is paid"),
    ("account_holder", 0, "unknown", "receives the payments of the pattern; may be a victim whose account another controls"),
    ("controlled", 0, "unknown", "holds an account that somebody else may operate; victim or helper, not known"),
    ("collector", 0, "subject", "receives the payments of the pattern (paid by {paid_by} of this case)"),
    ("coordinator", 0, "subject", "pays several people in the towns of a smuggling route"),
    ("passes_on", COLLECTS_FROM, "subject", _GATHERS),
    ("structurer", COLLECTS_FROM, "subject", _GATHERS),
    ("payer", 0, "family_payer", "pays into the pattern, probably for a relative; a payer, not a suspect"),
    ("structurer", 0, "subject", "keeps sums just under a reporting line"),
    ("controller", 0, "subject", "pays out for several families as if others' earnings were in this one's hands"),
    ("recipient", 0, "unknown", "receives or passes on money of this case; part in it not known"),
    ("passes_on", 0, "unknown", "receives or passes on money of this case; part in it not known"),
)


class Ground(NamedTuple):
    """Why a party has its role: the part that decided ("gathers" where the number of its payers did too), and how many pay it."""

    code: str
    role: str
    why: str
    paid_by: int


def roles_of(findings: Iterable[Finding], evidence: Iterable[Evidence]) -> tuple[CaseParty, ...]:
    """The role of every party of the case, by key; a function of the set of findings."""
    return tuple(
        CaseParty(key, ground.role, ground.why.format(paid_by=ground.paid_by))
        for key, ground in grounds_of(findings, evidence).items()
    )


def grounds_of(findings: Iterable[Finding], evidence: Iterable[Evidence]) -> dict[bytes, Ground]:
    """What decided the role of every party of the case, by key in order."""
    parts: dict[bytes, set[str]] = {}
    for finding in findings:
        for party, part in finding.parts.items():
            parts.setdefault(party, set()).add(part)
    payers: dict[bytes, set[bytes]] = {}
    everyone: set[bytes] = set(parts)
    for item in evidence:
        everyone.add(item.sender)
        if item.receiver:
            everyone.add(item.receiver)
            if item.receiver != item.sender:
                payers.setdefault(item.receiver, set()).add(item.sender)
    return {key: _ground(parts.get(key, set()), len(payers.get(key, ()))) for key in sorted(everyone)}


def possible_roles(part: str) -> tuple[str, ...]:
    """The roles that a part in a finding can lead to by itself, the first that fits first."""
    return tuple(dict.fromkeys(role for name, _, role, _ in _PRECEDENCE if name == part)) or ("involved",)


def _ground(parts: set[str], paid_by: int) -> Ground:
    for part, least_payers, role, why in _PRECEDENCE:
        if part in parts and paid_by >= least_payers:
            return Ground("gathers" if least_payers else part, role, why, paid_by)
    return Ground("", "involved", "named in a transfer of this case", paid_by)
