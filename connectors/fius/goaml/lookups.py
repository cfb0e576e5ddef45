"""Finds an FIU's codes for our words in its own lists: by the labels beside the codes, else by the codes themselves."""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from importlib.resources import files

import msgspec
from anyascii import anyascii
from phonenumbers.geodata.locale import LOCALE_DATA

from connectors.fius.goaml.profile import Element, Group, Schema
from schemas.codes import COUNTRY_ALPHA3, COUNTRY_NAMES, COUNTRY_NUMERIC
from schemas.yaml_rows import Document

Codes = Mapping[str, str]
WORDS_SCHEMA = "strgw.goaml-words/1"
_LEAST_SHARE = 0.5  # of a list of countries that must read as one kind of code before it is taken for that. DEF


class WordSet(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A code set: elements whose list it translates into, and for each of our words the concepts to look for, best first."""

    elements: tuple[str, ...]
    words: dict[str, tuple[str, ...]]


class Words(msgspec.Struct, frozen=True):
    """words.yaml: concepts as regular expressions on labels, and the code sets."""

    concepts: dict[str, tuple[str, ...]]
    sets: dict[str, WordSet]


@lru_cache(maxsize=1)
def words() -> Words:
    """The packaged vocabulary, read once. Raises schemas.yaml_rows.RegistryError."""
    document = Document((files("connectors.fius.goaml") / "words.yaml").read_text("utf-8"), "words.yaml", WORDS_SCHEMA)
    return Words(document.value("concepts", dict[str, tuple[str, ...]]), document.value("sets", dict[str, WordSet]))


def code_for(codes: Codes, *concepts: str) -> str | None:
    """The first code whose label (else the code itself) matches; concepts and their alternatives are tried in order, best first."""
    for concept in concepts:
        for alternative in words().concepts[concept]:
            found = re.compile(alternative, re.IGNORECASE)
            for code, label in codes.items():
                if found.search(label or code):
                    return code
    return None


def unknown_code(codes: Codes) -> str | None:
    """The FIU's own code for "unknown", else for "other"."""
    return code_for(codes, "unknown") or ("-" if "-" in codes else None) or code_for(codes, "other")


def countries(codes: Codes) -> dict[str, str] | None:
    """ISO alpha-2 -> the FIU's code, where its list does not simply hold every alpha-2 code; None where it does.

    Read as alpha-2, alpha-3 or numeric codes, whichever most of the list is; a country the codes do not show is looked for by its name.
    """
    if set(COUNTRY_NAMES) <= set(codes):
        return None
    plain = {code: code for code in COUNTRY_NAMES if code in codes}
    numeric = {code.lstrip("0"): code for code in codes if code.isdigit()}
    kinds = (
        plain,
        {code: three for code, three in COUNTRY_ALPHA3.items() if three in codes},
        {code: numeric[number.lstrip("0")] for code, number in COUNTRY_NUMERIC.items() if number.lstrip("0") in numeric},
    )
    best = max(kinds, key=len)
    named = _by_name(codes)
    if len(best) < len(codes) * _LEAST_SHARE and len(named) > len(best):
        return named
    return {**{code: told for code, told in named.items() if told not in best.values()}, **best}


def _by_name(codes: Codes) -> dict[str, str]:
    labelled = {_letters(label): code for code, label in codes.items() if label}
    found = {}
    for code, name in COUNTRY_NAMES.items():
        names = [name, *LOCALE_DATA.get(code, {}).values()]
        told = next((labelled[letters] for letters in map(_letters, names) if letters and letters in labelled), None)
        if told is not None:
            found[code] = told
    return found


@lru_cache(maxsize=16_384)
def _letters(name: str) -> str:
    return "".join(char for char in anyascii(name).casefold() if char.isalpha())


def list_of(schema: Schema, path: str) -> Codes:
    """The code list of the element `path` ("role", or "signatory/role"); {} where the schema has no such element or no list for it."""
    parent, _, name = path.rpartition("/")
    for root in schema.profile.roots:
        for above, element in every_element(root, schema, set()):
            if element.name == name and parent in ("", above) and schema.is_simple(element):
                for simple in schema.facets(element):
                    if simple.codes:
                        return simple.codes
                    for member in simple.members:
                        inner = next((link.codes for link in schema.chain(member) if link.codes), None)
                        if inner:
                            return inner
    return {}


def every_element(item: Element | Group, schema: Schema, seen: set[str], parent: str = "") -> Iterator[tuple[str, Element]]:
    """Every element that can stand in a report with the name of its parent, each named type looked into once."""
    if item.max == 0:
        return
    if isinstance(item, Group):
        for inner in item.items:
            yield from every_element(inner, schema, seen, parent)
        return
    yield parent, item
    if item.complex is None and item.type in seen:
        return
    seen.add(item.type)
    for group in schema.content(item):
        yield from every_element(group, schema, seen, item.name)
