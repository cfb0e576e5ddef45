"""`strgw partner`: the partners of the registry, their API keys and their self-test."""

import re
from datetime import UTC, datetime, timedelta

import click
from rich.console import Console
from rich.table import Table

from connectors.partners.keys import DAYS, KeysFile, PartnerKey
from ops.commands.partner_quality import quality
from ops.commands.partner_registry import add as add_partner
from ops.commands.partner_registry import disable, enable, show
from ops.commands.partner_registry import list_ as list_partners
from ops.commands.partner_test import schemas, test
from ops.errors import CommandError
from ops.output import json_option, print_json, say
from ops.registries import partner_of, partners_of
from ops.settings import Settings


@click.group()
def command() -> None:
    """Add partners, switch them on and off, give out keys, and try what they send."""


for _part in (add_partner, list_partners, show, disable, enable, test, schemas, quality):
    command.add_command(_part)


@command.group("key")
def key() -> None:
    """Give out, list and revoke API keys."""


@key.command("add")
@click.argument("partner")
@click.option("--days", default=DAYS, show_default=True, type=click.IntRange(1, 3650), help="How long the key serves.")
@json_option
@click.pass_obj
def add(settings: Settings, partner: str, days: int, as_json: bool) -> None:
    """Make a new key for PARTNER (its id in the registry) and print it, this once.

    Earlier keys keep serving, so that a partner can change over; revoke them afterwards.
    """
    row, made = KeysFile(settings.partner_keys).add(partner_of(partners_of(settings), partner).id, _now(), days)
    if as_json:
        print_json({"id": row.id, "partner": row.partner, "expires": row.expires, "key": made})
        return
    click.echo(made)
    say(f"Key {row.id} of {row.partner}, until {row.expires}. It cannot be shown again: hand it over by a safe way.")


@command.command("rotate-key")
@click.argument("partner", metavar="ID")
@click.option(
    "--keep-old", default="24h", show_default=True, help="How long its other keys still serve: hours (24h), days (7d) or 0h."
)
@click.option("--days", default=DAYS, show_default=True, type=click.IntRange(1, 3650), help="How long the new key serves.")
@json_option
@click.pass_obj
def rotate_key(settings: Settings, partner: str, keep_old: str, days: int, as_json: bool) -> None:
    """Make a new key for the partner ID and print it, this once; its other keys serve a while longer, so that it can change over."""
    identity = partner_of(partners_of(settings), partner).id
    row, made, old = KeysFile(settings.partner_keys).rotate(identity, _now(), _span(keep_old), days)
    if as_json:
        print_json(
            {
                "id": row.id,
                "partner": row.partner,
                "expires": row.expires,
                "key": made,
                "old": [_shown(one, _now()) for one in old],
            }
        )
        return
    click.echo(made)
    say(f"Key {row.id} of {row.partner}, until {row.expires}. It cannot be shown again: hand it over by a safe way.")
    for one in old:
        say(f"Key {one.id} still serves until {one.expires}.")


def _span(text: str) -> timedelta:
    found = re.fullmatch(r"([0-9]{1,4})([hd])", text)
    if found is None:
        raise CommandError(f"--keep-old '{text}' is written as hours (24h) or days (7d).", "usage")
    return timedelta(**{"hours" if found[2] == "h" else "days": int(found[1])})


@key.command("list")
@click.argument("partner", required=False)
@json_option
@click.pass_obj
def list_(settings: Settings, partner: str | None, as_json: bool) -> None:
    """List the keys, all or those of PARTNER; never the keys themselves."""
    now = _now()
    rows = [row for row in KeysFile(settings.partner_keys).rows() if partner in (None, row.partner)]
    if as_json:
        print_json([_shown(row, now) for row in rows])
    elif not rows:
        click.echo("There is no key; make one with `strgw partner key add PARTNER`.")
    else:
        table = Table(box=None, header_style="bold")
        for heading in ("Key", "Partner", "State", "Created (UTC)", "Expires (UTC)", "Revoked (UTC)"):
            table.add_column(heading, overflow="fold")
        for row in rows:
            table.add_row(
                row.id,
                row.partner,
                row.state(now),
                *(at[:16].replace("T", " ") for at in (row.created, row.expires, row.revoked)),
            )
        Console().print(table)


@key.command("revoke")
@click.argument("key_id", metavar="ID")
@json_option
@click.pass_obj
def revoke(settings: Settings, key_id: str, as_json: bool) -> None:
    """Make the key ID (as `list` shows it) serve no more, from the next request on."""
    now = _now()
    row = KeysFile(settings.partner_keys).revoke(key_id, now)
    if as_json:
        print_json(_shown(row, now))
        return
    click.echo(f"Key {row.id} of {row.partner} is revoked since {row.revoked}.")


def _shown(row: PartnerKey, now: datetime) -> dict[str, str]:
    return {
        "id": row.id,
        "partner": row.partner,
        "state": row.state(now),
        "created": row.created,
        "expires": row.expires,
        "revoked": row.revoked,
    }


def _now() -> datetime:
    return datetime.now(UTC)
