"""Where a person at risk can find help, by country (schemas/reference/referral.yaml): facts for the compliance officer, for no filing."""

from functools import lru_cache
from importlib.resources import files
from typing import Literal, NamedTuple

import msgspec

from schemas.codes import COUNTRIES
from schemas.yaml_rows import Document, RegistryError

REFERRAL_SCHEMA = "strgw.referral/1"


class Help(msgspec.Struct, frozen=True):
    """What is known of one country; "" where nothing is. `identity`: consent or never; `sureness`: R, S or G as the file explains."""

    country: str
    body: str
    mechanism: str
    help: str
    phone: str
    identity: Literal["consent", "never"]
    note: str
    sureness: Literal["R", "S", "G"]
    source: str


class Referrals(NamedTuple):
    """The file: rules that always hold, help that is everywhere, and what is known of countries, by code."""

    rules: tuple[str, ...]
    everywhere: tuple[str, ...]
    countries: dict[str, Help]


@lru_cache(maxsize=1)
def load_referrals() -> Referrals:
    """The packaged file, read once. Raises RegistryError with the line."""
    return read_referrals((files("schemas") / "reference" / "referral.yaml").read_text(encoding="utf-8"), "referral.yaml")


def read_referrals(text: str, source: str) -> Referrals:
    """The referrals in `text`. Raises RegistryError with the line."""
    document = Document(text, source, REFERRAL_SCHEMA)
    countries: dict[str, Help] = {}
    for line, row in document.rows("countries", Help):
        if row.country not in COUNTRIES or row.country in countries:
            raise RegistryError(source, line, f"{row.country} is no country of ISO 3166-1, or has a row already")
        if row.phone and row.sureness != "R":
            raise RegistryError(source, line, f"{row.country}: a phone number is given only where it was read")
        countries[row.country] = row
    return Referrals(document.value("rules", tuple[str, ...]), document.value("everywhere", tuple[str, ...]), countries)
