"""Registry files: YAML lists of rows, checked against a struct, with the line number in every error."""

import re
from collections.abc import Iterator
from typing import NamedTuple, TypeVar

import msgspec
import yaml

T = TypeVar("T")
_AT = re.compile(r" - at `\$(?P<path>[^`]*)`")
_STEP = re.compile(r"\.(?P<field>\w+)|\[(?P<index>\d+|\.\.\.)\]")


class RegistryError(ValueError):
    """A registry file says something it may not say; the text names file and line and what to write instead."""

    def __init__(self, source: str, line: int, problem: str) -> None:
        super().__init__(f"{source}, line {line}: {problem}")
        self.source = source
        self.line = line


class Named(NamedTuple):
    """A field of a mapping: the line of its name, the name, and its value as a node."""

    line: int
    name: str
    node: yaml.Node


class Document:
    """One YAML file as nodes that know their lines. Scalars are read as text, so a country code NO stays "NO"."""

    def __init__(self, text: str, source: str, schema: str) -> None:
        self.source = source
        try:
            root = yaml.compose(text, Loader=yaml.BaseLoader)
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else 1
            raise RegistryError(source, line, f"not readable as YAML: {error.problem}") from error
        except yaml.YAMLError as error:  # a character that YAML does not allow carries no mark
            raise RegistryError(source, 1, f"not readable as YAML: {' '.join(str(error).split())}") from error
        if not isinstance(root, yaml.MappingNode):
            raise RegistryError(source, 1, f'start the file with "schema: {schema}"')
        self._fields = self._mapping(root)
        found = self._fields.get("schema")
        if found is None or found.value != schema:
            raise RegistryError(source, root.start_mark.line + 1, f'the file must say "schema: {schema}"')

    def rows(self, key: str, kind: type[T]) -> Iterator[tuple[int, T]]:
        """Line and value of each row of the list under `key`. Raises RegistryError."""
        node = self._fields.get(key)
        if not isinstance(node, yaml.SequenceNode):
            raise RegistryError(self.source, 1, f'a list "{key}:" is missing')
        for row in node.value:
            yield row.start_mark.line + 1, self._convert(row, kind)

    def value(self, key: str, kind: type[T]) -> T:
        """The value under `key`. Raises RegistryError."""
        node = self._fields.get(key)
        if node is None:
            raise RegistryError(self.source, 1, f'"{key}:" is missing')
        return self._convert(node, kind)

    def names(self) -> list[tuple[int, str]]:
        """Line and name of every field at the top of the file."""
        return [(node.start_mark.line + 1, name) for name, node in self._fields.items()]

    def named(self, key: str) -> Iterator["Named"]:
        """What the mapping under `key` names, in the file's order; nothing where the field is absent. Raises RegistryError."""
        return self.inside(self._fields[key]) if key in self._fields else iter(())

    def inside(self, node: yaml.Node) -> Iterator["Named"]:
        """What a mapping names, with the lines of the names. Raises RegistryError where `node` is none or names something twice."""
        if isinstance(node, yaml.ScalarNode) and not node.value and node.style is None:
            return
        if not isinstance(node, yaml.MappingNode):
            raise RegistryError(self.source, node.start_mark.line + 1, "expected named fields, one a line")
        self._mapping(node)
        for key, value in node.value:
            yield Named(key.start_mark.line + 1, key.value, value)

    def _convert(self, node: yaml.Node, kind: type[T]) -> T:
        self._check_fields(node, kind)
        try:
            return msgspec.convert(_plain(node), kind, strict=False)
        except msgspec.ValidationError as error:
            text = str(error)
            at = _AT.search(text)
            line = _line(node, at["path"] if at else "")
            where = f" (field {at['path'].lstrip('.')})" if at and at["path"] else ""
            raise RegistryError(self.source, line, _AT.sub("", text) + where) from error

    def _check_fields(self, node: yaml.Node, kind: object) -> None:
        # frozenset[str] and the like are no classes
        if not isinstance(kind, type) or not issubclass(kind, msgspec.Struct):
            return
        known = {field.encode_name for field in msgspec.structs.fields(kind)}
        if not isinstance(node, yaml.MappingNode):
            raise RegistryError(self.source, node.start_mark.line + 1, "expected a row of named fields")
        for name, value in self._mapping(node).items():
            if name not in known:
                raise RegistryError(
                    self.source, value.start_mark.line + 1, f'unknown field "{name}"; known: {", ".join(sorted(known))}'
                )

    def _mapping(self, node: yaml.MappingNode) -> dict[str, yaml.Node]:
        fields: dict[str, yaml.Node] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise RegistryError(self.source, key.start_mark.line + 1, "the name of a field must be one word")
            if key.value in fields:
                raise RegistryError(self.source, key.start_mark.line + 1, f'"{key.value}" is given twice')
            fields[key.value] = value
        return fields


def _plain(node: yaml.Node) -> object:
    if isinstance(node, yaml.MappingNode):
        return {key.value: _plain(value) for key, value in node.value}
    if isinstance(node, yaml.SequenceNode):
        return [_plain(value) for value in node.value]
    return node.value


def _line(node: yaml.Node, path: str) -> int:
    """Line of the deepest node on a msgspec path such as ".weekend[1]"."""
    for step in _STEP.finditer(path):
        children: list[yaml.Node] = []
        if isinstance(node, yaml.MappingNode):
            children = [value for key, value in node.value if key.value == step["field"]]
        elif isinstance(node, yaml.SequenceNode) and step["index"] and step["index"].isdigit():
            children = node.value[int(step["index"]) : int(step["index"]) + 1]
        if not children:
            break
        node = children[0]
    return int(node.start_mark.line) + 1
