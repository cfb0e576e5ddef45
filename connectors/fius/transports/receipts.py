"""Which answers have been dealt with, in the register's database: what they said is on the feedback topic."""

import msgspec
from sqlalchemy import Engine, insert, select, update

from connectors.fius.transports.tables import receipts
from connectors.register.database import read, write

PUBLISHING, PUBLISHED, NOTED, UNMATCHED = "publishing", "published", "noted", "unmatched"
_R = receipts.c


class Receipt(msgspec.Struct, frozen=True):
    """A row, as in tables.receipts."""

    digest: str
    fiu: str
    name: str
    state: str
    code: str
    filing_id: str
    published_from: int | None
    received_ms: int


class Receipts:
    """The answers of all FIUs."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def known(self, digest: str) -> Receipt | None:
        """What became of this answer so far."""
        with read(self._engine) as connection:
            row = connection.execute(select(receipts).where(_R.digest == digest)).mappings().one_or_none()
        return None if row is None else Receipt(**row)

    def begin(self, receipt: Receipt, filing_id: str, published_from: int) -> Receipt:
        """Notes that the answer is about to be published, and where the topic ended before."""
        begun = msgspec.structs.replace(receipt, state=PUBLISHING, filing_id=filing_id, published_from=published_from)
        with write(self._engine) as connection:
            connection.execute(insert(receipts), [msgspec.structs.asdict(begun)])
        return begun

    def end(self, receipt: Receipt, state: str, code: str, filing_id: str) -> None:
        """Notes what became of the answer."""
        changes = {"state": state, "code": code, "filing_id": filing_id}
        with write(self._engine) as connection:
            done = connection.execute(update(receipts).where(_R.digest == receipt.digest).values(**changes))
            if done.rowcount == 0:
                ended = msgspec.structs.replace(receipt, state=state, code=code, filing_id=filing_id)
                connection.execute(insert(receipts), [msgspec.structs.asdict(ended)])

    def unmatched(self, fiu: str = "") -> list[Receipt]:
        """Answers that a person must look at, the oldest first."""
        query = select(receipts).where(_R.state == UNMATCHED).order_by(_R.received_ms, _R.digest)
        with read(self._engine) as connection:
            found = connection.execute(query.where(_R.fiu == fiu) if fiu else query).mappings()
            return [Receipt(**row) for row in found]
