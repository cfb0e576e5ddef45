"""strgw.transfer/1, our own format: one JSON object a record, or the same fields in Avro behind a zero byte."""

from collections.abc import Callable
from typing import Any

from connectors.partners.formats.contract import Format, Incoming, Item, Reader, one
from schemas.native import NATIVE, InvalidTransfer
from schemas.native_reading import MAX_BYTES, Reading, from_fields, read_json
from schemas.registry import Partner
from schemas.wire import EMBEDDED, MAGIC, UnreadableAvro, number_of, schema_registry

_AVRO = bytes((MAGIC,))


Writers = Callable[[int], Any]  # a schema number -> the writer's schema as fastavro parses it; may raise InvalidTransfer


def embedded(_: int) -> Any:
    """The schemas of ids.json alone."""
    return EMBEDDED


def read(raw: bytes, writers: Writers = embedded) -> Reading:
    """The event in `raw`. Raises InvalidTransfer, and what `writers` raises."""
    return _avro(raw, writers) if raw.startswith(_AVRO) else read_json(raw)


def _avro(raw: bytes, writers: Writers) -> Reading:
    if len(raw) > MAX_BYTES:
        raise InvalidTransfer("too_large", f"The record is larger than {MAX_BYTES} bytes; send one transfer per record.")
    try:
        fields = schema_registry().decode("transfer", raw, writers(number_of(raw)))
    except UnreadableAvro as error:
        raise InvalidTransfer(error.code, error.reason) from error
    return from_fields(fields)


def reader(writers: Writers = embedded) -> Reader:
    """Reads records whose Avro schemas `writers` knows."""

    def items(incoming: Incoming) -> tuple[Item, ...]:
        try:
            return one(read(incoming.raw, writers))
        except InvalidTransfer as fault:
            return one(fault)

    return items


def _reader(_: Partner) -> Reader:
    return reader()


FORMAT = Format(NATIVE, "our own JSON or Avro: its fields are the fields", _reader, fields=())
