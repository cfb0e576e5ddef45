"""Receipts over HTTP: the id a partner gets with its 202, and what intake has said since. Pure: reading the topics is tail's.

An id holds the coordinates of the transfer and a keyed hash over them and the partner, so it can neither be guessed nor used by another.
Intake answers the records of a source partition in their order, so it is enough to keep how far it has come and what it refused.
"""

import base64
import binascii
import hmac
import struct
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import NamedTuple

MOST_REFUSALS = 100_000  # DEF some 40 MB; what is older is answered with 410
_FORM = struct.Struct(">IQIQ")
_TAG_BYTES = 16
_PURPOSE = b"strgw http receipt 1\0"


class ReceiptId(NamedTuple):
    """Coordinates of a transfer on its partner's topic (place: in a record that holds several), and when it came (ms UTC)."""

    partition: int
    offset: int
    place: int
    at_ms: int


class ReceiptIds:
    """Writes and reads ids under a key derived from the deployment's, so that every process of it reads them."""

    def __init__(self, master: bytes) -> None:
        self._key = hmac.digest(master, _PURPOSE, sha256)

    def written(self, partner: str, receipt: ReceiptId) -> str:
        """The id that `partner` gets."""
        body = _FORM.pack(*receipt)
        return base64.urlsafe_b64encode(body + self._tag(partner, body)).decode().rstrip("=")

    def read(self, partner: str, text: str) -> ReceiptId | None:
        """What the id says, None for anything that was not written for this partner."""
        try:
            raw = base64.b64decode(text + "=" * (-len(text) % 4), b"-_", validate=True)
        except (binascii.Error, ValueError):
            return None
        body, tag = raw[: _FORM.size], raw[_FORM.size :]
        if len(body) != _FORM.size or not hmac.compare_digest(tag, self._tag(partner, body)):
            return None
        return ReceiptId(*_FORM.unpack(body))

    def _tag(self, partner: str, body: bytes) -> bytes:
        return hmac.digest(self._key, partner.encode() + b"\0" + body, sha256)[:_TAG_BYTES]


class Refusal(NamedTuple):
    """Why intake set a transfer aside."""

    code: str
    detail: str
    transfer_id: str | None


class Line(NamedTuple):
    """What a receipt says of one transfer."""

    offset: int
    place: int
    refusal: Refusal | None


RECEIVED, ACCEPTED, GONE = "received", "accepted", "gone"
_Spot = tuple[str, int, int, int]  # partner, partition, offset, place


@dataclass(slots=True)
class _Progress:
    first: int  # the offset from which on every answer is known
    end: int  # the offset after the last that was answered


class Outcomes:
    """What intake has said of each transfer since `since_ms` (ms UTC). One thread adds, another asks."""

    def __init__(self, since_ms: int, most_refusals: int = MOST_REFUSALS) -> None:
        self._since_ms, self._most = since_ms, most_refusals
        self._progress: dict[tuple[str, int], _Progress] = {}
        self._refusals: OrderedDict[_Spot, Refusal] = OrderedDict()

    def add(self, partner: str, partition: int, lines: Iterable[Line]) -> None:
        """Takes in one receipt: the answers for a run of offsets of a source partition."""
        ordered = sorted(lines)
        if not ordered:
            return
        for line in ordered:
            if line.refusal is not None:
                self._refusals[partner, partition, line.offset, line.place] = line.refusal
        while len(self._refusals) > self._most:
            (old_partner, old_partition, offset, _), _ = self._refusals.popitem(last=False)
            old = self._progress.setdefault((old_partner, old_partition), _Progress(offset, offset))
            old.first = max(old.first, offset + 1)
        progress = self._progress.setdefault((partner, partition), _Progress(ordered[0].offset, 0))
        progress.end = max(progress.end, ordered[-1].offset + 1)  # last, for the other thread reads it first

    def of(self, partner: str, receipt: ReceiptId) -> str | Refusal:
        """received (intake has not come to it), accepted, gone (longer ago than is kept), or why it was refused."""
        progress = self._progress.get((partner, receipt.partition))
        if progress is None:
            return RECEIVED if receipt.at_ms >= self._since_ms else GONE
        if receipt.offset >= progress.end:
            return RECEIVED
        refusal = self._refusals.get((partner, receipt.partition, receipt.offset, receipt.place))
        if refusal is not None:
            return refusal
        return GONE if receipt.offset < progress.first else ACCEPTED
