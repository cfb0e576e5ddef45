"""FinCEN's acknowledgement of a batch: its BSA identifier, or why it is refused, with every error at the field it is about.

FinCEN names an element by SeqNum of the batch (`Activity[1]/Party[25]/PartyName[26]/RawIndividualFirstName`), so the batch that was sent is
what says which field that is. One that names what the batch does not hold answers another batch and is refused whole.
"""

import re
from collections.abc import Iterator, Mapping

import msgspec
from lxml import etree

from connectors.fius.fincen.document import DocumentError, local, parse
from connectors.fius.fincen.locate import Locator
from connectors.fius.fincen.mapping import Form, load_form
from schemas.feedback import ACCEPTED, REJECTED, Feedback, FeedbackError
from schemas.filing import Filing

MAX_BYTES = 10_000_000  # DEF: some 15,000 errors
ROOT = "EFilingBatchXML"
# StatusCode of the submission. Only A stands in the samples at hand; R is refused, as in FinCEN's form validation.
STATUS = {"A": ACCEPTED, "R": REJECTED}
FATAL, WARNING = "FATAL", "WARN"
LEVELS = frozenset({FATAL, WARNING})
_STEP = re.compile(r"(?P<name>\w+)(?:\[(?P<number>\d+)\])?")
_BSA_ID = re.compile(r"\d{14}")
_NONE = re.compile(r"0*")


class AcknowledgementError(Exception):
    """An acknowledgement that cannot be taken; one sentence for people that says what to do.

    code  too_big | dtd | not_xml | not_an_acknowledgement | status_unknown | level_unknown | bsa_id_malformed | file_unknown |
          activities_differ | bsa_id_missing | element_unknown
    """

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code
        self.text = text


class ElementError(msgspec.Struct, frozen=True):
    """What is wrong with one element of the batch. `context`: its path, with SeqNum in brackets; `level`: FATAL or WARN."""

    context: str
    element: str
    level: str
    code: str
    text: str


class ActivityAnswer(msgspec.Struct, frozen=True):
    """What became of one activity. `bsa_id`: FinCEN's number of the report, "" where it gave none."""

    bsa_id: str
    errors: tuple[ElementError, ...]


class Acknowledgement(msgspec.Struct, frozen=True):
    """The answer to one batch. `status`: ACCEPTED or REJECTED, as said of the whole; activities in the order of the batch."""

    status: str
    activities: tuple[ActivityAnswer, ...]


def read(raw: bytes) -> Acknowledgement:
    """The acknowledgement in `raw`. Raises AcknowledgementError."""
    try:
        root = parse(raw, MAX_BYTES)
    except DocumentError as error:
        raise AcknowledgementError(
            error.code, f"{error} It is not taken as an acknowledgement; ask FinCEN for it again."
        ) from error
    submission = root.find("{*}EFilingSubmissionXML")
    if local(root) != ROOT or submission is None:
        said = "The file is XML but no acknowledgement of FinCEN's (EFilingBatchXML with EFilingSubmissionXML); look at what arrived."
        raise AcknowledgementError("not_an_acknowledgement", said)
    code = submission.get("StatusCode") or root.get("StatusCode") or ""
    if code not in STATUS:
        said = f"The acknowledgement has the status {code or '(none)'}, not one of {', '.join(STATUS)}; look it up in FinCEN's guide."
        raise AcknowledgementError("status_unknown", said)
    return Acknowledgement(STATUS[code], tuple(_activity(node) for node in submission.iterchildren("{*}EFilingActivityXML")))


def _activity(node: etree._Element) -> ActivityAnswer:
    number = (node.findtext("{*}BSAID") or "").strip()
    if _NONE.fullmatch(number):
        number = ""
    elif not _BSA_ID.fullmatch(number):
        said = f"Line {node.sourceline}: a BSA identifier has fourteen digits; this one has not. Ask FinCEN for the acknowledgement again."
        raise AcknowledgementError("bsa_id_malformed", said)
    return ActivityAnswer(number, tuple(_errors(node)))


def _errors(activity: etree._Element) -> Iterator[ElementError]:
    """The errors of an activity; an error without a word stands for none."""
    for node in activity.iterchildren("{*}EFilingActivityErrorXML"):
        said = {local(part): (part.text or "").strip() for part in node}
        if not any(said.values()):
            continue
        level = said.get("ErrorLevelText", "").upper()
        if level not in LEVELS:
            text = (
                f"Line {node.sourceline}: an error of level {level or '(none)'}, not FATAL or WARN; look it up in FinCEN's guide."
            )
            raise AcknowledgementError("level_unknown", text)
        context, element = said.get("ErrorContextText", ""), said.get("ErrorElementNameText", "")
        yield ElementError(context, element, level, said.get("ErrorTypeCode", ""), said.get("ErrorText", ""))


def answer(raw: bytes, file_name: str, filings: Mapping[str, Filing], received_at_ms: int, form: Form | None = None) -> Feedback:
    """What FinCEN says of the filing whose file it acknowledges.

    file_name  of the batch that is acknowledged; `filings`: what was sent, by file name
    Raises     AcknowledgementError
    """
    filing = filings.get(file_name)
    if filing is None:
        said = f"Nothing was sent to FinCEN as {file_name}; find out whose acknowledgement it is."
        raise AcknowledgementError("file_unknown", said)
    return feedback(read(raw), filing, received_at_ms, form or load_form())


def feedback(found: Acknowledgement, filing: Filing, received_at_ms: int, form: Form) -> Feedback:
    """The answer as feedback on the filing. Raises AcknowledgementError where it does not answer this batch.

    Accepted means that FinCEN has the report under a BSA identifier; warnings then stand among the errors and in the text.
    """
    if len(found.activities) != 1:
        said = f"The acknowledgement speaks of {len(found.activities)} reports, the batch {filing.file_name} holds one; find out what it answers."
        raise AcknowledgementError("activities_differ", said)
    one = found.activities[0]
    locator = Locator(parse(filing.payload), form)
    errors = tuple(_located(error, locator, filing) for error in one.errors)
    fatal = sum(error.level == FATAL for error in one.errors)
    is_accepted = found.status == ACCEPTED and fatal == 0
    if is_accepted and not one.bsa_id:
        said = f"The acknowledgement accepts {filing.file_name} and gives it no BSA identifier; ask FinCEN for the acknowledgement again."
        raise AcknowledgementError("bsa_id_missing", said)
    return Feedback(
        report_id=filing.report_id,
        version=filing.version,
        status=ACCEPTED if is_accepted else REJECTED,
        errors=errors,
        fiu=filing.fiu,
        filing_id=filing.filing_id,
        fiu_reference=one.bsa_id,
        received_at_ms=received_at_ms,
        text=_said(is_accepted, fatal, len(errors) - fatal),
    )


def _said(is_accepted: bool, fatal: int, warnings: int) -> str:
    if not is_accepted:
        return f"Rejected by FinCEN with {fatal} fatal errors and {warnings} warnings."
    return f"Accepted by FinCEN with {warnings} warnings." if warnings else "Accepted by FinCEN."


def _located(error: ElementError, locator: Locator, filing: Filing) -> FeedbackError:
    """The error at our field. An error about the batch as a whole names no element and has none."""
    steps = [step for step in (_STEP.fullmatch(part) for part in error.context.split("/")) if step is not None]
    numbered = [step for step in steps if step["number"]]
    if not numbered:
        return FeedbackError(error.code, f"{error.level}: {error.text}", error.context or None, None)
    last = numbered[-1]
    element = error.element or steps[-1]["name"]
    found = locator.locate(int(last["number"]), "" if element == last["name"] else element)
    if found is None or any(locator.name_of(int(step["number"])) != step["name"] for step in numbered):
        said = f"The acknowledgement names {error.context}, which the batch {filing.file_name} does not hold; find out which batch it answers."
        raise AcknowledgementError("element_unknown", said)
    return FeedbackError(error.code, f"{error.level}: {error.text}", error.context, found.canonical_path or None)
