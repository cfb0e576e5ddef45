"""`strgw audit`: proof that no event was lost or counted twice, and that no audit record was changed."""

import click
from rich.console import Console
from rich.table import Table

from connectors.kafka.scan import TopicMissing
from connectors.partners.arrival import several_in
from connectors.partners.intake import GROUP, is_partner_topic
from connectors.register.chain import ChainAudit, read_anchors
from connectors.register.chain import verify as check
from connectors.register.database import read
from ops.audit import Audit, PartitionAudit, totals
from ops.broker import running_bootstrap
from ops.errors import CommandError
from ops.output import json_option, print_json
from ops.progress import progress_bar
from ops.register import register_of
from ops.registries import partners_of
from ops.settings import Settings

NUMBERS = ("events", "transfers", "duplicates", "quarantined", "conflicts", "waiting", "lost", "doubled")


@click.group()
def command() -> None:
    """Prove that no event was lost or counted twice, and that no audit record was changed."""


@command.command()
@json_option
@click.pass_obj
def verify(settings: Settings, as_json: bool) -> int:
    """Check, for every partition of every partner topic, that events = transfers + duplicates + quarantined; and the audit chain.

    Reads `transfers`, `quarantine` and the partner topics themselves, and trusts no counter. "Conflicts" are transfers that
    repeat a status of an earlier one with other content: tell the partner (docs/partners.md). "Waiting" are events that were
    not taken in yet. Of the register's audit chain every record is compared with the one before it and with what the topic
    `audit` says of it. Exit code 1 when the equation does not hold somewhere, or a record was changed, removed or moved.
    """
    try:
        chain = _chain(settings)
        with progress_bar("Reading") as advance:
            several = several_in(partners_of(settings).values())
            lines = Audit(running_bootstrap(settings), GROUP, is_partner_topic, several).run(
                lambda done, total: advance(done, total, f"{done:,} of {total:,} records")
            )
    except TopicMissing as error:
        raise CommandError(str(error), "topics_missing") from error
    holds = all(line.holds for line in lines) and chain.holds
    if as_json:
        partitions = [_document(line) for line in lines]
        print_json({"holds": holds, "totals": totals(lines), "partitions": partitions, "chain": chain})
    else:
        _print(lines, all(line.holds for line in lines))
        _print_chain(chain)
    return 0 if holds else 1


def _chain(settings: Settings) -> ChainAudit:
    """The chain of the register's database, which is made where there is none yet."""
    anchors = read_anchors(running_bootstrap(settings))
    with register_of(settings) as engine, read(engine) as connection:
        return check(connection, anchors)


def _print_chain(chain: ChainAudit) -> None:
    click.echo(f"Audit chain: {chain.records:,} records, {chain.anchors:,} anchors, {'unbroken' if chain.holds else 'BROKEN'}.")
    for fault in chain.faults:
        click.echo(f"{fault.code} at record {fault.seq} of chain {fault.chain}: {fault.text}", err=True)
    if not chain.holds:
        click.echo("Keep the database and the topics as they are, and read ops/runbooks/audit-chain.md.", err=True)


def _document(line: PartitionAudit) -> dict[str, object]:
    return {name: getattr(line, name) for name in line.__struct_fields__} | {"holds": line.holds}


def _print(lines: list[PartitionAudit], holds: bool) -> None:
    table = Table(box=None, header_style="bold")
    table.add_column("Topic", overflow="fold")
    for name in ("partition", *NUMBERS):
        table.add_column(name.capitalize(), justify="right")
    table.add_column("Holds")
    for line in lines:
        cells = [f"{getattr(line, name):,}" for name in NUMBERS]
        table.add_row(line.topic, str(line.partition), *cells, "yes" if line.holds else "NO")
    table.add_row("all", "", *(f"{number:,}" for number in totals(lines).values()), "yes" if holds else "NO", style="bold")
    Console().print(table)
    for line in lines:
        for name, offsets in (("lost", line.lost_offsets), ("doubled", line.doubled_offsets)):
            if offsets:
                click.echo(f"{line.topic} partition {line.partition}, {name}: offsets {', '.join(map(str, offsets))}")
    if not holds:
        click.echo("The equation does not hold: keep the topics as they are and report the offsets above.", err=True)
