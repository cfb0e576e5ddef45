"""From a resolved report to the files an FIU's goAML takes: rendered, split where a limit demands it, validated, packed."""

from connectors.fius.goaml.conversion import Rates, table_rates
from connectors.fius.goaml.mapping import Form
from connectors.fius.goaml.offer_report import ReportOffers, Unit
from connectors.fius.goaml.packaging import packed
from connectors.fius.goaml.units import chunks, units
from connectors.fius.goaml.validate import validate
from connectors.fius.goaml.values import SENTENCES
from connectors.fius.goaml.walker import Walker
from connectors.fius.resolved import Rendered, ResolvedReport
from schemas.filing import FilingError

MEDIA_TYPE = "application/xml"
_DECLARATION = "<?xml version='1.0' encoding='UTF-8'?>\n"
NO_ROOM = (
    "The narrative does not fit the form, even continued in the comments of its transactions and in further files; shorten it."
)


def render(resolved: ResolvedReport, form: Form, rates: Rates = table_rates) -> tuple[Rendered, ...]:
    """The report as goAML: one file, or several linked ones where the FIU's limits demand it.

    Each file carries its ledger and its errors; it may be published only while it has none. Same input, same bytes. Never raises
    on the content of a report.
    """
    form = form.for_fiu(resolved.fiu.id, resolved.fiu.country)
    offers = ReportOffers(resolved, form, rates)
    transfers = tuple(resolved.transfers.values())
    parts = 1
    while True:
        split = chunks(transfers, form, parts, offers.activity)
        planned, fits = units(split, offers)
        single = all(len(chunk) <= 1 for chunk in split)
        if not fits and not single:
            parts = len(split) * 2
            continue
        files = [_file(offers, unit, fits) for unit in planned]
        if single or all(len(file.payload) <= form.map.limits.file_bytes for file in files):
            return packed(files, resolved, form)
        parts = len(split) * 2


def _file(offers: ReportOffers, unit: Unit, fits: bool) -> Rendered:
    form = offers.form
    walker = Walker(form)
    payload = (_DECLARATION + walker.walk(offers.report(unit))).encode()
    errors = list(walker.ledger.errors())
    if not fits:
        errors.insert(0, FilingError("too_long", NO_ROOM, "report/reason", "narrative"))
    if form.headless and form.map.head == "file":
        errors.append(FilingError("head_not_in_form", SENTENCES["head_not_in_form"], form.root_name, "report"))
    if not unit.transfers:
        errors.append(
            FilingError("no_transfers", "The report names no transfer; there is nothing to file.", "report", "transfers")
        )
    rows = walker.ledger.rows()
    if not errors and validate(payload, form):
        errors += validate(payload, form, {row.target_path: row.canonical_path for row in rows})
    profile = form.schema.profile
    reference = offers.reference(unit.number, unit.total).replace(".", "-")
    return Rendered(
        media_type=MEDIA_TYPE,
        schema_id=profile.schema_id,
        schema_version=profile.schema_version,
        file_name=form.map.file_name.format(code=form.map.fiu, reference=reference),
        payload=payload,
        ledger=rows,
        errors=tuple(errors),
    )
