"""One FIU's lane: carries its filings one after the other and asks for its answers. Lanes share nothing but the ledger, so a dead FIU delays no other."""

import logging
from collections.abc import Callable
from typing import NamedTuple, Protocol

from connectors.fius.transports.carry import Carrier
from connectors.fius.transports.channel import Barred, Channel, Outgoing, Refused, Transient
from connectors.fius.transports.desk import AnswerMeters, Desk
from connectors.fius.transports.ledger import Ledger, Moved
from connectors.fius.transports.steps import Circuit, Dice, Patience
from connectors.fius.transports.transmission import Transmission

MOST_ASKED = 50  # DEF reports whose status is asked for in one round
_LOG = logging.getLogger("strgw.send")


class LaneMeters(AnswerMeters, Protocol):
    """What a lane counts. For the operator alone."""

    def transmission(self, fiu: str, state: str) -> None:
        """An attempt ended as sent, answered or refused."""

    def retry(self, fiu: str) -> None:
        """An attempt failed and will be made again."""

    def failures(self, fiu: str, in_a_row: int) -> None:
        """So many attempts failed one after the other; 0: the FIU answers."""

    def barred(self, fiu: str, is_barred: bool) -> None:
        """Whether nothing is tried until a person has mended the channel."""


class Clock(Protocol):
    """Time, injected."""

    def monotonic(self) -> float:
        """Seconds since some fixed moment."""

    def now_ms(self) -> int:
        """Milliseconds since the epoch, UTC."""


class Tools(NamedTuple):
    """What a lane works with. `load`: the bytes of a row as they travel; `poll_s`: how often the FIU is asked for answers."""

    clock: Clock
    dice: Dice
    load: Callable[[Transmission], Outgoing]
    meters: LaneMeters
    patience: Patience
    poll_s: float


class Lane:
    """The lane of `fiu`."""

    def __init__(self, fiu: str, channel: Channel, ledger: Ledger, desk: Desk, tools: Tools) -> None:
        self.fiu, self._channel, self._ledger, self._desk = fiu, channel, ledger, desk
        self._clock, self._load, self._meters, self._poll_s = tools.clock, tools.load, tools.meters, tools.poll_s
        self._sending, self._asking = Circuit(tools.patience, tools.dice), Circuit(tools.patience, tools.dice)
        wait = tools.patience.wait_s
        self._carrier = Carrier(ledger, channel, tools.clock.now_ms, lambda failures, asked: wait(failures, asked, tools.dice))
        self._asks_at = tools.clock.monotonic()
        self._is_barred = False
        self._meters.failures(fiu, 0)
        self._meters.barred(fiu, False)

    def step(self) -> float:
        """Does one thing that is due and returns how many seconds nothing will be: 0 where there may be more.

        Raises  what is no matter of the FIU: the ledger or Kafka is away, and the process must end
        """
        now = self._clock.monotonic()
        if self._is_barred:
            return self._poll_s
        row = None if self._sending.closed_for_s(now) else self._ledger.next_due(self.fiu, self._clock.now_ms())
        if row is not None:
            self._guarded(self._sending, lambda: self._carry(row))
            return 0.0
        if self._asks_at <= now and not self._asking.closed_for_s(now):
            self._asks_at = now + self._poll_s
            self._guarded(self._asking, self._ask)
            self._channel.close()
            return 0.0
        return self._until_next(now)

    def close(self) -> None:
        """Ends the connection."""
        self._channel.close()

    def _until_next(self, now: float) -> float:
        wakes = self._ledger.wakes_ms(self.fiu)
        waits = [max(self._asks_at - now, self._asking.closed_for_s(now))]
        if wakes is not None:
            waits.append(max((wakes - self._clock.now_ms()) / 1000, self._sending.closed_for_s(now)))
        return max(0.0, min(waits))

    def _carry(self, row: Transmission) -> None:
        state = self._carrier.carry(row, lambda: self._load(row), lambda answer: self._desk.take(answer, self._clock.now_ms))
        self._meters.transmission(self.fiu, state)
        if state == "refused":
            _LOG.warning("filing %s was refused; `strgw transmissions show` says why", row.filing_id)

    def _ask(self) -> None:
        for answer in self._channel.answers(self._ledger.awaited(self.fiu, MOST_ASKED)):
            self._desk.take(answer, self._clock.now_ms)

    def _guarded(self, circuit: Circuit, act: Callable[[], None]) -> None:
        """Does `act` and notes how the FIU fared."""
        try:
            act()
        except Moved:
            return  # a person settled it meanwhile
        except Transient as error:
            circuit.failed(self._clock.monotonic(), error.retry_after_s)
            self._meters.retry(self.fiu)
            self._meters.failures(self.fiu, max(self._sending.failures, self._asking.failures))
            _LOG.info("%s: %s", error.code, error.text)
            return
        except (Barred, Refused) as error:
            self._is_barred = True
            self._meters.barred(self.fiu, True)
            _LOG.error("Nothing more is sent to %s until this is mended and `strgw send` restarted: %s", self.fiu, error.text)
            self._channel.close()
            return
        circuit.worked()
        self._meters.failures(self.fiu, max(self._sending.failures, self._asking.failures))
