"""Customers, institutions, amount and remittance information of an MT103 as fields of the native format."""

import re

from connectors.partners.formats import fields
from connectors.partners.formats.fields import Fields
from connectors.partners.formats.mt103.blocks import year
from schemas.codes import COUNTRIES, COUNTRY_NAMES
from schemas.native import InvalidTransfer
from schemas.native_rules import is_day

_VALUE = re.compile(r"(?P<day>\d{6})(?P<currency>[A-Z]{3})(?P<sum>[\d,]+)")
_BIC = re.compile(r"[A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?")
_IBAN = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{10,30}")
_ACCOUNT = re.compile(r"/(?P<number>\S+)(?:\s+|$)")
# The number of digits is looked at apart: one pattern for both would try every place in a long line, and take hours.
_BARE_ACCOUNT = re.compile(r"(?P<number>[A-Z0-9]{6,})\n")
_SIX_DIGITS = re.compile(r"\d{6}")
_NUMBERED = re.compile(r"(?P<number>[1-8])/(?P<text>.*)")
_CODE = re.compile(r"//?[A-Z]{3,8}/|//")
# States of the United States whose codes are countries too: at the end of a line they may be either, so they say nothing. DEF
_STATES = frozenset("AL AR AZ CA CO DE GA ID IL IN KY LA MA MD ME MN MO MS MT NC ND NE PA SC SD TN VA".split())
# Codes of the party identifier of :50F: -> our document types (SWIFT, MT103 field 50a, option F).
_DOCUMENTS = {
    "ARNU": "residence_permit", "CCPT": "passport", "DRLC": "driving_licence", "NIDN": "national_id", "SOSE": "social_security", "TXID": "tax_id",
}  # fmt: skip


def value(text: str) -> tuple[str, str, str]:
    """Value date (ISO), currency and amount of :32A:. Raises InvalidTransfer."""
    found = _VALUE.fullmatch(text)
    if found is None:
        raise InvalidTransfer("not_in_format", "The field :32A: is no date, currency and amount (YYMMDDCCYnnn,nn).", ":32A:")
    digits = found["day"]
    day = f"{year(digits[:2])}-{digits[2:4]}-{digits[4:]}"
    if not is_day(day):
        raise InvalidTransfer("date_invalid", "The date in :32A: is no day of the calendar.", ":32A:")
    return day, found["currency"], found["sum"]


def party(tag: str, text: str) -> Fields | None:
    """The customer in a field 50a or 59a."""
    if tag.endswith("F"):
        return _structured(text)
    number, lines = _account(text)
    if tag.endswith("A"):
        bic = lines[0] if lines else ""
        said = {"kind": "entity", "name": bic, "addresses": fields.address([], "", bic[4:6]), "accounts": _accounts(number)}
        return fields.present(said)
    name = lines[0] if lines else fields.name_of_account(number)
    said = {"kind": fields.party_kind(name), "name": name[:200], "addresses": _address(lines[1:]), "accounts": _accounts(number)}
    return fields.present(said)


def _account(text: str) -> tuple[str, list[str]]:
    """The account before a customer's lines, "" where there is none, and the lines. Some leave the slash out."""
    found = _ACCOUNT.match(text) or _BARE_ACCOUNT.match(text)
    if found is not None and not text.startswith("/") and not _SIX_DIGITS.search(found["number"]):
        found = None
    rest = text[found.end() :] if found else text
    return found["number"] if found else "", [line.strip() for line in rest.splitlines() if line.strip()]


def _accounts(number: str) -> list[Fields]:
    if not number:
        return []
    return [{"type": "iban" if _IBAN.fullmatch(number) else "account", "number": number[:64]}]


def _address(lines: list[str]) -> list[Fields]:
    """An address whose country is the code or the name that ends it."""
    country, town = _country(lines[-1]) if lines else ("", "")
    return fields.address(lines[:-1] if town or country else lines, town, country)


def _country(line: str) -> tuple[str, str]:
    """Country, and the town before it, at the end of the last line of an address."""
    words = line.replace(",", " ").split()
    if words and words[-1] in COUNTRIES - _STATES:
        return words[-1], " ".join(words[:-1])
    folded = line.casefold()
    for code, name in COUNTRY_NAMES.items():
        if folded.endswith(name.casefold()):
            return code, line[: -len(name)].strip(" ,")
    return "", ""


def _structured(text: str) -> Fields | None:
    """Option F: an account or an identifier, then lines that begin with a number and a slash."""
    first, *rest = [line.strip() for line in text.splitlines() if line.strip()]
    said: dict[str, list[str]] = {}
    for line in rest if not _NUMBERED.fullmatch(first) else [first, *rest]:
        found = _NUMBERED.fullmatch(line)
        if found is None:
            raise InvalidTransfer("not_in_format", "A line of an option F customer begins with no number and slash.", ":50F:")
        said.setdefault(found["number"], []).append(found["text"])
    name = " ".join(said.get("1", []))
    country, _, town = said.get("3", [""])[0].partition("/")
    party_id, documents = _identifiers(first, said)
    return fields.present(
        {
            "kind": "person" if "4" in said else fields.party_kind(name),
            "name": name[:200],
            "party_id": party_id[:64],
            "date_of_birth": _birth(said.get("4", [""])[0]),
            "documents": documents,
            "addresses": fields.address(said.get("2", []), town, country),
            "accounts": _accounts(first[1:]) if first.startswith("/") else [],
        }
    )


def _identifiers(first: str, said: dict[str, list[str]]) -> tuple[str, list[Fields]]:
    """Customer number and documents: of the first line (CODE/CC/number), of lines 6 (CC/issuer/number) and 7 (CC/number)."""
    code, _, rest = first.partition("/")
    found = [(_DOCUMENTS.get(code, "other"), rest)] if code in _DOCUMENTS else []
    found += [("national_id", line) for line in said.get("7", [])]
    customer = rest if code == "CUST" else "".join(said.get("6", []))
    documents = [
        {"type": kind, "number": number[:64], "country": country}
        for kind, line in found
        for country, _, number in [line.partition("/")]
        if number and country in COUNTRIES
    ]
    return customer.rpartition("/")[2], documents


def _birth(digits: str) -> str:
    return f"{digits[:4]}-{digits[4:6]}-{digits[6:8]}" if len(digits) == 8 and digits.isdigit() else ""


def institution(tag: str, text: str, other: str) -> Fields | None:
    """The institution in a field 52a or 57a by its BIC; where the field has none, the one that sent or received the message."""
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("/")]
    bic = lines[0] if tag.endswith("A") and lines and _BIC.fullmatch(lines[0]) else ""
    if bic or not lines:
        return fields.agent(bic or other, "", (bic or other)[4:6], "")
    country, town = _country(lines[-1])
    return fields.agent(lines[0], lines[0], country or other[4:6], town)


def remittance(text: str) -> str:
    """:70: as one line without its codes, 140 characters at most."""
    return " ".join(_CODE.sub(" ", text).split())[:140]
