"""A parameter file with the numbers in force, for a person to change."""

from collections.abc import Iterator, Sequence
from datetime import date

from ops.catalogue import Entry, Parameter
from schemas.parameters import PARAMETERS_SCHEMA


def parameter_file(catalogue: Sequence[Entry], version: str, effective: date) -> str:
    """The file's text; reading it back changes no number."""
    return "\n".join([*_head(version, effective), *(line for entry in catalogue for line in _section(entry))]) + "\n"


def _head(version: str, effective: date) -> Iterator[str]:
    yield "# Numbers of the typologies for this deployment. Change what you must and delete the rest: what is not here stays as declared."
    yield "# Name the file in STRGW_PARAMETERS; `strgw typologies` then shows what is in force. Give each change a new version and date:"
    yield "# every finding and report carries the version and a digest of all numbers. See docs/parameters.md."
    yield f"schema: {PARAMETERS_SCHEMA}"
    yield f"version: {version}"
    yield f"effective: {effective.isoformat()}"
    yield "typologies:"


def _section(entry: Entry) -> Iterator[str]:
    yield ""
    yield f"  # {entry.typology.name}"
    yield f"  {entry.typology.id}:"
    for parameter in entry.parameters:
        yield _line(parameter)


def _line(parameter: Parameter) -> str:
    unit = parameter.line.unit.replace("\\", "\\\\").replace('"', '\\"')
    note = f"declared {parameter.declared:g}; " if parameter.is_overridden else ""
    said = f"{note}{parameter.span}; {parameter.line.basis} {parameter.line.source}"
    return f'    {parameter.name}: {{value: {parameter.value!r}, unit: "{unit}"}}  # {" ".join(said.split())}'
