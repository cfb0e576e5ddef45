"""`strgw status`: what runs, how far behind it is, what it has done."""

from typing import TYPE_CHECKING

import click

from ops.output import json_option, print_json
from ops.settings import Settings

if TYPE_CHECKING:
    from rich.table import Table

    from ops.status import GatewayStatus


@click.command()
@json_option
@click.pass_obj
def command(settings: Settings, as_json: bool) -> None:
    """Show what runs, how far behind it is and what it has filed.

    Figures are those of the processes since they were started. Exit code 1 when the broker or a process has died.
    """
    from ops.status import gateway_status

    status = gateway_status(settings)
    if as_json:
        print_json(status)
    else:
        _print(status)
    click.get_current_context().exit(1 if _is_broken(status) else 0)


def _is_broken(status: "GatewayStatus") -> bool:
    died = any(process.state == "died" for process in status.processes)
    return died or status.broker.state in ("silent", "died") or (status.broker.state == "stopped" and bool(status.processes))


def _print(status: "GatewayStatus") -> None:
    from rich.console import Console

    console = Console()
    console.print(_processes(status))
    if status.figures:
        console.print(_figures(status))
    if status.lag:
        console.print(_lag(status))


def _processes(status: "GatewayStatus") -> "Table":
    from ops.status import age

    table = _table("process", "state", "pid", "up", "where")
    broker = status.broker
    since = age(broker.since) if broker.since else ""
    table.add_row("broker", broker.state, str(broker.pid or ""), since, broker.bootstrap or broker.complaint)
    for process in status.processes:
        where = f"http://127.0.0.1:{process.metrics}/metrics" if process.metrics else process.last_line
        up = age(process.since) if process.state == "running" else ""
        table.add_row(process.name, process.state, str(process.pid), up, where)
    return table


def _lag(status: "GatewayStatus") -> "Table":
    table = _table("reader", "topic", "records to read")
    for group, topics in status.lag.items():
        for topic, records in topics.items():
            table.add_row(group, topic, f"{records:,}")
    return table


def _figures(status: "GatewayStatus") -> "Table":
    """What is zero is left out; --json has it."""
    table = _table("figure", "of", "count")
    for title, rows in status.figures.items():
        shown = {name: value for name, value in rows.items() if value} or {"": 0.0}
        for number, (name, value) in enumerate(shown.items()):
            table.add_row("" if number else title, name, f"{value:,.0f}")
    return table


def _table(*columns: str) -> "Table":
    from rich.box import SIMPLE
    from rich.table import Table

    table = Table(box=SIMPLE)
    for column in columns:
        table.add_column(column, justify="right" if column in ("count", "records to read") else "left", overflow="fold")
    return table
