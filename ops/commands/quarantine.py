"""`strgw quarantine`: events that could not be taken in."""

import sys
from collections.abc import Callable
from datetime import UTC, datetime

import click
from rich.console import Console
from rich.table import Table

from connectors.kafka.scan import TopicMissing
from connectors.partners import redrive as redrives
from connectors.partners.quarantine import entry_id
from ops.broker import running_bootstrap
from ops.errors import CommandError
from ops.output import json_option, print_json
from ops.progress import progress_bar
from ops.registries import unseal
from ops.settings import Settings
from schemas.quarantine import QUARANTINED, QuarantineRecord

DEFAULT_LIMIT = 50


@click.group()
def command() -> None:
    """List, show or re-post events that could not be taken in."""


@command.command("list")
@click.option("--partner", help="Only events of this partner.")
@click.option("--code", help="Only events refused for this reason code.")
@click.option("--all", "everything", is_flag=True, help="Also events that were sent in again.")
@click.option("--limit", type=click.IntRange(min=1), default=DEFAULT_LIMIT, show_default=True, help="Newest entries to show.")
@json_option
@click.pass_obj
def list_(settings: Settings, partner: str | None, code: str | None, everything: bool, limit: int, as_json: bool) -> None:
    """List the events set aside, newest last, and how many failed in each way."""
    found = [entry for entry in _summaries(settings) if everything or entry.state == QUARANTINED]
    found = [entry for entry in found if partner in (None, entry.partner) and code in (None, entry.reason_code)]
    ways: dict[str, int] = {}
    for entry in found:
        ways[entry.fingerprint] = ways.get(entry.fingerprint, 0) + 1
    if as_json:
        print_json({"total": len(found), "fingerprints": ways, "entries": found[-limit:]})
        return
    if not found:
        click.echo("Nothing is in quarantine.")
        return
    Console().print(_table(found[-limit:]))
    for way, count in sorted(ways.items(), key=lambda item: (-item[1], item[0])):
        click.echo(f"{count:>8,}  {way}")
    click.echo(f"{len(found):,} events, {min(limit, len(found)):,} shown.")


@command.command()
@click.argument("entry")
@click.option("--raw", is_flag=True, help="Write the event's bytes to stdout, as they came, and nothing else.")
@json_option
@click.pass_obj
def show(settings: Settings, entry: str, raw: bool, as_json: bool) -> None:
    """Show one event set aside. ENTRY is its id: topic/partition/offset.

    The bytes may hold personal data and are written only with --raw.
    """
    record = redrives.entry(running_bootstrap(settings), entry, unseal(settings))
    if record is None:
        raise CommandError(
            f"Nothing in quarantine has the id {entry}; `strgw quarantine list --all` shows the ids.", "entry_unknown"
        )
    if raw:
        sys.stdout.buffer.write(record.raw)
        sys.stdout.buffer.flush()
        return
    document = _document(record)
    if as_json:
        print_json(document)
        return
    for name, value in document.items():
        click.echo(f"{name:<14}{value}")


@command.command()
@click.argument("entries", nargs=-1, metavar="[ENTRY]...")
@click.option("--partner", help="Every event of this partner.")
@click.option("--code", help="Every event refused for this reason code.")
@json_option
@click.pass_obj
def redrive(settings: Settings, entries: tuple[str, ...], partner: str | None, code: str | None, as_json: bool) -> None:
    """Send events in again, after what was wrong has been mended here (a partner added, a code list updated).

    Name entries by id, or choose them with --partner and --code. The same bytes go to the partition they came from, and the
    entry is marked.
    """
    if not (entries or partner or code):
        raise click.UsageError("Say which: one or more entry ids, --partner or --code.")
    with progress_bar("Sending") as advance:
        count = redrives.redrive(
            running_bootstrap(settings),
            _chosen(entries, partner, code),
            unseal(settings),
            lambda done, total: advance(done, total, f"{done:,} events"),
        )
    if as_json:
        print_json({"redriven": count})
        return
    click.echo(
        f"{count:,} events sent in again." if count else "No waiting event fits; `strgw quarantine list` shows what waits."
    )


def _chosen(entries: tuple[str, ...], partner: str | None, code: str | None) -> Callable[[QuarantineRecord], bool]:
    def chosen(record: QuarantineRecord) -> bool:
        named = not entries or entry_id(record) in entries
        return named and partner in (None, record.partner) and code in (None, record.reason_code)

    return chosen


def _summaries(settings: Settings) -> list[redrives.Summary]:
    try:
        return redrives.summaries(running_bootstrap(settings))
    except TopicMissing as error:
        raise CommandError(str(error), "topics_missing") from error


def _table(found: list[redrives.Summary]) -> Table:
    table = Table(box=None, header_style="bold")
    for name in ("Entry", "Set aside (UTC)", "Reason code", "Reason", "Bytes", "Attempts", "State"):
        table.add_column(name, overflow="fold")
    for entry in found:
        at = datetime.fromtimestamp(entry.at_ms / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S")
        table.add_row(entry.id, at, entry.reason_code, entry.reason, f"{entry.size:,}", str(entry.attempts), entry.state)
    return table


def _document(record: QuarantineRecord) -> dict[str, object]:
    kept = (
        "stage",
        "partner",
        "reason_code",
        "reason",
        "fingerprint",
        "transfer_id",
        "attempts",
        "state",
        "raw_sha256",
        "raw_truncated",
    )
    return {"id": entry_id(record), **{name: getattr(record, name) for name in kept}, "size": len(record.raw)}
