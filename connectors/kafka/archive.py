"""The archive: transfers read back from `transfers` by coordinate (partition, offset, index).

Coordinates are grouped by partition and sorted by offset; each batch record is fetched once and kept in a small cache;
of a batch only the transfers asked for are decoded (a whole batch of 500 costs 12 ms), and every transfer is checked
against the uid it was asked for. A coordinate that cannot be honoured is an error with a code, never an empty answer.
"""

from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

import msgspec

from schemas.codec import Codec, CorruptRecord
from schemas.finding import Evidence
from schemas.transfer import Transfer

# DEF: 64 records of at most 900 kB
CACHED_BATCHES = 64


class _RawBatch(msgspec.Struct, frozen=True, array_like=True):
    """schemas.transfer.TransferBatch with its transfers still encoded."""

    stream_start_ms: dict[str, int]
    transfers: tuple[msgspec.Raw, ...]


_BATCH: Codec[_RawBatch] = Codec(_RawBatch)
_TRANSFER = msgspec.msgpack.Decoder(Transfer)


class ArchiveError(Exception):
    """A coordinate that cannot be honoured.

    code  record_missing | record_unreadable | index_missing | uid_differs
    """

    def __init__(self, code: str, detail: str, evidence: Evidence) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail
        self.evidence = evidence


class Archive(Protocol):
    """Gives back the transfers that evidence points to."""

    def fetch(self, evidence: Sequence[Evidence]) -> dict[bytes, Transfer]:
        """Transfers by uid, in the order of `evidence`. Raises ArchiveError."""
        ...


class BatchSource(Protocol):
    """Raw records of the archive topic."""

    def read(self, partition: int, offsets: Sequence[int]) -> Iterator[tuple[int, bytes]]:
        """The records at `offsets` (ascending, distinct) that exist, in that order."""
        ...


class BatchArchive:
    """An `Archive` over any source of batch records, with a cache of the last ones read."""

    def __init__(self, source: BatchSource, capacity: int = CACHED_BATCHES) -> None:
        self._source = source
        self._capacity = capacity
        self._cache: OrderedDict[tuple[int, int], _RawBatch] = OrderedDict()

    def fetch(self, evidence: Sequence[Evidence]) -> dict[bytes, Transfer]:
        """Transfers by uid, in the order of `evidence`. Raises ArchiveError."""
        wanted: dict[int, dict[int, list[Evidence]]] = {}
        for line in evidence:
            wanted.setdefault(line.partition, {}).setdefault(line.offset, []).append(line)
        found: dict[bytes, Transfer] = {}
        for partition in sorted(wanted):
            by_offset = wanted[partition]
            for offset, batch in self._batches(partition, by_offset):
                found.update((line.uid, _pick(batch, line)) for line in by_offset[offset])
        return {line.uid: found[line.uid] for line in evidence}

    def _batches(self, partition: int, by_offset: dict[int, list[Evidence]]) -> Iterator[tuple[int, _RawBatch]]:
        missing = []
        for offset in sorted(by_offset):
            cached = self._cache.get((partition, offset))
            if cached is None:
                missing.append(offset)
                continue
            self._cache.move_to_end((partition, offset))
            yield offset, cached
        for offset, raw in self._source.read(partition, tuple(missing)) if missing else ():
            missing.remove(offset)
            yield offset, self._keep(partition, offset, _decode(raw, by_offset[offset][0]))
        if missing:
            line = by_offset[missing[0]][0]
            raise ArchiveError("record_missing", f"no record at partition {partition} offset {missing[0]}", line)

    def _keep(self, partition: int, offset: int, batch: _RawBatch) -> _RawBatch:
        self._cache[partition, offset] = batch
        while len(self._cache) > self._capacity:
            self._cache.popitem(last=False)
        return batch


class MemorySource:
    """Batch records held in memory: what the backtest uses where there is no broker."""

    def __init__(self) -> None:
        self._records: dict[tuple[int, int], bytes] = {}

    def add(self, partition: int, offset: int, raw: bytes) -> None:
        """Keeps the record that would lie at this coordinate of `transfers`."""
        self._records[partition, offset] = raw

    def read(self, partition: int, offsets: Sequence[int]) -> Iterator[tuple[int, bytes]]:
        """The records at `offsets` that exist, in that order."""
        for offset in offsets:
            raw = self._records.get((partition, offset))
            if raw is not None:
                yield offset, raw


def memory_archive(records: Iterable[tuple[int, int, bytes]] = ()) -> tuple[BatchArchive, MemorySource]:
    """An in-memory archive of (partition, offset, record) and the source to add more to."""
    source = MemorySource()
    for partition, offset, raw in records:
        source.add(partition, offset, raw)
    return BatchArchive(source), source


def _decode(raw: bytes, line: Evidence) -> _RawBatch:
    try:
        return _BATCH.decode(raw)
    except CorruptRecord as error:
        raise ArchiveError("record_unreadable", f"partition {line.partition} offset {line.offset}: {error}", line) from error


def _pick(batch: _RawBatch, line: Evidence) -> Transfer:
    where = f"partition {line.partition} offset {line.offset} index {line.index}"
    if not 0 <= line.index < len(batch.transfers):
        raise ArchiveError("index_missing", f"{where}: the batch holds {len(batch.transfers)} transfers", line)
    try:
        transfer = _TRANSFER.decode(batch.transfers[line.index])
    except msgspec.MsgspecError as error:
        raise ArchiveError("record_unreadable", f"{where}: {error}", line) from error
    if transfer.uid != line.uid:
        raise ArchiveError("uid_differs", f"{where} holds transfer {transfer.uid.hex()}, asked for {line.uid.hex()}", line)
    return transfer
