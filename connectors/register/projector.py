"""Keeps the register up to the topics: one transaction of the database holds a batch's facts, what follows from them, and the offsets.

1. Records are read and decoded outside the transaction; what cannot be decoded is put into the outbox for the quarantine.
2. The transaction moves each offset from where this process left it. If it is elsewhere, another process has taken over: this one ends.
3. Then facts, derived rows, audit chain and outbox are written; a kill before the commit leaves nothing of it.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from sqlalchemy import Connection, Engine, Table, delete, select, update

from connectors.kafka.aside import set_aside
from connectors.kafka.scan import LogRecord
from connectors.kafka.transactions import Fenced
from connectors.register import facts, tables
from connectors.register.answers import UnusableAnswer, of_answer
from connectors.register.database import read, write
from connectors.register.derive import Context, derive
from connectors.register.facts import Facts
from connectors.register.reader import Follower, Place
from connectors.register.upsert import insert_new, upsert
from schemas import topics
from schemas.codec import CorruptRecord
from schemas.registry import Fiu
from schemas.transfer import Coordinate
from schemas.wire import UnreadableAvro

STAGE = "register"
# Topics that belong to nobody's FIU; each with what it says.
INTERNAL: Mapping[str, Callable[[LogRecord], Facts]] = {
    topics.FILINGS: facts.of_report,
    topics.changelog("deliver"): facts.of_state,
    topics.HELD: facts.of_held,
    topics.AUDIT: facts.of_audit,
    topics.DECISIONS: facts.of_decision,
}
# Rows of these are what a record said first; of the others the last record counts.
FIRST_COUNTS = (tables.answer_errors, tables.requests, tables.decisions)


class RegisterMeters(Protocol):
    """What the register counts. Labels are closed sets."""

    def answer(self, fiu: str, status: str) -> None:
        """An answer of `fiu` came, repeated ones included."""

    def decision(self, action: str) -> None:
        """A person's decision was published."""

    def quarantined(self, reason_code: str) -> None:
        """A record could not be read and was set aside."""


class Batch(NamedTuple):
    """A batch decoded: rows by table in their order, reports touched, lines to replace, and what is set aside."""

    rows: Mapping[Table, list[facts.Row]]
    reports: set[str]
    cleared: set[str]
    aside: list[dict[str, Any]]
    ends: Mapping[Place, int]


class Projector:
    """The loop's body."""

    def __init__(
        self, engine: Engine, follower: Follower, fius: Mapping[str, Fiu], meters: RegisterMeters, now_ms: Callable[[], int]
    ) -> None:
        self._engine, self._follower, self._fius = engine, follower, fius
        self._meters, self._now_ms = meters, now_ms
        self._answered = {topics.fiu_feedback(fiu): fiu for fiu in fius}
        self._filed = {topics.fiu_reports(fiu) for fiu in fius}
        self._positions: dict[Place, int] = {}

    def open(self) -> None:
        """Goes on after the last transaction. Raises RegisterError."""
        with write(self._engine) as connection:
            start = [{"topic": topic, "partition": partition, "next": 0} for topic, partition in self._follower.places]
            insert_new(connection, tables.positions, start)
            self._positions = {(row.topic, row.partition): row.next for row in connection.execute(select(tables.positions))}
        self._follower.start({place: offset for place, offset in self._positions.items() if offset})

    def step(self, timeout_ms: int) -> int:
        """Takes in what waits; the number of records. Raises Fenced where another process reads for the same database."""
        records = self._follower.poll(timeout_ms)
        if not records:
            return 0
        batch = self._decoded(records)
        with write(self._engine) as connection:
            self._advance(connection, batch.ends)
            self._store(connection, batch)
            derive(connection, batch.reports, Context(self._fius, self._now_ms()))
        self._positions.update(batch.ends)
        return len(records)

    def _decoded(self, records: Iterable[LogRecord]) -> Batch:
        rows: dict[Table, list[facts.Row]] = {}
        reports: set[str] = set()
        lines: dict[str, list[facts.Row]] = {}
        aside: list[dict[str, Any]] = []
        ends: dict[Place, int] = {}
        for record in records:
            ends[record.topic, record.partition] = record.offset + 1
            try:
                found = self._read(record)
            except (CorruptRecord, UnreadableAvro, UnusableAnswer) as error:
                aside.append(_aside(record, error.code, str(error)))
                self._meters.quarantined(error.code)
                continue
            reports.update(found.reports)
            lines |= {report_id: [] for report_id in found.cleared}  # an older state of the same batch counts for nothing
            for table, row in found.rows:
                (lines[row["report_id"]] if table is tables.lines else rows.setdefault(table, [])).append(row)
        rows[tables.lines] = [row for of_report in lines.values() for row in of_report]
        return Batch(rows, reports, set(lines), aside, ends)

    def _read(self, record: LogRecord) -> Facts:
        if record.topic in INTERNAL:
            read_here = INTERNAL[record.topic](record)
            for table, row in read_here.rows:
                if table is tables.decisions:
                    self._meters.decision(row["action"])
            return read_here
        if record.topic in self._filed:
            return facts.of_filing(record)
        fiu = self._answered[record.topic]
        found = of_answer(record, fiu)
        self._meters.answer(fiu, str(found.rows[0][1]["status"]))
        return found

    def _advance(self, connection: Connection, ends: Mapping[Place, int]) -> None:
        for (topic, partition), end in ends.items():
            place = (tables.positions.c.topic == topic) & (tables.positions.c.partition == partition)
            expected = tables.positions.c.next == self._positions[topic, partition]
            if connection.execute(update(tables.positions).where(place & expected).values(next=end)).rowcount != 1:
                raise Fenced("Another process fills the same register.")

    def _store(self, connection: Connection, batch: Batch) -> None:
        for report_id in sorted(batch.cleared):
            connection.execute(delete(tables.lines).where(tables.lines.c.report_id == report_id))
        for table in tables.METADATA.sorted_tables:  # what others refer to comes first
            rows = batch.rows.get(table, [])
            if table is tables.answers:
                _store_answers(connection, rows)
            else:
                (insert_new if table in FIRST_COUNTS else upsert)(connection, table, rows)
        if batch.aside:
            connection.execute(tables.outbox.insert(), batch.aside)


def _store_answers(connection: Connection, rows: Sequence[facts.Row]) -> None:
    """An answer that came before, in this batch or an earlier one, is counted and changes nothing else."""
    for row in rows:
        again = update(tables.answers).where(tables.answers.c.answer_id == row["answer_id"])
        if connection.execute(again.values(times=tables.answers.c.times + 1)).rowcount == 0:
            connection.execute(tables.answers.insert().values(**row))


def _aside(record: LogRecord, code: str, text: str) -> dict[str, Any]:
    source = Coordinate(record.topic, record.partition, record.offset)
    made = set_aside(STAGE, source, record.value or b"", (code, text))
    return {"topic": made.topic, "partition": made.partition, "key": made.key, "value": made.value}


def behind(engine: Engine) -> dict[Place, int]:
    """Where the register stands on each partition: the offset it reads next."""
    with read(engine) as connection:
        return {(row.topic, row.partition): row.next for row in connection.execute(select(tables.positions))}
