"""`strgw simulate`: makes an invented stream with planted patterns, and the truth about them."""

import gzip
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import IO, Any

import click

from ops.errors import CommandError
from ops.output import json_option, print_json, say
from ops.progress import progress_bar
from ops.settings import Settings
from ops.simulate.catalogue import PATTERNS
from ops.simulate.feasts import FIRST_DAY, LAST_DAY, day_number
from ops.simulate.run import Result, run
from ops.simulate.stream import Order, Simulation

_START = datetime(2024, 1, 1)  # noqa: DTZ001  (a calendar day, as click parses it)


@click.command(
    "simulate",
    help="Make EVENTS invented transfers with planted trafficking and smuggling patterns; the same seed and size give the same bytes.",
)
@click.option("--events", type=click.IntRange(min=1), required=True, help="How many transfers.")
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True, help="Seed of every draw.")
@click.option("--days", type=click.IntRange(min=1), default=120, show_default=True, help="How many days the stream covers.")
@click.option("--start", type=click.DateTime(["%Y-%m-%d"]), default=_START, show_default="2024-01-01", help="Its first day.")
@click.option(
    "--planted-share",
    type=click.FloatRange(0, 0.5),
    default=0.02,
    show_default=True,
    help="Share of transfers in planted patterns.",
)
@click.option(
    "--typology",
    "typologies",
    multiple=True,
    metavar="ID",
    help="Plant only this typology or SCHEME-NAME (repeatable; default: all).",
)
@click.option("--truth", type=click.Path(path_type=Path, dir_okay=False), help="Write which transfers are planted to FILE.")
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), help="Write the stream to FILE (.gz: packed), not to stdout."
)
@click.option("--post", "post", is_flag=True, help="Post the stream to Kafka instead; needs --partner.")
@click.option("--partner", help="Id of the partner in the registry, for --post.")
@click.option("--rate", type=click.FloatRange(min=0, min_open=True), help="Events a second, evenly spaced, for --post.")
@json_option
@click.pass_obj
def command(
    settings: Settings,
    events: int,
    seed: int,
    days: int,
    start: datetime,
    planted_share: float,
    typologies: tuple[str, ...],
    truth: Path | None,
    out: Path | None,
    post: bool,
    partner: str | None,
    rate: float | None,
    as_json: bool,
) -> None:
    order = Order(events, seed, _first_day(start.date(), days), days, planted_share, _checked(typologies))
    _check_words(post, partner, rate, out)
    simulation = Simulation(order)
    _refuse_empty(simulation)
    with progress_bar("Simulating") as advance:
        told = _every(lambda made: advance(made, events, f"{made:,} events"))
        if post and partner:
            result = run(simulation, truth, _posted(settings, partner, rate), told)
        else:
            with _opened(out) as stream:
                result = run(simulation, truth, lambda lines: _written(lines, stream), told)
    _report(simulation, result, as_json, to_stdout=not post and out is None)


def _first_day(start: date, days: int) -> int:
    first, last = day_number(start), day_number(start) + days - 1
    if start < FIRST_DAY or last > day_number(LAST_DAY):
        raise click.UsageError(f"The feasts are known from {FIRST_DAY} to {LAST_DAY}; choose --start and --days within them.")
    if last > day_number(datetime.now(UTC).date()):
        raise click.UsageError(
            "The stream would end after today, and intake refuses what lies in the future; choose an earlier --start."
        )
    return first


def _checked(typologies: tuple[str, ...]) -> tuple[str, ...]:
    unknown = [typology for typology in typologies if typology not in PATTERNS]
    if unknown:
        raise click.UsageError(f"{unknown[0]} is not a typology; there are {', '.join(PATTERNS)}.")
    return tuple(dict.fromkeys(typologies))


def _check_words(post: bool, partner: str | None, rate: float | None, out: Path | None) -> None:
    if post and not partner:
        raise click.UsageError("--post needs --partner: the id of the partner whose topic gets the stream.")
    if not post and (partner or rate):
        raise click.UsageError("--partner and --rate belong to --post; add it, or leave them out.")
    if post and out:
        raise click.UsageError("--post and --out exclude each other; choose one.")


def _refuse_empty(simulation: Simulation) -> None:
    order = simulation.order
    missing = [typology for typology in order.typologies if not simulation.counts[typology]]
    if missing and order.planted_share > 0:
        raise CommandError(
            f"{', '.join(missing)} cannot be planted in {order.events:,} events over {order.days} days: raise --events, --days or "
            "--planted-share.",
            "does_not_fit",
        )


def _every(told: Callable[[int], None]) -> Callable[[int], None]:
    return lambda made: told(made) if made % 1000 == 0 else None


@contextmanager
def _opened(out: Path | None) -> Iterator[IO[bytes]]:
    if out is None:
        yield sys.stdout.buffer
        return
    if out.suffix == ".gz":
        # No name and no time in the header: the same order gives the same file.
        with out.open("wb") as raw, gzip.GzipFile("", "wb", 6, raw, mtime=0) as packed:
            yield packed  # type: ignore[misc]
        return
    with out.open("wb") as stream:
        yield stream


def _written(lines: Iterator[bytes], stream: IO[bytes]) -> dict[str, Any]:
    try:
        for line in lines:
            stream.write(line + b"\n")
        stream.flush()
    except BrokenPipeError as error:
        # What is still in the buffer must not fail a second time when Python exits.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise CommandError("The reader of the stream went away; the rest was not made.", "reader_gone") from error
    return {}


def _posted(settings: Settings, partner_id: str, rate: float | None) -> Callable[[Iterator[bytes]], dict[str, Any]]:
    from connectors.kafka.scan import TopicMissing
    from connectors.partners.post import Poster, PostError
    from ops.broker import running_bootstrap
    from ops.registries import partner_of, partners_of

    partner = partner_of(partners_of(settings), partner_id)

    def post(lines: Iterator[bytes]) -> dict[str, Any]:
        try:
            poster = Poster(running_bootstrap(settings), partner.id)
            try:
                posted = poster.post(lines, rate, time, lambda sent: None)
            finally:
                poster.close()
        except PostError as error:
            raise CommandError(str(error), "post") from error
        except TopicMissing as error:
            raise CommandError(str(error), "topics_missing") from error
        return {"partner": partner.id, "posted": posted.sent}

    return post


def _report(simulation: Simulation, result: Result, as_json: bool, to_stdout: bool) -> None:
    if not as_json:
        say(
            f"{simulation.order.events:,} transfers: {simulation.lawful:,} lawful, {simulation.planted:,} in "
            f"{simulation.counts.total():,} planted cases of {len(simulation.counts)} typologies, {simulation.lookalikes:,} in "
            f"{simulation.lookalike_cases:,} look-alikes; {result.seconds:.1f} s ({result.rate:,.0f} a second)."
        )
    elif to_stdout:
        import msgspec

        say(msgspec.json.encode(result.summary(simulation)).decode())
    else:
        print_json(result.summary(simulation))
