"""The portal package as a file: one ZIP with report.json and report.txt, the same bytes for the same report, and its check.

The entries are stored, not deflated: the output of zlib differs between its builds, and a digest must not.
"""

import io
import zipfile

import msgspec

from connectors.fius.portal.build import build
from connectors.fius.portal.document import SCHEMA_ID, SCHEMA_VERSION, PortalReport
from connectors.fius.portal.ledger import ledger_rows
from connectors.fius.portal.rules import broken_rules
from connectors.fius.portal.text import text
from connectors.fius.resolved import Rendered, ResolvedReport
from schemas.filing import FilingError

MEDIA_TYPE = "application/zip"
JSON_NAME, TEXT_NAME = "report.json", "report.txt"
# DEF: five million bytes, the smallest upload limit an FIU publishes (AE, goAML guide)
LIMIT_BYTES = 5_000_000
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest time a ZIP entry can carry
_ENCODER = msgspec.json.Encoder()
_DECODER = msgspec.json.Decoder(PortalReport, strict=True)


def render(resolved: ResolvedReport) -> list[Rendered]:
    """The package, validated: one file, with its ledger and every coded error."""
    report = build(resolved)
    payload = pack(report)
    errors = tuple(validate(payload, report))
    name = f"{resolved.fiu.country}-{resolved.report.report_id[:16]}-v{resolved.report.version}.zip"
    return [Rendered(MEDIA_TYPE, SCHEMA_ID, SCHEMA_VERSION, name, payload, ledger_rows(report.completeness), errors)]


def pack(report: PortalReport) -> bytes:
    """The ZIP. Order, times and modes are fixed."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as package:
        readable = msgspec.json.format(_ENCODER.encode(report), indent=1)
        for name, body in ((JSON_NAME, readable), (TEXT_NAME, text(report).encode())):
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.create_system = 3
            entry.external_attr = 0o644 << 16
            package.writestr(entry, body)
    return buffer.getvalue()


def unpack(payload: bytes) -> tuple[PortalReport, str]:
    """report.json and report.txt of a package. Raises ValueError with a sentence where the bytes are no such package."""
    try:
        with zipfile.ZipFile(io.BytesIO(payload)) as package:
            if package.namelist() != [JSON_NAME, TEXT_NAME]:
                raise ValueError(
                    f"The package must hold {JSON_NAME} and {TEXT_NAME}, it holds {', '.join(package.namelist()) or 'nothing'}."
                )
            return _DECODER.decode(package.read(JSON_NAME)), package.read(TEXT_NAME).decode()
    except zipfile.BadZipFile as error:
        raise ValueError(f"The file is not a readable ZIP: {error}.") from error
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise ValueError(f"{JSON_NAME} does not follow {SCHEMA_ID}/{SCHEMA_VERSION}: {error}.") from error


def validate(payload: bytes, made_of: PortalReport | None = None) -> list[FilingError]:
    """Every reason why the bytes may not be sent as a portal package; empty where there is none.

    made_of  what the package was just rendered from: where report.json reads back as that, its text need not be written again
             to be compared (a quarter of the rendering)
    """
    if len(payload) > LIMIT_BYTES:
        return [FilingError("too_large", f"The package has {len(payload)} bytes; the limit is {LIMIT_BYTES}.", "", "transfers")]
    try:
        report, readable = unpack(payload)
    except ValueError as error:
        return [FilingError("structure", str(error), JSON_NAME, "report")]
    errors = broken_rules(report)
    if report != made_of and readable != text(report):
        said = "report.txt does not say what report.json says; render the package again."
        errors.append(FilingError("text_differs", said, TEXT_NAME, "report"))
    return errors
