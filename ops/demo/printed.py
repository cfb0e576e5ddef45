"""The summary of the demonstration for people."""

from collections.abc import Iterator

from rich.box import SIMPLE
from rich.table import Table

from ops.demo.verdict import CaseLine, Summary


def tables(summary: Summary) -> Iterator[Table | str]:
    """What to print, in order."""
    yield _cases(summary)
    yield _filings(summary)
    yield _checks(summary)
    seconds, latency = summary.seconds, summary.latency_ms
    yield (
        f"{summary.posted['events']:,.0f} transfers posted in {seconds['post']:.1f} s ({summary.posted['rate']:,.0f}/s), all delivered "
        f"after {seconds['run']:.1f} s; {_latency(latency)}. In all {seconds['total']:.1f} s, of which {seconds['start']:.1f} s to start."
    )
    if summary.goaml is not None:
        yield f"A goAML file that was checked: {summary.goaml.file}"
    yield f"The filings as the FIUs got them: {summary.filings_folder}/<country>/"


def _latency(latency: dict[str, float | None]) -> str:
    if latency["p50"] is None:
        return "no finding to time"
    return f"from sending to the committed finding p50 {latency['p50']:,.0f} ms, p99 {latency['p99']:,.0f} ms"


def _cases(summary: Summary) -> Table:
    table = Table(title="What was in the stream, and what became of it", title_justify="left", box=SIMPLE)
    for column in ("case", "", "reported", "offence", "filed with"):
        table.add_column(column, overflow="fold")
    for case in summary.sample_cases:
        table.add_row(case.id, case.title, _outcome(case), ", ".join(case.offences), " ".join(case.fius))
    return table


def _outcome(case: CaseLine) -> str:
    if case.lawful:
        return "silent, as it must be" if case.as_expected else f"WRONGLY REPORTED ({case.reported})"
    share = f"{case.reported} of {case.of}"
    return share if case.as_expected else f"not found ({share})"


def _filings(summary: Summary) -> Table:
    table = Table(title="Filings by FIU, every version", title_justify="left", box=SIMPLE, show_header=False)
    row = [f"{fiu} {count}" for fiu, count in summary.filings.items()]
    for start in range(0, len(row), 8):
        table.add_row(*row[start : start + 8])
    return table


def _checks(summary: Summary) -> Table:
    table = Table(title="Checks", title_justify="left", box=SIMPLE, show_header=False)
    for check in summary.checks:
        table.add_row("holds" if check.ok else "FAILS", check.name, check.says)
    return table
