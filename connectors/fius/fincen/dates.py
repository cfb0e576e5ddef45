"""Days as FinCEN counts and writes them."""

from datetime import UTC, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo


@lru_cache(maxsize=8)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def day(at_ms: int, timezone: str) -> str:
    """The day of `at_ms` (ms UTC) in a time zone, YYYYMMDD."""
    return datetime.fromtimestamp(at_ms // 1000, UTC).astimezone(_zone(timezone)).strftime("%Y%m%d")


def readable(at_ms: int) -> str:
    """The day of `at_ms` (ms UTC), UTC, as narratives write it: 2026-03-05."""
    return datetime.fromtimestamp(at_ms // 1000, UTC).strftime("%Y-%m-%d")
