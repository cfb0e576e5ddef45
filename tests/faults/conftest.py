"""The whole gateway as processes that a test may kill, stop and wake, and a partner who posts while that happens."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from connectors.kafka.scan import CommittedLog
from connectors.partners.post import Poster
from ops.bench.gateway import PARTNER, Gateway, Layout, throwaway_gateway
from ops.settings import Settings
from ops.settled import last_records, stage_positions
from schemas import topics

QUICK_WORKER = Path(__file__).parent / "quick_worker.py"
READY_S = 90
PORTION = 250
BACKLOG_S = 3.0  # shorter than the session
LOOK_EVERY = 1_000  # events between two looks at how far the stages are
MOST_WAITING = 100  # records of one stage, some 50 transfers each


class Crew:
    """Processes by name. A process that ends by itself is noted with its exit code and started again, as whoever runs them would."""

    def __init__(self, gateway: Gateway, is_quick: bool) -> None:
        self.gateway = gateway
        self.ended: list[tuple[str, int]] = []
        self._worker = [sys.executable, str(QUICK_WORKER)] if is_quick else [sys.executable, "-m", "ops.cli", "worker"]
        self._live: dict[str, subprocess.Popen[bytes]] = {}
        self._starts = 0

    def start(self, name: str, wait: bool = True) -> None:
        """Starts worker-N, intake-N or deliver-N."""
        kind, _, number = name.partition("-")
        words = self._worker if kind == "worker" else [sys.executable, "-m", "ops.cli", kind, "--instance", number]
        self._starts += 1
        ready = self.gateway.settings.home / f"{name}.{self._starts}.ready"
        environ = {k: v for k, v in os.environ.items() if not k.startswith("STRGW_")} | {
            "STRGW_HOME": str(self.gateway.settings.home),
            "STRGW_KAFKA": self.gateway.bootstrap,
            "STRGW_READY_FILE": str(ready),
        }
        with self.log(name).open("ab") as log:
            self._live[name] = subprocess.Popen(words, env=environ, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        deadline = time.monotonic() + READY_S
        while wait and not ready.exists():
            assert self._live[name].poll() is None, f"{name} ended while starting: {self.tail(name)}"
            assert time.monotonic() < deadline, f"{name} is not ready: {self.tail(name)}"
            time.sleep(0.05)

    def kill(self, name: str) -> None:
        """kill -9."""
        process = self._live.pop(name)
        process.kill()
        process.wait()

    def leave(self, name: str) -> None:
        """SIGTERM; the process must go by itself."""
        process = self._live.pop(name)
        process.terminate()
        assert process.wait(20) == 0, self.tail(name)

    def freeze(self, name: str) -> subprocess.Popen[bytes]:
        """SIGSTOP in the middle of its work, which was made to wait first; the process is no longer looked after."""
        process = self._live.pop(name)
        process.send_signal(signal.SIGSTOP)
        time.sleep(BACKLOG_S)
        process.send_signal(signal.SIGCONT)
        time.sleep(0.1)
        process.send_signal(signal.SIGSTOP)
        return process

    def pause_broker(self, seconds: float) -> None:
        """The broker does not run for a while."""
        pid = self.gateway.broker.status().pid
        os.kill(pid, signal.SIGSTOP)
        try:
            time.sleep(seconds)
        finally:
            os.kill(pid, signal.SIGCONT)

    def revive(self) -> None:
        """Starts again what ended by itself, and notes it."""
        for name, process in list(self._live.items()):
            code = process.poll()
            if code is not None:
                self.ended.append((name, code))
                self.start(name, wait=False)

    def log(self, name: str) -> Path:
        return self.gateway.settings.home / f"{name}.log"

    def tail(self, name: str) -> str:
        return self.log(name).read_text(errors="replace")[-2000:]

    def end(self) -> None:
        for process in self._live.values():
            process.kill()
            process.wait()


class Feed(threading.Thread):
    """Posts the events, but never more than it is allowed to, and never far ahead of what was judged: partitions then lag behind
    each other by much less than detection remembers, and no backlog hides what a kill does."""

    def __init__(self, bootstrap: str, events: Iterator[bytes], rate: float) -> None:
        super().__init__(daemon=True)
        self.sent = 0
        self.allowed = 0
        self.failed: BaseException | None = None
        self._servers, self._events, self._rate = bootstrap, events, rate

    def run(self) -> None:
        """Posts everything; a failure is kept for the test to see."""
        poster = Poster(self._servers, PARTNER)
        try:
            with CommittedLog(self._servers) as log:
                while portion := list(islice(self._events, PORTION)):
                    while self.sent >= self.allowed or (self.sent % LOOK_EVERY == 0 and self._is_far_ahead(log)):
                        time.sleep(0.1)
                    poster.post(portion, self._rate, time, lambda sent: None)
                    self.sent += len(portion)
        except BaseException as error:  # noqa: BLE001
            self.failed = error
        finally:
            poster.close()

    def _is_far_ahead(self, log: CommittedLog) -> bool:
        taken = sum(last_records(log, topics.TRANSFERS).values()) - sum(stage_positions(log, "admit").values())
        judged = sum(last_records(log, topics.OBSERVATIONS).values()) - sum(stage_positions(log, "detect").values())
        return max(taken, judged) > MOST_WAITING

    def reach(self, count: int, meanwhile: Callable[[], None]) -> None:
        """Returns when so many events are posted."""
        while self.sent < count and self.is_alive():
            meanwhile()
            time.sleep(0.02)
        if self.failed is not None:
            raise self.failed


@pytest.fixture
def crew_of(tmp_path: Path, jar_cache: Path) -> Iterator[Callable[[bool], Any]]:
    """Makes the crew on a broker of its own, since the scenario stops the broker too. The folder stays for whoever looks."""
    home = tmp_path / "gateway"
    chosen = Settings.from_env({"STRGW_CACHE": str(jar_cache)})
    crews: list[Crew] = []
    with throwaway_gateway(chosen, Layout(partitions=4), home) as gateway:

        def make(is_quick: bool) -> Crew:
            crews.append(Crew(gateway, is_quick))
            return crews[-1]

        yield make
        for crew in crews:
            crew.end()


@pytest.fixture
def feed_of() -> Callable[[str, Iterator[bytes], float], Feed]:
    return Feed
