"""A JSON record of another format, read strictly: a field of the wrong type is a fault, not an absent field."""

import json
from typing import Any

from schemas.native import InvalidTransfer
from schemas.native_reading import MAX_BYTES

Json = dict[str, Any]


class Number(str):
    """A JSON number as it was written, so that no amount passes through binary floating point."""

    __slots__ = ()


def read(raw: bytes) -> Json:
    """The object in `raw`. Raises InvalidTransfer; a key given twice is refused."""
    if not raw.strip():
        raise InvalidTransfer("empty", "The record is empty; send one JSON object.")
    if len(raw) > MAX_BYTES:
        raise InvalidTransfer("too_large", f"The record is larger than {MAX_BYTES} bytes; send one transfer per record.")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InvalidTransfer("not_utf8", f"The record is not UTF-8 (byte {error.start}); encode it as UTF-8.") from error
    try:
        found = json.loads(text, object_pairs_hook=_unique, parse_float=Number, parse_int=Number, parse_constant=_no_constant)
        if "\\u" in text:  # only an escape can bring half a character in
            json.dumps(found, ensure_ascii=False).encode("utf-8")
    except (ValueError, RecursionError) as error:
        raise InvalidTransfer(
            "not_json", "The record is not JSON, or it is cut off or nested too deeply; send one JSON object."
        ) from error
    if not isinstance(found, dict):
        raise InvalidTransfer("not_an_object", "The record is JSON but not an object; send one object per record.")
    return found


def _unique(pairs: list[tuple[str, Any]]) -> Json:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise InvalidTransfer("duplicate_key", "A field is given twice in one object; give each field once.")
    return found


def _no_constant(_: str) -> None:
    raise ValueError("NaN and Infinity are no JSON")


def text(said: Json, *path: str) -> str:
    """The string (or number, as written) at a path of keys, stripped; "" where it is absent or null. Raises InvalidTransfer."""
    value = _value(said, path)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise _wrong_type(path, "a string")
    return value.strip()


def child(said: Json, *path: str) -> Json:
    """The object at a path of keys; empty where it is absent or null. Raises InvalidTransfer."""
    value = _value(said, path)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise _wrong_type(path, "an object")
    return value


def children(said: Json, *path: str) -> list[Json]:
    """The list of objects at a path of keys; a single object counts as a list of one. Raises InvalidTransfer."""
    value = _value(said, path)
    if value is None:
        return []
    found = [value] if isinstance(value, dict) else value
    if not isinstance(found, list) or not all(isinstance(item, dict) for item in found):
        raise _wrong_type(path, "a list of objects")
    return found


def texts(said: Json, *path: str) -> list[str]:
    """The list of strings at a path of keys; a single string counts as a list of one. Raises InvalidTransfer."""
    value = _value(said, path)
    if value is None:
        return []
    found = [value] if isinstance(value, str) else value
    if not isinstance(found, list) or not all(isinstance(item, str) for item in found):
        raise _wrong_type(path, "a list of strings")
    return [item.strip() for item in found if item.strip()]


def _value(said: Json, path: tuple[str, ...]) -> Any:
    value: Any = said
    for number, key in enumerate(path):
        if value is None:
            return None
        if not isinstance(value, dict):
            raise _wrong_type(path[:number], "an object")
        value = value.get(key)
    return value


def _wrong_type(path: tuple[str, ...], wanted: str) -> InvalidTransfer:
    where = ".".join(path)
    return InvalidTransfer("field_type", f"The field {where} has the wrong type; it must be {wanted}.", where)
