"""Runs a target over inputs that are a function of a seed: the same seed, target and number give the same bytes on every machine.

A fault is an exception out of the decoder, a property that does not hold, more than LIMIT_S of processor time (confirmed by doing it again), or no end
after HANG_S of it.
"""

import mmap
import os
import signal
import time
import traceback
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from random import Random
from types import FrameType
from typing import NamedTuple

from tests.fuzz.contract import Target
from tests.fuzz.mutation import mutated
from tests.fuzz.oracle import Broken
from tests.fuzz.targets import makers

LIMIT_S = 0.1  # of processor time a record; a record of many transfers may take it for each LIMIT_TRANSFERS
LIMIT_TRANSFERS = 100
HANG_S = 5.0  # of processor time: no noise of a busy machine comes near it
_AGAIN = 3  # times a slow input is done again; the fastest counts


class Fault(NamedTuple):
    """What went wrong with one input. `what` is equal for inputs that fail alike."""

    target: str
    number: int
    what: str
    detail: str
    raw: bytes


class Done(NamedTuple):
    """What a run over some inputs came to. outcomes: how many ended how."""

    target: str
    inputs: int
    outcomes: Counter[str]
    slowest_s: float
    faults: list[Fault]


class Hang(BaseException):
    """The input took HANG_S; no decoder may catch this."""


@lru_cache
def target(name: str, shared: Path) -> Target:
    """The target, made once a process."""
    return makers(shared)[name]()


def input_of(name: str, seed: int, number: int, shared: Path) -> bytes:
    """The input with this number."""
    return mutated(target(name, shared).samples, Random(f"{seed}/{name}/{number}"))


def run(name: str, seed: int, numbers: range, shared: Path, mark: "Mark | None" = None) -> Done:
    """Gives the target every input with one of these numbers."""
    under_test = target(name, shared)
    outcomes: Counter[str] = Counter()
    faults: list[Fault] = []
    slowest = 0.0
    with alarm():
        for number in numbers:
            if mark is not None:
                mark.set(number)
            raw = input_of(name, seed, number, shared)
            try:
                seconds, said = attempt(under_test, raw)
            except (Exception, Hang) as error:  # noqa: BLE001  # whatever comes out is what is looked for
                faults.append(Fault(name, number, _kind(error), "".join(traceback.format_exception(error)), raw))
                continue
            outcomes[said] += 1
            slowest = max(slowest, seconds)
    return Done(name, len(numbers), outcomes, slowest, faults)


def attempt(under_test: Target, raw: bytes) -> tuple[float, str]:
    """Processor seconds, and what came of it. Raises Broken, Hang and whatever the decoder raises."""
    signal.setitimer(signal.ITIMER_PROF, HANG_S)
    seconds, found = _timed(under_test, raw)
    if seconds > LIMIT_S:
        limit = LIMIT_S * max(1.0, under_test.size(found) / LIMIT_TRANSFERS)
        seconds = min(seconds, *(_timed(under_test, raw)[0] for _ in range(_AGAIN)))
        if seconds > limit:
            raise Broken(f"slow: more than {LIMIT_S * 1000:.0f} ms")
    signal.setitimer(signal.ITIMER_PROF, 0)
    return seconds, under_test.judge(raw, found)


def _timed(under_test: Target, raw: bytes) -> tuple[float, object]:
    started = time.process_time()
    found = under_test.work(raw)
    return time.process_time() - started, found


@contextmanager
def alarm() -> Iterator[None]:
    """Raises Hang in a decoder that takes HANG_S; only where the timer of `attempt` runs."""

    def ring(_: int, frame: FrameType | None) -> None:
        raise Hang(f"no end after {HANG_S:.0f} s")

    before = signal.signal(signal.SIGPROF, ring)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def _kind(error: BaseException) -> str:
    """Equal for errors of one kind from one place; the values in a message are left out."""
    if isinstance(error, Broken):
        return f"property: {error}"
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} in {Path(frame.filename).name}:{frame.lineno}"


class Mark:
    """Where a process has come to, readable from outside even when a C library ends it or never returns."""

    def __init__(self, path: Path) -> None:
        path.write_bytes(b"\0" * 64)
        with path.open("r+b") as file:
            self._memory = mmap.mmap(file.fileno(), 64)

    def begin(self, name: str) -> None:
        """The target that is worked on."""
        self._memory[8:64] = name.encode()[:56].ljust(56, b"\0")

    def set(self, number: int) -> None:
        """The input that comes next."""
        self._memory[:8] = number.to_bytes(8, "little")


def marked(path: Path) -> tuple[str, int]:
    """Target and number in a mark's file."""
    raw = path.read_bytes()
    return raw[8:64].rstrip(b"\0").decode(), int.from_bytes(raw[:8], "little")


@lru_cache
def mark_of_this_process(folder: Path) -> Mark:
    """The mark of this process."""
    return Mark(folder / f"worker-{os.getpid()}")
