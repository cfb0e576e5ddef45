"""Carries out what people decided about filings: sends what was released, lets rest what was settled, notes what an FIU answered.

1. A decision counts only while the filing stands as the person saw it: same version, same bytes of the report, still waiting (or still
   rejected). Otherwise nothing is sent, and the audit says that the decision was void; the register shows what waits now.
2. What was released is rendered as things are now. If the form is still not valid, it is held again, under the decision's id.
3. Where the reviewer's judgement formed the suspicion, clock and report start from it.
"""

import hashlib
from collections.abc import Callable
from typing import NamedTuple

import msgspec

from connectors.fius.delivered import DELIVERED_CODEC, HELD, PUBLISHED, SETTLED, STATE_TOPIC, WITHDRAWN, Delivered, Line
from connectors.fius.dispatch import REPORT_CODEC, Arrival, Outcome, Pages, before_of, plan_key, with_sent
from connectors.fius.prepare import Prepared, Registries, prepare
from connectors.fius.resolve import Joined
from connectors.kafka.archive import Archive, BatchSource
from connectors.kafka.record import Record
from schemas import topics
from schemas.audit import AUDIT_CODEC, AuditEntry
from schemas.codec import CorruptRecord
from schemas.decision import ANSWERED, SEND, SETTLE, Decision
from schemas.filing import Filing
from schemas.fius import holidays_of
from schemas.report import FilingPlan, Report
from schemas.transfer import Coordinate
from streams.domain.calendar import due

VOID = "decision_void"


class Ruling(NamedTuple):
    """A decision, the record it came in, and when that was written (ms UTC)."""

    decision: Decision
    source: Coordinate
    at_ms: int


class Executor:
    """Turns decisions into records, like the Dispatcher turns reports. It changes nothing but what it returns."""

    def __init__(self, reports: BatchSource, archive: Archive, registries: Registries, encode: Callable[[Filing], bytes]) -> None:
        self._reports, self._archive, self._registries, self._encode = reports, archive, registries, encode

    def execute(self, ruling: Ruling, before: Delivered | None) -> Outcome | None:
        """What to do, given what was delivered before; None where there is nothing to do."""
        decision = ruling.decision
        key = "|".join((decision.fiu, decision.country, decision.obligation, decision.registration))
        line = before.lines.get(key) if before else None
        if decision.action == ANSWERED:
            return _noted(ruling, before)
        if decision.effect not in (SEND, SETTLE):
            return None
        if before is None or line is None or not _stands(line, decision):
            return _void(ruling, before)
        if decision.effect == SETTLE:
            return _outcome(ruling, before, key, msgspec.structs.replace(line, state=SETTLED), None)
        return self._send(ruling, before, key, line)

    def _send(self, ruling: Ruling, before: Delivered, key: str, line: Line) -> Outcome:
        report = self._report(ruling.decision)
        plan = next((one for one in report.filings if plan_key(one) == key), None) if report else None
        if report is None or plan is None:
            return _void(ruling, before)
        report, plan = self._formed(report, plan, ruling.decision.formed_ms)
        pages = Pages(Arrival(report, ruling.source, ruling.at_ms), self._encode)
        follows = before_of(line)
        again = ruling.decision.decision_id if line.state == PUBLISHED else ""
        follows = follows._replace(released=True, again=again)
        result = prepare(Joined(report, self._archive), plan, self._registries, follows)
        if isinstance(result, Prepared):
            pages.publish(result)
            following = msgspec.structs.replace(with_sent(line, report, result), state=PUBLISHED, due_at_ms=plan.clock.due_ms)
        else:
            pages.hold(msgspec.structs.replace(result, decision_id=ruling.decision.decision_id, published=line.filings), HELD)
            following = msgspec.structs.replace(line, state=HELD, since_ms=ruling.at_ms)
        return _outcome(ruling, before, key, following, pages)

    def _report(self, decision: Decision) -> Report | None:
        """The report the decision binds to; None where its record is gone or is not the one that was read."""
        raw = dict(self._reports.read(decision.partition, [decision.offset])).get(decision.offset)
        if raw is None or hashlib.sha256(raw).digest() != decision.digest:
            return None
        try:
            report = REPORT_CODEC.decode(raw)
        except CorruptRecord:
            return None
        return report if (report.report_id, report.version) == (decision.report_id, decision.version) else None

    def _formed(self, report: Report, plan: FilingPlan, formed_ms: int) -> tuple[Report, FilingPlan]:
        fiu = self._registries.fius.get(plan.fiu)
        if not formed_ms or fiu is None:
            return report, plan
        clock = due(formed_ms, fiu, holidays_of(fiu.calendar), report.urgent)
        later = msgspec.structs.replace(plan, clock=clock)
        filings = tuple(later if one == plan else one for one in report.filings)
        return msgspec.structs.replace(report, suspicion_formed_ms=formed_ms, filings=filings), later


def _stands(line: Line, decision: Decision) -> bool:
    """Whether the filing is still as the person saw it when deciding."""
    if line.version != decision.version:
        return False
    if decision.effect == SETTLE:
        return line.state in (HELD, PUBLISHED, WITHDRAWN)
    return line.state == HELD or (line.state == PUBLISHED and line.filings[-1] in line.rejected)


def _noted(ruling: Ruling, before: Delivered | None) -> Outcome | None:
    """The answer beside the filing it is about; the next version says what it corrects, under the FIU's own number."""
    decision = ruling.decision
    for key, line in before.lines.items() if before else ():
        if decision.answered in line.filings:
            rejected = (
                line.rejected if decision.accepted or decision.answered in line.rejected else (*line.rejected, decision.answered)
            )
            references = line.references | ({decision.answered: decision.reference} if decision.reference else {})
            noted = msgspec.structs.replace(line, rejected=rejected, references=references)
            if before is not None and noted != line:
                return _outcome(ruling, before, key, noted, None)
    return None


def _void(ruling: Ruling, before: Delivered | None) -> Outcome:
    """Nothing happens, and the audit says so."""
    decision = ruling.decision
    facts = {"report_id": decision.report_id, "version": str(decision.version), "fiu": decision.fiu, "action": decision.action}
    entry = AuditEntry(VOID, decision.decision_id, facts, ruling.source)
    record = Record(topics.AUDIT, None, decision.decision_id.encode(), AUDIT_CODEC.encode(entry))
    return Outcome((record,), before if before is not None else Delivered(0, {}), ())


def _outcome(ruling: Ruling, before: Delivered, key: str, line: Line, pages: Pages | None) -> Outcome:
    state = Delivered(before.version, before.lines | {key: line})
    report_id = ruling.decision.report_id.encode()
    kept = Record(STATE_TOPIC, ruling.source.partition, report_id, DELIVERED_CODEC.encode(state))
    return Outcome((*(pages.records if pages else ()), kept), state, tuple(pages.counts) if pages else ())
