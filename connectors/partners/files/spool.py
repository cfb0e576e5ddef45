"""Brings a file to a place of our own, unpacked, where nobody can change it while it is read; bounded in size, packed and unpacked."""

import hashlib
import os
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

MOST_BYTES = (
    1 << 30
)  # DEF of a file, as it was left and unpacked: a day of the largest feed that we promise to keep up with has less
PIECE_BYTES = 1 << 20
_GZIP_HEAD, _ZIP_HEAD = b"\x1f\x8b", b"PK\x03\x04"
_GZIP = 31  # window bits that make zlib expect a gzip header (zlib manual, inflateInit2)


class FileRefused(Exception):
    """The whole file is refused and nothing of it is posted. `code` is closed (FILE_CODES), `text` says what to do."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code, self.text = code, text


# Why a whole file is refused; docs/partners.md explains each.
FILE_CODES = (
    "file_empty", "file_too_large", "file_cut_off", "file_packed", "file_unreadable", "file_not_in_format", "file_too_many",
    "file_recut", "partner_disabled",
)  # fmt: skip


class Fetched(NamedTuple):
    """A file of the spool. sha256 and size: of the file as it was left, packed or not."""

    path: Path
    sha256: str
    size: int


def fetch(chunks: Iterable[bytes], into: Path, most: int = MOST_BYTES) -> Fetched:
    """Writes a file's chunks to `into`, unpacked where they are gzip. Raises FileRefused, and whatever `chunks` raises."""
    digest, counted = hashlib.sha256(), _Counted(chunks, most)
    into.parent.mkdir(parents=True, exist_ok=True)
    into.unlink(missing_ok=True)
    unpacked = 0
    with os.fdopen(os.open(into, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
        for piece in _unpacked(_digested(counted, digest)):
            unpacked += len(piece)
            if unpacked > most:
                raise _too_large(most)
            file.write(piece)
    if not unpacked:
        raise FileRefused("file_empty", "The file is empty; leave one that holds transfers.")
    return Fetched(into, digest.hexdigest(), counted.size)


class _Counted:
    def __init__(self, chunks: Iterable[bytes], most: int) -> None:
        self._chunks, self._most, self.size = chunks, most, 0

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self._chunks:
            self.size += len(chunk)
            if self.size > self._most:
                raise _too_large(self._most)
            yield chunk


def _digested(chunks: Iterable[bytes], digest: "hashlib._Hash") -> Iterator[bytes]:
    for chunk in chunks:
        digest.update(chunk)
        yield chunk


def _unpacked(chunks: Iterator[bytes]) -> Iterator[bytes]:
    first = b""
    for chunk in chunks:
        first += chunk
        if len(first) >= len(_ZIP_HEAD):
            break
    if first.startswith(_ZIP_HEAD):
        raise FileRefused("file_packed", "The file is a ZIP archive; leave it as it is or packed with gzip.")
    if first.startswith(_GZIP_HEAD):
        yield from _once_packed(_gunzipped(first, chunks))
    else:
        yield first
        yield from chunks


def _once_packed(pieces: Iterator[bytes]) -> Iterator[bytes]:
    head = b""
    for piece in pieces:
        head += piece[: len(_GZIP_HEAD) - len(head)]
        if head == _GZIP_HEAD:  # unpacked by whoever reads the records, it would have no bound
            raise FileRefused("file_packed", "The file is packed twice; leave it as it is or packed with gzip once.")
        yield piece


def _gunzipped(first: bytes, chunks: Iterator[bytes]) -> Iterator[bytes]:
    """gzip, one member after another (RFC 1952 section 2.2), never more than a piece at a time."""
    member, waiting = zlib.decompressobj(_GZIP), first
    try:
        while waiting or (waiting := next(chunks, b"")):
            if member.eof:
                member = zlib.decompressobj(_GZIP)
            yield member.decompress(waiting, PIECE_BYTES)
            waiting = member.unconsumed_tail or member.unused_data
    except zlib.error as error:
        raise FileRefused("file_cut_off", "The gzip file is damaged; leave it again.") from error
    if not member.eof:
        raise FileRefused("file_cut_off", "The gzip file is cut off; leave it again, whole.")


def _too_large(most: int) -> FileRefused:
    return FileRefused("file_too_large", f"A file holds at most {most:,} bytes, also unpacked; leave several.")
