"""What travels: the rendered file itself or a ZIP around it, the same bytes every time, and the reference the FIU will know it by."""

import io
import zipfile
from pathlib import PurePosixPath
from typing import Literal

from connectors.fius.transports.channel import Outgoing
from connectors.fius.transports.defused import BadAnswer, parsed
from schemas.filing import Filing

Packaging = Literal["file", "zip"]
ZIP = "application/zip"
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the first moment ZIP knows: the same filing gives the same bytes
_READABLE = 0o100644 << 16


def outgoing(filing: Filing, packaging: Packaging) -> Outgoing:
    """`filing` as it travels; a filing that is a ZIP already (the portal package) is not packed again."""
    reference = reference_of(filing)
    if packaging == "zip" and filing.media_type != ZIP:
        name = f"{PurePosixPath(filing.file_name).stem}.zip"
        return Outgoing(filing.filing_id, reference, name, ZIP, _zipped(filing.file_name, filing.payload))
    return Outgoing(filing.filing_id, reference, filing.file_name, filing.media_type, filing.payload)


def reference_of(filing: Filing) -> str:
    """The form's own reference (goAML: report/entity_reference), the filing id where the form has none."""
    if filing.media_type.partition(";")[0].strip() not in ("application/xml", "text/xml"):
        return filing.filing_id
    try:
        root = parsed(filing.payload)
    except BadAnswer:
        return filing.filing_id  # whether the form is right is delivery's question
    return (root.findtext("entity_reference") or "").strip() or filing.filing_id


def _zipped(name: str, payload: bytes) -> bytes:
    """A ZIP with one stored member: what deflate makes differs from one zlib to the next."""
    out = io.BytesIO()
    member = zipfile.ZipInfo(name, _EPOCH)
    member.create_system, member.external_attr = 3, _READABLE
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr(member, payload)
    return out.getvalue()
