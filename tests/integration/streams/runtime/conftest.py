"""A toy gateway on the real broker: topics of its own, worker processes, and what they wrote as a committed reader sees it."""

import os
import signal
import subprocess
import sys
import time
import uuid
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import pytest
from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient, NewTopic

from schemas.codec import Codec
from schemas.quarantine import QuarantineRecord
from streams.runtime.log_reader import LogReader
from streams.runtime.state import POSITION_KEY

PARTITIONS = 4
EVERY = 100
ROOT = Path(__file__).resolve().parents[4]
SCRIPT = ROOT / "tests" / "integration" / "streams" / "runtime" / "toy_worker.py"
Observation = tuple[str, int]


@dataclass
class ToyWorker:
    """One worker process and what it printed."""

    process: subprocess.Popen[bytes]
    log: Path

    def said(self, text: str) -> bool:
        return text in self.log.read_text()

    def wait_for(self, text: str, seconds: float = 60) -> None:
        deadline = time.monotonic() + seconds
        while not self.said(text):
            code = self.process.poll()
            assert code is None, f"the worker ended with {code} before it said {text!r}:\n{self.log.read_text()[-4000:]}"
            assert time.monotonic() < deadline, f"the worker never said {text!r}:\n{self.log.read_text()[-4000:]}"
            time.sleep(0.05)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def terminate(self, seconds: float = 10) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(seconds)

    def exit_code(self, seconds: float = 60) -> int:
        return self.process.wait(seconds)


@dataclass
class ToyGateway:
    """Topics with one prefix. `posted` is what was put in, so that the expected result needs none of the code under test."""

    bootstrap: str
    folder: Path
    prefix: str = field(default_factory=lambda: f"toy{uuid.uuid4().hex[:8]}.")
    posted: Counter[str] = field(default_factory=Counter)
    amounts: Counter[str] = field(default_factory=Counter)
    workers: list[ToyWorker] = field(default_factory=list)

    def create_topics(self) -> None:
        compacted = {"cleanup.policy": "compact"}
        names = [NewTopic(self.prefix + name, PARTITIONS, 1) for name in ("in", "mid", "out")]
        names += [NewTopic(self.prefix + name, PARTITIONS, 1, config=compacted) for name in ("count.state", "relay.state")]
        admin = AdminClient({"bootstrap.servers": self.bootstrap})
        if "quarantine" not in admin.list_topics(timeout=30).topics:
            names.append(NewTopic("quarantine", PARTITIONS, 1))
        for future in admin.create_topics(names).values():
            future.result(30)

    def create_topic(self, name: str) -> None:
        admin = AdminClient({"bootstrap.servers": self.bootstrap})
        admin.create_topics([NewTopic(self.prefix + name, PARTITIONS, 1)])[self.prefix + name].result(30)

    def delete_topic(self, name: str) -> None:
        admin = AdminClient({"bootstrap.servers": self.bootstrap})
        admin.delete_topics([self.prefix + name])[self.prefix + name].result(30)
        deadline = time.monotonic() + 30
        while self.prefix + name in admin.list_topics(timeout=30).topics:
            assert time.monotonic() < deadline, "the topic is still there"
            time.sleep(0.1)

    def post(self, batches: Sequence[tuple[int, list[Observation]]]) -> None:
        """Batches as (partition, observations); a key must always go to one partition."""
        self.post_raw([(number, msgspec.msgpack.encode(batch)) for number, batch in batches])
        for _, batch in batches:
            self.posted.update(key for key, _ in batch)
            for key, amount in batch:
                self.amounts[key] += amount

    def post_raw(self, records: Sequence[tuple[int, bytes]]) -> None:
        producer = Producer({"bootstrap.servers": self.bootstrap, "linger.ms": 5})
        for number, record in records:
            producer.produce(self.prefix + "in", record, None, number)
            producer.poll(0)
        assert producer.flush(30) == 0

    def post_many(self, observations: int, batch: int = 200, keys: int = 1000) -> None:
        """Observations spread evenly over `keys` keys of each partition."""
        rounds = range(0, observations, batch)
        self.post(
            [
                (
                    at // batch % PARTITIONS,
                    [(f"p{at // batch % PARTITIONS}k{n * 7919 % keys}", n % 50) for n in range(at, at + batch)],
                )
                for at in rounds
            ]
        )

    def start(self, kind: str = "count", **environ: str) -> ToyWorker:
        log = self.folder / f"worker{len(self.workers)}.log"
        environment = {name: value for name, value in os.environ.items() if not name.startswith("STRGW_")}
        environment |= {"PYTHONPATH": str(ROOT), **environ}
        with log.open("wb") as out:
            command = [sys.executable, str(SCRIPT), self.bootstrap, self.prefix, kind]
            process = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT, env=environment)
        worker = ToyWorker(process, log)
        self.workers.append(worker)
        return worker

    def read(self, name: str) -> Iterator[tuple[int, bytes | None, bytes | None]]:
        with LogReader(self.bootstrap) as reader:
            for number in range(PARTITIONS):
                low, high = reader.range_of(name, number)
                for messages in reader.batches(name, number, low, high):
                    for message in messages:
                        yield number, message.key(), message.value()

    def counted(self, stage: str = "count") -> dict[str, tuple[int, int]]:
        """Key -> (count, sum) from the stage's changelog."""
        last = {(number, key): value for number, key, value in self.read(f"{self.prefix}{stage}.state") if key != POSITION_KEY}
        found: dict[str, tuple[int, int]] = {}
        for (_, key), value in last.items():
            assert key is not None
            assert value is not None
            assert key.decode() not in found, "one key in two partitions"
            count, total, _ = msgspec.msgpack.decode(value)
            found[key.decode()] = (count, total)
        return found

    def outputs(self) -> list[str]:
        return [(key or b"").decode() for _, key, _ in self.read(self.prefix + "out")]

    def quarantined(self) -> list[QuarantineRecord]:
        codec = Codec(QuarantineRecord)
        entries = [codec.decode(value) for _, _, value in self.read("quarantine") if value is not None]
        return [entry for entry in entries if entry.source.topic.startswith(self.prefix)]

    def await_first_commit(self, stage: str = "count") -> None:
        """Returns as soon as the stage's changelog holds anything: its worker is then in the middle of what was posted."""
        deadline = time.monotonic() + 30
        with LogReader(self.bootstrap) as reader:
            while not any(reader.range_of(f"{self.prefix}{stage}.state", number)[1] for number in range(PARTITIONS)):
                assert time.monotonic() < deadline, "nothing was committed"
                time.sleep(0.01)

    def applied(self) -> int:
        return sum(count for count, _ in self.counted().values())

    def wait_applied(self, observations: int, seconds: float = 60) -> None:
        """Waits until the changelog holds so many observations; more than that is an error as well."""
        deadline = time.monotonic() + seconds
        while (found := self.applied()) < observations:
            codes = [worker.process.poll() for worker in self.workers]
            assert None in codes, f"no worker is left, exit codes {codes}:\n{self.workers[-1].log.read_text()[-4000:]}"
            assert time.monotonic() < deadline, f"{found} of {observations} applied:\n{self.workers[-1].log.read_text()[-4000:]}"
            time.sleep(0.3)
        assert found == observations

    def expected_outputs(self) -> list[str]:
        return sorted(f"{key}-{count}" for key, total in self.posted.items() for count in range(EVERY, total + 1, EVERY))

    def assert_exact(self) -> None:
        """Every observation counted once, every output written once."""
        assert self.counted() == {key: (count, self.amounts[key]) for key, count in self.posted.items()}
        assert sorted(self.outputs()) == self.expected_outputs()

    def stop(self) -> None:
        for worker in self.workers:
            if worker.process.poll() is None:
                worker.process.send_signal(signal.SIGCONT)
                worker.kill()


@pytest.fixture
def toy(broker: str, tmp_path: Path) -> Iterator[ToyGateway]:
    gateway = ToyGateway(broker, tmp_path)
    gateway.create_topics()
    try:
        yield gateway
    finally:
        gateway.stop()
