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
    """The head with each row; a row goes on where a quotation mark is open at the end of a line."""
    encoding = "utf-8-sig" if layout.encoding.lower() in ("utf-8", "utf8") else layout.encoding
    written = layout.encoding if encoding != "utf-8-sig" else "utf-8"
    head, begun, start = "", "", 1
    try:
        with path.open(encoding=encoding, newline="") as file:
            number = 0
            while line := file.readline(MAX_BYTES):
                number += 1
                start = start if begun else number
                begun += line
                if begun.count('"') % 2 and len(begun) < MAX_BYTES:
                    continue
                row, begun = begun, ""
                if row.strip() and not head:
                    head = row if row.endswith("\n") else row + "\n"
                elif row.strip():
                    yield FileRecord(start, (head + row).encode(written)[: MAX_BYTES + 1])
            if begun.strip():
                yield FileRecord(start, (head + begun).encode(written)[: MAX_BYTES + 1])
    except UnicodeError as error:
        raise Uncut(f"The file is not in {layout.encoding} near line {start}, as its mapping says.") from error
