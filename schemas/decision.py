"""What people decided about filings and requests, on its way to delivery: what `filings.decisions` carries (internal, msgpack)."""

import hashlib

import msgspec

from schemas.codec import Codec

# An FIU's answer is no decision, but delivery must know of it before the next version goes out: it travels with them.
ANSWERED = "answered"
# What a decision brings about: the filing goes out, it rests, the transfers an FIU asked for may be handed over; "": nothing yet.
SEND, SETTLE, HAND_OVER, NOTHING_YET = "send", "settle", "hand_over", ""


class Decision(msgspec.Struct, frozen=True):
    """One decision of one person, or an FIU's answer. No name of a party, ever.

    subject     the filing (schemas.decision.filing_key) or the request; number: 1, 2 … of the subject
    action      approve | release | refuse | withdraw | close | answered
    effect      send | settle | hand_over | "" while another person is needed
    person      folded form of `name`, the person who decided; from_state: what that person saw
    partition, offset, digest  the report version on `filings` that the decision binds to, and its SHA-256
    formed_ms   when suspicion was formed, where the decision formed it, ms UTC; 0: as the report says
    answered    id of the filing that the FIU answered, or whose rejection is to be corrected; `accepted` and `reference` as it said
    """

    decision_id: str
    subject: str
    number: int
    report_id: str
    version: int
    action: str
    effect: str
    person: str
    name: str
    reason: str
    from_state: str
    at_ms: int
    fiu: str = ""
    country: str = ""
    obligation: str = ""
    registration: str = ""
    partition: int = 0
    offset: int = 0
    digest: bytes = b""
    formed_ms: int = 0
    answered: str = ""
    accepted: bool = False
    reference: str = ""


def filing_key(report_id: str, fiu: str, country: str, registration: str) -> str:
    """What makes a filing one through all its versions: a report for an FIU under a registration. 32 hex digits of SHA-256."""
    return hashlib.sha256("|".join((report_id, fiu, country, registration)).encode()).hexdigest()[:32]


DECISION_CODEC: Codec[Decision] = Codec(Decision)
