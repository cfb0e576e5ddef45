"""Records that wait for a stage of a backtest: in memory while they are few, then in a file without a name, gone with the process.

The file is not encrypted: what waits are observations, findings and cases, which hold keys and no names, as the topics do.
"""

import tempfile
import weakref
from collections.abc import Iterator
from typing import BinaryIO, cast

WAITING_BYTES = 16 << 20  # DEF: memory for what waits at all lanes of a stage
_LENGTH_BYTES = 4


class Waiting:
    """Records in the order in which they came."""

    def __init__(self, memory: int = WAITING_BYTES) -> None:
        """`memory`: bytes of records; with more of them all go to the file."""
        self._memory = memory
        self._records: list[bytes] = []
        self._size = 0
        self._file: BinaryIO | None = None

    def __bool__(self) -> bool:
        return bool(self._records) or self._file is not None

    def add(self, record: bytes) -> None:
        """Puts one record behind the others. Raises OSError where the disk is full."""
        self._records.append(record)
        self._size += len(record)
        if self._size > self._memory:
            self._write()

    def take(self) -> Iterator[bytes]:
        """All records, once; none waits any more. Nothing may be added before they were all taken."""
        if self._file is not None:
            self._write()
            self._file.seek(0)
            while length := self._file.read(_LENGTH_BYTES):
                yield self._file.read(int.from_bytes(length, "big"))
            self._file.close()
            self._file = None
        records, self._records, self._size = self._records, [], 0
        yield from records

    def _write(self) -> None:
        if self._file is None:
            self._file = cast(BinaryIO, tempfile.TemporaryFile())  # noqa: SIM115 - until it was read
            weakref.finalize(self, self._file.close)
        for record in self._records:
            self._file.write(len(record).to_bytes(_LENGTH_BYTES, "big") + record)
        self._records, self._size = [], 0
