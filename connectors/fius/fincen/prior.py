"""The earlier report that a later version of it corrects, adds to or continues."""

from collections.abc import Callable

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


# What FinCEN has on the matter of a report already; None: nothing.
Priors = Callable[[ResolvedReport], Prior | None]


def by_version(resolved: ResolvedReport) -> Prior | None:
    """For a deployment without a database of filings: a second version follows a first that was filed; its number is not known."""
    return Prior() if resolved.report.version > 1 else None


def is_continuing(prior: Prior, last_event_ms: int) -> bool:
    """Whether the activity went on for more than 90 days after the last transfer of the earlier report."""
    return prior.last_event_ms > 0 and last_event_ms - prior.last_event_ms > CONTINUING_MS
