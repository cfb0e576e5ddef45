"""When a file that others write is complete, and its name as a person may see it."""


def is_finished(name: str) -> bool:
    """False for names under which others write what is not complete yet."""
    return not name.startswith((".", "~")) and not name.lower().endswith((".part", ".filepart", ".tmp", ".temp"))


def shown(name: str) -> str:
    """The name of a file as a person may see it: it was chosen by others, and a terminal obeys some characters."""
    return "".join(letter if letter.isprintable() else "?" for letter in name)


class Settled:
    """Which files have stopped growing: those of the same size and time as when they were last looked at, each told once."""

    def __init__(self) -> None:
        self._seen: dict[str, tuple[tuple[int, int], bool]] = {}

    def fresh(self, listed: dict[str, tuple[int, int]]) -> list[str]:
        """Names that are complete and not told yet, of `listed` (name -> size, time of change); forgets what is gone."""
        told = []
        for name, state in sorted(listed.items()):
            before = self._seen.get(name)
            is_still = before is not None and before[0] == state
            if is_still and not (before and before[1]):
                told.append(name)
            self._seen[name] = (state, is_still)
        for name in self._seen.keys() - listed.keys():
            del self._seen[name]
        return told

    def again(self, name: str) -> None:
        """The file could not be read after all: it is told again."""
        self._seen.pop(name, None)
