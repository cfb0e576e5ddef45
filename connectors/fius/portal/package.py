"""The portal package as a file: one ZIP, the same bytes for the same report, and its check.

report.json holds everything; report.pdf is the form an officer types over, with report.json inside it; report.txt says the same as plain text;
transfers.csv and transfers.xlsx hold the transfers; flow.svg shows where the money went.
"""

import zipfile
from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

import msgspec

from connectors.fius.portal import transfers_csv
from connectors.fius.portal.build import build
from connectors.fius.portal.document import SCHEMA_ID, SCHEMA_VERSION, PortalReport
from connectors.fius.portal.drawing import draw
from connectors.fius.portal.flow_svg import svg
from connectors.fius.portal.ledger import ledger_rows
from connectors.fius.portal.parts import MAX_PARTS, divide
from connectors.fius.portal.rules import broken_rules
from connectors.fius.portal.stored import pack as pack_entries
from connectors.fius.portal.stored import read
from connectors.fius.portal.text import text
from connectors.fius.portal.words import WORDS
from connectors.fius.resolved import Rendered, ResolvedReport
from schemas.filing import FilingError

MEDIA_TYPE = "application/zip"
JSON_NAME, TEXT_NAME, PDF_NAME = "report.json", "report.txt", "report.pdf"
CSV_NAME, XLSX_NAME, FLOW_NAME = "transfers.csv", "transfers.xlsx", "flow.svg"
NAMES = (JSON_NAME, TEXT_NAME, PDF_NAME, CSV_NAME, XLSX_NAME, FLOW_NAME)
# DEF: five million bytes, the smallest upload limit an FIU publishes (AE, goAML guide)
LIMIT_BYTES = 5_000_000
_ENCODER = msgspec.json.Encoder()
_DECODER = msgspec.json.Decoder(PortalReport, strict=True)


class Package(NamedTuple):
    """A package read back: its report and every entry by name."""

    report: PortalReport
    entries: dict[str, bytes]


def render(resolved: ResolvedReport) -> list[Rendered]:
    """The package, validated, with its ledger and every coded error; several where one would be over the limit."""
    report = build(resolved)
    packed = _within_limit(report)
    ledger = ledger_rows(report.completeness)
    stem = f"{resolved.fiu.country}-{resolved.report.report_id[:16]}-v{resolved.report.version}"
    files = []
    for part, payload in packed:
        name = f"{stem}-{part.part.number}of{part.part.of}.zip" if part.part.of > 1 else f"{stem}.zip"
        errors = tuple(validate(payload, part))
        files.append(
            Rendered(MEDIA_TYPE, SCHEMA_ID, SCHEMA_VERSION, name, payload, ledger if part.part.number == 1 else (), errors)
        )
    return files


def _within_limit(report: PortalReport) -> list[tuple[PortalReport, bytes]]:
    """The report whole, or in as few parts as keep each within the limit."""
    packed = [(report, pack(report))]
    count = len(packed[0][1]) // LIMIT_BYTES + 1
    while any(len(payload) > LIMIT_BYTES for _, payload in packed) and count < min(MAX_PARTS, len(report.transfers)):
        count += len(packed) > 1
        packed = [(part, pack(part)) for part in divide(report, max(2, count))]
    return packed


def pack(report: PortalReport) -> bytes:
    """The ZIP. Order, times and modes are fixed."""
    from connectors.fius.portal import form, pdf, transfers_xlsx  # fpdf2 takes half a second to load: not for every command

    data = msgspec.json.format(_ENCODER.encode(report), indent=1)
    own = report.report
    title = f"{WORDS['en'].title} {own.report_id} v{own.version}"
    at = datetime.fromisoformat(own.suspicion_formed_at)
    return pack_entries(
        (
            (JSON_NAME, data),
            (TEXT_NAME, text(report).encode()),
            (PDF_NAME, pdf.write(form.pages(report), title, at, (JSON_NAME, data))),
            (CSV_NAME, transfers_csv.write(report)),
            (XLSX_NAME, transfers_xlsx.write(report)),
            (FLOW_NAME, _flow(report)),
        )
    )


def _flow(report: PortalReport) -> bytes:
    return svg(draw(report.flow, [WORDS[language] for language in report.languages]), WORDS["en"].fields["flow"])


def unpack(payload: bytes) -> Package:
    """The report and the entries of a package. Raises ValueError with a sentence where the bytes are no such package."""
    try:
        entries = read(payload)
        if tuple(name for name, _ in entries) != NAMES:
            held = ", ".join(name for name, _ in entries) or "nothing"
            raise ValueError(f"The package must hold {', '.join(NAMES)} in this order, it holds {held}.")
        report = _DECODER.decode(entries[0][1])
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
        raise ValueError(f"The file is not a readable ZIP: {error}.") from error
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise ValueError(f"{JSON_NAME} does not follow {SCHEMA_ID}/{SCHEMA_VERSION}: {error}.") from error
    return Package(report, dict(entries))


def validate(payload: bytes, made_of: PortalReport | None = None) -> list[FilingError]:
    """Every reason why the bytes may not be sent as a portal package; empty where there is none.

    made_of  what the package was just rendered from: where report.json reads back as that, the other entries need not be written again
             to be compared
    """
    if len(payload) > LIMIT_BYTES:
        return [FilingError("too_large", f"The package has {len(payload)} bytes; the limit is {LIMIT_BYTES}.", "", "transfers")]
    try:
        package = unpack(payload)
    except ValueError as error:
        return [FilingError("structure", str(error), JSON_NAME, "report")]
    return broken_rules(package.report) + ([] if package.report == made_of else list(_differing(package)))


def _differing(package: Package) -> Iterator[FilingError]:
    """Entries that do not say what report.json says. Of the PDF, whether it holds that report.json: its look may be another version's."""
    from connectors.fius.portal import transfers_xlsx

    report, entries = package
    try:
        is_same_book = transfers_xlsx.says(entries[XLSX_NAME], report)
    except ValueError:
        is_same_book = False
    same = {
        TEXT_NAME: entries[TEXT_NAME] == text(report).encode(),
        PDF_NAME: entries[PDF_NAME].startswith(b"%PDF-") and entries[JSON_NAME] in entries[PDF_NAME],
        CSV_NAME: entries[CSV_NAME] == transfers_csv.write(report),
        XLSX_NAME: is_same_book,
        FLOW_NAME: entries[FLOW_NAME] == _flow(report),
    }
    for name, is_same in same.items():
        if not is_same:
            code = f"{name.partition('.')[2]}_differs" if name != TEXT_NAME else "text_differs"
            yield FilingError(code, f"{name} does not say what {JSON_NAME} says; render the package again.", name, "report")
