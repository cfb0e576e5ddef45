"""How much a partner may send, and how much all of them together may hold in memory. Pure: the clock is passed in."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from connectors.partners.http.problems import Problem

BURST_S = 2.0  # DEF how many seconds of its rate a partner that was silent may send at once
IN_FLIGHT_BYTES = 64 * 1024 * 1024  # DEF of all requests in work: eight of the largest size


class Rate:
    """A bucket that fills with `per_second` and holds BURST_S of it; a batch may empty it below zero, and the next one waits for that."""

    def __init__(self, per_second: float, now: float) -> None:
        self._per_second, self._capacity = per_second, per_second * BURST_S
        self._level, self._at = self._capacity, now

    def wait_s(self, now: float) -> float:
        """Seconds until something may come in again; 0 for at once."""
        self._fill(now)
        return 0.0 if self._level > 0 else max(0.001, -self._level / self._per_second)

    def charge(self, count: int, now: float) -> None:
        """`count` transfers came in."""
        self._fill(now)
        self._level -= count

    def _fill(self, now: float) -> None:
        self._level = min(self._capacity, self._level + (now - self._at) * self._per_second)
        self._at = now


class Admission:
    """Lets each partner send `per_second` transfers and have `at_once` requests in work; clock gives seconds for durations only."""

    def __init__(self, per_second: float, at_once: int, clock: Callable[[], float]) -> None:
        self._per_second, self._at_once, self._clock = per_second, at_once, clock
        self._rates: dict[str, Rate] = {}
        self._in_work: dict[str, int] = {}

    @contextmanager
    def request(self, partner: str) -> Iterator[None]:
        """One request of the partner while it is in work. Raises Problem (rate, at_once)."""
        wait = self._rate(partner).wait_s(self._clock())
        if wait:
            raise Problem("rate", f"At most {self._per_second:,.0f} transfers a second are taken; wait and send again.", wait)
        count = self._in_work.get(partner, 0)
        if count >= self._at_once:
            raise Problem("at_once", f"At most {self._at_once} requests are worked on at once; wait for their answers.", 1)
        self._in_work[partner] = count + 1
        try:
            yield
        finally:
            self._in_work[partner] -= 1

    def charge(self, partner: str, transfers: int) -> None:
        """Counts what a request brought, accepted or not."""
        self._rate(partner).charge(transfers, self._clock())

    def _rate(self, partner: str) -> Rate:
        found = self._rates.get(partner)
        if found is None:
            found = self._rates[partner] = Rate(self._per_second, self._clock())
        return found


class Pool:
    """Bytes of request bodies held at once, over all partners. told: the number now, for a gauge."""

    def __init__(self, most: int = IN_FLIGHT_BYTES, told: Callable[[int], None] = lambda count: None) -> None:
        self._most, self._told = most, told
        self.held = 0

    def take(self, count: int) -> None:
        """Counts bytes in. Raises Problem (busy) where they would be too many."""
        if self.held + count > self._most:
            raise Problem("busy", "Too much is waiting for the broker; send the request again later.", 1)
        self.held += count
        self._told(self.held)

    def give_back(self, count: int) -> None:
        """Counts bytes out."""
        self.held -= count
        self._told(self.held)


class Share:
    """What one request holds of the pool; all of it goes back at the end of the context."""

    def __init__(self, pool: Pool) -> None:
        self._pool, self._held = pool, 0

    def __enter__(self) -> "Share":
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.give_back(self._held)
        self._held = 0

    def take(self, count: int) -> None:
        """Raises Problem (busy)."""
        self._pool.take(count)
        self._held += count
