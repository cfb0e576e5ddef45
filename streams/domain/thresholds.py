"""What lies just under a reporting line that applies to a transfer."""

from streams.domain.event import Event
from streams.domain.lines import LINES, NEAR, ReportingLine


def lines_for(event: Event) -> list[ReportingLine]:
    """The lines of the countries the transfer touches, in the currency it was made in."""
    return [x for x in LINES if x.currency == event.currency and x.country in (event.send.country, event.pay.country)]


def under(event: Event, line: ReportingLine) -> bool:
    """Whether the amount lies in [0.80, 1.0) of the line."""
    return NEAR * line.minor <= event.amount_minor < line.minor


def is_just_under(event: Event) -> bool:
    """Whether the amount lies just under any line that applies."""
    return any(under(event, line) for line in lines_for(event))
