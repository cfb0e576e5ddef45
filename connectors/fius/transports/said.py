"""One thing an FIU said about one filing, whatever the form it said it in."""

import msgspec

from schemas.feedback import FeedbackError, InformationRequest

RECEIVED = "received"  # the bytes arrived: noted, but no answer to the report


class Said(msgspec.Struct, frozen=True):
    """A statement about one filing, named by any of the four.

    status     a member of schemas.feedback.STATUSES, or RECEIVED
    reference  our reference, as the FIU's form carries it
    file_name  under which the filing travelled
    acknowledgement  FinCEN's, whose meaning only the batch that was sent can tell; the other fields are then empty
    """

    status: str
    filing_id: str = ""
    reference: str = ""
    file_name: str = ""
    fiu_reference: str = ""
    errors: tuple[FeedbackError, ...] = ()
    text: str = ""
    request: InformationRequest | None = None
    acknowledgement: bytes = b""
