"""What the demonstration shows while it runs: a live table on a terminal, a line every few seconds elsewhere. All on stderr."""

import time
from collections.abc import Sequence
from types import TracebackType
from typing import NamedTuple, Protocol

from rich.box import SIMPLE
from rich.console import Console
from rich.live import Live
from rich.table import Table

LINE_EVERY_S = 3.0
REDRAW_EVERY_S = 0.25


class Moment(NamedTuple):
    """The figures of one moment. rate: events a second lately; latencies in ms, None before the first finding. waiting_for: who has work left, once all is posted."""

    seconds: float
    sent: int
    total: int
    rate: float
    p50_ms: float | None
    p99_ms: float | None
    findings: dict[str, int]
    cases: int
    filings: dict[str, int]
    waiting_for: str


class Screen(Protocol):
    """Somewhere to show moments. `is_due` saves the work of making one that nobody would see."""

    def __enter__(self) -> "Screen": ...

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None: ...

    def is_due(self) -> bool:
        """Whether the next moment would be shown."""

    def show(self, moment: Moment) -> None:
        """Shows it."""


class TableScreen:
    """Redraws tables on a terminal."""

    def __init__(self, console: Console) -> None:
        self._live = Live(console=console, auto_refresh=False, transient=True)
        self._due = 0.0

    def __enter__(self) -> "TableScreen":
        self._live.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._live.stop()

    def is_due(self) -> bool:
        """Four times a second."""
        return time.monotonic() >= self._due

    def show(self, moment: Moment) -> None:
        """Redraws."""
        self._due = time.monotonic() + REDRAW_EVERY_S
        self._live.update(_picture(moment), refresh=True)


class LineScreen:
    """Prints a line now and then, where stderr is a file or a pipe."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._due = 0.0

    def __enter__(self) -> "LineScreen":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        pass

    def is_due(self) -> bool:
        """Every few seconds."""
        return time.monotonic() >= self._due

    def show(self, moment: Moment) -> None:
        """Prints the headline."""
        self._due = time.monotonic() + LINE_EVERY_S
        self._console.print(headline(moment), highlight=False, soft_wrap=True)


def screen() -> Screen:
    """The one that suits stderr."""
    console = Console(stderr=True)
    return TableScreen(console) if console.is_terminal else LineScreen(console)


def headline(moment: Moment) -> str:
    """The moment in one line."""
    latency = "-" if moment.p50_ms is None else f"p50 {moment.p50_ms:,.0f} ms, p99 {moment.p99_ms:,.0f} ms"
    return (
        f"{moment.seconds:5.1f} s  {moment.sent:,} of {moment.total:,} transfers ({moment.rate:,.0f}/s)  latency {latency}  "
        f"findings {sum(moment.findings.values()):,}  cases {moment.cases:,}  filings {sum(moment.filings.values()):,} "
        f"to {len(moment.filings)} FIUs" + (f"  waiting for {moment.waiting_for}" if moment.waiting_for else "")
    )


def _picture(moment: Moment) -> Table:
    """Figures, findings and filings side by side."""
    latency = ("-", "-") if moment.p50_ms is None else (f"{moment.p50_ms:,.0f} ms", f"{moment.p99_ms:,.0f} ms")
    figures = [
        ("seconds", f"{moment.seconds:.1f}"),
        ("posted", f"{moment.sent:,} of {moment.total:,}"),
        ("a second", f"{moment.rate:,.0f}"),
        ("latency p50", latency[0]),
        ("latency p99", latency[1]),
        ("cases", f"{moment.cases:,}"),
        ("waiting for", moment.waiting_for),
    ]
    grid = Table.grid(padding=(0, 3))
    grid.add_row(
        _block("transfers", figures, 1),
        _block("findings by typology", [(name, f"{count:,}") for name, count in moment.findings.items()], 2),
        _block("filings by FIU", [(name, f"{count:,}") for name, count in moment.filings.items()], 4),
    )
    return grid


def _block(title: str, rows: Sequence[tuple[str, str]], columns: int) -> Table:
    """Names and values under a title, in pairs of columns filled from the top."""
    table = Table(title=title, title_justify="left", box=SIMPLE, show_header=False, min_width=len(title) + 4)
    for _ in range(columns):
        table.add_column(style="dim", no_wrap=True)
        table.add_column(justify="right", no_wrap=True)
    height = -(-len(rows) // columns)
    for number in range(height):
        table.add_row(*(cell for row in rows[number::height] for cell in row))
    return table
