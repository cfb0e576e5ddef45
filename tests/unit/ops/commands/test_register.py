"""The pace of `strgw register`: what comes within a second comes together, and a backlog is worked off without a pause."""

import threading
from typing import Any, cast

import pytest

from connectors.register.reader import MAX_RECORDS
from ops.commands.register import GATHER_S, Loop


class Pauses(threading.Event):
    """Notes how long it is waited for, and does not wait."""

    def __init__(self) -> None:
        super().__init__()
        self.seconds: list[float] = []

    def wait(self, timeout: float | None = None) -> bool:
        self.seconds.append(timeout or 0.0)
        return self.is_set()


class Rounds(Loop):
    """A loop whose rounds take in the given numbers of records; after the last one it stops."""

    def __init__(self, taken: list[int], stopping: threading.Event) -> None:
        nothing = cast(Any, None)
        super().__init__("", nothing, nothing, nothing, (lambda: None,))
        self._taken, self._stopping = taken, stopping

    def step(self, timeout_ms: int) -> int:
        if len(self._taken) == 1:
            self._stopping.set()
        return self._taken.pop(0)


@pytest.mark.parametrize(
    ("taken", "pauses"), [(3, 1), (0, 0), (MAX_RECORDS, 0)], ids=["some records", "none: it waited for them", "as many as it may"]
)
def test_only_a_round_that_took_some_records_is_followed_by_a_pause(taken: int, pauses: int) -> None:
    stopping = Pauses()
    Rounds([taken], stopping).run(stopping)
    assert len(stopping.seconds) == pauses
    assert all(GATHER_S - 0.5 < seconds <= GATHER_S for seconds in stopping.seconds)
