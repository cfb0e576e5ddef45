"""When an open batch is committed: at once when there is little to do, in larger batches the more there is."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CommitPlan:
    """Limits of a batch. A transaction costs the broker about the same whether it holds 1 or 5,000 records.

    longest_s    an open batch of new input never waits longer for its commit to start (design: every <= 200 ms)
    shortest_s   pause between two commits of a partition under light load (a transaction costs the broker 3 to 4 ms of processor time,
                 and some 0.5 ms more for each partition written)
    duty         pause after a commit as a multiple of how long it took: load makes batches larger by itself
    behind_s     a stage whose input is older than this has lost the race for promptness already: it commits every catch_up_s, which
                 costs it and the broker least and judges a busy party once, until it has caught up
    changes      changed keys at which a commit starts without a pause
    bytes        input bytes at which a commit starts without a pause
    """

    longest_s: float = 0.2
    shortest_s: float = 0.05  # DEF: two partitions and two stages then cost a fifth of a processor
    duty: float = 1.0
    behind_s: float = 1.0  # DEF
    catch_up_s: float = 1.0  # DEF
    changes: int = 5_000  # DEF
    bytes: int = 8 << 20  # DEF

    def is_full(self, changes: int, size: int) -> bool:
        """Whether the batch must be committed without a pause."""
        return changes >= self.changes or size >= self.bytes

    def pause(self, since_commit_s: float, last_commit_s: float, lag_s: float = 0.0) -> float:
        """Seconds to go on collecting before the commit starts; 0 when input had paused longer than that.

        lag_s  how long ago the newest input was appended
        """
        wanted = min(self.longest_s, max(self.shortest_s, self.duty * last_commit_s))
        if lag_s > self.behind_s:
            wanted = max(wanted, self.catch_up_s)
        return max(0.0, wanted - since_commit_s)


@dataclass(frozen=True, slots=True)
class Backlog:
    """What may be applied and not yet committed in one stage before its input waits (bounds the memory)."""

    changes: int = 20_000
    bytes: int = 64 << 20  # DEF

    def is_over(self, changes: int, size: int) -> bool:
        """Whether the stage must wait for a commit."""
        return changes > self.changes or size > self.bytes


PROMPT = CommitPlan()  # the plan of a stage that asks for none
