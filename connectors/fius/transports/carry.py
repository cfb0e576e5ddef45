"""One attempt to bring one filing to its FIU. The order is the promise.

1. The ledger says `sending`.
2. The channel stages the filing; doing so again is harmless.
3. The ledger says `staged`, with the digest of what lies there. From here on a release may have taken place.
4. The channel releases it.
5. What the FIU said to it at once is published; then the ledger says `sent`.

Killed between 3 and 5, the next attempt begins with `check` and releases again only what the FIU certainly does not have.
"""

from collections.abc import Callable
from typing import Protocol

from connectors.fius.transports.channel import Answer, Channel, Outgoing, Refused, Sent, Transient, Unstaged
from connectors.fius.transports.steps import State
from connectors.fius.transports.transmission import Transmission


class Book(Protocol):
    """What carrying needs of the ledger (connectors.fius.transports.ledger.Ledger)."""

    def move(self, row: Transmission, to: State, **changes: object) -> Transmission:
        """Moves the row, durably."""

    def sent(self, row: Transmission, sent: Sent) -> Transmission:
        """The FIU has it."""


class Carrier:
    """Carries filings over one channel.

    wait_s  how long to wait after the n-th failure of a filing: (failures, seconds the FIU asked for) -> seconds
    """

    def __init__(self, book: Book, channel: Channel, now_ms: Callable[[], int], wait_s: Callable[[int, float], float]) -> None:
        self._book, self._channel, self._now_ms, self._wait_s = book, channel, now_ms, wait_s

    def carry(self, row: Transmission, load: Callable[[], Outgoing], answered: Callable[[Answer], None]) -> State:
        """One attempt; returns sent, answered or refused.

        load      the filing's bytes as they travel; may raise Refused
        answered  takes what the FIU says at once, and notes it in the ledger
        Raises    Transient: the row is noted; Barred: it stays as it is. The channel should be left alone
        """
        now = row
        try:
            outgoing = load()
            sent = self._channel.check(outgoing) if row.state == "staged" else None
            if sent is None and row.state != "staged":
                now = self._book.move(row, "sending")  # 1
                sent = self._channel.stage(outgoing)  # 2
            if sent is None:
                until = self._now_ms() + int(self._channel.settle_s * 1000)
                now = self._book.move(now, "staged", sha256=outgoing.sha256, not_before_ms=until)  # 3
                sent = self._channel.release(outgoing)  # 4
            if sent.answer is not None:
                answered(sent.answer)  # 5
                return "answered"
            self._book.sent(now, sent)
        except Transient as error:
            self._failed(now, error)
            raise
        except Refused as error:
            changes = {"refused_in": now.state, "code": error.code, "text": error.text, "failures": now.failures + 1}
            self._book.move(now, "refused", **changes)
            return "refused"
        return "sent"

    def _failed(self, row: Transmission, error: Transient) -> None:
        """Notes a failure. The next attempt is never sooner than the effect of a release that was cut off may still show."""
        failures = row.failures + 1
        again = self._now_ms() + int(self._wait_s(failures, error.retry_after_s) * 1000)
        is_unstaged = isinstance(error, Unstaged)
        to: State = "sending" if is_unstaged else row.state
        until = again if is_unstaged else max(again, row.not_before_ms)
        self._book.move(row, to, failures=failures, not_before_ms=until, code=error.code, text=error.text)
