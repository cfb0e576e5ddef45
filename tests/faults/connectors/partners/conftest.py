"""Intake processes that tests may kill, on the gate of the integration tests."""

import importlib.util
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

INTEGRATION = Path(__file__).parents[3] / "integration/connectors/partners/conftest.py"
REGISTRY = """schema: strgw.partners/1
partners:
- id: demo
  name: Demo
  kind: mto
  format: strgw.transfer/1
  home_country: KZ
  scope: partner
  licences:
  - {country: "KZ", registration: "1"}
"""
READY_S = 60


class Intakes:
    """Starts `strgw intake` and `strgw files` processes and ends all that are left."""

    def __init__(self, bootstrap: str, folder: Path, ring: Path) -> None:
        self._folder = folder
        (folder / "partners.yaml").write_text(REGISTRY)
        self._environ = os.environ | {
            "STRGW_KAFKA": bootstrap,
            "STRGW_HOME": str(folder),
            "STRGW_REGISTRY": str(folder / "partners.yaml"),
            "STRGW_HMAC_KEY": "42" * 32,
            "STRGW_KEY_RING": str(ring),
        }
        self._processes: list[subprocess.Popen[bytes]] = []

    def start(self, instance: str = "0", *, wait: bool = True) -> subprocess.Popen[bytes]:
        """A new intake; returns once it owns its partitions, unless told not to wait."""
        return self._start(["intake", "--instance", instance], wait)

    def start_files(self, inbox: Path) -> subprocess.Popen[bytes]:
        """A new file door on a folder of `demo`; returns once it looks there."""
        row = f"- {{partner: demo, kind: folder, inbox: {inbox}, complete: renamed, poll_s: 0.1}}"
        (self._folder / "files.yaml").write_text(f"schema: strgw.files/1\ndoors:\n{row}\n")
        self._environ["STRGW_FILES"] = str(self._folder / "files.yaml")
        return self._start(["files"], wait=True)

    def _start(self, words: list[str], wait: bool) -> subprocess.Popen[bytes]:
        ready = self._folder / f"{len(self._processes)}.ready"
        arguments = [sys.executable, "-m", "ops.cli", *words]
        with (self._folder / "intake.log").open("ab") as log:
            process = subprocess.Popen(arguments, env=self._environ | {"STRGW_READY_FILE": str(ready)}, stdout=log, stderr=log)
        self._processes.append(process)
        deadline = time.monotonic() + READY_S
        while wait and not ready.exists():
            assert process.poll() is None, f"{words[0]} ended while starting: {self.log()}"
            assert time.monotonic() < deadline, f"{words[0]} is not ready: {self.log()}"
            time.sleep(0.02)
        return process

    def begin(self, *words: str) -> subprocess.Popen[bytes]:
        """Starts another strgw command and does not wait for it."""
        with (self._folder / "intake.log").open("ab") as log:
            process = subprocess.Popen([sys.executable, "-m", "ops.cli", *words], env=self._environ, stdout=log, stderr=log)
        self._processes.append(process)
        return process

    def run(self, *words: str) -> subprocess.CompletedProcess[bytes]:
        """Runs another strgw command in the same setting."""
        return subprocess.run(
            [sys.executable, "-m", "ops.cli", *words], env=self._environ, capture_output=True, timeout=90, check=False
        )

    def log(self) -> str:
        """What the processes wrote."""
        return (self._folder / "intake.log").read_text(errors="replace")

    def end(self) -> None:
        """Kills what still runs, paused processes too."""
        for process in self._processes:
            if process.poll() is None:
                process.send_signal(signal.SIGKILL)
            process.wait()


@pytest.fixture
def gate(broker: str) -> Iterator[Any]:
    spec = importlib.util.spec_from_file_location("intake_gate", INTEGRATION)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["intake_gate"] = module
    spec.loader.exec_module(module)
    yield from module.fresh_gate(broker)


@pytest.fixture
def intakes(gate: Any, broker: str, tmp_path: Path) -> Iterator[Intakes]:
    processes = Intakes(broker, tmp_path, gate.ring.path)
    yield processes
    processes.end()
