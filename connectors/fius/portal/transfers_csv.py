"""The transfers as CSV (RFC 4180): comma, CRLF, UTF-8 with a byte order mark, without which spreadsheets read Cyrillic and Arabic script wrong."""

import csv
import io

from connectors.fius.portal.document import PortalReport
from connectors.fius.portal.table import COLUMNS, rows


def write(report: PortalReport) -> bytes:
    """The file; its first line names the columns."""
    said = io.StringIO()
    csv.writer(said, lineterminator="\r\n").writerows([COLUMNS, *rows(report)])
    return said.getvalue().encode("utf-8-sig")
