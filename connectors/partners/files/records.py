"""Cuts a file into records, each of which a partner's format can read by itself: a line, a line below the head of its CSV, or the file."""

from collections.abc import Iterator
from pathlib import Path
from typing import IO, NamedTuple

import msgspec

from connectors.partners.formats.csv_mapped.mapping import Layout, load
from connectors.partners.http.media import NDJSON, accepted
from schemas.native_reading import MAX_BYTES
from schemas.registry import Partner

CSV = "csv/1"


class FileRecord(NamedTuple):
    """One record of a file; `line`, from 1, is where it begins. A record of MAX_BYTES + 1 was longer, and is refused for that."""

    line: int
    raw: bytes


class Uncut(Exception):
    """The file cannot be cut into records. The text is a plain sentence for the partner and quotes nothing of the file."""


def records_of(path: Path, partner: Partner) -> Iterator[FileRecord]:
    """The records of an unpacked file in the partner's format, in its order, holding one at a time. Raises Uncut, OSError."""
    if partner.format == CSV:
        return _rows(path, load(partner.mapping).layout)
    if NDJSON in accepted(partner.format) and _is_lines(path):
        return _lines(path)
    return _whole(path)


def _is_lines(path: Path) -> bool:
    """Whether a file is anything but a single JSON document, which may stand on several lines."""
    if path.stat().st_size > MAX_BYTES:
        return True
    try:
        msgspec.json.decode(path.read_bytes())
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return True
    return False


def _lines(path: Path) -> Iterator[FileRecord]:
    with path.open("rb") as file:
        yield from _bounded(file)


def _bounded(file: IO[bytes]) -> Iterator[FileRecord]:
    """Lines that are not empty; of one that is too long the beginning."""
    number = 0
    while line := file.readline(MAX_BYTES + 1):
        number += 1
        rest = line
        while rest and not rest.endswith(b"\n"):
            rest = file.readline(MAX_BYTES)
        if line.strip():
            yield FileRecord(number, line if len(line) > MAX_BYTES else line.rstrip(b"\r\n"))


def _whole(path: Path) -> Iterator[FileRecord]:
    with path.open("rb") as file:
        raw = file.read(MAX_BYTES + 1)
    if raw.strip():
        yield FileRecord(1, raw)


def _rows(path: Path, layout: Layout) -> Iterator[FileRecord]:
    """The head with each row."""
    is_utf8 = layout.encoding.lower() in ("utf-8", "utf8")
    head = ""
    try:
        with path.open(encoding="utf-8-sig" if is_utf8 else layout.encoding, newline="") as file:
            for line, row in _unquoted(file):
                if head:
                    yield FileRecord(line, (head + row).encode(layout.encoding)[: MAX_BYTES + 1])
                else:
                    head = row if row.endswith("\n") else row + "\n"
    except UnicodeError as error:
        raise Uncut(f"The file is not in {layout.encoding}, as its mapping says.") from error


def _unquoted(file: IO[str]) -> Iterator[tuple[int, str]]:
    """Rows that say something, with their first line; a row goes on where a quotation mark is open, and of a long one the beginning is kept."""
    parts: list[str] = []
    number = start = size = 0
    is_open = False
    while line := file.readline(MAX_BYTES):
        start = start or number + 1
        number += line.endswith("\n")
        if size <= MAX_BYTES:
            parts.append(line)
            size += len(line)
        is_open ^= line.count('"') % 2 == 1
        if is_open or not (line.endswith("\n") or len(line) < MAX_BYTES):
            continue
        yield from _said(start, parts)
        parts, start, size = [], 0, 0
    yield from _said(start, parts)


def _said(start: int, parts: list[str]) -> Iterator[tuple[int, str]]:
    row = "".join(parts)
    if row.strip():
        yield start, row
