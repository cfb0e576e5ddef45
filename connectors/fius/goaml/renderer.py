"""From a resolved report to the files an FIU's goAML takes: rendered, split where a limit demands it, validated."""

from functools import lru_cache

from lxml import etree

from connectors.fius.goaml.conversion import Rates, table_rates
from connectors.fius.goaml.mapping import Form
from connectors.fius.goaml.offer_report import Caps, ReportOffers
from connectors.fius.goaml.profile import Element, elements
from connectors.fius.goaml.validate import validate
from connectors.fius.goaml.walker import Walker
from connectors.fius.resolved import Rendered, ResolvedReport
from schemas.filing import FilingError
from schemas.transfer import Transfer

MEDIA_TYPE = "application/xml"
# Kept free in a transaction's comments beside a part of the narrative, for its own notes. DEF
_NOTES = 800
_NO_CAP = 100_000  # where the schema sets none; DEF


def render(resolved: ResolvedReport, form: Form, rates: Rates = table_rates) -> tuple[Rendered, ...]:
    """The report as goAML XML: one file, or several where the FIU's limits on size or transactions demand it.

    Each file carries its ledger and its errors; it may be published only while it has none. Same input, same bytes. Never raises
    on the content of a report.
    """
    transfers = tuple(resolved.transfers.values())
    most = max(1, form.map.limits.transactions)
    parts = max(1, -(-len(transfers) // most))
    while True:
        size = max(1, -(-len(transfers) // parts))
        chunks = [transfers[start : start + size] for start in range(0, len(transfers), size)] or [()]
        files = [_file(resolved, form, rates, chunk, (number, len(chunks))) for number, chunk in enumerate(chunks, 1)]
        if size == 1 or all(len(file.payload) <= form.map.limits.file_bytes for file in files):
            return tuple(files)
        parts *= 2


def _file(resolved: ResolvedReport, form: Form, rates: Rates, chunk: tuple[Transfer, ...], unit: tuple[int, int]) -> Rendered:
    root = form.schema.root("report")
    assert root is not None  # the importer refuses a schema without it
    offers = ReportOffers(resolved, form, rates)
    node = offers.report(chunk, unit, _caps(form, root))
    walker = Walker(form)
    xml = walker.walk(root, node)
    payload = etree.tostring(xml, encoding="UTF-8", xml_declaration=True)
    errors = [*offers.problems, *walker.ledger.errors()]
    if not chunk:
        errors.append(
            FilingError("no_transfers", "The report names no transfer; there is nothing to file.", "report", "transfers")
        )
    rows = walker.ledger.rows()
    if not errors:
        errors += validate(payload, form, {row.target_path: row.canonical_path for row in rows})
    profile = form.schema.profile
    return Rendered(
        media_type=MEDIA_TYPE,
        schema_id=profile.schema_id,
        schema_version=profile.schema_version,
        file_name=form.map.file_name.format(code=form.map.fiu, reference=offers.reference(unit).replace(".", "-")),
        payload=payload,
        ledger=rows,
        errors=tuple(errors),
    )


@lru_cache(maxsize=64)
def _caps(form: Form, root: Element) -> Caps:
    """How long `reason` and a transaction's comments may be in this FIU's schema."""
    names = form.map.rename
    inside = {element.name: element for group in form.schema.content(root) for element in elements(group)}
    transaction = inside.get(names.get("transaction", "transaction"))
    below = (
        {element.name: element for group in form.schema.content(transaction) for element in elements(group)}
        if transaction
        else {}
    )
    comments = below.get(names.get("comments", "comments"))
    room = max(_cap(form, comments) - _NOTES, 0) if comments is not None and comments.max != 0 else 0
    return Caps(_cap(form, inside.get(names.get("reason", "reason"))), room)


def _cap(form: Form, element: Element | None) -> int:
    if element is None or not form.schema.is_simple(element):
        return _NO_CAP
    caps = [simple.max_length for simple in form.schema.facets(element) if simple.max_length is not None]
    caps += [form.map.caps[element.name]] if element.name in form.map.caps else []
    return min(caps, default=_NO_CAP)
