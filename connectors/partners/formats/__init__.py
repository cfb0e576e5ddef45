"""The formats in which partners send transfers, one file each, and which there are."""

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from connectors.partners.formats import accounts_csv, csv_mapped, gsma_mm, iso8583, iso20022, ivms101, mojaloop, mt103, native
from connectors.partners.formats.contract import Format

# What a partner's `format` in partners.yaml may be.
FORMATS: dict[str, Format] = {
    known.id: known
    for known in (
        native.FORMAT,
        iso20022.FORMAT,
        mt103.FORMAT,
        mojaloop.FORMAT,
        gsma_mm.FORMAT,
        ivms101.FORMAT,
        iso8583.FORMAT,
        csv_mapped.FORMAT,
    )
}


class Line(NamedTuple):
    """One line of a file: where it stands, as it came, and the native event (JSON) it means."""

    source: str
    number: int
    raw: bytes
    event: bytes


LineReader = Callable[[bytes], Callable[[bytes], bytes]]
# A reader is given a file's first line and returns what turns each further line into an event.
FILE_FORMATS: dict[str, LineReader] = {accounts_csv.FORMAT: accounts_csv.reader}


def read_lines(format_: str, lines: Iterable[tuple[str, int, bytes]]) -> Iterator[Line]:
    """The lines of files in `format_` (a key of FILE_FORMATS), each file's first line being its head.

    Raises  FormatError where the head is not the format's
    """
    source, last, convert = "", 0, None
    for name, number, raw in lines:
        if convert is None or name != source or number <= last:
            convert = FILE_FORMATS[format_](raw)
        else:
            yield Line(name, number, raw, convert(raw))
        source, last = name, number
