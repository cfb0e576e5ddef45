"""The languages a narrative can be written in, one file of sentences each, and which of them a unit reads.

English is in the code: every report is written in it on the way through the stages. The others are read when a package first needs them.
"""

from functools import lru_cache, partial
from importlib.resources import files

import msgspec

from schemas.codes import country_name
from schemas.places import UNKNOWN_MARK, gazetteer
from schemas.yaml_rows import Document
from streams.domain.languages import fa, prs, ru
from streams.domain.languages.en import EN
from streams.domain.languages.language import Language, Phrases, Reason, Slot, one_form

__all__ = ["CODES", "EN", "Language", "Slot", "code_for", "language", "read_by", "town"]

CODES = ("en", "ru", "fa", "prs")
LANGUAGE_SCHEMA = "strgw.language/1"
_GRAMMAR = {"ru": (ru.plural, ru.day), "fa": (one_form, fa.day), "prs": (one_form, prs.day)}
# DEF: units of Central Asia whose own language has no tables here work in Russian too; a row of fius.yaml that says another language is believed
_ALSO_READ = {"kk": "ru", "ky": "ru", "tg": "ru", "tk": "ru", "uz": "ru"}
_PERSIAN = str.maketrans("يىك", "ییک")  # the gazetteer spells many towns in Arabic


class Tables(msgspec.Struct, frozen=True):
    """What the file of a language holds; the fields as in Language."""

    code: str
    native: str
    is_rtl: bool
    separators: tuple[str, str]
    joins: tuple[str, str]
    script: str
    forms: dict[str, tuple[str, ...]]
    phrases: Phrases
    offences: dict[str, str]
    roles: dict[str, str]
    grounds: dict[str, str]
    channels: dict[str, str]
    kinds: dict[str, str]
    typologies: dict[str, str]
    reasons: dict[str, tuple[Reason, ...]]
    measures: dict[str, str]
    absent: dict[str, str]
    suppressors: dict[str, str]


@lru_cache(maxsize=len(CODES))
def language(code: str) -> Language:
    """The language, one of CODES. Raises schemas.yaml_rows.RegistryError with the line where its file is not whole."""
    if code == EN.code:
        return EN
    text = (files("schemas") / "reference" / "languages" / f"{code}.yaml").read_text(encoding="utf-8")
    tables = Document(text, f"{code}.yaml", LANGUAGE_SCHEMA).value("language", Tables)
    plural, day = _GRAMMAR[code]
    country = partial(country_name, language=code)
    return Language(**msgspec.structs.asdict(tables), plural=plural, day=day, country=country)


def code_for(code: str) -> str:
    """Which of CODES a unit that works in `code` is written to in beside English; "" where English is all."""
    own = _ALSO_READ.get(code, code)
    return own if own in CODES and own != EN.code else ""


def read_by(code: str) -> Language | None:
    """The language in which a unit that works in `code` is written to beside English; None where English is all."""
    own = code_for(code)
    return language(own) if own else None


def town(country: str, town_id: str, language: Language) -> str:
    """The town's name; what the partner wrote, normalised, where the gazetteer does not know it."""
    return _town(country, town_id, language.script)


@lru_cache(maxsize=16_384)
def _town(country: str, town_id: str, script: str) -> str:
    spelled = gazetteer().spelled(country, town_id, script) if script else ""
    if spelled:
        return spelled.translate(_PERSIAN)
    known = gazetteer().town(country, town_id)
    return known.name if known else town_id.removeprefix(UNKNOWN_MARK).title()
