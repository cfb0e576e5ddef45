"""`strgw backtest`: judge files of events without a broker."""

from pathlib import Path

import click
from rich.console import Console
from rich.progress import Progress, TextColumn, TimeElapsedColumn

from ops.output import json_option, print_json, say
from ops.settings import Settings


@click.command(
    "backtest", help="Run the stages over EVENTS (JSONL or JSONL.gz), without Kafka, and write the reports to a folder."
)
@click.argument("events", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder for reports.jsonl, findings.jsonl, filings/ …",
)
@click.option("--partner", default="demo", show_default=True, help="Partner of the registry that sent the events.")
@click.option(
    "--registry", type=click.Path(path_type=Path, dir_okay=False), help="partners.yaml to use instead of the one in force."
)
@click.option("--format", "format_", default="strgw.transfer/1", show_default=True, help="Format of the events.")
@json_option
@click.pass_obj
def command(
    settings: Settings, events: tuple[Path, ...], out: Path, partner: str, registry: Path | None, format_: str, as_json: bool
) -> None:
    """Runs the backtest and prints its summary."""
    from ops.backtest import Plan, run
    from ops.calibration import calibration_of, parameters_line
    from ops.registries import keyring, partner_of, partners_of, registries

    partners = partners_of(settings, registry)
    sender = partner_of(partners, partner)
    if format_ != sender.format:
        raise click.UsageError(f"Format {format_} is not the one partner {partner} is registered with ({sender.format}).")
    calibration = calibration_of(settings)
    say(f"Judging by {parameters_line(calibration)}.")
    plan = Plan(events, sender, registries(settings, partners), keyring(settings), out, calibration)
    columns = (
        TextColumn("[progress.description]{task.description}"),
        TextColumn("{task.completed:,.0f} events"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), disable=not Console(stderr=True).is_terminal) as bar:
        task = bar.add_task("Judging", total=None)
        outcome = run(plan, lambda done: bar.update(task, completed=done))
    if as_json:
        print_json(outcome._asdict())
        return
    click.echo(
        f"{outcome.events:,} events: {outcome.transfers:,} transfers, {outcome.duplicates:,} duplicates, {outcome.quarantined:,} quarantined; "
        f"{sum(outcome.findings.values()):,} findings, {outcome.reports:,} reports in {outcome.seconds:.1f} s "
        f"({outcome.transfers_per_second:,.0f} events/s)."
    )
    for fiu, count in outcome.filings.items():
        click.echo(f"  {fiu}: {count} to file")
    click.echo(f"Written to {out}.")
