"""Runbooks and documents say what the code does."""

import re
from pathlib import Path
from typing import get_args

from connectors.partners.files.spool import FILE_CODES
from ops import serving
from schemas import held
from schemas.native import Code
from streams.runtime.exit_codes import ExitCode

RUNBOOKS = Path(__file__).resolve().parents[3] / "ops" / "runbooks"


def rows(name: str) -> list[list[str]]:
    """Cells of the table rows in a runbook."""
    lines = (RUNBOOKS / name).read_text(encoding="utf-8").splitlines()
    return [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in lines
        if line.startswith("|") and not set(line) <= set("|- ")
    ]


def codes(rows: list[list[str]]) -> dict[str, int]:
    return {row[1]: int(row[0]) for row in rows if row[0].isdigit()}


def test_the_tables_of_exit_codes_are_the_codes_of_the_processes() -> None:
    told = rows("process-ended.md")
    split = next(number for number, row in enumerate(told) if row[0] == "code" and number)
    assert codes(told[:split]) == {code.name: int(code) for code in ExitCode}
    connectors = {
        name.removeprefix("EXIT_"): value
        for name, value in vars(serving).items()
        if name.startswith("EXIT_") and isinstance(value, int)
    }
    assert codes(told[split:]) == connectors


def test_every_code_a_filing_is_held_for_by_delivery_is_explained() -> None:
    codes = {value for name, value in vars(held).items() if name.isupper() and isinstance(value, str)}
    told = {code for row in rows("held-filings.md") for code in re.findall(r"`([a-z_]+)`", row[0])}
    assert codes
    assert codes - told == set()


def test_every_reason_a_partner_can_read_in_a_receipt_is_explained_to_partners() -> None:
    text = (RUNBOOKS.parents[1] / "docs" / "partners.md").read_text(encoding="utf-8")
    told = re.findall(r"(?m)^\| `([a-z_0-9]+)` \|", text)
    assert sorted(told) == sorted({*get_args(Code), "partner_unknown"})


def test_every_code_of_a_refused_file_is_explained_to_partners() -> None:
    text = (RUNBOOKS.parents[1] / "docs" / "partners.md").read_text(encoding="utf-8")
    told = re.findall(r"(?m)`([a-z_]+)`", "".join(re.findall(r"(?m)^\* `.*(?:file_|partner_disabled|nothing_taken).*$", text)))
    assert {*FILE_CODES, "nothing_taken"} - set(told) == set()
