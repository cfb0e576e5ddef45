"""Decides, report by report, what goes to which FIU, and what waits. Repeatable: it changes nothing but what it returns.

1. Of several versions of a report in one batch only the newest is rendered; the older ones never left.
2. A version that is not newer than the one handled last, or that says the same to an FIU as the last one did, is not sent again.
3. A report withdrawn, or no longer routed to an FIU, after a filing went there waits for a person: nobody un-sends a filing.
"""

from collections.abc import Callable, Iterable
from typing import NamedTuple

import msgspec

from connectors.fius.delivered import (
    DELIVERED_CODEC,
    HELD,
    NOTHING_SENT,
    PROPOSED,
    PUBLISHED,
    STATE_TOPIC,
    WITHDRAWN,
    Delivered,
    Line,
)
from connectors.fius.prepare import NOTHING_BEFORE, Before, Prepared, Registries, content_digest, hold, last_event_ms, prepare
from connectors.fius.resolve import Joined
from connectors.kafka.archive import Archive
from connectors.kafka.record import Record
from schemas import topics
from schemas.audit import AUDIT_CODEC, AuditEntry
from schemas.codec import Codec
from schemas.filing import CORRECTION, SUPPLEMENTARY, Filing
from schemas.held import HELD_CODEC, WITHDRAWN_AFTER_FILING, Held
from schemas.report import Clock, FilingPlan, Report
from schemas.transfer import Coordinate

REPORT_CODEC: Codec[Report] = Codec(Report)
GONE = b""  # content of a line whose plan is no more


class Outcome(NamedTuple):
    """What to write for one report, its new state, and what became of it for the counters: (FIU, state)."""

    records: tuple[Record, ...]
    state: Delivered
    counts: tuple[tuple[str, str], ...]


class Arrival(NamedTuple):
    """A report version, the record it came in, and when that was written (ms UTC)."""

    report: Report
    source: Coordinate
    at_ms: int


def newest(arrivals: Iterable[Arrival]) -> list[Arrival]:
    """The highest version of each report, in the order in which the reports first came."""
    latest: dict[str, Arrival] = {}
    for arrival in arrivals:
        known = latest.get(arrival.report.report_id)
        if known is None or arrival.report.version >= known.report.version:
            latest[arrival.report.report_id] = arrival
    return list(latest.values())


class Dispatcher:
    """Turns reports into records. `encode` makes the public Avro bytes of a filing for a topic."""

    def __init__(self, archive: Archive, registries: Registries, encode: Callable[[Filing], bytes]) -> None:
        self._archive, self._registries, self._encode = archive, registries, encode

    def dispatch(self, arrival: Arrival, before: Delivered | None) -> Outcome | None:
        """What to do with this version of a report, given what was done before; None where there is nothing to do."""
        report, source = arrival.report, arrival.source
        if before is not None and report.version <= before.version:
            return None
        lines = dict(before.lines) if before else {}
        out, joined = Pages(arrival, self._encode), Joined(report, self._archive)
        plans = {plan_key(plan): plan for plan in report.filings} if report.state == "open" else {}
        for key, plan in plans.items():
            lines[key] = self._one(out, plan, lines.get(key), joined)
        for key in [key for key in lines if key not in plans]:
            line = _take_back(out, key, lines.pop(key))
            if line is not None:
                lines[key] = line
        state = Delivered(report.version, lines)
        out.records.append(Record(STATE_TOPIC, source.partition, report.report_id.encode(), DELIVERED_CODEC.encode(state)))
        return Outcome(tuple(out.records), state, tuple(out.counts))

    def _one(self, out: "Pages", plan: FilingPlan, before: Line | None, joined: Joined) -> Line:
        content = content_digest(out.report, plan)
        if before is not None and before.content == content:
            return before
        known = before or NOTHING_SENT
        result = prepare(joined, plan, self._registries, before_of(known))
        if isinstance(result, Prepared):
            out.publish(result)
            state, known = PUBLISHED, with_sent(known, out.report, result)
        else:
            state = PROPOSED if plan.obligation == "spontaneous" else HELD
            out.hold(result, state)
        return msgspec.structs.replace(
            known, state=state, version=out.report.version, content=content, due_at_ms=plan.clock.due_ms, since_ms=out.at_ms
        )


def with_sent(line: Line, report: Report, prepared: Prepared) -> Line:
    """The line with the filings of a version that were published for it."""
    ids = [filing.filing_id for filing in prepared.filings]
    return msgspec.structs.replace(
        line, filings=(*line.filings, *ids), events=line.events | dict.fromkeys(ids, last_event_ms(report))
    )


def before_of(line: Line) -> Before:
    """What a filing of the next version follows: a correction where the last one was rejected, else what was learnt since."""
    if not line.filings:
        return NOTHING_BEFORE
    last = line.filings[-1]
    relation = CORRECTION if last in line.rejected else SUPPLEMENTARY
    standing = next((one for one in reversed(line.filings) if one not in line.rejected), None)
    if standing is None:
        return Before(relation, last, line.references.get(last, ""))
    number, event_ms = line.references.get(standing, ""), line.events.get(standing, 0)
    return Before(relation, last, line.references.get(last, ""), standing=number, standing_event_ms=event_ms)


class Pages:
    """Records and counts of one report while it is being dispatched."""

    def __init__(self, arrival: Arrival, encode: Callable[[Filing], bytes]) -> None:
        self.report, self._source, self.at_ms = arrival
        self._encode = encode
        self.records: list[Record] = []
        self.counts: list[tuple[str, str]] = []

    def publish(self, prepared: Prepared) -> None:
        """A filing for each file, and the audit of each."""
        for number, filing in enumerate(prepared.filings):
            key = filing.report_id.encode()
            self.records.append(Record(topics.fiu_reports(filing.fiu), None, key, self._encode(filing)))
            facts = _facts(filing) | {"sha256": filing.sha256, "schema": f"{filing.schema_id}/{filing.schema_version}"}
            self._audit("filing_published", filing.filing_id, facts, prepared if number == 0 else None)
            self.counts.append((filing.fiu, PUBLISHED))

    def hold(self, held: Held, state: str) -> None:
        """A record for a person, and its audit."""
        self.records.append(Record(topics.HELD, None, held.report_id.encode(), HELD_CODEC.encode(held)))
        self._audit(f"filing_{state}", held.held_id, _facts(held) | {"code": held.code}, None)
        self.counts.append((held.fiu, state))

    def _audit(self, action: str, subject: str, facts: dict[str, str], prepared: Prepared | None) -> None:
        entry = AuditEntry(action, subject, facts, self._source, prepared.ledger if prepared else ())
        self.records.append(Record(topics.AUDIT, None, subject.encode(), AUDIT_CODEC.encode(entry)))


def _take_back(out: Pages, key: str, line: Line) -> Line | None:
    """A plan that is no more: forgotten if nothing was sent, else (once) put before a person."""
    if not line.filings:
        return None
    if line.content == GONE:
        return line
    report = out.report
    fiu, country, obligation, registration = key.split("|", 3)
    clock = Clock(report.suspicion_formed_ms, (), line.due_at_ms)
    plan = FilingPlan(fiu, country, obligation, "held", registration, "", (), clock)
    why = "was withdrawn" if report.state != "open" else f"is no longer routed to {fiu}"
    reason = f"The report {why} after {len(line.filings)} filing(s) went to {fiu}; decide whether and how to tell the FIU."
    held = hold(report, plan, WITHDRAWN_AFTER_FILING, reason)
    out.hold(msgspec.structs.replace(held, published=line.filings), WITHDRAWN)
    return msgspec.structs.replace(line, state=WITHDRAWN, version=report.version, content=GONE, since_ms=out.at_ms)


def plan_key(plan: FilingPlan) -> str:
    """What makes two plans of a report the same: FIU, country, obligation and registration."""
    return "|".join((plan.fiu, plan.country, plan.obligation, plan.reporting_entity))


def _facts(about: Filing | Held) -> dict[str, str]:
    return {"report_id": about.report_id, "version": str(about.version), "fiu": about.fiu}
