"""What each kind of process measures: the meters that intake, runtime and delivery ask for, on top of ops.metrics."""

from collections import Counter as Tally
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from prometheus_client import Counter, Gauge, Histogram

from connectors.fius.delivered import Waiting
from ops.metrics import (
    CASE_STATES,
    DOOR_OUTCOMES,
    FILING_STATES,
    OUTCOMES,
    ROUTES,
    STAGES,
    STATUS_CLASSES,
    WITHIN,
    Children,
    Metrics,
    Reasons,
    Stage,
    Within,
)
from schemas.feedback import STATUSES
from schemas.quality import FIELDS, Counts
from streams.domain.release import ACTIONS
from streams.runtime.meters import Committed, Restored

if TYPE_CHECKING:  # SQLAlchemy takes 20 MB and 0.3 s in processes that never open the database
    from connectors.register.overview import Standing

WORKER_STAGES: tuple[Stage, ...] = tuple(stage for stage in STAGES if stage not in ("intake", "deliver", "register", "send"))
UNKNOWN_PARTNER = "unknown"
NO_FIU = "none"  # a report without a route
HOUR_MS = 3_600_000


class IntakeMetrics:
    """Meters of `strgw intake` (connectors.partners.intake.IntakeMeters). Nothing here depends on suspicion.

    partners  ids of the registry; events on any other topic count under "unknown"
    """

    def __init__(self, metrics: Metrics, partners: Iterable[str]) -> None:
        events, lag = metrics.counter("strgw_events"), metrics.gauge("strgw_intake_lag_events")
        names = sorted({*partners, UNKNOWN_PARTNER})
        self._events: dict[tuple[str, str], Counter] = {
            (name, end): events.labels(name, end) for name in names for end in OUTCOMES
        }
        self._lag: dict[str, Gauge] = {name: lag.labels(name) for name in names}
        waiting = metrics.gauge("strgw_intake_waiting_partitions")
        self._waiting: dict[str, Gauge] = {name: waiting.labels(name) for name in names}
        self._reasons = Reasons(metrics.counter("strgw_quarantined"), "intake")
        self._commit: Histogram = metrics.histogram("strgw_commit_seconds").labels("intake")
        self._fields = metrics.counter("strgw_fields")

    def events(self, partner: str, outcome: str, count: int) -> None:
        """`count` events of `partner` ended as `outcome` (accepted or quarantined)."""
        self._events[partner, outcome].inc(count)

    def quarantined(self, reason_code: str, count: int) -> None:
        """`count` events were set aside for this reason."""
        self._reasons.add(reason_code, count)

    def commit(self, seconds: float, events: int) -> None:
        """A transaction took `seconds` to write and commit; its events are counted by `events`."""
        self._commit.observe(seconds)

    def lag(self, partner: str, events: int) -> None:
        """`events` of `partner` wait on its topic."""
        self._lag[partner].set(events)

    def waiting(self, partner: str, partitions: int) -> None:
        """`partitions` of `partner` wait for the schema registry."""
        self._waiting[partner].set(partitions)

    def quality(self, partner: str, counts: Counts) -> None:
        """Which fields the transfers of `partner` carried since this was last called."""
        for state, numbers in (("asked", counts.asked), ("said", counts.said), ("unknown", counts.unknown)):
            for field, number in zip(FIELDS, numbers, strict=True):
                if number:
                    self._fields.labels(partner, field, state).inc(number)


class DoorMetrics:
    """Meters of `strgw http` (connectors.partners.http). Nothing here depends on suspicion."""

    def __init__(self, metrics: Metrics) -> None:
        requests, items = metrics.counter("strgw_http_requests"), metrics.counter("strgw_http_items")
        self._requests = {(route, status): requests.labels(route, status) for route in ROUTES for status in STATUS_CLASSES}
        self._items = {outcome: items.labels(outcome) for outcome in DOOR_OUTCOMES}
        self._in_flight = metrics.gauge("strgw_http_in_flight_bytes")
        self._produce = metrics.histogram("strgw_http_produce_seconds")

    def request(self, route: str, status: int) -> None:
        """A request was answered."""
        self._requests[route, f"{status // 100}xx"].inc()  # type: ignore[index]  # the door's routes and statuses are these

    def items(self, outcome: str, count: int) -> None:
        """`count` transfers were accepted or refused."""
        self._items[outcome].inc(count)  # type: ignore[index]

    def in_flight(self, count: int) -> None:
        """Bytes of bodies in work now."""
        self._in_flight.set(count)

    def produced(self, seconds: float) -> None:
        """The broker took `seconds` for a request's transfers."""
        self._produce.observe(seconds)


class WorkerMetrics:
    """Meters of `strgw worker` (streams.runtime.meters.RuntimeMeters), by stage and partition."""

    def __init__(self, metrics: Metrics, stages: Iterable[Stage] = WORKER_STAGES) -> None:
        stages = tuple(stages)
        self._commit = Children(metrics.histogram("strgw_commit_seconds"), stages)
        self._records = Children(metrics.counter("strgw_stage_records"), stages)
        self._outputs = Children(metrics.counter("strgw_stage_outputs"), stages)
        self._changes = Children(metrics.counter("strgw_stage_state_changes"), stages)
        self._latency = Children(metrics.histogram("strgw_stage_latency_seconds"), stages)
        self._owned = Children(metrics.gauge("strgw_stage_partitions"), stages)
        self._restore = Children(metrics.histogram("strgw_restore_seconds"), stages)
        self._restored_keys = metrics.gauge("strgw_restored_keys")
        self._lag = metrics.gauge("strgw_stage_lag_records")
        self._loop_lag = metrics.gauge("strgw_loop_lag_seconds")
        quarantined = metrics.counter("strgw_quarantined")
        self._reasons: dict[str, Reasons] = {stage: Reasons(quarantined, stage) for stage in stages}

    def committed(self, commit: Committed) -> None:
        """One transaction is durable."""
        self._commit[commit.stage].observe(commit.seconds)
        self._records[commit.stage].inc(commit.records)
        self._outputs[commit.stage].inc(commit.outputs)
        self._changes[commit.stage].inc(commit.changes)

    def latency(self, stage: str, seconds: float) -> None:
        """Time from the append of one input record to the commit of its effects."""
        self._latency[stage].observe(seconds)

    def restored(self, restore: Restored) -> None:
        """A partition is ready to work."""
        self._restore[restore.stage].observe(restore.seconds)
        self._restored_keys.labels(restore.stage, str(restore.partition)).set(restore.keys)

    def quarantined(self, stage: str, reason_code: str) -> None:
        """One input record could not be decoded and was set aside."""
        self._reasons[stage].add(reason_code)

    def owned(self, stage: str, partitions: int) -> None:
        """Number of partitions this worker owns now; what was said of single partitions is said anew by their owner."""
        self._owned[stage].set(partitions)
        for family in (self._lag, self._restored_keys):
            family.remove_by_labels({"stage": stage})

    def lag(self, stage: str, partition: int, records: int) -> None:
        """Records that wait behind the position."""
        self._lag.labels(stage, str(partition)).set(records)

    def loop_lag(self, seconds: float) -> None:
        """How late the event loop woke up."""
        self._loop_lag.set(seconds)

    def state_too_large(self, stage: str) -> None:
        """Not a metric: the worker ends with exit code 79 before anybody could read it."""


class DeliveryMetrics:
    """Meters of `strgw deliver` (connectors.fius.deliver.DeliveryMeters). For the operator alone.

    fius  ids of the registry; what has no route counts under "none"
    """

    def __init__(self, metrics: Metrics, fius: Iterable[str]) -> None:
        self._filings, self._held = metrics.counter("strgw_filings"), metrics.gauge("strgw_held_filings")
        self._due = metrics.gauge("strgw_filings_due")
        self._fius = {*fius, NO_FIU}
        self._seen: set[str] = set()
        self._oldest = metrics.gauge("strgw_held_oldest_seconds")
        self._rendering = metrics.histogram("strgw_delivery_seconds")
        self._lag = metrics.gauge("strgw_delivery_lag_records")

    def filing(self, fiu: str, state: str) -> None:
        """One filing for `fiu` ended as `state` (published, held, proposed, withdrawn)."""
        if state not in FILING_STATES:
            raise KeyError(state)
        self._filings.labels(self._known(fiu), state).inc()

    def waiting(self, found: Sequence[Waiting], now_ms: int) -> None:
        """All that waits for a person at `now_ms` (ms UTC)."""
        held = Tally(self._known(one.fiu) for one in found)
        due: Tally[tuple[str, str | None]] = Tally(
            (one.fiu or NO_FIU, within_of(one.due_at_ms - now_ms)) for one in found if one.due_at_ms is not None
        )
        for fiu in sorted(self._seen):
            self._held.labels(fiu).set(held[fiu])
            for within in WITHIN:
                self._due.labels(fiu, within).set(due[fiu, within])
        self._oldest.set(max((now_ms - one.since_ms for one in found), default=0) / 1000)

    def _known(self, fiu: str) -> str:
        """The FIU's label; a series is shown from the first filing on, for most of the registry never sees one."""
        label = fiu or NO_FIU
        if label not in self._fius:
            raise KeyError(label)
        self._seen.add(label)
        return label

    def rendered(self, seconds: float, filings: int) -> None:
        """A transaction's filings took `seconds` to render and publish; they are counted by `filing`."""
        self._rendering.observe(seconds)

    def lag(self, reports: int) -> None:
        """`reports` report versions wait on `filings`."""
        self._lag.set(reports)


class RegisterMetrics:
    """Meters of `strgw register` (connectors.register.projector.RegisterMeters). For the operator alone.

    fius  ids of the registry; what has no route counts under "none"
    """

    def __init__(self, metrics: Metrics, fius: Iterable[str]) -> None:
        self._fius = {*fius, NO_FIU}
        self._filings, self._due = metrics.gauge("strgw_register_filings"), metrics.gauge("strgw_register_due")
        self._lag = metrics.gauge("strgw_register_lag_records")
        self._decisions = Children(metrics.counter("strgw_decisions"), ACTIONS)
        self._answers, self._purged = metrics.counter("strgw_answers"), metrics.counter("strgw_quarantine_purged")
        self._reasons = Reasons(metrics.counter("strgw_quarantined"), "register")
        self._shown: set[tuple[str, str]] = set()
        self._due_shown: set[str] = set()

    def answer(self, fiu: str, status: str) -> None:
        """An answer of `fiu` came."""
        if status not in STATUSES:
            raise KeyError(status)
        self._answers.labels(self._known(fiu), status).inc()

    def decision(self, action: str) -> None:
        """A person decided."""
        if action not in ACTIONS:
            raise KeyError(action)
        self._decisions[action].inc()

    def quarantined(self, reason_code: str) -> None:
        """A record could not be read and was set aside."""
        self._reasons.add(reason_code)

    def purged(self, entries: int) -> None:
        """So many entries of the quarantine were dropped for their age."""
        self._purged.inc(entries)

    def standing(self, now: "Standing", now_ms: int) -> None:
        """How the filings stand at `now_ms` (ms UTC); what is no more becomes zero."""
        states = {(self._known(fiu), state): count for (fiu, state), count in now.states.items()}
        self._shown |= set(states)
        for fiu, state in self._shown:
            self._filings.labels(fiu, state).set(states.get((fiu, state), 0))
        due = Tally((self._known(fiu), within_of(due_ms - now_ms)) for fiu, due_ms in now.due)
        self._due_shown |= {fiu for fiu, _ in due}
        for fiu in self._due_shown:
            for within in WITHIN:
                self._due.labels(fiu, within).set(due[fiu, within])

    def lag(self, records: int) -> None:
        """`records` wait to be read."""
        self._lag.set(records)

    def _known(self, fiu: str) -> str:
        label = fiu or NO_FIU
        if label not in self._fius:
            raise KeyError(label)
        return label


def within_of(left_ms: int) -> Within | None:
    """The closest of the bounds that the time left falls under; None when more than a day is left."""
    if left_ms < 0:
        return "overdue"
    if left_ms < 4 * HOUR_MS:
        return "4h"
    return "24h" if left_ms < 24 * HOUR_MS else None


class ResultMetrics:
    """Findings and cases as they are committed. For the operator alone: never served by the intake.

    typologies  ids of the catalogue
    """

    def __init__(self, metrics: Metrics, typologies: Iterable[str]) -> None:
        self._findings = Children(metrics.counter("strgw_findings"), typologies)
        self._cases = Children(metrics.counter("strgw_case_versions"), CASE_STATES)

    def finding(self, typology: str) -> None:
        """A new finding of this typology was committed."""
        self._findings[typology].inc()

    def case(self, state: str) -> None:
        """A version of a case was committed in this state."""
        self._cases[state].inc()
