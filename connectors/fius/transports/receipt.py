"""Plain receipts: a JSON document that says what became of a filing. Any FIU, or a person on its behalf, can write one.

{"schema": "strgw.receipt/1",
 "filing_id" | "reference" | "file_name": which filing ("version" is in all three),
 "status": "received" | "accepted" | "rejected" | "information_requested" | "outcome",
 "fiu_reference": "the FIU's number", "text": "...",
 "errors": [{"code", "text", "path"}],
 "request": {"reference", "scope", "purpose", "legal_basis", "due_at": "2026-12-01T12:00:00Z", "transfers": [...]}}
"""

from datetime import UTC, datetime, timedelta
from typing import Literal

import msgspec

from connectors.fius.transports.defused import BadAnswer
from connectors.fius.transports.said import Said
from schemas.feedback import INFORMATION_REQUESTED, FeedbackError, InformationRequest

SCHEMA = "strgw.receipt/1"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
Status = Literal["received", "accepted", "rejected", "information_requested", "outcome"]


class _Fault(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    code: str
    text: str
    path: str | None = None


class _Request(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    reference: str
    scope: str
    purpose: str
    legal_basis: str
    due_at: datetime | None = None
    transfers: tuple[str, ...] = ()


class _Receipt(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    schema: Literal["strgw.receipt/1"]
    status: Status
    filing_id: str = ""
    reference: str = ""
    file_name: str = ""
    fiu_reference: str = ""
    text: str = ""
    errors: tuple[_Fault, ...] = ()
    request: _Request | None = None


def is_receipt(raw: bytes) -> bool:
    """Whether the bytes want to be a receipt: a JSON object that names this schema or none."""
    return raw.lstrip()[:1] == b"{"


def read_receipt(raw: bytes) -> Said:
    """What the receipt says. Raises BadAnswer."""
    try:
        receipt = msgspec.json.decode(raw, type=_Receipt)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        why = str(error) if isinstance(error, msgspec.ValidationError) else "it is no JSON"
        raise BadAnswer("receipt", f"The receipt does not follow {SCHEMA} ({why}); ask the FIU to send it again.") from error
    if not (receipt.filing_id or receipt.reference or receipt.file_name):
        raise BadAnswer("receipt", "The receipt names no filing: it needs filing_id, reference or file_name.")
    if (receipt.status == INFORMATION_REQUESTED) != (receipt.request is not None):
        raise BadAnswer("receipt", "A request for information needs `request`, and nothing else has one.")
    return Said(
        status=receipt.status,
        filing_id=receipt.filing_id,
        reference=receipt.reference,
        file_name=receipt.file_name,
        fiu_reference=receipt.fiu_reference,
        errors=tuple(FeedbackError(fault.code, fault.text, fault.path) for fault in receipt.errors),
        text=receipt.text,
        request=_request(receipt.request),
    )


def rejection(filing_id: str, code: str, text: str) -> bytes:
    """A receipt that we write ourselves where an FIU refuses a file in the same breath in which it is given it."""
    said = _Receipt("strgw.receipt/1", "rejected", filing_id, errors=(_Fault(code, text),))
    return msgspec.json.encode(said)


def _request(asked: _Request | None) -> InformationRequest | None:
    if asked is None:
        return None
    due_at = asked.due_at
    if due_at is not None and due_at.tzinfo is None:
        raise BadAnswer("receipt", "`due_at` has no time zone; write for example 2026-12-01T12:00:00Z.")
    due_ms = None if due_at is None else (due_at - _EPOCH) // timedelta(milliseconds=1)
    return InformationRequest(asked.reference, asked.scope, asked.purpose, asked.legal_basis, due_ms, asked.transfers)
