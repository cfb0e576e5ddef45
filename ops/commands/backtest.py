"""`strgw backtest`: judge files of events without a broker."""

from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec
from rich.console import Console
from rich.progress import Progress, TextColumn, TimeElapsedColumn

from ops.output import json_option, print_json, say
from ops.settings import Settings

if TYPE_CHECKING:
    from ops.backtest import Outcome, Plan
    from ops.quality.watching import QualityWatch

TABLE_WIDTH = 200  # DEF: columns where stdout is no terminal, so that no cell of a quality table is cut


@click.command(
    "backtest",
    help="Run the stages over EVENTS (files of the partner's format, plain or gzipped), without Kafka, and write the reports to a folder.",
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
@click.option(
    "--format",
    "format_",
    help="Format of the events where it is not the partner's own: any of `strgw formats`, or accounts.csv/1.",
)
@click.option(
    "--truth",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Truth file of the events: adds a quality report (tables here, quality.json and quality.html in the folder).",
)
@click.option(
    "--report-documents", "documents", is_flag=True,
    help="Also write each version of a report as documents/ID.vN.json, with its transfers: `strgw render` reads it.",
)  # fmt: skip
@click.option(
    "--together", type=click.IntRange(min=1),
    help="How many transfers are judged together: 600,000, or half a year's, if left out. The fewer, the more versions of a report "
    "come before its last, as in a running gateway, and the longer it takes. With --truth always 500, so as to know when.",
)  # fmt: skip
@json_option
@click.pass_obj
def command(
    settings: Settings,
    events: tuple[Path, ...],
    out: Path,
    partner: str,
    registry: Path | None,
    format_: str | None,
    truth: Path | None,
    documents: bool,
    together: int | None,
    as_json: bool,
) -> None:
    """Runs the backtest and prints its summary."""
    from connectors.partners.formats import FILE_FORMATS, FORMATS
    from ops.backtest import Plan
    from ops.calibration import calibration_of, parameters_line
    from ops.gathering import BATCH, TOGETHER
    from ops.registries import keyring, partner_of, partners_of, registries

    if truth and together:
        raise click.UsageError(
            f"--together does not go with --truth: what is measured is judged {BATCH} at a time, so as to know when."
        )
    partners = partners_of(settings, registry)
    sender = partner_of(partners, partner)
    if format_ is not None and format_ not in (*FORMATS, *FILE_FORMATS):
        raise click.UsageError(f"There is no format {format_}; the formats are {', '.join((*FORMATS, *FILE_FORMATS))}.")
    if format_ in FORMATS:
        sender = msgspec.structs.replace(sender, format=format_)
    calibration = calibration_of(settings)
    say(f"Judging by {parameters_line(calibration)}.")
    file_format = format_ if format_ is not None and format_ in FILE_FORMATS else ""
    plan = Plan(events, sender, registries(settings, partners), keyring(settings), out, calibration, file_format, documents)
    plan = plan._replace(together=BATCH if truth else together or TOGETHER)
    watch = _watch(plan, truth) if truth else None
    outcome = _run(plan, watch)
    if watch is not None and watch.quality is not None:
        from ops.quality.watching import write

        write(watch.quality, out)
    _say(outcome, watch, out, as_json)


def _watch(plan: "Plan", truth: Path) -> "QualityWatch":
    """Who measures the run; a truth that belongs to other events is refused before anything is judged."""
    from ops.events import native_events
    from ops.quality.reading import read_truth, refuse_unknown
    from ops.quality.watching import QualityWatch

    known = read_truth(truth)
    refuse_unknown(known, native_events(plan.files()))
    return QualityWatch(known, plan.registries.partners, plan.registries.fius)


def _run(plan: "Plan", watch: "QualityWatch | None") -> "Outcome":
    from ops.backtest import run
    from ops.gathering import NOBODY

    columns = (
        TextColumn("[progress.description]{task.description}"),
        TextColumn("{task.completed:,.0f} events"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), disable=not Console(stderr=True).is_terminal) as bar:
        task = bar.add_task("Judging", total=None)
        return run(plan, lambda done: bar.update(task, completed=done), watch or NOBODY)


def _say(outcome: "Outcome", watch: "QualityWatch | None", out: Path, as_json: bool) -> None:
    quality = watch.quality if watch else None
    if as_json:
        print_json(outcome._asdict() | ({"quality": quality} if quality else {}))
        return
    click.echo(
        f"{outcome.events:,} events: {outcome.transfers:,} transfers, {outcome.duplicates:,} duplicates, {outcome.quarantined:,} quarantined; "
        f"{sum(outcome.findings.values()):,} findings, {outcome.reports:,} reports in {outcome.seconds:.1f} s "
        f"({outcome.transfers_per_second:,.0f} events/s)."
    )
    for fiu, count in outcome.filings.items():
        click.echo(f"  {fiu}: {count} to file")
    if quality is not None:
        from ops.quality.table import show

        console = Console()
        show(quality, console if console.is_terminal else Console(width=TABLE_WIDTH))
    click.echo(f"Written to {out}.")
