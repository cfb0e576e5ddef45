"""`strgw post`: posts a file of transfers as a partner's system would."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import click

from connectors.kafka.scan import TopicMissing
from connectors.partners.post import Posted, Poster, PostError, keys_of, open_source
from ops.broker import running_bootstrap
from ops.errors import CommandError
from ops.output import json_option, print_json
from ops.progress import progress_bar
from ops.registries import partner_of, partners_of
from ops.settings import Settings
from schemas.native import InvalidTransfer
from schemas.registry import Partner


@click.command()
@click.argument("file")
@click.option("--partner", "partner_id", required=True, help="Id of the partner in the registry.")
@click.option(
    "--rate", type=click.FloatRange(min=0, min_open=True), help="Events a second, evenly spaced (default: as fast as it goes)."
)
@json_option
@click.pass_obj
def command(settings: Settings, file: str, partner_id: str, rate: float | None, as_json: bool) -> None:
    """Post FILE, in the partner's format (plain or gzipped; "-": standard input), to the partner's topic.

    One record a transfer: a JSON object of a list or of a line, an ISO 20022 transaction with its headers, an MT103; of a CSV 200 lines. What is
    wrong with a transfer is for intake to say; of a file that is cut off, or whose header counts more than it holds, nothing is posted.
    """
    partner = partner_of(partners_of(settings), partner_id)
    try:
        with (
            progress_bar("Posting") as advance,
            open_source(file, partner, lambda found: advance(0, 0, f"{found:,} records found")) as source,
            _poster(running_bootstrap(settings), partner) as poster,
        ):
            posted = poster.post(source, rate, time, lambda sent: advance(source.done(), source.size, f"{sent:,} records"))
    except PostError as error:
        raise CommandError(str(error), "post") from error
    except InvalidTransfer as fault:
        raise CommandError(fault.reason, fault.code) from fault
    except TopicMissing as error:
        raise CommandError(str(error), "topics_missing") from error
    _report(posted, partner.id, as_json)


@contextmanager
def _poster(bootstrap: str, partner: Partner) -> Iterator[Poster]:
    poster = Poster(bootstrap, partner.id, keys_of(partner))
    try:
        yield poster
    finally:
        poster.close()


def _report(posted: Posted, partner_id: str, as_json: bool) -> None:
    if as_json:
        print_json(
            {"partner": partner_id, "sent": posted.sent, "seconds": round(posted.seconds, 3), "rate": round(posted.rate, 1)}
        )
        return
    click.echo(f"{posted.sent:,} events posted for {partner_id} in {posted.seconds:.1f} s ({posted.rate:,.0f} a second).")
