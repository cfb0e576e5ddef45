"""Background processes of the gateway: started by `strgw up`, found again by `strgw status` and `strgw down`.

A process that is ready to work says so by announce_ready(); `up` passes it the file through STRGW_READY_FILE.
"""

import fcntl
import os
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from connectors.kafka.process import ProcessIdentity, is_running, spawn, stop
from ops.errors import CommandError
from ops.settings import PREFIX, Settings

READY_TIMEOUT_S = 60  # DEF a worker joins its group and restores state in seconds
STOP_GRACE_S = 15  # a worker promises to end within 10 s of SIGTERM
_POLL_S = 0.05
# What reads is started before what writes; at the end nothing new may come in before what is under way is finished.
KINDS = ("register", "send", "worker", "deliver", "intake", "http", "files")
STOP_ORDER = ("files", "http", "intake", "worker", "deliver", "send", "register")


class ProcessRecord(msgspec.Struct, frozen=True):
    """One process as its file tells it. name: kind and number ("worker-1"); since: ISO 8601; metrics: port of its metrics, 0: none."""

    name: str
    pid: int
    started: str
    since: str
    bootstrap: str
    metrics: int = 0


class Ready(msgspec.Struct, frozen=True):
    """What a process writes to STRGW_READY_FILE, as one line of JSON."""

    ready: bool
    metrics: int


def announce_ready(settings: Settings, metrics_port: int) -> None:
    """Tells `strgw up` that this process works; `metrics_port`: where its metrics are on 127.0.0.1, 0 for nowhere.

    Does nothing where the process was started by hand. Call it once, when everything is open and assigned.
    """
    if settings.ready_file is not None:
        beside = settings.ready_file.with_name(settings.ready_file.name + ".new")
        beside.write_bytes(msgspec.json.encode(Ready(True, metrics_port)) + b"\n")
        beside.replace(settings.ready_file)


@dataclass(frozen=True, slots=True)
class ProcessFolder:
    """Files of the processes under STRGW_HOME: run/<name>.json, run/<name>.ready, logs/<name>.log."""

    home: Path

    def log(self, name: str) -> Path:
        """The log of process `name`."""
        return self.home / "logs" / f"{name}.log"

    def records(self) -> list[ProcessRecord]:
        """Every process started and not stopped since, running or dead, by name."""
        return [msgspec.json.decode(path.read_bytes(), type=ProcessRecord) for path in sorted(self._run().glob("*.json"))]

    def start(self, name: str, arguments: Sequence[str], bootstrap: str) -> ProcessRecord:
        """Starts `strgw <arguments>` in the background under `name`; wait_ready() tells when it works."""
        self._run().mkdir(parents=True, exist_ok=True)
        self._ready(name).unlink(missing_ok=True)
        environ = dict(os.environ) | {
            PREFIX + "HOME": str(self.home),
            PREFIX + "KAFKA": bootstrap,
            PREFIX + "READY_FILE": str(self._ready(name)),
        }
        environ.pop(PREFIX + "METRICS_PORT", None)  # one port cannot serve several processes
        # -P: a folder named ops or schemas where the user happens to stand must not be taken for ours
        process = spawn([sys.executable, "-P", "-m", "ops.cli", *arguments], self.log(name), environ)
        record = ProcessRecord(name, process.pid, process.started, datetime.now(UTC).isoformat(timespec="seconds"), bootstrap)
        self._write(record)
        return record

    def wait_ready(self, record: ProcessRecord) -> ProcessRecord:
        """`record` with its metrics port once the process is ready; raises CommandError when it ends or stays silent."""
        deadline = time.monotonic() + READY_TIMEOUT_S
        while not self._ready(record.name).exists():
            if not is_live(record):
                raise CommandError(
                    f"The process {record.name} ended while starting: {self.last_line(record.name)} (log: {self.log(record.name)})",
                    "process",
                )
            if time.monotonic() > deadline:
                raise CommandError(
                    f"The process {record.name} is not ready after {READY_TIMEOUT_S} s; see {self.log(record.name)}.", "process"
                )
            time.sleep(_POLL_S)
        ready = msgspec.json.decode(self._ready(record.name).read_bytes(), type=Ready)
        known = msgspec.structs.replace(record, metrics=ready.metrics)
        self._write(known)
        return known

    def stop(self, record: ProcessRecord) -> bool:
        """Ends the process and forgets it; True if it went by itself, False if it had to be killed."""
        gracefully = stop(_identity(record), STOP_GRACE_S)
        for path in (self._run() / f"{record.name}.json", self._ready(record.name)):
            path.unlink(missing_ok=True)
        return gracefully

    def last_line(self, name: str) -> str:
        """Last line of the log of `name`, "(nothing in its log)" where there is none."""
        log = self.log(name)
        lines = log.read_text(encoding="utf-8", errors="replace").split("\n") if log.exists() else []
        return next((line.strip() for line in reversed(lines) if line.strip()), "(nothing in its log)")

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Holds the folder's lock, so that of two `up` or `down` at once the second finds what the first did."""
        self._run().mkdir(parents=True, exist_ok=True)
        with (self._run() / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _run(self) -> Path:
        return self.home / "run"

    def _ready(self, name: str) -> Path:
        return self._run() / f"{name}.ready"

    def _write(self, record: ProcessRecord) -> None:
        beside = self._run() / f"{record.name}.json.new"
        beside.write_bytes(msgspec.json.encode(record))
        beside.replace(self._run() / f"{record.name}.json")


def is_live(record: ProcessRecord) -> bool:
    """Whether exactly this process still lives."""
    return is_running(_identity(record))


def kind_of(record: ProcessRecord) -> str:
    """One of KINDS."""
    return record.name.rpartition("-")[0]


def _identity(record: ProcessRecord) -> ProcessIdentity:
    return ProcessIdentity(record.pid, record.started)
