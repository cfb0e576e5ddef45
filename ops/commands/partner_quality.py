"""`strgw partner quality`: which fields partners fill, whether that changed, and what suffers."""

import click
from rich.console import Console
from rich.table import Table

from connectors.kafka.scan import TopicMissing
from ops.broker import running_bootstrap
from ops.completeness import FieldLine, PartnerLine, read
from ops.errors import CommandError
from ops.needs import LOSS_WORDS
from ops.output import json_option, print_json
from ops.register import now_ms
from ops.registries import partner_of, partners_of
from ops.settings import Settings


@click.command()
@click.argument("identity", metavar="[ID]", required=False)
@json_option
@click.pass_obj
def quality(settings: Settings, identity: str | None, as_json: bool) -> None:
    """Show how often partners (or the partner ID) fill each field: in the last day, in the week before, and what suffers where they do not.

    Counted by intake, of transfers taken in, once a minute; no value is kept. A share that fell by ten points or more is marked.
    """
    if identity is not None:
        partner_of(partners_of(settings), identity)
    try:
        found = [line for line in read(running_bootstrap(settings), now_ms()) if identity in (None, line.partner)]
    except TopicMissing as error:
        raise CommandError(str(error), "topics_missing") from error
    if as_json:
        print_json(found)
        return
    if not found:
        click.echo("No transfer was taken in during the last eight days (counts are written once a minute).")
    for line in found:
        _print(line)


def _print(line: PartnerLine) -> None:
    click.echo(f"{line.partner}: {line.transfers_day:,} transfers in the last day, {line.transfers_week:,} in the week before")
    table = Table(box=None, header_style="bold")
    for name in ("Field", "Day", "Week", "Change", "Unknown words", "Typologies that suffer", "Missing in the report"):
        table.add_column(
            name,
            overflow="fold",
            no_wrap=name == "Field",
            justify="right" if name in ("Day", "Week", "Change", "Unknown words") else "left",
        )
    for field in line.fields:
        table.add_row(*_cells(field), style="bold red" if field.has_fallen else None)
    Console().print(table)


def _cells(field: FieldLine) -> tuple[str, ...]:
    words = {str(loss): text for loss, text in LOSS_WORDS.items()}
    suffering = "; ".join(f"{', '.join(ids)} {words[loss]}" for loss, ids in field.typologies.items())
    change = "-" if field.change is None else f"{100 * field.change:+.0f}"
    is_full = field.day is not None and field.day >= 0.995
    return (
        field.field,
        _percent(field.day),
        _percent(field.week),
        change,
        _percent(field.unknown),
        "" if is_full else suffering,
        "" if is_full else field.report,
    )


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{100 * share:.0f} %"
