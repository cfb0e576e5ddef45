"""Published indicators behind the typologies, and what each FIU calls them (schemas/reference/indicators.yaml)."""

from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from typing import Literal, NamedTuple

import msgspec

from schemas.yaml_rows import Document, RegistryError

INDICATORS_SCHEMA = "strgw.indicators/1"
NO_ROW = "Nothing is known here of this FIU's list of indicators."
READ = {
    "page": "read in the source's own page",
    "second_hand": "read second-hand",
    "memory": "from memory, check before it is quoted",
}


class Source(msgspec.Struct, frozen=True):
    """A document. `read`: page (its own page was read), second_hand, or memory (not seen)."""

    id: str
    issuer: str
    document: str
    date: str
    read: Literal["page", "second_hand", "memory"]


class Published(msgspec.Struct, frozen=True):
    """An indicator that a document gives, in our words, and the typologies that show it."""

    id: str
    source: str
    says: str
    typologies: tuple[str, ...]


class LocalList(msgspec.Struct, frozen=True):
    """An FIU's own codes. `unmapped`: why a typology that has none here has none; `codes` by typology, each code with a label."""

    fiu: str
    unmapped: str
    labels: dict[str, str] = {}
    codes: dict[str, tuple[str, ...]] = {}


class LocalCodes(NamedTuple):
    """What an FIU calls a typology. `codes` with labels ("" where the FIU gives none); `unmapped`: why none of them says what the
    pattern is ("" where they do). Never both empty."""

    codes: tuple[tuple[str, str], ...]
    unmapped: str


class Indicators(NamedTuple):
    """The file: documents by id, published indicators, local lists by FIU."""

    sources: Mapping[str, Source]
    published: tuple[Published, ...]
    lists: Mapping[str, LocalList]

    def of(self, typology: str) -> tuple[Published, ...]:
        """Published indicators that a typology shows, in the file's order."""
        return tuple(row for row in self.published if typology in row.typologies)

    def local(self, fiu: str, typology: str) -> LocalCodes:
        """The codes of an FIU without a compiled form, or why there are none."""
        known = self.lists.get(fiu)
        if known is None:
            return LocalCodes((), NO_ROW)
        codes = tuple((code, known.labels[code]) for code in known.codes.get(typology, ()))
        return LocalCodes(codes, "" if codes else known.unmapped)


@lru_cache(maxsize=1)
def load_indicators() -> Indicators:
    """The packaged file, read once. Raises RegistryError with the line."""
    return read_indicators((files("schemas") / "reference" / "indicators.yaml").read_text(encoding="utf-8"), "indicators.yaml")


def read_indicators(text: str, source: str) -> Indicators:
    """The indicators in `text`. Raises RegistryError with the line."""
    document = Document(text, source, INDICATORS_SCHEMA)
    sources: dict[str, Source] = {}
    published: dict[str, Published] = {}
    lists: dict[str, LocalList] = {}
    for line, row in document.rows("sources", Source):
        _once(source, line, row.id, sources)
        sources[row.id] = row
    for line, indicator in document.rows("published", Published):
        _once(source, line, indicator.id, published)
        if indicator.source not in sources:
            raise RegistryError(source, line, f"{indicator.id}: {indicator.source} is none of the sources")
        published[indicator.id] = indicator
    for line, known in document.rows("fius", LocalList):
        _once(source, line, known.fiu, lists)
        bare = sorted({code for codes in known.codes.values() for code in codes} - known.labels.keys())
        if bare or not known.unmapped.strip():
            said = f"code {bare[0]} has no label" if bare else 'say under "unmapped" why a typology without codes has none'
            raise RegistryError(source, line, f"{known.fiu}: {said}")
        lists[known.fiu] = known
    return Indicators(sources, tuple(published.values()), lists)


def _once(source: str, line: int, identity: str, seen: Mapping[str, object]) -> None:
    if identity in seen:
        raise RegistryError(source, line, f"{identity} has a row already")
