"""`strgw worker`: the stages, exactly once."""

import logging

import click

from ops.errors import CommandError
from ops.output import json_option, print_json
from ops.settings import Settings
from schemas.topics import INTERNAL_STAGES


class StageNames(click.ParamType):
    """Comma-separated names of stages, as a tuple in order of the chain."""

    name = "a,b"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, ...]:
        """The names; a usage error where one is unknown."""
        if isinstance(value, tuple):
            return value
        wanted = [word.strip() for word in str(value).split(",") if word.strip()]
        unknown = [word for word in wanted if word not in INTERNAL_STAGES]
        if unknown or not wanted:
            self.fail(
                f"{', '.join(unknown) or 'nothing'} is not a stage; the stages are {', '.join(INTERNAL_STAGES)}.", param, ctx
            )
        return tuple(name for name in INTERNAL_STAGES if name in wanted)


@click.command()
@click.option("--stages", "only", type=StageNames(), default=",".join(INTERNAL_STAGES), show_default=True, help="Stages to run.")
@json_option
@click.pass_obj
def command(settings: Settings, only: tuple[str, ...], as_json: bool) -> None:
    """Run the stages admit, detect, link and report until SIGTERM.

    Any number of workers share the partitions. A worker ends itself with an exit code from 71 on when it cannot prove that
    its state is right; its log says why. Start it again: nothing is lost.
    """
    from ops.broker import running_bootstrap
    from ops.calibration import calibration_of, parameters_line
    from ops.meters import WorkerMetrics
    from ops.metrics import Metrics
    from ops.processes import announce_ready
    from ops.registries import fius_of, partners_of
    from schemas.fius import load_sharing
    from streams.app import APP_ID, stages
    from streams.runtime.exit_codes import Fault
    from streams.runtime.topology import TopologyError
    from streams.runtime.worker import WorkerOptions, run_worker

    _start_log(settings.log_level)
    calibration = calibration_of(settings)
    logging.getLogger("strgw.parameters").info(parameters_line(calibration))
    specs = stages(partners_of(settings), fius_of(settings), load_sharing(), only, calibration)
    metrics = Metrics()
    port = metrics.serve(settings.metrics_port)

    def ready() -> None:
        announce_ready(settings, port)
        if as_json:
            print_json({"ready": True, "stages": list(only), "metrics": port})
        else:
            click.echo(f"Worker ready: {', '.join(only)}; metrics on http://127.0.0.1:{port}/metrics.")

    options = WorkerOptions(running_bootstrap(settings), APP_ID, specs, meters=WorkerMetrics(metrics), ready=ready)
    try:
        run_worker(options)
    except TopologyError as error:
        raise CommandError(str(error), "topics") from error
    except Fault as error:
        raise CommandError(
            f"No broker answers at {options.bootstrap}; check STRGW_KAFKA, or run `strgw up`.", "kafka_unreachable"
        ) from error
    finally:
        metrics.close()


def _start_log(level: str) -> None:
    """Our own lines at `level`; Faust and its clients only when something is wrong."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.getLogger("strgw").setLevel(level)
