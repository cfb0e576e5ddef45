"""Receipts: what a partner is told about each of its events, on `partner.<id>.receipts`.

Neutral by construction: a line knows where the event lay, its own id and whether it could be read. It is made before
anything is judged.
"""

from collections.abc import Iterable
from operator import itemgetter
from typing import NamedTuple

from schemas.topics import partner_transfers
from schemas.wire import schema_registry


class ReceiptLine(NamedTuple):
    """The outcome of a transfer in the record at `offset`; a reason code and a sentence that says what to mend where it was refused.

    place  in a record that holds several transfers, else 0
    """

    offset: int
    transfer_id: str | None = None
    reason_code: str | None = None
    reason: str | None = None
    place: int = 0


def encode_receipts(partner: str, partition: int, lines: Iterable[ReceiptLine]) -> bytes:
    """One Avro record for the events of one source partition and one transaction, by offset.

    Only what surrounds the lines is fastavro's: it tries each value on every branch of its union, three times a line. 2.9 us a line, here 0.9.
    """
    ordered = sorted(lines, key=_PLACE)
    around = schema_registry().encode(
        "receipt", {"partner": partner, "topic": partner_transfers(partner), "partition": partition, "lines": []}
    )
    return b"".join([around[:-1], _long(len(ordered)), *map(_line, ordered), _END]) if ordered else around


_PLACE = itemgetter(0, 4)
_END, _ABSENT, _PRESENT = b"\0", b"\0", b"\2"  # of an array; first and second branch of a union
_ACCEPTED = b"\1" + _ABSENT + _ABSENT  # no code and no reason
_REFUSED = b"\0"
_ONE_BYTE = tuple(bytes((2 * number,)) for number in range(64))


def _line(line: ReceiptLine) -> bytes:
    offset, transfer_id, code, reason, place = line
    said = _ACCEPTED if code is None else _REFUSED + _optional(code) + _optional(reason)
    return _long(offset) + _optional(transfer_id) + said + _long(place)


def _optional(text: str | None) -> bytes:
    if text is None:
        return _ABSENT
    raw = text.encode()
    return _PRESENT + _long(len(raw)) + raw


def _long(number: int) -> bytes:
    """Avro's `int` and `long`, zigzag in portions of seven bits; no number here is below zero."""
    if number < 64:
        return _ONE_BYTE[number]
    number *= 2
    found = bytearray()
    while number > 0x7F:
        found.append(number & 0x7F | 0x80)
        number >>= 7
    found.append(number)
    return bytes(found)
