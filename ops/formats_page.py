"""The page of formats (docs/formats.md): where each field of a transfer comes from in each of them, and what is lost."""

import inspect
import sys
from collections.abc import Iterable

from connectors.partners.formats.contract import Format
from schemas.native import NATIVE

COMMAND = "strgw formats --markdown > docs/formats.md"


def markdown(formats: Iterable[Format]) -> str:
    """The whole page."""
    known = [one for one in formats if one.id != NATIVE]
    lines = [
        "# Formats in which a partner may send", "", f"Written by the code: `{COMMAND}`; `make check` compares.", "",
        "`format` in partners.yaml names one of these. Whatever it is, a record becomes the same canonical transfer, under the same rules: the fields below are those of",
        "`strgw.transfer/1` ([partners.md](partners.md)), our own format, in JSON or Avro. Any record may come as a CloudEvent, binary or structured. Times without an offset are local to the",
        "partner (`timezone` in partners.yaml). What a format leaves out stays out: `-` stands for a town or a street that is not said.", "",
        "| format | what it is |", "|---|---|", f"| `{NATIVE}` | our own JSON or Avro |",
        *(f"| [`{one.id}`](#{_anchor(one)}) | {one.title} |" for one in known), "",
    ]  # fmt: skip
    for one in known:
        lines += _section(one)
    return "\n".join(lines)


def _anchor(one: Format) -> str:
    return "".join(char for char in one.id if char.isalnum() or char in "-_ ")


def _section(one: Format) -> list[str]:
    rows = [f"| `{row.canonical}` | {_code(row.source)} | {row.note} |" for row in one.fields]
    said = (inspect.getdoc(sys.modules[one.reader.__module__]) or "").partition(": ")[2]
    return [f"## {one.id}", "", said[:1].upper() + said[1:], "", "| our field | where it comes from | on the way |", "|---|---|---|", *rows, "",
            f"Not kept: {'; '.join(one.lost)}.", ""]  # fmt: skip


def _code(source: str) -> str:
    return f"`{source}`" if source else ""
