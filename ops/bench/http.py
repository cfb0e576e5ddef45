"""The HTTP door alone: batches as fast as it takes them, then single transfers at a steady rate, over real connections to a real process.

The broker is real and empty; nothing reads the partner's topic meanwhile. The client keeps its connections open and is as plain as can be, for it
runs on the same machine: its processor time is not the door's.
"""

import asyncio
import os
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import islice
from typing import cast

import msgspec
import uvloop

from connectors.partners.keys import KeysFile
from ops.bench.gateway import PARTNER, Layout, throwaway_gateway
from ops.bench.latency import Percentiles
from ops.bench.load import STREAMS
from ops.bench.machine import Machine, this_machine
from ops.bench.usage import spent, usage_of
from ops.errors import CommandError
from ops.settings import PREFIX, Settings

BATCH_LINES = 200  # DEF of a request: some 150 KB
BATCH_CONNECTIONS, SINGLE_CONNECTIONS = 8, 200  # DEF: so many that none waits for another's answer
TOLD_EVERY = 20
WARM_UP = 1_000  # transfers that are not measured
Advance = Callable[[int, int, str], None]


class Batches(msgspec.Struct, frozen=True):
    """NDJSON batches, one after another on each connection. cpu_s: processor seconds of the door and the broker."""

    transfers: int
    lines_a_batch: int
    connections: int
    seconds: float
    per_second: float
    cpu_s: dict[str, float]
    batch_ms: Percentiles


class Singles(msgspec.Struct, frozen=True):
    """Requests of one transfer each at a steady rate; the time of each counts from when it was due, so that waiting in line counts."""

    rate: float
    connections: int
    cpu_share: dict[str, float]
    answer_ms: Percentiles


class HttpResult(msgspec.Struct, frozen=True):
    """All that was measured."""

    machine: Machine
    batches: Batches
    singles: Singles


def run(settings: Settings, transfers: int, rate: float, seconds: float, advance: Advance) -> HttpResult:
    """Measures batches of `transfers` in all, then `rate` single ones a second for `seconds`."""
    machine, at_rate = this_machine(), int(rate * seconds)
    lines = list(islice(STREAMS["simulated"](WARM_UP + transfers + at_rate), WARM_UP + transfers + at_rate))
    port = _free_port()
    with (
        throwaway_gateway(settings, Layout(partitions=2)) as gateway,
        _environment(HTTP_PORT=str(port), HTTP_RATE="1000000", HTTP_REQUESTS="1000"),
    ):
        _, key = KeysFile(gateway.folder.home / "partner-keys.yaml").add(PARTNER, datetime.now(UTC))
        gateway.start("http-1", ["http"])
        client = Client(port, key)
        client.send(client.batches(lines[:WARM_UP]), BATCH_CONNECTIONS, None, lambda done: None)
        batches = client.batches(lines[WARM_UP : WARM_UP + transfers])
        before = usage_of(gateway.pids())
        took, times = client.send(
            batches, BATCH_CONNECTIONS, None, lambda done: advance(done * BATCH_LINES, transfers, "in batches")
        )
        used = spent(before, usage_of(gateway.pids()))
        found = Batches(
            transfers, BATCH_LINES, BATCH_CONNECTIONS, round(took, 3), round(transfers / took, 1), used, percentiles(times)
        )
        singles = client.singles(lines[WARM_UP + transfers :])
        before = usage_of(gateway.pids())
        took, times = client.send(singles, SINGLE_CONNECTIONS, rate, lambda done: advance(done, at_rate, f"at {rate:,.0f}/s"))
        shares = {name: round(cpu / took, 3) for name, cpu in spent(before, usage_of(gateway.pids())).items()}
        return HttpResult(machine, found, Singles(rate, SINGLE_CONNECTIONS, shares, percentiles(times)))


class _Connection(asyncio.Protocol):
    """One connection: a request, then its whole answer, which must be a 202 that refuses nothing."""

    def __init__(self) -> None:
        self._found = b""
        self._answer: asyncio.Future[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is one in all but its class

    async def exchange(self, request: bytes) -> None:
        """Raises CommandError for another answer."""
        self._found = b""
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        await self._answer
        if not self._found.startswith(b"HTTP/1.1 202 ") or b'"refused":0' not in self._found:
            raise CommandError(f"The door answered {self._found[:500].decode('utf-8', 'replace')}.", "bench")

    def data_received(self, data: bytes) -> None:
        self._found += data
        end = self._found.find(b"\r\n\r\n")
        if end >= 0:
            head = self._found[:end].lower()
            length = int(head.partition(b"content-length:")[2].partition(b"\r\n")[0])
            if len(self._found) >= end + 4 + length and self._answer is not None and not self._answer.done():
                self._answer.set_result(None)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(CommandError("The door closed a connection.", "bench"))

    def close(self) -> None:
        self._transport.close()


class Client:
    """Sends prepared requests over connections that stay open."""

    def __init__(self, port: int, key: str) -> None:
        self._port, self._key = port, key

    def batches(self, lines: Sequence[bytes]) -> list[bytes]:
        """Requests of BATCH_LINES lines each."""
        return [
            self._request(b"\n".join(lines[start : start + BATCH_LINES]), "application/x-ndjson")
            for start in range(0, len(lines), BATCH_LINES)
        ]

    def singles(self, lines: Sequence[bytes]) -> list[bytes]:
        """Requests of one transfer each."""
        return [self._request(line, "application/json") for line in lines]

    def send(
        self, requests: Sequence[bytes], connections: int, rate: float | None, told: Callable[[int], None]
    ) -> tuple[float, list[float]]:
        """Seconds in all, and of each request: from when it was due at `rate` a second, or from its start. Raises CommandError."""
        try:
            return uvloop.run(self._send(requests, connections, rate, told))
        except OSError as error:
            raise CommandError(f"The door did not take a request ({error}).", "bench") from error

    async def _send(
        self, requests: Sequence[bytes], connections: int, rate: float | None, told: Callable[[int], None]
    ) -> tuple[float, list[float]]:
        times: list[float] = []
        numbers = iter(range(len(requests)))
        loop = asyncio.get_running_loop()
        started = time.perf_counter()

        async def work() -> None:
            _, connection = await loop.create_connection(_Connection, "127.0.0.1", self._port)
            for number in numbers:
                due = time.perf_counter() if rate is None else started + number / rate
                await asyncio.sleep(max(0.0, due - time.perf_counter()))
                await connection.exchange(requests[number])
                times.append(time.perf_counter() - due)
                if len(times) % TOLD_EVERY == 0:
                    told(len(times))
            connection.close()

        await asyncio.gather(*(work() for _ in range(connections)))
        return time.perf_counter() - started, times

    def _request(self, body: bytes, content_type: str) -> bytes:
        head = (
            f"POST /v1/transfers HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {self._key}\r\n"
            f"Content-Type: {content_type}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body


def percentiles(seconds: Sequence[float]) -> Percentiles:
    """Of times in seconds, in ms (nearest rank)."""
    ordered = sorted(seconds)

    def at(share: float) -> float:
        return round(ordered[min(len(ordered) - 1, int(share * len(ordered)))] * 1000, 2)

    return Percentiles(len(ordered), at(0.5), at(0.95), at(0.99), at(1.0))


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextmanager
def _environment(**values: str) -> Iterator[None]:
    """Settings for the processes started meanwhile."""
    named = {PREFIX + name: value for name, value in values.items()}
    kept = {name: os.environ.get(name) for name in named}
    os.environ.update(named)
    try:
        yield
    finally:
        for name, value in kept.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
