"""Transfers on their way into the chain: how many are judged together, and who looks on."""

from collections.abc import Sequence
from typing import Protocol

from ops.chain import Chain, Record
from schemas.transfer import Transfer
from streams.domain.event import DAY_MS
from streams.domain.memory import MAX_EVENTS

BATCH = 500  # entries of one record (design section 4)
TOGETHER = 600_000  # DEF: transfers judged together where nobody asks how soon something was found
# What those tell who are asked must come while it is of use, and they tell of their newest transfers: so no longer than this together,
MOST_MS = 183 * DAY_MS  # DEF: half a year; a party sees 67 transfers in it (p99) and tells of 64
MOST_OF_ONE = MAX_EVENTS // 2  # and no more of one party's transfers
PARTS = 64  # DEF: parts of the states; one at a time is decoded


class Watch(Protocol):
    """Looks on while a run judges, and changes nothing."""

    def sees(self, transfers: Sequence[Transfer]) -> None:
        """Is shown each batch before it is judged."""

    def hears(self, record: Record) -> None:
        """Is told every version of a finding, case or report."""

    def ends(self, chain: Chain) -> None:
        """Is shown the chain when everything was judged."""


class _Nobody:
    """Nobody looks on."""

    def sees(self, transfers: Sequence[Transfer]) -> None:
        """Does nothing."""

    def hears(self, record: Record) -> None:
        """Does nothing."""

    def ends(self, chain: Chain) -> None:
        """Does nothing."""


NOBODY = _Nobody()


def parts(together: int) -> int:
    """In how many parts the states are kept."""
    return 1 if together <= BATCH else PARTS


class Gathering:
    """Transfers are admitted in batches, and judged when `together` have gathered, or sooner where waiting would lose something."""

    def __init__(self, chain: Chain, start: dict[str, int], together: int, watch: Watch) -> None:
        self._chain, self._start, self._together, self._watch = chain, start, together, watch
        self._waiting: list[Transfer] = []
        self._admitted = self._busiest = self._first_ms = self._last_ms = 0
        self._of_party: dict[bytes, int] = {}

    def take(self, transfer: Transfer) -> None:
        """One more, in the order of the stream."""
        self._waiting.append(transfer)
        self._first_ms = self._first_ms or transfer.occurred_ms
        self._last_ms = max(self._last_ms, transfer.occurred_ms)
        self._count(transfer.sender.key)
        if transfer.receiver is not None and transfer.channel != "merchant":  # what shops take in is not read by detection
            self._count(transfer.receiver.key)
        if len(self._waiting) == min(BATCH, self._together):
            self._admit()
            if self._admitted >= self._together or self._busiest >= MOST_OF_ONE or self._last_ms - self._first_ms >= MOST_MS:
                self.judge()

    def judge(self) -> None:
        """Judges what was taken since the last time."""
        self._admit()
        self._chain.settle()
        self._of_party, self._busiest, self._admitted, self._first_ms = {}, 0, 0, 0

    def _count(self, party: bytes) -> None:
        count = self._of_party[party] = self._of_party.get(party, 0) + 1
        if count > self._busiest:
            self._busiest = count

    def _admit(self) -> None:
        if self._waiting:
            self._watch.sees(self._waiting)
            self._chain.feed_partition(0, self._waiting, self._start)  # one partition: in the order of the file
            self._admitted += len(self._waiting)
            self._waiting = []
