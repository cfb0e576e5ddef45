"""The typologies with the numbers in force: those that the files declare, or what a parameter file puts in their place.

Built once when a process starts; judging then reads the numbers as if the files had declared them.
"""

import difflib
import re
from collections.abc import Iterable
from hashlib import sha256
from math import isfinite
from typing import Any, NamedTuple, get_type_hints

import msgspec

from schemas.finding import ParametersUsed
from schemas.parameters import Entry, ParameterFile, Section
from schemas.yaml_rows import RegistryError
from streams.typologies import CATALOGUE
from streams.typologies.base import Least, Line, Typology, lines
from streams.typologies.ranges import UNIT_MS, Range, range_of

BUILT_IN = "built-in"
MAX_SHOWN = 40  # characters of a wrong value that an error repeats; DEF
# What a file may set of every typology beside its own parameters.
WEIGHTS = {
    "weight": Line("0 to 1", "DEF", 'typologies A7 "Score"'),
    "flag_raise": Line("0 to 1", "DEF", "typologies A4, end: by a flag of the front line"),
}
# Parties that no built-in rule could be interested in are not judged at all (streams.domain.quiet); a rule that is content with
# fewer than this, or looks further back, must see them too.
QUIET_BELOW = 4
_BOUNDS = ({"max": "min", "high": "low"}, {"min": "max", "low": "high"})  # words of a name that make its lower, its upper partner
_RANGES: dict[type[Any], dict[str, tuple[Line, Range]]] = {}
_WHOLE = re.compile(r"[+-]?[0-9]{1,18}")
_NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?")


class Calibration(NamedTuple):
    """What judges. `changed`: (typology, parameter) whose number is not the declared one; `sees_quiet`: whether entities with very
    few transfers must be judged too."""

    catalogue: tuple[Typology, ...]
    used: ParametersUsed
    effective: str = ""
    changed: frozenset[tuple[str, str]] = frozenset()
    sees_quiet: bool = False


def settable(typology: Typology) -> dict[str, tuple[float, Line, Range]]:
    """What a parameter file may set of a typology: name -> value in force, its line, its range."""
    own = _ranges(type(typology.parameters))
    weights = {name: (getattr(typology, name), line, range_of(line, False)) for name, line in WEIGHTS.items()}
    return weights | {name: (getattr(typology.parameters, name), line, span) for name, (line, span) in own.items()}


def _ranges(parameters: type[Any]) -> dict[str, tuple[Line, Range]]:
    if parameters not in _RANGES:
        hints = get_type_hints(parameters)
        numbers = [(name, line) for name, line in lines(parameters).items() if hints[name] in (int, float)]
        _RANGES[parameters] = {name: (line, range_of(line, hints[name] is int)) for name, line in numbers}
    return _RANGES[parameters]


def digest(catalogue: Iterable[Typology]) -> str:
    """SHA-256 over the numbers in force: each typology with its version, every parameter with value and unit; not over comments,
    order or label, so that two files which judge alike have the same digest."""
    rows = [
        (t.id, t.version, [(name, float(value), line.unit) for name, (value, line, _) in sorted(settable(t).items())])
        for t in sorted(catalogue, key=lambda t: t.id)
    ]
    return sha256(msgspec.json.encode(rows)).hexdigest()


def calibrated(file: ParameterFile, catalogue: tuple[Typology, ...] = CATALOGUE) -> Calibration:
    """The catalogue with the file's numbers. Raises RegistryError with file, line and the allowed range."""
    known = {typology.id: typology for typology in catalogue}
    given: dict[str, dict[str, float]] = {}
    for section in file.sections:
        if section.typology not in known:
            said = f"no typology is called {section.typology}; {nearest(section.typology, known)}"
            raise RegistryError(file.source, section.line, said)
        given[section.typology] = _values(file.source, section, known[section.typology])
    made = tuple(_replaced(t, given[t.id]) if given.get(t.id) else t for t in catalogue)
    changed = frozenset(
        (identity, name)
        for identity, values in given.items()
        for name, value in values.items()
        if settable(known[identity])[name][0] != value
    )
    sees_quiet = any(_sees_quiet(known[identity], values) for identity, values in given.items())
    return Calibration(made, ParametersUsed(file.version, digest(made)), file.effective, changed, sees_quiet)


def nearest(word: str, known: Iterable[str]) -> str:
    """Advice to whoever wrote a name that is not known."""
    names = list(known)
    found = difflib.get_close_matches(word, names, n=1, cutoff=0.5)
    return f"did you mean {found[0]}?" if found else f"known are {', '.join(names)}."


def _values(source: str, section: Section, typology: Typology) -> dict[str, float]:
    allowed = settable(typology)
    values: dict[str, float] = {}
    for entry in section.entries:
        if entry.name not in allowed:
            said = f"{typology.id} has no parameter {entry.name}; {nearest(entry.name, allowed)}"
            raise RegistryError(source, entry.line, said)
        values[entry.name] = _value(source, typology.id, entry, allowed[entry.name])
    _check_order(source, section, {name: value for name, (value, _, _) in allowed.items()} | values)
    return values


def _value(source: str, typology: str, entry: Entry, allowed: tuple[float, Line, Range]) -> float:
    _, line, span = allowed
    what = f"{typology} {entry.name}"
    if entry.unit != line.unit:
        said = f'{what} is in "{line.unit}", not in "{entry.unit}"; write {span} in that unit'
        raise RegistryError(source, entry.unit_line, said)
    form = _WHOLE if span.is_whole else _NUMBER
    if not entry.is_plain or not form.fullmatch(entry.text):
        shown = entry.text[:MAX_SHOWN] if entry.is_plain else f'"{entry.text[:MAX_SHOWN]}" in quotes'
        raise RegistryError(source, entry.value_line, f"{what} must be {span} ({line.unit}), not {shown}")
    value = int(entry.text) if span.is_whole else float(entry.text)
    if not isfinite(value) or not span.holds(value):
        raise RegistryError(source, entry.value_line, f"{what} must be {span} ({line.unit}), not {entry.text}")
    return value


def _check_order(source: str, section: Section, values: dict[str, float]) -> None:
    """A lower bound may not exceed its upper one: min_gap_d and max_gap_d, low_usd and high_usd."""
    for entry in section.entries:
        words = entry.name.split("_")
        lower, upper = ("_".join(table.get(word, word) for word in words) for table in _BOUNDS)
        if lower != upper and lower in values and upper in values and values[lower] > values[upper]:
            bound = f"at most {values[upper]:g} ({upper})" if entry.name == lower else f"at least {values[lower]:g} ({lower})"
            said = f"{section.typology} {entry.name} must be {bound}, not {values[entry.name]:g}"
            raise RegistryError(source, entry.value_line, said)


def _replaced(typology: Typology, values: dict[str, float]) -> Typology:
    own = {name: value for name, value in values.items() if name not in WEIGHTS}
    parameters = msgspec.structs.replace(typology.parameters, **own)
    return typology._replace(
        parameters=parameters,
        window_ms=_window_ms(typology, parameters),
        least=Least()
        if _lowered(typology, own)
        else typology.least,  # the declared counts are too high for a rule that asks for fewer
        weight=values.get("weight", typology.weight),
        flag_raise=values.get("flag_raise", typology.flag_raise),
    )


def _sees_quiet(typology: Typology, values: dict[str, float]) -> bool:
    widened = any("window" in name and value > getattr(typology.parameters, name) for name, value in values.items())
    return widened or any(count < QUIET_BELOW for count in _lowered(typology, values))


def _lowered(typology: Typology, values: dict[str, float]) -> list[float]:
    """The counts among `values` that are lower than in the typology: a rule that asks for fewer transfers, people or towns."""
    allowed = settable(typology)
    return [value for name, value in values.items() if allowed[name][2].is_count and value < allowed[name][0]]


def window_parameter(typology: Typology) -> str | None:
    """The parameter a typology's window is taken from; None where the window is a number of its own."""
    for name, line in lines(type(typology.parameters)).items():
        unit = UNIT_MS.get(line.unit)
        if "window" in name and unit and getattr(typology.parameters, name) * unit == typology.window_ms:
            return name
    return None


def _window_ms(typology: Typology, parameters: Any) -> int:
    name = window_parameter(typology)
    if name is None:
        return typology.window_ms
    unit = UNIT_MS[lines(type(parameters))[name].unit]
    return int(getattr(parameters, name) * unit)


DECLARED = Calibration(CATALOGUE, ParametersUsed(BUILT_IN, digest(CATALOGUE)))
