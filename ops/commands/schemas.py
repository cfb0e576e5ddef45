"""`strgw schemas`: our public Avro schemas and the partners' schema registry. Nothing registers by itself."""

from typing import TYPE_CHECKING

import click

from ops.errors import CommandError
from ops.output import json_option, print_json
from ops.settings import Settings

if TYPE_CHECKING:
    from connectors.partners.schema_registry import Access

URL = click.option("--url", default="", help="The registry; otherwise STRGW_SCHEMA_REGISTRY.")
PARTNER = click.option(
    "--partner", "partners", multiple=True, help="Also as the values of this partner's topics (<topic>-value)."
)


@click.group()
def command() -> None:
    """Check our public Avro schemas against a schema registry, or publish them in one."""


@command.command()
@URL
@PARTNER
@json_option
@click.pass_obj
def register(settings: Settings, url: str, partners: tuple[str, ...], as_json: bool) -> None:
    """Publish every version of our schemas, oldest first, under the names of their records (strgw.Transfer).

    A version that is there already keeps its number. Needs a user who may write there; nothing else of the gateway does.
    """
    from connectors.partners.schema_publishing import Publisher, subjects_of

    chosen = subjects_of(_known(settings, partners))
    with Publisher(_access(settings, url)) as publisher:
        done = [(subject, version.file, publisher.register(subject, text)) for subject, version, text in chosen]
    if as_json:
        print_json([{"subject": subject, "file": file, "id": number} for subject, file, number in done])
        return
    for subject, file, number in done:
        click.echo(f"{number:>6}  {subject}  {file}")


@command.command()
@URL
@PARTNER
@json_option
@click.pass_obj
def check(settings: Settings, url: str, partners: tuple[str, ...], as_json: bool) -> int:
    """Ask the registry whether our newest schemas are compatible with what it has; exit code 1 where one is not."""
    from connectors.partners.schema_publishing import Publisher, newest_of

    with Publisher(_access(settings, url)) as publisher:
        verdicts = {subject: publisher.problems(subject, text) for subject, text in newest_of(_known(settings, partners))}
    if as_json:
        print_json({subject: {"compatible": not found, "problems": found} for subject, found in verdicts.items()})
    else:
        for subject, found in verdicts.items():
            click.echo(f"{subject}: {'compatible' if not found else '; '.join(found)}")
    return 1 if any(verdicts.values()) else 0


def _access(settings: Settings, url: str) -> "Access":
    from ops.schemas import access_of

    if not (url or settings.schema_registry):
        raise CommandError("Say which schema registry: --url, or STRGW_SCHEMA_REGISTRY.", "schema_registry")
    return access_of(settings, url)


def _known(settings: Settings, partners: tuple[str, ...]) -> tuple[str, ...]:
    from ops.registries import partner_of, partners_of

    registered = partners_of(settings)
    return tuple(partner_of(registered, name).id for name in partners)
