"""`strgw deliver`: the process that publishes filings to the FIUs' topics."""

import threading
import time
from typing import TYPE_CHECKING

import click

from ops.output import say
from ops.serving import EXIT_CODES_HELP, PATIENT, serve
from ops.settings import Settings

if TYPE_CHECKING:
    from connectors.fius.deliver import Delivery
    from ops.metrics import Metrics


@click.command(epilog=EXIT_CODES_HELP)
@click.option("--instance", default="0", show_default=True, help="Name of this process; two that run at once need two names.")
@click.pass_obj
def command(settings: Settings, instance: str) -> int:
    """Publish filings to the FIUs' topics until the process is stopped (Ctrl-C or SIGTERM)."""
    return serve(settings, "deliver", lambda stopping: _serve(settings, instance, stopping), PATIENT)


def _serve(settings: Settings, instance: str, stopping: threading.Event) -> None:
    """Opens everything, says that it is ready, and steps until told to stop."""
    from connectors.fius.decided import Executor
    from connectors.fius.deliver import GROUP, PATTERN, Delivery, Office
    from connectors.fius.dispatch import Dispatcher
    from connectors.kafka.archive import BatchArchive
    from connectors.kafka.archive_log import LogSource
    from connectors.kafka.transactions import TransactionalLog
    from ops.broker import running_bootstrap
    from ops.meters import DeliveryMetrics
    from ops.metrics import Metrics
    from ops.processes import announce_ready
    from ops.registries import fius_of, partners_of, registries
    from schemas import topics
    from schemas.wire import encode_filing

    bootstrap, fius = running_bootstrap(settings), fius_of(settings)
    metrics = Metrics()
    meters = DeliveryMetrics(metrics, fius)
    source, reports = LogSource(bootstrap), LogSource(bootstrap, topics.FILINGS)
    archive, known = BatchArchive(source), registries(settings, partners_of(settings))
    office = Office(Dispatcher(archive, known, encode_filing), Executor(reports, archive, known, encode_filing))
    log = TransactionalLog(bootstrap, GROUP, instance, PATTERN)
    delivery = Delivery(bootstrap, log, office, meters, SystemClock())
    delivery.open(sorted(fius))
    port = metrics.serve(settings.metrics_port)
    announce_ready(settings, port)
    say(f"Delivering to {len(fius)} FIUs; metrics on http://127.0.0.1:{port}/metrics.")
    try:
        _run(delivery, bootstrap, metrics, stopping)
    finally:
        source.close()
        reports.close()
        log.close()


def _run(delivery: "Delivery", bootstrap: str, metrics: "Metrics", stopping: threading.Event) -> None:
    """Delivers, and counts the findings and cases that are committed meanwhile."""
    from ops.meters import ResultMetrics
    from ops.results import ResultFollower
    from streams.typologies import CATALOGUE

    follower = ResultFollower(bootstrap, ResultMetrics(metrics, [typology.id for typology in CATALOGUE]))
    try:
        while not stopping.is_set():
            delivery.step()
            follower.step()
    finally:
        follower.close()


class SystemClock:
    """The machine's time."""

    def monotonic(self) -> float:
        """Seconds since some fixed moment."""
        return time.monotonic()

    def now_ms(self) -> int:
        """Milliseconds since the epoch, UTC."""
        return time.time_ns() // 1_000_000

    def sleep(self, seconds: float) -> None:
        """Waits."""
        time.sleep(seconds)
