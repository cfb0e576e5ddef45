"""`strgw quarantine purge`: drops entries that are too old, counted and audited."""

import click

from connectors.partners.purge import Drop
from ops import purge as purges
from ops.broker import running_bootstrap
from ops.output import json_option, print_json
from ops.settings import Settings


@click.command()
@click.option("--older-than", "days", type=click.IntRange(min=1), help="Age in days; else STRGW_QUARANTINE_DAYS.")
@click.option("--by", "name", default="", help="Name of the person who drops them, or of the job that does.")
@click.option("--dry-run", is_flag=True, help="Only say what would be dropped.")
@json_option
@click.pass_obj
def purge(settings: Settings, days: int | None, name: str, dry_run: bool, as_json: bool) -> None:
    """Drop events that were set aside long ago, for good: they hold personal data. `strgw register` does it by itself once a day.

    What is dropped is counted by partner and reason code and goes into the audit chain first. Kept are entries whose records are still on
    the partners' topics, since `strgw audit verify` counts those, and what lies behind such an entry.
    """
    if not (dry_run or name.strip()):
        raise click.UsageError("Say who drops them: --by NAME. It goes into the audit.")
    age = days or settings.quarantine_days
    bootstrap = running_bootstrap(settings)
    found = purges.older(bootstrap, age) if dry_run else purges.purge(settings, bootstrap, age, name)
    if as_json:
        print_json(
            {
                "days": age,
                "dropped": 0 if dry_run else found.total,
                "found": found.total,
                "open": found.open,
                "kept": found.kept,
                "entries": found.entries,
            }
        )
        return
    _print(found, age, dry_run)


def _print(found: Drop, days: int, dry_run: bool) -> None:
    for key, count in found.entries.items():
        click.echo(f"{count:>8,}  {key}")
    verb = "would be dropped" if dry_run else "dropped"
    click.echo(f"{found.total:,} events older than {days} days {verb}; {found.open:,} of them were never sent in again.")
    if found.kept:
        click.echo(
            f"{found.kept:,} more are as old and stay: their records are still on the partners' topics, or lie behind such a one."
        )
