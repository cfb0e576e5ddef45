"""`strgw formats`: the formats a partner may send in."""

import click
from rich.console import Console
from rich.table import Table

from connectors.partners.formats import FORMATS
from ops.errors import CommandError
from ops.formats_page import markdown
from ops.output import json_option, print_json


@click.command("formats")
@click.argument("named", metavar="[FORMAT]", required=False)
@click.option("--markdown", "as_markdown", is_flag=True, help="Print the whole page as Markdown (docs/formats.md).")
@json_option
def command(named: str | None, as_markdown: bool, as_json: bool) -> None:
    """Print the formats a partner may send in, or where each field of a transfer comes from in one FORMAT."""
    if named is not None and named not in FORMATS:
        raise CommandError(f"There is no format {named}; the formats are {', '.join(FORMATS)}.", "format_unknown")
    chosen = [FORMATS[named]] if named else list(FORMATS.values())
    if as_markdown:
        click.echo(markdown(FORMATS.values()), nl=False)
    elif as_json:
        rows = [
            {"id": one.id, "title": one.title, "fields": [row._asdict() for row in one.fields], "lost": one.lost}
            for one in chosen
        ]
        print_json(rows[0] if named else rows)
    elif named:
        _show(named)
    else:
        table = Table(box=None, header_style="bold")
        for heading in ("Format", "What it is", "Fields"):
            table.add_column(heading)
        for one in chosen:
            table.add_row(one.id, one.title, str(len(one.fields)) if one.fields else "all")
        Console().print(table)


def _show(named: str) -> None:
    table = Table(box=None, header_style="bold", title=FORMATS[named].title, title_justify="left")
    for heading in ("Our field", "Where it comes from", "On the way"):
        table.add_column(heading)
    for row in FORMATS[named].fields:
        table.add_row(row.canonical, row.source, row.note)
    Console().print(table)
    if FORMATS[named].lost:
        click.echo(f"Not kept: {'; '.join(FORMATS[named].lost)}.")
