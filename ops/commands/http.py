"""`strgw http`: the process that takes in the partners' transfers over HTTP."""

import gc
import logging
import sys
import threading

import click

from ops.errors import CommandError
from ops.output import say
from ops.serving import EXIT_CODES_HELP, serve
from ops.settings import Settings

SWITCH_S = 0.001  # the interpreter's own 5 ms would hold up the event loop while a large body is judged beside it


@click.command(epilog=EXIT_CODES_HELP)
@click.pass_obj
def command(settings: Settings) -> int:
    """Take in the partners' transfers over HTTP until the process is stopped (Ctrl-C or SIGTERM).

    A transfer is answered with 202 when the broker has it on the partner's topic; `strgw intake` does the rest. Keys are made with
    `strgw partner key add`. STRGW_HTTP_PORT says where it listens, on 127.0.0.1 unless STRGW_HTTP_HOST says otherwise.
    """
    return serve(settings, "http", lambda stopping: _take_in(settings, stopping))


def _take_in(settings: Settings, stopping: threading.Event) -> None:
    from connectors.kafka.scan import TopicMissing
    from connectors.partners.http.server import listening, run
    from ops.broker import running_bootstrap
    from ops.door import open_door, tls_of, warning
    from ops.meters import DoorMetrics
    from ops.metrics import Metrics
    from ops.processes import announce_ready

    # The server would log what a fault says, and a fault may quote a partner's data; the door logs where it happened.
    logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
    sys.setswitchinterval(SWITCH_S)
    tls, metrics = tls_of(settings), Metrics()
    try:
        bound = listening(settings.http_host, settings.http_port or 0)
    except OSError as error:
        raise CommandError(
            f"{settings.http_host}:{settings.http_port} cannot be listened on ({error.strerror}); set STRGW_HTTP_PORT.", "port"
        ) from error
    try:
        with bound, open_door(settings, running_bootstrap(settings), DoorMetrics(metrics)) as door:
            port = metrics.serve(settings.metrics_port)
            announce_ready(settings, port)
            unsafe = warning(settings)
            if unsafe:
                say(unsafe)
            scheme = "http" if tls is None else "https"
            say(
                f"Taking in transfers of {len(door.partners)} partners on {scheme}://{settings.http_host}:{bound.getsockname()[1]}; "
                f"metrics on http://127.0.0.1:{port}/metrics."
            )
            # What lives as long as the process need not be looked at by every full collection, which would hold up every answer.
            gc.freeze()
            gc.set_threshold(50_000, 50, 50)
            run(door.app, bound, tls, lambda: stopping.is_set() or door.tail.failed is not None)
            if door.tail.failed is not None:
                raise door.tail.failed
    except TopicMissing as error:
        raise CommandError(str(error), "topics_missing") from error
    finally:
        metrics.close()
