"""The archive: transfers read back from `transfers` by coordinate (partition, offset, index).

Coordinates are grouped by partition and sorted by offset. Of a batch only the transfers asked for are decoded (a whole batch of
500 costs 12 ms), and every transfer is checked against the uid it was asked for. A coordinate that cannot be honoured is an error
with a code, never an empty answer.

Two things are kept, each up to a number of bytes: the transfers asked for last, still encoded and sealed, for the next version of a report
asks for all of them again; and the batch records read last, for other reports point into them as well.
"""

from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from typing import ClassVar, Generic, Protocol, TypeVar

import msgspec

from connectors.sealing.kms import SealBroken
from connectors.sealing.seal import Unseal
from schemas.codec import Codec, CorruptRecord
from schemas.finding import Evidence
from schemas.transfer import Sealing, Transfer, TransferBatch

# DEF: some 60,000 transfers, or 1,000 growing reports of 60
TRANSFERS_BYTES = 64 * 1024 * 1024
# DEF: 150 batches of 500 transfers (377 kB) as they are under load, 3,500 of 20
RECORDS_BYTES = 64 * 1024 * 1024
ENTRY_BYTES = 266  # measured: what keeping a transfer takes beside its bytes (its coordinate, its place in the order)
SLICE_BYTES = 93  # measured: what a batch takes for each of its transfers beside the record's bytes
T = TypeVar("T")


class _RawBatch(msgspec.Struct, frozen=True, array_like=True):
    """schemas.transfer.TransferBatch with its transfers still encoded."""

    VERSION: ClassVar[int] = TransferBatch.VERSION

    stream_start_ms: dict[str, int]
    transfers: tuple[msgspec.Raw, ...]
    sealing: Sealing | None = None


_BATCH: Codec[_RawBatch] = Codec(_RawBatch)
_TRANSFER = msgspec.msgpack.Decoder(Transfer)


class ArchiveError(Exception):
    """A coordinate that cannot be honoured.

    code  record_missing | record_unreadable | index_missing | uid_differs | seal_broken
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
    """An `Archive` over any source of batch records. The bytes bound what it keeps of transfers and of records.

    unseal  opens sealed transfers; None where none are (a backtest)
    """

    def __init__(
        self,
        source: BatchSource,
        transfers_bytes: int = TRANSFERS_BYTES,
        records_bytes: int = RECORDS_BYTES,
        unseal: Unseal | None = None,
    ) -> None:
        self._source, self._unseal = source, unseal
        self._transfers: _Kept[tuple[bytes, Sealing | None]] = _Kept(transfers_bytes)
        self._records: _Kept[_RawBatch] = _Kept(records_bytes)

    def fetch(self, evidence: Sequence[Evidence]) -> dict[bytes, Transfer]:
        """Transfers by uid, in the order of `evidence`. Raises ArchiveError, KeyMissing, KeyRingError."""
        found: dict[bytes, Transfer] = {}
        wanted: dict[int, dict[int, list[Evidence]]] = {}
        for line in evidence:
            kept = self._transfers.get((line.partition, line.offset, line.index))
            if kept is None:
                wanted.setdefault(line.partition, {}).setdefault(line.offset, []).append(line)
            else:
                found[line.uid] = self._opened(*kept, line)
        for partition in sorted(wanted):
            by_offset = wanted[partition]
            for offset, batch in self._batches(partition, by_offset):
                found.update((line.uid, self._pick(batch, line)) for line in by_offset[offset])
        return {line.uid: found[line.uid] for line in evidence}

    def _batches(self, partition: int, by_offset: dict[int, list[Evidence]]) -> Iterator[tuple[int, _RawBatch]]:
        missing = []
        for offset in sorted(by_offset):
            kept = self._records.get((partition, offset))
            if kept is None:
                missing.append(offset)
            else:
                yield offset, kept
        for offset, record in self._source.read(partition, tuple(missing)) if missing else ():
            missing.remove(offset)
            batch = _batch(record, by_offset[offset][0])
            self._records.put((partition, offset), batch, len(record) + SLICE_BYTES * len(batch.transfers))
            yield offset, batch
        if missing:
            line = by_offset[missing[0]][0]
            raise ArchiveError("record_missing", f"no record at partition {partition} offset {missing[0]}", line)

    def _pick(self, batch: _RawBatch, line: Evidence) -> Transfer:
        raw = _encoded(batch, line)
        transfer = self._opened(raw, batch.sealing, line)
        self._transfers.put((line.partition, line.offset, line.index), (raw, batch.sealing), len(raw) + ENTRY_BYTES)
        return transfer

    def _opened(self, raw: bytes, sealing: Sealing | None, line: Evidence) -> Transfer:
        transfer = _decoded(raw, line)
        if transfer.veil is None:
            return transfer
        if self._unseal is None:
            raise ArchiveError("seal_broken", f"{_where(line)} is sealed, and this reader has no keys", line)
        try:
            return self._unseal.transfer(transfer, sealing)
        except SealBroken as error:
            raise ArchiveError("seal_broken", f"{_where(line)}: {error}", line) from error


class _Kept(Generic[T]):
    """Values by coordinate, `limit` bytes of them at most; those not asked for longest are forgotten first."""

    def __init__(self, limit: int) -> None:
        self._limit, self._bytes = limit, 0
        self._entries: OrderedDict[tuple[int, ...], tuple[T, int]] = OrderedDict()

    def get(self, key: tuple[int, ...]) -> T | None:
        """The value, or None."""
        entry = self._entries.get(key)
        if entry is None:
            return None
        self._entries.move_to_end(key)
        return entry[0]

    def put(self, key: tuple[int, ...], value: T, size: int) -> None:
        """Keeps a value of `size` bytes."""
        _, replaced = self._entries.pop(key, (None, 0))
        self._entries[key] = (value, size)
        self._bytes += size - replaced
        while self._bytes > self._limit:
            _, (_, forgotten) = self._entries.popitem(last=False)
            self._bytes -= forgotten


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


def _batch(record: bytes, line: Evidence) -> _RawBatch:
    try:
        return _BATCH.decode(record)
    except CorruptRecord as error:
        raise ArchiveError("record_unreadable", f"partition {line.partition} offset {line.offset}: {error}", line) from error


def _encoded(batch: _RawBatch, line: Evidence) -> bytes:
    """The transfer `line` points to, encoded; a copy, or it would keep the whole record in memory."""
    if not 0 <= line.index < len(batch.transfers):
        raise ArchiveError("index_missing", f"{_where(line)}: the batch holds {len(batch.transfers)} transfers", line)
    return bytes(batch.transfers[line.index])


def _decoded(raw: bytes, line: Evidence) -> Transfer:
    try:
        transfer = _TRANSFER.decode(raw)
    except msgspec.MsgspecError as error:
        raise ArchiveError("record_unreadable", f"{_where(line)}: {error}", line) from error
    if transfer.uid != line.uid:
        raise ArchiveError("uid_differs", f"{_where(line)} holds transfer {transfer.uid.hex()}, asked for {line.uid.hex()}", line)
    return transfer


def _where(line: Evidence) -> str:
    return f"partition {line.partition} offset {line.offset} index {line.index}"
