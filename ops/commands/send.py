"""`strgw send`: the process that carries filings to the FIUs that do not read a topic, and brings their answers back."""

import random
import secrets
import threading
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

import click

from ops.commands.deliver import SystemClock
from ops.commands.transmissions import unmatched_folder
from ops.errors import CommandError
from ops.output import say
from ops.serving import EXIT_CODES_HELP, serve
from ops.settings import Settings

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from connectors.fius.transports.arriving import FilingSource
    from connectors.fius.transports.feedback_topic import FeedbackTopic
    from connectors.fius.transports.lane import Lane
    from connectors.fius.transports.ledger import Ledger
    from connectors.fius.transports.registry import Transport
    from connectors.fius.transports.sender import Sender
    from ops.transmission_meters import TransmissionMetrics

JOIN_S = 10.0  # as long as `strgw down` grants


@click.command(epilog=EXIT_CODES_HELP)
@click.pass_obj
def command(settings: Settings) -> int:
    """Carry filings to the FIUs that transports.yaml names, by folder, SFTP or goAML's B2B interface, and publish their answers.

    There is one of these processes; a second one takes over from the first. `strgw transmissions` shows how far each filing came.
    """
    return serve(settings, "send", lambda stopping: _serve(settings, stopping))


def _serve(settings: Settings, stopping: threading.Event) -> None:
    """Opens everything and takes filings up until told to stop."""
    from connectors.fius.transports.arriving import FilingSource
    from connectors.fius.transports.feedback_topic import FeedbackTopic
    from connectors.fius.transports.ledger import Ledger
    from connectors.fius.transports.sender import GROUP, INSTANCE, Sender, pattern
    from connectors.kafka.transactions import TransactionalLog
    from connectors.register.database import open_database
    from ops.broker import running_bootstrap
    from ops.registries import transports_of

    rows = transports_of(settings)
    if not rows:
        raise CommandError("Nothing is to be sent: name a transports.yaml by STRGW_TRANSPORTS (docs/fius.md).", "transports")
    bootstrap, engine = running_bootstrap(settings), open_database(settings.database)
    log = TransactionalLog(bootstrap, GROUP, INSTANCE, pattern(sorted(rows)))
    topic, source = FeedbackTopic(bootstrap, log), FilingSource(bootstrap)
    ledger = Ledger(engine, SystemClock().now_ms, secrets.token_hex(8))
    try:
        desks = Desks(rows, engine, ledger, topic, source)
        _run(settings, Sender(bootstrap, log, ledger, topic, rows), desks, stopping)
    finally:
        source.close()
        topic.close()
        log.close()
        engine.dispose()


def _run(settings: Settings, sender: "Sender", desks: "Desks", stopping: threading.Event) -> None:
    """Starts the lanes once the group has let this process in."""
    from ops.metrics import Metrics
    from ops.processes import announce_ready
    from ops.transmission_meters import TransmissionMetrics

    clock, metrics = SystemClock(), Metrics()
    meters = TransmissionMetrics(metrics, desks.rows)
    lanes = desks.lanes(settings, meters)
    try:
        sender.open()
        while not (stopping.is_set() or sender.is_joined()):
            sender.step(clock.now_ms(), meters)
        sender.start(lanes, stopping)
        port = metrics.serve(settings.metrics_port)
        announce_ready(settings, port)
        say(f"Sending to {', '.join(sorted(desks.rows))}; metrics on http://127.0.0.1:{port}/metrics.")
        while not stopping.is_set():
            sender.step(clock.now_ms(), meters)
            sender.gauges(clock.monotonic(), clock.now_ms(), meters)
        sender.join(JOIN_S, clock.monotonic)
    finally:
        metrics.close()


class Desks(NamedTuple):
    """What the lanes are made of."""

    rows: "Mapping[str, Transport]"
    engine: "Engine"
    ledger: "Ledger"
    topic: "FeedbackTopic"
    source: "FilingSource"

    def lanes(self, settings: Settings, meters: "TransmissionMetrics") -> "list[Lane]":
        """A lane for each FIU. Raises SecretMissing."""
        from connectors.fius.transports.desk import Aside, Desk
        from connectors.fius.transports.lane import Lane, Tools
        from connectors.fius.transports.opening import open_channel
        from connectors.fius.transports.receipts import Receipts
        from connectors.fius.transports.steps import Patience

        source, dice = self.source, random.SystemRandom().random
        clock, receipts = SystemClock(), Receipts(self.engine)
        lanes = []
        for fiu, row in sorted(self.rows.items()):
            patience = Patience(row.first_retry_s, row.longest_retry_s)
            tools = Tools(clock, dice, source.load, meters, patience, row.poll_s)
            desk = Desk(fiu, (self.ledger, receipts), self.topic, Aside(unmatched_folder(settings), meters), source.filing)
            lanes.append(Lane(fiu, open_channel(row, time.monotonic), self.ledger, desk, tools))
        return lanes
