"""`strgw keys`: the keys that seal personal values. No command shows a key itself."""

import click
from rich.console import Console
from rich.table import Table

from connectors.sealing.ring import KeyRingFile, Ring, RingKey
from ops.output import json_option, print_json, say
from ops.settings import Settings

COPY = "Copy the file to every machine that reads, then to those that write, and to your backup"


@click.group()
def command() -> None:
    """Make, change over and retire the keys that seal names, documents and other personal values (ops/runbooks/keys.md)."""


@command.command()
@json_option
@click.pass_obj
def init(settings: Settings, as_json: bool) -> None:
    """Make the key ring (STRGW_KEY_RING) with its first key. Once for a deployment, never again."""
    ring = KeyRingFile(settings.key_ring)
    _tell(ring, ring.init(), as_json, "Made the key ring {path} with the key {id}.")


@command.command()
@click.option("--to", default="", metavar="ID", help="Write with this former key again, instead of a new one.")
@json_option
@click.pass_obj
def rotate(settings: Settings, to: str, as_json: bool) -> None:
    """Make a new key and write with it from the next transaction on; earlier keys go on reading."""
    ring = KeyRingFile(settings.key_ring)
    _tell(ring, ring.rotate(to), as_json, "{path} writes with the key {id} from now on.")


@command.command("list")
@json_option
@click.pass_obj
def list_(settings: Settings, as_json: bool) -> None:
    """List the keys by id: current (writes), former (reads), retired (reads, never writes again)."""
    ring = KeyRingFile(settings.key_ring).ring()
    if as_json:
        print_json([_shown(ring, key) for key in ring.keys])
        return
    table = Table(box=None, header_style="bold")
    for heading in ("Key", "State", "Made", "Retired"):
        table.add_column(heading, overflow="fold")
    for key in ring.keys:
        table.add_row(key.id, ring.state(key), key.made_at, key.retired_at)
    Console().print(table)


@command.command()
@click.argument("key_id", metavar="ID")
@json_option
@click.pass_obj
def retire(settings: Settings, key_id: str, as_json: bool) -> None:
    """Let the key ID (as `list` shows it) never write again. It still reads: keep it as long as anything sealed under it."""
    ring = KeyRingFile(settings.key_ring)
    _tell(ring, ring.retire(key_id), as_json, "The key {id} is retired.")


def _tell(file: KeyRingFile, key: RingKey, as_json: bool, sentence: str) -> None:
    if as_json:
        print_json({"path": str(file.path), **_shown(file.ring(), key)})
        return
    click.echo(sentence.format(path=file.path, id=key.id))
    say(f"{COPY}; without it nothing sealed can be read back.")


def _shown(ring: Ring, key: RingKey) -> dict[str, str]:
    return {"id": key.id, "state": ring.state(key), "made_at": key.made_at, "retired_at": key.retired_at}
