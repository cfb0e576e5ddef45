"""A real schema registry: Apicurio Registry, whose "ccompat" interface is Confluent's API, on a free port of 127.0.0.1, in memory (Java 21)."""

import os
import socket
import subprocess
import tempfile
import time
from pathlib import Path

import httpx

from connectors.kafka.java import find_java

READY_S = 60
TOOLS = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "strgw" / "tools"


def program() -> Path | None:
    """Where `.ci/run` unpacked it; None where it is not."""
    found = TOOLS / "apicurio-registry" / "quarkus-run.jar"
    return found if found.exists() else None


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


class Apicurio:
    """The running registry; `url` is that of Confluent's API."""

    def __init__(self, jar: Path) -> None:
        port = free_port()
        self.url = f"http://127.0.0.1:{port}/apis/ccompat/v7"
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 - as long as the process
        loopback = {"QUARKUS_HTTP_HOST": "127.0.0.1", "QUARKUS_HTTP_PORT": str(port)}
        management = {"QUARKUS_MANAGEMENT_HOST": "127.0.0.1", "QUARKUS_MANAGEMENT_PORT": str(free_port())}
        self._process = subprocess.Popen(
            [str(find_java("bundled")), "-Xmx256m", "-jar", str(jar)],
            env=os.environ | loopback | management, stdout=self._log, stderr=self._log, cwd=jar.parent,
        )  # fmt: skip
        deadline = time.monotonic() + READY_S
        while not self._answers():
            assert self._process.poll() is None, self._said()
            assert time.monotonic() < deadline, self._said()
            time.sleep(0.1)

    def register(self, text: str) -> int:
        """Registers as a partner's producer would; the number."""
        reply = httpx.post(f"{self.url}/subjects/partner.demo.transfers-value/versions", json={"schema": text})
        assert reply.status_code == 200, reply.text
        return int(reply.json()["id"])

    def close(self) -> None:
        self._process.kill()
        self._process.wait()
        self._log.close()

    def _answers(self) -> bool:
        try:
            return httpx.get(f"{self.url}/subjects", timeout=5).status_code == 200
        except httpx.HTTPError:
            return False

    def _said(self) -> str:
        self._log.seek(0)
        return self._log.read().decode(errors="replace")[-2000:]
