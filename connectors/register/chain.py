"""Checks the audit chain: finds a record that was changed, removed, put elsewhere or cut off, and names the first one."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import msgspec
from sqlalchemy import Connection, select

from connectors.kafka.scan import CommittedLog
from connectors.register import tables
from connectors.register.audit import ANCHOR, Entry, digest_of, genesis
from schemas import topics
from schemas.codec import Codec

ROWS_AT_ONCE = 1000


class Anchor(NamedTuple):
    """What the topic `audit` says of a chain: its record `seq` has this hash."""

    chain: str
    seq: int
    digest: bytes


class ChainFault(msgspec.Struct, frozen=True):
    """The first record that is not as it was written.

    code  record_changed | record_missing | link_broken | tail_missing | head_changed | differs_from_anchor | chain_missing
    """

    chain: str
    seq: int
    code: str
    text: str


class ChainAudit(msgspec.Struct, frozen=True):
    """What came of the check: records and anchors compared, and the first fault of each chain."""

    records: int
    anchors: int
    faults: tuple[ChainFault, ...]

    @property
    def holds(self) -> bool:
        """Whether every record is as it was written, and none is missing."""
        return not self.faults


class _AuditHead(msgspec.Struct, frozen=True):
    """The fields of schemas.audit.AuditEntry that an anchor uses."""

    action: str
    subject: str
    facts: dict[str, str]


def read_anchors(bootstrap: str) -> list[Anchor]:
    """Every anchor on the topic `audit`. Raises TopicMissing, CorruptRecord."""
    codec = Codec(_AuditHead)
    with CommittedLog(bootstrap) as log:
        heads = (codec.decode(record.value or b"") for record in log.scan(topics.AUDIT))
        return [
            Anchor(head.subject, int(head.facts["seq"]), bytes.fromhex(head.facts["hash"]))
            for head in heads
            if head.action == ANCHOR
        ]


def verify(connection: Connection, anchors: Iterable[Anchor]) -> ChainAudit:
    """Walks the chain from its first record and compares it with its head and with `anchors`."""
    found = list(anchors)
    head = connection.execute(select(tables.chain)).one_or_none()
    own = head.chain_id if head else ""
    known = {anchor.seq: anchor.digest for anchor in found if anchor.chain == own}
    records, fault = _walk(connection, own, known)
    if fault is None and head is not None:
        fault = _end(connection, own, records, known)
    faults = [fault] if fault else []
    for chain in sorted({anchor.chain for anchor in found} - {own}):
        text = f"The topic holds anchors of the chain {chain}, which is not in this database: it was replaced, or STRGW_DATABASE names another one."
        faults.append(ChainFault(chain, 1, "chain_missing", text))
    return ChainAudit(records, len(known), tuple(faults))


def _walk(connection: Connection, chain: str, anchors: Mapping[int, bytes]) -> tuple[int, ChainFault | None]:
    previous, expected = genesis(chain), 1
    rows = connection.execution_options(yield_per=ROWS_AT_ONCE).execute(select(tables.audit).order_by(tables.audit.c.seq))
    for row in rows:
        entry = Entry(row.at_ms, row.actor, row.action, row.subject, {})
        checks = (
            (row.seq == expected, "record_missing", f"Record {expected} is missing; the next one there is {row.seq}."),
            (row.previous == previous, "link_broken", f"Record {row.seq} does not follow the one before it."),
            (
                row.hash == digest_of(previous, row.seq, entry, row.facts),
                "record_changed",
                f"Record {row.seq} is not what was written.",
            ),
            (
                anchors.get(row.seq, row.hash) == row.hash,
                "differs_from_anchor",
                f"Record {row.seq} is not the one whose hash went to the topic audit: the chain was written anew.",
            ),
        )
        wrong = next(((code, text) for holds, code, text in checks if not holds), None)
        if wrong is not None:
            rows.close()
            return expected - 1, ChainFault(chain, expected, *wrong)
        previous, expected = row.hash, expected + 1
    return expected - 1, None


def _end(connection: Connection, chain: str, records: int, anchors: Mapping[int, bytes]) -> ChainFault | None:
    head = connection.execute(select(tables.chain)).one()
    last = connection.execute(select(tables.audit.c.hash).where(tables.audit.c.seq == records)).scalar()
    longest = max([head.seq, *anchors])
    if longest > records:
        return ChainFault(chain, records + 1, "tail_missing", f"Records {records + 1} to {longest} were cut off.")
    if head.seq != records or head.hash != (last if last is not None else genesis(chain)):
        return ChainFault(chain, records, "head_changed", f"The head says {head.seq}, the last record is {records}.")
    return None
