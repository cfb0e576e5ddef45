"""A gateway for one measurement: a broker, topics and processes of its own in a folder that is thrown away."""

import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from connectors.kafka.admin import apply_topics
from connectors.kafka.embedded import EmbeddedBroker
from connectors.kafka.topology import DAY_MS
from ops.broker import embedded_broker, started_bootstrap, topic_specs
from ops.processes import ProcessFolder, ProcessRecord, is_live
from ops.registries import provide_key_ring
from ops.settings import PREFIX, Settings
from schemas.topics import INTERNAL_STAGES

PARTNER = "demo"  # of the sample registry: licensed everywhere, so that every case is filed
ALL_STAGES = ",".join(INTERNAL_STAGES)
# What a user's environment must not change in a measurement; the broker and the folder are given to each process anyway.
_PRIVATE = (
    "PARTNER_KEYS",
    "HTTP_PORT",
    "HTTP_HOST",
    "HTTP_RATE",
    "HTTP_REQUESTS",
    "HTTP_TLS_CERT",
    "HTTP_TLS_KEY",
    "HTTP_TLS_CLIENT_CA",
    "REGISTRY",
    "FIUS",
    "PROFILES",
    "HMAC_KEY",
    "HMAC_KEY_FILE",
    "KEY_RING",
    "KAFKA",
    "KAFKA_PORT",
    "METRICS_PORT",
    "READY_FILE",
)


@dataclass(frozen=True, slots=True)
class Layout:
    """How the gateway runs: stages of each worker process, intake processes, partitions, the broker's heap in MiB."""

    workers: tuple[str, ...] = (ALL_STAGES,)
    intakes: int = 1
    partitions: int = 4
    heap_mb: int = 1024


@dataclass(slots=True)
class Gateway:
    """A running broker with its topics, and the processes started on it so far."""

    settings: Settings
    bootstrap: str
    broker: EmbeddedBroker
    folder: ProcessFolder
    live: dict[str, ProcessRecord] = field(default_factory=dict)

    def start(self, name: str, arguments: Sequence[str], wait: bool = True) -> ProcessRecord:
        """Starts `strgw <arguments>` under `name`; raises CommandError when it does not become ready."""
        record = self.folder.start(name, arguments, self.bootstrap)
        self.live[name] = self.folder.wait_ready(record) if wait else record
        return self.live[name]

    def start_layout(self, layout: Layout) -> None:
        """What reads first, then what writes: the intake is the last, so that its start is the start of the chain."""
        for number, only in enumerate(layout.workers, 1):
            self.start(f"worker-{number}", ["worker", "--stages", only], wait=False)
        for name in list(self.live):
            self.live[name] = self.folder.wait_ready(self.live[name])
        self.start("deliver-1", ["deliver"])
        self.start("register-1", ["register"])
        for number in range(1, layout.intakes + 1):
            self.start(f"intake-{number}", ["intake", "--instance", str(number)])

    def stop(self, name: str) -> bool:
        """Ends the process; True if it went by itself."""
        return self.folder.stop(self.live.pop(name))

    def dead(self) -> list[str]:
        """Processes that ended without being asked, with the last line of their log."""
        return [f"{name}: {self.folder.last_line(name)}" for name, record in self.live.items() if not is_live(record)]

    def pids(self) -> dict[str, int]:
        """Process ids by name, the broker among them."""
        return {"broker": self.broker.status().pid} | {name: record.pid for name, record in self.live.items()}


@contextmanager
def throwaway_gateway(chosen: Settings, layout: Layout, home: Path | None = None) -> Iterator[Gateway]:
    """A gateway with its topics and no process yet; everything is stopped at the end, and the folder removed unless given."""
    folder = home or Path(tempfile.mkdtemp(prefix="strgw-bench-"))
    settings = _private(chosen, folder, layout)
    with _clean_environment():
        provide_key_ring(settings)
        bootstrap = started_bootstrap(settings)
        broker = embedded_broker(settings)
        gateway = Gateway(settings, bootstrap, broker, ProcessFolder(folder))
        try:
            # When a record was judged is read from the changelogs afterwards: nothing may be compacted away before.
            apply_topics(bootstrap, [replace(spec, compact_after_ms=DAY_MS) for spec in topic_specs(settings)])
            yield gateway
        finally:
            for name in sorted(gateway.live):
                gateway.stop(name)
            broker.stop()
            if home is None:
                shutil.rmtree(folder, ignore_errors=True)


def _private(chosen: Settings, folder: Path, layout: Layout) -> Settings:
    return replace(
        chosen,
        home=folder,
        kafka="",
        kafka_port=0,
        kafka_heap_mb=layout.heap_mb,
        partitions=layout.partitions,
        registry=None,
        partner_keys=folder / "partner-keys.yaml",
        http_port=None,
        fius=None,
        profiles=None,
        hmac_key="",
        hmac_key_file=folder / "hmac.key",
        key_ring=folder / "key-ring.json",
        metrics_port=0,
        ready_file=None,
    )


@contextmanager
def _clean_environment() -> Iterator[None]:
    """Hides the user's own settings from the processes started meanwhile."""
    kept = {name: os.environ.pop(PREFIX + name, None) for name in _PRIVATE}
    try:
        yield
    finally:
        os.environ.update({PREFIX + name: value for name, value in kept.items() if value is not None})
