"""Reads one partition's state back from its changelog, and where its source goes on.

Only safe after the partition was claimed (KafkaLedger.claim): the claim aborts what a former owner left open and shuts
it out, so what is read here is all there will ever be from before.
"""

import ctypes
import time
from dataclasses import dataclass

from streams.runtime.exit_codes import ExitCode, Fault
from streams.runtime.log_reader import LogReader
from streams.runtime.state import POSITION_KEY

_TRIM_FROM = 50_000  # DEF records; below it there is little to give back


@dataclass(frozen=True, slots=True)
class RestoredState:
    """State of one partition. `position` is the last source offset it contains, -1 for none."""

    encoded: dict[bytes, bytes]
    position: int
    records: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Resumption:
    """Where the source goes on. `next_record` is the first committed record after the position, None if there is none yet;
    `end` is the end of the source when this was looked up."""

    next_record: int | None
    end: int


def restore(reader: LogReader, changelog: str, partition: int) -> RestoredState:
    """The last value of every key in the changelog partition. Blocks; about 4 us a record."""
    started = time.perf_counter()
    encoded: dict[bytes, bytes] = {}
    position, records = -1, 0
    low, high = reader.range_of(changelog, partition)
    for messages in reader.batches(changelog, partition, low, high):
        records += len(messages)
        for message in messages:
            key, value = message.key(), message.value()
            if value is None:
                encoded.pop(key, None)
            else:
                encoded[key] = value
    if records > _TRIM_FROM:
        _give_back_memory()
    raw_position = encoded.pop(POSITION_KEY, None)
    if raw_position is not None:
        position = _position(raw_position, changelog, partition)
    elif encoded:
        raise Fault(ExitCode.STATE_CORRUPT, f"{changelog}/{partition} holds {len(encoded)} states and no position")
    return RestoredState(encoded, position, records, time.perf_counter() - started)


def resumption(reader: LogReader, source: str, partition: int, position: int) -> Resumption:
    """Where the source goes on after `position`.

    Raises  Fault(SOURCE_GAP) when the source is shorter than the position (it was recreated), or has lost records after it
    """
    low, high = reader.range_of(source, partition)
    if high < position + 1:
        raise Fault(ExitCode.SOURCE_GAP, f"{source}/{partition} ends at {high}, the state has read up to {position}")
    # An empty topic after a pause longer than its retention is normal: what is gone had been read, or was markers only.
    if position >= 0 and position + 1 < low < high:
        raise Fault(ExitCode.SOURCE_GAP, f"{source}/{partition} begins at {low}, the state has read up to {position}")
    return Resumption(reader.first_from(source, partition, max(position + 1, low), high), high)


def _give_back_memory() -> None:
    """Returns the reader's buffers to the system where the C library can (glibc): 0.4 GB after a million keys."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)


def _position(raw: bytes, changelog: str, partition: int) -> int:
    if not raw.isdigit():
        raise Fault(ExitCode.STATE_CORRUPT, f"{changelog}/{partition} has an unreadable position")
    return int(raw)
