"""A partner's mapping file: which columns of its CSV become which fields of a transfer (schema strgw.csv-mapping/1)."""

import codecs
import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import msgspec

from connectors.partners.formats.contract import FormatError
from schemas.native import NativeAgent, NativeParty, NativeTransfer
from schemas.yaml_rows import Document, RegistryError

SCHEMA = "strgw.csv-mapping/1"
_STEP = re.compile(r"([a-z_]+)(\[(\d)\])?")
_LISTS = frozenset({"documents", "phones", "emails", "devices", "addresses", "accounts", "flags"})
_ITEMS = {
    "documents": frozenset({"type", "number", "country"}), "addresses": frozenset({"line", "city", "country"}), "accounts": frozenset({"type", "number"}),
    "flags": frozenset({"code", "note"}),
}  # fmt: skip
_OBJECTS: dict[str, frozenset[str]] = {
    "amount": frozenset({"value", "currency"}),
    "sender": frozenset(NativeParty.__struct_fields__), "receiver": frozenset(NativeParty.__struct_fields__),
    "send_agent": frozenset(NativeAgent.__struct_fields__), "pay_agent": frozenset(NativeAgent.__struct_fields__),
}  # fmt: skip
Step = str | int


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One line of a mapping.

    to        path in strgw.transfer/1, such as sender.documents[0].number
    columns   joined with a space, empty ones left out
    value     instead of columns: always this
    words     what the joined columns say -> what we call it; a word that is not listed makes the row invalid, unless `otherwise` is given
    """

    to: str
    columns: tuple[str, ...] = ()
    value: str = ""
    words: dict[str, str] = {}
    otherwise: str = ""


class Layout(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How the file is written. time: of strptime for occurred_at, "" for ISO 8601; day: the same for days."""

    encoding: str = "utf-8"
    delimiter: str = ","
    decimal: str = "."
    thousands: str = ""
    time: str = ""
    day: str = ""


class Mapping(msgspec.Struct, frozen=True):
    """A mapping, and the steps of each rule's path."""

    layout: Layout
    rules: tuple[tuple[Rule, tuple[Step, ...]], ...]

    @property
    def columns(self) -> frozenset[str]:
        """Every column that the rules read."""
        return frozenset(column for rule, _ in self.rules for column in rule.columns)


@lru_cache(maxsize=64)
def load(path: str) -> Mapping:
    """The mapping in a file. Raises FormatError with file and line."""
    if not path:
        raise FormatError("A partner whose format is csv/1 needs a mapping file; name it in partners.yaml (mapping).")
    try:
        return parse(Path(path).read_text(encoding="utf-8"), path)
    except (OSError, UnicodeDecodeError) as error:
        raise FormatError(f"The mapping file {path} cannot be read; correct `mapping` in partners.yaml.") from error
    except RegistryError as error:
        raise FormatError(str(error)) from error


def parse(text: str, source: str) -> Mapping:
    """The mapping in `text`. Raises RegistryError with file and line."""
    document = Document(text, source, SCHEMA)
    layout = document.value("layout", Layout) if any(name == "layout" for _, name in document.names()) else Layout()
    for problem in _layout_problems(layout):
        raise RegistryError(source, 1, problem)
    rules: list[tuple[Rule, tuple[Step, ...]]] = []
    for line, rule in document.rows("fields", Rule):
        for problem in _rule_problems(rule, {known.to for known, _ in rules}):
            raise RegistryError(source, line, problem)
        rules.append((rule, steps(rule.to)))
    return Mapping(layout, tuple(rules))


def _layout_problems(layout: Layout) -> Iterator[str]:
    try:
        codecs.lookup(layout.encoding)
    except LookupError:
        yield f'layout.encoding: "{layout.encoding}" is no encoding, write for example utf-8 or windows-1251'
    if len(layout.delimiter) != 1:
        yield "layout.delimiter: one character"
    if layout.decimal not in (".", ",") or layout.thousands == layout.decimal:
        yield 'layout.decimal: "." or ",", and another character for thousands'


def _rule_problems(rule: Rule, seen: set[str]) -> Iterator[str]:
    if rule.to in seen:
        yield f"{rule.to} has a line already; keep one"
    if not _is_known(rule.to):
        yield f"to: strgw.transfer/1 has no field {rule.to!r}; write a path such as sender.documents[0].number"
    if bool(rule.columns) == bool(rule.value):
        yield f"{rule.to}: give either columns or a value"


def _is_known(path: str) -> bool:
    try:
        found = steps(path)
    except ValueError:
        return False
    head, *rest = found
    if not rest:
        return head in NativeTransfer.__struct_fields__ and head not in _OBJECTS and head not in _LISTS
    known = _OBJECTS.get(str(head))
    if known is None or rest[0] not in known:
        return head in _LISTS and len(rest) == 2 and isinstance(rest[0], int) and rest[1] in _ITEMS.get(str(head), frozenset())
    if rest[0] not in _LISTS:
        return len(rest) == 1
    item = _ITEMS.get(str(rest[0]))
    return (
        isinstance(rest[1], int) if len(rest) == 2 and item is None else len(rest) == 3 and item is not None and rest[2] in item
    )


def steps(path: str) -> tuple[Step, ...]:
    """The steps of a path: names, and places in lists. Raises ValueError."""
    found: list[Step] = []
    for part in path.split("."):
        step = _STEP.fullmatch(part)
        if step is None:
            raise ValueError(path)
        found.append(step[1])
        if step[3] is not None:
            found.append(int(step[3]))
    return tuple(found)
