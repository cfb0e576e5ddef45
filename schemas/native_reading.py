"""Reads a native transfer from JSON or from the fields of an Avro record; every fault gets a code and a sentence for the partner."""

import json
import re
from typing import Any

import msgspec

from schemas.native import NATIVE, InvalidTransfer, NativeTransfer, Short

MAX_BYTES = 1_048_576  # DEF: 1 MiB a record, a thousand times the usual size; Kafka's own default limit is the same


class Reading(msgspec.Struct, frozen=True, gc=False):
    """A well-formed event and its canonical bytes: fixed field order, no empty lists, no white space."""

    event: NativeTransfer
    canonical: bytes


_DECODER = msgspec.json.Decoder(NativeTransfer)
_ENCODER = msgspec.json.Encoder()
_COLON, _BACKSLASH = 0x3A, 0x5C


def read_json(raw: bytes) -> Reading:
    """The event in `raw`.

    Raises  InvalidTransfer; a key given twice is refused although JSON parsers take the last one in silence
    """
    if not raw:
        raise InvalidTransfer("empty", "The record is empty; send one JSON object.")
    if len(raw) > MAX_BYTES:
        raise InvalidTransfer("too_large", f"The record is larger than {MAX_BYTES} bytes; send one transfer per record.")
    try:
        event = _DECODER.decode(raw)
    except (ValueError, RecursionError) as error:
        raise _diagnosis(raw, error) from error
    encoded = _ENCODER.encode(event)
    # Every key puts one colon into both texts and a key given twice one more into `raw`; colons inside values count alike in
    # both. Only \u escapes could hide one, so those records, and any difference, take the slow and exact way. One byte is found
    # twenty times faster than two, so the backslash is looked for first.
    if raw.count(_COLON) != encoded.count(_COLON) or (_BACKSLASH in raw and b"\\u" in raw):
        _refuse_duplicate_keys(raw)
    return _reading(event, encoded)


def from_fields(fields: dict[str, Any]) -> Reading:
    """The event in the fields of an Avro record, where an absent field is None.

    Raises  InvalidTransfer, with the same codes as JSON
    """
    try:
        event = msgspec.convert(_without_absent(fields), NativeTransfer)
    except msgspec.ValidationError as error:
        fault = refusal(str(error))
        fault.transfer_id = id_of(fields.get("transfer_id"))
        raise fault from error
    return _reading(event, _ENCODER.encode(event))


def readable_transfer_id(raw: bytes) -> str | None:
    """The transfer id of a refused JSON record where it can be read, for the partner's receipt."""
    try:
        return msgspec.json.decode(raw, type=_OnlyId).transfer_id
    except (ValueError, RecursionError):
        return None


def id_of(value: object) -> str | None:
    """The value as the id of a refused transfer, None where it can be none."""
    try:
        return msgspec.convert(value, Short)
    except msgspec.ValidationError:
        return None


class _OnlyId(msgspec.Struct):
    transfer_id: Short


_CONTROL = re.compile(r"[\x00-\x1f]+")


def _reading(event: NativeTransfer, encoded: bytes) -> Reading:
    # A backslash betrays control characters, which no report format can carry; they are rare.
    if _BACKSLASH in encoded:
        event = msgspec.convert(_tidy(msgspec.to_builtins(event)), NativeTransfer, strict=False)
        encoded = _ENCODER.encode(event)
    return Reading(event, encoded)


def _tidy(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _tidy(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_tidy(item) for item in value]
    return _CONTROL.sub(" ", value) if isinstance(value, str) else value


def _without_absent(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_absent(item) for key, item in value.items() if item is not None}
    return [_without_absent(item) for item in value] if isinstance(value, list) else value


def _refuse_duplicate_keys(raw: bytes) -> None:
    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        fields = dict(pairs)
        if len(fields) != len(pairs):
            raise InvalidTransfer("duplicate_key", "A field is given twice in one object; give each field once.")
        return fields

    try:
        json.loads(raw.decode(), object_pairs_hook=unique, parse_int=str, parse_float=str)
    except RecursionError as error:
        raise InvalidTransfer("not_json", "The record is nested too deeply to be a transfer.") from error


def _diagnosis(raw: bytes, error: Exception) -> InvalidTransfer:
    """The first thing wrong with `raw`, from the outside in: encoding, JSON, object, keys, fields."""
    try:
        value = json.loads(raw.decode("utf-8"), parse_int=str, parse_float=str)
        if not isinstance(value, dict):
            return InvalidTransfer("not_an_object", "The record is JSON but not an object; send one object per record.")
        _refuse_duplicate_keys(raw)
    except UnicodeDecodeError as cause:
        return InvalidTransfer("not_utf8", f"The record is not UTF-8 (byte {cause.start}); encode it as UTF-8.")
    except (ValueError, RecursionError):
        return InvalidTransfer("not_json", "The record is not JSON, or it is cut off; send one complete JSON object.")
    except InvalidTransfer as duplicate:
        return duplicate
    if not isinstance(error, msgspec.ValidationError):
        return InvalidTransfer("not_json", "The record is not strict JSON (lone surrogate, NaN or nesting); send RFC 8259 JSON.")
    return refusal(str(error))


_AT = re.compile(r" - at `\$\.?([^`]*)`$")
_TYPE_WORDS = {"str": "a string", "array": "a list", "object": "an object", "float": "a number"}
_FIELD = re.compile(r"field `([A-Za-z_][A-Za-z0-9_]{0,39})`")


def refusal(message: str) -> InvalidTransfer:
    """msgspec's complaint as one of our codes; the sentence names the field and never a value."""
    at = _AT.search(message)
    path = at[1] if at else ""
    named = _FIELD.search(message)
    field = ".".join(part for part in (path, named[1] if named else "") if part)
    if "missing required field" in message:
        return InvalidTransfer("field_missing", f"The field {field} is missing; it is required.", field)
    if "unknown field" in message:
        return InvalidTransfer("unknown_field", f"The format has no field {field or 'of that name'}; leave it out.", field)
    if path == "schema":
        return InvalidTransfer("schema_unknown", f"schema names a format this gateway does not know; use {NATIVE}.", path)
    if "`null`" in message:
        return InvalidTransfer("field_type", f"The field {path} is null; leave absent fields out.", path)
    if "got `" in message:
        expected = _TYPE_WORDS.get(message.removeprefix("Expected ").split(",")[0].strip("`"), "of another type")
        return InvalidTransfer("field_type", f"The field {path} has the wrong type; it must be {expected}.", path)
    if "Expected" in message:
        limit = message.removeprefix("Expected ").split(" - at")[0]
        for word, plain in _TYPE_WORDS.items():
            limit = limit.replace(f"`{word}`", plain)
        return InvalidTransfer("field_value", f"The field {path} is out of bounds; it must be {limit}.", path)
    return InvalidTransfer("field_value", f"The field {path} has a value the format does not allow.", path)
