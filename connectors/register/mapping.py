"""Finds our field behind each error an FIU wrote, by the completeness ledger of the filing it is about."""

from collections.abc import Callable
from typing import NamedTuple

from sqlalchemy import Engine, select, update

from connectors.kafka.archive import BatchSource
from connectors.register import tables
from connectors.register.database import read, write
from connectors.register.paths import canonical_path
from schemas.audit import AUDIT_CODEC


class _Error(NamedTuple):
    """An error without a field of ours yet, and where the ledger of its filing lies."""

    answer_id: str
    number: int
    target_path: str
    partition: int
    offset: int


def map_errors(engine: Engine, audit: Callable[[], BatchSource]) -> int:
    """Looks up the errors whose ledger is known by now; how many. `audit` opens the topic `audit`, and only where one is to be read.

    The ledger is read before the transaction begins: no writer waits for the broker.
    """
    waiting = _waiting(engine)
    if not waiting:
        return 0
    source = audit()
    found = []
    for error in waiting:
        raw = dict(source.read(error.partition, [error.offset])).get(error.offset)
        ledger = AUDIT_CODEC.decode(raw).ledger if raw is not None else ()
        found.append((error, canonical_path(error.target_path, ledger)))
    with write(engine) as connection:
        errors = tables.answer_errors
        for error, path in found:
            same = (errors.c.answer_id == error.answer_id) & (errors.c.number == error.number)
            connection.execute(update(errors).where(same).values(canonical_path=path))
    return len(found)


def _waiting(engine: Engine) -> list[_Error]:
    errors, answers, sent, ledgers = tables.answer_errors, tables.answers, tables.sent, tables.ledgers
    about = (sent.c.report_id == answers.c.report_id) & (sent.c.version == answers.c.version) & (sent.c.fiu == answers.c.fiu)
    named = (answers.c.filing_id == "") | (answers.c.filing_id == sent.c.filing_id)
    query = (
        select(errors.c.answer_id, errors.c.number, errors.c.target_path, ledgers.c.partition, ledgers.c.offset)
        .join_from(errors, answers, errors.c.answer_id == answers.c.answer_id)
        .join(sent, about & named)
        .join(ledgers, ledgers.c.filing_id == sent.c.filing_id)
        .where(errors.c.canonical_path.is_(None))
        .order_by(errors.c.answer_id, errors.c.number, ledgers.c.partition, ledgers.c.offset)
    )
    with read(engine) as connection:
        first: dict[tuple[str, int], _Error] = {}
        for row in connection.execute(query):
            first.setdefault((row.answer_id, row.number), _Error(*row))
    return list(first.values())
