"""A CSV file as records: portions of its lines, each below the line of column names."""

import csv
import io
from collections.abc import Iterable, Iterator
from typing import IO, TYPE_CHECKING, cast

from connectors.partners.formats.csv_mapped.mapping import load
from connectors.partners.formats.csv_mapped.table import encoding, head_of, reading, written_out
from connectors.partners.formats.file_record import FileRecord
from schemas.native import InvalidTransfer
from schemas.registry import Partner

if TYPE_CHECKING:
    import _csv

_PORTION = 200  # DEF: lines of a file in one record
_LONGEST = 65_536  # DEF: characters of a line


def cut(file: IO[bytes], partner: Partner) -> Iterator[FileRecord]:
    """Portions of the lines, each below the line of column names. Raises InvalidTransfer."""
    mapping = load(partner.mapping)
    text = io.TextIOWrapper(cast(io.BufferedReader, file), encoding(mapping.layout), newline="")
    try:
        rows = _located(reading(_bounded(text), mapping))
        head = head_of(next(rows, (0, []))[1], mapping)
        for portion in _portions(rows):
            lines, cells = zip(*portion, strict=True)
            yield FileRecord(written_out(head, list(cells), mapping.layout), lines)
    except UnicodeDecodeError as error:
        raise InvalidTransfer("not_utf8", f"The file is not in {mapping.layout.encoding}, as its mapping says.") from error
    except csv.Error as error:
        said = "The file is no CSV: a quotation mark is not closed or stands where none may, or a cell has no end."
        raise InvalidTransfer("not_in_format", said) from error
    finally:
        text.detach()


def _bounded(text: io.TextIOWrapper) -> Iterator[str]:
    while line := text.readline(_LONGEST):
        if len(line) == _LONGEST:
            raise InvalidTransfer(
                "too_large", f"A line of the file has {_LONGEST:,} characters or more; send one transfer a line."
            )
        yield line


def _located(rows: "_csv.Reader") -> Iterator[tuple[int, list[str]]]:
    """Rows that are not empty, with the line where each begins."""
    line = 1
    for row in rows:
        if row:
            yield line, row
        line = rows.line_num + 1


def _portions(rows: Iterable[tuple[int, list[str]]]) -> Iterator[list[tuple[int, list[str]]]]:
    portion, size = list[tuple[int, list[str]]](), 0
    for line, row in rows:
        portion.append((line, row))
        size += sum(map(len, row))
        if len(portion) == _PORTION or size > _LONGEST:
            yield portion
            portion, size = [], 0
    if portion:
        yield portion
