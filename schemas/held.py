"""A filing that waits for a person: what `filings.held` carries (internal, msgpack)."""

import msgspec

from schemas.codec import Codec
from schemas.filing import FilingError

# Closed set of hold codes the delivery adds to those of the route (FilingPlan.hold_code).
NOT_VALID = "not_valid"
EVIDENCE_UNREADABLE = "evidence_unreadable"
NO_RENDERER = "no_renderer"
FIU_UNKNOWN = "fiu_unknown"
PARTNER_UNKNOWN = "partner_unknown"
PROPOSAL_ONLY = "proposal_only"
WITHDRAWN_AFTER_FILING = "withdrawn_after_filing"


class Held(msgspec.Struct, frozen=True):
    """One version of a report that is not sent to one FIU until a person has looked. No names, no narrative.

    held_id      hex of SHA-256 (report, FIU, version, code), 32 characters
    obligation   file | spontaneous | hold, as planned
    code         why it waits: a code of this module or of the route; `reason` says it in a sentence
    errors       every coded error with its canonical path, where rendering or validation found any
    published    ids of the filings of this report the FIU already has
    country, registration  of the reporting entity's licence
    decision_id  the release after which it still could not be sent ("": nobody has decided yet)
    """

    held_id: str
    report_id: str
    version: int
    fiu: str
    obligation: str
    code: str
    reason: str
    errors: tuple[FilingError, ...]
    due_at_ms: int
    urgent: bool
    published: tuple[str, ...] = ()
    country: str = ""
    registration: str = ""
    decision_id: str = ""


HELD_CODEC: Codec[Held] = Codec(Held)
