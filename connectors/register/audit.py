"""The audit chain: every step of a filing and every decision, each record bound to the one before it by SHA-256.

The hash of record n is SHA-256 over the hash of record n-1 and the canonical bytes of record n (JSON, fixed order, facts sorted by
name). The first one is bound to the chain's id. The head of the chain goes to the topic `audit` as an anchor with every transaction
that made it longer, so that a chain cut off or written anew in the database no longer fits what the topic says.
"""

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import msgspec
from sqlalchemy import Connection, select

from connectors.register import tables
from schemas import topics
from schemas.audit import AUDIT_CODEC, AuditEntry
from schemas.transfer import Coordinate

ANCHOR = "chain_anchor"
GATEWAY = "strgw"  # actor of what no person did


class Entry(NamedTuple):
    """One act, at `at_ms` (ms UTC): who, what, about which filing or request. facts: ids, codes and reasons; no name of a party."""

    at_ms: int
    actor: str
    action: str
    subject: str
    facts: Mapping[str, str]


def chain_id(connection: Connection) -> str:
    """Id of the database's chain; it is begun where there is none. Call it in write()."""
    known = connection.execute(select(tables.chain.c.chain_id)).scalar()
    if known is not None:
        return str(known)
    new = secrets.token_hex(8)
    connection.execute(tables.chain.insert().values(chain_id=new, seq=0, hash=genesis(new)))
    return new


def genesis(chain: str) -> bytes:
    """What the first record is bound to."""
    return hashlib.sha256(chain.encode()).digest()


def append(connection: Connection, entries: Sequence[Entry]) -> None:
    """Writes `entries` at the end of the chain, and the new head into the outbox. Call it in write()."""
    if not entries:
        return
    chain = chain_id(connection)
    head = connection.execute(select(tables.chain.c.seq, tables.chain.c.hash)).one()
    seq, previous, rows = int(head.seq), bytes(head.hash), []
    for entry in entries:
        seq += 1
        facts = canonical(entry.facts)
        digest = digest_of(previous, seq, entry, facts)
        rows.append({**entry._asdict(), "seq": seq, "facts": facts, "previous": previous, "hash": digest})
        previous = digest
    connection.execute(tables.audit.insert(), rows)
    connection.execute(tables.chain.update().values(seq=seq, hash=previous))
    anchor = AuditEntry(ANCHOR, chain, {"seq": str(seq), "hash": previous.hex()}, Coordinate("register", 0, seq))
    row = {"topic": topics.AUDIT, "partition": None, "key": chain.encode(), "value": AUDIT_CODEC.encode(anchor)}
    connection.execute(tables.outbox.insert().values(row))


def canonical(facts: Mapping[str, str]) -> str:
    """The facts as they are stored and hashed: JSON, names in order."""
    return msgspec.json.encode(dict(facts), order="deterministic").decode()


def digest_of(previous: bytes, seq: int, entry: Entry, facts: str) -> bytes:
    """SHA-256 of a record and all before it."""
    record = msgspec.json.encode([seq, entry.at_ms, entry.actor, entry.action, entry.subject, facts])
    return hashlib.sha256(previous + record).digest()
