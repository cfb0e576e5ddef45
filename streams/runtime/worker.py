"""One worker process: stages, Faust, signals, orderly end."""

import asyncio
import gc
import logging
import signal
import sys
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, NoReturn

from streams.runtime.exit_codes import end_now, ending_on_error, fail_stop
from streams.runtime.ledger import KafkaLedger, LedgerName
from streams.runtime.meters import NoMeters, RuntimeMeters
from streams.runtime.stage import Stage, Surroundings, stopped
from streams.runtime.stage_spec import StageSpec
from streams.runtime.topology import partition_count
from streams.runtime.transport import Engine, EngineOptions
from streams.runtime.watchdog import Watchdog

logger = logging.getLogger("strgw.runtime")
HINTS_EVERY_S = 2.0
STOP_S = 8.0  # from SIGTERM to the end it may take 10 s
_THREADS = 64  # threads wait for the broker, they do not compute
SWITCH_S = 0.0005


@dataclass(frozen=True, slots=True)
class WorkerOptions:
    """What to run.

    app_id     consumer group and prefix of every transactional id
    session_s  the group gives a silent worker's partitions away after so many seconds; Kafka's own bounds are 6 and 1800
    ready      called once, when the first assignment is restored
    """

    bootstrap: str
    app_id: str
    stages: Sequence[StageSpec]
    session_s: float = 12.0
    meters: RuntimeMeters = field(default_factory=NoMeters)
    ready: Callable[[], None] = lambda: None


def run_worker(options: WorkerOptions) -> NoReturn:
    """Runs until SIGTERM or SIGINT and ends the process with 0; every other end is `fail_stop` with its own exit code.

    It does not return: Faust's services swallow cancellation and its threads outlive a stop that hangs, so that an event
    loop cannot be relied on to close.

    Raises  TopologyError, Fault(BROKER_LOST) before anything was started
    """
    partitions = partition_count(options.bootstrap, options.stages)
    # Millions of long-lived bytes objects: full collections find nothing and cost a pause each.
    gc.freeze()
    gc.set_threshold(50_000, 50, 50)
    # A commit runs in a thread and asks for the interpreter a dozen times; at the default 5 ms each it waits longer for the
    # record loop than for the broker.
    sys.setswitchinterval(SWITCH_S)
    asyncio.new_event_loop().run_until_complete(Worker(options, partitions).run())
    end_now(0)


class Worker:
    """Wires stages, engine and watchdog together on one event loop."""

    def __init__(self, options: WorkerOptions, partitions: int) -> None:
        self._options = options
        self._executor = ThreadPoolExecutor(_THREADS, thread_name_prefix="ledger")
        self._engine = Engine(EngineOptions(options.app_id, options.bootstrap, partitions, options.session_s))
        around = Surroundings(partitions, self._ledger, self._engine.generation, fail_stop, options.meters, self._executor)
        self._stages = [Stage(spec, around) for spec in options.stages]
        for stage in self._stages:
            self._engine.add_agent(stage.spec.name, stage.spec.source, self._record_loop(stage))
        self._engine.on_rebalance(self._revoked, self._assigned)
        self._stop = asyncio.Event()
        self._is_assigned = False
        self._hinted: dict[tuple[str, int], int] = {}

    async def run(self) -> None:
        """Starts, works until a signal, stops."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stop.set)
        watchdog = Watchdog(self._options.bootstrap, self._stages, self._options.meters, self._executor)
        duties = [self._engine.start(), self._hint(), self._announce(), self._check_engine(), watchdog.pulse(), watchdog.watch()]
        tasks = [loop.create_task(_guarded(duty)) for duty in duties]
        await self._stop.wait()
        # With a deadline: what is not committed by then is read again by the next owner.
        done, _ = await asyncio.wait({loop.create_task(_guarded(self._leave(tasks)))}, timeout=STOP_S)
        if not done:
            logger.warning("stopped without leaving the group; its partitions move when the session is over")

    async def _leave(self, tasks: list[asyncio.Task[None]]) -> None:
        """1. commit and give up every partition  2. hints  3. leave the group."""
        durable = self._durable()
        await asyncio.gather(*(stage.stop() for stage in self._stages))
        if not self._is_assigned:
            return
        await self._engine.commit_hints(durable | self._durable())
        for task in tasks[1:]:
            task.cancel()
        await self._engine.stop()

    def _ledger(self, spec: StageSpec, number: int) -> KafkaLedger:
        return KafkaLedger(self._options.bootstrap, LedgerName(self._options.app_id, spec.name, spec.source, number))

    def _record_loop(self, stage: Stage) -> Callable[[Any], Coroutine[Any, Any, None]]:
        async def loop(stream: Any) -> None:
            with ending_on_error():
                async for event in stream.noack().events():
                    await stage.take(event.message)
            if not self._stop.is_set():
                fail_stop(stopped(stage.spec.name))

        return loop

    async def _revoked(self, partitions: Any) -> None:
        with ending_on_error():
            await asyncio.gather(*(stage.revoke(_numbers(stage, partitions)) for stage in self._stages))

    async def _assigned(self, partitions: Any) -> None:
        with ending_on_error():
            for stage in self._stages:
                await stage.assign(_numbers(stage, partitions), self._engine.generation())
        self._is_assigned = True

    async def _announce(self) -> None:
        while not self._is_ready():
            await asyncio.sleep(0.05)
        self._options.ready()

    def _is_ready(self) -> bool:
        return self._is_assigned and all(stage.is_ready() for stage in self._stages)

    async def _hint(self) -> None:
        while True:
            await asyncio.sleep(HINTS_EVERY_S)
            durable = self._durable()
            news = {where: offset for where, offset in durable.items() if self._hinted.get(where) != offset}
            if news:
                await self._engine.commit_hints(news)
                self._hinted = durable

    async def _check_engine(self) -> None:
        while True:
            await asyncio.sleep(0.5)
            reason = self._engine.crash_reason()
            if reason is not None:
                raise reason

    def _durable(self) -> dict[tuple[str, int], int]:
        return {(stage.spec.source, number): offset for stage in self._stages for number, offset in stage.committed().items()}


def _numbers(stage: Stage, partitions: Any) -> list[int]:
    return sorted(tp.partition for tp in partitions if tp.topic == stage.spec.source)


async def _guarded(duty: Coroutine[Any, Any, None]) -> None:
    """Runs a duty for ever; if it fails the process ends."""
    with ending_on_error():
        await duty
