"""strgw.transfer/1, our own format: one JSON object a record, or the same fields in Avro behind a zero byte."""

from connectors.partners.formats.contract import Format, Incoming, Item, Reader, one
from schemas.native import NATIVE, InvalidTransfer
from schemas.native_reading import MAX_BYTES, Reading, from_fields, read_json
from schemas.registry import Partner
from schemas.wire import MAGIC, UnreadableAvro, schema_registry

_AVRO = bytes((MAGIC,))


def read(raw: bytes) -> Reading:
    """The event in `raw`. Raises InvalidTransfer."""
    return _avro(raw) if raw.startswith(_AVRO) else read_json(raw)


def _avro(raw: bytes) -> Reading:
    if len(raw) > MAX_BYTES:
        raise InvalidTransfer("too_large", f"The record is larger than {MAX_BYTES} bytes; send one transfer per record.")
    try:
        fields = schema_registry().decode("transfer", raw)
    except UnreadableAvro as error:
        raise InvalidTransfer(error.code, error.reason) from error
    return from_fields(fields)


def _reader(_: Partner) -> Reader:
    def items(incoming: Incoming) -> tuple[Item, ...]:
        try:
            return one(read(incoming.raw))
        except InvalidTransfer as fault:
            return one(fault)

    return items


FORMAT = Format(NATIVE, "our own JSON or Avro: its fields are the fields", _reader, fields=())
