"""The transfers as a workbook: every cell is text, there is no formula, link or macro. The same report gives the same bytes.

XlsxWriter makes everything but the rows and their texts, once for each heading: 30 transfers take 1 ms instead of 4.
The parts are packed as they are, for the output of zlib differs between its builds.
"""

import datetime
import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import chain
from string import ascii_uppercase
from xml.sax.saxutils import escape

import xlsxwriter
from lxml import etree

from connectors.fius.portal.document import PortalReport
from connectors.fius.portal.stored import Entries, pack, read
from connectors.fius.portal.table import COLUMNS, rows
from connectors.fius.portal.words import WORDS

_CREATED = datetime.datetime(1980, 1, 1, tzinfo=datetime.UTC).replace(tzinfo=None)  # XlsxWriter takes no time zone
_OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
_SHEET, _SHARED = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"
_WIDE, _NARROW = 24, 12
_LONG = frozenset(
    {
        "transfer_id",
        "occurred_at",
        "local_time",
        "sender_name",
        "receiver_name",
        "paid_in_agent",
        "paid_out_agent",
        "purpose",
        "remarks",
    }
)
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_LETTERS = ascii_uppercase[: len(COLUMNS)]
_LAST = _LETTERS[-1]
_BLOCK = 16  # rows that say together how many columns they span
_MOST = 32_767  # UTF-16 units of a cell that Excel reads
_ESCAPE = re.compile("(_x[0-9a-fA-F]{4}_)")
_TEXTS = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" count="{count}" uniqueCount="{unique}">{texts}</sst>"""


def write(report: PortalReport) -> bytes:
    """The workbook: a heading for each language of the report, then one row for each transfer."""
    heading, table = _heading(report), rows(report)
    numbers = {cell: number for number, cell in enumerate(dict.fromkeys(heading))}
    count = len(heading) + sum(map(bool, chain.from_iterable(table)))
    lines = "".join(_lines(table, numbers))
    parts = dict(_empty(heading))
    sheet = parts[_SHEET].decode().replace("</sheetData>", f"{lines}</sheetData>")
    parts[_SHEET] = sheet.replace(f'"A1:{_LAST}1"', f'"A1:{_LAST}{len(table) + 1}"').encode()
    texts = "".join(map(_text, numbers))
    parts[_SHARED] = _TEXTS.format(count=count, unique=len(numbers), texts=texts).encode()
    return pack(parts.items())


@lru_cache(maxsize=64)
def _empty(heading: tuple[str, ...]) -> Entries:
    """The parts of a workbook with a heading and no transfer."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, _OPTIONS)
    book.set_properties({"created": _CREATED, "title": "transfers"})
    sheet = book.add_worksheet("transfers")
    head = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
    for number, column in enumerate(COLUMNS):
        sheet.set_column(number, number, _WIDE if column in _LONG else _NARROW)
    sheet.freeze_panes(1, 1)
    for number, cell in enumerate(heading):
        sheet.write_string(0, number, cell, head)
    book.close()
    return read(buffer.getvalue())


def _lines(table: Sequence[Sequence[str]], numbers: dict[str, int]) -> Iterator[str]:
    """The rows of the sheet under its heading; `numbers`: place of each text among the shared ones, to which new ones are added."""
    widths = [len(COLUMNS), *(max(n for n, cell in enumerate(row, 1) if cell) for row in table)]
    for line, row in enumerate(table, 2):
        block = (line - 1) // _BLOCK * _BLOCK
        cells = "".join(
            f'<c r="{letter}{line}" t="s"><v>{numbers.setdefault(cell, len(numbers))}</v></c>'
            for letter, cell in zip(_LETTERS, row, strict=True)
            if cell
        )
        yield f'<row r="{line}" spans="1:{max(widths[block : block + _BLOCK])}">{cells}</row>'


def _text(cell: str) -> str:
    """A shared text. What looks like the escape of a control character is escaped itself."""
    kept = cell if len(cell) <= _MOST // 2 else cell.encode("utf-16-le")[: 2 * _MOST].decode("utf-16-le", "ignore")
    said = escape(_ESCAPE.sub(r"_x005F\1", kept))
    space = ' xml:space="preserve"' if kept != kept.strip() else ""
    return f"<si><t{space}>{said}</t></si>"


def says(workbook: bytes, report: PortalReport) -> bool:
    """Whether the workbook holds the cells that the report gives, whoever wrote it. Raises ValueError where it is no workbook."""
    wanted = [cell for row in [_heading(report), *rows(report)] for cell in row if cell]
    return list(_cells(workbook)) == wanted


def _heading(report: PortalReport) -> tuple[str, ...]:
    return tuple("\n".join(WORDS[language].columns[column] for language in report.languages) for column in COLUMNS)


def _cells(workbook: bytes) -> Iterator[str]:
    """The texts of the first sheet in order."""
    try:
        with zipfile.ZipFile(io.BytesIO(workbook)) as package:
            shared, sheet = (etree.fromstring(package.read(name), _parser()) for name in (_SHARED, _SHEET))
        texts = ["".join(str(said) for said in item.itertext()) for item in shared]
        for cell in sheet.iter(f"{_MAIN}c"):
            yield texts[int(cell.findtext(f"{_MAIN}v") or "")]
    except (zipfile.BadZipFile, KeyError, IndexError, etree.XMLSyntaxError) as error:
        raise ValueError(f"The workbook cannot be read: {error}.") from error


def _parser() -> etree.XMLParser:
    return etree.XMLParser(resolve_entities=False, no_network=True)
