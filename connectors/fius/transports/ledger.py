"""The durable ledger of transmissions: what was to be sent, how far it came, what was answered.

One process carries at a time: it claims the ledger when it starts, and no step of one that was replaced is written any more. Every step is on disk before the act that follows it, so that a killed sender knows afterwards what it may have done.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence

import msgspec
from sqlalchemy import Connection, Engine, and_, func, insert, or_, select, update
from sqlalchemy.sql import ColumnElement

from connectors.fius.transports.channel import Awaited, Sent
from connectors.fius.transports.steps import AFTER, STUBBORN, TO_CARRY, UNSENT, State
from connectors.fius.transports.tables import transmission_owners, transmission_starts, transmissions
from connectors.fius.transports.transmission import Transmission
from connectors.register.audit import GATEWAY, Entry, append
from connectors.register.database import read, write
from connectors.register.upsert import upsert
from schemas.feedback import ACCEPTED, REJECTED

ROLE = "send"
AUDITED: tuple[State, ...] = ("sent", "answered", "refused")
JUDGED = (ACCEPTED, REJECTED)
_T = transmissions.c


class Moved(Exception):
    """The row is not in the state it was read in: a person has settled it meanwhile."""


class Replaced(Exception):
    """Another process has claimed the ledger; this one must end."""

    def __init__(self) -> None:
        super().__init__("Another `strgw send` has begun to carry the same filings.")


class Ledger:
    """The transmissions of all FIUs. `owner`: token of the process that carries, "" for commands of a person."""

    def __init__(self, engine: Engine, now_ms: Callable[[], int], owner: str = "") -> None:
        self._engine, self._now_ms, self._owner = engine, now_ms, owner

    def claim(self) -> None:
        """Makes this process the one that carries; another one's next step raises Replaced."""
        with write(self._engine) as connection:
            upsert(connection, transmission_owners, [{"role": ROLE, "owner": self._owner}])

    def must_own(self) -> None:
        """Raises Replaced where another process has claimed the ledger."""
        with read(self._engine) as connection:
            self._must_own(connection)

    def starts(self, fiu: str, found: Mapping[int, int]) -> dict[int, int]:
        """First offset to carry, by partition: what was noted when the FIU was first seen; `found` is noted where nothing was."""
        table = transmission_starts
        with write(self._engine) as connection:
            known = {
                row.partition: row.offset
                for row in connection.execute(select(table.c.partition, table.c.offset).where(table.c.fiu == fiu))
            }
            new = [{"fiu": fiu, "partition": p, "offset": offset} for p, offset in found.items() if p not in known]
            if new:
                connection.execute(insert(table), new)
        return {**found, **known}

    def take(self, rows: Sequence[Transmission]) -> int:
        """Notes filings to be sent; one that is known already changes nothing. Returns how many were new."""
        with write(self._engine) as connection:
            self._must_own(connection)
            ids = [row.filing_id for row in rows]
            known = set(connection.execute(select(_T.filing_id).where(_T.filing_id.in_(ids))).scalars())
            new = {row.filing_id: msgspec.structs.asdict(row) for row in rows if row.filing_id not in known}
            if new:
                connection.execute(insert(transmissions), list(new.values()))
        return len(new)

    def next_due(self, fiu: str, now_ms: int) -> Transmission | None:
        """What to carry now: urgent before the rest, then in the order of filing; versions of a report never overtake each other."""
        query = (
            select(transmissions)
            .where(*_first_of_their_report(fiu), _T.not_before_ms <= now_ms)
            .order_by(_T.failures >= STUBBORN, _T.urgent.desc(), _T.partition, _T.offset)
            .limit(1)
        )
        with read(self._engine) as connection:
            return _one(connection, query)

    def wakes_ms(self, fiu: str) -> int | None:
        """When the next filing of this FIU may be tried; None where none waits."""
        query = select(func.min(_T.not_before_ms)).where(*_first_of_their_report(fiu))
        with read(self._engine) as connection:
            found: int | None = connection.execute(query).scalar()
        return found

    def move(self, row: Transmission, to: State, **changes: object) -> Transmission:
        """Moves a row to another state and returns it as it is then. Raises Moved where it is not as it was read."""
        if to not in AFTER[row.state]:
            raise ValueError(f"{row.state} -> {to}")
        with write(self._engine) as connection:
            return self._moved(connection, row, to, changes)

    def sent(self, row: Transmission, sent: Sent) -> Transmission:
        """The FIU has it."""
        fields = {"place": sent.place, "fiu_reference": sent.fiu_reference or row.fiu_reference, "sent_ms": self._now_ms()}
        return self.move(row, "sent", **fields, refused_in="", code="", text="", not_before_ms=0)

    def retried(self, row: Transmission, by: str) -> Transmission:
        """A person has mended what a filing was refused for: it goes on where it stood, at once."""
        to: State = "sending" if row.refused_in in ("pending", "sending") else "staged"
        changes = {"refused_in": "", "code": "", "text": "", "failures": 0, "not_before_ms": 0}
        with write(self._engine) as connection:
            moved = self._moved(connection, row, to, changes)
            append(connection, [self._entry(moved, by, "transmission_retried")])
        return moved

    def settled(self, row: Transmission, by: str, fiu_reference: str) -> Transmission:
        """A person has seen that the FIU has the filing."""
        changes = {
            "fiu_reference": fiu_reference or row.fiu_reference,
            "sent_ms": self._now_ms(),
            "refused_in": "",
            "code": "",
            "text": "",
        }
        with write(self._engine) as connection:
            moved = self._moved(connection, row, "sent", changes, by)
        return moved

    def answered(self, filing_id: str, status: str, fiu_reference: str, now_ms: int) -> None:
        """Notes an answer, whatever the state: it proves that the FIU has the filing. Mere receipt ("received") makes it `sent`."""
        with write(self._engine) as connection:
            row = _one(connection, select(transmissions).where(_T.filing_id == filing_id))
            if row is None:
                return
            is_judged = status in JUDGED or row.state == "answered"
            changes: dict[str, object] = {"refused_in": "", "sent_ms": row.sent_ms or now_ms, "not_before_ms": 0}
            if fiu_reference:
                changes["fiu_reference"] = fiu_reference
            if status in JUDGED or row.status not in JUDGED:
                changes["status"] = status
            if is_judged and row.answered_ms is None:
                changes["answered_ms"] = now_ms
            self._moved(connection, row, "answered" if is_judged else "sent", changes)

    def awaited(self, fiu: str, most: int) -> list[Awaited]:
        """Filings that the FIU has and has not judged, those sent first in front."""
        query = (
            select(_T.filing_id, _T.reference, _T.fiu_reference)
            .where(_T.fiu == fiu, _T.state == "sent")
            .order_by(_T.sent_ms, _T.filing_id)
            .limit(most)
        )
        with read(self._engine) as connection:
            return [Awaited(*row) for row in connection.execute(query)]

    def matching(self, fiu: str, **named: str) -> Transmission | None:
        """The one filing to this FIU with these values, None where there is none or more than one."""
        conditions = [_T.fiu == fiu, *(_T[name] == value for name, value in named.items())]
        found = self._found(conditions, 2)
        return found[0] if len(found) == 1 else None

    def of_file(self, fiu: str, names: Iterable[str]) -> Transmission | None:
        """The one filing to this FIU that travelled under one of `names`."""
        found = self._found([_T.fiu == fiu, _T.file_name.in_(list(names))], 2)
        return found[0] if len(found) == 1 else None

    def starting_with(self, filing_id: str) -> list[Transmission]:
        """Rows whose id begins so; at most two."""
        return self._found([_T.filing_id.startswith(filing_id, autoescape=True)], 2)

    def rows(self, fiu: str = "", states: Sequence[State] = UNSENT) -> list[Transmission]:
        """Rows in these states, of one FIU or of all, nearest deadline first."""
        conditions: list[ColumnElement[bool]] = [_T.state.in_(states)]
        return self._found([*conditions, _T.fiu == fiu] if fiu else conditions, None)

    def counts(self) -> dict[tuple[str, str], int]:
        """How many rows by FIU and state."""
        query = select(_T.fiu, _T.state, func.count()).group_by(_T.fiu, _T.state)
        with read(self._engine) as connection:
            return {(fiu, state): count for fiu, state, count in connection.execute(query)}

    def _moved(
        self, connection: Connection, row: Transmission, to: State, changes: Mapping[str, object], by: str = GATEWAY
    ) -> Transmission:
        """The row moved, if nobody else moved it since it was read; what an auditor asks for goes into the chain."""
        self._must_own(connection)
        where = and_(_T.filing_id == row.filing_id, _T.state == row.state)
        done = connection.execute(update(transmissions).where(where).values(state=to, **changes))
        if done.rowcount != 1:
            raise Moved(f"The transmission {row.filing_id} is no longer {row.state}; it was settled meanwhile.")
        moved = msgspec.structs.replace(row, state=to, **changes)
        if to in AUDITED and to != row.state:
            append(connection, [self._entry(moved, by, f"transmission_{to}")])
        return moved

    def _must_own(self, connection: Connection) -> None:
        if self._owner:
            found = connection.execute(select(transmission_owners.c.owner).where(transmission_owners.c.role == ROLE)).scalar()
            if found != self._owner:
                raise Replaced

    def _entry(self, row: Transmission, by: str, action: str) -> Entry:
        facts = {
            "report_id": row.report_id,
            "version": str(row.version),
            "fiu": row.fiu,
            "sha256": row.sha256,
            "code": row.code,
            "status": row.status,
            "fiu_reference": row.fiu_reference,
        }
        return Entry(self._now_ms(), by, action, row.filing_id, {name: value for name, value in facts.items() if value})

    def _found(self, conditions: Sequence[ColumnElement[bool]], most: int | None) -> list[Transmission]:
        query = select(transmissions).where(*conditions).order_by(_T.due_ms, _T.filing_id).limit(most)
        with read(self._engine) as connection:
            return [Transmission(**row) for row in connection.execute(query).mappings()]


def _first_of_their_report(fiu: str) -> list[ColumnElement[bool]]:
    """Conditions of the rows that may be carried to this FIU: of each report the earliest that has not arrived."""
    earlier = transmissions.alias()
    before = or_(earlier.c.partition < _T.partition, and_(earlier.c.partition == _T.partition, earlier.c.offset < _T.offset))
    behind = (
        select(earlier.c.filing_id)
        .where(earlier.c.fiu == fiu, earlier.c.report_id == _T.report_id, earlier.c.state.in_(TO_CARRY), before)
        .exists()
    )
    return [_T.fiu == fiu, _T.state.in_(TO_CARRY), ~behind]


def _one(connection: Connection, query: "object") -> Transmission | None:
    row = connection.execute(query).mappings().one_or_none()  # type: ignore[call-overload]
    return None if row is None else Transmission(**row)
