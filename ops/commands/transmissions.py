"""`strgw transmissions`: how far filings came on their way to FIUs that read no topic, and what a person may do about them."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ops.errors import CommandError
from ops.output import json_option, print_json
from ops.register import now_ms, register_of, utc
from ops.settings import Settings

if TYPE_CHECKING:
    from connectors.fius.transports.ledger import Ledger
    from connectors.fius.transports.transmission import Transmission

SHORT = 12  # hex digits: 48 bits


@click.group()
def command() -> None:
    """See how far each filing came on its way to its FIU, and settle what waits for a person.

    The filings are carried by the process `strgw send`.
    """


@command.command("list")
@click.option("--all", "everything", is_flag=True, help="Also filings that their FIU has.")
@click.option("--fiu", default="", help="Only filings for this FIU (country code).")
@json_option
@click.pass_obj
def list_(settings: Settings, everything: bool, fiu: str, as_json: bool) -> None:
    """List the filings that have not reached their FIU, nearest deadline first."""
    from connectors.fius.transports.ledger import Ledger
    from connectors.fius.transports.steps import STATES, UNSENT

    with register_of(settings) as engine:
        found = Ledger(engine, now_ms).rows(fiu.upper(), STATES if everything else UNSENT)
    if as_json:
        print_json(found)
        return
    if not found:
        click.echo("No filing is on its way.")
        return
    _table([("FILING", "FIU", "REPORT", "VERSION", "DUE (UTC)", "STATE", "FAILURES", "WHY"), *map(_row, found)])


@command.command()
@click.argument("filing_id")
@json_option
@click.pass_obj
def show(settings: Settings, filing_id: str, as_json: bool) -> None:
    """Show one filing's way, with the sentence that says why it waits. FILING_ID may be shortened to what is unambiguous."""
    from connectors.fius.transports.ledger import Ledger

    with register_of(settings) as engine:
        row = _one(Ledger(engine, now_ms), filing_id)
    if as_json:
        print_json(row)
        return
    click.echo(f"{row.filing_id}  {row.state}  due {utc(row.due_ms)} UTC")
    click.echo(
        f"  report {row.report_id} version {row.version} for {row.fiu}; travels as {row.file_name}, reference {row.reference}"
    )
    if row.code:
        click.echo(f"  {row.code} after {row.failures} failure(s): {row.text}")
    if row.sent_ms:
        click.echo(f"  sent {utc(row.sent_ms)} UTC to {row.place or '-'}; the FIU's number {row.fiu_reference or '-'}")
    if row.status:
        click.echo(f"  the FIU said: {row.status}")


@command.command()
@click.argument("filing_id")
@click.option("--by", "name", required=True, help="Name of the person who decides.")
@json_option
@click.pass_obj
def retry(settings: Settings, filing_id: str, name: str, as_json: bool) -> None:
    """Send a filing that was refused once more, after what it was refused for is mended. It goes on where it stood."""
    from connectors.fius.transports.ledger import Ledger

    with register_of(settings) as engine:
        ledger = Ledger(engine, now_ms)
        moved = ledger.retried(_refused(ledger, filing_id), name)
    _say(moved, f"{moved.filing_id[:SHORT]} goes on its way again.", as_json)


@command.command()
@click.argument("filing_id")
@click.option("--by", "name", required=True, help="Name of the person who has looked.")
@click.option("--fiu-reference", default="", help="The FIU's own number for it.")
@json_option
@click.pass_obj
def settle(settings: Settings, filing_id: str, name: str, fiu_reference: str, as_json: bool) -> None:
    """Say that the FIU has a filing that was refused here: seen in its portal, or filed by hand. It is not sent again."""
    from connectors.fius.transports.ledger import Ledger

    with register_of(settings) as engine:
        ledger = Ledger(engine, now_ms)
        moved = ledger.settled(_refused(ledger, filing_id), name, fiu_reference)
    _say(moved, f"{moved.filing_id[:SHORT]} counts as sent.", as_json)


@command.command()
@click.option("--fiu", default="", help="Only answers of this FIU (country code).")
@json_option
@click.pass_obj
def unmatched(settings: Settings, fiu: str, as_json: bool) -> None:
    """List the answers that could not be read or are about no filing of ours, and where each is kept."""
    from connectors.fius.transports.receipts import Receipts

    folder = unmatched_folder(settings)
    with register_of(settings) as engine:
        found = Receipts(engine).unmatched(fiu.upper())
    if as_json:
        print_json(
            [
                {
                    "fiu": one.fiu,
                    "name": one.name,
                    "code": one.code,
                    "received_ms": one.received_ms,
                    "file": str(folder / one.digest),
                }
                for one in found
            ]
        )
        return
    if not found:
        click.echo("Every answer was understood.")
        return
    _table(
        [
            ("FIU", "CAME (UTC)", "AS", "WHY", "KEPT IN"),
            *((one.fiu, utc(one.received_ms), one.name, one.code, str(folder / one.digest)) for one in found),
        ]
    )


def unmatched_folder(settings: Settings) -> Path:
    """Where answers are kept that a person must look at."""
    return settings.home / "unmatched"


def _one(ledger: "Ledger", filing_id: str) -> "Transmission":
    found = ledger.starting_with(filing_id)
    if len(found) != 1:
        said = "No filing has" if not found else "Several filings have"
        raise CommandError(
            f"{said} an id that starts with {filing_id}; `strgw transmissions list --all` shows them.", "filing_unknown"
        )
    return found[0]


def _refused(ledger: "Ledger", filing_id: str) -> "Transmission":
    row = _one(ledger, filing_id)
    if row.state != "refused":
        raise CommandError(
            f"The filing {row.filing_id[:SHORT]} is {row.state}, not refused; `strgw send` looks after it by itself.",
            "not_refused",
        )
    return row


def _say(row: "Transmission", sentence: str, as_json: bool) -> None:
    if as_json:
        print_json(row)
    else:
        click.echo(sentence)


def _row(row: "Transmission") -> tuple[str, ...]:
    state = f"{row.state}, urgent" if row.urgent else row.state
    ids = (row.filing_id[:SHORT], row.fiu, row.report_id[:SHORT], str(row.version))
    return (*ids, utc(row.due_ms), state, str(row.failures), row.code or "-")


def _table(rows: list[tuple[str, ...]]) -> None:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
