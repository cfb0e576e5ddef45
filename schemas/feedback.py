"""An FIU's answer to one version of a report, as on `fiu.<cc>.feedback` (Avro: schemas/avro/feedback.avsc)."""

import msgspec

ACCEPTED = "accepted"
REJECTED = "rejected"
INFORMATION_REQUESTED = "information_requested"
OUTCOME = "outcome"
STATUSES = frozenset({ACCEPTED, REJECTED, INFORMATION_REQUESTED, OUTCOME})


class FeedbackError(msgspec.Struct, frozen=True):
    """What the FIU found wrong. `target_path` is in its form; `canonical_path` is ours, where the form's ledger knows it."""

    code: str
    text: str
    target_path: str | None = None
    canonical_path: str | None = None


class InformationRequest(msgspec.Struct, frozen=True):
    """What an FIU asks for (RFI), and by what right. `transfers`: transfer ids asked for, none: all of the report."""

    reference: str
    scope: str
    purpose: str
    legal_basis: str
    due_at_ms: int | None = None
    transfers: tuple[str, ...] = ()


class Feedback(msgspec.Struct, frozen=True):
    """One answer. Everything after `errors` may be missing where an FIU writes the first version of the schema.

    status         a member of STATUSES
    fiu            ISO alpha-2; "": the FIU of the topic
    fiu_reference  the FIU's own number for the report (a BSA identifier, a goAML report key)
    filing_id      of the Filing answered ("": every filing of this version to the FIU)
    received_at_ms when the answer came, UTC
    """

    report_id: str
    version: int
    status: str
    errors: tuple[FeedbackError, ...] = ()
    fiu: str = ""
    filing_id: str = ""
    fiu_reference: str = ""
    received_at_ms: int = 0
    text: str = ""
    request: InformationRequest | None = None
