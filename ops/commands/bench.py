"""`strgw bench`: throughput, latency and memory of the whole chain on this machine."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ops.output import json_option, print_json
from ops.settings import Settings
from schemas.topics import INTERNAL_STAGES

if TYPE_CHECKING:
    from ops.bench.http import HttpResult
    from ops.bench.run import Result

EVERYTHING = ",".join(INTERNAL_STAGES)


@click.command()
@click.option(
    "--what",
    default="chain",
    show_default=True,
    type=click.Choice(["chain", "render", "formats"]),
    help="The whole chain; rendering and validating reports alone (one processor, no broker); or reading each partner format, and intake alone.",
)
@click.option(
    "--stream",
    default="simulated",
    show_default=True,
    type=click.Choice(["simulated", "cases"]),
    help="What is posted: `strgw simulate` (2 of 100 transfers in patterns) or copies of the demo's cases (12 of 100).",
)
@click.option(
    "--events",
    default=120_000,
    show_default=True,
    type=click.IntRange(min=1_000),
    help="Events posted before the throughput run.",
)
@click.option(
    "--rate", default=1_000.0, show_default=True, type=click.FloatRange(min=1), help="Events a second of the latency run."
)
@click.option(
    "--seconds", default=30.0, show_default=True, type=click.FloatRange(min=0), help="Length of the latency run; 0: none."
)
@click.option(
    "--worker",
    "workers",
    multiple=True,
    metavar="STAGES",
    help="Stages of one worker process; repeat it for more workers (default: all stages, in a worker for each processor).",
)
@click.option("--intakes", default=1, show_default=True, type=click.IntRange(1, 16), help="Intake processes.")
@click.option(
    "--partitions", default=None, type=click.IntRange(1, 64), help="Partitions of every topic (default: one for each processor)."
)
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Also write the result to this file as JSON.")
@click.option("--http", "over_http", is_flag=True, help="Measure `strgw http` alone: batches, then single transfers at the rate.")
@json_option
@click.pass_obj
def command(
    settings: Settings,
    what: str,
    stream: str,
    events: int,
    rate: float,
    seconds: float,
    workers: tuple[str, ...],
    intakes: int,
    partitions: int | None,
    out: Path | None,
    over_http: bool,
    as_json: bool,
) -> None:
    """Measure the gateway on this machine, with a broker and processes of its own in a folder that is thrown away.

    1. throughput: events that wait on a partner's topic, through the whole chain until all is judged and filed;
    2. memory of the workers for a million entities, and the time to read their states back;
    3. latency at a steady rate, from the partner's append to the commit of the judgement, for every transfer.

    Nothing else should run on the machine meanwhile; the processor time a transfer costs is affected least.
    """
    if what == "render":
        _render(as_json, out)
        return
    if what == "formats":
        _formats(settings, events, as_json, out)
        return
    from ops.bench import http
    from ops.bench.gateway import Layout
    from ops.bench.run import Load, run
    from ops.progress import progress_bar

    # A partition is committed by itself, and each commit costs the broker 5 ms: more of them than processors only slow this down.
    processors = os.cpu_count() or 1
    layout = Layout(workers or (EVERYTHING,) * processors, intakes, partitions or processors, settings.kafka_heap_mb)
    result: Result | HttpResult
    with progress_bar("Measuring") as advance:
        if over_http:
            result = http.run(settings, events, rate, seconds, advance)
        else:
            result = run(settings, layout, Load(stream, events, rate, seconds), advance)
    if out is not None:
        from msgspec import json

        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_bytes(json.format(json.encode(result), indent=2) + b"\n")
    if as_json:
        print_json(result)
    else:
        _print(result)


def _print(result: "Result | HttpResult") -> None:
    from rich.console import Console

    from ops.bench.http import HttpResult
    from ops.bench.tables import http_lines, tables

    console = Console()
    for part in http_lines(result) if isinstance(result, HttpResult) else tables(result):
        console.print(part)


def _render(as_json: bool, out: Path | None) -> None:
    from msgspec import json

    from ops.bench.rendering import renderings
    from ops.progress import progress_bar

    with progress_bar("Rendering") as advance:
        found = renderings(advance)
    if out is not None:
        out.write_bytes(json.format(json.encode(found), indent=2) + b"\n")
    if as_json:
        print_json(found)
        return
    click.echo("form     reports    transfers   reports/s   transfers/s   kB a report")
    for one in found:
        click.echo(
            f"{one.form:8} {one.what:8} {one.transfers:11,.0f} {one.per_second:11,.0f} {one.transfers_per_second:13,.0f} {one.kilobytes:13,.0f}"
        )


def _formats(settings: Settings, events: int, as_json: bool, out: Path | None) -> None:
    from msgspec import json

    from ops.bench.formats import run
    from ops.progress import progress_bar

    with progress_bar("Reading") as advance:
        found = run(settings, events, advance)
    if out is not None:
        out.write_bytes(json.format(json.encode(found), indent=2) + b"\n")
    if as_json:
        print_json(found)
        return
    click.echo("format                 transfers a processor second   bytes each")
    for one in found.readings:
        click.echo(f"{one.format:22} {one.per_second:28,.0f} {one.bytes:12,}")
    intake = found.intake
    click.echo(
        f"intake process, native {intake.per_processor_second:28,.0f}  ({intake.cpu_us_per_transfer:.0f} us a transfer, broker to broker; "
        f"{intake.per_second:,.0f}/s here, beside everything else)"
    )
