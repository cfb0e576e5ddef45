"""Latency of each transfer, read afterwards from what the run left in Kafka, so that measuring costs the run nothing.

Clocks: all records and transactions are stamped on this machine. For each transfer
  appended   the broker's time of the partner's record (the partner topic carries append times)
  taken in   when intake wrote it to `transfers`
  admitted   when its last observation was written to `observations`
  judged     when the transaction that applied its last observation was complete, findings and state visible to
             read_committed readers: the broker's own record of that in `__transaction_state`
The observations counted are those of the transfer itself; what entities told each other because of it comes later, and shows
in the time to a finding.

A finding is timed from the newest transfer that detection had been told of and that names anybody in its evidence: what completes a
pattern need not be evidence of it (one payment more makes a hub of somebody whose round of the counters ended days before).
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import msgspec

from connectors.kafka.scan import CommittedLog
from schemas import topics
from schemas.codec import Codec
from schemas.finding import Finding
from schemas.observation import ObservationBatch
from schemas.transfer import TransferBatch
from streams.app import APP_ID
from streams.domain.fold import partition_of
from streams.runtime.state import POSITION_KEY

TRANSACTIONS = "__transaction_state"
# Kafka's TransactionLogKey and TransactionLogValue (clients 4.3, resources/common/message): the key is an int16 version and a string
# with an int16 length; the value an int16 version, int64 producer, int16 epoch, int32 timeout, then the int8 state.
_ID_AT, _STATE_AT, _COMPLETE_COMMIT = 4, 16, 4
_TRANSFERS, _OBSERVATIONS, _FINDINGS = Codec(TransferBatch), Codec(ObservationBatch), Codec(Finding)
Spans = Mapping[int, tuple[int, int]]
Place = tuple[int, int]
Dealings = Mapping[bytes, Sequence[tuple[int, int]]]


class Percentiles(msgspec.Struct, frozen=True):
    """Milliseconds over `count` measurements."""

    count: int
    p50: float
    p95: float
    p99: float
    worst: float


class Latency(msgspec.Struct, frozen=True):
    """What was measured.

    hops      from one moment of a transfer to the next; judged: from appended to judged, every transfer
    findings  from the append of the newest transfer of those in its evidence to the commit of a finding's first version
    """

    hops: dict[str, Percentiles]
    judged: Percentiles
    findings: Percentiles


class Marks:
    """Ends of the topics before the measured part of a run: what lies behind them is measured."""

    def __init__(self, bootstrap: str, partner: str) -> None:
        self._bootstrap = bootstrap
        self._partner_topic = topics.partner_transfers(partner)
        self._names = (self._partner_topic, topics.TRANSFERS, topics.OBSERVATIONS, topics.FINDINGS, topics.changelog("detect"))
        with CommittedLog(bootstrap) as log:
            self._starts = {name: {p: end for p, (_, end) in _bounds(log, name).items()} for name in self._names}

    def latency(self) -> Latency:
        """Latencies of everything that came after the marks and is judged by now."""
        with CommittedLog(self._bootstrap) as log:
            spans = {
                name: {p: (self._starts[name][p], end) for p, (_, end) in _bounds(log, name).items()} for name in self._names
            }
            appended = {(r.partition, r.offset): r.timestamp for r in log.read(self._partner_topic, spans[self._partner_topic])}
            judged_at = _judging(log, spans[topics.changelog("detect")])
            taken = _taken(log, spans[topics.TRANSFERS])
            admitted = _admitted(log, spans[topics.OBSERVATIONS], judged_at)
            known = [(appended[at], transfer) for at, transfer in taken.items() if at in appended and transfer.uid in admitted]
            rows = [(at_ms, transfer.written, *admitted[transfer.uid]) for at_ms, transfer in known]
            dealings = dealings_of((at_ms, admitted[transfer.uid][0], transfer.people) for at_ms, transfer in known)
            findings = _findings(log, spans[topics.FINDINGS], dealings)
        return Latency(
            {
                "partner append to transfers": percentiles(row[1] - row[0] for row in rows),
                "transfers to observations": percentiles(row[2] - row[1] for row in rows),
                "observations to judged": percentiles(row[3] - row[2] for row in rows),
            },
            percentiles(row[3] - row[0] for row in rows),
            percentiles(findings),
        )


def percentiles(values: Iterable[float]) -> Percentiles:
    """Nearest-rank percentiles; all zero where there are no values."""
    ordered = sorted(values)
    if not ordered:
        return Percentiles(0, 0, 0, 0, 0)

    def at(share: float) -> float:
        return float(ordered[min(len(ordered) - 1, int(share * len(ordered)))])

    return Percentiles(len(ordered), at(0.5), at(0.95), at(0.99), float(ordered[-1]))


def commits(log: CommittedLog, prefix: str) -> dict[str, list[int]]:
    """When the transactions of each transactional id with this prefix were complete, ms UTC ascending."""
    found: dict[str, list[int]] = defaultdict(list)
    for record in log.scan(TRANSACTIONS):
        key, value = record.key or b"", record.value or b""
        name = key[_ID_AT:].decode("ascii", "replace")
        if name.startswith(prefix) and len(value) > _STATE_AT and value[_STATE_AT] == _COMPLETE_COMMIT:
            found[name].append(record.timestamp)
    return {name: sorted(times) for name, times in found.items()}


class _Taken(NamedTuple):
    """A transfer on `transfers`: when it was written there, ms UTC, and the keys of its parties."""

    uid: bytes
    written: int
    people: tuple[bytes, ...]


class _Judged:
    """For one partition of `observations`: which position was durable when."""

    def __init__(self, positions: Sequence[tuple[int, int]], complete: Sequence[int]) -> None:
        self._offsets = [offset for offset, _ in positions]
        self._written = [at_ms for _, at_ms in positions]
        self._complete = complete

    def at(self, offset: int) -> int | None:
        """When the record at `offset` was judged, ms UTC; None if it is not yet."""
        index = bisect_left(self._offsets, offset)
        if index == len(self._offsets):
            return None
        done = bisect_left(self._complete, self._written[index])
        return self._complete[done] if done < len(self._complete) else None


def _judging(log: CommittedLog, spans: Spans) -> dict[int, _Judged]:
    positions: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for record in log.read(topics.changelog("detect"), spans):
        if record.key == POSITION_KEY:
            positions[record.partition].append((int(record.value or b"-1"), record.timestamp))
    complete = commits(log, f"{APP_ID}-detect-")
    return {p: _Judged(sorted(rows), complete.get(f"{APP_ID}-detect-{p}", ())) for p, rows in positions.items()}


def _taken(log: CommittedLog, spans: Spans) -> dict[Place, _Taken]:
    """By source coordinate."""
    found = {}
    for record in log.read(topics.TRANSFERS, spans):
        for transfer in _TRANSFERS.decode(record.value or b"").transfers:
            people = tuple(party.key for party in (transfer.sender, transfer.receiver) if party)
            found[transfer.source.partition, transfer.source.offset] = _Taken(transfer.uid, record.timestamp, people)
    return found


def _admitted(log: CommittedLog, spans: Spans, judged_at: Mapping[int, _Judged]) -> dict[bytes, tuple[int, int]]:
    """uid -> (when its last observation was written, when its last observation was judged)."""
    found: dict[bytes, tuple[int, int]] = {}
    for record in log.read(topics.OBSERVATIONS, spans):
        judged = judged_at[record.partition].at(record.offset) if record.partition in judged_at else None
        if judged is None:
            continue
        for facts in _OBSERVATIONS.decode(record.value or b"").facts:
            written, done = found.get(facts.uid, (0, 0))
            found[facts.uid] = (max(written, record.timestamp), max(done, judged))
    return found


def dealings_of(transfers: Iterable[tuple[int, int, tuple[bytes, ...]]]) -> Dealings:
    """By party, of each of its transfers: when detection was told, and when the partner appended it. In: appended, told, parties."""
    found: dict[bytes, list[tuple[int, int]]] = defaultdict(list)
    for appended, told, people in transfers:
        for person in people:
            found[person].append((told, appended))
    return found


def begun_ms(finding: Finding, written: int, dealings: Dealings) -> int | None:
    """Append of the newest transfer that names anybody in the evidence and was known when the finding was written; None without any."""
    people = {person for e in finding.evidence for person in (e.sender, e.receiver) if person}
    times = (appended for person in people for told, appended in dealings.get(person, ()) if told <= written)
    return max(times, default=None)


def _findings(log: CommittedLog, spans: Spans, dealings: Dealings) -> list[float]:
    """Milliseconds from what completed a finding to the commit of its first version."""
    complete = commits(log, f"{APP_ID}-detect-")
    found = []
    for record in log.read(topics.FINDINGS, spans):
        finding = _FINDINGS.decode(record.value or b"")
        begun = begun_ms(finding, record.timestamp, dealings) if finding.version == 1 else None
        if begun is not None:
            judge = complete[f"{APP_ID}-detect-{partition_of(finding.entity, len(spans))}"]
            found.append(float(judge[bisect_left(judge, record.timestamp)] - begun))
    return found


def _bounds(log: CommittedLog, topic: str) -> dict[int, tuple[int, int]]:
    return log.bounds(topic, log.partitions(topic))
