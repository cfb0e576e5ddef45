"""The transfers as a workbook: every cell is text, there is no formula, link or macro. The same report gives the same bytes.

XlsxWriter deflates the parts; they are packed again as they are, for the output of zlib differs between its builds.
"""

import datetime
import io
import zipfile
from collections.abc import Iterator

import xlsxwriter
from lxml import etree

from connectors.fius.portal.document import PortalReport
from connectors.fius.portal.stored import pack, read
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


def write(report: PortalReport) -> bytes:
    """The workbook: a heading for each language of the report, then one row for each transfer."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, _OPTIONS)
    book.set_properties({"created": _CREATED, "title": "transfers"})
    sheet = book.add_worksheet("transfers")
    head, plain = book.add_format({"bold": True, "text_wrap": True, "valign": "top"}), book.add_format()
    for number, column in enumerate(COLUMNS):
        sheet.set_column(number, number, _WIDE if column in _LONG else _NARROW)
    sheet.freeze_panes(1, 1)
    for number, cell in enumerate(_heading(report)):
        sheet.write_string(0, number, cell, head)
    for line, row in enumerate(rows(report), 1):
        for number, cell in enumerate(row):
            if cell.startswith("<r>"):  # XlsxWriter would take it for markup of its own and write it as it is
                sheet.write_rich_string(line, number, cell[0], plain, cell[1:])
            elif cell:
                sheet.write_string(line, number, cell)
    book.close()
    return pack(read(buffer.getvalue()))


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
