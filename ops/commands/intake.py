"""`strgw intake`: the process that takes in what the partners post."""

import gc
import sys
import threading
import time

import click

from ops.errors import CommandError
from ops.output import say
from ops.serving import EXIT_CODES_HELP, serve
from ops.settings import Settings

SWITCH_S = 0.001  # the interpreter's own 5 ms would hold up each of a commit's round trips while events are worked on


@click.command(epilog=EXIT_CODES_HELP)
@click.option("--instance", default="0", show_default=True, help="Name of this process; two that run at once need two names.")
@click.pass_obj
def command(settings: Settings, instance: str) -> int:
    """Take in the partners' transfers until the process is stopped (Ctrl-C or SIGTERM).

    Every event on a topic partner.ID.transfers ends as a canonical transfer or as a quarantine entry, and the partner gets a
    receipt. Any number of these processes share the partitions.
    """
    return serve(settings, "intake", lambda stopping: _take_in(settings, instance, stopping))


def _take_in(settings: Settings, instance: str, stopping: threading.Event) -> None:
    from connectors.kafka.scan import TopicMissing
    from connectors.kafka.transactions import TransactionalLog
    from connectors.partners.accept import Acceptor
    from connectors.partners.intake import GATHER_MS, GROUP, PATTERN, Intake
    from ops.broker import running_bootstrap
    from ops.meters import IntakeMetrics
    from ops.metrics import Metrics
    from ops.processes import announce_ready
    from ops.registries import keyring, partners_of, provide_key_ring, seal, switches_of
    from ops.schemas import writer_schemas

    bootstrap, partners, keys = running_bootstrap(settings), partners_of(settings), keyring(settings)
    provide_key_ring(settings)
    sys.setswitchinterval(SWITCH_S)
    metrics, switches = Metrics(), switches_of(settings, partners)
    with writer_schemas(settings, partners) as writers_of:
        acceptors = {
            name: Acceptor(partner, keys, _now_ms, writers_of(partner), switches.of(name)) for name, partner in partners.items()
        }
        log = TransactionalLog(bootstrap, GROUP, instance, PATTERN, GATHER_MS)
        intake = Intake(log, acceptors, seal(settings), IntakeMetrics(metrics, partners), time.monotonic)
        try:
            intake.open(bootstrap)
            while not (stopping.is_set() or intake.is_joined()):
                intake.step()
            port = metrics.serve(settings.metrics_port)
            announce_ready(settings, port)
            say(f"Taking in transfers of {len(partners)} partners; metrics on http://127.0.0.1:{port}/metrics.")
            # What lives as long as the process need not be looked at by every full collection; an event makes few cycles: 1.5 us less.
            gc.freeze()
            gc.set_threshold(50_000, 50, 50)
            while not stopping.is_set():
                intake.step()
        except TopicMissing as error:
            raise CommandError(str(error), "topics_missing") from error
        finally:
            intake.close()
            metrics.close()


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
