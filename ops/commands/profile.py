"""`strgw profile import`: an FIU's XSD becomes a profile the gateway renders from."""

from pathlib import Path

import click

from connectors.fius.goaml.importer import compile_profile
from connectors.fius.goaml.mapping import load_form
from connectors.fius.goaml.profile import SchemaProfile, encode
from connectors.fius.goaml.starter import as_yaml, starter_map
from connectors.fius.goaml.xsd_document import SchemaError
from ops.errors import CommandError
from ops.output import json_option, print_json


@click.group()
def command() -> None:
    """Import the report schemas of FIUs that run goAML."""


@command.command("import")
@click.argument("xsd", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--fiu", required=True, metavar="CC", help="The FIU's country, ISO 3166 alpha-2.")
@click.option(
    "--out",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder of profiles; CC/schema.json is written in it.",
)
@click.option("--version", "schema_version", default="", help="Schema version, where the XSD does not state it.")
@click.option(
    "--currency", default="", metavar="ISO", help="The FIU's currency: writes a starter map.yaml too, unless there is one."
)
@json_option
def import_schema(xsd: Path, fiu: str, out: Path, schema_version: str, currency: str, as_json: bool) -> None:
    """Compile the FIU's XSD into a profile: elements, order, types and code lists in our own format.

    Prints what of the XSD could not be carried. A construct that would change which reports are valid is an error.
    """
    if not (fiu.isascii() and fiu.isalpha() and len(fiu) == 2):
        raise CommandError(f"{fiu!r} is no country code; give two letters, such as AE.", "fiu_code")
    try:
        profile = compile_profile(xsd.read_bytes(), fiu, schema_version)
    except SchemaError as error:
        raise CommandError(f"{xsd.name} cannot be imported. {error}", error.code) from error
    written = _write(profile, out / fiu.lower(), currency)
    notes = [{"code": note.code, "line": note.line, "text": note.text} for note in profile.warnings]
    if as_json:
        print_json(
            {"schema_id": profile.schema_id, "schema_version": profile.schema_version, "files": written, "warnings": notes}
        )
        return
    for note in notes:
        click.echo(f"line {note['line']}: {note['code']}: {note['text']}", err=True)
    click.echo(f"{profile.schema_id}: {len(profile.types)} types, {len(profile.simples)} value types, {len(notes)} notes")
    for name in written:
        click.echo(name)


def _write(profile: SchemaProfile, folder: Path, currency: str) -> list[str]:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        schema, fiu_map = folder / "schema.json", folder / "map.yaml"
        schema.write_bytes(encode(profile))
        written = [str(schema)]
        if currency and not fiu_map.exists():
            like = load_form("lk" if profile.schema_version.startswith("4") else "ae").map
            fiu_map.write_text(as_yaml(starter_map(profile, currency.upper(), like)), "utf-8")
            written.append(str(fiu_map))
    except OSError as error:
        raise CommandError(
            f"The profile cannot be written to {folder} ({error.strerror}); choose another --out.", "not_writable"
        ) from error
    return written
