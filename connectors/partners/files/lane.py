"""The files of one partner, in a thread of its own: a server that hangs, or a large file, holds up nobody else."""

import logging
import math
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from connectors.partners.files.place import Away, Barred, Place, Ripening
from connectors.partners.files.taking import Stopped, Taker

LOG = logging.getLogger("strgw.files")
ALIVE_S = 86_400.0  # a broker forgets a transactional id that was not used for a week (transactional.id.expiration.ms)
WAIT_S = 0.5  # DEF how soon a lane notices that the process is to end


@dataclass(slots=True)
class Spot:
    """One place with its times in seconds; listed: the names at the last look, None before the first or while it is away."""

    place: Place
    pause_s: float
    ripening: Ripening
    due: float = 0.0
    listed: frozenset[str] | None = None
    said: str = field(default="")


class Lane:
    """Looks at the places of one partner in turn. told: takes how many of them are away."""

    def __init__(self, taker: Taker, spots: Iterable[Spot], stopping: threading.Event, told: Callable[[int], None]) -> None:
        self._taker, self._spots, self._stopping, self._told = taker, list(spots), stopping, told
        self._is_tidy = False
        self._alive = time.monotonic()
        self.failed: BaseException | None = None

    def run(self) -> None:
        """Works until the process is to end; what it fails by is in `failed`, and then the process is to end."""
        try:
            while not self._stopping.is_set():
                self.look()
                self._stopping.wait(WAIT_S)
        except Stopped:
            pass
        except BaseException as error:  # noqa: BLE001  the main thread raises it
            self.failed = error
            self._stopping.set()
        finally:
            for spot in self._spots:
                spot.place.close()

    def look(self) -> None:
        """Looks at each place that is due and takes in what is whole. Raises Stopped, Fenced, CommitLost."""
        for spot in self._spots:
            if time.monotonic() >= spot.due and not self._stopping.is_set():
                spot.due = time.monotonic() + self._visit(spot)
        if time.monotonic() - self._alive > ALIVE_S:
            self._taker.keep_alive()
            self._alive = time.monotonic()
        self._told(sum(1 for spot in self._spots if spot.said))

    def _visit(self, spot: Spot) -> float:
        """Seconds until the next look."""
        try:
            self._work(spot)
            spot.said = ""
        except Barred as error:
            self._note(spot, str(error))
            return math.inf
        except Away as error:
            self._note(spot, str(error))
        except OSError as error:
            self._note(spot, f"{error.filename or 'The spool'} cannot be written ({error.strerror}); look at the disk.")
        return spot.pause_s

    def _work(self, spot: Spot) -> None:
        listed = spot.place.listed()
        spot.listed = frozenset(listed)
        if not self._is_tidy and all(one.listed is not None for one in self._spots):
            self._taker.forget_absent(name for one in self._spots for name in one.listed or ())
            self._is_tidy = True
        for name in spot.ripening.ripe(listed, time.monotonic()):
            if self._stopping.is_set():
                return
            self._taker.take(spot.place, name, listed[name][0])

    def _note(self, spot: Spot, text: str) -> None:
        spot.listed = None
        if text != spot.said:
            LOG.warning("%s: %s", self._taker.partner_id, text)
        spot.said = text
