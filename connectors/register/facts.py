"""What one record of a topic says about filings, as rows of the register's tables. Pure: no database, no broker, no clock.

filings          reports, plans          fiu.<cc>.reports   sent
deliver.state    handled, lines          audit              ledgers
filings.held     holds                   filings.decisions  decisions
fiu.<cc>.feedback is read by connectors.register.answers, which must also say what is wrong with a record.
"""

import hashlib
from collections.abc import Mapping
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Table

from connectors.fius.decided import VOID
from connectors.fius.delivered import DELIVERED_CODEC, PROPOSED
from connectors.kafka.scan import LogRecord
from connectors.register import tables
from schemas.codec import Codec
from schemas.decision import ANSWERED, DECISION_CODEC, Decision, filing_key
from schemas.held import HELD_CODEC
from schemas.report import Clock
from schemas.wire import decode_filing

Row = Mapping[str, Any]


class Facts(NamedTuple):
    """Rows to write, and the reports whose filings may have changed. `cleared`: reports whose lines are replaced as a whole."""

    rows: tuple[tuple[Table, Row], ...] = ()
    reports: tuple[str, ...] = ()
    cleared: tuple[str, ...] = ()


class _Plan(msgspec.Struct, frozen=True):
    """What the register needs of schemas.report.FilingPlan."""

    fiu: str
    country: str
    obligation: str
    reporting_entity: str
    clock: Clock
    hold_code: str = ""
    release: str = "automatic"
    formed_by: str = "score"


class _Report(msgspec.Struct, frozen=True):
    """What the register needs of schemas.report.Report: no party, no narrative, no transfer."""

    report_id: str
    version: int
    state: str
    urgent: bool
    suspicion_formed_ms: int
    filings: tuple[_Plan, ...]


class _Audit(msgspec.Struct, frozen=True):
    """What the register needs of schemas.audit.AuditEntry."""

    action: str
    subject: str
    facts: dict[str, str] = {}
    ledger: tuple[msgspec.Raw, ...] = ()


_REPORT, _AUDIT = Codec(_Report), Codec(_Audit)
_NOTHING = Facts()


def of_report(record: LogRecord) -> Facts:
    """A version of a report and its plans; proposals for FIU-to-FIU exchange are no filings. Raises CorruptRecord."""
    raw = record.value or b""
    report = _REPORT.decode(raw)
    version: Row = {
        "report_id": report.report_id,
        "version": report.version,
        "state": report.state,
        "urgent": report.urgent,
        "formed_ms": report.suspicion_formed_ms,
        "digest": hashlib.sha256(raw).digest(),
        "partition": record.partition,
        "offset": record.offset,
        "at_ms": record.timestamp,
    }
    plans = [plan for plan in report.filings if plan.obligation != "spontaneous"] if report.state == "open" else []
    rows = [(tables.plans, _plan_row(report, plan)) for plan in plans]
    return Facts(((tables.reports, version), *rows), (report.report_id,))


def _plan_row(report: _Report, plan: _Plan) -> Row:
    return {
        "filing": filing_key(report.report_id, plan.fiu, plan.country, plan.reporting_entity),
        "version": report.version,
        "report_id": report.report_id,
        "fiu": plan.fiu,
        "country": plan.country,
        "registration": plan.reporting_entity,
        "obligation": plan.obligation,
        "release": plan.release,
        "formed_by": plan.formed_by,
        "hold_code": plan.hold_code,
        "due_ms": plan.clock.due_ms,
    }


def of_state(record: LogRecord) -> Facts:
    """What delivery has done about a report so far: the newest version handled and, for each filing, which version stands."""
    report_id = (record.key or b"").decode()
    if record.value is None:
        return _NOTHING
    state = DELIVERED_CODEC.decode(record.value)
    rows: list[tuple[Table, Row]] = [(tables.handled, {"report_id": report_id, "version": state.version})]
    for key, line in state.lines.items():
        fiu, country, obligation, registration = key.split("|", 3)
        if line.state != PROPOSED:
            filing = filing_key(report_id, fiu, country, registration)
            row = {
                "filing": filing,
                "obligation": obligation,
                "report_id": report_id,
                "version": line.version,
                "state": line.state,
            }
            rows.append((tables.lines, row))
    return Facts(tuple(rows), (report_id,), (report_id,))


def of_held(record: LogRecord) -> Facts:
    """A filing that waits for a person, and the code of why. Raises CorruptRecord."""
    held = HELD_CODEC.decode(record.value or b"")
    if held.obligation == "spontaneous":
        return _NOTHING
    row = {
        "held_id": held.held_id,
        "decision_id": held.decision_id,
        "filing": filing_key(held.report_id, held.fiu, held.country, held.registration),
        "report_id": held.report_id,
        "version": held.version,
        "fiu": held.fiu,
        "code": held.code,
        "errors": len(held.errors),
        "partition": record.partition,
        "offset": record.offset,
        "at_ms": record.timestamp,
    }
    return Facts(((tables.holds, row),), (held.report_id,))


def of_filing(record: LogRecord) -> Facts:
    """A filing as it went to an FIU. Raises UnreadableAvro."""
    filing = decode_filing(record.value or b"")
    country = filing.fiu  # an FIU's id is its country's code (design, section 6)
    row = {
        "filing_id": filing.filing_id,
        "filing": filing_key(filing.report_id, filing.fiu, country, filing.reporting_entity),
        "report_id": filing.report_id,
        "version": filing.version,
        "fiu": filing.fiu,
        "relation": filing.relation,
        "prior_filing_id": filing.prior_filing_id,
        "sha256": filing.sha256,
        "formed_ms": filing.suspicion_formed_at_ms,
        "due_ms": filing.due_at_ms,
        "partition": record.partition,
        "offset": record.offset,
        "at_ms": record.timestamp,
    }
    return Facts(((tables.sent, row),), (filing.report_id,))


def of_audit(record: LogRecord) -> Facts:
    """Where the completeness ledger of a filing lies; a decision that delivery could not carry out. Raises CorruptRecord."""
    entry = _AUDIT.decode(record.value or b"")
    if entry.action == VOID:
        report_id = entry.facts.get("report_id", "")
        return Facts(((tables.voids, {"decision_id": entry.subject, "report_id": report_id}),), (report_id,))
    if entry.action != "filing_published" or not entry.ledger:
        return _NOTHING
    row = {"filing_id": entry.subject, "partition": record.partition, "offset": record.offset}
    return Facts(((tables.ledgers, row),))


def of_decision(record: LogRecord) -> Facts:
    """A decision that was taken here, or in a database that was lost: then it comes back. Raises CorruptRecord."""
    decision = DECISION_CODEC.decode(record.value or b"")
    if decision.action == ANSWERED:
        return _NOTHING
    return Facts(((tables.decisions, decision_row(decision)),), (decision.report_id,))


def decision_row(decision: Decision) -> Row:
    """The decision as a row of `decisions`."""
    names = (
        "decision_id", "subject", "number", "report_id", "version", "action", "effect", "person", "name", "reason", "from_state", "at_ms",
    )  # fmt: skip
    return {name: getattr(decision, name) for name in names}
