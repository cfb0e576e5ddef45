"""How a partition's commits are paced while its records come in."""

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor

from streams.domain.fold import Output, State
from streams.runtime.commit_plan import CommitPlan
from streams.runtime.lease import Crew, Lease
from streams.runtime.ledger import Batch
from streams.runtime.meters import NoMeters
from streams.runtime.partition import Partition
from streams.runtime.restore import RestoredState, Resumption

PLAN = CommitPlan(shortest_s=0.01, behind_s=5.0, catch_up_s=0.4)


class MemoryLedger:
    """Keeps when it was written to; stands for the one in Kafka."""

    def __init__(self) -> None:
        self.written_at: list[float] = []

    def claim(self) -> RestoredState:
        return RestoredState({}, -1, 0, 0.0)

    def resume_after(self, position: int) -> Resumption:
        return Resumption(None, 0)

    def write(self, batch: Batch) -> None:
        self.written_at.append(time.monotonic())

    def close(self) -> None:
        """Nothing is open."""


class Notes:
    """Puts each record under its own key."""

    name = "notes"
    source = "notes.in"

    def apply(self, state: State, record: bytes, partition: int, offset: int) -> None:
        state.put(record, record)

    def flush(self, state: State) -> list[Output]:
        return []

    def encode_state(self, key: bytes, value: object) -> bytes:
        assert isinstance(value, bytes)
        return value

    def decode_state(self, key: bytes, raw: bytes) -> object:
        return raw

    def is_expired(self, key: bytes, raw: bytes) -> bool:
        return False


async def pause_between_commits(age_s: float) -> float:
    """Seconds between the commits of two records that come one right after the other, both appended `age_s` ago."""
    ledger = MemoryLedger()
    with ThreadPoolExecutor(1) as executor:
        lease = Lease(Partition(Notes(), 0, ledger), 1, Crew(executor, NoMeters(), lambda: None, PLAN))
        committing = asyncio.create_task(lease.commit_loop())
        for offset in range(2):
            lease.partition.apply(b"%d" % offset, offset, time.time() - age_s)
            lease.touched()
            while len(ledger.written_at) <= offset:
                await asyncio.sleep(0.005)
        await lease.release()
        await committing
    return ledger.written_at[1] - ledger.written_at[0]


def test_new_records_are_committed_after_the_shortest_pause_and_old_ones_after_the_pause_of_a_stage_that_is_behind() -> None:
    assert asyncio.run(pause_between_commits(age_s=0.0)) < 0.3
    assert asyncio.run(pause_between_commits(age_s=60.0)) >= 0.39
