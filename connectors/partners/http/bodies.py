"""Reads the body of a request: bounded in size, in time and, where it is gzipped, in what it unpacks to."""

import asyncio
import re
import zlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass

from connectors.partners.http.limits import Share
from connectors.partners.http.problems import Problem

_DIGITS = re.compile("[0-9]+")
_LONGEST_NUMBER = 18  # digits: more bytes than there are
_GZIP = 31  # window bits that make zlib expect a gzip header (zlib manual, inflateInit2)


@dataclass(frozen=True, slots=True)
class Bounds:
    """bytes: of a body, as sent and as unpacked; seconds: until it must be here."""

    bytes: int = 8 * 1024 * 1024  # DEF as much as a record of a partner's topic holds
    seconds: float = 30.0  # DEF the largest body at 2.2 Mbit/s


async def read_body(chunks: AsyncIterator[bytes], headers: Mapping[str, str], share: Share, bounds: Bounds) -> bytes:
    """The body, unpacked. Raises Problem (encoding, too_large, slow, busy, bad_request)."""
    packed = _is_gzip(headers.get("content-encoding", ""))
    declared = headers.get("content-length", "")
    if _DIGITS.fullmatch(declared) and (len(declared) > _LONGEST_NUMBER or int(declared) > bounds.bytes):
        raise _too_large(bounds)
    unpacking = Gunzip(bounds.bytes) if packed else None
    try:
        async with asyncio.timeout(bounds.seconds):
            return await _gather(chunks, unpacking, share, bounds)
    except TimeoutError as error:
        raise Problem("slow", f"The body was not complete after {bounds.seconds:g} s; send less at once.") from error


async def _gather(chunks: AsyncIterator[bytes], unpacking: "Gunzip | None", share: Share, bounds: Bounds) -> bytes:
    parts: list[bytes] = []
    sent = size = 0
    async for chunk in chunks:
        sent += len(chunk)
        part = chunk if unpacking is None else unpacking.feed(chunk)
        size += len(part)
        if max(sent, size) > bounds.bytes:
            raise _too_large(bounds)
        share.take(len(part))
        parts.append(part)
    if unpacking is not None and not unpacking.is_complete():
        raise Problem("bad_request", "The gzipped body is cut off; send it whole.")
    return b"".join(parts)


class Gunzip:
    """Unpacks gzip piece by piece, one member after another (RFC 1952 section 2.2), and never more than one byte over `most`."""

    def __init__(self, most: int) -> None:
        self._room = most + 1
        self._member = zlib.decompressobj(_GZIP)
        self._begun = False

    def feed(self, packed: bytes) -> bytes:
        """What this piece unpacks to, at most what is left of the room. Raises Problem (bad_request)."""
        parts = []
        while packed and self._room > 0:
            if self._member.eof:
                self._member = zlib.decompressobj(_GZIP)
            self._begun = True
            try:
                part = self._member.decompress(packed, self._room)
            except zlib.error as error:
                raise Problem("bad_request", "The body is not gzip, though its Content-Encoding says so.") from error
            self._room -= len(part)
            parts.append(part)
            packed = self._member.unused_data
        return b"".join(parts)

    def is_complete(self) -> bool:
        """Whether the last member has ended."""
        return self._begun and self._member.eof


def _is_gzip(encoding: str) -> bool:
    name = encoding.strip().lower()
    if name in ("", "identity"):
        return False
    if name in ("gzip", "x-gzip"):  # RFC 9110 section 8.4.1.3
        return True
    raise Problem("encoding", "Content-Encoding must be gzip or left out.")


def _too_large(bounds: Bounds) -> Problem:
    return Problem("too_large", f"A request holds at most {bounds.bytes:,} bytes, also unpacked; send several requests.")
