"""Commits one transaction in a thread while the next events are worked on, so that neither waits for the other.

At most one transaction is open. A rebalance, which happens inside `poll`, first waits for it: a process never gives
partitions away while it still writes for them, and never has to stop because a rebalance came at the wrong moment.
"""

import threading
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as StillOpen

from connectors.kafka.record import Produced
from connectors.kafka.transactions import TRANSACTION_TIMEOUT_MS, CommitLost, Taken, TransactionalLog

# The broker gives a transaction up after TRANSACTION_TIMEOUT_MS; what takes longer than that did not commit.
SETTLE_S = TRANSACTION_TIMEOUT_MS / 1000 + 5


class OverlappedCommits:
    """The commits of one `TransactionalLog`; nobody else commits on it. Opens it with `open`, closes it with `close`.

    seconds  what the last finished commit took
    """

    def __init__(self, log: TransactionalLog, clock: Callable[[], float]) -> None:
        self._log, self._clock = log, clock
        self._open: Future[float] | None = None
        self.seconds = 0.0

    def open(self) -> None:
        """Opens the log; from now on rebalances wait for the open transaction."""
        self._log.open(before_rebalance=self._wait)

    def start(self, outputs: Iterable[Produced], taken: Taken) -> None:
        """Begins to commit in the background. Raises what `settle` raises for the commit before."""
        self.settle()
        self._open = Future()
        # A daemon: a broker that never answers must not keep the process from ending.
        threading.Thread(target=self._commit, args=(self._open, list(outputs), taken), daemon=True).start()

    def settle(self) -> None:
        """Waits for the open commit, if there is one. Raises Fenced, CommitLost: the process must end."""
        if self._open is None:
            return
        settling, self._open = self._open, None
        try:
            self.seconds = settling.result(SETTLE_S)
        except StillOpen as error:
            raise CommitLost(f"The transaction did not end within {SETTLE_S:.0f} s.") from error

    def commit_alone(self, outputs: Iterable[Produced]) -> list[int]:
        """Writes `outputs` in a transaction without consumed offsets, after the open one; returns the outputs' offsets."""
        self.settle()
        return self._log.commit(outputs)

    def close(self) -> None:
        """Settles, then leaves the group."""
        try:
            self.settle()
        finally:
            self._log.close()

    def _commit(self, promise: "Future[float]", outputs: list[Produced], taken: Taken) -> None:
        started = self._clock()
        try:
            self._log.commit(outputs, taken)
        except Exception as error:  # noqa: BLE001  # handed to the thread that owns the loop, which ends the process
            promise.set_exception(error)
        else:
            promise.set_result(self._clock() - started)

    def _wait(self) -> None:
        """Waits for the open commit, however it ends: `settle` tells the owner of the loop."""
        if self._open is not None:
            self._open.exception(SETTLE_S)
