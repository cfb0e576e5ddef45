"""Which content types a partner's format comes in, and whether a body is one record or a record a line."""

from typing import Literal

from connectors.partners.formats.cloudevents import STRUCTURED
from connectors.partners.http.problems import Problem

NDJSON = "application/x-ndjson"
_JSON = ("application/json",)
_XML = ("application/xml", "text/xml")
_BYTES = ("application/octet-stream",)
_JSON_FORMATS = ("strgw.transfer/1", "mojaloop.fspiop/1", "gsma.mm/1.2", "ivms101/1")
# Content types beside those that end in +json or +xml, by format; a format that is not here takes its bytes as they are.
TYPES: dict[str, tuple[str, ...]] = {
    "strgw.transfer/1": (*_JSON, "application/avro", "avro/binary", *_BYTES),
    "mojaloop.fspiop/1": _JSON,
    "gsma.mm/1.2": _JSON,
    "ivms101/1": _JSON,
    "iso20022/1": _XML,
    "mt103/1": ("text/plain", *_BYTES),
    "csv/1": ("text/csv", "text/plain", *_BYTES),
    "iso8583/1": ("text/plain", *_BYTES),
}
Shape = Literal["record", "lines"]


def shape(format_: str, content_type: str) -> Shape:
    """How the body of a request in the partner's `format_` is to be read. Raises Problem (media_type, encoding)."""
    name, _, parameters = content_type.partition(";")
    name = name.strip().lower()
    is_json = format_ in _JSON_FORMATS
    if is_json and name in (NDJSON, *_JSON) and _charset(parameters) not in ("", "utf-8", "utf8"):
        raise Problem("encoding", "JSON is sent in UTF-8 (RFC 8259 section 8.1); leave the charset out.")
    if is_json and name == NDJSON:
        return "lines"
    if name in (STRUCTURED, *TYPES.get(format_, _BYTES)) or _suffix_fits(format_, name):
        return "record"
    raise Problem("media_type", f"Content-Type must be one of {', '.join(accepted(format_))} for the format {format_}.")


def accepted(format_: str) -> list[str]:
    """The content types of a format, for people."""
    return [*TYPES.get(format_, _BYTES), *([NDJSON] if format_ in _JSON_FORMATS else []), STRUCTURED]


def _suffix_fits(format_: str, name: str) -> bool:
    # Types of standards, such as application/vnd.interoperability.transfers+json; RFC 6839.
    return (format_ in _JSON_FORMATS and name.endswith("+json")) or (format_ == "iso20022/1" and name.endswith("+xml"))


def _charset(parameters: str) -> str:
    for parameter in parameters.split(";"):
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "charset":
            return value.strip().strip('"').lower()
    return ""
