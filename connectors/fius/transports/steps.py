"""The life of a transmission, when the next attempt is due, and what an FIU's circuit is. Pure; the dice are handed in.

    pending -> sending -> staged -> sent -> answered
                  \\_________\\______________ refused: a person looks

pending   known, not touched
sending   being staged; whatever lies beside its place may be written again
staged    complete beside its place; a release may have taken place, so another attempt first looks
sent      the FIU has it
answered  the FIU has said whether it takes it
An answer proves that the FIU has the filing, so it leads to `answered` from anywhere.
"""

from collections.abc import Callable
from typing import Literal, get_args

import msgspec

State = Literal["pending", "sending", "staged", "sent", "answered", "refused"]
STATES: tuple[State, ...] = get_args(State)
UNSENT: tuple[State, ...] = ("pending", "sending", "staged", "refused")
TO_CARRY: tuple[State, ...] = ("pending", "sending", "staged")
AFTER: dict[State, tuple[State, ...]] = {
    "pending": ("pending", "sending", "sent", "answered", "refused"),
    "sending": ("sending", "staged", "sent", "answered", "refused"),
    "staged": ("sending", "staged", "sent", "answered", "refused"),
    "sent": ("sent", "answered"),
    "answered": ("answered",),
    "refused": ("sending", "staged", "sent", "answered"),  # back to where it was, by a person's word, or by an answer
}
STUBBORN = 5  # DEF failures after which a filing lets the others of its FIU go first

Dice = Callable[[], float]  # in [0, 1)


class Patience(msgspec.Struct, frozen=True):
    """How long to wait between attempts, in seconds: doubled with each failure, never more than the longest."""

    first_s: float = 5.0
    longest_s: float = 900.0

    def wait_s(self, failures: int, asked_s: float, dice: Dice) -> float:
        """Wait after the n-th failure: half of it for certain, the rest by chance, so that many do not come back together.

        asked_s  what the FIU asked for; it is never disturbed sooner, but no longer than a day is believed
        """
        grown = min(self.longest_s, self.first_s * 2.0 ** min(failures - 1, 40))
        return max(grown * (0.5 + 0.5 * dice()), min(asked_s, 86_400.0))


class Circuit:
    """Whether an FIU is left alone for now. Its failures in a row count, whichever filing they befell; `now` in seconds."""

    def __init__(self, patience: Patience, dice: Dice) -> None:
        self._patience, self._dice = patience, dice
        self.failures = 0
        self._opens_at = 0.0

    def closed_for_s(self, now: float) -> float:
        """How long nothing is tried; 0: now is the time."""
        return max(0.0, self._opens_at - now)

    def failed(self, now: float, asked_s: float = 0.0) -> None:
        """Another attempt failed."""
        self.failures += 1
        self._opens_at = now + self._patience.wait_s(self.failures, asked_s, self._dice)

    def worked(self) -> None:
        """An attempt got through."""
        self.failures, self._opens_at = 0, 0.0
