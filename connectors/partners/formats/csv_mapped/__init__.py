"""csv/1: any CSV, by a mapping file of the partner's own; the first line of a record names the columns, each further line is one transfer."""

import csv
import io
from collections.abc import Iterator
from datetime import datetime
from functools import partial
from itertools import islice
from typing import Any

from connectors.partners.formats import fields
from connectors.partners.formats.contract import MAX_TRANSFERS, FieldRow, Format, Incoming, Item, Reader, too_many
from connectors.partners.formats.csv_mapped.cutting import cut
from connectors.partners.formats.csv_mapped.mapping import Layout, Mapping, Rule, Step, load
from connectors.partners.formats.csv_mapped.table import encoding, head_of, reading, written_out
from connectors.partners.formats.fields import Fields
from schemas.native import InvalidTransfer
from schemas.native_reading import Reading, id_of
from schemas.registry import Partner

FIELDS = (FieldRow("every field", "the columns that the partner's mapping file names", "docs/partners.md shows a mapping"),)
LOST = ("columns that the mapping does not name",)
MAX_BYTES = 8 * 1024 * 1024
_DAYS = ("date_of_birth", "customer_since")
_NEEDED = {"documents": ("number", "country"), "addresses": ("country",), "accounts": ("number",), "flags": ("code",)}


def _reader(partner: Partner) -> Reader:
    mapping = load(partner.mapping)

    def items(incoming: Incoming) -> Iterator[Item]:
        try:
            head, lines = _lines(incoming.raw, mapping)
        except InvalidTransfer as fault:
            yield Item(fault)
            return
        for cells in lines:
            result = _result(dict(zip(head, cells, strict=False)) if len(cells) == len(head) else {}, mapping, partner)
            yield Item(result, partial(_kept, head, cells, mapping.layout))

    return items


def _lines(raw: bytes, mapping: Mapping) -> tuple[list[str], list[list[str]]]:
    """The columns' names, and each further line. Raises InvalidTransfer."""
    if len(raw) > MAX_BYTES:
        raise InvalidTransfer("too_large", f"The record is larger than {MAX_BYTES} bytes; send fewer lines in one.")
    try:
        text = raw.decode(encoding(mapping.layout))
    except UnicodeDecodeError as error:
        raise InvalidTransfer(
            "not_utf8", f"The record is not in {mapping.layout.encoding} (byte {error.start}), as its mapping says."
        ) from error
    try:
        rows = list(islice(filter(None, reading(io.StringIO(text, newline=""), mapping)), MAX_TRANSFERS + 2))
    except csv.Error as error:
        raise InvalidTransfer(
            "not_in_format", "The record is no CSV: a quotation mark is not closed or stands where none may."
        ) from error
    if not rows:
        raise InvalidTransfer("empty", "The record is empty; send a line of column names and a line for each transfer.")
    if len(rows) > MAX_TRANSFERS + 1:
        raise too_many()
    return head_of(rows[0], mapping), rows[1:]


def _kept(head: list[str], line: list[str], layout: Layout) -> bytes:
    return written_out(head, [line], layout)


def _result(row: dict[str, str], mapping: Mapping, partner: Partner) -> Reading | InvalidTransfer:
    if not row:
        return InvalidTransfer("not_in_format", "The line has not as many cells as the first line names columns.")
    try:
        return fields.native(_transfer(row, mapping, partner))
    except InvalidTransfer as fault:
        fault.transfer_id = _id(row, mapping)
        return fault


def _id(row: dict[str, str], mapping: Mapping) -> str | None:
    """The transfer's id where the rules for it can be followed, for the receipt."""
    try:
        return next((id_of(_said(rule, row)) for rule, _ in mapping.rules if rule.to == "transfer_id"), None)
    except InvalidTransfer:
        return None


def _transfer(row: dict[str, str], mapping: Mapping, partner: Partner) -> Fields:
    said: dict[str, Any] = {}
    for rule, steps in mapping.rules:
        text = _said(rule, row)
        if text:
            _put(said, steps, _written(steps, text, mapping.layout, partner))
    amount = said.get("amount", {})
    if "value" in amount:
        said["amount"] = fields.amount(amount["value"], amount.get("currency", ""))
    return {name: _whole(name, value) for name, value in said.items() if _whole(name, value) not in (None, [], {})}


def _said(rule: Rule, row: dict[str, str]) -> str:
    if rule.value:
        return rule.value
    text = " ".join(filter(None, (row[column].strip() for column in rule.columns)))
    if not rule.words or not text:
        return text or rule.otherwise
    found = rule.words.get(text, rule.otherwise)
    if not found:
        raise InvalidTransfer(
            "field_value", f"A word in {' '.join(rule.columns)} is not in the mapping's list for {rule.to}.", rule.to
        )
    return found


def _written(steps: tuple[Step, ...], text: str, layout: Layout, partner: Partner) -> str | float:
    """The text as the native format writes it: amounts, positions, times and days."""
    if steps == ("amount", "value"):
        return (
            text.replace(layout.thousands, "").replace(layout.decimal, ".")
            if layout.thousands
            else text.replace(layout.decimal, ".")
        )
    if steps == ("occurred_at",):
        return fields.local_time(
            _parsed(text, layout.time, "%Y-%m-%dT%H:%M:%S%z" if "%z" in layout.time else "%Y-%m-%dT%H:%M:%S"), partner
        )
    if steps[-1] in _DAYS:
        return _parsed(text, layout.day, "%Y-%m-%d")
    if steps[-1] in ("lat", "lon"):
        try:
            return float(text.replace(layout.decimal, "."))
        except ValueError as error:
            raise InvalidTransfer("field_type", "A position is no number.", ".".join(map(str, steps))) from error
    return text


def _parsed(text: str, layout: str, native: str) -> str:
    """A time or day in the layout of the file; what does not fit is handed on, and refused by the native rules."""
    if not layout:
        return text
    try:
        moment = datetime.strptime(text, layout)  # noqa: DTZ007  the partner's zone is laid over it afterwards
    except ValueError:
        return text
    written = moment.strftime(native)
    return f"{written[:-2]}:{written[-2:]}" if "%z" in native else written


def _put(said: Any, steps: tuple[Step, ...], value: str | float) -> None:
    """Writes a value at a path; lists grow as far as needed."""
    here = said
    for step, following in zip(steps, [*steps[1:], None], strict=True):
        inner: Any = value if following is None else [] if isinstance(following, int) else {}
        if isinstance(step, int):
            here += [{} for _ in range(step + 1 - len(here))]
            here[step] = inner if following is None or here[step] == {} else here[step]
            here = here[step]
        else:
            here[step] = inner if following is None or step not in here else here[step]
            here = here[step]


def _whole(name: str, value: Any) -> Any:
    """The value without list items and agents that lack what makes them one; an address without a line or a town says so."""
    if name in ("send_agent", "pay_agent"):
        known = fields.agent(value.get("agent_id", ""), value.get("name", ""), value.get("country", ""), value.get("city", ""))
        return known | {key: value[key] for key in ("lat", "lon") if key in value} if known else None
    if name in ("sender", "receiver"):
        return {key: kept for key, inner in value.items() if (kept := _whole(key, inner)) not in (None, [], {})}
    if name == "addresses":
        return [
            one for item in value for one in fields.address([item.get("line", "")], item.get("city", ""), item.get("country", ""))
        ]
    if name in _NEEDED:
        return [item for item in value if all(key in item for key in _NEEDED[name])]
    return [item for item in value if item] if isinstance(value, list) else value


FORMAT = Format("csv/1", "CSV by a mapping of the partner's own", _reader, FIELDS, LOST, cut)
