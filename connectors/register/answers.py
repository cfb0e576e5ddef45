"""An FIU's answer as it comes: decoded, checked, and as rows of the register. What cannot be read is set aside, nothing waits for it.

The FIU's own words stay on its topic: the rows hold codes, paths and where to read the rest.
"""

import hashlib

import msgspec
from sqlalchemy import Table

from connectors.kafka.scan import LogRecord
from connectors.register import tables
from connectors.register.facts import Facts, Row
from schemas.feedback import INFORMATION_REQUESTED, STATUSES, Feedback
from schemas.wire import UnreadableAvro, decode_feedback

ID_DIGITS = 32
LONGEST_WORD = 200  # DEF of an id, code or path; what is longer is no such thing and would only fill the tables


class UnusableAnswer(Exception):
    """A record on `fiu.<cc>.feedback` that is no answer. `code`: a code of UnreadableAvro or answer_*; `text` quotes nothing of it."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code, self.text = code, text


def read_answer(raw: bytes, fiu: str) -> Feedback:
    """The answer, with the FIU of its topic in it. Raises UnusableAnswer."""
    try:
        answer = decode_feedback(raw)
    except (UnreadableAvro, msgspec.ValidationError) as error:
        code = error.code if isinstance(error, UnreadableAvro) else "avro_not_decodable"
        raise UnusableAnswer(
            code, "The record is no answer of schemas/avro/feedback.avsc; ask the FIU's sender for it again."
        ) from error
    problem = _problem(answer, fiu)
    if problem is not None:
        raise UnusableAnswer(*problem)
    return msgspec.structs.replace(answer, fiu=fiu)


def _problem(answer: Feedback, fiu: str) -> tuple[str, str] | None:
    words = [answer.report_id, answer.filing_id, answer.fiu_reference, answer.request.reference if answer.request else ""]
    words += [word for error in answer.errors for word in (error.code, error.target_path or "", error.canonical_path or "")]
    checks = (
        (answer.status in STATUSES, "answer_status_unknown", f"The status is none of {', '.join(sorted(STATUSES))}."),
        (
            answer.fiu.upper() in ("", fiu),
            "answer_fiu_differs",
            f"The answer names another FIU than {fiu}, whose topic it came on.",
        ),
        (
            bool(answer.report_id) and answer.version >= 1,
            "answer_subject_missing",
            "The answer names no report, or no version of it.",
        ),
        (
            answer.status != INFORMATION_REQUESTED or (answer.request is not None and bool(answer.request.reference)),
            "answer_request_missing",
            "The FIU asks for information without a request and its reference.",
        ),
        (
            all(len(word) <= LONGEST_WORD and "\0" not in word for word in words),
            "answer_not_plain",
            "An id, code or path is no such thing.",
        ),
    )
    return next(((code, text) for holds, code, text in checks if not holds), None)


def answer_id(answer: Feedback) -> str:
    """Equal for answers that are equal in every field: a repeated one changes nothing."""
    return hashlib.sha256(msgspec.msgpack.encode(answer)).hexdigest()[:ID_DIGITS]


def request_id(answer: Feedback) -> str:
    """An FIU's request about a report, by its own reference; asked again it is the same request."""
    words = (answer.fiu, answer.report_id, answer.request.reference if answer.request else "")
    return hashlib.sha256("|".join(words).encode()).hexdigest()[:ID_DIGITS]


def of_answer(record: LogRecord, fiu: str) -> Facts:
    """The answer, its errors, and what it asks for. Raises UnusableAnswer."""
    answer = read_answer(record.value or b"", fiu)
    identity = answer_id(answer)
    row: Row = {
        "answer_id": identity,
        "fiu": fiu,
        "report_id": answer.report_id,
        "version": answer.version,
        "status": answer.status,
        "filing_id": answer.filing_id,
        "fiu_reference": answer.fiu_reference,
        "received_ms": answer.received_at_ms or record.timestamp,
        "partition": record.partition,
        "offset": record.offset,
        "at_ms": record.timestamp,
        "times": 1,
        "code": tables.UNJUDGED,
    }
    rows: list[tuple[Table, Row]] = [(tables.answers, row)]
    rows += [
        (
            tables.answer_errors,
            {
                "answer_id": identity,
                "number": number,
                "code": error.code,
                "target_path": error.target_path or "",
                "canonical_path": error.canonical_path or (None if error.target_path else ""),
            },
        )
        for number, error in enumerate(answer.errors, 1)
    ]
    if answer.request is not None and answer.status == INFORMATION_REQUESTED:
        rows.append((tables.requests, _request(answer, identity)))
    return Facts(tuple(rows), (answer.report_id,))


def _request(answer: Feedback, identity: str) -> Row:
    asked = answer.request
    assert asked is not None
    return {
        "request_id": request_id(answer),
        "answer_id": identity,
        "report_id": answer.report_id,
        "version": answer.version,
        "fiu": answer.fiu,
        "reference": asked.reference,
        "due_ms": asked.due_at_ms,
        "asked": len(asked.transfers),
    }
