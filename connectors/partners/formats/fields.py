"""Words of other formats as fields of the native one: person or entity, amounts, times, addresses, phones.

What another format leaves out stays out; what it says in a form that the native format does not take is left out too, and the format's
own table says so. Only what is demanded and missing makes an event invalid.
"""

import hashlib
import re
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from connectors.partners.formats.contract import Incoming, Item, Reader, one
from schemas.codes import COUNTRIES
from schemas.native import NATIVE, InvalidTransfer
from schemas.native_reading import Reading, from_fields
from schemas.registry import Partner

Fields = dict[str, Any]

# Legal forms that are no name of a person; the short ones only where they end a name (or begin it, in Cyrillic). DEF, from the forms of
# the corridors' countries.
_FORMS = frozenset(
    """
    ltd limited llc llp plc inc incorporated corp corporation company gmbh sarl pvt pte sdn bhd fze fzco fzc fzllc wll pjsc jsc cjsc ojsc pao oao
    zao ooo mchj xk qk bank exchange trading enterprises holding holdings foundation ministry university
    ооо оао зао пао тоо ао ип жшс оооо мчж хк қк осоо гп банк фонд университет министерство компания
    شرکت بانک صرافی موسسه مؤسسة شركة مصرف بنك
    """.split()
)
_ENDINGS = frozenset("nv bv sa ag ab oy as co se spa srl kg kft sro doo".split())
_WORD = re.compile(r"[^\W_]+")
_DECIMAL = re.compile(r"\+?(?:[0-9]+(?:[.,][0-9]*)?|[.,][0-9]+)")
_PHONE = re.compile(r"\+?[0-9][0-9 ()-]{4,24}")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
UNKNOWN = "-"  # a street or a town that is not said; it is nobody's identifier and matches no place
MAX_ID = 64  # characters of a transfer id (schemas.native.Short)
NOON = "T12:00:00"  # DEF: a day without an hour; midnight would look like night


@lru_cache(maxsize=16_384)
def party_kind(name: str) -> str:
    """Entity where the name carries a legal form, else person; for formats that do not say which (DEF)."""
    words = [word.casefold() for word in _WORD.findall(name.replace(".", ""))]
    if not words:
        return "person"
    is_entity = not _FORMS.isdisjoint(words) or (len(words) > 1 and words[-1] in _ENDINGS)
    return "entity" if is_entity else "person"


def amount(value: str, currency: str) -> Fields:
    """A native amount from a decimal with point or comma, any zeros before and after ("0100.50", "1000,", ".5").

    What is no such number is handed on as it is: the native rules refuse it with their own words.
    """
    text = value.strip()
    if _DECIMAL.fullmatch(text) and len(text) <= 40:
        text = f"{Decimal(text.replace(',', '.')):f}"
        text = text.rstrip("0").rstrip(".") if "." in text else text
    return {"value": text, "currency": currency}


def local_time(text: str, partner: Partner) -> str:
    """An ISO 8601 time or day as RFC 3339: without an offset it is local to the partner (partners.yaml: timezone), a day alone is its noon.

    What is no time is handed on as it is: the native rules refuse it.
    """
    if len(text) == 10:
        text += NOON
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=ZoneInfo(partner.timezone or "UTC"))
    return moment.isoformat(timespec="milliseconds" if moment.microsecond else "seconds")


def instant(at_ms: int) -> str:
    """An instant in ms UTC as RFC 3339."""
    return datetime.fromtimestamp(at_ms / 1000, UTC).isoformat(timespec="milliseconds")


def plain(text: str) -> str:
    """The text without characters that no document can carry."""
    return "".join(char if char.isprintable() else " " for char in text)


def joined_id(*parts: str) -> str:
    """A transfer id from parts that together are unique; a digest of them where they are longer than an id may be."""
    joined = "/".join(part for part in parts if part and part != "NOTPROVIDED")
    return joined if len(joined) <= MAX_ID else hashlib.sha256(joined.encode()).hexdigest()[:MAX_ID]


def name_of_account(number: str) -> str:
    """What stands for the name of a party that has none but an account: its digits. Letters would be a name that many accounts share."""
    return "".join(filter(str.isdigit, number))


def address(lines: list[str], town: str, country: str) -> list[Fields]:
    """A native address, or none where the country is unknown. Without a town the last line stands for it, as postal addresses end with it.

    A single line without a number is a town and no street: as an address, all who live there would share it.
    """
    if country not in COUNTRIES:
        return []
    said = [line.strip() for line in lines if line.strip()]
    city = town.strip() or (said[-1] if said else UNKNOWN)
    is_street = len(said) > 1 or any(char.isdigit() for line in said for char in line)
    return [{"line": ", ".join(said)[:200] if is_street else UNKNOWN, "city": city[:80], "country": country}]


def agent(agent_id: str, name: str, country: str, city: str) -> Fields | None:
    """A native agent, or none where its id or country is unknown."""
    if not agent_id.strip() or country not in COUNTRIES:
        return None
    return {
        "agent_id": agent_id[:64],
        "name": (name.strip() or agent_id)[:200],
        "country": country,
        "city": city.strip()[:80] or UNKNOWN,
    }


def phones(numbers: list[str]) -> list[str]:
    """The numbers that are phone numbers, each once."""
    return list(dict.fromkeys(number.strip() for number in numbers if _PHONE.fullmatch(number.strip())))


def emails(addresses: list[str]) -> list[str]:
    """The addresses that are e-mail addresses, each once."""
    return list(dict.fromkeys(mail.strip() for mail in addresses if len(mail) <= 254 and _EMAIL.fullmatch(mail.strip())))


def native(said: Fields) -> Reading | InvalidTransfer:
    """The native event of these fields, or what is wrong with them."""
    try:
        return from_fields({"schema": NATIVE, **said})
    except InvalidTransfer as fault:
        return fault


def single(meaning: Callable[[Incoming], Fields]) -> Reader:
    """A reader of records that hold one transfer each; `meaning` gives its native fields, or raises InvalidTransfer."""

    def items(incoming: Incoming) -> tuple[Item, ...]:
        try:
            return one(native(meaning(incoming)))
        except InvalidTransfer as fault:
            return one(fault)

    return items


def present(fields: Fields) -> Fields:
    """The fields without those that are empty or None."""
    return {name: value for name, value in fields.items() if value not in (None, "", [], {})}


def missing(what: str, path: str) -> InvalidTransfer:
    """The fault of a record that lacks what every transfer has."""
    return InvalidTransfer("field_missing", f"The record does not say {what}; it is required.", path)
