"""What the gateway writes down about its own acts on the topic `audit` (internal, msgpack). No names, no free text of a party."""

import msgspec

from schemas.codec import Codec
from schemas.filing import LedgerRow
from schemas.transfer import Coordinate


class AuditEntry(msgspec.Struct, frozen=True):
    """One act. The record's Kafka timestamp is its time.

    action   filing_published | filing_held | filing_proposed | filing_withdrawn | decision_void | chain_anchor (head of the register's chain)
    subject  id of the filing, the held record, the decision or the chain
    facts    closed set of names: report_id, version, fiu, sha256, code …
    source   the record that caused it
    ledger   completeness ledger of a published filing
    """

    action: str
    subject: str
    facts: dict[str, str]
    source: Coordinate
    ledger: tuple[LedgerRow, ...] = ()


AUDIT_CODEC: Codec[AuditEntry] = Codec(AuditEntry)
