"""`strgw quarantine try` and `redrive`: whether a mended registry reads what was refused, and sending it in again."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click
from rich.console import Console
from rich.table import Table

from connectors.kafka.scan import TopicMissing
from connectors.partners import redrive as redrives
from connectors.partners.quarantine import Choice, entry_id
from connectors.partners.trial import READ, Trial
from ops.broker import running_bootstrap
from ops.errors import CommandError
from ops.output import json_option, print_json
from ops.progress import progress_bar
from ops.register import now_ms
from ops.registries import keyring, partners_of, unseal
from ops.schemas import writer_schemas
from ops.settings import Settings
from schemas.quarantine import QuarantineRecord

LISTED = 20  # entries shown to people; --json has all


@click.command("try")
@click.argument("entries", nargs=-1, metavar="[ENTRY]...")
@click.option("--partner", help="Only events of this partner.")
@click.option("--code", help="Only events refused for this reason code.")
@json_option
@click.pass_obj
def try_(settings: Settings, entries: tuple[str, ...], partner: str | None, code: str | None, as_json: bool) -> None:
    """Show which waiting events would be read by the registry as it is now. Nothing is sent.

    Mend the partner's mapping, format or time zone, try, restart intake (it reads the registry when it starts), then
    `strgw quarantine redrive`.
    """
    choice = Choice(frozenset(entries), partner, code)
    with _trial(settings) as trial:
        found = [(record, *trial.outcome(record)) for record in _chosen(settings, choice)]
    ways = Counter((record.partner, record.reason_code, now) for record, now, _ in found)
    read = sum(now == READ for _, now, _ in found)
    if as_json:
        print_json({"total": len(found), "read": read, "entries": [_document(*one) for one in found]})
        return
    if not found:
        click.echo("No waiting event fits; `strgw quarantine list` shows what waits.")
        return
    table = Table(box=None, header_style="bold")
    for name in ("Partner", "Refused for", "Now", "Events"):
        table.add_column(name, overflow="fold")
    for (whose, then, now), count in sorted(ways.items()):
        table.add_row(whose or "-", then, now or "read", f"{count:,}")
    Console().print(table)
    for record, now, why in [one for one in found if one[1] != READ][:LISTED]:
        click.echo(f"{entry_id(record)}  {now}: {why}")
    then = (
        " Restart intake (`strgw down`, `strgw up`), then send them in again: `strgw quarantine redrive --readable`."
        if read
        else ""
    )
    click.echo(f"{read:,} of {len(found):,} events would be read.{then}")


@click.command()
@click.argument("entries", nargs=-1, metavar="[ENTRY]...")
@click.option("--partner", help="Every event of this partner.")
@click.option("--code", help="Every event refused for this reason code.")
@click.option("--readable", is_flag=True, help="Of these only what the registry as it is now reads (see `try`).")
@json_option
@click.pass_obj
def redrive(
    settings: Settings, entries: tuple[str, ...], partner: str | None, code: str | None, readable: bool, as_json: bool
) -> None:
    """Send events in again, after what was wrong has been mended here (a partner added, a mapping corrected).

    Name entries by id, or choose them with --partner and --code. The same bytes go to the partition they came from, in the order in which they
    first came, each once, even where the command was killed and run again. An event waits while an earlier one of its transfer is in
    quarantine and not chosen; one named by its id does not wait.
    """
    if not (entries or partner or code):
        raise click.UsageError("Say which: one or more entry ids, --partner or --code.")
    choice = Choice(frozenset(entries), partner, code)
    with _trial(settings) as trial, progress_bar("Sending") as advance:
        done = redrives.redrive(
            running_bootstrap(settings),
            choice,
            unseal(settings),
            lambda sent, total: advance(sent, total, f"{sent:,} events"),
            _reads(trial) if readable else _any,
        )
    if as_json:
        print_json(done)
        return
    if done.redriven or not done.waiting:
        none = "No waiting event fits; `strgw quarantine list` shows what waits."
        sent = f"{done.redriven:,} events sent in again; `strgw quarantine list` shows in a moment what is refused again."
        click.echo(sent if done.redriven else none)
    if done.waiting:
        click.echo(f"{done.waiting:,} wait behind an earlier event of their transfer; choose that too, or name them by id.")


@contextmanager
def _trial(settings: Settings) -> Iterator[Trial]:
    partners = partners_of(settings)
    with writer_schemas(settings, partners) as writers_of:
        yield Trial(partners, keyring(settings), now_ms, writers_of)


def _reads(trial: Trial) -> Callable[[QuarantineRecord], bool]:
    return lambda record: trial.outcome(record)[0] == READ


def _any(_: QuarantineRecord) -> bool:
    return True


def _chosen(settings: Settings, choice: Choice) -> list[QuarantineRecord]:
    """The waiting entries that are meant, in clear."""
    opener = unseal(settings)
    try:
        return [
            redrives.opened(record, opener) for record in redrives.waiting(running_bootstrap(settings)) if choice.takes(record)
        ]
    except TopicMissing as error:
        raise CommandError(str(error), "topics_missing") from error


def _document(record: QuarantineRecord, now: str, why: str) -> dict[str, object]:
    return {
        "id": entry_id(record), "partner": record.partner, "transfer_id": record.transfer_id, "refused_for": record.reason_code,
        "would_be_read": now == READ, "code": now, "reason": why,
    }  # fmt: skip
