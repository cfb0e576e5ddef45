"""Looks from outside whether the worker still moves: Faust only logs when its consumer dies silently (register R36)."""

import asyncio
import time
from collections.abc import Iterable
from concurrent.futures import Executor
from typing import NamedTuple

from confluent_kafka import KafkaException

from streams.runtime.exit_codes import ExitCode, Fault
from streams.runtime.log_reader import PEEK_BYTES, LogReader
from streams.runtime.meters import RuntimeMeters
from streams.runtime.stage import Stage

LOOK_EVERY_S = 5.0
STALLED_S = 120.0  # DEF: a record waits this long and nothing of its partition was committed
UNREACHABLE_S = 90.0  # DEF: longer than a broker restart, shorter than a person's patience
_PULSE_S = 0.5
_ASK_S = 5.0


class _Seen(NamedTuple):
    """The end of a source when it was last looked at, and whether a record waits before it."""

    end: int
    position: int
    waiting: bool


class Watchdog:
    """Measures lag and the event loop's delay; raises Fault(STALLED | BROKER_LOST) from `watch`."""

    def __init__(self, bootstrap: str, stages: Iterable[Stage], meters: RuntimeMeters, executor: Executor) -> None:
        self._stages = tuple(stages)
        self._meters = meters
        self._executor = executor
        self._bootstrap = bootstrap
        self._seen: dict[tuple[str, int], _Seen] = {}
        self._reached_at = time.monotonic()

    async def pulse(self) -> None:
        """Measures how late the loop wakes up, for ever."""
        while True:
            before = time.monotonic()
            await asyncio.sleep(_PULSE_S)
            self._meters.loop_lag(max(0.0, time.monotonic() - before - _PULSE_S))

    async def watch(self) -> None:
        """Looks at every owned partition every few seconds, for ever."""
        loop = asyncio.get_running_loop()
        with await loop.run_in_executor(self._executor, LogReader, self._bootstrap, PEEK_BYTES) as reader:
            while True:
                await asyncio.sleep(LOOK_EVERY_S)
                for stage in self._stages:
                    for number, lease in list(stage.leases.items()):
                        if lease.restored:
                            position = lease.partition.committed
                            seen = await loop.run_in_executor(
                                self._executor, self._look, reader, (stage.spec.source, number), position
                            )
                            self._judge(stage, number, seen)

    def _look(self, reader: LogReader, source: tuple[str, int], position: int) -> _Seen | None:
        """Blocks. None while the broker does not answer."""
        try:
            low, end = reader.range_of(*source, timeout_s=_ASK_S)
            known = self._seen.get(source)
            if known is None or (known.end, known.position) != (end, position):
                first = reader.first_from(*source, max(position + 1, low), end)
                known = self._seen[source] = _Seen(end, position, first is not None)
        except KafkaException as error:
            if time.monotonic() - self._reached_at > UNREACHABLE_S:
                raise Fault(ExitCode.BROKER_LOST, f"no answer for {UNREACHABLE_S:.0f} s: {error.args[0].name()}") from error
            return None
        self._reached_at = time.monotonic()
        return known

    def _judge(self, stage: Stage, number: int, seen: _Seen | None) -> None:
        lease = stage.leases.get(number)
        if lease is None or seen is None:
            return
        waiting = seen.end - 1 - seen.position if seen.waiting else 0
        self._meters.lag(stage.spec.name, number, waiting)
        partition = lease.partition
        # A stage waits as a whole while one of its partitions is being restored.
        if not seen.waiting or partition.committed != seen.position or not stage.is_ready():
            partition.progress_at = time.monotonic()
        elif time.monotonic() - partition.progress_at > STALLED_S:
            at = f"stage {stage.spec.name}, {stage.spec.source}/{number}"
            raise Fault(ExitCode.STALLED, f"{at} has stood at offset {seen.position} of {seen.end} for {STALLED_S:.0f} s")
