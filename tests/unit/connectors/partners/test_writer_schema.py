"""Which schemas of others are taken for a transfer's."""

import json
from typing import Any

import pytest

from connectors.partners.writer_schema import writer_schema
from schemas.native import InvalidTransfer
from schemas.wire import schema_registry

OURS: dict[str, Any] = json.loads(schema_registry().newest("transfer"))


def with_fields(*more: dict[str, Any], without: str = "") -> str:
    fields = [field for field in OURS["fields"] if field["name"] != without]
    return json.dumps(OURS | {"fields": [*fields, *more]})


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(OURS),
        with_fields({"name": "branch", "type": "string"}),
        with_fields({"name": "tags", "type": {"type": "array", "items": "string"}}),
        with_fields({"name": "notes", "type": {"type": "map", "values": "null"}}),
        with_fields(without="purpose"),
        json.dumps(OURS | {"namespace": "com.sunrise"}),
    ],
)
def test_a_transfers_schema_with_differences_that_do_no_harm_is_taken(text: str) -> None:
    assert writer_schema(9, text) is not None


EMPTY = {"type": "record", "name": "Nothing", "fields": []}
NESTED = {"type": "record", "name": "Outer", "fields": [{"name": "inner", "type": {"type": "fixed", "name": "None0", "size": 0}}]}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no schema",
        "[]",
        '"string"',
        "null",
        "17",
        '{"type": "record"}',
        '{"type": "recor", "name": "Transfer", "fields": []}',
        json.dumps(OURS | {"name": "Order"}),
        json.dumps(OURS | {"fields": []}),
        with_fields(without="transfer_id"),
        with_fields({"name": "a", "type": "Unknown"}),
        with_fields({"name": "a", "type": {"type": "array", "items": "null"}}),
        with_fields({"name": "a", "type": {"type": "array", "items": EMPTY}}),
        with_fields({"name": "a", "type": ["null", {"type": "array", "items": NESTED}], "default": None}),
        with_fields({"name": "a", "type": {"type": "map", "values": {"type": "array", "items": "null"}}}),
        "[" * 100_000,
        json.dumps(OURS) + " " * (1 << 20),
    ],
)
def test_anything_else_is_refused_with_one_code(text: str) -> None:
    with pytest.raises(InvalidTransfer) as caught:
        writer_schema(9, text)
    assert (caught.value.code, "number 9" in caught.value.reason) == ("avro_schema_incompatible", True)
