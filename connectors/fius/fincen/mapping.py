"""What FinCEN's form means in our words (profiles/us/map.yaml), and who files with it (profiles/us/filers.yaml)."""

import re
from functools import lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Literal

import msgspec

from connectors.fius.fincen.profile import Schema, SchemaProfile, decode
from schemas.yaml_rows import Document, RegistryError

PROFILE = "us"
MAP_SCHEMA = "strgw.fincen-map/1"
FILERS_SCHEMA = "strgw.fincen-filers/1"
ANY = "*"
NOTE_CHARACTERS = 50  # of FilingInstitutionNotetoFinCEN, schema


class Limits(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Most bytes in a file, subjects in it, characters of its narrative, and transfers told one by one."""

    file_bytes: int
    subjects: int
    narrative: int
    transfers_told: int


class KeyTerm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Words by which an advisory wants to be found, and fewer where they do not fit."""

    term: str
    short: str


class Exploitation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """On a report of offence `report`, a pattern whose code is `code` adds that code."""

    report: str
    code: str


class UnknownPrior(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The placeholder rule for the number of an earlier report that is not known."""

    id: str
    value: str


class Texts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Sentences of the narrative that are not the report's own; names in braces are filled in."""

    key_terms: str
    prior: str
    prior_unknown: str
    continuing: str
    supersedes: str
    unit: str
    subjects: str
    victim: str
    protected: str
    family_payer: str
    involved: str
    unknown: str
    child: str
    people_left: str
    transfers: str
    transfer: str
    transfers_left: str
    transfers_end: str


class FormMap(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Codes, words and limits of the form; map.yaml says where each comes from.

    offences       offence of a report -> kinds of suspicious activity; `subtypes` by typology, ANY for every report
    others         what a kind "other" means, in words
    child_patterns patterns about children: in a report on one, a party of unknown role and age may be a child
    tins           type of document -> code, where its number is a taxpayer's; `documents` likewise for papers of identity
    states_needed  countries whose addresses have a state
    """

    file_name: str
    language: str
    limits: Limits
    offences: dict[str, tuple[str, ...]]
    exploitation: Exploitation
    subtypes: dict[str, tuple[str, ...]]
    others: dict[str, str]
    key_terms: dict[str, KeyTerm]
    child_patterns: frozenset[str]
    tins: dict[str, str]
    documents: dict[str, str]
    accounts: frozenset[str]
    states_needed: frozenset[str]
    refused_words: frozenset[str]
    unknown_prior: UnknownPrior
    texts: Texts


class Filer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The reporting entity as FinCEN knows it. All text; numbers are digits only.

    tin, tcc       employer identification number, transmitter control code
    regulator      code of its primary federal regulator; organization: code of its type
    contact        person at the transmitter; office and office_phone: contact for assistance
    """

    registration: str
    name: str
    tin: str
    tcc: str
    regulator: str
    organization: str
    street: str
    city: str
    state: str
    zip: str
    phone: str
    contact: str
    office: str
    office_phone: str
    country: Literal["US"] = "US"


class Form:
    """FinCEN's form ready to render: compiled schema, map, filers by registration."""

    def __init__(self, profile: SchemaProfile, form_map: FormMap, filers: dict[str, Filer]) -> None:
        self.schema = Schema(profile)
        self.map = form_map
        self.filers = filers


_SHAPES = {
    "tin": re.compile(r"\d{9}"),
    "tcc": re.compile(r"[A-Z0-9]{8}"),
    "state": re.compile(r"[A-Z]{2}"),
    "zip": re.compile(r"\d{5}|\d{9}"),
    "phone": re.compile(r"\d{10}"),
    "office_phone": re.compile(r"\d{10}"),
}


@lru_cache(maxsize=16)
def load_form(own: Path | None = None) -> Form:
    """The form as shipped, or with the files that the folder `us` under `own` has instead.

    Raises  ProfileError, schemas.yaml_rows.RegistryError
    """
    profile = decode(_file(own, "schema.json").read_bytes())
    form_map = read_map(_file(own, "map.yaml").read_text("utf-8"), f"{PROFILE}/map.yaml", profile)
    return Form(profile, form_map, read_filers(_file(own, "filers.yaml").read_text("utf-8"), f"{PROFILE}/filers.yaml", profile))


def _file(own: Path | None, name: str) -> Traversable:
    mine = own / PROFILE / name if own else None
    return mine if mine is not None and mine.is_file() else files("connectors.fius.profiles") / PROFILE / name


def read_map(text: str, source: str, profile: SchemaProfile) -> FormMap:
    """The map in `text`. Raises RegistryError with the line where a code is not one of FinCEN's or a key term does not fit."""
    document = Document(text, source, MAP_SCHEMA)
    form_map = document.value("form", FormMap)
    known = profile.simples["ValidateSuspiciousActivitySubtypeID"].codes or {}
    said = {code for codes in (*form_map.offences.values(), *form_map.subtypes.values()) for code in codes}
    lines = {named.name: named.line for named in document.named("form")}
    wrong = sorted(said - set(known))
    if wrong:
        raise RegistryError(source, lines["subtypes"], f"{wrong[0]} is no kind of suspicious activity of FinCEN's schema")
    unsaid = sorted(code for code in said if code.endswith("999") and code not in form_map.others)
    if unsaid:
        raise RegistryError(source, lines["others"], f'{unsaid[0]} means "other": say under "others" what it stands for')
    if any(len(key.term) > NOTE_CHARACTERS for key in form_map.key_terms.values()):
        raise RegistryError(source, lines["key_terms"], f"a key term has more than {NOTE_CHARACTERS} characters")
    return form_map


def read_filers(text: str, source: str, profile: SchemaProfile) -> dict[str, Filer]:
    """The filers in `text` by registration. Raises RegistryError with the line."""
    found: dict[str, Filer] = {}
    for line, filer in Document(text, source, FILERS_SCHEMA).rows("filers", Filer):
        problem = _problem(filer, profile) or ("is there twice" if filer.registration in found else "")
        if problem:
            raise RegistryError(source, line, f"the filer {filer.registration} {problem}")
        found[filer.registration] = filer
    return found


def _problem(filer: Filer, profile: SchemaProfile) -> str:
    for name, shape in _SHAPES.items():
        if not shape.fullmatch(getattr(filer, name)):
            return f"has no usable {name}; write it as in {shape.pattern.replace('|', ' or ')}"
    codes = (("regulator", "ValidateFederalRegulatorCodeType"), ("organization", "ValidateOrganizationCodeType"))
    for name, simple in codes:
        if getattr(filer, name) not in (profile.simples[simple].codes or {}):
            return f"has a {name} that is not among the codes of FinCEN's schema"
    blank = [name for name in ("name", "street", "city", "contact", "office") if not getattr(filer, name).strip()]
    return f"has no {blank[0]}" if blank else ""
