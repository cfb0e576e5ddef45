"""Known towns: one id for every usual spelling of a town, in any script (schemas/reference/places.csv)."""

import unicodedata
from functools import lru_cache

import msgspec
from anyascii import anyascii

from schemas.codes import table

UNKNOWN_MARK = "?"  # a town outside the list is kept as its normalised text behind this mark, never dropped


class KnownTown(msgspec.Struct, frozen=True):
    """A town; `id` is its English name, lower case, letters and digits only; degrees are approximate."""

    id: str
    name: str
    country: str
    lat: float
    lon: float


class TownNameClash(ValueError):
    """Two towns of one country claim one spelling."""


class Gazetteer:
    """Finds towns by country and spelling. Two towns with one name in different countries are different towns.

    rows    columns country, town, lat, lon, aliases (parted by |)
    Raises  TownNameClash
    """

    def __init__(self, rows: list[dict[str, str]]) -> None:
        self._by_spelling: dict[tuple[str, str], KnownTown] = {}
        self._by_id: dict[tuple[str, str], KnownTown] = {}
        self._spelled: dict[tuple[str, str], tuple[str, ...]] = {}
        for row in rows:
            name, country = row["town"], row["country"]
            town = KnownTown(spelling(name), name, country, float(row["lat"]), float(row["lon"]))
            self._by_id[country, town.id] = town
            self._spelled[country, town.id] = tuple(filter(None, row["aliases"].split("|")))
            for alias in (name, *filter(None, row["aliases"].split("|"))):
                known = self._by_spelling.setdefault((country, spelling(alias)), town)
                if known is not town:
                    raise TownNameClash(f"{known.name} and {name} ({country}) are both spelled {alias}")

    def find(self, country: str, city: str) -> KnownTown | None:
        """The town people mean by `city` in `country`, or None where the list does not have it."""
        return self._by_spelling.get((country, spelling(city)))

    def town(self, country: str, town_id: str) -> KnownTown | None:
        """The town with this id, or None."""
        return self._by_id.get((country, town_id))

    def spelled(self, country: str, town_id: str, script: str) -> str:
        """The first spelling of a town in a script, named as Unicode names its letters ("CYRILLIC"); "" where there is none."""
        for alias in self._spelled.get((country, town_id), ()):
            if unicodedata.name(alias[0], "").startswith(script):
                return alias
        return ""

    def __len__(self) -> int:
        """Number of towns."""
        return len(self._by_id)


def spelling(name: str) -> str:
    """What is left of a town's name when case, accents, script, spaces and punctuation do not matter."""
    latin = name if name.isascii() else anyascii(name)
    return "".join(letter for letter in latin.lower() if letter.isalnum())


@lru_cache(maxsize=1)
def gazetteer() -> Gazetteer:
    """The packaged towns."""
    return Gazetteer(list(table("places.csv")))


@lru_cache(maxsize=65_536)
def town_id(country: str, city: str) -> str:
    """Id of the town ("zaranj"); "?" and the normalised text for one the list does not have; "" where nothing was said."""
    town = gazetteer().find(country, city)
    if town is not None:
        return town.id
    text = spelling(city)
    return UNKNOWN_MARK + text if text else ""
