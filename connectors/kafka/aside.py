"""Puts an unreadable record of one of our own topics aside: whole, with its coordinates and a reason code, on `quarantine`."""

import hashlib

from connectors.kafka.record import Record
from schemas import topics
from schemas.codec import Codec
from schemas.quarantine import QuarantineRecord
from schemas.transfer import Coordinate

_QUARANTINE: Codec[QuarantineRecord] = Codec(QuarantineRecord)


def set_aside(stage: str, source: Coordinate, raw: bytes, why: tuple[str, str]) -> Record:
    """The entry for `raw` as read at `source` by `stage`; `why`: reason code and sentence."""
    code, reason = why
    entry = QuarantineRecord(stage, "", source, code, reason, code, raw, hashlib.sha256(raw).hexdigest())
    key = f"{source.topic}/{source.partition}/{source.offset}".encode()
    return Record(topics.QUARANTINE, None, key, _QUARANTINE.encode(entry))
