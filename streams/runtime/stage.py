"""One stage in one worker: which partitions it owns, what it does with a record, how it is told of a rebalance."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Coroutine, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any, Protocol

from streams.runtime.commit_plan import Backlog
from streams.runtime.exit_codes import ExitCode, Fault
from streams.runtime.lease import Crew, Lease
from streams.runtime.ledger import Ledger
from streams.runtime.meters import RuntimeMeters
from streams.runtime.partition import Partition
from streams.runtime.stage_spec import StageSpec

REGISTRATION_S = 0.01


class Received(Protocol):
    """A record as the transport hands it over; `timestamp` in epoch seconds."""

    partition: int
    offset: int
    value: bytes
    timestamp: float
    generation_id: int


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What every stage of a worker shares.

    partitions  of every internal topic          ledger      makes the ledger of (stage, partition)
    generation  of the consumer group, now       failed      ends the process
    """

    partitions: int
    ledger: Callable[[StageSpec, int], Ledger]
    generation: Callable[[], int]
    failed: Callable[[BaseException], None]
    meters: RuntimeMeters
    executor: Executor


class Stage:
    """Runs one stage's fold on the partitions this worker owns. All methods run on the event loop's thread."""

    def __init__(self, spec: StageSpec, surroundings: Surroundings) -> None:
        self.spec = spec
        self.leases: dict[int, Lease] = {}
        self._around = surroundings
        self._parked: dict[int, Lease] = {}
        self._backlog = Backlog()
        self._room = asyncio.Event()
        self._crew = Crew(surroundings.executor, surroundings.meters, self._room.set, spec.plan)
        self._claims: defaultdict[int, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._tasks: set[asyncio.Task[None]] = set()
        self._stopping = False

    async def take(self, record: Received) -> None:
        """Applies one record. Records of an earlier generation are dropped: their partition's next owner reads them again."""
        lease = await self._lease_for(record)
        if lease is None:
            return
        partition = lease.partition
        if not partition.apply(record.value, record.offset, record.timestamp):
            return
        lease.touched()
        while self._is_over_backlog():
            self._room.clear()
            await self._room.wait()

    async def revoke(self, numbers: list[int]) -> None:
        """Commits and parks partitions the group takes back; they are closed unless the next generation returns them."""
        leases = [self.leases.pop(number) for number in numbers if number in self.leases]
        await asyncio.gather(*(lease.release() for lease in leases))
        self._parked.update({lease.partition.number: lease for lease in leases if lease.restored})
        self._around.meters.owned(self.spec.name, len(self.leases))

    async def assign(self, numbers: list[int], generation: int) -> None:
        """Takes partitions on. One that this worker also owned in the generation before keeps its state: nobody else can
        have owned it in between (and if somebody claimed it all the same, the next commit is fenced)."""
        parked, self._parked = self._parked, {}
        for number in numbers:
            former = parked.get(number)
            if former is not None and former.generation + 1 == generation:
                lease = parked.pop(number).renewed(generation)
                self._spawn(self._work(lease, is_new=False))
            else:
                lease = self._new_lease(number, generation)
                self._spawn(self._work(lease, is_new=True))
            self.leases[number] = lease
        for former in parked.values():
            self._spawn(self._close(former))
        self._around.meters.owned(self.spec.name, len(self.leases))

    async def stop(self) -> None:
        """Commits everything, gives the partitions up and closes their producers."""
        self._stopping = True
        leases = list(self.leases.values())
        await asyncio.gather(*(lease.release() for lease in leases))
        restored = [lease for lease in [*leases, *self._parked.values()] if lease.restored]
        await asyncio.gather(*(self._close(lease) for lease in restored))

    def committed(self) -> Mapping[int, int]:
        """Last durable source offset of each partition that has one."""
        found = {number: lease.partition.committed for number, lease in self.leases.items() if lease.restored}
        return {number: offset for number, offset in found.items() if offset >= 0}

    def is_ready(self) -> bool:
        """Whether every owned partition was restored."""
        return all(lease.restored for lease in self.leases.values())

    async def _lease_for(self, record: Received) -> Lease | None:
        """The lease under which the record may be applied; waits until its partition is registered and restored."""
        while True:
            if self._stopping or record.generation_id != self._around.generation():
                return None
            lease = self.leases.get(record.partition)
            if lease is None:
                await asyncio.sleep(REGISTRATION_S)
                continue
            if not lease.ready.is_set():
                await lease.ready.wait()
                continue
            return lease if lease.generation == record.generation_id and not lease.released else None

    def _is_over_backlog(self) -> bool:
        leases = self.leases.values()
        return self._backlog.is_over(sum(lease.changes for lease in leases), sum(lease.size for lease in leases))

    def _new_lease(self, number: int, generation: int) -> Lease:
        fold = self.spec.fold_factory(self._around.partitions)
        partition = Partition(fold, number, self._around.ledger(self.spec, number))
        return Lease(partition, generation, self._crew)

    async def _work(self, lease: Lease, is_new: bool) -> None:
        """Restores the partition and commits until the lease is released. Claims of one partition never overlap: the
        earlier one would fence the later one."""
        async with self._claims[lease.partition.number]:
            if not lease.released:
                await lease.prepare(is_new)
            if lease.released:
                await self._close(lease)
                return
        await lease.commit_loop()

    async def _close(self, lease: Lease) -> None:
        await asyncio.get_running_loop().run_in_executor(self._around.executor, lease.partition.ledger.close)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self._around.failed(error)


def stopped(stage: str) -> Fault:
    """The fault of a stage whose record loop ended although nobody stopped it."""
    return Fault(ExitCode.ENGINE_FAILED, f"the record loop of stage {stage} ended by itself")
