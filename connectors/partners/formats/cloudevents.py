"""CloudEvents 1.0 around a transfer: binary (attributes in headers) and structured (a JSON envelope); what is inside is in the partner's format.

Not a format by itself: every partner may wrap its records so. The envelope's attributes are checked and then left behind.
Source  CloudEvents 1.0.2, JSON event format and Kafka protocol binding (cloudevents.io).
"""

import base64

import msgspec

from connectors.partners.formats.contract import Incoming
from connectors.partners.formats.json_record import Json, read, text
from schemas.native import InvalidTransfer

STRUCTURED = "application/cloudevents+json"
_VERSION = "1.0"
_DEMANDED = ("id", "source", "type")


def unwrapped(incoming: Incoming) -> Incoming:
    """The record without its envelope; the record itself where it has none. Raises InvalidTransfer for a broken envelope."""
    kind = incoming.header("content-type").partition(";")[0].strip().lower()
    if kind == STRUCTURED:
        return _structured(incoming)
    version = incoming.header("ce_specversion") or incoming.header("ce-specversion")
    if version:
        _check(version, {name: incoming.header(f"ce_{name}") or incoming.header(f"ce-{name}") for name in _DEMANDED})
    return incoming


def _structured(incoming: Incoming) -> Incoming:
    event = read(incoming.raw)
    _check(text(event, "specversion"), {name: text(event, name) for name in _DEMANDED})
    kept = [(name, value) for name, value in incoming.headers if name.lower() != "content-type"]
    inner = text(event, "datacontenttype") or "application/json"
    return Incoming(_data(event, incoming.raw), [*kept, ("content-type", inner.encode())], incoming.received_ms)


class _Envelope(msgspec.Struct):
    data: msgspec.Raw


def _data(event: Json, raw: bytes) -> bytes:
    if "data_base64" in event:
        try:
            return base64.b64decode(text(event, "data_base64"), validate=True)
        except ValueError as error:  # binascii.Error too; other letters than ASCII are no base64 either
            raise InvalidTransfer("not_in_format", "data_base64 of the event is not base64.", "data_base64") from error
    if event.get("data") is None:
        raise InvalidTransfer("field_missing", "The event has no data; the transfer is its data.", "data")
    # A string is the data itself (XML, SWIFT); anything else is JSON, taken as it was written.
    data = bytes(msgspec.json.decode(raw, type=_Envelope).data)
    return msgspec.json.decode(data, type=str).encode() if data.startswith(b'"') else data


def _check(version: str, attributes: dict[str, str]) -> None:
    if version != _VERSION:
        raise InvalidTransfer("not_in_format", f"specversion of the event must be {_VERSION}.", "specversion")
    for name, value in attributes.items():
        if not value:
            raise InvalidTransfer("field_missing", f"The event has no attribute {name}; CloudEvents demands it.", name)
