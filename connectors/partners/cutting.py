"""A partner's file as records: cut in its format, in the order of the file, without holding the whole."""

import gzip
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, cast

from connectors.partners.formats import FORMATS
from connectors.partners.formats.file_record import FileRecord
from schemas.native import NATIVE, InvalidTransfer
from schemas.native_reading import MAX_BYTES
from schemas.registry import Partner

_GZIP = b"\x1f\x8b"
_DAMAGED = (gzip.BadGzipFile, zlib.error, EOFError)
_TOLD_EVERY = 500  # records
_HEAD = 1024  # bytes in which a file begins


def records(path: Path, partner: Partner) -> Iterator[bytes]:
    """The records in a file of the partner's format, plain or gzipped: each can be read alone (`Acceptor.take_in`), and has 1 MiB at most.

    An ISO 20022 message gives a document for each transaction, with its headers; an RJE file each MT103; a CSV portions of its lines, each
    below the line of column names; a JSON list or a file of lines each object. What is wrong with a single record is for the reader to say.
    The file is read twice, first to its end: a file that is cut off, does not hold as many transactions as its header says, or cannot be cut
    gives no record at all. It must not change meanwhile.

    Raises  InvalidTransfer with code and sentence for the partner, before the first record; FormatError where the partner's settings for its
            format cannot be used; OSError where the file cannot be read
    """
    with opened(path, partner) as found:
        yield from found


def is_lines(path: Path, partner: Partner) -> bool:
    """Whether a file is of our own format, one event a line: then nothing has to be known of the whole before it is used. Raises OSError."""
    if partner.format != NATIVE:
        return False
    with path.open("rb") as raw:
        is_packed = raw.read(2) == _GZIP
        raw.seek(0)
        try:
            head = (gzip.GzipFile(fileobj=raw) if is_packed else raw).read(_HEAD)
        except _DAMAGED:
            return True  # whoever reads the lines will say so
    return not head.lstrip().startswith(b"[")


class Records:
    """The records of an open file; `done()` tells how much of its `size` was read, in bytes as they lie on disk.

    checked  is told now and then how many records were found while the file is read for the first time
    """

    def __init__(self, raw: IO[bytes], partner: Partner, size: int) -> None:
        self._raw, self._partner = raw, partner
        self.checked: Callable[[int], None] = lambda number: None
        self._passes = 0
        self.size = size

    def __iter__(self) -> Iterator[bytes]:
        for number, _ in enumerate(self.located(), 1):
            if number % _TOLD_EVERY == 0:
                self.checked(number)
        for record in self._cut():
            yield record.raw

    def located(self) -> Iterator[FileRecord]:
        """The records with their lines, in one reading: what is wrong with the file as a whole may come after the first of them."""
        number = 0
        for number, record in enumerate(self._cut(), 1):
            if len(record.raw) > MAX_BYTES:
                said = f"Record {number:,} of the file has more than {MAX_BYTES:,} bytes; a transfer with what belongs to it has less."
                raise InvalidTransfer("too_large", said)
            yield record
        if not number:
            raise InvalidTransfer("empty", "The file holds no transfer; send at least one.")

    def done(self) -> int:
        """How much of `size` was read while records were given out."""
        return self._raw.tell() if self._passes > 1 else 0

    def _cut(self) -> Iterator[FileRecord]:
        self._raw.seek(0)
        is_packed = self._raw.read(2) == _GZIP
        self._raw.seek(0)
        self._passes += 1
        plain = cast("IO[bytes]", gzip.GzipFile(fileobj=self._raw)) if is_packed else self._raw
        try:
            yield from FORMATS[self._partner.format].cut(plain, self._partner)
        except _DAMAGED as error:
            raise InvalidTransfer("not_in_format", "The file is packed and cannot be unpacked whole; send it again.") from error


@contextmanager
def opened(path: Path, partner: Partner) -> Iterator[Records]:
    """The records of a file, for who wants to tell how far they are. Raises OSError; see `records`."""
    with path.open("rb") as raw:
        yield Records(raw, partner, path.stat().st_size)
