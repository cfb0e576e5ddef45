"""What runs and what it measures: broker, processes, lag, and key figures read from each process's metrics on loopback."""

import time
import urllib.error
import urllib.request
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from connectors.kafka.admin import group_lag
from connectors.kafka.embedded import BrokerStatus
from connectors.partners.intake import is_partner_topic
from ops.broker import embedded_broker
from ops.processes import ProcessFolder, ProcessRecord, is_live
from ops.settings import Settings
from schemas import topics

_SCRAPE_TIMEOUT_S = 5
STAGES_BEHIND = "records a stage is behind"
EVENTS_WAITING = "events that wait for intake"
STAGE_SOURCES = (topics.TRANSFERS, topics.OBSERVATIONS, topics.FINDINGS, topics.CASES)
# Key figures: title, metric, labels to split by.
FIGURES: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("events by outcome", "strgw_events_total", ("outcome",)),
    ("quarantined by reason", "strgw_quarantined_total", ("reason",)),
    ("findings by typology", "strgw_findings_total", ("typology",)),
    ("filings by FIU and state", "strgw_filings_total", ("fiu", "state")),
    ("filings on their way by FIU and state", "strgw_transmissions", ("fiu", "state")),
    ("held filings due within", "strgw_filings_due", ("within",)),
    ("filings in the register by state", "strgw_register_filings", ("state",)),
    (EVENTS_WAITING, "strgw_intake_lag_events", ()),
    (STAGES_BEHIND, "strgw_stage_lag_records", ("stage",)),
)

Samples = Iterable[tuple[str, Mapping[str, str], float]]


@dataclass(frozen=True, slots=True)
class ProcessStatus:
    """A process of the gateway. state: running | died; metrics: port on 127.0.0.1, 0 for none; last_line: of its log, if it died."""

    name: str
    state: str
    pid: int
    since: str
    metrics: int
    last_line: str = ""


@dataclass(frozen=True, slots=True)
class GatewayStatus:
    """All that `strgw status` shows. figures: title → label values joined by a blank → sum over the processes."""

    bootstrap: str
    broker: BrokerStatus
    processes: list[ProcessStatus]
    lag: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    figures: Mapping[str, Mapping[str, float]] = field(default_factory=dict)


def gateway_status(settings: Settings) -> GatewayStatus:
    """The status now; a process that does not answer is shown as it is, never waited for longer than 5 s."""
    broker = BrokerStatus("external", settings.kafka) if settings.kafka else embedded_broker(settings).status()
    bootstrap = broker.bootstrap if broker.state in ("running", "external") else ""
    folder = ProcessFolder(settings.home)
    processes = [_process_status(folder, record) for record in folder.records()]
    ports = [process.metrics for process in processes if process.state == "running" and process.metrics]
    figures = key_figures(sample for port in ports for sample in scrape(port))
    lag = group_lag(bootstrap) if bootstrap else {}
    return GatewayStatus(bootstrap, broker, processes, _without_hints(lag, figures), figures)


def _without_hints(lag: Mapping[str, Mapping[str, int]], figures: Mapping[str, object]) -> dict[str, dict[str, int]]:
    """`lag` without what metrics know better: the offsets a worker commits are hints, and on partners' topics the markers of the file
    door's transactions take offsets too."""
    known = {STAGES_BEHIND: lambda topic: topic in STAGE_SOURCES, EVENTS_WAITING: is_partner_topic}
    told = [is_told for title, is_told in known.items() if title in figures]
    kept = {
        group: {topic: records for topic, records in of_group.items() if not any(is_told(topic) for is_told in told)}
        for group, of_group in lag.items()
    }
    return {group: of_group for group, of_group in kept.items() if of_group}


def key_figures(samples: Samples) -> dict[str, dict[str, float]]:
    """Sums of the FIGURES over `samples` (name, labels, value), only those that occur."""
    wanted = {metric: (title, labels) for title, metric, labels in FIGURES}
    figures: dict[str, dict[str, float]] = {}
    for name, labels, value in samples:
        if name in wanted:
            title, split = wanted[name]
            key = " ".join(labels[label] for label in split)
            rows = figures.setdefault(title, {})
            rows[key] = rows.get(key, 0.0) + value
    return {title: dict(sorted(figures[title].items())) for title, _, _ in FIGURES if title in figures}


def scrape(port: int) -> list[tuple[str, dict[str, str], float]]:
    """Samples of the metrics at 127.0.0.1:`port`; none where nothing answers (the process may be just ending)."""
    from prometheus_client.parser import text_string_to_metric_families

    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=_SCRAPE_TIMEOUT_S) as response:
            text = response.read().decode("utf-8")
    except (urllib.error.URLError, OSError):
        return []
    return [
        (sample.name, sample.labels, sample.value) for family in text_string_to_metric_families(text) for sample in family.samples
    ]


def age(since: str, now_s: float | None = None) -> str:
    """Time since the ISO 8601 moment `since`, as people say it: 45 s, 12 min, 3 h 5 min, 2 d 4 h."""
    from datetime import datetime

    seconds = int((time.time() if now_s is None else now_s) - datetime.fromisoformat(since).timestamp())
    if seconds < 60:
        return f"{max(0, seconds)} s"
    minutes = seconds // 60
    if minutes < 60:
        return f"{minutes} min"
    hours = minutes // 60
    return f"{hours} h {minutes % 60} min" if hours < 24 else f"{hours // 24} d {hours % 24} h"


def _process_status(folder: ProcessFolder, record: ProcessRecord) -> ProcessStatus:
    if is_live(record):
        return ProcessStatus(record.name, "running", record.pid, record.since, record.metrics)
    return ProcessStatus(record.name, "died", record.pid, record.since, 0, folder.last_line(record.name))
