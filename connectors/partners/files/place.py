"""Where a partner leaves its files, and what a door must be able to do there."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Literal, Protocol

Ending = Literal["done", "refused"]
DONE: Ending = "done"
REFUSED: Ending = "refused"
LONGEST_NAME_BYTES = 200  # a file system takes 255; the receipt's name is longer by 20


class Away(Exception):
    """The place cannot be reached or written now: looked at again later. The text is a plain sentence for the operator."""


class Barred(Away):
    """Nobody is let in until a person mends it: trying a key again and again gets an account locked."""


class Unreadable(Exception):
    """This file cannot be read, others may."""


class Place(Protocol):
    """One folder. Every method may raise Away. Used by one thread."""

    def listed(self) -> Mapping[str, tuple[int, int]]:
        """Ordinary files under names that are not those of unfinished ones: name -> size, time of change."""

    def chunks(self, name: str) -> Iterator[bytes]:
        """The bytes of a file. Raises Unreadable."""

    def settle(self, name: str, ending: Ending, receipt: Path) -> None:
        """Puts the receipt into the folder `ending`, whole or not at all, and then moves the file beside it, never onto another."""

    def close(self) -> None:
        """Ends a connection."""


def variant(name: str, number: int) -> str:
    """The n-th name under which a file may be put away: a.csv.gz, a-2.csv.gz, a-3.csv.gz."""
    stem, dot, rest = name.partition(".")
    return name if number == 1 else f"{stem}-{number}{dot}{rest}"


def receipt_name(name: str) -> str:
    """What the receipt of a file is called."""
    return f"{name}.receipt.json"


class Ripening:
    """Which files have not changed for so long that they count as whole; seconds of any clock that only goes forward."""

    def __init__(self, settle_s: float) -> None:
        self._settle_s = settle_s
        self._seen: dict[str, tuple[tuple[int, int], float]] = {}

    def ripe(self, listed: Mapping[str, tuple[int, int]], now: float) -> list[str]:
        """Names of `listed`, the one written first before the others; what is gone is forgotten."""
        self._seen = {
            name: self._seen[name] if name in self._seen and self._seen[name][0] == state else (state, now)
            for name, state in listed.items()
        }
        found = [(state[1], name) for name, (state, since) in self._seen.items() if now - since >= self._settle_s]
        return [name for _, name in sorted(found)]
