"""The languages a narrative can be written in, one file each, and which of them a unit reads."""

from functools import lru_cache

from schemas.places import UNKNOWN_MARK, gazetteer
from streams.domain.languages.en import EN
from streams.domain.languages.fa import FA
from streams.domain.languages.language import Language, Slot
from streams.domain.languages.prs import PRS
from streams.domain.languages.ru import RU

__all__ = ["EN", "LANGUAGES", "Language", "Slot", "read_by", "town"]

LANGUAGES = {language.code: language for language in (EN, RU, FA, PRS)}
# DEF: units of Central Asia whose own language has no tables here work in Russian too; a row of fius.yaml that says another language is believed
_ALSO_READ = {"kk": "ru", "ky": "ru", "tg": "ru", "tk": "ru", "uz": "ru"}

_PERSIAN = str.maketrans("يىك", "ییک")  # the gazetteer spells many towns in Arabic


def read_by(code: str) -> Language | None:
    """The language with tables here in which a unit that works in `code` is written to beside English; None where English is all."""
    language = LANGUAGES.get(_ALSO_READ.get(code, code))
    return None if language is EN else language


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
