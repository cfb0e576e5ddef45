"""`strgw partner add|list|show|disable|enable`: the rows of the deployment's own registry."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
import msgspec
from rich.console import Console
from rich.table import Table

from connectors.partners.formats import FORMATS
from connectors.partners.keys import DAYS, KeysFile
from connectors.partners.registry import KINDS, RELEASES, SCOPES, problems
from connectors.partners.registry_file import RegistryFile
from ops.errors import CommandError
from ops.output import json_option, print_json, say
from ops.registries import doors_of, partner_of, partners_of
from ops.settings import Settings
from schemas.native import NATIVE
from schemas.registry import Licence, Partner

RESTART = "Processes that run learn of it when they start again: `strgw down`, then `strgw up`."


@click.command("add")
@click.argument("identity", metavar="ID")
@click.option("--name", required=True, help="Legal name, as the FIUs know it.")
@click.option("--kind", type=click.Choice(KINDS), required=True)
@click.option("--format", "format_", type=click.Choice(list(FORMATS)), default=NATIVE, show_default=True, help="What it sends.")
@click.option("--home-country", required=True, help="ISO 3166-1 alpha-2.")
@click.option(
    "--licence", "licences", multiple=True, metavar="CC:NUMBER[:BRANCH]", help="Country and the FIU's number; may be repeated."
)
@click.option("--timezone", default="", help="IANA zone of times without an offset.")
@click.option("--mapping", default="", help="File of the columns, for csv/1.")
@click.option("--scope", type=click.Choice(SCOPES), default="partner", show_default=True)
@click.option("--release", type=click.Choice(RELEASES), default="automatic", show_default=True)
@click.option("--key", "with_key", is_flag=True, help="Make an API key too and print it, this once.")
@json_option
@click.pass_obj
def add(settings: Settings, /, identity: str, with_key: bool, as_json: bool, **said: Any) -> None:
    """Add the partner ID to the registry that STRGW_REGISTRY names, and create its topics where a broker runs.

    Officers, offices and agents of a licence are written into the file by hand (schemas/reference/partners.sample.yaml shows how).
    """
    file = _file(settings)
    partner = Partner(
        identity, said["name"], said["kind"], said["format_"], said["home_country"], tuple(map(_licence, said["licences"])),
        scope=said["scope"], release=said["release"], timezone=said["timezone"],
        mapping=str(Path(said["mapping"]).absolute()) if said["mapping"] else "",
    )  # fmt: skip
    for problem in problems(partner):
        raise CommandError(f"{identity}: {problem}.", "partner")
    FORMATS[partner.format].reader(partner)  # a mapping that cannot be used is told now
    file.add(partner)
    topics = _create_topics(settings, identity)
    made = KeysFile(settings.partner_keys).add(identity, datetime.now(UTC), DAYS)[1] if with_key else ""
    if as_json:
        print_json({"id": identity, "registry": str(file.path), "topics": topics} | ({"key": made} if made else {}))
        return
    click.echo(f"{identity} is in {file.path}.")
    if made:
        click.echo(made)
        say("The key cannot be shown again: hand it over by a safe way.")
    say(
        "Its topics exist."
        if topics
        else "Its topics do not exist yet: `strgw up` makes them, or `strgw topics apply` where a broker runs."
    )
    say(RESTART)


@click.command("list")
@json_option
@click.pass_obj
def list_(settings: Settings, as_json: bool) -> None:
    """List the partners of the registry."""
    partners, now = partners_of(settings), datetime.now(UTC)
    keys = [row for row in KeysFile(settings.partner_keys).rows() if row.state(now) == "active"]
    doors = doors_of(settings, partners)
    rows = [
        {
            "id": one.id, "name": one.name, "kind": one.kind, "format": one.format, "state": "disabled" if one.disabled else "enabled",
            "licences": [licence.country for licence in one.licences], "keys": sum(key.partner == one.id for key in keys),
            "file_doors": sum(door.partner == one.id for door in doors),
        }
        for _, one in sorted(partners.items())
    ]  # fmt: skip
    if as_json:
        print_json(rows)
        return
    table = Table(box=None, header_style="bold")
    for heading in ("Id", "Name", "Kind", "Format", "State", "Licences", "Keys", "File doors"):
        table.add_column(heading, overflow="fold")
    for row in rows:
        licences = row["licences"]
        assert isinstance(licences, list)
        shown = " ".join(licences[:8]) + (f" and {len(licences) - 8} more" if len(licences) > 8 else "")
        table.add_row(
            *(str(row[name]) for name in ("id", "name", "kind", "format", "state")),
            shown,
            str(row["keys"]),
            str(row["file_doors"]),
        )
    Console().print(table)


@click.command("show")
@click.argument("identity", metavar="ID")
@json_option
@click.pass_obj
def show(settings: Settings, identity: str, as_json: bool) -> None:
    """Show all that the registry says of the partner ID, its keys (never the keys themselves) and where it leaves files."""
    partners, now = partners_of(settings), datetime.now(UTC)
    partner = partner_of(partners, identity)
    keys = [
        {"id": row.id, "state": row.state(now), "expires": row.expires}
        for row in KeysFile(settings.partner_keys).rows()
        if row.partner == identity
    ]
    doors = [
        {"kind": door.kind, "host": door.host, "inbox": door.inbox}
        for door in doors_of(settings, partners)
        if door.partner == identity
    ]
    said = msgspec.to_builtins(partner) | {
        "keys": keys,
        "file_doors": doors,
        "registry": str(settings.registry or "(the sample)"),
    }
    if as_json:
        print_json(said)
        return
    table = Table(box=None, show_header=False)
    for name, value in said.items():
        for number, item in enumerate(value if isinstance(value, list | tuple) else [value]):
            if item not in ("", None):
                table.add_row(name if number == 0 else "", _line(item))
    Console().print(table)


@click.command("disable")
@click.argument("identity", metavar="ID")
@json_option
@click.pass_obj
def disable(settings: Settings, identity: str, as_json: bool) -> None:
    """Take in nothing of the partner ID from now on: HTTP answers 403, files are refused, what is on its topic goes to the quarantine.

    Processes that run notice it within seconds.
    """
    _switch(settings, identity, True, as_json)


@click.command("enable")
@click.argument("identity", metavar="ID")
@json_option
@click.pass_obj
def enable(settings: Settings, identity: str, as_json: bool) -> None:
    """Take in what the partner ID sends again; processes that run notice it within seconds."""
    _switch(settings, identity, False, as_json)


def _switch(settings: Settings, identity: str, off: bool, as_json: bool) -> None:
    file = _file(settings)
    partner_of(partners_of(settings), identity)
    changed = file.switch(identity, off)
    if as_json:
        print_json({"id": identity, "disabled": off, "changed": changed})
        return
    click.echo(f"{identity} {'is' if changed else 'was already'} {'disabled' if off else 'enabled'}.")


def _file(settings: Settings) -> RegistryFile:
    if settings.registry is None:
        raise CommandError(
            "The sample registry is never changed; set STRGW_REGISTRY to a file of your own, which is made if it does not exist.",
            "registry",
        )
    return RegistryFile(settings.registry)


def _licence(text: str) -> Licence:
    country, _, rest = text.partition(":")
    number, _, branch = rest.partition(":")
    if not (country and number):
        raise CommandError(f"--licence '{text}' is written CC:NUMBER or CC:NUMBER:BRANCH.", "partner")
    return Licence(country, number, branch or "HEAD")


def _create_topics(settings: Settings, identity: str) -> bool:
    """Creates the partner's two topics with their rights; False where no broker runs."""
    from connectors.kafka.admin import apply_access, apply_topics
    from connectors.kafka.errors import KafkaSetupError
    from connectors.kafka.topology import required_access, required_topics
    from ops.broker import running_bootstrap

    try:
        bootstrap = running_bootstrap(settings)
        apply_topics(
            bootstrap, [spec for spec in required_topics([identity], [], settings.partitions) if spec.name.startswith("partner.")]
        )
        apply_access(bootstrap, required_access([identity], []))
    except CommandError:
        return False
    except KafkaSetupError as error:
        if error.code != "kafka_unreachable":
            raise
        return False
    return True


def _line(item: object) -> str:
    if isinstance(item, dict):
        return ", ".join(f"{name} {value}" for name, value in item.items() if value not in ("", None, [], ()))
    return str(item)
