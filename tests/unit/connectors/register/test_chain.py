"""The audit chain is found broken however it is tampered with, on both databases, and the first bad record is named."""

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import Connection, Engine, select, text

from connectors.register import tables
from connectors.register.audit import ANCHOR, Entry, append, canonical, digest_of, genesis
from connectors.register.chain import Anchor, verify
from connectors.register.database import open_database, read, write
from schemas import topics
from schemas.audit import AUDIT_CODEC

RECORDS, ANCHORED = 12, 8


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """A database with a chain of RECORDS records, three in a transaction."""
    engine = open_database(database_url)
    for start in range(0, RECORDS, 3):
        with write(engine) as connection:
            append(
                connection, [Entry(n, "strgw", "filing_file", f"f{n}", {"n": str(n), "a": "é"}) for n in range(start, start + 3)]
            )
    yield engine
    engine.dispose()


def anchors(engine: Engine, up_to: int = ANCHORED) -> list[Anchor]:
    """What the topic would hold: the anchors that went into the outbox, up to record `up_to`."""
    with read(engine) as connection:
        rows = connection.execute(select(tables.outbox).where(tables.outbox.c.topic == topics.AUDIT)).all()
    entries = [AUDIT_CODEC.decode(row.value) for row in rows]
    assert {entry.action for entry in entries} == {ANCHOR}
    found = [Anchor(entry.subject, int(entry.facts["seq"]), bytes.fromhex(entry.facts["hash"])) for entry in entries]
    return [anchor for anchor in found if anchor.seq <= up_to]


def first_fault(engine: Engine, known: list[Anchor]) -> tuple[str, int] | None:
    with read(engine) as connection:
        audit = verify(connection, known)
    assert audit.holds == (not audit.faults)
    return (audit.faults[0].code, audit.faults[0].seq) if audit.faults else None


def change(connection: Connection) -> None:
    connection.execute(text("UPDATE audit SET actor = 'nobody' WHERE seq = 5"))


def change_a_fact(connection: Connection) -> None:
    connection.execute(text("""UPDATE audit SET facts = '{"a":"é","n":"99"}' WHERE seq = 5"""))


def remove(connection: Connection) -> None:
    connection.execute(text("DELETE FROM audit WHERE seq = 5"))


def remove_and_close_the_gap(connection: Connection) -> None:
    remove(connection)
    for seq in range(6, RECORDS + 1):
        connection.execute(text(f"UPDATE audit SET seq = {seq - 1} WHERE seq = {seq}"))
    connection.execute(text(f"UPDATE chain SET seq = {RECORDS - 1}"))


def swap(connection: Connection) -> None:
    for old, new in ((5, 99), (6, 5), (99, 6)):
        connection.execute(text(f"UPDATE audit SET seq = {new} WHERE seq = {old}"))


def cut_off(connection: Connection) -> None:
    connection.execute(text("DELETE FROM audit WHERE seq > 5"))


def cut_off_and_mend_the_head(connection: Connection) -> None:
    cut_off(connection)
    last = connection.execute(select(tables.audit).where(tables.audit.c.seq == 5)).one()
    connection.execute(tables.chain.update().values(seq=5, hash=last.hash))


def write_anew(connection: Connection) -> None:
    """As somebody would who knows how the chain is made: a change, and every hash after it made to fit."""
    chain = connection.execute(select(tables.chain)).one()
    previous = genesis(chain.chain_id)
    for row in connection.execute(select(tables.audit).order_by(tables.audit.c.seq)).all():
        actor = "nobody" if row.seq == 5 else row.actor
        digest = digest_of(previous, row.seq, Entry(row.at_ms, actor, row.action, row.subject, {}), row.facts)
        same = tables.audit.update().where(tables.audit.c.seq == row.seq)
        connection.execute(same.values(actor=actor, previous=previous, hash=digest))
        previous = digest
    connection.execute(tables.chain.update().values(hash=previous))


def empty(connection: Connection) -> None:
    connection.execute(text("DELETE FROM audit"))
    connection.execute(text("DELETE FROM chain"))


def test_an_honest_chain_holds_also_beyond_its_last_anchor(engine: Engine) -> None:
    assert len(anchors(engine)) == 2
    assert first_fault(engine, anchors(engine)) is None
    assert first_fault(engine, []) is None


@pytest.mark.parametrize(
    ("tamper", "code", "seq"),
    [
        (change, "record_changed", 5),
        (change_a_fact, "record_changed", 5),
        (remove, "record_missing", 5),
        (remove_and_close_the_gap, "link_broken", 5),
        (swap, "link_broken", 5),
        (cut_off, "tail_missing", 6),
        (cut_off_and_mend_the_head, "tail_missing", 6),
        (write_anew, "differs_from_anchor", 6),
        (empty, "chain_missing", 1),
    ],
)
def test_tampering_is_found_and_the_first_bad_record_is_named(
    engine: Engine, tamper: Callable[[Connection], None], code: str, seq: int
) -> None:
    known = anchors(engine)
    with write(engine) as connection:
        tamper(connection)
    assert first_fault(engine, known) == (code, seq)


def test_a_transaction_that_fails_leaves_no_record_and_no_anchor(engine: Engine) -> None:
    def failing() -> None:
        with write(engine) as connection:
            append(connection, [Entry(1, "strgw", "filing_file", "f", {})])
            raise RuntimeError("killed")

    with pytest.raises(RuntimeError):
        failing()
    assert first_fault(engine, anchors(engine, RECORDS)) is None
    with read(engine) as connection:
        assert connection.execute(select(tables.chain)).one().seq == RECORDS


def test_facts_have_one_form_whatever_their_order() -> None:
    assert canonical({"b": "1", "a": "é"}) == canonical({"a": "é", "b": "1"}) == '{"a":"é","b":"1"}'
