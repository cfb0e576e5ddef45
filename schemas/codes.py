"""Code lists that packaged CSV files hold: countries of ISO 3166-1, currencies of ISO 4217. Lines that start with # are notes."""

import csv
from collections.abc import Iterator
from importlib.resources import files


def table(name: str) -> Iterator[dict[str, str]]:
    """Rows of schemas/reference/<name> by column, notes left out."""
    text = files("schemas").joinpath(f"reference/{name}").read_bytes().decode("utf-8")
    return csv.DictReader(line for line in text.splitlines() if line and not line.startswith("#"))


_COUNTRIES = list(table("countries.csv"))
COUNTRY_NAMES: dict[str, str] = {row["code"]: row["name"] for row in _COUNTRIES}
# Other ways to write a country: alpha-3 and numeric codes, by alpha-2; and the money in use there.
COUNTRY_ALPHA3: dict[str, str] = {row["code"]: row["alpha3"] for row in _COUNTRIES}
COUNTRY_NUMERIC: dict[str, str] = {row["code"]: row["numeric"] for row in _COUNTRIES}
COUNTRY_CURRENCY: dict[str, str] = {row["code"]: row["currency"] for row in _COUNTRIES}
COUNTRIES = frozenset(COUNTRY_NAMES)
CURRENCIES = frozenset(row["code"] for row in table("currencies.csv"))
# By the three digits of ISO 3166-1 and ISO 4217; of two codes with one number the newer, which comes later in the alphabet (XCG for ANG).
COUNTRY_BY_NUMBER: dict[str, str] = {row["numeric"]: row["code"] for row in _COUNTRIES if row["numeric"]}
CURRENCY_BY_NUMBER: dict[str, str] = {row["numeric"]: row["code"] for row in table("currencies.csv")}


def country_name(code: str, language: str) -> str:
    """A country's name in ru, fa or prs; in English where the table leaves it out, the code itself where nobody knows it."""
    row = _NAMES_IN.get(code, {})
    return row.get(language) or (row.get("fa") if language == "prs" else "") or COUNTRY_NAMES.get(code, code)


_NAMES_IN: dict[str, dict[str, str]] = {row["code"]: row for row in table("country_names.csv")}
