"""What people decide about filings: checked against the state as it is, written with its audit record, and left in the outbox.

One transaction of the database holds the decision, its record in the audit chain, the message to delivery and the filing's new state.
Writers take turns, so two people who decide at once are judged one after the other.
"""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine, Row, select

from connectors.register import tables
from connectors.register.audit import Entry, append
from connectors.register.database import write
from connectors.register.derive import DIGITS, Context, derive, formed_by_person, message_of
from connectors.register.errors import RegisterError
from connectors.register.facts import decision_row
from schemas.decision import SEND, Decision
from schemas.held import WITHDRAWN_AFTER_FILING
from schemas.registry import Fiu
from streams.domain.lifecycle import IllegalTransition, State
from streams.domain.release import IllegalDecision, Voice, effect_of, person_of

LONGEST_REASON = 2000  # DEF


class Wish(NamedTuple):
    """What a person wants. filing: its id, or a beginning of it that is unambiguous; version: the one the person has read, 0: the present one."""

    filing: str
    action: str
    name: str
    reason: str = ""
    version: int = 0


def decide(engine: Engine, wish: Wish, fius: Mapping[str, Fiu], now_ms: int) -> Decision:
    """Takes the decision. Raises RegisterError with the code of what stands against it; then nothing is written."""
    with write(engine) as connection:
        row = the_filing(connection, wish.filing)
        decision = _decision(connection, row, wish, now_ms)
        connection.execute(tables.decisions.insert().values(**decision_row(decision)))
        append(connection, [entry_of(decision)])
        connection.execute(tables.outbox.insert().values(**message_of(decision, decision.partition)))
        derive(connection, [row.report_id], Context(fius, now_ms))
        return decision


def entry_of(decision: Decision) -> Entry:
    """The audit record of a decision."""
    facts = {
        "decision_id": decision.decision_id,
        "report_id": decision.report_id,
        "version": str(decision.version),
        "from_state": decision.from_state,
        "effect": decision.effect,
        "reason": decision.reason,
        "digest": decision.digest.hex(),
    }
    return Entry(decision.at_ms, decision.name, f"decision_{decision.action}", decision.subject, facts)


def the_filing(connection: Connection, prefix: str) -> Row[Any]:
    """The filing whose id begins so. Raises RegisterError."""
    return only_one(connection, tables.filings.c.filing, prefix, ("filing", "`strgw filings list --all`"))


def only_one(connection: Connection, column: Any, prefix: str, words: tuple[str, str]) -> Row[Any]:
    """The row whose `column` begins with `prefix`; words: what it is, and the command that lists them. Raises RegisterError."""
    what, command = words
    found = connection.execute(select(column.table).where(column.startswith(prefix, autoescape=True)).limit(2)).all()
    if len(found) == 1 and prefix:
        return found[0]
    said = f"No {what} has" if not found else f"More than one {what} has"
    raise RegisterError(f"{what}_unknown", f"{said} an id that starts with {prefix!r}; {command} shows them.")


def _decision(connection: Connection, row: Row[Any], wish: Wish, now_ms: int) -> Decision:
    if wish.version not in (0, row.version):
        text = f"The filing has version {row.version} by now; read it again (`strgw filings show`) and decide on that."
        raise RegisterError("version_moved", text)
    said = _said(connection, row.filing, row.version)
    person, effect = _judged(row, wish, [Voice(one.person, one.action, one.from_state, bool(one.effect)) for one in said])
    if wish.action == "release" and row.code == WITHDRAWN_AFTER_FILING:
        raise RegisterError(
            "nothing_to_send",
            "The report was taken back after the FIU had it; tell the FIU if it must know, then close the filing.",
        )
    if effect == SEND and not row.fiu:
        raise RegisterError(
            "no_fiu", "No FIU has jurisdiction, so there is nowhere to send it; add the licence or the FIU, or refuse it."
        )
    ever = _said(connection, row.filing, None)
    number = 1 + len(ever)
    identity = hashlib.sha256(f"{row.filing}|{row.version}|{number}|{person}|{wish.action}".encode()).hexdigest()[:DIGITS]
    plan, report = _bound(connection, row)
    decision = Decision(
        decision_id=identity,
        subject=row.filing,
        number=number,
        report_id=row.report_id,
        version=row.version,
        action=wish.action,
        effect=effect,
        person=person,
        name=" ".join(wish.name.split()),
        reason=wish.reason.strip(),
        from_state=row.state,
        at_ms=now_ms,
        fiu=row.fiu,
        country=row.country,
        obligation=plan.obligation,
        registration=row.registration,
        partition=report.partition,
        offset=report.offset,
        digest=report.digest,
        formed_ms=_formed_ms(ever, plan, _Word(wish.action, effect, now_ms)),
    )
    return decision


def _judged(row: Row[Any], wish: Wish, voices: Sequence[Voice]) -> tuple[str, str]:
    """Folded name of the person, and what the decision brings about. Raises RegisterError."""
    if len(wish.reason) > LONGEST_REASON:
        raise RegisterError("reason_too_long", f"Give a reason of at most {LONGEST_REASON} characters.")
    state: State = row.state
    try:
        person = person_of(wish.name)
        return person, effect_of(wish.action, (person, wish.reason), state, row.release, voices)
    except (IllegalDecision, IllegalTransition) as error:
        raise RegisterError(error.code, str(error)) from error


def _said(connection: Connection, subject: str, version: int | None) -> Sequence[Row[Any]]:
    """Decisions about a subject (and a version of it), in their order."""
    query = select(tables.decisions).where(tables.decisions.c.subject == subject).order_by(tables.decisions.c.number)
    return connection.execute(query if version is None else query.where(tables.decisions.c.version == version)).all()


def _bound(connection: Connection, row: Row[Any]) -> tuple[Row[Any], Row[Any]]:
    """The plan (or delivery's line, where the report no longer plans the filing) and the report that the decision is about."""
    plans, lines, reports = tables.plans, tables.lines, tables.reports
    mine = (plans.c.filing == row.filing) & (plans.c.version <= row.version)
    plan = connection.execute(select(plans).where(mine).order_by(plans.c.version.desc()).limit(1)).one_or_none()
    line = connection.execute(select(lines).where((lines.c.filing == row.filing) & (lines.c.version == row.version))).first()
    same = (reports.c.report_id == row.report_id) & (reports.c.version == row.version)
    report = connection.execute(select(reports).where(same)).one_or_none()
    if report is None or (plan is None and line is None):
        raise RegisterError(
            "not_read_yet", "The register has not read the report yet; see with `strgw status` whether it runs, and try again."
        )
    if line is not None and (plan is None or plan.version != row.version):
        return line, report
    assert plan is not None
    return plan, report


class _Word(NamedTuple):
    """What derive.formed_by_person looks at."""

    action: str
    effect: str
    at_ms: int


def _formed_ms(said: Sequence[Row[Any]], plan: Row[Any], word: _Word) -> int:
    """When a reviewer's word formed the suspicion, where that starts the clock; 0 where the score did."""
    if word.effect != SEND or plan._mapping.get("formed_by") != "reviewer":
        return 0
    return formed_by_person([*(_Word(one.action, one.effect, one.at_ms) for one in said), word])
