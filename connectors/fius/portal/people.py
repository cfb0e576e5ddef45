"""How a portal package speaks of people: what each role means for the reader, age, and the notice at the top."""

import unicodedata
from collections.abc import Sequence

import msgspec
from anyascii import anyascii

from connectors.fius.age import childhood
from connectors.fius.portal.document import Age, IdDocument, Notice, PayAccount, Person, PostalAddress, Role, Treatment
from connectors.fius.portal.words import EN, Words
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
        latin=tuple(latin(name) for name in party.names),
    )


def age(party: ResolvedParty, treatment: Treatment, at_ms: int) -> Age:
    """Whether the party is, or may be, a child at `at_ms`. A partial date of birth leaves it open."""
    if not party.dates_of_birth:
        return "age_unknown" if treatment == "protect" else ""
    return childhood(party.dates_of_birth, at_ms)


def latin(name: str) -> str:
    """A name's transliteration; "" where it is written in Latin letters already."""
    is_latin = all(not letter.isalpha() or unicodedata.name(letter, "").startswith("LATIN") for letter in name)
    return "" if is_latin else anyascii(name).strip()


def notice(people: Sequence[Person], urgent: bool, do_not_block: bool) -> Notice:
    """What stands at the top of the package, with its lines in English."""
    protect = tuple(person.label for person in people if person.treatment == "protect")
    said = Notice(urgent, do_not_block, protect, ())
    return msgspec.structs.replace(said, text=tuple(notice_lines(said, people, EN)))


def notice_lines(said: Notice, people: Sequence[Person], words: Words) -> list[str]:
    """The notice in one language, in the order in which it matters to the people concerned."""
    children = [person.label for person in people if person.age in ("child", "possibly_child")]
    lines = [words.urgent] if said.urgent else []
    lines += [words.do_not_stop] if said.do_not_stop_payment else []
    lines += [words.protect.format(who=", ".join(said.persons_to_protect))] if said.persons_to_protect else []
    return lines + ([words.child.format(who=", ".join(children))] if children else [])
