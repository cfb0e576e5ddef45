"""A filing on its way to an FIU, as a row of the ledger."""

import msgspec

from connectors.fius.transports.steps import State


class Transmission(msgspec.Struct, frozen=True):
    """A row of the ledger, as in tables.transmissions."""

    filing_id: str
    fiu: str
    report_id: str
    version: int
    partition: int
    offset: int
    reference: str
    file_name: str
    packaging: str
    sha256: str
    urgent: bool
    due_ms: int
    taken_ms: int
    state: State = "pending"
    refused_in: str = ""
    code: str = ""
    text: str = ""
    failures: int = 0
    not_before_ms: int = 0
    place: str = ""
    fiu_reference: str = ""
    status: str = ""
    sent_ms: int | None = None
    answered_ms: int | None = None
