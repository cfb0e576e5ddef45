"""Whether data written with one version of an Avro schema can be read with another (Avro 1.11 specification, "Schema Resolution").

The public topics promise BACKWARD_TRANSITIVE: every version of a subject reads what any earlier one wrote.
"""

from collections.abc import Iterator
from typing import Any

# Reader types to which a writer's type is promoted.
PROMOTIONS = {
    "int": ("int", "long", "float", "double"),
    "long": ("long", "float", "double"),
    "float": ("float", "double"),
    "string": ("string", "bytes"),
    "bytes": ("bytes", "string"),
}
NAMED = ("record", "enum", "fixed")


def faults(reader: Any, writer: Any) -> list[str]:
    """Why `reader` cannot read everything that `writer` wrote, one sentence a place; empty where it can.

    reader, writer  parsed JSON of two .avsc files
    """
    return list(_Resolution(named_types(reader), named_types(writer)).compare(reader, writer, _name(reader) or "schema"))


class _Resolution:
    """Walks two schemas side by side; a pair of named types that is being compared already counts as readable."""

    def __init__(self, reader_names: dict[str, Any], writer_names: dict[str, Any]) -> None:
        self._reader_names, self._writer_names = reader_names, writer_names
        self._open: set[tuple[str, str]] = set()

    def compare(self, reader: Any, writer: Any, path: str) -> Iterator[str]:
        reader, writer = self._resolved(reader, self._reader_names), self._resolved(writer, self._writer_names)
        if isinstance(writer, list):
            for branch in writer:
                yield from self.compare(reader, branch, path)
        elif isinstance(reader, list):
            if not any(not list(self.compare(branch, writer, path)) for branch in reader):
                yield f"{path}: no branch of the new union reads {_kind(writer)}"
        elif _kind(reader) not in PROMOTIONS.get(_kind(writer), (_kind(writer),)):
            yield f"{path}: was {_kind(writer)}, is {_kind(reader)}"
        else:
            yield from self._same_kind(reader, writer, path)

    def _same_kind(self, reader: Any, writer: Any, path: str) -> Iterator[str]:
        kind = _kind(reader)
        if kind in NAMED and _name(writer) not in (_name(reader), *reader.get("aliases", ())):
            yield f"{path}: {kind} {_name(writer)} is called {_name(reader)} now and has no alias"
        elif kind == "record":
            yield from self._records(reader, writer, path)
        elif kind == "enum":
            missing = [symbol for symbol in writer["symbols"] if symbol not in reader["symbols"]]
            if missing and "default" not in reader:
                yield f"{path}: the symbols {', '.join(missing)} are gone and there is no default"
        elif kind == "fixed" and reader["size"] != writer["size"]:
            yield f"{path}: the size was {writer['size']} and is {reader['size']}"
        elif kind == "array":
            yield from self.compare(reader["items"], writer["items"], f"{path}[]")
        elif kind == "map":
            yield from self.compare(reader["values"], writer["values"], f"{path}{{}}")

    def _records(self, reader: Any, writer: Any, path: str) -> Iterator[str]:
        pair = (_name(reader), _name(writer))
        if pair in self._open:
            return
        self._open.add(pair)
        written = {field["name"]: field for field in writer["fields"]}
        for field in reader["fields"]:
            names = [name for name in (field["name"], *field.get("aliases", ())) if name in written]
            if names:
                yield from self.compare(field["type"], written[names[0]]["type"], f"{path}.{field['name']}")
            elif "default" not in field:
                yield f"{path}.{field['name']}: new, and has no default for what was written before it"
        self._open.discard(pair)

    def _resolved(self, schema: Any, names: dict[str, Any]) -> Any:
        if isinstance(schema, str):
            return names.get(schema.rpartition(".")[2], schema)
        return self._resolved(schema["type"], names) if isinstance(schema, dict) and isinstance(schema["type"], dict) else schema


def _kind(schema: Any) -> str:
    return str(schema["type"]) if isinstance(schema, dict) else str(schema)


def _name(schema: Any) -> str:
    """Name without its namespace: resolution compares the unqualified names."""
    return str(schema.get("name", "")).rpartition(".")[2] if isinstance(schema, dict) else ""


def named_types(schema: Any) -> dict[str, Any]:
    """Every named type defined in `schema`, by unqualified name."""
    found: dict[str, Any] = {}
    if isinstance(schema, list):
        for branch in schema:
            found |= named_types(branch)
    elif isinstance(schema, dict):
        if schema.get("type") in NAMED:
            found[_name(schema)] = schema
        for part in ("items", "values", "type"):
            found |= named_types(schema.get(part))
        for field in schema.get("fields", ()):
            found |= named_types(field["type"])
    return found
