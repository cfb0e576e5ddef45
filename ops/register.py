"""Opens the register for a command, and the topics its words are read from."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from ops.settings import Settings

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from connectors.kafka.archive_log import LogSource


@contextmanager
def register_of(settings: Settings) -> "Iterator[Engine]":
    """The register's database at its present schema, made where there is none. Raises RegisterError."""
    from connectors.register.database import open_database

    engine = open_database(settings.database)
    try:
        yield engine
    finally:
        engine.dispose()


@contextmanager
def records_of(bootstrap: str, topic: str) -> "Iterator[LogSource]":
    """Single records of `topic` by offset."""
    from connectors.kafka.archive_log import LogSource

    source = LogSource(bootstrap, topic)
    try:
        yield source
    finally:
        source.close()


def now_ms() -> int:
    """Milliseconds since the epoch, UTC."""
    return time.time_ns() // 1_000_000


def utc(ms: int | None) -> str:
    """A moment for people: 2026-01-05 08:00, UTC; "-" where there is none."""
    from datetime import UTC, datetime

    return datetime.fromtimestamp(ms // 1000, UTC).strftime("%Y-%m-%d %H:%M") if ms else "-"
