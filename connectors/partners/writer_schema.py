"""Whether a schema that somebody else wrote is one of a transfer that ours can read, and safe to read with."""

import json
from typing import Any

import avro.schema
import fastavro

from schemas.evolution import faults, named_types
from schemas.native import InvalidTransfer
from schemas.wire import schema_registry

MOST_BYTES = 1 << 20  # DEF a hundred times ours


def writer_schema(number: int, text: str) -> Any:
    """The schema parsed for fastavro. Raises InvalidTransfer(avro_schema_incompatible), which names fields of the schema and no value."""
    try:
        if len(text) > MOST_BYTES:
            raise ValueError("larger than 1 MiB")
        theirs = json.loads(text)
        if not isinstance(theirs, dict):
            raise ValueError("no record")
        avro.schema.parse(text)
        parsed = fastavro.parse_schema(json.loads(text), named_schemas={}, _write_hint=False)
        found = faults(json.loads(schema_registry().newest("transfer")), theirs)
        endless = _has_endless_list(theirs, named_types(theirs))
    except (avro.schema.AvroException, fastavro.schema.SchemaParseException, fastavro.schema.UnknownType) as error:
        raise _refused(number, "it is no valid Avro schema") from error
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise _refused(number, "it cannot be read") from error
    if found:
        raise _refused(number, found[0])
    if endless:
        raise _refused(number, "it has a list of values that take no bytes, of which a few bytes could ask for billions")
    return parsed


def _refused(number: int, why: str) -> InvalidTransfer:
    return InvalidTransfer(
        "avro_schema_incompatible",
        f"The schema number {number} cannot be read as a transfer ({why}); use a schema compatible with schemas/avro/transfer.avsc.",
    )


def _has_endless_list(schema: Any, names: dict[str, Any]) -> bool:
    """Whether a list in `schema` has values that take no bytes: a few bytes could then ask for billions of them."""
    if isinstance(schema, list):
        return any(_has_endless_list(part, names) for part in schema)
    if not isinstance(schema, dict):
        return False
    if schema.get("type") == "array" and _is_empty(schema["items"], names, frozenset()):
        return True
    return any(_has_endless_list(part, names) for part in schema.values())


def _is_empty(schema: Any, names: dict[str, Any], above: frozenset[str]) -> bool:
    """Whether a value of `schema` can take no bytes; a record inside itself counts as one that does."""
    if isinstance(schema, str):
        known = names.get(schema.rpartition(".")[2])
        return schema == "null" if known is None else _is_empty(known, names, above)
    if isinstance(schema, list):  # the number of the branch takes a byte
        return False
    kind, name = schema["type"], str(schema.get("name", ""))
    if isinstance(kind, dict | list):
        return _is_empty(kind, names, above)
    if kind == "record":
        return name in above or all(_is_empty(field["type"], names, above | {name}) for field in schema["fields"])
    return bool(kind == "null" or (kind == "fixed" and schema["size"] == 0))
