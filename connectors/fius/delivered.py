"""What has gone to the FIUs of a report so far: the state of delivery, kept on `deliver.state` under the report's id."""

from collections.abc import Iterable

import msgspec

from schemas.codec import Codec

STATE_TOPIC = "deliver.state"
PUBLISHED, HELD, PROPOSED, WITHDRAWN = "published", "held", "proposed", "withdrawn"
DAY_MS = 86_400_000


class Line(msgspec.Struct, frozen=True, array_like=True):
    """What became of one plan (FIU and registration) of a report.

    state     published | held | proposed | withdrawn
    version   of the report; `content` digest of what it says (connectors.fius.prepare.content_digest)
    filings   ids of all filings the FIU was ever sent for this plan
    """

    state: str
    version: int
    content: bytes
    due_at_ms: int
    filings: tuple[str, ...] = ()


class Delivered(msgspec.Struct, frozen=True, array_like=True):
    """State of one report. `lines` by plan key; `version`: the newest version handled."""

    version: int
    lines: dict[str, Line]


DELIVERED_CODEC: Codec[Delivered] = Codec(Delivered)


def due_soon(reports: Iterable[Delivered], now_ms: int) -> int:
    """Filings that a person must still release or mend, and whose deadline is over or less than 24 hours away."""
    return sum(line.state == HELD and line.due_at_ms < now_ms + DAY_MS for report in reports for line in report.lines.values())


def restored(records: Iterable[tuple[bytes, bytes | None]]) -> dict[str, Delivered]:
    """State by report id from the records of a state partition in log order; an empty value forgets the report."""
    state: dict[str, Delivered] = {}
    for key, value in records:
        if value is None:
            state.pop(key.decode(), None)
        else:
            state[key.decode()] = DELIVERED_CODEC.decode(value)
    return state
