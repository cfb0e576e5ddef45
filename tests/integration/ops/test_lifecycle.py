"""`strgw up`, `status`, `topics`, `down` as a person uses them: real broker, real processes."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from connectors.kafka.embedded import EmbeddedBroker
from connectors.kafka.process import identity

pytestmark = pytest.mark.timeout(300)


class Gateway:
    """The command line with a folder of its own."""

    def __init__(self, home: Path, cache: Path) -> None:
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith("STRGW_") or name in ("STRGW_JAVA", "STRGW_KAFKA_HOME")
        }
        self.environ = kept | {
            "STRGW_HOME": str(home),
            "STRGW_CACHE": str(cache),
            "STRGW_KAFKA_HEAP_MB": "512",
            "STRGW_PARTITIONS": "2",
        }

    def run(self, *arguments: str, code: int = 0, **changed: str) -> dict[str, Any]:
        command = [sys.executable, "-m", "ops.cli", *arguments, "--json"]
        result = subprocess.run(command, capture_output=True, text=True, env=self.environ | changed, check=False, timeout=200)
        assert result.returncode == code, result.stdout + result.stderr
        document: dict[str, Any] = json.loads(result.stdout)
        return document


@pytest.fixture
def gateway(tmp_path: Path, jar_cache: Path, embedded_broker: EmbeddedBroker) -> Iterator[Gateway]:
    assert embedded_broker.folder.log.exists()  # the jars are here, else the test was skipped with the reason
    gateway = Gateway(tmp_path, jar_cache)
    yield gateway
    gateway.run("down")


def processes(status: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {process["name"]: process for process in status["processes"]}


def test_gateway_goes_up_is_seen_heals_a_dead_process_and_goes_down(gateway: Gateway) -> None:
    assert gateway.run("topics", "check", code=1)["error"]["code"] == "no_broker"
    up = gateway.run("up")
    assert set(processes(up)) == {"register-1", "worker-1", "deliver-1", "intake-1"}
    assert all(process["metrics"] for process in up["processes"])

    status = gateway.run("status")
    assert status["broker"]["state"] == "running"
    assert {process["state"] for process in status["processes"]} == {"running"}
    assert status["figures"]["events by outcome"]["accepted"] == 0

    assert gateway.run("topics", "check")["ok"]
    again = gateway.run("topics", "apply")
    assert (again["created"], again["access_granted"]) == ([], None)
    other = gateway.run("topics", "apply", code=1, STRGW_PARTITIONS="3")["error"]
    assert other["code"] == "topics_mismatch"
    assert "has 2 partitions instead of 3" in other["text"]

    os.kill(processes(up)["worker-1"]["pid"], signal.SIGKILL)
    broken = gateway.run("status", code=1)
    assert {name: process["state"] for name, process in processes(broken).items()}["worker-1"] == "died"
    with ThreadPoolExecutor(2) as pool:  # two at once start one worker, not two
        healed, healed_too = (processes(done) for done in pool.map(gateway.run, ["up", "up"]))
    assert healed == healed_too
    assert healed["worker-1"]["pid"] != processes(up)["worker-1"]["pid"]
    assert healed["intake-1"]["pid"] == processes(up)["intake-1"]["pid"]

    kept = gateway.run("down", "--keep-broker")["stopped"]
    assert [process["name"] for process in kept] == ["intake-1", "worker-1", "deliver-1", "register-1"]
    assert all(process["by_itself"] for process in kept)
    assert not any(identity(process["pid"]) for process in healed.values())
    assert gateway.run("down")["stopped"] == [{"name": "broker", "by_itself": True}]
    assert gateway.run("status")["broker"]["state"] == "stopped"
    assert gateway.run("down")["stopped"] == []


def test_cluster_of_the_user_is_never_stopped(gateway: Gateway, broker: str, embedded_broker: EmbeddedBroker) -> None:
    assert gateway.run("down", STRGW_KAFKA=broker)["stopped"] == []
    assert embedded_broker.status().state == "running"
    assert gateway.run("status", STRGW_KAFKA=broker)["broker"]["state"] == "external"


def test_unreachable_cluster_is_one_sentence(gateway: Gateway) -> None:
    error = gateway.run("up", code=1, STRGW_KAFKA="127.0.0.1:9")["error"]
    assert error["code"] == "kafka_unreachable"
    assert "127.0.0.1:9" in error["text"]
