"""Intake: partner topics in; canonical transfers, quarantine entries and receipts out, exactly once.

One step takes in what came in within GATHER_MS and hands it to a commit in the background. Under load more events are waiting
after each step, so transactions grow by themselves (some 50 events at 1,000/s, MAX_EVENTS when it cannot keep up) and latency
stays near that of two commits while there is capacity.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Protocol

from kafka import TopicPartition

from connectors.kafka.overlap import OverlappedCommits
from connectors.kafka.record import Record
from connectors.kafka.scan import CommittedLog, LogRecord, TopicMissing
from connectors.kafka.transactions import CommitLost, Taken, TransactionalLog
from connectors.partners import quarantine
from connectors.partners.accept import Acceptor, Rejection
from connectors.partners.arrival import coordinate_of, incoming_of
from connectors.partners.completeness import Marks, counts
from connectors.partners.outgoing import Outgoing
from connectors.partners.stream_start import STATE_TOPIC, STREAM_START, StreamStart, StreamStarts, first_wins
from connectors.partners.waiting import SchemaRegistryAway, Waiting
from connectors.sealing.seal import Seal
from schemas import topics
from schemas.codec import Codec
from schemas.quality import Counts, QualityRecord
from schemas.transfer import Transfer

GROUP = "intake"
_PARTNER = re.compile(r"partner\.([a-z0-9_-]+)\.transfers")
PATTERN = f"^{_PARTNER.pattern}$"
MAX_EVENTS = (
    2500  # of one transaction: 0.2 s of work; a transaction costs this process some 10 ms, so that 1,000 took 6 us more an event
)
HEAD_RECORDS = 100  # how far into a partition the first readable event is looked for
POLL_MS = 200
GATHER_MS = 50  # events a fetch waits for others: twenty transactions a second are enough for any latency we promise
UNKNOWN_PARTNER = "unknown"
QUALITY_S = 60.0  # DEF: how often the counts of fields are written
QUALITY = Codec(QualityRecord)


class IntakeMeters(Protocol):
    """What intake counts. Labels are closed sets: registry partners (or "unknown"), outcomes, reason codes."""

    def events(self, partner: str, outcome: str, count: int) -> None:
        """`count` events of `partner` ended as accepted or quarantined."""

    def quarantined(self, reason_code: str, count: int) -> None:
        """`count` events were set aside for this reason."""

    def commit(self, seconds: float, events: int) -> None:
        """A transaction of `events` events took `seconds` to write and commit."""

    def lag(self, partner: str, events: int) -> None:
        """`events` of `partner` wait on its topic."""

    def waiting(self, partner: str, partitions: int) -> None:
        """`partitions` of `partner` wait for the schema registry."""

    def quality(self, partner: str, counts: Counts) -> None:
        """Which fields the transfers of `partner` carried since this was last called."""


class Intake:
    """The loop's body for the partners in `acceptors`; `seal` seals what it writes, clock gives seconds for durations only."""

    def __init__(
        self,
        log: TransactionalLog,
        acceptors: Mapping[str, Acceptor],
        seal: Seal,
        meters: IntakeMeters,
        clock: Callable[[], float],
    ) -> None:
        self._log, self._acceptors, self._seal = log, acceptors, seal
        self._partners = {name: acceptor.partner for name, acceptor in acceptors.items()}
        self._meters, self._clock = meters, clock
        self._commits = OverlappedCommits(log, clock)
        self._waiting = Waiting(log, clock)
        self._under_way: Outgoing | None = None
        self._partitions = 0
        self._starts: StreamStarts | None = None
        self._lag_due = 0.0
        self._marks: Marks = Counter()
        self._quality_due = clock() + QUALITY_S

    def open(self, bootstrap: str) -> None:
        """Checks that every topic to write to exists, reads the stream starts and joins the group. Raises TopicMissing, SealingError."""
        self._seal.begin()  # a key that is not there must show before anything is taken in
        with CommittedLog(bootstrap) as reader:
            existing = reader.topics()
            for topic in (
                topics.QUARANTINE,
                topics.QUALITY,
                *(topics.partner_receipts(partner) for partner in sorted(self._partners)),
            ):
                if topic not in existing:
                    raise TopicMissing(topic)
            self._partitions = len(reader.partitions(topics.TRANSFERS))
            stored = first_wins(_stored_starts(reader.scan(STATE_TOPIC)))
        head = StreamHead(bootstrap, self._commits, self._acceptors)
        self._starts = StreamStarts(self._partners.values(), stored, head.first_event, head.decide)
        self._commits.open()

    def step(self, timeout_ms: int = POLL_MS) -> int:
        """Takes in what is waiting and begins to commit it; returns the number of events committed since the last step.

        Raises  Fenced, CommitLost: the process must end; SealingError.
        """
        try:
            return self._step(timeout_ms)
        except CommitLost:
            # The process ends for this reason: closing it must neither count what did not commit nor find another reason in writing.
            self._marks.clear()
            self._under_way = None
            raise

    def _step(self, timeout_ms: int) -> int:
        self._waiting.go_on()
        taken, gathered = self._gather(self._log.poll(timeout_ms, MAX_EVENTS))
        records = [] if gathered is None else list(gathered.records())
        committed = self._settle()
        if taken is not None:
            if self._clock() >= self._quality_due:
                records += self._quality()
            self._commits.start(records, taken)
            self._under_way = gathered
        self._report_lag()
        return committed

    def _settle(self) -> int:
        self._commits.settle()
        if self._under_way is None:
            return 0
        settled, self._under_way = self._under_way, None
        self._marks.update(settled.marks)
        self._count(settled, self._commits.seconds)
        return sum(settled.outcomes.values())

    def is_joined(self) -> bool:
        """Whether the group has given this process its share of the partitions (which may be none)."""
        return self._log.is_joined()

    def close(self) -> None:
        """Finishes the open transaction and leaves the group. Raises Fenced, CommitLost."""
        try:
            self._settle()
            if last := self._quality():
                self._commits.commit_alone(last)
        finally:
            self._commits.close()

    def _quality(self) -> list[Record]:
        """What was counted of committed events since the last time, for the meters and as a record. A killed process loses up to QUALITY_S of
        it: these are shares, not the account of events."""
        self._quality_due = self._clock() + QUALITY_S
        found = counts(self._marks)
        self._marks.clear()
        for partner, of_partner in found.items():
            self._meters.quality(partner, of_partner)
        return [Record(topics.QUALITY, 0, None, QUALITY.encode(QualityRecord(found)))] if found else []

    def _gather(self, taken: Taken | None) -> tuple[Taken | None, Outgoing | None]:
        """What the events lead to, and those that count: all but what has to wait for the schema registry."""
        assert self._starts is not None, "open() comes first"
        if taken is None:
            return None, None
        outgoing, done = Outgoing(self._partitions, self._seal), dict[TopicPartition, list[LogRecord]]()
        for tp, records in taken.records.items():
            count = self._take_in(outgoing, tp, records)
            if count:
                done[tp] = records[:count]
        for partner, earliest_ms in outgoing.earliest_ms.items():
            try:
                outgoing.stream_starts[partner] = self._starts.ensure(partner, earliest_ms)
            except SchemaRegistryAway as away:  # on the head of another partition: none of the partner's may be first
                for tp in [tp for tp in done if partner_of(tp.topic) == partner]:
                    self._waiting.hold_back(tp, done.pop(tp)[0].offset, away)
                return self._gather(taken._replace(records=done))
        return (taken._replace(records=done), outgoing) if done else (None, None)

    def _take_in(self, outgoing: Outgoing, tp: TopicPartition, records: list[LogRecord]) -> int:
        """How many of the records were taken in; the others wait."""
        partner = partner_of(tp.topic)
        acceptor = self._acceptors.get(partner)
        for number, record in enumerate(records):
            try:
                _take_in(outgoing, partner, acceptor, record)
            except SchemaRegistryAway as away:
                self._waiting.hold_back(tp, record.offset, away)
                return number
        return len(records)

    def _count(self, outgoing: Outgoing, seconds: float) -> None:
        for (partner, outcome), count in outgoing.outcomes.items():
            self._meters.events(partner or UNKNOWN_PARTNER, outcome, count)
        for reason_code, count in outgoing.reason_codes().items():
            self._meters.quarantined(reason_code, count)
        self._meters.commit(seconds, sum(outgoing.outcomes.values()))

    def _report_lag(self) -> None:
        now = self._clock()
        if now < self._lag_due:
            return
        self._lag_due = now + 1.0
        for partner in self._partners:
            self._meters.waiting(partner, self._waiting.of(topics.partner_transfers(partner)))
        lags = dict.fromkeys(self._partners, 0)
        for topic, events in self._log.lag().items():
            partner = partner_of(topic)
            lags[partner if partner in self._partners else UNKNOWN_PARTNER] = events
        for partner, events in lags.items():
            self._meters.lag(partner, events)


class StreamHead:
    """Decides when a partner's stream began, from the first records of its topic (connectors.partners.stream_start)."""

    def __init__(self, bootstrap: str, commits: OverlappedCommits, acceptors: Mapping[str, Acceptor]) -> None:
        self._bootstrap, self._commits, self._acceptors = bootstrap, commits, acceptors

    def first_event(self, partner: str) -> int | None:
        """Earliest occurred_at of the first record with a valid transfer in each partition, ms UTC."""
        topic = topics.partner_transfers(partner)
        firsts: dict[int, int] = {}
        with CommittedLog(self._bootstrap) as reader:
            bounds = reader.bounds(topic, reader.partitions(topic))
            heads = {number: (first, min(end, first + HEAD_RECORDS)) for number, (first, end) in bounds.items()}
            for record in reader.read(topic, heads):
                if record.partition not in firsts:
                    passage = quarantine.passage(record.headers, record.timestamp)
                    results = self._acceptors[partner].take_in(incoming_of(record, passage), coordinate_of(record))
                    times = [result.occurred_ms for result in results if isinstance(result, Transfer)]
                    if times:
                        firsts[record.partition] = min(times)
        return min(firsts.values(), default=None)

    def decide(self, partner: str, candidate_ms: int) -> int:
        """Writes the candidate in a transaction of its own; the first one in the log is the one that counts."""
        written = self._write(partner, candidate_ms)
        with CommittedLog(self._bootstrap) as reader:
            starts = first_wins(_stored_starts(reader.read(STATE_TOPIC, {0: (0, written + 1)})))
        if starts[partner] != candidate_ms:
            self._write(partner, starts[partner])
        return starts[partner]

    def _write(self, partner: str, start_ms: int) -> int:
        value = STREAM_START.encode(StreamStart(partner, start_ms))
        return self._commits.commit_alone([Record(STATE_TOPIC, 0, partner.encode(), value)])[0]


def partner_of(topic: str) -> str:
    """Partner id in a topic name of the consumed pattern."""
    match = _PARTNER.fullmatch(topic)
    assert match is not None, f"{topic} is outside the subscription"
    return match[1]


def is_partner_topic(topic: str) -> bool:
    """Whether intake reads the topic."""
    return _PARTNER.fullmatch(topic) is not None


def _take_in(outgoing: Outgoing, partner: str, acceptor: Acceptor | None, record: LogRecord) -> None:
    passage = quarantine.passage(record.headers, record.timestamp)
    incoming, source = incoming_of(record, passage), coordinate_of(record)
    if acceptor is None:
        outgoing.quarantine(quarantine.partner_unknown(source, incoming, passage))
        return
    if (entry := acceptor.entry(incoming, source, outgoing.seal)) is not None:
        outgoing.add(entry)
        return
    for result in acceptor.take_in(incoming, source):
        if isinstance(result, Rejection):
            outgoing.quarantine(quarantine.rejected(result, partner, passage))
        else:
            outgoing.accept(result)


def _stored_starts(records: Iterator[LogRecord]) -> Iterator[StreamStart]:
    return (STREAM_START.decode(record.value) for record in records if record.value is not None)
