"""What has gone to the FIUs of a report so far: the state of delivery, kept on `deliver.state` under the report's id."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import msgspec

from schemas.codec import Codec

STATE_TOPIC = "deliver.state"
PUBLISHED, HELD, PROPOSED, WITHDRAWN, SETTLED = "published", "held", "proposed", "withdrawn", "settled"
DAY_MS = 86_400_000


class Line(msgspec.Struct, frozen=True, array_like=True):
    """What became of one plan (FIU and registration) of a report.

    state     published | held | proposed | withdrawn | settled (a person decided that it rests)
    version   of the report; `content` digest of what it says (connectors.fius.prepare.content_digest)
    filings   ids of all filings the FIU was ever sent for this plan
    since_ms  when the report version that led to this state was written to `filings`, ms UTC
    rejected  those of `filings` that the FIU rejected; references: the FIU's own number for those it has answered
    events    when the last transfer of each of `filings` was made, ms UTC
    """

    state: str
    version: int
    content: bytes
    due_at_ms: int
    filings: tuple[str, ...] = ()
    since_ms: int = 0
    rejected: tuple[str, ...] = ()
    references: dict[str, str] = {}
    events: dict[str, int] = {}


NOTHING_SENT = Line("", 0, b"", 0)


class Delivered(msgspec.Struct, frozen=True, array_like=True):
    """State of one report. `lines` by plan key; `version`: the newest version handled."""

    version: int
    lines: dict[str, Line]


DELIVERED_CODEC: Codec[Delivered] = Codec(Delivered)


class Waiting(NamedTuple):
    """A filing that a person must look at. `due_at_ms` is None where the FIU already holds a filing (withdrawn)."""

    fiu: str
    since_ms: int
    due_at_ms: int | None


def waiting(reports: Iterable[Delivered]) -> Iterator[Waiting]:
    """Everything in these reports that waits for a person; proposals do not, they are part of the primary report."""
    for report in reports:
        for key, line in report.lines.items():
            if line.state in (HELD, WITHDRAWN):
                yield Waiting(key.partition("|")[0], line.since_ms, line.due_at_ms if line.state == HELD else None)


def due_within(found: Iterable[Waiting], now_ms: int, span_ms: int = DAY_MS) -> int:
    """How many of these are due less than `span_ms` from now, or overdue."""
    return sum(one.due_at_ms is not None and one.due_at_ms < now_ms + span_ms for one in found)


def restored(records: Iterable[tuple[bytes, bytes | None]]) -> dict[str, Delivered]:
    """State by report id from the records of a state partition in log order; an empty value forgets the report."""
    state: dict[str, Delivered] = {}
    for key, value in records:
        if value is None:
            state.pop(key.decode(), None)
        else:
            state[key.decode()] = DELIVERED_CODEC.decode(value)
    return state
