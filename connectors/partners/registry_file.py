"""Changes a deployment's own registry file as a careful person would: one row, everything else left as it stands, comments too.

1. The file as it is must be valid. 2. The new text must say exactly what was asked and nothing else. 3. A new file beside it, on disk.
4. In its place. Two writers wait for each other.
"""

import json
from collections.abc import Mapping
from pathlib import Path

import msgspec
import yaml

from connectors.files.durable import alone, replace_whole
from connectors.partners.registry import PARTNERS_SCHEMA, read_partners
from schemas.registry import Licence, Partner
from schemas.yaml_rows import RegistryError

_HEAD = f"schema: {PARTNERS_SCHEMA}\npartners:\n"
_ALWAYS = ("id", "name", "kind", "format", "home_country")


class RegistryFileError(Exception):
    """The registry cannot be changed as asked. The text is one sentence that says what to do."""

    code = "registry_file"


class RegistryFile:
    """The file that STRGW_REGISTRY names; where it does not exist yet, the first partner makes it."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def add(self, partner: Partner) -> None:
        """Adds a row at the end of the list. Raises RegistryFileError, RegistryError with file and line, OSError."""
        with alone(self.path):
            text = self._text()
            before = read_partners(text, str(self.path)) if text else {}
            if partner.id in before:
                raise RegistryFileError(
                    f"{self.path} has a partner {partner.id} already; `strgw partner show {partner.id}` prints it."
                )
            changed = _with_row(text or _HEAD, partner)
            self._replace(changed, {**before, partner.id: partner})

    def switch(self, identity: str, off: bool) -> bool:
        """Sets `disabled` of a partner; False where it was so already. Raises as `add`."""
        with alone(self.path):
            text = self._text()
            before = read_partners(text, str(self.path))
            if identity not in before:
                raise RegistryFileError(f"{self.path} has no partner {identity}; it has {', '.join(sorted(before))}.")
            if before[identity].disabled == off:
                return False
            changed = _with_switch(text, identity, off)
            self._replace(changed, {**before, identity: msgspec.structs.replace(before[identity], disabled=off)})
        return True

    def _text(self) -> str:
        try:
            return self.path.read_bytes().decode("utf-8")
        except FileNotFoundError:
            return ""
        except UnicodeDecodeError as error:
            raise RegistryError(str(self.path), 1, "not UTF-8: save the file in UTF-8") from error

    def _replace(self, text: str, wanted: Mapping[str, Partner]) -> None:
        if read_partners(text, str(self.path)) != wanted:
            raise RegistryFileError(f"{self.path} is written in a way that is not safe to change by program; change it by hand.")
        target = self.path.resolve()  # a link stays a link
        mode = target.stat().st_mode & 0o777 if target.exists() else 0o640
        replace_whole(target, text.encode(), mode)


def _with_row(text: str, partner: Partner) -> str:
    """The text with a row behind the last one of a list that has one row a line or more."""
    end = "\r\n" if "\r\n" in text else "\n"
    rows = _rows(text)
    if rows is None:
        at, indent = len(text), 0
    else:
        last = rows.value[-1]
        at, indent = _line_end(text, last.end_mark.index if last.flow_style else _content_end(last)), rows.start_mark.column
    lines = [" " * indent + line for line in row_lines(partner)]
    before = text[:at] if text[:at].endswith("\n") else text[:at] + end
    return before + "".join(line + end for line in lines) + text[at:]


def row_lines(partner: Partner) -> list[str]:
    """A partner as a row of the list, one field a line; JSON strings, which YAML reads as text whatever they say."""
    said = {name: getattr(partner, name) for name in _ALWAYS}
    for field in msgspec.structs.fields(Partner):
        value = getattr(partner, field.name)
        if field.name not in (*_ALWAYS, "licences") and value != field.default:
            said[field.name] = value
    lines = [f"{'- ' if name == 'id' else '  '}{name}: {json.dumps(value, ensure_ascii=False)}" for name, value in said.items()]
    lines.append("  licences:" if partner.licences else "  licences: []")
    return lines + [f"  - {_licence(licence)}" for licence in partner.licences]


def _licence(licence: Licence) -> str:
    said = {name: value for name, value in msgspec.to_builtins(licence).items() if value not in (None, [], ())}
    if licence.branch == "HEAD":
        del said["branch"]
    return "{" + ", ".join(f"{name}: {json.dumps(value, ensure_ascii=False)}" for name, value in said.items()) + "}"


def _with_switch(text: str, identity: str, off: bool) -> str:
    word = "true" if off else "false"
    rows = _rows(text)
    assert rows is not None, "the file was read and has rows"
    row = next(row for row in rows.value if _field(row, "id")[1].value == identity)
    found = [value for key, value in row.value if key.value == "disabled"]
    if found:
        return text[: found[0].start_mark.index] + word + text[found[0].end_mark.index :]
    key, value = _field(row, "id")
    if row.flow_style:
        at = value.end_mark.index
        return f"{text[:at]}, disabled: {word}{text[at:]}"
    at = _line_end(text, value.end_mark.index)
    end = "" if text[:at].endswith("\n") else "\n"
    return f"{text[:at]}{end}{' ' * key.start_mark.column}disabled: {word}\n{text[at:]}"


def _rows(text: str) -> yaml.SequenceNode | None:
    """The list of partners; None where it has no row yet. Raises RegistryFileError for one in brackets."""
    root = yaml.compose(text, Loader=yaml.BaseLoader)
    assert root is not None, "a registry is never empty here"
    rows = next((value for key, value in root.value if key.value == "partners"), None)
    if isinstance(rows, yaml.SequenceNode) and rows.flow_style and rows.value:
        raise RegistryFileError('The list "partners" is written in brackets; give each partner a line that begins with "- ".')
    return rows if isinstance(rows, yaml.SequenceNode) and rows.value else None


def _field(row: yaml.MappingNode, name: str) -> tuple[yaml.Node, yaml.Node]:
    return next((key, value) for key, value in row.value if key.value == name)


def _content_end(node: yaml.Node) -> int:
    """Where the last word of a node ends; the mark of a block itself lies behind the comments that follow it."""
    if isinstance(node, yaml.ScalarNode) or getattr(node, "flow_style", False) or not node.value:
        return int(node.end_mark.index)
    last = node.value[-1]
    return _content_end(last[1] if isinstance(last, tuple) else last)


def _line_end(text: str, at: int) -> int:
    """Behind the end of the line in which `at` lies, so that a comment there stays with it."""
    found = text.find("\n", at)
    return len(text) if found < 0 else found + 1
