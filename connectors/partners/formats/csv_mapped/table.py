"""A CSV by its mapping: rows, the columns' names, and both written out again."""

import csv
import io
from collections.abc import Iterable
from typing import TYPE_CHECKING

from connectors.partners.formats.csv_mapped.mapping import Layout, Mapping
from schemas.native import InvalidTransfer

if TYPE_CHECKING:
    import _csv  # the only place where the type of csv.reader() has a name


def encoding(layout: Layout) -> str:
    """The layout's encoding as Python names it; a byte order mark is no part of UTF-8."""
    return "utf-8-sig" if layout.encoding.lower() in ("utf-8", "utf8") else layout.encoding


def reading(lines: Iterable[str], mapping: Mapping) -> "_csv.Reader":
    """The rows of the lines, empty ones too. Iterating raises csv.Error."""
    return csv.reader(lines, delimiter=mapping.layout.delimiter, strict=True)


def head_of(row: list[str], mapping: Mapping) -> list[str]:
    """The columns' names. Raises InvalidTransfer where they are not those of the mapping."""
    head = [name.strip() for name in row]
    missing = sorted(mapping.columns - set(head))
    if missing or len(set(head)) != len(head):
        said = f"these are missing: {', '.join(missing)}" if missing else "one is named twice"
        raise InvalidTransfer("not_in_format", f"The first line must name the columns of the mapping; {said}.")
    return head


def written_out(head: list[str], lines: list[list[str]], layout: Layout) -> bytes:
    """A CSV of these lines, in the layout's encoding."""
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=layout.delimiter, lineterminator="\n").writerows([head, *lines])
    return out.getvalue().encode(layout.encoding, "replace")
