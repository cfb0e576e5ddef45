"""One record of a partner's file, and where its transfers begin."""

from typing import NamedTuple


class FileRecord(NamedTuple):
    """A record as it is posted. lines: of the file, from 1, where each transfer in it begins; the first one where they are not told apart."""

    raw: bytes
    lines: tuple[int, ...]

    def line(self, index: int) -> int:
        """Where the transfer with this index begins; the record, where that is not known."""
        return self.lines[index if index < len(self.lines) else 0]
