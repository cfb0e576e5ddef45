"""How often delivery looks for reports, so that the versions of a growing one come together. Pure; times in seconds."""

# DEF: an FIU reads none of the versions of a growing report that lie less than a second apart
SHORTEST_S = 1.0
# DEF: what is due in days may wait for seconds, where rendering would else take processors from the judging
LONGEST_S = 3.0
SHARE = 5  # DEF: rendering takes at most a fifth of a processor, within these bounds


class Pace:
    """The first report after a quiet time is not held up; nor is a backlog: after a full step the next one follows at once."""

    def __init__(self, shortest_s: float = SHORTEST_S, longest_s: float = LONGEST_S) -> None:
        self._shortest_s, self._longest_s = shortest_s, longest_s
        self._next_at: float | None = None

    def early_s(self, now: float) -> float:
        """How long the next look must wait; 0 or less: not at all."""
        return 0.0 if self._next_at is None else self._next_at - now

    def took(self, started: float, ended: float, is_full: bool) -> None:
        """A step from `started` to `ended` took reports; `is_full`: as many as it may."""
        pause = min(max(self._shortest_s, SHARE * (ended - started)), self._longest_s)
        self._next_at = None if is_full else started + pause
