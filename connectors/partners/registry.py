"""The partner registry (partners.yaml): whose feeds the gateway reads and where each partner is licensed.

Without a file of the deployment's own the packaged sample is read (schemas/reference/partners.sample.yaml); it shows every field.
"""

import re
from collections.abc import Iterator
from datetime import date
from importlib.resources import files
from pathlib import Path

from connectors.partners.formats import FORMATS
from schemas.codes import COUNTRIES
from schemas.fius import time_zones
from schemas.registry import Licence, Officer, Partner
from schemas.yaml_rows import Document, RegistryError

PARTNERS_SCHEMA = "strgw.partners/1"
SAMPLE = "partners.sample.yaml"
KINDS = ("mto", "bank", "wallet", "psp")
SCOPES = ("partner", "country", "deployment")
RELEASES = ("automatic", "review")
SCHEMA_IDS = ("", "gateway", "registry")
_ID = re.compile(r"[a-z][a-z0-9_-]{0,39}")  # it names topics and transactional ids
_RESERVED = "unknown"  # label under which events of unregistered topics are counted


def load_partners(override: Path | None = None) -> dict[str, Partner]:
    """Partners by id, from `override` or the packaged sample.

    Raises  RegistryError with file and line; OSError where `override` cannot be read
    """
    if override is None:
        text = files("schemas").joinpath(f"reference/{SAMPLE}").read_bytes().decode("utf-8")
        return read_partners(text, SAMPLE)
    try:
        text = override.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise RegistryError(str(override), line, "not UTF-8: save the file in UTF-8") from error
    return read_partners(text, str(override))


def read_partners(text: str, source: str) -> dict[str, Partner]:
    """The partners of one registry file by id, checked row by row. Raises RegistryError."""
    partners: dict[str, Partner] = {}
    lines: dict[str, int] = {}
    for line, partner in Document(text, source, PARTNERS_SCHEMA).rows("partners", Partner):
        for problem in problems(partner):
            raise RegistryError(source, line, f"{partner.id}: {problem}")
        if partner.id in lines:
            raise RegistryError(
                source, line, f"{partner.id} has a row already in line {lines[partner.id]}: give each partner one row"
            )
        lines[partner.id] = line
        partners[partner.id] = partner
    if not partners:
        raise RegistryError(source, 1, "the list of partners is empty: add at least one")
    return partners


def problems(partner: Partner) -> Iterator[str]:
    """What is wrong with one row and what to write instead."""
    if _ID.fullmatch(partner.id) is None or partner.id == _RESERVED:
        yield f'id: use 1 to 40 lower-case letters, digits, "-" and "_", a letter first (it names topics; "{_RESERVED}" is taken)'
    if not partner.name.strip():
        yield "name: write the legal name, it goes into reports"
    for field, value, allowed in (
        ("kind", partner.kind, KINDS),
        ("format", partner.format, FORMATS),
        ("scope", partner.scope, SCOPES),
        ("release", partner.release, RELEASES),
        ("schema_ids", partner.schema_ids, SCHEMA_IDS),
    ):
        if value not in allowed:
            yield f'{field}: "{value}" is not known, use one of {", ".join(filter(None, allowed))}'
    if partner.home_country not in COUNTRIES:
        yield f'home_country: "{partner.home_country}" is not an ISO 3166-1 alpha-2 code'
    if partner.timezone and partner.timezone not in time_zones():
        yield f'timezone: "{partner.timezone}" is no IANA zone, write for example Asia/Almaty'
    if partner.stream_start and not _is_day(partner.stream_start):
        yield f'stream_start: "{partner.stream_start}" is not a day, write YYYY-MM-DD'
    yield from _licence_problems(partner.licences)


def _licence_problems(licences: tuple[Licence, ...]) -> Iterator[str]:
    seen: set[tuple[str, str]] = set()
    for licence in licences:
        if licence.country not in COUNTRIES:
            yield f'licences: "{licence.country}" is not an ISO 3166-1 alpha-2 code'
        if not licence.registration.strip():
            yield f"licences: {licence.country} has no registration, write the number the FIU gave"
        if not licence.branch.strip():
            yield f"licences: {licence.country} has an empty branch, leave it out for the head office"
        if (licence.country, licence.branch) in seen:
            yield f"licences: {licence.country} {licence.branch} is given twice, keep one"
        seen.add((licence.country, licence.branch))
        if licence.officer is not None:
            yield from _officer_problems(licence.country, licence.officer)


def _officer_problems(country: str, officer: Officer) -> Iterator[str]:
    if not (officer.first_name.strip() and officer.last_name.strip()):
        yield f"licences: the officer of {country} needs first_name and last_name, or leave officer out"
    if officer.birth_date and not _is_day(officer.birth_date):
        yield f'licences: the officer of {country}: "{officer.birth_date}" is not a day, write YYYY-MM-DD'
    if officer.nationality and officer.nationality not in COUNTRIES:
        yield f'licences: the officer of {country}: "{officer.nationality}" is not an ISO 3166-1 alpha-2 code'


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
