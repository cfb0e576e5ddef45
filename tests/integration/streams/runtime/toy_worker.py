"""A worker over toy folds, started as a process of its own: toy_worker.py BOOTSTRAP PREFIX KIND.

Topics and application id begin with PREFIX, so that every test has its own. Input records are msgpack lists of
[key, amount]; the observable result is simple enough to be computed without this code.
"""

import logging
import os
import sys
import time
from collections.abc import Callable

import msgspec

from schemas.codec import CorruptRecord
from streams.domain.fold import Fold, Output, State, partition_of
from streams.runtime.meters import Committed, NoMeters, Restored
from streams.runtime.stage_spec import StageSpec
from streams.runtime.state import MAX_STATE_BYTES
from streams.runtime.worker import WorkerOptions, run_worker

Batch = list[tuple[str, int]]
Counter = tuple[int, int, str]
EVERY = 100
FILLER = "x" * int(os.environ.get("TOY_FILLER", "260"))
_batch = msgspec.msgpack.Decoder(Batch)
_counter = msgspec.msgpack.Decoder(Counter)
_encode = msgspec.msgpack.Encoder().encode


def decoded(record: bytes) -> Batch:
    try:
        return _batch.decode(record)
    except msgspec.MsgspecError as error:
        raise CorruptRecord("not_decodable", str(error)) from error


class Count:
    """Counts and sums per key; each 100th observation of a key is an output whose id is key-count."""

    def __init__(self, prefix: str, source: str = "in") -> None:
        self.name = f"{prefix}count"
        self.source = prefix + source
        self._target = prefix + "out"
        self._outputs: list[Output] = []

    def apply(self, state: State, record: bytes, partition: int, offset: int) -> None:
        for key, amount in decoded(record):
            raw = key.encode()
            found = state.get(raw)
            count, total, _ = found if isinstance(found, tuple) else (0, 0, "")
            state.put(raw, (count + 1, total + amount, FILLER))
            if (count + 1) % EVERY == 0:
                self._outputs.append(Output(self._target, partition, b"%s-%d" % (raw, count + 1), b"%d" % amount))

    def flush(self, state: State) -> list[Output]:
        made, self._outputs = self._outputs, []
        return made

    def encode_state(self, key: bytes, value: object) -> bytes:
        return _encode(value)

    def is_expired(self, key: bytes, raw: bytes) -> bool:
        return False

    def decode_state(self, key: bytes, raw: bytes) -> object:
        return _counter.decode(raw)


class Failing(Count):
    """Fails on the key `fail`."""

    def apply(self, state: State, record: bytes, partition: int, offset: int) -> None:
        if any(key == "fail" for key, _ in decoded(record)):
            raise ZeroDivisionError("the defect of this toy")
        super().apply(state, record, partition, offset)


class Greedy(Count):
    """Makes a state above the bound for the key `fat`."""

    def encode_state(self, key: bytes, value: object) -> bytes:
        return bytes(MAX_STATE_BYTES + 1) if key == b"fat" else super().encode_state(key, value)


class Relay(Count):
    """Sends each observation on to three keys' partitions on `mid`, merged per partition; keeps each key's last amount."""

    def __init__(self, prefix: str, partitions: int) -> None:
        super().__init__(prefix)
        self.name = f"{prefix}relay"
        self._mid = prefix + "mid"
        self._partitions = partitions
        self._merged: dict[int, Batch] = {}

    def apply(self, state: State, record: bytes, partition: int, offset: int) -> None:
        for key, amount in decoded(record):
            state.put(key.encode(), (1, amount, ""))
            for side in ("a", "b", "c"):
                raw = f"{key}{side}"
                self._merged.setdefault(partition_of(raw.encode(), self._partitions), []).append((raw, amount))

    def flush(self, state: State) -> list[Output]:
        merged, self._merged = self._merged, {}
        return [
            Output(self._mid, number, None, _encode(batch[at : at + 500]))
            for number, batch in merged.items()
            for at in range(0, len(batch), 500)
        ]


class Echo(Count):
    """Counts a key and sends key' to its own source until three marks were added."""

    def __init__(self, prefix: str, partitions: int) -> None:
        super().__init__(prefix)
        self._partitions = partitions
        self._echoes: list[Output] = []

    def apply(self, state: State, record: bytes, partition: int, offset: int) -> None:
        super().apply(state, record, partition, offset)
        for key, amount in decoded(record):
            if key.count("'") < 3:
                echo = key + "'"
                number = partition_of(echo.encode(), self._partitions)
                self._echoes.append(Output(self.source, number, None, _encode([(echo, amount)])))

    def flush(self, state: State) -> list[Output]:
        made, self._echoes = self._echoes, []
        return super().flush(state) + made


def stages(prefix: str, kind: str) -> tuple[StageSpec, ...]:
    def spec(name: str, source: str, outputs: tuple[str, ...], make: Callable[[int], Fold]) -> StageSpec:
        return StageSpec(prefix + name, prefix + source, tuple(prefix + output for output in outputs), make)

    kinds = {
        "count": (spec("count", "in", ("out",), lambda _: Count(prefix)),),
        "failing": (spec("count", "in", ("out",), lambda _: Failing(prefix)),),
        "greedy": (spec("count", "in", ("out",), lambda _: Greedy(prefix)),),
        "echo": (spec("count", "in", ("in", "out"), lambda count: Echo(prefix, count)),),
        "chain": (
            spec("relay", "in", ("mid",), lambda count: Relay(prefix, count)),
            spec("count", "mid", ("out",), lambda _: Count(prefix, "mid")),
        ),
    }
    kinds["relay"], kinds["counter"] = kinds["chain"][:1], kinds["chain"][1:]
    return kinds[kind]


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


class Printed(NoMeters):
    """Prints what tests wait for, one line an event."""

    def restored(self, restore: Restored) -> None:
        say(f"restored {restore.stage}/{restore.partition} records={restore.records} keys={restore.keys} s={restore.seconds:.3f}")

    def owned(self, stage: str, partitions: int) -> None:
        say(f"owned {stage} {partitions}")

    def quarantined(self, stage: str, reason_code: str) -> None:
        say(f"quarantined {stage} {reason_code}")

    def committed(self, commit: Committed) -> None:
        if os.environ.get("TOY_COMMITS"):
            say(f"committed {commit} {time.perf_counter():.3f}")


if __name__ == "__main__":
    logging.basicConfig(level=os.environ.get("TOY_LOG", "WARNING"), format="%(asctime)s %(levelname)s %(name)s %(message)s")
    bootstrap, prefix, kind = sys.argv[1:]
    session_s = float(os.environ.get("TOY_SESSION", "12"))
    options = WorkerOptions(bootstrap, prefix + "app", stages(prefix, kind), session_s, Printed(), lambda: say("ready"))
    run_worker(options)
