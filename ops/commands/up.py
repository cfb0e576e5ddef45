"""`strgw up`: the broker, the topics and the gateway's processes, in the background."""

import click

from ops.output import json_option, print_json, say
from ops.settings import Settings


@click.command()
@click.option("--broker-only", is_flag=True, help="Start the broker and create the topics, but no process of the gateway.")
@json_option
@click.pass_obj
def command(settings: Settings, broker_only: bool, as_json: bool) -> None:
    """Start the broker and the gateway's processes in the background.

    What runs already is kept; a process that died is started again. Data, logs and process files are under STRGW_HOME.
    """
    from connectors.kafka.admin import apply_topics
    from ops.broker import embedded_broker, started_bootstrap, topic_specs
    from ops.calibration import calibration_of
    from ops.lifecycle import start_processes
    from ops.processes import ProcessFolder
    from ops.registries import doors_of, partners_of, transports_of

    specs = topic_specs(settings)  # before anything is started: a registry with a mistake leaves nothing behind
    calibration_of(settings)
    transports_of(settings)
    doors_of(settings, partners_of(settings))
    if settings.kafka:
        say(f"Using Kafka at {settings.kafka}.")
    elif embedded_broker(settings).status().state != "running":
        say("Starting the broker.")
    bootstrap = started_bootstrap(settings)
    applied = apply_topics(bootstrap, specs)
    say(f"Broker at {bootstrap}; {len(applied.created)} topics created, {len(applied.existing)} existed.")
    folder = ProcessFolder(settings.home)
    records = [] if broker_only else start_processes(settings, bootstrap)
    if as_json:
        print_json({"bootstrap": bootstrap, "topics_created": len(applied.created), "processes": records})
        return
    for record in records:
        metrics = f"metrics http://127.0.0.1:{record.metrics}/metrics, " if record.metrics else ""
        click.echo(f"{record.name}: pid {record.pid}, {metrics}log {folder.log(record.name)}")
    broker = "" if settings.kafka else f", log {embedded_broker(settings).folder.log}"
    click.echo(f"broker: {bootstrap}{broker}")
