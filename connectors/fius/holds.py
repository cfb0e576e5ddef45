"""Reads what waits for a person: `filings.held`, with what `deliver.state` says of it now."""

from collections.abc import Iterable

import msgspec

from connectors.fius.delivered import HELD, STATE_TOPIC, WITHDRAWN, Delivered, restored
from connectors.fius.dispatch import REPORT_CODEC
from connectors.kafka.scan import CommittedLog
from schemas import topics
from schemas.held import HELD_CODEC, Held
from schemas.report import Report


class Hold(msgspec.Struct, frozen=True):
    """A held filing, when it was set aside (ms UTC), and whether it still waits (a later version may have been sent)."""

    held: Held
    at_ms: int
    open: bool


def read_holds(bootstrap: str) -> list[Hold]:
    """Every hold ever written, nearest deadline first. Raises TopicMissing, CorruptRecord."""
    with CommittedLog(bootstrap) as log:
        found = [(HELD_CODEC.decode(record.value or b""), record.timestamp) for record in log.scan(topics.HELD)]
        state = restored((record.key or b"", record.value) for record in log.scan(STATE_TOPIC))
    return joined(found, state)


def read_report(bootstrap: str, held: Held) -> Report | None:
    """The version of the report that a hold stands for; None where it is no longer kept. Raises TopicMissing, CorruptRecord."""
    found = None
    with CommittedLog(bootstrap) as log:
        for record in log.scan(topics.FILINGS):
            if record.key == held.report_id.encode():
                report = REPORT_CODEC.decode(record.value or b"")
                found = report if report.version == held.version else found
    return found


def joined(found: Iterable[tuple[Held, int]], state: dict[str, Delivered]) -> list[Hold]:
    """Holds with their present state, nearest deadline first, each once."""
    holds = {held.held_id: Hold(held, at_ms, _waits(held, state.get(held.report_id))) for held, at_ms in found}
    return sorted(holds.values(), key=lambda hold: (not hold.open, hold.held.due_at_ms, hold.held.held_id))


def _waits(held: Held, report: Delivered | None) -> bool:
    """True while the newest state of the report's plan for this FIU is the one this record stands for."""
    lines = report.lines.items() if report else ()
    prefix = f"{held.fiu}|"
    return any(key.startswith(prefix) and line.version == held.version and line.state in (HELD, WITHDRAWN) for key, line in lines)
