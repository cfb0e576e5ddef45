"""Which partners are switched off, as the registry file says now; the rest of a partner's row counts from the next start on."""

import logging
from collections.abc import Callable, Mapping
from pathlib import Path

from connectors.partners.registry import load_partners
from schemas.registry import Partner
from schemas.yaml_rows import RegistryError

LOG = logging.getLogger("strgw.registry")
LOOK_S = 1.0  # DEF how long a change may go unnoticed


class Switches:
    """Looks at the file once a second at most, when it is asked, and reads it again when it was replaced or changed.

    A file that cannot be read changes nothing and is logged once: what was switched off stays off, and nobody is switched off by a
    mistake of form. A partner whose row is gone is switched off. Without a file (the packaged sample) nothing ever changes.
    """

    def __init__(self, path: Path | None, partners: Mapping[str, Partner], clock: Callable[[], float]) -> None:
        self._path, self._clock = path, clock
        self._known = frozenset(partners)
        self._off = frozenset(name for name, partner in partners.items() if partner.disabled)
        self._seen: tuple[int, int, int] | None = None
        self._due = 0.0

    def is_off(self, partner: str) -> bool:
        """Whether nothing of the partner is taken in now."""
        if self._path is not None and self._clock() >= self._due:
            self._due = self._clock() + LOOK_S
            self._look(self._path)
        return partner in self._off

    def of(self, partner: str) -> Callable[[], bool]:
        """The question for one partner."""
        return lambda: self.is_off(partner)

    def _look(self, path: Path) -> None:
        try:
            found = path.stat()
            seen = (found.st_ino, found.st_mtime_ns, found.st_size)
        except FileNotFoundError:
            seen = (0, 0, 0)
        if seen == self._seen:
            return
        self._seen = seen
        try:
            now = load_partners(path)
        except (RegistryError, OSError) as error:
            LOG.error("the registry cannot be read, and who is switched off stays as it was: %s", error)
            return
        self._off = frozenset(name for name in self._known if name not in now or now[name].disabled)
