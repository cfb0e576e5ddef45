"""Takes the answers of one FIU: reads them, finds the filings they are about, and publishes each once on `fiu.<cc>.feedback`.

1. An answer is known by its digest; one that is published, noted or set aside already is left alone.
2. The end of the feedback topic is noted, then the answer is published, then that is noted. Killed in between, the same answer is
   found again (the FIU still shows it), and what lies on the topic since the noted end tells whether it was published.
3. An answer that cannot be read, or that is about no filing of ours, is kept whole in the folder of unmatched answers.
"""

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path, PurePosixPath
from typing import NamedTuple, Protocol

from connectors.fius.fincen import acknowledgement
from connectors.fius.transports.channel import Answer
from connectors.fius.transports.defused import BadAnswer
from connectors.fius.transports.ledger import Ledger
from connectors.fius.transports.reading import read_answer
from connectors.fius.transports.receipts import NOTED, PUBLISHED, PUBLISHING, UNMATCHED, Receipt, Receipts
from connectors.fius.transports.said import RECEIVED, Said
from connectors.fius.transports.transmission import Transmission
from schemas.feedback import Feedback
from schemas.filing import Filing
from schemas.wire import encode_feedback

UNKNOWN_REPORT = "report_unknown"
FilingOf = Callable[[Transmission], Filing]


class Feedbacks(Protocol):
    """The feedback topic of an FIU."""

    def end(self, fiu: str) -> int:
        """Offset after its last record."""

    def since(self, fiu: str, offset: int) -> set[bytes]:
        """Values of the committed records from `offset` on."""

    def publish(self, fiu: str, feedbacks: Sequence[tuple[bytes, bytes]]) -> None:
        """Writes (key, value) pairs in one transaction."""


class AnswerMeters(Protocol):
    """What the desk counts. `status`: of the answer, or "unmatched"."""

    def answer(self, fiu: str, status: str) -> None:
        """One statement about one filing, or one answer set aside."""


class Aside(NamedTuple):
    """Where a desk counts, and the folder in which it keeps what a person must look at."""

    folder: Path
    meters: AnswerMeters


class Told(NamedTuple):
    """A statement and the filing it is about. `feedback` None: mere receipt, which is no answer to the report."""

    row: Transmission
    status: str
    fiu_reference: str
    feedback: Feedback | None


class Desk:
    """The desk of one FIU. `filing`: what was sent, by its row."""

    def __init__(self, fiu: str, books: tuple[Ledger, Receipts], topic: Feedbacks, aside: Aside, filing: FilingOf) -> None:
        self._fiu, (self._ledger, self._receipts), self._topic = fiu, books, topic
        self._unmatched, self._meters, self._filing_of = aside.folder, aside.meters, filing

    def take(self, answer: Answer, now_ms: Callable[[], int]) -> None:
        """Deals with one answer, the first time it comes."""
        digest = hashlib.sha256(f"{self._fiu}\0{answer.digest}".encode()).hexdigest()
        known = self._receipts.known(digest)
        if known is not None and known.state != PUBLISHING:
            return
        receipt = known or Receipt(digest, self._fiu, answer.name, PUBLISHING, "", "", None, now_ms())
        try:
            told = [self._told(one, answer, receipt.received_ms) for one in _read(answer)]
        except BadAnswer as error:
            self._keep(receipt, answer)
            self._end(receipt, UNMATCHED, error.code, answer.filing_id)
            return
        matched = [one for one in told if one is not None]
        if len(matched) < len(told):
            self._keep(receipt, answer)
        about = matched[0].row.filing_id if len(matched) == 1 else ""
        receipt = self._publish(receipt, matched, about)
        for one in matched:
            self._ledger.answered(one.row.filing_id, one.status, one.fiu_reference, receipt.received_ms)
            self._meters.answer(self._fiu, one.status)
        if len(matched) < len(told):
            self._end(receipt, UNMATCHED, UNKNOWN_REPORT, about)
        else:
            self._end(receipt, NOTED if receipt.published_from is None else PUBLISHED, "", about)

    def _told(self, said: Said, answer: Answer, received_ms: int) -> Told | None:
        """The filing that a statement is about, and the feedback on it; None where it is about none. Raises BadAnswer."""
        row = self._filing(said, answer)
        if row is None:
            return None
        if said.acknowledgement:
            feedback = self._acknowledged(said.acknowledgement, row, received_ms)
            return Told(row, feedback.status, feedback.fiu_reference, feedback)
        return Told(row, said.status, said.fiu_reference, None if said.status == RECEIVED else _feedback(said, row, received_ms))

    def _acknowledged(self, raw: bytes, row: Transmission, received_ms: int) -> Feedback:
        filing = self._filing_of(row)
        try:
            return acknowledgement.answer(raw, filing.file_name, {filing.file_name: filing}, received_ms)
        except acknowledgement.AcknowledgementError as error:
            raise BadAnswer(error.code, error.text) from error

    def _publish(self, receipt: Receipt, matched: Sequence[Told], about: str) -> Receipt:
        """Publishes what are answers to reports and is not on the topic yet."""
        pairs = [(one.row.report_id.encode(), encode_feedback(one.feedback)) for one in matched if one.feedback is not None]
        if not pairs:
            return receipt
        if receipt.published_from is None:
            receipt = self._receipts.begin(receipt, about, self._topic.end(self._fiu))
        else:
            there = self._topic.since(self._fiu, receipt.published_from)
            pairs = [pair for pair in pairs if pair[1] not in there]
        if pairs:
            self._topic.publish(self._fiu, pairs)
        return receipt

    def _end(self, receipt: Receipt, state: str, code: str, filing_id: str) -> None:
        self._receipts.end(receipt, state, code, filing_id)
        if state == UNMATCHED:
            self._meters.answer(self._fiu, UNMATCHED)

    def _keep(self, receipt: Receipt, answer: Answer) -> None:
        """Keeps the bytes for a person; the row names them."""
        self._unmatched.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = self._unmatched / receipt.digest
        part = path.with_suffix(".part")
        part.touch(mode=0o600)
        part.write_bytes(answer.raw)
        part.rename(path)

    def _filing(self, said: Said, answer: Answer) -> Transmission | None:
        """The filing that a statement is about; where it names several things, they must all mean the same one."""
        named = {"filing_id": answer.filing_id or said.filing_id, "reference": said.reference}
        found = [self._ledger.matching(self._fiu, **{name: value}) for name, value in named.items() if value]
        if said.file_name:
            found.append(self._ledger.of_file(self._fiu, _names(said.file_name)))
        if not found and said.fiu_reference:
            found = [self._ledger.matching(self._fiu, fiu_reference=said.fiu_reference)]
        if not found:
            found = [self._ledger.of_file(self._fiu, _names(answer.name))]
        ids = {row.filing_id if row else "" for row in found}
        return found[0] if len(ids) == 1 else None


def _read(answer: Answer) -> list[Said]:
    said = read_answer(answer)
    if answer.filing_id and len(said) > 1:
        raise BadAnswer("answer_ambiguous", "The FIU has several reports where one was asked for; look in its portal.")
    return said


def _names(name: str) -> list[str]:
    """Names under which the file may have travelled to which `name` answers: "A.xml.ack" answers "A.xml", "A.txt" answers "A.xml" or "A.zip"."""
    stems = [name]
    while PurePosixPath(stems[-1]).suffix:
        stems.append(PurePosixPath(stems[-1]).stem)
    return [*stems, *(f"{stem}{ending}" for stem in stems[1:] for ending in (".xml", ".zip"))]


def _feedback(said: Said, row: Transmission, received_ms: int) -> Feedback:
    return Feedback(
        report_id=row.report_id,
        version=row.version,
        status=said.status,
        errors=said.errors,
        fiu=row.fiu,
        filing_id=row.filing_id,
        fiu_reference=said.fiu_reference or row.fiu_reference,
        received_at_ms=received_ms,
        text=said.text,
        request=said.request,
    )
