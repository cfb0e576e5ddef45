"""The status of a goAML report as its OData service tells it, in JSON or in Atom. NOT VERIFIED against a real FIU (transports/b2b.py).

Words of the status come from FIUs' manuals for their portals. Only words of this list mean anything: one that merely contains
"accept" may be "Not accepted".
"""

import re
from collections.abc import Iterator
from typing import Any

import msgspec
from lxml import etree

from connectors.fius.transports.defused import BadAnswer, parsed
from connectors.fius.transports.said import RECEIVED, Said
from schemas.feedback import ACCEPTED, REJECTED, FeedbackError

# SRC manuals of goAML portals (LK, AE, MT): Uploaded -> Failed validation | Invalid structure | Transferred from web -> Processed | Rejected.
_MEANINGS = {
    "processed": ACCEPTED,
    "accepted": ACCEPTED,
    "rejected": REJECTED,
    "failed validation": REJECTED,
    "invalid structure": REJECTED,
    "uploaded": RECEIVED,
    "submitted": RECEIVED,
    "processing": RECEIVED,
    "transferred from web": RECEIVED,
    "approved": RECEIVED,
}
_KEY = "[!-~]{1,%d}"
# OData 3 Atom format, section 2.2: data and metadata namespaces
_DATA = "{http://schemas.microsoft.com/ado/2007/08/dataservices}"
_PROPERTIES = ".//{http://schemas.microsoft.com/ado/2007/08/dataservices/metadata}properties"
_FEED = ("{http://www.w3.org/2005/Atom}feed", "{http://www.w3.org/2005/Atom}entry")


class ReportStatus(msgspec.Struct, frozen=True):
    """One report of the list: the FIU's key, the status in its words, what it found wrong."""

    key: str
    status: str
    errors: tuple[str, ...]


def report_key(body: bytes, most: int = 100) -> str:
    """A key or token that the service gives as a JSON string, or bare: visible ASCII. Raises BadAnswer."""
    text = body.decode("utf-8", "replace").strip().removeprefix("\ufeff").strip('"')
    if re.fullmatch(_KEY % most, text) is None or text[0] in "<{[":
        raise BadAnswer("key", "it is no single word.")
    return text


def is_status(raw: bytes) -> bool:
    """Whether the bytes are such a list."""
    head = raw.lstrip()[:300]
    return head[:1] == b"{" and (b'"value"' in head or b'"ReportKey"' in head or b"odata" in head)


def is_feed(root: etree._Element) -> bool:
    """Whether an XML document is such a list."""
    return root.tag in _FEED


def reports_in(raw: bytes) -> list[ReportStatus]:
    """The reports of a list. Raises BadAnswer."""
    rows = _of_atom(parsed(raw)) if raw.lstrip()[:1] == b"<" else _of_json(raw)
    return [ReportStatus(_word(row, "ReportKey"), _word(row, "Status"), tuple(_errors(row.get("Errors")))) for row in rows]


def read_status(raw: bytes) -> Iterator[Said]:
    """What a list says of each of its reports. Raises BadAnswer where it is none, or uses a word we do not know."""
    for report in reports_in(raw):
        meaning = _MEANINGS.get(" ".join(report.status.lower().split()))
        if meaning is None:
            raise BadAnswer(
                "status_unknown",
                "The FIU uses a status that is not in connectors/fius/transports/status.py; ask it what it means.",
            )
        errors = tuple(FeedbackError("goaml", error) for error in report.errors)
        yield Said(meaning, fiu_reference=report.key, errors=errors, text=report.status)


def _of_json(raw: bytes) -> list[dict[str, Any]]:
    try:
        document = msgspec.json.decode(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise BadAnswer("status", "The list of reports is no JSON; ask the FIU about its interface.") from error
    rows = document.get("value", [document] if "ReportKey" in document else None) if isinstance(document, dict) else document
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise BadAnswer("status", "The list of reports has another shape than described; ask the FIU about its interface.")
    return rows


def _of_atom(root: etree._Element) -> list[dict[str, Any]]:
    if not is_feed(root):
        raise BadAnswer("status", "The list of reports has another shape than described; ask the FIU about its interface.")
    return [
        {child.tag.removeprefix(_DATA): child.text or "" for child in properties} for properties in root.iterfind(_PROPERTIES)
    ]


def _word(row: dict[str, Any], name: str) -> str:
    value = row.get(name)
    if not isinstance(value, str | int) or value == "":
        raise BadAnswer("status", f"A report of the list has no {name}; ask the FIU about its interface.")
    return str(value)


def _errors(value: object) -> Iterator[str]:
    """Errors as a text of lines, as a list of texts, or of objects."""
    if isinstance(value, str):
        yield from (line.strip() for line in value.splitlines() if line.strip())
    elif isinstance(value, list):
        for one in value:
            yield one if isinstance(one, str) else msgspec.json.encode(one).decode()
    elif value is not None:
        yield msgspec.json.encode(value).decode()
