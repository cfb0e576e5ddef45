"""Prometheus metrics of one process: every name, its labels and where it is served (loopback only).

Each kind of process has a registry of its own, and shows only what belongs to it: the intake's endpoint holds nothing that
depends on suspicion, so that a partner who could read it would learn nothing (tipping-off). Findings, cases and filings are
shown by the delivery process, for the operator alone. No label ever holds a name, a number of a person or free text.

Units are seconds and bytes. Labels are closed sets: partners and FIUs of the registries, stages, typologies, states and codes.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Generic, Literal, TypeVar, get_args
from wsgiref.simple_server import WSGIServer

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, start_http_server
from prometheus_client.gc_collector import GCCollector
from prometheus_client.process_collector import ProcessCollector

LOOPBACK = "127.0.0.1"

Name = Literal[
    "strgw_events",
    "strgw_intake_lag_events",
    "strgw_intake_waiting_partitions",
    "strgw_quarantined",
    "strgw_fields",
    "strgw_commit_seconds",
    "strgw_stage_records",
    "strgw_stage_outputs",
    "strgw_stage_state_changes",
    "strgw_stage_latency_seconds",
    "strgw_stage_lag_records",
    "strgw_stage_partitions",
    "strgw_restore_seconds",
    "strgw_restored_keys",
    "strgw_loop_lag_seconds",
    "strgw_findings",
    "strgw_case_versions",
    "strgw_filings",
    "strgw_filings_due",
    "strgw_held_filings",
    "strgw_held_oldest_seconds",
    "strgw_delivery_seconds",
    "strgw_delivery_lag_records",
    "strgw_transmissions",
    "strgw_transmission_attempts",
    "strgw_transmission_failures",
    "strgw_unsent_oldest_seconds",
    "strgw_unsent_due",
    "strgw_channel_barred",
    "strgw_receipts",
    "strgw_register_filings",
    "strgw_register_due",
    "strgw_register_lag_records",
    "strgw_quarantine_purged",
    "strgw_decisions",
    "strgw_answers",
    "strgw_http_requests",
    "strgw_http_items",
    "strgw_http_in_flight_bytes",
    "strgw_http_produce_seconds",
    "strgw_files",
    "strgw_file_items",
    "strgw_file_places_away",
]
Label = Literal[
    "partner", "field", "outcome", "stage", "partition", "reason", "typology", "state", "fiu", "within", "action", "route", "status",
]  # fmt: skip
Kind = Literal["counter", "gauge", "histogram"]

Stage = Literal["intake", "admit", "detect", "link", "report", "deliver", "register", "send"]
Outcome = Literal["accepted", "quarantined"]
DoorOutcome = Literal["accepted", "refused"]
FileStatus = Literal["taken", "known", "refused"]
Route = Literal["transfers", "receipts", "documents", "health", "other"]
StatusClass = Literal["2xx", "4xx", "5xx"]
CaseState = Literal["open", "below", "merged", "withdrawn"]
FilingState = Literal["published", "held", "proposed", "withdrawn"]
Within = Literal["overdue", "4h", "24h"]
Attempt = Literal["sent", "answered", "refused", "retry"]
AnswerStatus = Literal["received", "accepted", "rejected", "information_requested", "outcome", "unmatched"]
STAGES: tuple[Stage, ...] = get_args(Stage)
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)
DOOR_OUTCOMES: tuple[DoorOutcome, ...] = get_args(DoorOutcome)
FILE_STATUSES: tuple[FileStatus, ...] = get_args(FileStatus)
ROUTES: tuple[Route, ...] = get_args(Route)
STATUS_CLASSES: tuple[StatusClass, ...] = get_args(StatusClass)
CASE_STATES: tuple[CaseState, ...] = get_args(CaseState)
FILING_STATES: tuple[FilingState, ...] = get_args(FilingState)
WITHIN: tuple[Within, ...] = get_args(Within)
ATTEMPTS: tuple[Attempt, ...] = get_args(Attempt)
ANSWER_STATUSES: tuple[AnswerStatus, ...] = get_args(AnswerStatus)

# Latency goals are 0.06 s (p50) and 0.2 s (p99); the bounds are close around them. Commits take 5 to 50 ms, restores up to a minute.
LATENCY_BOUNDS = (0.005, 0.01, 0.02, 0.04, 0.06, 0.1, 0.15, 0.2, 0.3, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
COMMIT_BOUNDS = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.5, 5.0, 10.0)
DELIVERY_BOUNDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
RESTORE_BOUNDS = (0.1, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0, 60.0, 120.0)

MAX_REASONS = 200  # more distinct codes than the code has would mean that data got into a label
_CODE = re.compile(r"[a-z][a-z0-9_]{0,39}")


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric family. `name` as in Name; a counter is exposed as `<name>_total`."""

    name: Name
    kind: Kind
    meaning: str
    labels: tuple[Label, ...] = ()
    bounds: tuple[float, ...] = ()


METRICS = (
    Metric("strgw_events", "counter", "Partner events taken in, by what became of them.", ("partner", "outcome")),
    Metric("strgw_intake_lag_events", "gauge", "Partner events that wait on the partner's topic.", ("partner",)),
    Metric(
        "strgw_intake_waiting_partitions", "gauge", "Partitions of a partner that wait for the schema registry.", ("partner",)
    ),
    Metric(
        "strgw_fields",
        "counter",
        "Transfers by field of their format: in which it could be said (asked), was said, was said in unknown words (unknown).",
        ("partner", "field", "state"),
    ),
    Metric("strgw_quarantined", "counter", "Records set aside, by stage and reason code.", ("stage", "reason")),
    Metric("strgw_commit_seconds", "histogram", "Time to write and commit one transaction.", ("stage",), COMMIT_BOUNDS),
    Metric("strgw_stage_records", "counter", "Input records whose effects are committed.", ("stage",)),
    Metric("strgw_stage_outputs", "counter", "Output records committed.", ("stage",)),
    Metric("strgw_stage_state_changes", "counter", "State values committed to the changelog.", ("stage",)),
    Metric(
        "strgw_stage_latency_seconds",
        "histogram",
        "From the append of a record to the commit of its effects.",
        ("stage",),
        LATENCY_BOUNDS,
    ),
    Metric("strgw_stage_lag_records", "gauge", "Records between the position and the end of the source.", ("stage", "partition")),
    Metric("strgw_stage_partitions", "gauge", "Partitions this process owns.", ("stage",)),
    Metric("strgw_restore_seconds", "histogram", "Time to read one partition's state back.", ("stage",), RESTORE_BOUNDS),
    Metric("strgw_restored_keys", "gauge", "Live keys of a partition when it was last restored.", ("stage", "partition")),
    Metric("strgw_loop_lag_seconds", "gauge", "How late the event loop last woke up."),
    Metric("strgw_findings", "counter", "New findings committed since this process started.", ("typology",)),
    Metric("strgw_case_versions", "counter", "Versions of cases committed since this process started.", ("state",)),
    Metric("strgw_filings", "counter", "Filings by FIU and what became of them.", ("fiu", "state")),
    Metric("strgw_filings_due", "gauge", "Held filings by the time left until their deadline.", ("fiu", "within")),
    Metric("strgw_held_filings", "gauge", "Filings that wait for a person.", ("fiu",)),
    Metric("strgw_held_oldest_seconds", "gauge", "Time the oldest of them has waited; 0 when none waits."),
    Metric(
        "strgw_delivery_seconds", "histogram", "Time to render and publish the filings of one transaction.", (), DELIVERY_BOUNDS
    ),
    Metric("strgw_delivery_lag_records", "gauge", "Reports that wait for the delivery process."),
    Metric("strgw_transmissions", "gauge", "Filings that are carried to FIUs, by how far they came.", ("fiu", "state")),
    Metric("strgw_transmission_attempts", "counter", "Attempts to carry a filing, by how they ended.", ("fiu", "outcome")),
    Metric("strgw_transmission_failures", "gauge", "Failures in a row; 0 while the FIU's channel works.", ("fiu",)),
    Metric(
        "strgw_unsent_oldest_seconds", "gauge", "Time the oldest filing has waited to reach its FIU; 0 when none waits.", ("fiu",)
    ),
    Metric(
        "strgw_unsent_due",
        "gauge",
        "Filings that have not reached their FIU, by the time left until their deadline.",
        ("fiu", "within"),
    ),
    Metric("strgw_channel_barred", "gauge", "1: nothing is sent until a person mends the FIU's channel.", ("fiu",)),
    Metric(
        "strgw_receipts",
        "counter",
        "What channels brought back, by what it says; unmatched: set aside for a person.",
        ("fiu", "status"),
    ),
    Metric("strgw_register_filings", "gauge", "Filings in the register by FIU and state.", ("fiu", "state")),
    Metric(
        "strgw_register_due",
        "gauge",
        "Filings that the FIU does not have yet, by the time left until it must.",
        ("fiu", "within"),
    ),
    Metric("strgw_register_lag_records", "gauge", "Records that wait for the register."),
    Metric("strgw_quarantine_purged", "counter", "Entries of the quarantine dropped for their age."),
    Metric("strgw_decisions", "counter", "Decisions of people about filings and requests.", ("action",)),
    Metric("strgw_answers", "counter", "Answers of FIUs, repeated ones included.", ("fiu", "status")),
    Metric("strgw_http_requests", "counter", "Requests of partners answered, by route and class of status.", ("route", "status")),
    Metric("strgw_http_items", "counter", "Transfers sent over HTTP: stored, or refused before they were.", ("outcome",)),
    Metric("strgw_http_in_flight_bytes", "gauge", "Bytes of request bodies in work."),
    Metric("strgw_http_produce_seconds", "histogram", "Time until the broker has a request's transfers.", (), COMMIT_BOUNDS),
    Metric("strgw_files", "counter", "Files that partners left, by what became of them.", ("partner", "status")),
    Metric("strgw_file_items", "counter", "Transfers in files: stored, or refused before they were.", ("partner", "outcome")),
    Metric("strgw_file_places_away", "gauge", "Folders and servers of a partner that cannot be read or written.", ("partner",)),
)
_BY_NAME: dict[str, Metric] = {metric.name: metric for metric in METRICS}
Family = TypeVar("Family", Counter, Gauge, Histogram)


class Metrics:
    """The registry of one process. Families are made on first use, so that a process shows only its own."""

    def __init__(self, with_process: bool = True) -> None:
        self.registry = CollectorRegistry()
        self._servers: list[WSGIServer] = []
        if with_process:
            ProcessCollector(registry=self.registry)
            GCCollector(registry=self.registry)

    def counter(self, name: Name) -> Counter:
        """A new counter family; once a name."""
        return Counter(name, _described(name, "counter").meaning, _BY_NAME[name].labels, registry=self.registry)

    def gauge(self, name: Name) -> Gauge:
        """A new gauge family; once a name."""
        return Gauge(name, _described(name, "gauge").meaning, _BY_NAME[name].labels, registry=self.registry)

    def histogram(self, name: Name) -> Histogram:
        """A new histogram family in seconds; once a name."""
        metric = _described(name, "histogram")
        return Histogram(name, metric.meaning, metric.labels, registry=self.registry, buckets=metric.bounds)

    def serve(self, port: int) -> int:
        """Serves the registry on 127.0.0.1; port 0 takes a free one. Returns the port in use. Raises OSError where it is taken."""
        server, _ = start_http_server(port, addr=LOOPBACK, registry=self.registry)
        self._servers.append(server)
        return int(server.server_port)

    def close(self) -> None:
        """Stops serving."""
        for server in self._servers:
            server.shutdown()
            server.server_close()
        self._servers.clear()


class Children(Generic[Family]):
    """The children of a family with one label, made once and kept: a look-up costs a fifth of `labels()` (0.4 µs to 1.9 µs)."""

    def __init__(self, family: Family, known: Iterable[str] = ()) -> None:
        self._family: Family = family
        self._children: dict[str, Family] = {value: family.labels(value) for value in known}

    def __getitem__(self, value: str) -> Family:
        child = self._children.get(value)
        if child is None:
            child = self._children[value] = self._family.labels(value)
        return child


class Reasons:
    """Quarantine counts of one stage by reason code; a word that cannot be a code is counted as `other`."""

    def __init__(self, family: Counter, stage: Stage) -> None:
        self._family, self._stage = family, stage
        self._children: dict[str, Counter] = {}

    def add(self, reason_code: str, count: int = 1) -> None:
        """Counts records set aside for `reason_code`."""
        child = self._children.get(reason_code)
        if child is None:
            is_code = _CODE.fullmatch(reason_code) is not None and len(self._children) < MAX_REASONS
            label = reason_code if is_code else "other"
            child = self._family.labels(self._stage, label)
            if is_code:
                self._children[reason_code] = child
        child.inc(count)


def _described(name: Name, kind: Kind) -> Metric:
    metric = _BY_NAME[name]
    if metric.kind != kind:
        raise TypeError(f"{name} is a {metric.kind}, not a {kind}")
    return metric
