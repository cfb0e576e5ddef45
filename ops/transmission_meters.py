"""What `strgw send` measures (connectors.fius.transports). For the operator alone."""

from collections import Counter as Tally
from collections.abc import Iterable, Mapping, Sequence

from connectors.fius.transports.steps import STATES
from connectors.fius.transports.transmission import Transmission
from ops.meters import within_of
from ops.metrics import ANSWER_STATUSES, ATTEMPTS, WITHIN, Metrics, Reasons


class TransmissionMetrics:
    """Meters of the sender and its lanes. `fius`: those that a transport is set up for; their series are there from the start."""

    def __init__(self, metrics: Metrics, fius: Iterable[str]) -> None:
        names = sorted(fius)
        self._fius = names
        attempts, answers = metrics.counter("strgw_transmission_attempts"), metrics.counter("strgw_receipts")
        self._attempts = {(fiu, outcome): attempts.labels(fiu, outcome) for fiu in names for outcome in ATTEMPTS}
        self._answers = {(fiu, status): answers.labels(fiu, status) for fiu in names for status in ANSWER_STATUSES}
        self._rows, self._due = metrics.gauge("strgw_transmissions"), metrics.gauge("strgw_unsent_due")
        self._oldest = metrics.gauge("strgw_unsent_oldest_seconds")
        failures, barred = metrics.gauge("strgw_transmission_failures"), metrics.gauge("strgw_channel_barred")
        self._failures = {fiu: failures.labels(fiu) for fiu in names}
        self._barred = {fiu: barred.labels(fiu) for fiu in names}
        self._reasons = Reasons(metrics.counter("strgw_quarantined"), "send")

    def transmission(self, fiu: str, state: str) -> None:
        """An attempt ended as sent, answered or refused."""
        self._attempts[fiu, state].inc()  # type: ignore[index]  # any other word is a KeyError

    def retry(self, fiu: str) -> None:
        """An attempt failed and will be made again."""
        self._attempts[fiu, "retry"].inc()

    def failures(self, fiu: str, in_a_row: int) -> None:
        """So many attempts failed one after the other."""
        self._failures[fiu].set(in_a_row)

    def barred(self, fiu: str, is_barred: bool) -> None:
        """Whether nothing is tried until a person has mended the channel."""
        self._barred[fiu].set(is_barred)

    def answer(self, fiu: str, status: str) -> None:
        """One statement about one filing, or one answer set aside ("unmatched")."""
        self._answers[fiu, status].inc()  # type: ignore[index]  # any other word is a KeyError

    def quarantined(self, reason_code: str) -> None:
        """A record of an FIU's topic that is no filing was set aside."""
        self._reasons.add(reason_code)

    def unsent(self, rows: Sequence[Transmission], counts: Mapping[tuple[str, str], int], now_ms: int) -> None:
        """All that has not reached its FIU at `now_ms` (ms UTC), and how many rows there are in each state."""
        due = Tally((row.fiu, within_of(row.due_ms - now_ms)) for row in rows)
        for fiu in self._fius:
            for state in STATES:
                self._rows.labels(fiu, state).set(counts.get((fiu, state), 0))
            for within in WITHIN:
                self._due.labels(fiu, within).set(due[fiu, within])
            self._oldest.labels(fiu).set(max((now_ms - row.taken_ms for row in rows if row.fiu == fiu), default=0) / 1000)
