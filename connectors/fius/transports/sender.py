"""The process behind `strgw send`: takes filings off the FIUs' topics into the ledger, and runs a lane for each FIU.

1. A filing is in the ledger before the position of the group moves past it; taking it twice changes nothing.
2. One process carries: a later one claims the ledger (and the group's one instance name), and the elder one's next step ends it.
3. Each lane has a thread. What is no matter of its FIU (a fenced producer, a database that is away) ends the process.
"""

import threading
from collections.abc import Callable, Mapping, Sequence
from typing import NoReturn, Protocol

from connectors.fius.transports.arriving import row_of
from connectors.fius.transports.feedback_topic import FeedbackTopic
from connectors.fius.transports.lane import Lane
from connectors.fius.transports.ledger import Ledger, Replaced
from connectors.fius.transports.registry import Transport
from connectors.fius.transports.steps import UNSENT
from connectors.fius.transports.transmission import Transmission
from connectors.kafka.record import Record
from connectors.kafka.scan import CommittedLog, LogRecord, TopicMissing
from connectors.kafka.transactions import Fenced, Taken, TransactionalLog
from schemas import topics

GROUP = "send"
INSTANCE = "0"  # of every sender, so that a second one takes over from the first
MOST_TAKEN = 50
POLL_MS = 200
GAUGE_S = 5.0
LONGEST_REST_S = 1.0  # how late a lane may notice that its process is to end, or that a filing came


class SenderMeters(Protocol):
    """What the sender measures beside its lanes."""

    def unsent(self, rows: Sequence[Transmission], counts: Mapping[tuple[str, str], int], now_ms: int) -> None:
        """All that has not reached its FIU at `now_ms`, and how many there are in each state."""

    def quarantined(self, reason_code: str) -> None:
        """A record of an FIU's topic that is no filing was set aside."""


def pattern(fius: Sequence[str]) -> str:
    """Regular expression of the topics of these FIUs and no others."""
    return f"^fiu\\.({'|'.join(sorted(fiu.lower() for fiu in fius))})\\.reports$"


class Sender:
    """The loop's body, and the lanes."""

    def __init__(
        self, bootstrap: str, log: TransactionalLog, ledger: Ledger, topic: FeedbackTopic, rows: Mapping[str, Transport]
    ) -> None:
        self._bootstrap, self._log, self._ledger, self._topic, self._rows = bootstrap, log, ledger, topic, rows
        self._starts: dict[str, dict[int, int]] = {}
        self._threads: list[threading.Thread] = []
        self._failed: list[BaseException] = []
        self._gauge_due = 0.0

    def open(self) -> None:
        """Notes where each FIU's transmissions begin, joins the group and claims the ledger. Raises TopicMissing."""
        with CommittedLog(self._bootstrap) as reader:
            existing = reader.topics()
            for fiu, row in sorted(self._rows.items()):
                for topic in (topics.fiu_reports(fiu), topics.fiu_feedback(fiu), topics.QUARANTINE):
                    if topic not in existing:
                        raise TopicMissing(topic)
                bounds = reader.bounds(topics.fiu_reports(fiu), reader.partitions(topics.fiu_reports(fiu)))
                found = {partition: first if row.start == "first" else end for partition, (first, end) in bounds.items()}
                self._starts[fiu] = self._ledger.starts(fiu, found)
        self._log.open()
        self._ledger.claim()

    def is_joined(self) -> bool:
        """Whether the group has given this process the topics, so that no other carries what is on them."""
        return self._log.is_joined()

    def start(self, lanes: Sequence[Lane], stopping: threading.Event) -> None:
        """Starts the lanes' threads."""
        for lane in lanes:
            thread = threading.Thread(target=self._run, args=(lane, stopping), name=f"lane-{lane.fiu}", daemon=True)
            thread.start()
            self._threads.append(thread)

    def step(self, now_ms: int, meters: SenderMeters) -> int:
        """Takes what is waiting into the ledger; returns how many filings were new. Raises what ended a lane, Fenced, CommitLost."""
        if self._failed:
            _end(self._failed[0])
        taken = self._log.poll(POLL_MS, MOST_TAKEN)
        if taken is None:
            return 0
        rows, spoilt = self._sorted(taken, now_ms, meters)
        try:
            new = self._ledger.take(rows)
        except Replaced as error:
            _end(error)
        self._topic.commit(spoilt, taken)
        return new

    def gauges(self, monotonic: float, now_ms: int, meters: SenderMeters) -> None:
        """Tells now and then what has not reached its FIU."""
        if monotonic >= self._gauge_due:
            self._gauge_due = monotonic + GAUGE_S
            try:
                self._ledger.must_own()
            except Replaced as error:
                _end(error)
            meters.unsent(self._ledger.rows(states=UNSENT), self._ledger.counts(), now_ms)

    def join(self, timeout_s: float, monotonic: Callable[[], float]) -> None:
        """Waits for the lanes to finish what they are at; one that hangs is left: the ledger knows how far it came."""
        until = monotonic() + timeout_s
        for thread in self._threads:
            thread.join(max(0.0, until - monotonic()))

    def _sorted(self, taken: Taken, now_ms: int, meters: SenderMeters) -> tuple[list[Transmission], list[Record]]:
        rows, spoilt = [], []
        for record in (record for records in taken.records.values() for record in records):
            one = self._row(record, now_ms)
            if isinstance(one, Record):
                spoilt.append(one)
                meters.quarantined("unreadable_filing")
            elif one is not None:
                rows.append(one)
        return rows, spoilt

    def _row(self, record: LogRecord, now_ms: int) -> Transmission | Record | None:
        fiu = record.topic.split(".")[1].upper()
        if record.offset < self._starts[fiu].get(record.partition, 0):
            return None  # filed before this FIU's transport was set up
        return row_of(record, self._rows[fiu].packed, now_ms)

    def _run(self, lane: Lane, stopping: threading.Event) -> None:
        try:
            while not (stopping.is_set() or self._failed):
                rest_s = lane.step()
                if rest_s:
                    stopping.wait(min(rest_s, LONGEST_REST_S))
        except BaseException as error:  # noqa: BLE001  # handed to the thread that owns the loop, which ends the process
            self._failed.append(error)
        finally:
            lane.close()


def _end(error: BaseException) -> NoReturn:
    """Ends the process as a fenced one, where the ledger has another owner."""
    if isinstance(error, Replaced):
        raise Fenced(str(error)) from error
    raise error
