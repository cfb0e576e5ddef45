"""Receipts: what a partner is told about each of its events, on `partner.<id>.receipts`.

Neutral by construction: a line knows where the event lay, its own id and whether it could be read. It is made before
anything is judged.
"""

from collections.abc import Iterable
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
    """One Avro record for the events of one source partition and one transaction, by offset."""
    return schema_registry().encode(
        "receipt",
        {
            "partner": partner,
            "topic": partner_transfers(partner),
            "partition": partition,
            "lines": [_fields(line) for line in sorted(lines, key=_place)],
        },
    )


def _place(line: ReceiptLine) -> tuple[int, int]:
    return line.offset, line.place


def _fields(line: ReceiptLine) -> dict[str, object]:
    # Written out: the generic conversion costs as much again as the encoding, for every event.
    return {
        "offset": line.offset,
        "transfer_id": line.transfer_id,
        "accepted": line.reason_code is None,
        "reason_code": line.reason_code,
        "reason": line.reason,
        "index": line.place,
    }
