"""`strgw rfi`: requests for information from FIUs."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ops.output import json_option, print_json
from ops.register import now_ms, records_of, register_of, utc
from ops.settings import Settings

if TYPE_CHECKING:
    from connectors.register.requests import Request

SHORT = 12  # hex digits: 48 bits


@click.group()
def command() -> None:
    """See what FIUs ask for, approve that it is handed over, and make the files.

    Names of persons stand in the exported files alone. Never tell a customer, an agent or a partner that an FIU asked.
    """


@command.command("list")
@json_option
@click.pass_obj
def list_(settings: Settings, as_json: bool) -> None:
    """List the requests, open ones first, the nearest date before the others."""
    from connectors.register.requests import requests

    with register_of(settings) as engine:
        found = requests(engine)
    if as_json:
        print_json(found)
        return
    if not found:
        click.echo("No FIU has asked for anything.")
        return
    rows = [("REQUEST", "FIU", "REFERENCE", "REPORT", "DUE (UTC)", "TRANSFERS", "STATE"), *map(_row, found)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


@command.command()
@click.argument("request")
@json_option
@click.pass_obj
def show(settings: Settings, request: str, as_json: bool) -> None:
    """Show one request in the FIU's own words: scope, purpose, legal basis. REQUEST may be shortened."""
    from connectors.register.requests import the_request, wording
    from ops.broker import running_bootstrap
    from schemas import topics

    with register_of(settings) as engine:
        found = the_request(engine, request)
        with records_of(running_bootstrap(settings), topics.fiu_feedback(found.fiu)) as feedback:
            asked = wording(engine, found, feedback)
    if as_json:
        print_json({"request": found, "asked": asked})
        return
    click.echo(f"{found.request_id}  {found.state}  {found.fiu} {found.reference}, due {utc(found.due_ms)} UTC")
    click.echo(f"  report {found.report_id} version {found.version}")
    for name, text in (("scope", asked.scope), ("purpose", asked.purpose), ("legal basis", asked.legal_basis)):
        click.echo(f"  {name}: {text}")
    click.echo(f"  transfers: {', '.join(asked.transfers) or 'all of the report'}")
    if found.approved_by:
        click.echo(f"  approved by {found.approved_by} at {utc(found.approved_ms)} UTC {found.reason}".rstrip())


@command.command()
@click.argument("request")
@click.option("--by", "name", required=True, help="Name of the person who approves.")
@click.option("--reason", default="", help="Why; without names of parties. It goes into the audit.")
@json_option
@click.pass_obj
def approve(settings: Settings, request: str, name: str, reason: str, as_json: bool) -> None:
    """Approve that the transfers asked for are handed over."""
    from connectors.register.requests import approve as approving

    with register_of(settings) as engine:
        found = approving(engine, request, (name, reason), now_ms())
    if as_json:
        print_json(found)
        return
    click.echo(f"{found.request_id[:SHORT]} approved by {found.approved_by}; make the files with `strgw rfi export`.")


@command.command()
@click.argument("request")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), required=True, help="Folder for the files.")
@click.option("--by", "name", required=True, help="Name of the person who takes them.")
@json_option
@click.pass_obj
def export(settings: Settings, request: str, out: Path, name: str, as_json: bool) -> None:
    """Write the transfers asked for as JSON and CSV, once the request is approved. The audit notes who took them."""
    from connectors.kafka.archive import BatchArchive
    from connectors.register.bundle import files_of, save
    from connectors.register.requests import Sources, bundle, note_export, the_request
    from ops.broker import running_bootstrap
    from ops.registries import unseal
    from schemas import topics

    bootstrap = running_bootstrap(settings)
    with register_of(settings) as engine:
        found = the_request(engine, request)
        with (
            records_of(bootstrap, topics.fiu_feedback(found.fiu)) as feedback,
            records_of(bootstrap, topics.FILINGS) as reports,
            records_of(bootstrap, topics.TRANSFERS) as transfers,
        ):
            made = bundle(engine, found, Sources(feedback, reports, BatchArchive(transfers, unseal=unseal(settings))))
        files = files_of(made)
        note_export(
            engine, found, name, files, now_ms()
        )  # before they exist: nothing is handed over that the audit does not know
    written = save(files, out)
    if as_json:
        listed = [{"path": str(path), "sha256": digest} for path, digest in written]
        print_json({"files": listed, "transfers": len(made.transfers), "not_in_report": made.not_in_report})
        return
    for path, digest in written:
        click.echo(f"{path}  sha256 {digest}")
    click.echo(f"{len(made.transfers)} transfers; they name people: hand the files to the FIU alone, and remove them afterwards.")
    if made.not_in_report:
        click.echo(f"Not in the report, look for them by hand: {', '.join(made.not_in_report)}", err=True)


def _row(found: "Request") -> tuple[str, ...]:
    ids = (found.request_id[:SHORT], found.fiu, found.reference, found.report_id[:SHORT])
    return (*ids, utc(found.due_ms), str(found.asked or "all"), found.state)
