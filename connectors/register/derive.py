"""Makes the rows of `filings` from the facts, writes every new step into the audit chain, and tells delivery what an FIU answered.

Run inside the transaction that wrote the facts. What it writes to `filings` is a function of the facts and the FIU registry, so any
replay ends with the same rows; what it writes to the chain and the outbox is what is new since the last time.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection, Row, select, update

from connectors.register import tables
from connectors.register.audit import GATEWAY, Entry, append
from connectors.register.gather import AT_ONCE, Found, Gathered, facts_of, filings_of
from connectors.register.upsert import upsert
from schemas import topics
from schemas.decision import ANSWERED, DECISION_CODEC, SEND, Decision
from schemas.fius import holidays_of
from schemas.registry import Fiu
from streams.domain.calendar import correction_due, due
from streams.domain.lifecycle import CLOCK_RUNS, VERSION_UNKNOWN, Life, Step, live

REPORT_UNKNOWN = "answer_report_unknown"
DIGITS = 32


class Context(NamedTuple):
    """What derivation knows beside the tables: FIUs by id, and the time (ms UTC) that goes into the audit."""

    fius: Mapping[str, Fiu]
    now_ms: int


def derive(connection: Connection, report_ids: Iterable[str], context: Context) -> None:
    """Brings `filings`, the judgement of the answers, the chain and the outbox up to the facts of these reports."""
    wanted = sorted(set(report_ids))
    if not wanted:
        return
    before = _before(connection, wanted)
    rows, entries, messages = [], [], []
    for report_id, found in facts_of(connection, wanted).items():
        void: dict[str, list[str]] = {}
        fius: set[str] = set()
        for gathered in filings_of(report_id, found):
            fius.add(gathered.fiu)
            life = live(gathered.versions)
            row = _row(gathered, life, found, context)
            known = before.get(gathered.filing)
            if known is None or dict(known._mapping) != row:
                rows.append(row)
            new = _new_steps(life, known)
            entries += [_entry(gathered, step, context.now_ms) for step in new]
            messages += [message for step in new for message in _told(gathered, step, found)]
            _collect(gathered, life, void)
        entries += [_judged(connection, row, code, context.now_ms) for row, code in _judgements(found, void, fius)]
    upsert(connection, tables.filings, rows)
    append(connection, entries)
    if messages:
        connection.execute(tables.outbox.insert(), messages)


def _before(connection: Connection, report_ids: list[str]) -> dict[str, Row[Any]]:
    known: dict[str, Row[Any]] = {}
    for start in range(0, len(report_ids), AT_ONCE):
        some = tables.filings.c.report_id.in_(report_ids[start : start + AT_ONCE])
        known |= {row.filing: row for row in connection.execute(select(tables.filings).where(some))}
    return known


def _row(gathered: Gathered, life: Life, found: Found, context: Context) -> dict[str, Any]:
    plan = _latest(gathered.plans, life.version)
    report = _latest(gathered.reports, life.version)
    formed_ms, due_ms = _clock(gathered, life, found, context)
    return {
        "filing": gathered.filing,
        "report_id": gathered.report_id,
        "fiu": gathered.fiu,
        "country": gathered.country,
        "registration": gathered.registration,
        "version": life.version,
        "state": life.state,
        "code": life.code,
        "urgent": bool(report.urgent) if report else False,
        "is_open": life.state in CLOCK_RUNS,
        "release": plan.release if plan else "automatic",
        "formed_ms": formed_ms,
        "due_ms": due_ms,
        "sent_ms": max((row.at_ms for row in gathered.sent), default=None),
        "steps": msgspec.json.encode([tuple(step) for step in life.steps]).decode(),
    }


def _latest(rows: Mapping[int, Row[Any]], version: int) -> Row[Any] | None:
    """The row of the version, or of the last one before it that has one."""
    numbers = [number for number in rows if number <= version]
    return rows[max(numbers)] if numbers else None


def _clock(gathered: Gathered, life: Life, found: Found, context: Context) -> tuple[int, int]:
    """When suspicion formed and when the FIU must have what it does not have yet, ms UTC.

    1. As planned with the version; where a filing went out, as it said.
    2. From the first reviewer's word, where a reviewer forms the suspicion and the report was released.
    3. A rejected filing: until the FIU takes the correction, where facts say how long that is.
    """
    plan, report = _latest(gathered.plans, life.version), _latest(gathered.reports, life.version)
    formed_ms, due_ms = (report.formed_ms if report else 0), (plan.due_ms if plan else 0)
    fiu = context.fius.get(gathered.fiu)
    by_person = formed_by_person(gathered.decisions) if plan is not None and plan.formed_by == "reviewer" else 0
    if by_person and fiu is not None:
        formed_ms = by_person
        due_ms = due(by_person, fiu, holidays_of(fiu.calendar), bool(report and report.urgent)).due_ms
    elif gathered.sent and (plan is None or not due_ms):
        formed_ms, due_ms = gathered.sent[-1].formed_ms, gathered.sent[-1].due_ms
    if life.state == "rejected" and fiu is not None:
        answer = next(row for row in found["answers"] if row.answer_id == life.steps[-1].cause)
        due_ms = correction_due(answer.received_ms, fiu, holidays_of(fiu.calendar)) or due_ms
    return formed_ms, due_ms


def formed_by_person(decisions: Iterable[Any]) -> int:
    """When the first of those spoke by whose word the report was first released, ms UTC; 0 where it never was.

    decisions  anything with action, effect and at_ms, in their order
    """
    first = 0
    for row in decisions:
        if row.action in ("approve", "release"):
            first = first or row.at_ms
            if row.effect == SEND:
                return first
        elif row.effect:
            first = 0
    return 0


def _new_steps(life: Life, known: Row[Any] | None) -> list[Step]:
    old = {tuple(step) for step in msgspec.json.decode(known.steps)} if known else set()
    return [step for step in life.steps if tuple(step) not in old]


def _entry(gathered: Gathered, step: Step, now_ms: int) -> Entry:
    facts = {"report_id": gathered.report_id, "version": str(step.version), "fiu": gathered.fiu, "state": step.state}
    return Entry(now_ms, GATEWAY, f"filing_{step.event}", gathered.filing, facts | ({"cause": step.cause} if step.cause else {}))


def _told(gathered: Gathered, step: Step, found: Found) -> list[dict[str, Any]]:
    """The FIU's answer, for delivery: the next version must say what it corrects, under the FIU's own number."""
    if step.event not in ("accept", "reject"):
        return []
    answer = next(row for row in found["answers"] if row.answer_id == step.cause)
    version = next(version for version in gathered.versions if version.number == step.version)
    standing = [one for one in version.sendings if answer.filing_id in one.filing_ids] or [
        one for one in version.sendings if one.at_ms <= answer.at_ms
    ]
    report = _latest(gathered.reports, step.version)
    messages = []
    for filing_id in (standing[-1] if standing else version.sendings[0]).filing_ids:
        decision = Decision(
            decision_id=hashlib.sha256(f"{answer.answer_id}|{filing_id}".encode()).hexdigest()[:DIGITS],
            subject=gathered.filing,
            number=0,
            report_id=gathered.report_id,
            version=step.version,
            action=ANSWERED,
            effect="",
            person="",
            name="",
            reason="",
            from_state="",
            at_ms=answer.received_ms,
            fiu=gathered.fiu,
            answered=filing_id,
            accepted=step.event == "accept",
            reference=answer.fiu_reference,
        )
        messages.append(message_of(decision, report.partition if report else None))
    return messages


def message_of(decision: Decision, partition: int | None) -> dict[str, Any]:
    """The outbox row of a decision: on the partition of its report, which delivery reads together with it."""
    value = DECISION_CODEC.encode(decision)
    return {"topic": topics.DECISIONS, "partition": partition, "key": decision.report_id.encode(), "value": value}


def _collect(gathered: Gathered, life: Life, void: dict[str, list[str]]) -> None:
    """For each answer what each filing it reached makes of it: "" where it counts."""
    for version in gathered.versions:
        for answer in version.answers:
            void.setdefault(answer.answer_id, []).append(life.void.get(answer.answer_id, ""))


def _judgements(found: Found, void: Mapping[str, list[str]], fius: set[str]) -> Iterator[tuple[Row[Any], str]]:
    """Answers that count, or do not count, otherwise than noted; one that no filing knows stays visible under a code."""
    for row in found.get("answers", ()):
        codes = void.get(row.answer_id, [VERSION_UNKNOWN if row.fiu in fius else REPORT_UNKNOWN])
        code = "" if "" in codes else codes[0]
        if code != row.code:
            yield row, code


def _judged(connection: Connection, row: Row[Any], code: str, now_ms: int) -> Entry:
    connection.execute(update(tables.answers).where(tables.answers.c.answer_id == row.answer_id).values(code=code))
    facts = {"report_id": row.report_id, "version": str(row.version), "fiu": row.fiu, "status": row.status, "code": code}
    return Entry(now_ms, GATEWAY, "answer_judged", row.answer_id, facts)
