"""`strgw down`: stops what `strgw up` started."""

import click

from ops.output import json_option, print_json
from ops.settings import Settings


@click.command()
@click.option("--keep-broker", is_flag=True, help="Leave the embedded broker running.")
@json_option
@click.pass_obj
def command(settings: Settings, keep_broker: bool, as_json: bool) -> None:
    """Stop what `up` started: intake, workers, delivery, then the broker.

    Each process finishes what it has begun. Data stays; a cluster named by STRGW_KAFKA is never touched.
    """
    from ops.broker import embedded_broker
    from ops.lifecycle import stop_processes

    stopped = [(record.name, by_itself) for record, by_itself in stop_processes(settings)]
    if not keep_broker:
        broker = embedded_broker(settings)
        if broker.status().pid:
            stopped.append(("broker", broker.stop()))
    if as_json:
        print_json({"stopped": [{"name": name, "by_itself": by_itself} for name, by_itself in stopped]})
        return
    for name, by_itself in stopped:
        click.echo(f"{name}: stopped" + ("" if by_itself else " (had to be killed: it did not end in time)"))
    if not stopped:
        click.echo("Nothing was running.")
