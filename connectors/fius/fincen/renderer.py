"""From a resolved report to the files FinCEN takes: rendered, split where there are more subjects than one takes, checked."""

import msgspec
from lxml import etree

from connectors.fius.fincen.activity import activity
from connectors.fius.fincen.mapping import Filer, Form
from connectors.fius.fincen.narrative import Unit
from connectors.fius.fincen.node import Node
from connectors.fius.fincen.people import child_errors, subjects
from connectors.fius.fincen.prior import standing
from connectors.fius.fincen.text import plain
from connectors.fius.fincen.validate import validate
from connectors.fius.fincen.writer import Writer
from connectors.fius.resolved import Rendered, ResolvedReport
from schemas.filing import FilingError

MEDIA_TYPE = "application/xml"
_REFERENCE = 16  # characters of the report's id in the filer's own number, of which the form takes 25
_NO_FILER = "Registration {number} has no row in {file}: FinCEN's form needs the filer's taxpayer number, control code, address and contacts. Add one."


def render(resolved: ResolvedReport, form: Form) -> tuple[Rendered, ...]:
    """The report as a batch of one activity; several batches where it has more subjects than one takes.

    Shape   each file carries its ledger and its errors and may be published only while it has none. Same input, same bytes. Never
            raises on the content of a report
    """
    filer = form.filers.get(resolved.plan.reporting_entity)
    if filer is None:
        said = _NO_FILER.format(number=resolved.plan.reporting_entity or "(none)", file="us/filers.yaml")
        error = FilingError("filer_unknown", said, "EFilingBatchXML/Activity/Party", "filings.reporting_entity")
        return (msgspec.structs.replace(_empty(resolved, (1, 1), form), errors=(error,)),)
    found, most, prior = subjects(resolved), max(1, form.map.limits.subjects), standing(resolved)
    while True:
        chunks = [found[start : start + most] for start in range(0, len(found), most)] or [()]
        units = [Unit(number, len(chunks), chunk, prior) for number, chunk in enumerate(chunks, 1)]
        made = [_file(resolved, unit, form, filer) for unit in units]
        if most == 1 or all(len(file.payload) <= form.map.limits.file_bytes for file in made):
            return tuple(made)
        most = -(-most // 2)


def _file(resolved: ResolvedReport, unit: Unit, form: Form, filer: Filer) -> Rendered:
    offered, errors = activity(resolved, unit, form, filer, _number(resolved, unit))
    errors += child_errors(resolved)
    if not resolved.transfers:
        errors.append(
            FilingError("no_transfers", "The report names no transfer; there is nothing to file.", "EFilingBatchXML", "transfers")
        )
    batch = Node()
    batch.add("Activity", offered)
    writer = Writer(form)
    root = writer.write(batch)
    _count(root, offered)
    errors += writer.errors
    payload = etree.tostring(root, encoding="UTF-8", xml_declaration=True)
    if not errors:
        errors += validate(payload, form)
    empty = _empty(resolved, (unit.number, unit.files), form)
    return msgspec.structs.replace(empty, payload=payload, ledger=writer.rows(), errors=tuple(errors))


def _count(root: etree._Element, offered: Node) -> None:
    """The totals on the document element. A party is counted where it is a subject (SAR XML guide)."""
    inner = offered.nodes["SuspiciousActivity"][0].leaves.get("TotalSuspiciousAmountText")
    counted = [party for party in offered.nodes["Party"] if party.leaves["ActivityPartyTypeCode"].value == "33"]
    root.set("TotalAmount", inner.value if inner else "0")
    root.set("PartyCount", str(len(counted)))
    for name, count in (("ActivityCount", 1), ("ActivityAttachmentCount", 0), ("AttachmentCount", 0)):
        root.set(name, str(count))


def _empty(resolved: ResolvedReport, unit: tuple[int, int], form: Form) -> Rendered:
    """File `unit` = (number, count) of the report, with nothing in it yet."""
    profile = form.schema.profile
    reference = f"{plain(resolved.report.report_id)}.v{resolved.report.version}" + (f"-{unit[0]:02d}" if unit[1] > 1 else "")
    name = form.map.file_name.format(registration=plain(resolved.plan.reporting_entity) or "none", reference=reference)
    return Rendered(MEDIA_TYPE, profile.schema_id, profile.schema_version, name, b"")


def _number(resolved: ResolvedReport, unit: Unit) -> str:
    """The filer's own number of the report: beginning of its id, version and, where there are several files, which one."""
    own = f"{resolved.report.report_id[:_REFERENCE]}-{resolved.report.version}"
    return own if unit.files == 1 else f"{own}-{unit.number}"
