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
