"""Who may be named how: subjects in the form, everybody else in the narrative only, and a child by initials at most.

Victims, protected persons and those who pay for them are never subjects (schemas.case.SUBJECT_ROLES); a person who is, or may be, under
18 never is (Convention on the Rights of the Child, article 1; where age decides, the safer reading counts).
"""

from connectors.fius.age import childhood
from connectors.fius.fincen.text import plain
from connectors.fius.resolved import ResolvedParty, ResolvedReport
from schemas.case import SUBJECT_ROLES
from schemas.filing import FilingError

# Of these a date of birth that nobody told leaves it open whether they are children; in a report on the abuse of children also of
# those whose role is not known.
_OPEN_AGE = frozenset({"victim", "protected"})
_OPEN_AGE_THERE = _OPEN_AGE | {"unknown"}
_CHILD_AS_SUBJECT = (
    "A person who is, or may be, under 18 has the role {role}; a child is never a subject: have a person look at the role."
)


def subjects(resolved: ResolvedReport) -> tuple[ResolvedParty, ...]:
    """Parties that stand as subjects, in the order of the report."""
    return tuple(party for party in resolved.parties if party.role in SUBJECT_ROLES)


def child_errors(resolved: ResolvedReport) -> list[FilingError]:
    """One error for each subject who is, or may be, a child."""
    last_ms = last_event(resolved)
    return [
        FilingError("child_as_subject", _CHILD_AS_SUBJECT.format(role=party.role), "", f"parties[{party.label}].role")
        for party in subjects(resolved)
        if may_be_child(party, last_ms)
    ]


def last_event(resolved: ResolvedReport) -> int:
    """Time of the last transfer, or of the suspicion where that is later (ms UTC)."""
    return max([resolved.report.suspicion_formed_ms, *(transfer.occurred_ms for transfer in resolved.transfers.values())])


def may_be_child(party: ResolvedParty, at_ms: int, about_children: bool = False) -> bool:
    """Whether the party is, or may be, under 18 at `at_ms`; a date of birth of which only the year or month is known leaves it open.

    about_children  the report is on a pattern about children
    """
    if party.kind == "entity":
        return False
    if not party.dates_of_birth:
        return party.role in (_OPEN_AGE_THERE if about_children else _OPEN_AGE)
    return bool(childhood(party.dates_of_birth, at_ms))


def spellings(party: ResolvedParty) -> tuple[str, ...]:
    """The names in the form's characters, as the partner wrote them before transliterated ones, each once whatever its case."""
    written = sorted(party.names, key=lambda name: not name.isascii())
    found = {name.casefold(): name for name in reversed([plain(name) for name in written]) if name}
    return tuple(sorted(found.values(), key=[plain(name) for name in written].index))


def in_narrative(party: ResolvedParty, is_child: bool, child: str) -> str:
    """How the narrative names a party that is no subject. `child`: what it says of a child, who has initials instead of a name."""
    names = spellings(party)
    if not is_child:
        return f"{party.label} ({names[0]})" if names else party.label
    known = [" ".join(f"{word[0]}." for word in names[0].split())] if names else []
    known += [f"born {party.dates_of_birth[0][:4]}"] if party.dates_of_birth else []
    return f"{party.label} ({', '.join([*known, child])})"
