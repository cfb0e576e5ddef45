"""What an answer says, whatever its form: our JSON receipt, goAML's list of reports, FinCEN's acknowledgement, a text of errors, or a ZIP of these."""

from collections.abc import Iterator
from pathlib import PurePosixPath

from lxml import etree

from connectors.fius.fincen.acknowledgement import ROOT as ACKNOWLEDGEMENT
from connectors.fius.transports.channel import Answer
from connectors.fius.transports.defused import BadAnswer, is_zip, parsed, unpacked
from connectors.fius.transports.receipt import is_receipt, read_receipt
from connectors.fius.transports.said import Said
from connectors.fius.transports.status import is_feed, is_status, read_status
from schemas.feedback import REJECTED, FeedbackError

_MOST_LINES = 1000  # of a text of errors; DEF


def read_answer(answer: Answer) -> list[Said]:
    """Every statement of an answer; at least one. Raises BadAnswer, and nothing else whatever the bytes are."""
    if answer.problem:
        raise BadAnswer(answer.problem, "The answer could not be taken as it is; look at it where it lies.")
    members = unpacked(answer.raw) if is_zip(answer.raw) else iter([(answer.name, answer.raw)])
    said = [one for name, raw in members for one in _read(PurePosixPath(name).name, raw)]
    if not said:
        raise BadAnswer("nothing_said", "The answer says nothing of any report; ask the FIU what it is.")
    return said


def _read(name: str, raw: bytes) -> Iterator[Said]:
    start = raw.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    if is_status(raw):
        yield from read_status(raw)
    elif is_receipt(raw):
        yield read_receipt(raw)
    elif start == b"<" or raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        yield from _xml(name, raw)
    elif name.lower().endswith(".txt"):
        yield _errors(name, raw)
    else:
        raise BadAnswer("form_unknown", "The answer is in no form that is known here; ask the FIU what it is.")


def _xml(name: str, raw: bytes) -> Iterator[Said]:
    root = parsed(raw)
    if is_feed(root):
        yield from read_status(raw)
    elif etree.QName(root).localname == ACKNOWLEDGEMENT:
        yield Said("", file_name=name, acknowledgement=raw)
    else:
        raise BadAnswer("form_unknown", f"The XML has the root {etree.QName(root).localname[:40]!r}, which no reader knows.")


def _errors(name: str, raw: bytes) -> Said:
    """A text beside a file that was dropped: what the FIU's system found wrong (South Africa's goAML folder drop works so)."""
    lines = [line.strip() for line in raw.decode("utf-8", "replace").splitlines() if line.strip()]
    if not lines:
        raise BadAnswer("nothing_said", "The text is empty; ask the FIU what it is.")
    errors = tuple(FeedbackError("fiu_text", line) for line in lines[:_MOST_LINES])
    return Said(REJECTED, file_name=name, errors=errors)
