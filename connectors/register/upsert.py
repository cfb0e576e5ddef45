"""Inserts rows or replaces those of the same primary key, on SQLite and on PostgreSQL."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite


def upsert(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Writes `rows`; of a row that is there already every other column takes the new value."""
    if not rows:
        return
    keys = [column.name for column in table.primary_key.columns]
    insert = _insert(connection, table)
    changed = {column.name: insert.excluded[column.name] for column in table.columns if column.name not in keys}
    connection.execute(insert.on_conflict_do_update(index_elements=keys, set_=changed), list(rows))


def insert_new(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Writes those of `rows` whose primary key is not there yet; the others are left as they are."""
    if rows:
        keys = [column.name for column in table.primary_key.columns]
        connection.execute(_insert(connection, table).on_conflict_do_nothing(index_elements=keys), list(rows))


def _insert(connection: Connection, table: Table) -> "sqlite.Insert | postgresql.Insert":
    return sqlite.insert(table) if connection.dialect.name == "sqlite" else postgresql.insert(table)
