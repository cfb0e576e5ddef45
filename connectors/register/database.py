"""Opens the register's database: SQLite beside the gateway, PostgreSQL in production; one code, the same promises on both.

1. Writers take turns. SQLite begins with BEGIN IMMEDIATE, PostgreSQL takes one advisory lock for the transaction, so what a
   transaction read before it wrote is still so when it commits (four eyes and the audit chain rest on this).
2. A transaction that has returned from write() is on disk (SQLite: write-ahead log, synchronous=FULL).
3. A database is brought to the present schema when it is opened; one of a later version is refused.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from connectors.files.durable import OWNER_ALONE, alone
from connectors.register.errors import RegisterError

SQLITE, POSTGRESQL = "sqlite", "postgresql"
LOCK_S = 15  # DEF how long a writer waits for its turn; a transaction of ours takes milliseconds
CONNECT_S = 5  # DEF
WRITERS_LOCK = 0x73747267  # "strg": the advisory lock of everything that writes to a register
_WRITES = "register_writes"


def open_database(url: str) -> Engine:
    """An engine on the database at `url` (SQLAlchemy form), at the present schema; dispose() of it at the end.

    Raises  RegisterError("database_url" | "database_newer"); sqlalchemy.exc.OperationalError where it cannot be reached
    """
    engine = unmigrated_database(url)
    from connectors.register.migrate import migrate

    try:
        migrate(engine)
    except BaseException:
        engine.dispose()
        raise
    return engine


def unmigrated_database(url: str) -> Engine:
    """An engine whose schema is whatever it is. Raises RegisterError("database_url")."""
    parsed = _parsed(url)
    if parsed.get_backend_name() == SQLITE:
        _make_ready(Path(parsed.database or ""))
        engine = create_engine(parsed, connect_args={"timeout": LOCK_S})
        event.listen(engine, "connect", _sqlite_settings)
    else:
        limits = f"-c lock_timeout={LOCK_S}s -c idle_in_transaction_session_timeout=60s"
        engine = create_engine(parsed, connect_args={"connect_timeout": CONNECT_S, "options": limits}, pool_pre_ping=True)
    event.listen(engine, "begin", _begin)
    return engine


@contextmanager
def write(engine: Engine) -> Iterator[Connection]:
    """One transaction of the only writer of this moment: committed at the end of the block, rolled back where it raises.

    Keep it short and without network: every other writer waits for it, up to LOCK_S.
    """
    with engine.connect().execution_options(**{_WRITES: True}) as connection, connection.begin():
        yield connection


@contextmanager
def read(engine: Engine) -> Iterator[Connection]:
    """One transaction that only reads: all of it sees one state of the database, and it never waits for a writer."""
    connection = engine.connect()
    if engine.dialect.name == POSTGRESQL:  # SQLite's reads are of one state anyway
        connection = connection.execution_options(isolation_level="REPEATABLE READ")
    with connection, connection.begin():
        yield connection


def _parsed(url: str) -> URL:
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise RegisterError("database_url", f"STRGW_DATABASE is no database URL; {_FORMS}.") from error
    if parsed.drivername in ("sqlite", "sqlite+pysqlite") and parsed.database and parsed.database != ":memory:":
        return parsed
    if parsed.drivername in ("postgresql", "postgresql+psycopg"):
        return parsed.set(drivername="postgresql+psycopg")
    raise RegisterError("database_url", f"STRGW_DATABASE names no file of SQLite and no PostgreSQL; {_FORMS}.")


_FORMS = "write sqlite:////folder/register.db or postgresql://user:password@host/database"


def _make_ready(path: Path) -> None:
    """Makes the file, readable by its owner alone before SQLite would make it readable by all, with a write-ahead log from the start: SQLite
    waits for nobody when a file changes to one, so that two who open it first at once would find it locked."""
    if _has_log(path):
        return
    with alone(path):
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY, OWNER_ALONE))
        with closing(sqlite3.connect(path, timeout=LOCK_S)) as first:
            first.execute("PRAGMA journal_mode=WAL")


def _has_log(path: Path) -> bool:
    """Whether the file is a database with a write-ahead log (SQLite's file format, 1.3.3: the two version numbers of its header are 2)."""
    try:
        with path.open("rb") as file:
            return file.read(20)[18:] == b"\2\2"
    except FileNotFoundError:
        return False


def _sqlite_settings(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # we begin transactions ourselves: the driver would begin them deferred
    cursor = connection.cursor()
    for pragma in ("synchronous=FULL", "foreign_keys=ON", f"busy_timeout={LOCK_S * 1000}"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get(_WRITES, False)
    if connection.dialect.name == SQLITE:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
    elif writes:
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": WRITERS_LOCK})
