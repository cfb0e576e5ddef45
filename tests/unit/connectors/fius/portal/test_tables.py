"""The tables of transfers: the same cells in both files, text alone, and nobody to protect by name."""

import csv
import io
from typing import Any

import msgspec
import openpyxl
import pytest

from connectors.fius.portal import transfers_csv, transfers_xlsx
from connectors.fius.portal.build import build
from connectors.fius.portal.document import PortalReport
from connectors.fius.portal.table import COLUMNS, rows, safe
from connectors.fius.portal.words import WORDS
from connectors.fius.resolve import resolve


def report(case: Any, code: str = "ru") -> PortalReport:
    case.fius["KG"] = case.fiu("KG", language=code)
    made = case.report()
    return build(resolve(made, made.filings[0], case.archive(), case.partners, case.fius))


def read_csv(body: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(body.decode("utf-8-sig"), newline="")))


def read_xlsx(body: bytes) -> list[list[str]]:
    sheet = openpyxl.load_workbook(io.BytesIO(body)).active
    return [[str(cell.value or "") for cell in row] for row in sheet.iter_rows()]


def test_both_files_hold_the_same_cells(case: Any) -> None:
    made = report(case)
    assert (
        read_csv(transfers_csv.write(made))[1:] == read_xlsx(transfers_xlsx.write(made))[1:] == [list(row) for row in rows(made)]
    )


def test_spreadsheets_read_the_csv_in_its_own_scripts(case: Any) -> None:
    body = transfers_csv.write(report(case))
    assert body.startswith(b"\xef\xbb\xbf")
    assert body.count(b"\r\n") == 4
    assert "АЙГУЛЬ" not in body.decode("utf-8-sig")  # the first spelling of the name stands for it
    assert "Aigul Sadykova" in body.decode("utf-8-sig")


@pytest.mark.parametrize("code", ["en", "ru", "fa", "prs"])
def test_the_workbook_heads_its_columns_in_every_language_of_the_report(case: Any, code: str) -> None:
    head = read_xlsx(transfers_xlsx.write(report(case, code)))[0]
    spoken = ["en", code] if code != "en" else ["en"]
    assert head == ["\n".join(WORDS[own].columns[column] for own in spoken) for column in COLUMNS]


@pytest.mark.parametrize("cell", ["=1+1", "+971", "-2", "@sum", " =1", "\t=1", "＝1", "=HYPERLINK(0)"])
def test_what_a_spreadsheet_would_compute_is_text(case: Any, cell: str) -> None:
    assert safe(cell).startswith("'")
    made = report(case)
    transfers = (msgspec.structs.replace(made.transfers[0], purpose=cell), *made.transfers[1:])
    forced = msgspec.structs.replace(made, transfers=transfers)
    column = COLUMNS.index("purpose")
    assert read_csv(transfers_csv.write(forced))[1][column] == safe(cell)
    sheet = openpyxl.load_workbook(io.BytesIO(transfers_xlsx.write(forced))).active
    assert {cell.data_type for row in sheet.iter_rows() for cell in row if cell.value is not None} == {"s"}


def test_ordinary_cells_are_left_alone() -> None:
    for cell in ("", "TX-1", "200.00", "نور", "a=b", "2026-01-05T09:00:00Z"):
        assert safe(cell) == cell


def test_the_tables_name_nobody_to_protect(case: Any) -> None:
    made = report(case)
    [child] = [person for person in made.parties if person.treatment == "protect"]
    for body in (transfers_csv.write(made).decode("utf-8-sig"), str(read_xlsx(transfers_xlsx.write(made)))):
        assert child.label in body
        assert not [name for name in child.names if name in body]


@pytest.mark.parametrize("text", ["<r>x & y</r>", "<r>", "<r></r>", "<r><t>1</t></r>"])
def test_a_text_that_looks_like_markup_is_text(case: Any, text: str) -> None:
    made = report(case)
    forced = msgspec.structs.replace(made, transfers=(msgspec.structs.replace(made.transfers[0], purpose=text),))
    assert read_xlsx(transfers_xlsx.write(forced))[1][COLUMNS.index("purpose")] == text
    assert transfers_xlsx.says(transfers_xlsx.write(forced), forced)


def test_a_workbook_that_is_none_is_said_to_be_none(case: Any) -> None:
    with pytest.raises(ValueError, match="cannot be read"):
        transfers_xlsx.says(b"PK", report(case))
