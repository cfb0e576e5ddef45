"""`strgw post`: posts a file of transfers as a partner's system would."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click

from connectors.kafka.scan import TopicMissing
from connectors.partners.post import Lines, Posted, Poster, PostError, open_lines
from ops.broker import running_bootstrap
from ops.errors import CommandError
from ops.output import json_option, print_json
from ops.progress import progress_bar
from ops.registries import partner_of, partners_of
from ops.settings import Settings


@click.command()
@click.argument("file")
@click.option("--partner", "partner_id", required=True, help="Id of the partner in the registry.")
@click.option(
    "--rate", type=click.FloatRange(min=0, min_open=True), help="Events a second, evenly spaced (default: as fast as it goes)."
)
@json_option
@click.pass_obj
def command(settings: Settings, file: str, partner_id: str, rate: float | None, as_json: bool) -> None:
    """Post FILE, one JSON event a line (plain or gzipped; "-": standard input), to the partner's topic.

    The events are posted as they are: what is wrong with them is for intake to say.
    """
    partner = partner_of(partners_of(settings), partner_id)
    try:
        with open_lines(file) as lines, _poster(running_bootstrap(settings), partner.id) as poster, _told(lines) as told:
            posted = poster.post(lines, rate, time, told)
    except PostError as error:
        raise CommandError(str(error), "post") from error
    except TopicMissing as error:
        raise CommandError(str(error), "topics_missing") from error
    _report(posted, partner.id, as_json)


@contextmanager
def _poster(bootstrap: str, partner_id: str) -> Iterator[Poster]:
    poster = Poster(bootstrap, partner_id)
    try:
        yield poster
    finally:
        poster.close()


@contextmanager
def _told(lines: Lines) -> Iterator[Callable[[int], None]]:
    with progress_bar("Posting") as advance:
        yield lambda sent: advance(lines.read_bytes(), lines.size, f"{sent:,} events")


def _report(posted: Posted, partner_id: str, as_json: bool) -> None:
    if as_json:
        print_json(
            {"partner": partner_id, "sent": posted.sent, "seconds": round(posted.seconds, 3), "rate": round(posted.rate, 1)}
        )
        return
    click.echo(f"{posted.sent:,} events posted for {partner_id} in {posted.seconds:.1f} s ({posted.rate:,.0f} a second).")
