"""The FIU registry (reference/fius.yaml), the public holidays of the FIUs' countries and the sharing agreements (reference/sharing.yaml)."""

import re
from collections.abc import Callable, Iterable
from datetime import date
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo, available_timezones

import holidays
import msgspec

from schemas.registry import Fiu
from schemas.yaml_rows import Document, RegistryError

FIUS_SCHEMA = "strgw.fius/1"
SHARING_SCHEMA = "strgw.sharing/1"
EGMONT = frozenset({"member", "not_member", "expelled", "suspended", "unsure"})
GATES = frozenset({"open", "deny", "legal_hold"})
RELEASES = frozenset({"automatic", "one_reviewer", "four_eyes"})
FORMED_BY = frozenset({"score", "reviewer"})
CONFIDENCE = frozenset({"H", "M", "L"})
TRANSPORTS = frozenset({"topic", "folder", "sftp", "b2b"})
# Name of the public holiday on a day of the FIU's calendar; "" on any other day.
HolidayName = Callable[[date], str]
_DEADLINE = re.compile(r"PT(?P<hours>\d{1,4})H|P(?P<days>\d{1,3})D|P(?P<business>\d{1,3})BD")
_COUNTRY = re.compile(r"[A-Z]{2}")


class Deadline(msgspec.Struct, frozen=True):
    """A length of time: `count` hours, calendar days or business days."""

    count: int
    unit: Literal["hours", "days", "business_days"]


class Agreement(msgspec.Struct, frozen=True):
    """An agreement under which FIUs share. `members`: ISO codes; ("egmont",) stands for every member unit of the registry."""

    id: str
    members: tuple[str, ...] | Literal["egmont"]
    in_force: Literal["yes", "no", "unknown"]
    confidence: Literal["H", "M", "L"]
    basis: str
    channel: str


class Sharing(msgspec.Struct, frozen=True):
    """All agreements, and the units whose Egmont membership the source doubts."""

    agreements: tuple[Agreement, ...]
    egmont_doubted: frozenset[str]


def parse_deadline(text: str) -> Deadline:
    """The deadline `PT24H`, `P2D` or `P3BD` stands for. Raises ValueError on anything else."""
    found = _DEADLINE.fullmatch(text)
    if found is None:
        raise ValueError(f'"{text}" is no deadline; write PT24H (hours), P2D (calendar days) or P3BD (business days)')
    if found["hours"]:
        return Deadline(int(found["hours"]), "hours")
    if found["days"]:
        return Deadline(int(found["days"]), "days")
    return Deadline(int(found["business"]), "business_days")


def load_fius(override: Path | None = None) -> dict[str, Fiu]:
    """FIUs by id. Rows of `override` replace packaged rows of the same id or are added.

    Raises  RegistryError with file and line; OSError where `override` cannot be read
    """
    fius = {fiu.id: fiu for fiu in read_fius(_packaged("fius.yaml"), "fius.yaml")}
    if override is not None:
        fius.update((fiu.id, fiu) for fiu in read_fius(override.read_text(encoding="utf-8"), str(override)))
    return fius


def read_fius(text: str, source: str) -> Iterable[Fiu]:
    """The FIUs of one registry file, checked row by row. Raises RegistryError."""
    seen: dict[str, int] = {}
    for line, fiu in Document(text, source, FIUS_SCHEMA).rows("fius", Fiu):
        problem = _problem(fiu)
        if problem:
            raise RegistryError(source, line, f"{fiu.id}: {problem}")
        if fiu.id in seen:
            raise RegistryError(source, line, f"{fiu.id} has a row already in line {seen[fiu.id]}")
        seen[fiu.id] = line
        yield fiu


@lru_cache(maxsize=4)
def load_sharing(override: Path | None = None) -> Sharing:
    """The packaged sharing agreements, or those of `override` instead; read once for each path. Raises RegistryError, OSError."""
    source = "sharing.yaml" if override is None else str(override)
    text = _packaged("sharing.yaml") if override is None else override.read_text(encoding="utf-8")
    document = Document(text, source, SHARING_SCHEMA)
    agreements = tuple(agreement for _, agreement in document.rows("agreements", Agreement))
    return Sharing(agreements, document.value("egmont_doubted", frozenset[str]))


@lru_cache(maxsize=512)
def holidays_of(calendar: str) -> HolidayName:
    """National public holidays of a country (ISO alpha-2; "" has none).

    Regional days are left out, and moon-sighted days of coming years are the library's estimates.
    Source  python-holidays, version pinned in requirements.lock
    """
    if not calendar:
        return lambda _day: ""
    days = (
        holidays.country_holidays(calendar, language="en_US")
        if _speaks_english(calendar)
        else holidays.country_holidays(calendar)
    )
    return lambda day: str(days.get(day) or "")


def _speaks_english(calendar: str) -> bool:
    return "en_US" in holidays.list_localized_countries().get(calendar, [])


def _packaged(name: str) -> str:
    return (files("schemas") / "reference" / name).read_text(encoding="utf-8")


@lru_cache(maxsize=1)
def _calendars() -> frozenset[str]:
    return frozenset(holidays.list_supported_countries())


def _problem(fiu: Fiu) -> str:
    """What is wrong with a row, as a sentence; "" when nothing is."""
    checks: tuple[tuple[bool, str], ...] = (
        (bool(_COUNTRY.fullmatch(fiu.id)) and fiu.id == fiu.country, "id and country must be the same ISO alpha-2 code"),
        (fiu.egmont in EGMONT, f'egmont "{fiu.egmont}" is none of {", ".join(sorted(EGMONT))}'),
        (fiu.gate in GATES, f'gate "{fiu.gate}" is none of {", ".join(sorted(GATES))}'),
        (fiu.confidence in CONFIDENCE, f'confidence "{fiu.confidence}" is none of H, M, L'),
        (fiu.transport in TRANSPORTS, f'transport "{fiu.transport}" is none of {", ".join(sorted(TRANSPORTS))}'),
        (fiu.timezone in time_zones(), f'timezone "{fiu.timezone}" is no IANA zone; write for example Asia/Almaty'),
        (
            _is_week(fiu.weekend),
            "weekend must hold different weekdays, Monday 0 to Sunday 6, and leave at least one business day",
        ),
        (
            not fiu.calendar or fiu.calendar in _calendars(),
            f'no holiday calendar "{fiu.calendar}"; leave it "" to count weekends only',
        ),
        (bool(fiu.profile), 'profile is empty; write "portal" where the unit has none of its own'),
        (_DEADLINE.fullmatch(fiu.deadline) is not None, f'deadline "{fiu.deadline}" is none of PT24H, P2D, P3BD'),
        (
            not fiu.urgent_deadline or _DEADLINE.fullmatch(fiu.urgent_deadline) is not None,
            f'urgent_deadline "{fiu.urgent_deadline}" is none of PT24H, P2D, P3BD',
        ),
        (
            not fiu.correction_deadline or _DEADLINE.fullmatch(fiu.correction_deadline) is not None,
            f'correction_deadline "{fiu.correction_deadline}" is none of PT24H, P2D, P3BD',
        ),
        (fiu.release in RELEASES, f'release "{fiu.release}" is none of {", ".join(sorted(RELEASES))}'),
        (
            fiu.suspicion_formed_by in FORMED_BY,
            f'suspicion_formed_by "{fiu.suspicion_formed_by}" is none of {", ".join(sorted(FORMED_BY))}',
        ),
    )
    return next((problem for holds, problem in checks if not holds), "")


def _is_week(weekend: tuple[int, ...]) -> bool:
    return len(set(weekend)) == len(weekend) < 7 and all(0 <= day <= 6 for day in weekend)


@lru_cache(maxsize=1)
def time_zones() -> frozenset[str]:
    """Names of all IANA zones; looking them up reads a folder tree, so once a process."""
    return frozenset(available_timezones())


def zone_of(fiu: Fiu) -> ZoneInfo:
    """The FIU's time zone."""
    return ZoneInfo(fiu.timezone)
