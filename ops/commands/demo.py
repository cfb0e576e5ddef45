"""`strgw demo`: the whole gateway, started, fed, watched and stopped."""

import logging
import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ops.errors import CommandError
from ops.output import json_option, print_json, say
from ops.settings import Settings

if TYPE_CHECKING:
    from ops.demo.verdict import Summary

DEFAULT_RATE = 1000  # DEF events a second: under what two cores sustain, so that the latency shown is not a queue's
KEPT = ("filings", "summary.json")
PLAIN_WIDTH = 150  # characters, where the summary goes to a file


@click.command()
@click.option(
    "--rate",
    type=click.FloatRange(min=0),
    default=DEFAULT_RATE,
    show_default=True,
    help="Transfers a second; 0: as fast as it goes.",
)
@click.option(
    "--background/--no-background",
    default=True,
    show_default=True,
    help="Post the 20,000 lawful transfers too, not only the cases.",
)
@click.option(
    "--home",
    type=click.Path(file_okay=False, path_type=Path),
    help="Empty folder for everything, kept with logs and data afterwards.",
)
@click.option(
    "--timeout",
    type=click.FloatRange(min=1),
    default=240,
    show_default=True,
    help="Seconds from the first transfer to the last filing.",
)
@json_option
@click.pass_obj
def command(settings: Settings, rate: float, background: bool, home: Path | None, timeout: float, as_json: bool) -> int:
    """Start everything, post sample transfers, show the reports that come out, stop.

    Broker, topics and processes are its own, on a folder of its own: nothing that runs already is touched, STRGW_KAFKA is
    not used. Of a temporary folder only the filings and the summary stay. Exit code 1 when a check does not hold.
    """
    from ops.demo.run import Demonstration, demonstrate, throwaway_settings
    from ops.demo.screen import screen
    from ops.demo.stream import sample_cases, sample_events, without_background
    from ops.demo.verdict import write_summary

    logging.basicConfig(level=logging.CRITICAL)  # what the clients say beside their exceptions would break the live table
    cases, events = sample_cases(), sample_events()
    chosen = events if background else without_background(events, cases)
    folder = _folder(home)
    demo = Demonstration(throwaway_settings(os.environ, folder), chosen, cases, rate or None, timeout)
    try:
        summary = demonstrate(demo, screen())
    except (Exception, KeyboardInterrupt):
        say(f"Logs and data are kept in {folder}.")
        raise
    write_summary(summary, folder / "summary.json")
    if home is None and summary.ok:
        _keep_results(folder)
    if as_json:
        print_json(summary)
    else:
        _print(summary)
    return 0 if summary.ok else 1


def _folder(home: Path | None) -> Path:
    if home is None:
        return Path(tempfile.mkdtemp(prefix="strgw-demo-"))
    home = home.absolute()
    if home.exists() and any(home.iterdir()):
        raise CommandError(
            f"The folder {home} is not empty; name a new one, or leave --home out for a temporary one.", "home_in_use"
        )
    home.mkdir(parents=True, exist_ok=True)
    return home


def _keep_results(folder: Path) -> None:
    for path in folder.iterdir():
        if path.name in KEPT:
            continue
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()


def _print(summary: "Summary") -> None:
    from rich.console import Console

    from ops.demo.printed import tables

    console = Console()
    if not console.is_terminal:
        console.width = PLAIN_WIDTH
    for part in tables(summary):
        console.print(part, soft_wrap=isinstance(part, str), highlight=False)
