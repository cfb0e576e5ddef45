"""A report joined with the transfers it points to: what every renderer of a filing reads and what it hands back."""

import msgspec

from schemas.filing import INITIAL, FilingError, LedgerRow
from schemas.registry import Fiu, Partner
from schemas.report import FilingPlan, Report
from schemas.transfer import Account, Address, Document, Transfer


class ResolvedParty(msgspec.Struct, frozen=True):
    """A party of the report with everything its transfers say about it, first seen first, nothing twice.

    label      P1, P2 … in the order of `Report.parties`; the narrative uses these
    role       as in the case (schemas.case.ROLES); `why` is the sentence that explains it
    names      every spelling, in any script, as the partner wrote it
    sent       uids of the transfers it sent, `received` of those it received
    """

    label: str
    key: bytes
    role: str
    why: str
    kind: str
    names: tuple[str, ...]
    party_ids: tuple[str, ...] = ()
    dates_of_birth: tuple[str, ...] = ()
    nationalities: tuple[str, ...] = ()
    occupations: tuple[str, ...] = ()
    customer_since: tuple[str, ...] = ()
    documents: tuple[Document, ...] = ()
    phones: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    devices: tuple[str, ...] = ()
    ips: tuple[str, ...] = ()
    addresses: tuple[Address, ...] = ()
    accounts: tuple[Account, ...] = ()
    sent: tuple[bytes, ...] = ()
    received: tuple[bytes, ...] = ()


class ResolvedReport(msgspec.Struct, frozen=True):
    """One version of a report for one FIU, with names.

    transfers  by uid, in order of (time, transfer id)
    parties    P1 … Pn as in `report.parties`; then parties that only the transfers name, with role "unknown"
    partner    whose registration at the FIU files the report
    relation   what the filing is to the last one sent (schemas.filing.RELATIONS); prior_reference: the FIU's number for that one
    standing   the FIU's number for the last filing it was sent and did not reject ("": not known; None: there is none), and the time of
               the last transfer in that (ms UTC, 0: not known)
    """

    report: Report
    plan: FilingPlan
    fiu: Fiu
    partner: Partner
    transfers: dict[bytes, Transfer]
    parties: tuple[ResolvedParty, ...]
    relation: str = INITIAL
    prior_reference: str = ""
    standing: str | None = None
    standing_event_ms: int = 0

    def party(self, key: bytes) -> ResolvedParty:
        """The party behind an entity key. Raises KeyError where no transfer names it."""
        for party in self.parties:
            if party.key == key:
                return party
        raise KeyError(key.hex())


class Rendered(msgspec.Struct, frozen=True):
    """One file of a filing. It may be published only while `errors` is empty.

    file_name  as the FIU wants it, extension included; no personal data in it
    ledger     every field of the FIU's form: present, absent with reason, or placeholder by rule
    errors     why it may not be published, with the canonical field each error comes from
    """

    media_type: str
    schema_id: str
    schema_version: str
    file_name: str
    payload: bytes
    ledger: tuple[LedgerRow, ...] = ()
    errors: tuple[FilingError, ...] = ()
