"""Delivery: `filings` and what people decided in; filings on the FIUs' topics, holds for a person and the audit out, exactly once.

One step takes what is waiting (connectors.fius.pace: once a second), renders the newest version of each report, and commits
outputs, state and offsets in one transaction. The state of a partition is read back when its first record comes: by then the position is known, so no
transaction of a former owner can still change what was delivered (require_stable). Whatever fails ends the process.
`filings.decisions` has the partitions of `filings` and the same keys, and the group's range assignor gives both topics' partition n to one member.
"""

import re
from collections import ChainMap
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple, Protocol

from kafka import TopicPartition

from connectors.fius.decided import Executor, Ruling
from connectors.fius.delivered import STATE_TOPIC, Delivered, Waiting, restored, waiting
from connectors.fius.dispatch import REPORT_CODEC, Arrival, Dispatcher, Outcome, newest
from connectors.fius.pace import Pace
from connectors.kafka.aside import set_aside
from connectors.kafka.record import Record
from connectors.kafka.scan import CommittedLog, LogRecord, TopicMissing
from connectors.kafka.transactions import Taken, TransactionalLog
from schemas import topics
from schemas.codec import CorruptRecord
from schemas.decision import ANSWERED, DECISION_CODEC
from schemas.transfer import Coordinate

GROUP = "deliver"
PATTERN = f"^({topics.FILINGS}|{re.escape(topics.DECISIONS)})$"
# DEF: of one transaction; a report of 500 scattered transfers takes about a second to read and render, so that even a batch of
# nothing else stays under the minute after which the group gives a silent member's partitions away
MAX_REPORTS = 40
POLL_MS = 200
GAUGE_S = 5.0
SOURCES = (topics.FILINGS, topics.DECISIONS)


class DeliveryMeters(Protocol):
    """What delivery counts. Labels are closed sets: FIUs of the registry ("" where there is no route) and states."""

    def filing(self, fiu: str, state: str) -> None:
        """One filing for `fiu` ended as published, held, proposed or withdrawn."""

    def waiting(self, found: Sequence[Waiting], now_ms: int) -> None:
        """All that waits for a person at `now_ms`."""

    def rendered(self, seconds: float, filings: int) -> None:
        """Rendering and publishing `filings` filings took `seconds` in all."""

    def lag(self, reports: int) -> None:
        """`reports` report versions wait on `filings`."""


class Clock(Protocol):
    """Time, injected: seconds for durations, ms UTC for deadlines."""

    def monotonic(self) -> float:
        """Seconds since some fixed moment."""

    def now_ms(self) -> int:
        """Milliseconds since the epoch, UTC."""

    def sleep(self, seconds: float) -> None:
        """Waits."""


class Office(NamedTuple):
    """Reports and decisions, each for the one who knows what to do with it."""

    dispatcher: Dispatcher
    executor: Executor

    def work(self, items: Sequence[Arrival | Ruling], known: dict[str, Delivered]) -> Iterator[tuple[str, Outcome]]:
        """(report id, outcome) of what leads to something; what one item leads to, the next one finds.

        1. What FIUs answered: the next version says what it corrects.
        2. The newest version of each report.
        3. Decisions: each is about a version that delivery has seen, now or earlier.

        known  state by report id, left as it is
        """
        state: ChainMap[str, Delivered] = ChainMap({}, known)
        rulings = [item for item in items if isinstance(item, Ruling)]
        answers = [ruling for ruling in rulings if ruling.decision.action == ANSWERED]
        decisions = [ruling for ruling in rulings if ruling.decision.action != ANSWERED]
        arrivals = newest(item for item in items if isinstance(item, Arrival))
        yield from self._execute(answers, state)
        for arrival in arrivals:
            report_id = arrival.report.report_id
            yield from _kept(state, report_id, self.dispatcher.dispatch(arrival, state.get(report_id)))
        yield from self._execute(decisions, state)

    def _execute(self, rulings: Sequence[Ruling], state: ChainMap[str, Delivered]) -> Iterator[tuple[str, Outcome]]:
        for ruling in rulings:
            report_id = ruling.decision.report_id
            yield from _kept(state, report_id, self.executor.execute(ruling, state.get(report_id)))


def _kept(state: ChainMap[str, Delivered], report_id: str, outcome: Outcome | None) -> Iterator[tuple[str, Outcome]]:
    if outcome is not None:
        state[report_id] = outcome.state
        yield report_id, outcome


class Delivery:
    """The loop's body."""

    def __init__(self, bootstrap: str, log: TransactionalLog, office: Office, meters: DeliveryMeters, clock: Clock) -> None:
        self._bootstrap, self._log, self._office = bootstrap, log, office
        self._meters, self._clock = meters, clock
        self._state: dict[int, dict[str, Delivered]] = {}
        self._generation = -1
        self._gauge_due = 0.0
        self._pace = Pace()

    def open(self, fius: Sequence[str]) -> None:
        """Checks that every topic to write to exists and joins the group. Raises TopicMissing."""
        with CommittedLog(self._bootstrap) as reader:
            existing = reader.topics()
        for topic in (
            topics.FILINGS,
            topics.DECISIONS,
            STATE_TOPIC,
            topics.HELD,
            topics.AUDIT,
            topics.QUARANTINE,
            *map(topics.fiu_reports, fius),
        ):
            if topic not in existing:
                raise TopicMissing(topic)
        self._log.open()

    def step(self, timeout_ms: int = POLL_MS) -> int:
        """Delivers what is waiting; returns the number of report versions taken, 0 when none came in time or it is too early.

        Raises  Fenced, CommitLost: the process must end.
        """
        early_s = self._pace.early_s(self._clock.monotonic())
        if early_s > 0:
            self._clock.sleep(min(early_s, timeout_ms / 1000))
            return 0
        taken = self._log.poll(timeout_ms, MAX_REPORTS)
        if taken is None:
            self._gauges()
            return 0
        started = self._clock.monotonic()
        count = sum(len(records) for records in taken.records.values())
        self._own(taken)
        outcomes, spoilt = self._outcomes(taken)
        self._log.commit(_records(outcomes, spoilt), taken)
        self._remember(outcomes)
        filings = sum(len(outcome.counts) for _, _, outcome in outcomes)
        ended = self._clock.monotonic()
        self._pace.took(started, ended, count >= MAX_REPORTS)
        self._meters.rendered(ended - started, filings)
        self._gauges()
        return count

    def _own(self, taken: Taken) -> None:
        """State of the polled partitions; after a change of the group it is read anew, for another may have delivered."""
        if taken.member.generation_id != self._generation:
            self._state.clear()
            self._generation = taken.member.generation_id
        self._log.must_own({TopicPartition(topic, tp.partition) for tp in taken.records for topic in SOURCES})
        missing = sorted({tp.partition for tp in taken.records} - set(self._state))
        if missing:
            self._state.update(read_state(self._bootstrap, missing))

    def _outcomes(self, taken: Taken) -> tuple[list[tuple[int, str, Outcome]], list[Record]]:
        """What the records of each partition lead to, and what could not be read."""
        outcomes: list[tuple[int, str, Outcome]] = []
        spoilt: list[Record] = []
        items: dict[int, list[Arrival | Ruling]] = {}
        for tp, records in taken.records.items():
            for read in map(_read, records):
                if isinstance(read, Record):
                    spoilt.append(read)
                else:
                    items.setdefault(tp.partition, []).append(read)
        for partition, read_here in items.items():
            known = self._state[partition]
            outcomes += [(partition, report_id, outcome) for report_id, outcome in self._office.work(read_here, known)]
        return outcomes, spoilt

    def _remember(self, outcomes: list[tuple[int, str, Outcome]]) -> None:
        for partition, report_id, outcome in outcomes:
            self._state[partition][report_id] = outcome.state
            for fiu, state in outcome.counts:
                self._meters.filing(fiu, state)

    def _gauges(self) -> None:
        if self._clock.monotonic() < self._gauge_due:
            return
        self._gauge_due = self._clock.monotonic() + GAUGE_S
        now_ms = self._clock.now_ms()
        self._meters.waiting([one for state in self._state.values() for one in waiting(state.values())], now_ms)
        self._meters.lag(sum(self._log.lag().values()))


def read_state(bootstrap: str, partitions: Sequence[int]) -> Mapping[int, dict[str, Delivered]]:
    """What was delivered of the reports in each partition, from `deliver.state`."""
    logs: dict[int, list[tuple[bytes, bytes | None]]] = {partition: [] for partition in partitions}
    with CommittedLog(bootstrap) as reader:
        for record in reader.read(STATE_TOPIC, reader.bounds(STATE_TOPIC, partitions)):
            logs[record.partition].append((record.key or b"", record.value))
    return {partition: restored(log) for partition, log in logs.items()}


def _read(record: LogRecord) -> Arrival | Ruling | Record:
    """The report or decision with its coordinate and time, or the quarantine entry where the bytes are none."""
    source, raw = Coordinate(record.topic, record.partition, record.offset), record.value or b""
    try:
        if record.topic == topics.DECISIONS:
            return Ruling(DECISION_CODEC.decode(raw), source, record.timestamp)
        return Arrival(REPORT_CODEC.decode(raw), source, record.timestamp)
    except CorruptRecord as error:
        return set_aside("deliver", source, raw, (error.code, str(error)))


def _records(outcomes: list[tuple[int, str, Outcome]], spoilt: list[Record]) -> Iterator[Record]:
    for _, _, outcome in outcomes:
        yield from outcome.records
    yield from spoilt


def run(delivery: Delivery, stopping: Callable[[], bool]) -> None:
    """Steps until `stopping()` is true. Raises Fenced, CommitLost."""
    while not stopping():
        delivery.step()
