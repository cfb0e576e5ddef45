"""Drops what has been in the quarantine too long: entries hold personal data, and nobody mends a year-old mistake.

Kafka drops records from the beginning of a partition, so the first entry that must stay keeps all behind it. One must stay while it is young,
and while the partner's record it came from is still on its topic: the audit counts that record and has to find what became of it.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from typing import NamedTuple

import msgspec
from kafka import TopicPartition
from kafka.admin import KafkaAdminClient

from connectors.kafka.scan import CommittedLog
from connectors.partners.quarantine import entry_id, latest
from connectors.partners.redrive import CODEC
from schemas import topics
from schemas.quarantine import QUARANTINED, QuarantineRecord

INTAKE = "intake"


class Line(NamedTuple):
    """One record on `quarantine`, without the partner's bytes; `at_ms` is when it was written (ms UTC)."""

    partition: int
    offset: int
    at_ms: int
    record: QuarantineRecord


class Drop(msgspec.Struct, frozen=True):
    """What is to go: how many entries by "partner reason_code", how many of them nobody mended, the first offset that stays by partition.

    kept  entries old enough that stay: their records are still on the partners' topics, or they lie behind one that must stay
    """

    entries: dict[str, int]
    open: int
    kept: int
    before: dict[int, int]

    @property
    def total(self) -> int:
        """Entries to go."""
        return sum(self.entries.values())


def look(bootstrap: str, older_than_ms: int) -> Drop:
    """What a purge of all entries set aside before `older_than_ms` (ms UTC) drops. Raises TopicMissing."""
    with CommittedLog(bootstrap) as log:
        lines = [
            Line(record.partition, record.offset, record.timestamp, _light(record.value))
            for record in log.scan(topics.QUARANTINE)
            if record.value is not None
        ]
        return plan(lines, older_than_ms, _Firsts(log).has)


def plan(lines: list[Line], older_than_ms: int, is_needed: Callable[[QuarantineRecord], bool]) -> Drop:
    """What goes of `lines` (in offset order of each partition): the beginning of each partition, up to the first that is young or needed."""
    gone: list[Line] = []
    before: dict[int, int] = {}
    stopped: set[int] = set()
    for line in lines:
        if line.partition in stopped or line.at_ms >= older_than_ms or is_needed(line.record):
            stopped.add(line.partition)
            continue
        before[line.partition] = line.offset + 1
        gone.append(line)
    last = latest(line.record for line in lines)
    entries = [line.record for line in gone if line.record.state == QUARANTINED]
    old = sum(line.record.state == QUARANTINED and line.at_ms < older_than_ms for line in lines)
    counts = Counter(f"{record.partner or '-'} {record.reason_code}" for record in entries)
    still_open = sum(last[entry_id(record)].state == QUARANTINED for record in entries)
    return Drop(dict(sorted(counts.items())), still_open, old - len(entries), before)


def _light(value: bytes) -> QuarantineRecord:
    return msgspec.structs.replace(CODEC.decode(value), raw=b"", headers=())


def drop(bootstrap: str, before: Mapping[int, int]) -> None:
    """Drops the records of `quarantine` before these offsets, for good."""
    if not before:
        return
    admin = KafkaAdminClient(bootstrap_servers=bootstrap)
    try:
        admin.delete_records({TopicPartition(topics.QUARANTINE, partition): offset for partition, offset in before.items()})
    finally:
        admin.close()


class _Firsts:
    """Where each partner topic begins by now, asked once a topic."""

    def __init__(self, log: CommittedLog) -> None:
        self._log, self._topics = log, log.topics()
        self._firsts: dict[str, dict[int, int]] = {}

    def has(self, said: QuarantineRecord) -> bool:
        """Whether the partner's record is still on its topic."""
        source = said.source
        if said.stage != INTAKE or source.topic not in self._topics:
            return False
        if source.topic not in self._firsts:
            bounds = self._log.bounds(source.topic, self._log.partitions(source.topic))
            self._firsts[source.topic] = {number: first for number, (first, _) in bounds.items()}
        return source.offset >= self._firsts[source.topic].get(source.partition, 0)
