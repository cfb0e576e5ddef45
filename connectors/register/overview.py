"""What the register says of its filings: for lists, for one filing with its whole life, and as numbers for the metrics."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection, Engine, Row, func, select

from connectors.register import tables
from connectors.register.database import read
from connectors.register.decide import the_filing
from connectors.register.gather import facts_of, filings_of
from streams.domain.lifecycle import CLOCK_RUNS, live
from streams.domain.release import Voice, people_needed, round_of


class FilingLine(msgspec.Struct, frozen=True):
    """One filing as it stands. due_ms: when the FIU must have it, ms UTC; `is_overdue` at the time asked for.

    code      of the hold it waits for, "" elsewhere
    agreed    people who have agreed to its release so far, of `needed`
    """

    filing: str
    report_id: str
    fiu: str
    registration: str
    version: int
    state: str
    code: str
    urgent: bool
    is_open: bool
    is_overdue: bool
    due_ms: int
    formed_ms: int
    sent_ms: int | None
    release: str
    agreed: int
    needed: int


class AnswerLine(msgspec.Struct, frozen=True):
    """An FIU's answer. `code` says why it changes nothing; errors: (code, path in the form, our field); partition, offset: where its words are."""

    answer_id: str
    fiu: str
    report_id: str
    version: int
    status: str
    filing_id: str
    fiu_reference: str
    received_ms: int
    times: int
    code: str
    errors: tuple[tuple[str, str, str], ...]
    partition: int
    offset: int


class Shown(msgspec.Struct, frozen=True):
    """One filing with its whole life. steps: (version, event, state, cause); void: facts that change nothing, with the code why."""

    line: FilingLine
    steps: tuple[tuple[int, str, str, str], ...]
    sent: tuple[dict[str, Any], ...]
    holds: tuple[dict[str, Any], ...]
    decisions: tuple[dict[str, Any], ...]
    answers: tuple[AnswerLine, ...]
    void: dict[str, str]


class Standing(NamedTuple):
    """Numbers for the metrics: filings by (FIU, state), and those whose clock runs out: (FIU, due_ms)."""

    states: Mapping[tuple[str, str], int]
    due: Sequence[tuple[str, int]]


def filings(engine: Engine, now_ms: int, everything: bool = False) -> list[FilingLine]:
    """Filings whose clock runs, nearest deadline first; with `everything` the others behind them, newest first."""
    table = tables.filings
    query = select(table).order_by(table.c.is_open.desc(), table.c.due_ms, table.c.filing)
    with read(engine) as connection:
        rows = connection.execute(query if everything else query.where(table.c.is_open)).all()
        return [_line(row, _voices(connection, row), now_ms) for row in rows]


def shown(engine: Engine, prefix: str, now_ms: int) -> Shown:
    """One filing with everything the register knows of it. Raises RegisterError."""
    with read(engine) as connection:
        row = the_filing(connection, prefix)
        found = facts_of(connection, [row.report_id])[row.report_id]
        gathered = next(one for one in filings_of(row.report_id, found) if one.filing == row.filing)
        life = live(gathered.versions)
        mine = {answer.answer_id for version in gathered.versions for answer in version.answers}
        return Shown(
            line=_line(row, _voices(connection, row), now_ms),
            steps=tuple((step.version, step.event, step.state, step.cause) for step in life.steps),
            sent=tuple(_plain(one) for one in gathered.sent),
            holds=tuple(_plain(one) for one in found.get("holds", ()) if one.filing == row.filing),
            decisions=tuple(_plain(one) for one in gathered.decisions),
            answers=tuple(_answer(connection, one) for one in found.get("answers", ()) if one.answer_id in mine),
            void=dict(life.void),
        )


def unmatched(engine: Engine) -> list[AnswerLine]:
    """Answers that no filing knows, or that change nothing, by time: somebody should ask the FIU."""
    query = select(tables.answers).where(tables.answers.c.code != "").order_by(tables.answers.c.received_ms)
    with read(engine) as connection:
        return [_answer(connection, row) for row in connection.execute(query).all()]


def standing(engine: Engine) -> Standing:
    """How many filings are in which state, and when those are due whose clock runs."""
    table = tables.filings
    counted = select(table.c.fiu, table.c.state, func.count()).group_by(table.c.fiu, table.c.state)
    waiting = select(table.c.fiu, table.c.due_ms).where(table.c.is_open)
    with read(engine) as connection:
        states = Counter({(row[0], row[1]): int(row[2]) for row in connection.execute(counted)})
        return Standing(states, [(row.fiu, row.due_ms) for row in connection.execute(waiting) if row.due_ms])


def _line(row: Row[Any], voices: Sequence[Voice], now_ms: int) -> FilingLine:
    agreed = sum(one.action in ("approve", "release") for one in round_of(voices, row.state))
    waits = row.state in ("awaiting_review", "held", "rejected")
    return FilingLine(
        filing=row.filing,
        report_id=row.report_id,
        fiu=row.fiu,
        registration=row.registration,
        version=row.version,
        state=row.state,
        code=row.code,
        urgent=row.urgent,
        is_open=row.is_open,
        is_overdue=row.state in CLOCK_RUNS and 0 < row.due_ms < now_ms,
        due_ms=row.due_ms,
        formed_ms=row.formed_ms,
        sent_ms=row.sent_ms,
        release=row.release,
        agreed=agreed if waits else 0,
        needed=people_needed(row.release) if waits else 0,
    )


def _voices(connection: Connection, row: Row[Any]) -> list[Voice]:
    if row.state not in ("awaiting_review", "held", "rejected"):
        return []
    decisions = tables.decisions
    mine = (decisions.c.subject == row.filing) & (decisions.c.version == row.version)
    said = connection.execute(select(decisions).where(mine).order_by(decisions.c.number))
    return [Voice(one.person, one.action, one.from_state, bool(one.effect)) for one in said]


def _answer(connection: Connection, row: Row[Any]) -> AnswerLine:
    errors = tables.answer_errors
    wrong = connection.execute(select(errors).where(errors.c.answer_id == row.answer_id).order_by(errors.c.number))
    return AnswerLine(
        answer_id=row.answer_id,
        fiu=row.fiu,
        report_id=row.report_id,
        version=row.version,
        status=row.status,
        filing_id=row.filing_id,
        fiu_reference=row.fiu_reference,
        received_ms=row.received_ms,
        times=row.times,
        code=row.code,
        errors=tuple((one.code, one.target_path, one.canonical_path or "") for one in wrong),
        partition=row.partition,
        offset=row.offset,
    )


def _plain(row: Row[Any]) -> dict[str, Any]:
    return {name: value for name, value in row._mapping.items() if name not in ("report_id", "filing", "subject", "person")}
