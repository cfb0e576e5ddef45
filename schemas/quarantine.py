"""What is set aside because it cannot be processed: the bytes, where they came from, and why. Topic `quarantine`."""

from typing import ClassVar

import msgspec

from schemas.transfer import Coordinate, Sealing

QUARANTINED, REDRIVEN = "quarantined", "redriven"


class QuarantineRecord(msgspec.Struct, frozen=True):
    """One event (or internal record) set aside, or the mark that a person sent it in again.

    stage        who set it aside: intake, or the stage whose input it was
    partner      the partner it came from; "" where nobody in the registry owns the topic
    source       coordinate of the record that holds the bytes
    reason       one sentence; it may quote field names, never the values of a party's fields
    fingerprint  equal for events that fail in the same way: reason code and field path
    raw          the bytes as they came, whole unless `raw_truncated`, and sealed where `sealing` is set; empty in a mark
    attempts     how often these bytes had been sent in again when they failed
    state        quarantined | redriven
    sealing      of a partner's bytes; None for a record of our own, which holds no personal value in clear
    headers      of the partner's record, without ours
    received_ms  when the broker first took the event in (ms UTC; 0: not noted); times without a year are read by it
    origin       where the event lay when it first came in, for one that was sent in again; None: `source`
    """

    VERSION: ClassVar[int] = 2  # a reader of 1 would send sealed bytes in again

    stage: str
    partner: str
    source: Coordinate
    reason_code: str
    reason: str
    fingerprint: str
    raw: bytes
    raw_sha256: str
    transfer_id: str | None = None
    attempts: int = 0
    raw_truncated: bool = False
    state: str = QUARANTINED
    sealing: Sealing | None = None
    headers: tuple[tuple[str, bytes | None], ...] = ()
    received_ms: int = 0
    origin: Coordinate | None = None
