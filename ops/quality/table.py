"""The quality report in the terminal."""

from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.table import Table

from ops.quality.measures import Quality
from ops.quality.words import CASE_HEAD, GROUP_HEAD, TYPOLOGY_HEAD, Row, case_rows, group_rows, summary, typology_row

TEXT_COLUMNS = 1  # the first column is text, the others figures


def show(quality: Quality, console: Console) -> None:
    """Prints the tables; those without a row are left out."""
    _print(console, f"Against {quality.truth}", ("measure", "figure"), summary(quality))
    if any(group.name for group in quality.groups):
        _print(console, "By what was planted", GROUP_HEAD, group_rows(quality))
    _print(console, "By typology", TYPOLOGY_HEAD, [typology_row(result) for result in quality.typologies])
    _print(console, "By case", CASE_HEAD, case_rows(quality))


def _print(console: Console, title: str, head: Sequence[str], rows: Iterable[Row]) -> None:
    table = Table(title=title, title_justify="left", expand=False)
    for number, name in enumerate(head):
        table.add_column(name, justify="left" if number < TEXT_COLUMNS or len(head) == 2 else "right")
    for row in rows:
        table.add_row(*row)
    if table.row_count:
        console.print(table)
