"""The first day of each partner's stream: decided once, kept on `intake.state`, the same for every process and restart.

Newness is unknown, not true, in the first 45 days of a stream, so two intake processes must never disagree on when it began:

1. A registry entry with `stream_start` decides; nothing is stored.
2. Else what `intake.state` says decides. The first record of a partner in log order wins.
3. Else a candidate is computed from the first records of every partition of the partner's topic, written in a
   transaction of its own *before* the first batch that needs it, and the topic is read again up to that record. If
   another process was earlier, its value is used and written again, so that compaction keeps the winner.
"""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime

import msgspec

from connectors.partners.accept import stream_start as midnight
from schemas import topics
from schemas.codec import Codec
from schemas.registry import Partner

STATE_TOPIC = topics.changelog("intake")


class StreamStart(msgspec.Struct, frozen=True):
    """First day of a partner's stream, midnight UTC in ms."""

    partner: str
    start_ms: int


STREAM_START = Codec(StreamStart)


def from_registry(partner: Partner) -> int | None:
    """The start the registry fixes, ms UTC, or None. Raises ValueError when it is not an ISO date."""
    if not partner.stream_start:
        return None
    day = datetime.fromisoformat(partner.stream_start).replace(tzinfo=UTC)
    return midnight(int(day.timestamp() * 1000))


def first_wins(records: Iterable[StreamStart]) -> dict[str, int]:
    """Start by partner from the state topic's records in log order."""
    starts: dict[str, int] = {}
    for record in records:
        starts.setdefault(record.partner, record.start_ms)
    return starts


class StreamStarts:
    """Looks up starts; an unknown one is decided through `decide(partner, candidate_ms)` and remembered.

    first_event   occurred_at in ms of the partner's earliest first record, None where no event could be read
    decide        stores the candidate and returns the value that won
    """

    def __init__(
        self,
        partners: Iterable[Partner],
        stored: dict[str, int],
        first_event: Callable[[str], int | None],
        decide: Callable[[str, int], int],
    ) -> None:
        fixed = {partner.id: from_registry(partner) for partner in partners}
        self._known = stored | {partner: start for partner, start in fixed.items() if start is not None}
        self._first_event = first_event
        self._decide = decide

    def ensure(self, partner: str, seen_ms: int) -> int:
        """Start of `partner`; `seen_ms` is the occurred_at of an event in hand, used where the log's head tells less."""
        known = self._known.get(partner)
        if known is None:
            first = self._first_event(partner)
            candidate = midnight(seen_ms if first is None else min(first, seen_ms))
            known = self._known[partner] = self._decide(partner, candidate)
        return known
