"""The embedded broker: real Apache Kafka, one KRaft node on 127.0.0.1, in a process of its own that outlives its starter."""

import fcntl
import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from connectors.kafka.broker_files import BrokerFolder, BrokerRecord
from connectors.kafka.errors import KafkaSetupError
from connectors.kafka.jars import Progress, distribution_paths, jar_paths, locked_jars
from connectors.kafka.java import find_java
from connectors.kafka.probe import cluster_id_at
from connectors.kafka.process import ProcessIdentity, is_running, spawn, stop

START_TIMEOUT_S = 90  # DEF 3 s is usual; a recovery after kill -9 of many partitions on a slow disk takes longer
STOP_GRACE_S = 30  # DEF a clean stop takes 1-2 s and spares the next start the recovery
_POLL_S = 0.05
# Java's quick compiler only. Measured on 2 cores with 230 partitions: the start takes 5.3 s of processor time instead of 10.7, and
# 480,000 records in transactions 1.7 s instead of 2.9, for the slow compiler never pays back what it takes from a small machine.
_QUICK_COMPILER = "-XX:TieredStopAtLevel=1"
# Of a small heap that lives to a half (110 of 200 MB), Java's usual collector marks what lives all the time, on a thread of its own: a
# third of the broker's processor time under load. The plain one copies what is young, some ms each time.
_PLAIN_COLLECTOR = "-XX:+UseSerialGC"
_ANSWER_TIMEOUT_S = 5.0


@dataclass(frozen=True, slots=True)
class BrokerOptions:
    """How to run the embedded broker.

    home        folder of its data; cache: folder of downloaded jars
    kafka_home  unpacked Apache Kafka to use instead of downloading
    java        auto | system | bundled | path
    port        0: a free one, the same at the next start if it can be had
    heap_mb     Java heap in MiB; partitions: Kafka's default for new topics
    """

    home: Path
    cache: Path
    kafka_home: Path | None = None
    java: str = "auto"
    port: int = 0
    heap_mb: int = 1024
    partitions: int = 4


@dataclass(frozen=True, slots=True)
class BrokerStatus:
    """state: running (answers) | silent (process lives, no answer) | stopped | died; complaint: its last error line if it died."""

    state: str
    bootstrap: str = ""
    pid: int = 0
    since: str = ""
    complaint: str = ""


class EmbeddedBroker:
    """The broker whose data is under `options.home`; any number of processes may hold one of these for the same folder."""

    def __init__(self, options: BrokerOptions) -> None:
        self.options = options
        self.folder = BrokerFolder(options.home / "kafka")

    def ensure(self, progress: Progress | None = None) -> str:
        """Bootstrap address of the broker, which is started if it does not answer yet; raises KafkaSetupError.

        `progress(file, done, total)` is called for each jar that has to be downloaded.
        """
        self.folder.prepare()
        with self._alone():
            status = self.status()
            if status.state == "silent":
                status = self._wait_for_silent(status)
            return status.bootstrap if status.state == "running" else self._start(progress)

    def status(self) -> BrokerStatus:
        """What the broker is doing now."""
        record = self.folder.record()
        if record is None:
            return BrokerStatus("stopped")
        if not is_running(_process(record)):
            return BrokerStatus("stopped") if record.stopped else BrokerStatus("died", complaint=self.folder.last_complaint())
        bootstrap = f"127.0.0.1:{record.port}"
        state = "running" if _answers(record.port, self.folder.cluster_id()) else "silent"
        return BrokerStatus(state, bootstrap, record.pid, record.since)

    def stop(self) -> bool:
        """Stops the broker if it runs; True unless it had to be killed."""
        record = self.folder.record()
        if record is None or not is_running(_process(record)):
            return True
        with self._alone():
            self.folder.write_record(msgspec.structs.replace(record, stopped=True))
            return stop(_process(record), STOP_GRACE_S)

    def _start(self, progress: Progress | None) -> str:
        java = find_java(self.options.java)
        classpath = self._classpath(progress)
        port, controller_port = self._ports()
        self.folder.write_settings(port, controller_port, self.options.partitions)
        if not self.folder.is_formatted():
            self._format(java, classpath)
        for old in (self.folder.log, self.folder.console):
            with suppress(FileNotFoundError):
                old.replace(old.with_name(old.name + ".previous"))
        process = spawn(
            [*self._java(java, classpath), "kafka.Kafka", str(self.folder.settings)], self.folder.console, _environment()
        )
        since = datetime.now(UTC).isoformat(timespec="seconds")
        self.folder.write_record(BrokerRecord(process.pid, process.started, port, controller_port, since, str(java)))
        self._await_answer(process, port)
        return f"127.0.0.1:{port}"

    def _classpath(self, progress: Progress | None) -> str:
        home = self.options.kafka_home
        paths = distribution_paths(home) if home else jar_paths(self.options.cache, locked_jars(), progress)
        return os.pathsep.join(map(str, paths))

    def _java(self, java: Path, classpath: str) -> list[str]:
        return [
            str(java), f"-Xmx{self.options.heap_mb}m", _QUICK_COMPILER, _PLAIN_COLLECTOR, "-XX:+ExitOnOutOfMemoryError", "-Djava.awt.headless=true",
            f"-Dlog4j2.configurationFile={self.folder.log_settings}", f"-Dstrgw.log={self.folder.log}", "-cp", classpath,
        ]  # fmt: skip

    def _format(self, java: Path, classpath: str) -> None:
        command = [*self._java(java, classpath), "kafka.tools.StorageTool", "format", "--ignore-formatted"]
        command += ["-t", self.folder.cluster_id(), "-c", str(self.folder.settings)]
        result = subprocess.run(command, capture_output=True, text=True, env=_environment(), check=False)
        if result.returncode != 0:
            last = (result.stderr or result.stdout).strip().splitlines()[-1:] or ["no output"]
            raise KafkaSetupError(
                "broker_format", f"Kafka could not prepare its storage in {self.folder.path}: {last[0].strip()}"
            )

    def _ports(self) -> tuple[int, int]:
        last = self.folder.record()
        if self.options.port:
            if not _is_free(self.options.port):
                raise KafkaSetupError(
                    "port_taken",
                    f"Port {self.options.port} of 127.0.0.1 is taken by another program; stop it, or set "
                    "STRGW_KAFKA_PORT to a free port (0 picks one).",
                )
            port = self.options.port
        else:
            port = last.port if last and _is_free(last.port) else _free_port()
        controller_port = (
            last.controller_port if last and last.controller_port != port and _is_free(last.controller_port) else _free_port()
        )
        return port, controller_port

    def _await_answer(self, process: ProcessIdentity, port: int) -> None:
        deadline = time.monotonic() + START_TIMEOUT_S
        while not _answers(port, self.folder.cluster_id()):
            if not is_running(process):
                raise self._died()
            if time.monotonic() > deadline:
                raise KafkaSetupError(
                    "broker_silent",
                    f"The broker (pid {process.pid}) does not answer after {START_TIMEOUT_S} s; see {self.folder.log}, "
                    "then `strgw down` and `strgw up`.",
                )
            time.sleep(_POLL_S)

    def _wait_for_silent(self, status: BrokerStatus) -> BrokerStatus:
        """A live broker that does not answer yet: it may still be starting, so wait; if it ends, it is started anew."""
        deadline = time.monotonic() + START_TIMEOUT_S
        while status.state == "silent" and time.monotonic() < deadline:
            time.sleep(_POLL_S)
            status = self.status()
        if status.state == "silent":
            raise KafkaSetupError(
                "broker_silent",
                f"The broker (pid {status.pid}) runs but does not answer at {status.bootstrap}; see {self.folder.log}, "
                "then `strgw down` and `strgw up`.",
            )
        return status

    def _died(self) -> KafkaSetupError:
        complaint = self.folder.last_complaint()
        if "No space left on device" in complaint:
            return KafkaSetupError(
                "no_disk", f"The disk of {self.folder.path} is full; free some space or set STRGW_HOME to another disk."
            )
        where = self.folder.log if self.folder.log.exists() else self.folder.console
        return KafkaSetupError(
            "broker_died", f"The broker ended while starting; the last error in {where} is: {complaint or '(none)'}"
        )

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Holds the folder's lock, so that two starts at once make one broker."""
        with self.folder.lock.open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def bootstrap(existing: str, options: BrokerOptions, progress: Progress | None = None) -> str:
    """Bootstrap servers in order of discovery: `existing` (STRGW_KAFKA), a broker of ours that answers, a newly started one."""
    return existing or EmbeddedBroker(options).ensure(progress)


def _process(record: BrokerRecord) -> ProcessIdentity:
    return ProcessIdentity(record.pid, record.started)


def _environment() -> dict[str, str]:
    """The environment without what would change Java from outside, so that the broker runs alike everywhere."""
    return {
        name: value
        for name, value in os.environ.items()
        if name not in ("JAVA_TOOL_OPTIONS", "_JAVA_OPTIONS", "JDK_JAVA_OPTIONS", "CLASSPATH")
    }


def _answers(port: int, cluster_id: str) -> bool:
    """Whether the cluster `cluster_id` answers at `port`."""
    return cluster_id_at("127.0.0.1", port, _ANSWER_TIMEOUT_S) == cluster_id


def _is_free(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def _free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
