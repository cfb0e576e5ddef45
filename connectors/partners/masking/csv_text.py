"""CSV by a partner's mapping: names of columns as they are, cells by what the mapping makes of their column."""

import csv
import io

from connectors.partners.formats.csv_mapped.mapping import Mapping
from connectors.partners.masking.shape import Kind, shape, shown

_SHOWN: dict[str, Kind] = {
    **dict.fromkeys(("status", "channel", "sender.kind", "receiver.kind"), "word"),
    **dict.fromkeys(("transfer_id", "amount.currency", "merchant_category", "send_agent.country", "pay_agent.country"), "code"),
    "amount.value": "number", "occurred_at": "time",
}  # fmt: skip
LINES = 200  # DEF: as many are shown


def masked_csv(raw: bytes, mapping: Mapping) -> str:
    """Column by column, one block a line of the file; what is no CSV as its shape."""
    text = raw.decode(mapping.layout.encoding, "replace")
    try:
        rows = [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=mapping.layout.delimiter) if row]
    except csv.Error:
        rows = []
    if not rows or not _is_head(rows[0], mapping):
        return shape(text, len(text))
    kinds = _kinds(mapping)
    head = [name.strip() for name in rows[0]]
    shown_rows = [_block(head, row, kinds) for row in rows[1 : LINES + 1]]
    more = [f"... and {len(rows) - 1 - LINES} lines more"] if len(rows) > LINES + 1 else []
    return "\n\n".join([f"columns: {mapping.layout.delimiter.join(head)}", *shown_rows, *more])


def _is_head(row: list[str], mapping: Mapping) -> bool:
    """Names of columns, not a line of data: half of those that the mapping reads are there."""
    return 2 * len(mapping.columns & {name.strip() for name in row}) >= len(mapping.columns)


def _kinds(mapping: Mapping) -> dict[str, Kind]:
    """A column that is read for a person's field, too, is that person's."""
    found: dict[str, Kind] = {}
    personal: set[str] = set()
    for rule, _ in mapping.rules:
        kind = _SHOWN.get(rule.to)
        if kind is None:
            personal.update(rule.columns)
        else:
            found.update(dict.fromkeys(rule.columns, kind))
    return {column: kind for column, kind in found.items() if column not in personal}


def _block(head: list[str], row: list[str], kinds: dict[str, Kind]) -> str:
    names = [*head, *(f"(cell {number + 1})" for number in range(len(head), len(row)))]
    return "\n".join(f"{name}: {shown(kinds.get(name), cell)}" for name, cell in zip(names, row, strict=False))
