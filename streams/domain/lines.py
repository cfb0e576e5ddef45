"""Reporting and recording lines by country (typologies A4 "S01"); the source of each stands in its row."""

from typing import NamedTuple

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


_RANGES: dict[str, tuple[tuple[float, int], ...]] = {
    currency: tuple((0 if x.two_day_sum else NEAR * x.minor, x.minor) for x in LINES if x.currency == currency)
    for currency in sorted({x.currency for x in LINES})
}


def may_be_near(currency: str, minor: int) -> bool:
    """Cheap look at currency and amount alone: whether some line could make this sum interesting."""
    ranges = _RANGES.get(currency)
    return ranges is not None and any(low <= minor < high for low, high in ranges)
