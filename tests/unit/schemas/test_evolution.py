"""Schema resolution, with fastavro as the oracle: what the rules call readable can be read, and what they refuse cannot."""

import io
import json
from importlib.resources import files
from typing import Any

import fastavro
import pytest

from schemas.evolution import faults
from schemas.wire import schema_registry


def record(*fields: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": "record", "name": "R", "fields": list(fields), **more}


def field(name: str, kind: Any, **more: Any) -> dict[str, Any]:
    return {"name": name, "type": kind, **more}


COLOURS = {"type": "enum", "name": "Colour", "symbols": ["RED", "BLUE"]}
RED = {"type": "enum", "name": "Colour", "symbols": ["RED"]}
# new schema, old schema, a value written with the old one, whether the new one reads it
PAIRS = {
    "the same": (record(field("a", "int")), record(field("a", "int")), {"a": 1}, True),
    "a field more, with a default": (record(field("a", "int"), field("b", "string", default="")), record(field("a", "int")), {"a": 1}, True),
    "a field more, without": (record(field("a", "int"), field("b", "string")), record(field("a", "int")), {"a": 1}, False),
    "a field less": (record(field("a", "int")), record(field("a", "int"), field("b", "string")), {"a": 1, "b": "x"}, True),
    "int became long": (record(field("a", "long")), record(field("a", "int")), {"a": 1}, True),
    "long became int": (record(field("a", "int")), record(field("a", "long")), {"a": 1}, False),
    "became optional": (record(field("a", ["null", "int"])), record(field("a", "int")), {"a": 1}, True),
    "was optional": (record(field("a", "int")), record(field("a", ["null", "int"])), {"a": None}, False),
    "renamed with an alias": (record(field("b", "int", aliases=["a"])), record(field("a", "int")), {"a": 1}, True),
    "renamed without": (record(field("b", "int")), record(field("a", "int")), {"a": 1}, False),
    "a symbol more": (record(field("c", COLOURS)), record(field("c", RED)), {"c": "RED"}, True),
    "a symbol less": (record(field("c", RED)), record(field("c", COLOURS)), {"c": "BLUE"}, False),
    "a symbol less, with a default": (record(field("c", RED | {"default": "RED"})), record(field("c", COLOURS)), {"c": "BLUE"}, True),
    "items became strings": (
        record(field("l", {"type": "array", "items": "string"})), record(field("l", {"type": "array", "items": "int"})), {"l": [1]}, False,
    ),
    "a nested field more, without a default": (
        record(field("n", {"type": "record", "name": "N", "fields": [field("x", "int"), field("y", "int")]})),
        record(field("n", {"type": "record", "name": "N", "fields": [field("x", "int")]})), {"n": {"x": 1}}, False,
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", PAIRS)
def test_the_rules_agree_with_a_reader(case: str) -> None:
    new, old, value, readable = PAIRS[case]
    written = io.BytesIO()
    fastavro.schemaless_writer(written, fastavro.parse_schema(old), value)
    written.seek(0)
    if readable:
        fastavro.schemaless_reader(written, fastavro.parse_schema(old), fastavro.parse_schema(new))
        assert faults(new, old) == []
    else:
        with pytest.raises((fastavro.read.SchemaResolutionError, ValueError)):
            fastavro.schemaless_reader(written, fastavro.parse_schema(old), fastavro.parse_schema(new))
        assert len(faults(new, old)) == 1


def test_a_type_that_contains_itself_is_compared_once() -> None:
    tree = record(field("next", ["null", "R"], default=None))
    assert faults(tree, tree) == []


def test_every_published_schema_reads_what_its_earlier_versions_wrote() -> None:
    folder = files("schemas").joinpath("avro")
    texts = {entry: json.loads(folder.joinpath(entry.file).read_text(encoding="utf-8")) for entry in schema_registry().published}
    pairs = [(new, old) for new in texts for old in texts if new.subject == old.subject and new.version >= old.version]
    assert pairs
    assert {(new.file, old.file): faults(texts[new], texts[old]) for new, old in pairs} == {
        (new.file, old.file): [] for new, old in pairs
    }
