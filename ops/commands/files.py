"""`strgw files`: the process that takes in the files that partners leave."""

import threading

import click

from ops.errors import CommandError
from ops.output import say
from ops.serving import EXIT_CODES_HELP, serve
from ops.settings import Settings

JOIN_S = 10.0  # as long as `strgw down` grants


@click.command(epilog=EXIT_CODES_HELP)
@click.pass_obj
def command(settings: Settings) -> int:
    """Take in the files that partners leave in the folders and on the SFTP servers of files.yaml (STRGW_FILES).

    Each record of a content is posted on the partner's topic once; `strgw intake` does the rest. Then the file is moved to the folder
    done or refused, with a receipt beside it. There is one of these processes; a second one takes over from the first.
    """
    return serve(settings, "files", lambda stopping: _take_in(settings, stopping))


def _take_in(settings: Settings, stopping: threading.Event) -> None:
    from connectors.kafka.scan import TopicMissing
    from ops.broker import running_bootstrap
    from ops.file_meters import FileMetrics
    from ops.filedoor import Doors, open_lanes
    from ops.metrics import Metrics
    from ops.processes import announce_ready
    from ops.registries import doors_of, partners_of

    partners = partners_of(settings)
    doors = Doors(doors_of(settings, partners), partners)
    if not doors.rows:
        raise CommandError("Nobody leaves files: name a files.yaml by STRGW_FILES (docs/partners.md).", "files")
    metrics = Metrics()
    meters = FileMetrics(metrics, doors.names)
    try:
        with open_lanes(settings, running_bootstrap(settings), doors, meters, stopping) as lanes:
            threads = [threading.Thread(target=lane.run, daemon=True) for lane in lanes]
            for thread in threads:
                thread.start()
            port = metrics.serve(settings.metrics_port)
            announce_ready(settings, port)
            say(f"Taking in files of {', '.join(doors.names)}; metrics on http://127.0.0.1:{port}/metrics.")
            stopping.wait()
            for thread in threads:
                thread.join(JOIN_S)
            for lane in lanes:
                if lane.failed is not None:
                    raise lane.failed
    except TopicMissing as error:
        raise CommandError(str(error), "topics_missing") from error
    finally:
        metrics.close()
