"""Drops what has been in the quarantine too long, counted and audited first: on command, and once a day by the register."""

import logging
from collections.abc import Callable

from connectors.partners.purge import Drop, drop, look
from ops.audited import audited
from ops.register import now_ms
from ops.settings import Settings

DAY_MS = 86_400_000
DAY_S = 86_400.0
FIRST_S = 600.0  # DEF: a process that is started over and over reads the quarantine once it stands
JOB = "strgw register"

logger = logging.getLogger("strgw.register")


def older(bootstrap: str, days: int) -> Drop:
    """What is older than `days`. Raises TopicMissing, KafkaError."""
    return look(bootstrap, now_ms() - days * DAY_MS)


def purge(settings: Settings, bootstrap: str, days: int, name: str) -> Drop:
    """Drops entries older than `days`; `name`: who does, for the audit. After a crash between the two the next run drops what the audit says.

    Raises  TopicMissing, KafkaError; CommandError for a name that cannot stand in the audit
    """
    found = older(bootstrap, days)
    if found.before:
        counts = {key: str(count) for key, count in found.entries.items()}
        facts = counts | {"days": str(days), "entries": str(found.total), "open": str(found.open)}
        audited(settings, name, ("quarantine_purged", "quarantine"), facts)
        drop(bootstrap, found.before)
    return found


class DailyPurge:
    """Purges FIRST_S after it was made, and then once a day; `clock` gives seconds, `count` is told how many entries went."""

    def __init__(self, job: Callable[[], Drop], clock: Callable[[], float], count: Callable[[int], None]) -> None:
        self._job, self._clock, self._count = job, clock, count
        self._due = clock() + FIRST_S

    def step(self) -> None:
        """Purges if it is time. Raises what `job` raises."""
        if self._clock() < self._due:
            return
        self._due = self._clock() + DAY_S
        found = self._job()
        self._count(found.total)
        logger.info(
            "Dropped %d old entries of the quarantine, %d of them never sent in again; %d as old stay.",
            found.total, found.open, found.kept,
        )  # fmt: skip
