"""`strgw held`: filings that wait for a person."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import click

from connectors.fius.holds import Hold, read_holds, read_report
from ops.broker import running_bootstrap
from ops.errors import CommandError
from ops.output import json_option, print_json
from ops.settings import Settings
from schemas.held import PROPOSAL_ONLY, Held
from streams.domain.referral import ReferralHint, referral_hints

SHORT = 12  # hex digits: 48 bits


@click.group()
def command() -> None:
    """Filings that were not sent because a person must look first."""


@command.command("list")
@click.option(
    "--all", "everything", is_flag=True, help="Also those that were settled since, and proposals for FIU-to-FIU exchange."
)
@json_option
@click.pass_obj
def list_(settings: Settings, everything: bool, as_json: bool) -> None:
    """List the filings that wait, nearest deadline first."""
    holds = [hold for hold in read_holds(running_bootstrap(settings)) if everything or hold.open]
    if as_json:
        print_json([_document(hold) for hold in holds])
        return
    if not holds:
        click.echo("No filing waits for a person.")
        return
    rows = [("HELD ID", "FIU", "REPORT", "VERSION", "DUE (UTC)", "WHY", "ERRORS", "STATE")] + [_row(hold) for hold in holds]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


@command.command()
@click.argument("held_id")
@json_option
@click.pass_obj
def show(settings: Settings, held_id: str, as_json: bool) -> None:
    """Show one held filing with every error and the field it comes from, and where people at risk in it can find help (for you alone:
    it goes into no filing). HELD_ID may be shortened to what is unambiguous."""
    bootstrap = running_bootstrap(settings)
    found = [hold for hold in read_holds(bootstrap) if hold.held.held_id.startswith(held_id)]
    if len(found) != 1:
        said = "No held filing has" if not found else f"{len(found)} held filings have"
        raise CommandError(f"{said} an id that starts with {held_id}; `strgw held list --all` shows them.", "held_unknown")
    report = read_report(bootstrap, found[0].held)
    hints = referral_hints(report) if report is not None else ()
    if as_json:
        print_json({**_document(found[0]), "referral": [hint._asdict() for hint in hints]})
        return
    _print(found[0].held, found[0])
    _print_help(hints)


def _row(hold: Hold) -> tuple[str, ...]:
    """One line of the list; ids are shortened to what is almost surely unambiguous."""
    held = hold.held
    state = ("waits, urgent" if held.urgent else "waits") if hold.open else _settled(held)
    ids = (held.held_id[:SHORT], held.fiu or "-", held.report_id[:SHORT])
    return (*ids, str(held.version), _utc(held.due_at_ms), held.code, str(len(held.errors)), state)


def _settled(held: Held) -> str:
    return "proposed" if held.code == PROPOSAL_ONLY else "settled"


def _print(held: Held, hold: Hold) -> None:
    click.echo(f"{held.held_id}  {'waits' if hold.open else _settled(held)} since {_utc(hold.at_ms)}")
    click.echo(
        f"  report {held.report_id} version {held.version} for {held.fiu or 'no FIU'} ({held.obligation}), due {_utc(held.due_at_ms)}"
    )
    click.echo(f"  {held.code}: {held.reason}")
    for filing_id in held.published:
        click.echo(f"  already sent: filing {filing_id}")
    for error in held.errors:
        click.echo(f"  - {error.code}: {error.text}")
        click.echo(f"    field {error.canonical_path or '?'}{f', in the form {error.target_path}' if error.target_path else ''}")


def _print_help(hints: Sequence[ReferralHint]) -> None:
    if hints:
        click.echo("  Help for people at risk. For the compliance officer alone; a referral needs the person's consent.")
    for hint in hints:
        click.echo(f"  {hint.country}, {', '.join(hint.people)}:")
        for said in hint.says:
            click.echo(f"    {said}")


def _document(hold: Hold) -> dict[str, Any]:
    fields = {name: getattr(hold.held, name) for name in hold.held.__struct_fields__}
    return {**fields, "held_at_ms": hold.at_ms, "open": hold.open}


def _utc(ms: int) -> str:
    return datetime.fromtimestamp(ms // 1000, UTC).strftime("%Y-%m-%d %H:%M")
