"""The earlier report that a later version of it corrects, adds to or continues."""

import msgspec

from connectors.fius.resolved import ResolvedReport

# FinCEN SAR FAQ: a report on activity that goes on covers the 90 days after the one before it.
CONTINUING_MS = 90 * 86_400_000


class Prior(msgspec.Struct, frozen=True):
    """A report FinCEN has on the same matter.

    number         its BSA identifier; "" where it is not known
    last_event_ms  time of the last transfer in it (ms UTC); 0 where that is not known
    """

    number: str = ""
    last_event_ms: int = 0


def standing(resolved: ResolvedReport) -> Prior | None:
    """What FinCEN was sent of the report and did not reject: a rejected report is filed again as if it had never been there."""
    return None if resolved.standing is None else Prior(resolved.standing, resolved.standing_event_ms)


def is_continuing(prior: Prior, last_event_ms: int) -> bool:
    """Whether the activity went on for more than 90 days after the last transfer of the earlier report."""
    return prior.last_event_ms > 0 and last_event_ms - prior.last_event_ms > CONTINUING_MS
