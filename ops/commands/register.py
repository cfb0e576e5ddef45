"""`strgw register`: the process that keeps the filings' register up to the topics and publishes what people decided."""

import threading
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import click

from ops.output import say
from ops.register import now_ms
from ops.serving import EXIT_CODES_HELP, PATIENT, DatabaseAway, serve
from ops.settings import Settings

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from connectors.register.outbox import Publisher
    from connectors.register.projector import Projector
    from connectors.register.reader import Follower
    from ops.meters import RegisterMetrics

POLL_MS = 1000  # DEF how long a decision may wait until it is published
# DEF what comes within a second comes together: a round asks for 300 partitions (10 ms) and works every report it touches out anew
GATHER_S = 1.0
NOW_AND_THEN_S = 5.0


@click.command(epilog=EXIT_CODES_HELP)
@click.pass_obj
def command(settings: Settings) -> int:
    """Keep the register of filings until the process is stopped (Ctrl-C or SIGTERM).

    It reads reports, filings, holds and the FIUs' answers into the database STRGW_DATABASE, and publishes what people decided
    (`strgw filings`, `strgw rfi`). Once a day it drops what has been in the quarantine too long (STRGW_QUARANTINE_DAYS). One process for each
    database; a second one takes over.
    """
    return serve(settings, "register", lambda stopping: _guarded(settings, stopping), PATIENT)


def _guarded(settings: Settings, stopping: threading.Event) -> None:
    """As _serve(); a database that is away ends the process with its own code. Raises DatabaseAway."""
    from sqlalchemy.exc import OperationalError

    try:
        _serve(settings, stopping)
    except OperationalError as error:
        raise DatabaseAway(str(error.orig)) from error


def _serve(settings: Settings, stopping: threading.Event) -> None:
    """Opens everything, says that it is ready, and follows until told to stop."""
    from connectors.fius.delivered import STATE_TOPIC
    from connectors.register.database import open_database
    from connectors.register.outbox import Publisher
    from connectors.register.projector import INTERNAL, Projector
    from connectors.register.reader import Follower
    from ops.broker import running_bootstrap
    from ops.meters import RegisterMetrics
    from ops.metrics import Metrics
    from ops.processes import announce_ready
    from ops.purge import JOB, DailyPurge, purge
    from ops.registries import fius_of
    from schemas import topics

    bootstrap, fius = running_bootstrap(settings), fius_of(settings)
    metrics = Metrics()
    meters = RegisterMetrics(metrics, fius)
    engine = open_database(settings.database)
    followed = [*INTERNAL, STATE_TOPIC, *map(topics.fiu_reports, fius), *map(topics.fiu_feedback, fius)]
    follower = Follower(bootstrap, followed)
    publisher = Publisher(bootstrap, engine)
    projector = Projector(engine, follower, fius, meters, now_ms)
    projector.open()
    daily = DailyPurge(lambda: purge(settings, bootstrap, settings.quarantine_days, JOB), time.monotonic, meters.purged)
    port = metrics.serve(settings.metrics_port)
    announce_ready(settings, port)
    say(f"Keeping the register of {len(fius)} FIUs; metrics on http://127.0.0.1:{port}/metrics.")
    try:
        Loop(bootstrap, engine, projector, publisher, (gauges(engine, follower, meters), daily.step)).run(stopping)
    finally:
        publisher.close()
        follower.close()
        engine.dispose()


class Loop:
    """Takes in, publishes, looks errors up; what is to be done `now_and_then` is called every NOW_AND_THEN_S."""

    def __init__(
        self,
        bootstrap: str,
        engine: "Engine",
        projector: "Projector",
        publisher: "Publisher",
        now_and_then: Sequence[Callable[[], None]],
    ) -> None:
        self._bootstrap, self._engine = bootstrap, engine
        self._projector, self._publisher, self._now_and_then = projector, publisher, now_and_then
        self._due = 0.0
        self._may_map = True

    def run(self, stopping: threading.Event) -> None:
        """Steps until `stopping` is set: at once where more than a step's records wait."""
        from connectors.register.reader import MAX_RECORDS

        while not stopping.is_set():
            started = time.monotonic()
            if 0 < self.step(POLL_MS) < MAX_RECORDS:
                stopping.wait(GATHER_S - (time.monotonic() - started))

    def step(self, timeout_ms: int) -> int:
        """One round; the number of records taken in."""
        taken = self._projector.step(timeout_ms)
        self._publisher.publish()
        if taken or self._may_map:
            self._map()
        if time.monotonic() >= self._due:
            self._due = time.monotonic() + NOW_AND_THEN_S
            for act in self._now_and_then:
                act()
        return taken

    def _map(self) -> None:
        from connectors.kafka.archive_log import LogSource
        from connectors.register.mapping import map_errors
        from schemas import topics

        self._may_map = False
        opened: list[LogSource] = []

        def audit() -> LogSource:
            opened.append(LogSource(self._bootstrap, topics.AUDIT))
            return opened[0]

        try:
            map_errors(self._engine, audit)
        finally:
            for source in opened:
                source.close()


def gauges(engine: "Engine", follower: "Follower", meters: "RegisterMetrics") -> Callable[[], None]:
    """Sets the gauges from the database."""
    from connectors.register.overview import standing

    def gauge() -> None:
        meters.standing(standing(engine), now_ms())
        meters.lag(follower.lag())

    return gauge
