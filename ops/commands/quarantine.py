"""`strgw quarantine`: events that could not be taken in."""

import sys
from datetime import UTC, datetime

import click
from rich.console import Console
from rich.table import Table

from connectors.kafka.scan import TopicMissing
from connectors.partners import redrive as redrives
from connectors.partners.masking import masked
from connectors.partners.quarantine import entry_id
from ops.audited import audited
from ops.broker import running_bootstrap
from ops.commands.quarantine_mending import redrive, try_
from ops.commands.quarantine_purge import purge
from ops.errors import CommandError
from ops.output import json_option, print_json
from ops.registries import partners_of, unseal
from ops.settings import Settings
from schemas.quarantine import QUARANTINED, QuarantineRecord

DEFAULT_LIMIT = 50


@click.group()
def command() -> None:
    """See events that could not be taken in, send them in again once the cause is mended, drop old ones."""


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
@click.option(
    "--raw", is_flag=True, help="Write the event's bytes to stdout, as they came, and nothing else; with --by and --reason."
)
@click.option("--by", "name", default="", help="With --raw: name of the person who looks.")
@click.option("--reason", default="", help="With --raw: why; without names of parties. Both go into the audit.")
@json_option
@click.pass_obj
def show(settings: Settings, entry: str, raw: bool, name: str, reason: str, as_json: bool) -> None:
    """Show one event set aside. ENTRY is its id: topic/partition/offset.

    Personal data is masked: letters are x, digits 9. --raw writes the bytes as they came; who looked, when and why goes into the audit chain first.
    STRGW_QUARANTINE_RAW=never forbids it.
    """
    if raw:
        _may_look(settings, name, reason)
    record = redrives.entry(running_bootstrap(settings), entry, unseal(settings))
    if record is None:
        raise CommandError(
            f"Nothing in quarantine has the id {entry}; `strgw quarantine list --all` shows the ids.", "entry_unknown"
        )
    if raw:
        facts = {
            "reason": reason.strip(),
            "partner": record.partner,
            "reason_code": record.reason_code,
            "raw_sha256": record.raw_sha256,
        }
        audited(settings, name, ("quarantine_seen", entry), facts)
        sys.stdout.buffer.write(record.raw)
        sys.stdout.buffer.flush()
        return
    seen = masked(record.raw, partners_of(settings).get(record.partner))
    if as_json:
        print_json(_document(record) | {"masked": seen})
        return
    for label, value in _document(record).items():
        click.echo(f"{label:<14}{value}")
    click.echo(f"\n{seen}")


def _may_look(settings: Settings, name: str, reason: str) -> None:
    if settings.quarantine_raw == "never":
        raise CommandError(
            "STRGW_QUARANTINE_RAW forbids to see events unmasked; look at the masked form, or have the setting changed.",
            "raw_forbidden",
        )
    if not (name.strip() and reason.strip()):
        raise click.UsageError("Say who looks and why: --raw --by NAME --reason TEXT. Both go into the audit.")


def _summaries(settings: Settings) -> list[redrives.Summary]:
    try:
        return redrives.summaries(running_bootstrap(settings))
    except TopicMissing as error:
        raise CommandError(str(error), "topics_missing") from error


def _table(found: list[redrives.Summary]) -> Table:
    table = Table(box=None, header_style="bold")
    table.add_column("Entry", no_wrap=True)  # it is copied into the next command
    for name in ("Set aside (UTC)", "Reason code", "Reason", "Bytes", "Attempts", "State"):
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


command.add_command(try_)
command.add_command(redrive)
command.add_command(purge)
