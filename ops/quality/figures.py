"""What the page's charts show: each with a caption, and the rows of a table that says the same in numbers."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from ops.quality.charts import Bars
from ops.quality.measures import GroupResult, Quality, TypologyResult
from ops.quality.words import NONE, Row, part, percent, short_lag


class Figure(NamedTuple):
    """A chart, its caption and its numbers. Without bars there is nothing to draw."""

    bars: Bars
    caption: str
    head: Row
    rows: tuple[Row, ...]


def figures(quality: Quality) -> list[Figure]:
    """The charts that this report has something for."""
    made = [
        _recall_by_group(quality.groups),
        _recall_by_typology(quality.typologies),
        _lawful_accounts(quality.typologies),
        _hours(quality.typologies),
        _ablation(quality.typologies),
    ]
    return [figure for figure in made if figure.bars.bars]


def _recall_by_group(groups: Sequence[GroupResult]) -> Figure:
    rows = tuple((g.name or "cases", f"{g.planted:,}", f"{g.found:,}", percent(g.recall)) for g in groups)
    bars = tuple((g.name or "cases", round(g.recall * 100, 1)) for g in groups)
    title = "Found, by what was planted (%)"
    return Figure(
        Bars(title, _says(bars, "% found"), bars, 100),
        "Share of the planted cases of which findings hold enough: a third of the transfers, or half of the accounts of a pattern.",
        ("planted", "cases", "found", "recall"),
        rows,
    )


def _recall_by_typology(typologies: Sequence[TypologyResult]) -> Figure:
    known = [t for t in typologies if t.recall is not None]
    bars = tuple((t.id, round((t.recall or 0) * 100, 1)) for t in known)
    return Figure(
        Bars("Found, by expected typology (%)", _says(bars, "% of the cases that expect it"), bars, 100),
        "Share of the cases that expect a typology on which it made a finding.",
        ("typology", "found", "of cases", "recall"),
        tuple((f"{t.id} {t.name}", f"{t.cases_found:,}", f"{t.cases:,}", percent(t.recall)) for t in known),
    )


def _lawful_accounts(typologies: Sequence[TypologyResult]) -> Figure:
    return Figure(
        _bars(
            "Lawful accounts that findings are about (% of all lawful accounts)",
            typologies,
            lambda t: t.benign_accounts_share * 100,
        ),
        "How often each typology is wrong about somebody. A finding alone is no report.",
        ("typology", "lawful accounts", "share", "lawful transfers", "share"),
        tuple(
            (
                f"{t.id} {t.name}",
                f"{t.benign_accounts:,}",
                percent(t.benign_accounts_share),
                f"{t.benign_transfers:,}",
                percent(t.benign_transfers_share),
            )
            for t in typologies
        ),
    )


def _hours(typologies: Sequence[TypologyResult]) -> Figure:
    known = [t for t in typologies if t.delay is not None]
    return Figure(
        _bars("Hours from first knowable to the finding (median)", known, lambda t: max(0.0, t.delay.hours if t.delay else 0.0)),
        "Event time. A bar of no length is a finding with the very transfer that made the pattern knowable, or before it.",
        ("typology", "median", "nine in ten within", "cases"),
        tuple(
            (
                f"{t.id} {t.name}",
                short_lag(t.delay),
                f"{t.delay.transfers_p90:g} / {t.delay.hours_p90:,.1f} h" if t.delay else NONE,
                f"{t.delay.cases:,}" if t.delay else NONE,
            )
            for t in known
        ),
    )


def _ablation(typologies: Sequence[TypologyResult]) -> Figure:
    return Figure(
        _bars("Cases no longer reported without the typology", typologies, lambda t: len(t.cases_lost)),
        "Reports made anew without the findings of one typology at a time: what is lost, and what lawful transfers leave the reports.",
        ("typology", "cases no longer reported", "cases no longer found", "lawful transfers that leave the reports"),
        tuple(
            (
                f"{t.id} {t.name}",
                ", ".join(t.cases_lost) or NONE,
                part(len(t.found_only_by_it), t.cases) if t.cases else f"{len(t.found_only_by_it):,}",
                f"{t.benign_spared:,}",
            )
            for t in typologies
        ),
    )


def _bars(title: str, typologies: Sequence[TypologyResult], value: Callable[[TypologyResult], float]) -> Bars:
    bars = tuple((t.id, round(value(t), 3)) for t in typologies)
    top = max((height for _, height in bars), default=0.0)
    return Bars(title, _says(bars, ""), bars if top > 0 else (), top or 1.0)


def _says(bars: Sequence[tuple[str, float]], unit: str) -> str:
    """The chart in words."""
    return "; ".join(f"{label} {value:g} {unit}".rstrip() for label, value in bars) + "."
