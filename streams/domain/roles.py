"""What each party is in a case (typologies "Role inference", A7 "Role precedence"). Victims are not suspects.

Precedence: victim > payer of a ransom > who pays for abuse, collector > family payer > who keeps under a line > everyone else.
"""

from collections.abc import Iterable

from schemas.case import CaseParty
from schemas.finding import Evidence, Finding

COLLECTS_FROM = 3  # A7: paid by three or more parties in the case


def roles_of(findings: Iterable[Finding], evidence: Iterable[Evidence]) -> tuple[CaseParty, ...]:
    """The role of every party of the case, by key; a function of the set of findings."""
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
    return tuple(_role(key, parts.get(key, set()), len(payers.get(key, ()))) for key in sorted(everyone))


_GATHERS = "gathers"  # not a part: paid by COLLECTS_FROM parties of the case and passes on or keeps under a line

# The first part that a party has decides: part, role, why.
_PRECEDENCE = (
    ("worker", "victim", "pays like someone under another person's control; a possible victim, not a suspect"),
    ("ransom_payer", "protected", "appears to pay for a person who is held; to be protected, not a suspect"),
    ("exploiter", "subject", "sends the payments of the pattern; here the payer is the one to look at, not who is paid"),
    ("collector", "subject", "receives the payments of the pattern (paid by {paid_by} of this case)"),
    (_GATHERS, "subject", "gathers money from {paid_by} parties of this case and passes it on or keeps sums under a line"),
    ("payer", "family_payer", "pays into the pattern, probably for a relative; a payer, not a suspect"),
    ("structurer", "subject", "keeps sums just under a reporting line"),
    ("controller", "subject", "pays out for several families as if others' earnings were in this one's hands"),
    ("controlled", "unknown", "holds an account that somebody else may operate; victim or helper, not known"),
    ("recipient", "unknown", "receives or passes on money of this case; part in it not known"),
    ("passes_on", "unknown", "receives or passes on money of this case; part in it not known"),
)


def _role(key: bytes, parts: set[str], paid_by: int) -> CaseParty:
    if paid_by >= COLLECTS_FROM and parts & {"passes_on", "structurer"}:
        parts = parts | {_GATHERS}
    for part, role, why in _PRECEDENCE:
        if part in parts:
            return CaseParty(key, role, why.format(paid_by=paid_by))
    return CaseParty(key, "involved", "named in a transfer of this case")
