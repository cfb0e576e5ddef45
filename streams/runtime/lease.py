"""A partition while this worker owns it: when it may work, what is in flight, how it is given up."""

import asyncio
import logging
import time
from collections.abc import Callable
from concurrent.futures import Executor
from typing import NamedTuple

from streams.runtime.commit_plan import PROMPT, CommitPlan
from streams.runtime.ledger import Batch
from streams.runtime.meters import Committed, Restored, RuntimeMeters
from streams.runtime.partition import OpenBatch, Partition

logger = logging.getLogger("strgw.runtime")


class Crew(NamedTuple):
    """What a lease works with; `made_room` is called after each commit, on the event loop's thread."""

    executor: Executor
    meters: RuntimeMeters
    made_room: Callable[[], None]
    plan: CommitPlan = PROMPT


class Lease:
    """Ownership of one partition for one generation of the consumer group.

    Commits run one after the other in a thread while the loop goes on applying. `restored` tells whether the state is
    whole; `ready` is also set by a release, so that nobody waits for a partition that will not come.
    """

    def __init__(self, partition: Partition, generation: int, crew: Crew) -> None:
        self.partition = partition
        self.generation = generation
        self.ready = asyncio.Event()
        self.restored = False
        self.released = False
        self.in_flight_changes = 0
        self.in_flight_bytes = 0
        self._crew = crew
        self._is_over = False
        self._lock = asyncio.Lock()
        self._wake = asyncio.Event()
        self._full = asyncio.Event()
        self._plan = crew.plan
        self._commit_ended_at = 0.0
        self._last_commit_s = 0.0

    @property
    def changes(self) -> int:
        """Changed keys that are not durable yet."""
        return len(self.partition.state) + self.in_flight_changes

    @property
    def size(self) -> int:
        """Input bytes whose effects are not durable yet."""
        return self.partition.open.size + self.in_flight_bytes

    async def prepare(self, is_new: bool) -> None:
        """Claims and restores the partition (a renewed lease keeps its state), then lets it work. Heartbeats go on."""
        loop = asyncio.get_running_loop()
        started = time.perf_counter()
        records = 0
        if is_new:
            records, _ = await loop.run_in_executor(self._crew.executor, self.partition.restore)
        await loop.run_in_executor(self._crew.executor, self.partition.resume)
        seconds = time.perf_counter() - started
        stage, number, keys = self.partition.fold.name, self.partition.number, len(self.partition.state.encoded)
        self._crew.meters.restored(Restored(stage, number, seconds, records, keys))
        logger.info("stage %s, partition %d ready after %.2f s", stage, number, seconds)
        self.restored = True
        self.ready.set()

    def touched(self) -> None:
        """Tells the committer that something was applied."""
        self._wake.set()
        partition = self.partition
        if self._plan.is_full(len(partition.state), partition.open.size):
            self._full.set()

    async def commit_loop(self) -> None:
        """Commits whenever something was applied, paced by the plan, until the lease is released."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            since_commit_s = time.monotonic() - self._commit_ended_at
            pause = self._plan.pause(since_commit_s, self._last_commit_s, time.time() - self.partition.open.newest_at())
            if pause > 0 and not self._full.is_set():
                await _first(self._full, pause)
            self._full.clear()
            if self.released:
                return
            async with self._lock:
                await self._commit()

    async def release(self) -> None:
        """Stops taking records, commits what is open after what is in flight, and ends the commit loop."""
        self.released = True
        if self.restored:
            async with self._lock:
                await self._commit()
                self._is_over = True
        self.ready.set()
        self._wake.set()
        self._full.set()

    def renewed(self, generation: int) -> "Lease":
        """The same partition under a later generation, not ready yet."""
        return Lease(self.partition, generation, self._crew)

    async def _commit(self) -> None:
        """Commits the open batch; the caller holds the lock. After the release the partition may belong to a renewed lease."""
        sealed = None if self._is_over else self.partition.seal()
        if sealed is None:
            return
        batch, closed = sealed
        self.in_flight_changes, self.in_flight_bytes = len(batch.changes), closed.size
        started = time.perf_counter()
        await asyncio.get_running_loop().run_in_executor(self._crew.executor, self.partition.ledger.write, batch)
        self._last_commit_s = time.perf_counter() - started
        self._commit_ended_at = time.monotonic()
        self.in_flight_changes = self.in_flight_bytes = 0
        self.partition.committed = batch.position
        self.partition.progress_at = self._commit_ended_at
        self._crew.made_room()
        self._observe(batch, closed)

    def _observe(self, batch: Batch, closed: OpenBatch) -> None:
        now, stage, meters = time.time(), self.partition.fold.name, self._crew.meters
        records, changes, outputs = len(closed.appended_at), len(batch.changes), len(batch.outputs)
        meters.committed(Committed(stage, self.partition.number, self._last_commit_s, records, changes, outputs))
        for appended_at in closed.appended_at:
            meters.latency(stage, max(0.0, now - appended_at))
        for code in closed.reason_codes:
            meters.quarantined(stage, code)


async def _first(event: asyncio.Event, timeout_s: float) -> None:
    """Returns when the event is set or the time is over."""
    try:
        await asyncio.wait_for(event.wait(), timeout_s)
    except TimeoutError:
        return
