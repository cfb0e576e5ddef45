"""How a portal package speaks of people: what each role means for the reader, age, and the notice at the top."""

from collections.abc import Sequence
from datetime import UTC, datetime

from connectors.fius.portal.document import Age, IdDocument, Notice, PayAccount, Person, PostalAddress, Role, Treatment
from connectors.fius.resolved import ResolvedParty
from schemas.case import SUBJECT_ROLES

TREATMENTS: dict[str, tuple[Role, Treatment]] = {
    "subject": ("subject", "suspected"),
    "facilitator": ("facilitator", "suspected"),
    "victim": ("victim", "protect"),
    "protected": ("protected", "protect"),
    "family_payer": ("family_payer", "payer"),
    "involved": ("involved", "named"),
    "unknown": ("unknown", "named"),
}
ADULT_YEARS = 18  # Convention on the Rights of the Child, article 1

URGENT = "URGENT: a person may be held or in danger until this money arrives."
DO_NOT_STOP = (
    "No step taken on this report should stop or delay the payment, or reach the people named, "
    "before the authority responsible for their safety has agreed."
)
PROTECT = "{who} reported as possibly in need of protection, not as suspected of anything."
CHILD = "{who} under 18 or may be; the rules that protect children apply."


def is_subject(role: str) -> bool:
    """True for the roles that may stand as the subject of a report."""
    return role in SUBJECT_ROLES


def person(party: ResolvedParty, refs: dict[bytes, str], last_ms: int) -> Person:
    """The party as the package shows it. `refs`: transfer uid to T1 …; `last_ms`: time of the last transfer, for the age."""
    role, treatment = TREATMENTS[party.role]
    return Person(
        label=party.label,
        role=role,
        treatment=treatment,
        why=party.why,
        age=age(party, treatment, last_ms),
        kind=party.kind,
        names=party.names,
        customer_numbers=party.party_ids,
        dates_of_birth=party.dates_of_birth,
        nationalities=party.nationalities,
        occupations=party.occupations,
        customer_since=party.customer_since,
        documents=tuple(IdDocument(d.type, d.number, d.country) for d in party.documents),
        phones=party.phones,
        emails=party.emails,
        devices=party.devices,
        ips=party.ips,
        addresses=tuple(PostalAddress(a.line, a.city, a.country) for a in party.addresses),
        accounts=tuple(PayAccount(a.type, a.number) for a in party.accounts),
        sent=tuple(refs[uid] for uid in party.sent),
        received=tuple(refs[uid] for uid in party.received),
    )


def age(party: ResolvedParty, treatment: Treatment, at_ms: int) -> Age:
    """Whether the party is, or may be, a child at `at_ms`. A partial date of birth leaves it open."""
    if not party.dates_of_birth:
        return "age_unknown" if treatment == "protect" else ""
    verdicts = {_under_age(born, at_ms) for born in party.dates_of_birth}
    if verdicts == {True}:
        return "child"
    return "possibly_child" if verdicts & {True, None} else ""


def _under_age(born: str, at_ms: int) -> bool | None:
    """True or False where the date decides it (YYYY, YYYY-MM or YYYY-MM-DD), None where it leaves it open."""
    day = datetime.fromtimestamp(at_ms / 1000, UTC).date().isoformat()
    limit = f"{int(day[:4]) - ADULT_YEARS:04d}{day[4:]}"
    size = len(born)
    if born[:size] == limit[:size]:
        return False if size == len(limit) else None
    return born > limit[:size]


def notice(people: Sequence[Person], urgent: bool, do_not_block: bool) -> Notice:
    """The lines at the top of the package, in the order in which they matter to the people concerned."""
    protect = tuple(p.label for p in people if p.treatment == "protect")
    children = tuple(p.label for p in people if p.age in ("child", "possibly_child"))
    lines = [URGENT] if urgent else []
    lines += [DO_NOT_STOP] if do_not_block else []
    lines += [PROTECT.format(who=_are(protect))] if protect else []
    lines += [CHILD.format(who=_are(children))] if children else []
    return Notice(urgent, do_not_block, protect, tuple(lines))


def _are(labels: Sequence[str]) -> str:
    return f"{', '.join(labels)} {'is' if len(labels) == 1 else 'are'}"
