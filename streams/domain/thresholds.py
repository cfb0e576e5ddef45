"""Reporting and recording lines by country, and what lies just under them (typologies A4 "S01", source column of each row)."""

from typing import NamedTuple

from streams.domain.entity import Event

NEAR = 0.80  # DEF, typologies A4: [0.80, 1.0) of a line is "just under"


class ReportingLine(NamedTuple):
    """A line in minor units of `currency`; `two_day_sum` where two transfers of one pair within two days count together."""

    country: str
    currency: str
    minor: int
    basis: str
    source: str
    two_day_sum: bool = False


LINES = (
    ReportingLine("US", "USD", 300_000, "SRC", "31 CFR 1010.410(f), recording of transmittals from USD 3,000"),
    ReportingLine("US", "USD", 1_000_000, "SRC", "31 CFR 1010.311, currency transactions over USD 10,000"),
    ReportingLine("AU", "AUD", 1_000_000, "SRC", "AML/CTF Act 2006 (AU), threshold transactions from AUD 10,000"),
    ReportingLine("PK", "PKR", 200_000_000, "SRC", "FMU Circular 1 of 2025, PKR 2.0 m"),
    ReportingLine("AF", "AFN", 50_000_000, "SRC", "AML-PC regulation (AF), AFN 500,000 incl. two transfers in two days", True),
    ReportingLine("AE", "AED", 5_500_000, "SRC", "goAML code list (AE), AED 55,000"),
    ReportingLine("AE", "AED", 7_500_000, "SRC", "goAML code list (AE), AED 75,000"),
    ReportingLine("KZ", "KZT", 1_000_000_000, "DEF", "KZT 10 m cash, from memory: confirm"),
    ReportingLine("KG", "KGS", 100_000_000, "DEF", "KGS 1 m, from memory: confirm"),
)


def lines_for(event: Event) -> list[ReportingLine]:
    """The lines of the countries the transfer touches, in the currency it was made in."""
    return [x for x in LINES if x.currency == event.currency and x.country in (event.send.country, event.pay.country)]


def under(event: Event, line: ReportingLine) -> bool:
    """Whether the amount lies in [0.80, 1.0) of the line."""
    return NEAR * line.minor <= event.amount_minor < line.minor


def is_just_under(event: Event) -> bool:
    """Whether the amount lies just under any line that applies."""
    return any(under(event, line) for line in lines_for(event))
