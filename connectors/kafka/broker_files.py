"""Files of the embedded broker's data folder: its settings, its cluster id, its record of the running process, its log."""

import base64
import shutil
import uuid
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import msgspec

from connectors.kafka.errors import KafkaSetupError
from connectors.kafka.topology import LARGEST_QUARANTINED_BYTES, LARGEST_RECORD_BYTES

LOWEST_FREE_BYTES = 512 << 20  # DEF an empty broker takes 20 MB; the rest is room to work
_COMPLAINTS = (" ERROR ", " FATAL ")
_ONE_COPY = (
    "default.replication.factor",
    "min.insync.replicas",
    "offsets.topic.replication.factor",
    "share.coordinator.state.topic.min.isr",
    "share.coordinator.state.topic.replication.factor",
    "transaction.state.log.min.isr",
    "transaction.state.log.replication.factor",
)
# Kafka's own topics have 50 partitions each by default; each costs the start a log to open.
_FEW_PARTITIONS = (
    "offsets.topic.num.partitions",
    "share.coordinator.state.topic.num.partitions",
    "transaction.state.log.num.partitions",
)


class BrokerRecord(msgspec.Struct, frozen=True):
    """The broker process as broker.json tells it. started: opaque start word of the process; since: ISO 8601 time of the start.

    stopped  it was asked to stop; a record of a process that is gone without that means that it died
    """

    pid: int
    started: str
    port: int
    controller_port: int
    since: str
    java: str
    stopped: bool = False


@dataclass(frozen=True, slots=True)
class BrokerFolder:
    """The data folder of one embedded broker."""

    path: Path

    @property
    def log(self) -> Path:
        """The broker's log, for people."""
        return self.path / "broker.log"

    @property
    def console(self) -> Path:
        """What Java itself prints, when it cannot even start."""
        return self.path / "java.log"

    @property
    def settings(self) -> Path:
        """server.properties, written anew at every start."""
        return self.path / "server.properties"

    @property
    def lock(self) -> Path:
        """Lock file: one start or stop at a time."""
        return self.path / "lock"

    @property
    def log_settings(self) -> Path:
        """log4j2.xml, written anew at every start."""
        return self.path / "log4j2.xml"

    def record(self) -> BrokerRecord | None:
        """The last broker started here, running or not; None before the first start or where the file is unreadable."""
        try:
            return msgspec.json.decode((self.path / "broker.json").read_bytes(), type=BrokerRecord)
        except (FileNotFoundError, msgspec.DecodeError):
            return None

    def write_record(self, record: BrokerRecord) -> None:
        """Stores `record` whole or not at all."""
        beside = self.path / "broker.json.new"
        beside.write_bytes(msgspec.json.encode(record))
        beside.replace(self.path / "broker.json")

    def is_formatted(self) -> bool:
        """Whether Kafka's storage has been formatted."""
        return (self.path / "data" / "meta.properties").exists()

    def cluster_id(self) -> str:
        """Id of the cluster kept here, drawn on first use; a broker that answers with another one is not ours."""
        kept = self.path / "cluster.id"
        if not kept.exists():
            kept.write_text(_random_cluster_id(), encoding="ascii")
        return kept.read_text(encoding="ascii").strip()

    def prepare(self) -> None:
        """Makes the folder; raises KafkaSetupError when it cannot be written or its disk is nearly full."""
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            self.lock.touch()
        except OSError as error:
            raise KafkaSetupError(
                "data_folder", f"The folder {self.path} cannot be written ({error.strerror}); set STRGW_HOME to one that can."
            ) from error
        free = shutil.disk_usage(self.path).free
        if free < LOWEST_FREE_BYTES:
            raise KafkaSetupError(
                "no_disk",
                f"Only {free >> 20} MiB are free on the disk of {self.path}, the embedded broker needs {LOWEST_FREE_BYTES >> 20}; "
                "free some space or set STRGW_HOME to another disk.",
            )

    def write_settings(self, port: int, controller_port: int, partitions: int) -> None:
        """Writes server.properties and log4j2.xml for a single node on 127.0.0.1."""
        lines = server_properties(self.path / "data", port, controller_port, partitions)
        self.settings.write_text("".join(f"{name}={value}\n" for name, value in lines.items()), encoding="utf-8")
        self.log_settings.write_bytes(files("connectors.kafka").joinpath("log4j2.xml").read_bytes())

    def last_complaint(self) -> str:
        """The last line of the log that tells what went wrong, "" where there is none."""
        complaints = [line for line in _tail(self.log) if any(word in line for word in _COMPLAINTS)]
        # Java's own last words (out of memory, a crash); its warnings about what a later Java will forbid are noise.
        complaints += [line for line in _tail(self.console) if not line.startswith("WARNING:")]
        return complaints[-1].strip() if complaints else ""


def server_properties(data: Path, port: int, controller_port: int, partitions: int) -> dict[str, str]:
    """Kafka's settings for one node that is broker and controller, reachable from this machine only."""
    single = dict.fromkeys(_ONE_COPY, "1")
    few = dict.fromkeys(_FEW_PARTITIONS, "8")
    return (
        single
        | few
        | {
            "process.roles": "broker,controller",
            "node.id": "1",
            "controller.quorum.voters": f"1@127.0.0.1:{controller_port}",
            "listeners": f"PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller_port}",
            "advertised.listeners": f"PLAINTEXT://127.0.0.1:{port}",
            "controller.listener.names": "CONTROLLER",
            "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
            "log.dirs": str(data),
            "num.partitions": str(partitions),
            "auto.create.topics.enable": "false",
            "group.initial.rebalance.delay.ms": "0",
            "message.max.bytes": str(LARGEST_RECORD_BYTES),
            "replica.fetch.max.bytes": str(LARGEST_QUARANTINED_BYTES),
            "transaction.max.timeout.ms": "900000",
            # The broker would ask itself, in a request for each partition of each transaction, whether the producer has announced the
            # partition: 2 of the 7 ms a transaction costs. Our clients announce before they write, and none goes on after a failure.
            "transaction.partition.verification.enable": "false",
            "log.cleaner.backoff.ms": "5000",
            "log.cleaner.dedupe.buffer.size": str(64 << 20),
            "num.network.threads": "2",
            "num.io.threads": "4",
        }
    )


def _random_cluster_id() -> str:
    """A random UUID in Kafka's base64 form; never with a leading dash, which its tools take for an option."""
    while True:
        text = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode("ascii").rstrip("=")
        if not text.startswith("-"):
            return text


def _tail(path: Path, size: int = 65536) -> list[str]:
    try:
        with path.open("rb") as stream:
            stream.seek(max(0, path.stat().st_size - size))
            return [line for line in stream.read().decode("utf-8", errors="replace").splitlines() if line.strip()]
    except FileNotFoundError:
        return []
