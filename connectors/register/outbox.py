"""Publishes what transactions of the database left in the outbox, each record exactly once.

1. A transaction that decides something writes its record into the outbox as well: both are there, or neither.
2. Records go to Kafka in the order of their numbers, together with a mark on `register.state` (the number of the last one), in one Kafka
   transaction. The mark is the truth; after a kill it says what is out.
3. Only the owner of the transactional id publishes: a second process fences the first.
"""

from sqlalchemy import Engine, delete, select

from connectors.kafka.record import Record
from connectors.kafka.scan import CommittedLog
from connectors.kafka.transactions import TransactionalWriter
from connectors.register import tables
from connectors.register.audit import chain_id
from connectors.register.database import read, write
from schemas import topics

TRANSACTIONAL_ID = "register-0"
STATE_TOPIC = topics.changelog("register")
AT_ONCE = 500  # DEF records in one transaction
SWEEP = 1000  # DEF published rows that may lie in the table before they are removed


class Publisher:
    """The one process that empties the outbox."""

    def __init__(self, bootstrap: str, engine: Engine) -> None:
        self._engine = engine
        with write(engine) as connection:
            self._key = f"outbox/{chain_id(connection)}".encode()
        self._writer = TransactionalWriter(bootstrap, TRANSACTIONAL_ID)  # from here on no other process can move the mark
        self._published = self._swept = _mark(bootstrap, self._key)

    def publish(self) -> int:
        """Publishes what waits; the number of records. Raises Fenced, CommitLost."""
        waiting = select(tables.outbox).where(tables.outbox.c.number > self._published).order_by(tables.outbox.c.number)
        with read(self._engine) as connection:
            rows = connection.execute(waiting.limit(AT_ONCE)).all()
        if not rows:
            return 0
        records = [Record(row.topic, row.partition, row.key, row.value) for row in rows]
        self._writer.commit([*records, Record(STATE_TOPIC, 0, self._key, str(rows[-1].number).encode())])
        self._published = rows[-1].number
        if self._published - self._swept >= SWEEP:
            self._sweep()
        return len(rows)

    def _sweep(self) -> None:
        with write(self._engine) as connection:
            connection.execute(delete(tables.outbox).where(tables.outbox.c.number <= self._published))
        self._swept = self._published

    def close(self) -> None:
        """Ends the connection."""
        self._writer.close()


def _mark(bootstrap: str, key: bytes) -> int:
    """Number of the last record that is out; 0 where none is."""
    last = 0
    with CommittedLog(bootstrap) as log:
        for record in log.read(STATE_TOPIC, log.bounds(STATE_TOPIC, [0])):
            if record.key == key:
                last = int(record.value or b"0")
    return last
