"""Proof that each partner event ended as exactly one of transfer, duplicate or quarantined: events = transfers + duplicates + quarantined.

Independent of the stages: it reads the partner topics' committed positions, `transfers` and `quarantine`, and marks
every source coordinate it meets. An offset without a mark is lost, one with two is doubled. Offsets that hold no event
(transaction markers, aborted records) leave gaps; a gap is believed only after the partner topic itself was read there.
Where a partner's records may hold several transfers, its topic is read whole, and the events are the transfers in each record.

Memory: one byte for each record, more for each further transfer of a record, and two digests of 8 bytes for each transfer of the
`transfers` partition being read.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import msgspec

from connectors.kafka.admin import committed_positions
from connectors.kafka.scan import CommittedLog, LogRecord
from schemas import topics
from schemas.codec import Codec
from schemas.quarantine import QUARANTINED, QuarantineRecord
from schemas.transfer import Coordinate, TransferBatch

_TRANSFERS = Codec(TransferBatch)
_QUARANTINE = Codec(QuarantineRecord)
TOLD_EVERY = 20  # records between two calls of `told`
COUNTED_WAITING = 1000  # DEF events read to be counted; more are a backlog, whose exact size nobody needs
LISTED = 20  # offsets named for each kind of fault; the counts are complete

Partition = tuple[str, int]


class PartitionAudit(msgspec.Struct, frozen=True):
    """The equation for one partition of a partner topic, up to intake's committed position.

    conflicts  those of `transfers` that give a status of a transfer a second time with other content (a change may come as often as it likes)
    waiting  events behind the position, not taken in yet (not a fault)
    lost     offsets of events that ended as nothing; doubled: offsets that ended twice. The first few of each are listed
    """

    topic: str
    partition: int
    events: int
    transfers: int
    duplicates: int
    quarantined: int
    conflicts: int
    waiting: int
    lost: int
    doubled: int
    lost_offsets: tuple[int, ...]
    doubled_offsets: tuple[int, ...]

    @property
    def holds(self) -> bool:
        """Whether nothing is lost, nothing doubled, and the sums agree."""
        sums_agree = self.events == self.transfers + self.duplicates + self.quarantined
        return sums_agree and not self.lost and not self.doubled


@dataclass(slots=True)
class Ledger:
    """Marks of one source partition over the offsets [first, end): how often each offset ended as something, and, by (offset, place),
    how often the second and further transfers of a record did."""

    first: int
    end: int
    last: int
    marks: bytearray = field(init=False)
    further: Counter[tuple[int, int]] = field(default_factory=Counter)
    refused_whole: dict[int, str] = field(default_factory=dict)  # offset -> SHA-256 of the bytes kept for its first transfer
    transfers: int = 0
    duplicates: int = 0
    quarantined: int = 0
    conflicts: int = 0

    def __post_init__(self) -> None:
        self.marks = bytearray(max(0, self.end - self.first))

    def mark(self, offset: int, place: int = 0) -> bool:
        """Counts a transfer; False when it lies outside (retention took the event, or it came after the audit began)."""
        if not self.first <= offset < self.end:
            return False
        if place:
            self.further[offset, place] += 1
        else:
            index = offset - self.first
            self.marks[index] = min(255, self.marks[index] + 1)
        return True

    def missing(self, offset: int, transfers: int) -> int:
        """How many of the transfers in the record at `offset` ended as nothing."""
        unmarked = sum((offset, place) not in self.further for place in range(1, transfers))
        return unmarked + (not self.marks[offset - self.first])

    def is_one(self, offset: int, raw: bytes) -> bool:
        """Whether the record was refused as a whole, so that it is one event whatever today's mapping would read in it."""
        kept = self.refused_whole.get(offset)
        if kept is None or (offset, 1) in self.further:
            return False
        return kept == hashlib.sha256(raw).hexdigest()

    def gaps(self) -> Iterator[tuple[int, int]]:
        """Runs [start, end) of offsets without a mark."""
        position = self.marks.find(0)
        while position >= 0:
            stop = position
            while stop < len(self.marks) and not self.marks[stop]:
                stop += 1
            yield self.first + position, self.first + stop
            position = self.marks.find(0, stop)

    def result(self, key: Partition, lost: list[int], waiting: int) -> PartitionAudit:
        """The finished line; `lost` are the offsets of events in the gaps, `waiting` the events behind the position."""
        marked = len(self.marks) - self.marks.count(0) + len(self.further)
        doubled = [self.first + index for index, count in enumerate(self.marks) if count > 1]
        doubled += [offset for (offset, _), count in sorted(self.further.items()) if count > 1]
        return PartitionAudit(
            topic=key[0],
            partition=key[1],
            events=marked + len(lost),
            transfers=self.transfers,
            duplicates=self.duplicates,
            quarantined=self.quarantined,
            conflicts=self.conflicts,
            waiting=waiting,
            lost=len(lost),
            doubled=len(doubled),
            lost_offsets=tuple(lost[:LISTED]),
            doubled_offsets=tuple(doubled[:LISTED]),
        )


class Audit:
    """One run over a broker. `told(done, total)` is called with records of the internal topics read so far.

    several  for the partner topics whose records may hold several transfers: how many a record holds
    """

    def __init__(
        self,
        bootstrap: str,
        group: str,
        is_partner_topic: Callable[[str], bool],
        several: Mapping[str, Callable[[LogRecord], int]] = MappingProxyType({}),
    ) -> None:
        self._bootstrap, self._group, self._is_partner_topic, self._several = bootstrap, group, is_partner_topic, several
        self._ledgers: dict[Partition, Ledger] = {}

    def run(self, told: Callable[[int, int], None]) -> list[PartitionAudit]:
        """Lines by topic and partition. Raises TopicMissing, CorruptRecord.

        1. The group's committed positions come first: all they cover is already visible in the outputs read after.
        2. `transfers`, one partition at a time (duplicates share a partition), then `quarantine`.
        3. The partner topics themselves, only where offsets carry no mark.
        """
        with CommittedLog(self._bootstrap) as log:
            # Step 1.
            self._open_ledgers(log)
            # Step 2.
            self._read_outputs(log, told)
            # Step 3.
            return [
                self._ledgers[key].result(key, self._lost(log, key), self._waiting(log, key)) for key in sorted(self._ledgers)
            ]

    def _open_ledgers(self, log: CommittedLog) -> None:
        committed = committed_positions(self._bootstrap, self._group)
        for topic in sorted(filter(self._is_partner_topic, log.topics())):
            for partition, (first, last) in log.bounds(topic, log.partitions(topic)).items():
                end = committed.get((topic, partition), first)
                self._ledgers[topic, partition] = Ledger(first, max(first, end), last)

    def _read_outputs(self, log: CommittedLog, told: Callable[[int, int], None]) -> None:
        archive = log.bounds(topics.TRANSFERS, log.partitions(topics.TRANSFERS))
        aside = log.bounds(topics.QUARANTINE, log.partitions(topics.QUARANTINE))
        total = sum(end - first for bounds in (archive, aside) for first, end in bounds.values())
        done = 0
        for partition, span in sorted(archive.items()):
            seen: set[int] = set()
            for record in log.read(topics.TRANSFERS, {partition: span}):
                self._mark_batch(_TRANSFERS.decode(record.value or b""), seen)
                done += 1
                if done % TOLD_EVERY == 0:
                    told(done, total)
        for record in log.read(topics.QUARANTINE, aside):
            self._mark_quarantined(_QUARANTINE.decode(record.value or b""))
            done += 1
            if done % TOLD_EVERY == 0:
                told(done, total)
        told(total, total)

    def _mark_batch(self, batch: TransferBatch, seen: set[int]) -> None:
        for transfer in batch.transfers:
            content, status = _content(transfer.uid, transfer.digest), _content(transfer.uid, transfer.status.encode())
            ledger = self._ledger(transfer.source)
            if ledger is not None and ledger.mark(transfer.source.offset, transfer.source.index):
                if content in seen:
                    ledger.duplicates += 1
                else:
                    ledger.transfers += 1
                    ledger.conflicts += status in seen and transfer.status != "changed"
            seen.update((content, status))

    def _mark_quarantined(self, record: QuarantineRecord) -> None:
        ledger = self._ledger(record.source)
        if record.state == QUARANTINED and ledger is not None and ledger.mark(record.source.offset, record.source.index):
            ledger.quarantined += 1
            if record.source.topic in self._several and not record.source.index:
                ledger.refused_whole[record.source.offset] = record.raw_sha256

    def _ledger(self, source: Coordinate) -> Ledger | None:
        return self._ledgers.get((source.topic, source.partition))

    def _lost(self, log: CommittedLog, key: Partition) -> list[int]:
        topic, partition = key
        ledger = self._ledgers[key]
        count = self._several.get(topic)
        if count is not None:
            whole = log.read(topic, {partition: (ledger.first, ledger.end)})
            return [
                record.offset
                for record in whole
                for _ in range(
                    ledger.missing(record.offset, 1 if ledger.is_one(record.offset, record.value or b"") else count(record))
                )
            ]
        return [record.offset for span in ledger.gaps() for record in log.read(topic, {partition: span})]

    def _waiting(self, log: CommittedLog, key: Partition) -> int:
        """Events behind the position; of a long backlog the offsets, which a transaction's marker may make one too many."""
        topic, partition = key
        span = self._ledgers[key].end, self._ledgers[key].last
        if span[1] - span[0] > COUNTED_WAITING:
            return span[1] - span[0]
        return sum(1 for _ in log.read(topic, {partition: span}))


def totals(lines: Iterable[PartitionAudit]) -> dict[str, int]:
    """Sums over all partitions."""
    names = ("events", "transfers", "duplicates", "quarantined", "conflicts", "waiting", "lost", "doubled")
    found = list(lines)
    return {name: sum(getattr(line, name) for line in found) for name in names}


def _content(uid: bytes, digest: bytes) -> int:
    return int.from_bytes(hashlib.blake2b(uid + digest, digest_size=8).digest(), "big")
