"""The parameter file: what a deployment judges by instead of what the typologies declare, read with the line of every entry.

It says nothing yet about whether a typology, a parameter or a value exists: streams.typologies.calibration decides that.
"""

import re
from datetime import date
from typing import NamedTuple

import yaml

from schemas.yaml_rows import Document, Named, RegistryError

PARAMETERS_SCHEMA = "strgw.parameters/1"
MAX_LABEL = 60  # characters; DEF
_FIELDS = ("schema", "version", "effective", "typologies")
_LABEL = re.compile(rf"[^\x00-\x1f\x7f]{{1,{MAX_LABEL}}}")


class Entry(NamedTuple):
    """One value of the file. `text`: as written; `is_plain`: without quotes, as a number must be."""

    line: int
    name: str
    text: str
    is_plain: bool
    value_line: int
    unit: str
    unit_line: int


class Section(NamedTuple):
    """What the file says of one typology."""

    line: int
    typology: str
    entries: tuple[Entry, ...]


class ParameterFile(NamedTuple):
    """A parameter file. `version`: its label; `effective`: the ISO date from which it holds, which is recorded and switches nothing."""

    source: str
    version: str
    effective: str
    sections: tuple[Section, ...]


def read_parameters(text: str, source: str) -> ParameterFile:
    """The file in `text`. Raises schemas.yaml_rows.RegistryError with the line."""
    document = Document(text, source, PARAMETERS_SCHEMA)
    for line, name in document.names():
        if name not in _FIELDS:
            raise RegistryError(source, line, f'unknown field "{name}"; known: {", ".join(_FIELDS)}')
    lines = {name: line for line, name in document.names()}
    version, effective = document.value("version", str).strip(), document.value("effective", str).strip()
    if not _LABEL.fullmatch(version):
        raise RegistryError(source, lines["version"], f'"version" must be a label of 1 to {MAX_LABEL} characters')
    if not _is_date(effective):
        raise RegistryError(source, lines["effective"], f'"effective" must be a date such as 2026-01-31, not "{effective}"')
    sections = tuple(_section(document, named) for named in document.named("typologies"))
    return ParameterFile(source, version, effective, sections)


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _section(document: Document, named: Named) -> Section:
    return Section(named.line, named.name, tuple(_entry(document, inner) for inner in document.inside(named.node)))


def _entry(document: Document, named: Named) -> Entry:
    """`name: {value: 4, unit: "persons"}`."""
    if not isinstance(named.node, yaml.MappingNode):
        raise RegistryError(document.source, named.line, f'write {named.name} as {named.name}: {{value: …, unit: "…"}}')
    found = {inner.name: inner for inner in document.inside(named.node)}
    wrong = [name for name in found if name not in ("value", "unit")]
    missing = [name for name in ("value", "unit") if name not in found]
    if wrong or missing:
        said = f'unknown field "{wrong[0]}"' if wrong else f'"{missing[0]}" is missing'
        line = found[wrong[0]].line if wrong else named.line
        raise RegistryError(document.source, line, f"{named.name}: {said}; each parameter has a value and a unit")
    value, unit = found["value"].node, found["unit"].node
    if not isinstance(value, yaml.ScalarNode) or not isinstance(unit, yaml.ScalarNode):
        line = found["unit" if isinstance(value, yaml.ScalarNode) else "value"].line
        raise RegistryError(document.source, line, f"{named.name}: value and unit must be one number and one text")
    is_plain = value.style is None
    return Entry(named.line, named.name, value.value, is_plain, found["value"].line, unit.value, found["unit"].line)
