"""What a refused record looks like without its personal data: its structure, what is nobody's, and the shape of all else.

Values are masked unless their field is known to say nothing of a person; a record that cannot be taken apart is masked whole.
"""

from connectors.partners.formats import csv_mapped, iso8583
from connectors.partners.formats.contract import FormatError
from connectors.partners.formats.csv_mapped.mapping import load
from connectors.partners.masking.card import masked_card
from connectors.partners.masking.csv_text import masked_csv
from connectors.partners.masking.json_text import masked_fields, masked_json
from connectors.partners.masking.shape import shape
from connectors.partners.masking.swift import masked_swift
from connectors.partners.masking.xml_text import masked_xml
from schemas.registry import Partner
from schemas.wire import UnreadableAvro, schema_registry

MOST = 100_000  # DEF: characters shown of one record
_AVRO = b"\x00"


def masked(raw: bytes, partner: Partner | None) -> str:
    """The record in `raw` for a person's eyes. `partner`: whose it is, None where nobody's.

    The bytes say what they are, whatever format the registry gives the feed: the wrong format is a common fault.
    """
    seen = _masked(raw, partner)
    return seen if len(seen) <= MOST else f"{seen[:MOST]}\n... ({len(seen) - MOST} characters more)"


def _masked(raw: bytes, partner: Partner | None) -> str:
    if raw.startswith(_AVRO):
        return _avro(raw)
    start = raw.removeprefix(b"\xef\xbb\xbf").lstrip()
    if partner is not None and partner.format == csv_mapped.FORMAT.id:
        return _csv(raw, partner)
    if start.startswith(b"{1:"):
        return masked_swift(raw.decode("utf-8", "replace"))
    if start.startswith((b"{", b"[")):
        return masked_json(raw.decode("utf-8-sig", "replace"))
    if start.startswith(b"<"):
        return masked_xml(raw)
    if partner is not None and partner.format == iso8583.FORMAT.id:
        return masked_card(raw)
    return shape(raw.decode("utf-8", "replace"), len(raw))


def _avro(raw: bytes) -> str:
    try:
        return masked_fields(schema_registry().decode("transfer", raw))
    except UnreadableAvro:
        number = int.from_bytes(raw[1:5])
        return f"Avro under schema number {number}, {len(raw)} bytes that cannot be decoded"


def _csv(raw: bytes, partner: Partner) -> str:
    try:
        return masked_csv(raw, load(partner.mapping))
    except FormatError:
        return shape(raw.decode("utf-8", "replace"), len(raw))
