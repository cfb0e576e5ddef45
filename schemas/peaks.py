"""Lawful peaks of remittance (feasts, the school year) as versioned data: schemas/reference/peaks.yaml."""

import datetime
from functools import lru_cache
from importlib.resources import files

import msgspec
import yaml

DAY_MS = 86_400_000
_EPOCH = datetime.date(1970, 1, 1)
Span = tuple[int, int]  # first ms, and the ms after the last


class _Peak(msgspec.Struct, frozen=True):
    name: str
    countries: frozenset[str]
    days: tuple[tuple[datetime.date, datetime.date], ...]


class _File(msgspec.Struct, frozen=True):
    version: int
    peaks: tuple[_Peak, ...]


class Peaks:
    """When people in which countries get more from more people, each year."""

    def __init__(self, raw: bytes) -> None:
        data = msgspec.convert(yaml.load(raw, yaml.BaseLoader), _File, strict=False)
        self.version = data.version
        self._spans: dict[str, list[tuple[Span, Span]]] = {}  # country -> (a peak, the same peak a year before)
        for peak in data.peaks:
            spans = [(_ms(first), _ms(last) + DAY_MS) for first, last in peak.days]
            for country in peak.countries:
                self._spans.setdefault(country, []).extend(zip(spans[1:], spans, strict=False))

    def year_before(self, country: str, at_ms: int) -> list[Span]:
        """The same peaks a year earlier, of those that `country` is in at this moment (UTC ms); empty outside of peaks."""
        return [before for peak, before in self._spans.get(country, ()) if peak[0] <= at_ms < peak[1]]


def _ms(day: datetime.date) -> int:
    return (day - _EPOCH).days * DAY_MS


@lru_cache(maxsize=1)
def peaks() -> Peaks:
    """The packaged peaks."""
    return Peaks(files("schemas").joinpath("reference/peaks.yaml").read_bytes())
