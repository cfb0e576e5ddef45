"""`strgw profile import`: an FIU's XSD becomes a profile the gateway renders from."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import click
import msgspec
from lxml import etree
from rich.console import Console
from rich.table import Table

from connectors.fius.goaml.derived import derive, read_changes
from connectors.fius.goaml.importer import compile_profile
from connectors.fius.goaml.mapping import Form, FormMap, load_form, load_schema, read_map
from connectors.fius.goaml.profile import Schema, SchemaProfile, encode
from connectors.fius.goaml.starter import Unmapped, as_yaml, generation, starter_map, unmapped
from connectors.fius.goaml.trial import Missing, Trial, missing, trials
from connectors.fius.goaml.xsd import generate
from connectors.fius.goaml.xsd_document import SchemaError
from ops.errors import CommandError
from ops.output import json_option, print_json
from ops.settings import Settings
from schemas.codes import COUNTRY_CURRENCY
from schemas.fius import load_fius
from schemas.registry import Fiu

TABLE_WIDTH = 160  # DEF: columns where stdout is no terminal, so that no cell is cut


class Imported(NamedTuple):
    """What an import made: the profile, its map, what a person must still map, and the trials."""

    profile: SchemaProfile
    form_map: FormMap
    own_map: bool
    to_map: tuple[Unmapped, ...]
    tried: list[Trial]
    missing: tuple[Missing, ...]


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
    help="Folder of profiles; CC/schema.json, a starter CC/map.yaml (unless there is one) and CC/trial/ are written in it.",
)
@click.option("--version", "schema_version", default="", help="Schema version, where the XSD does not state it.")
@click.option("--currency", default="", metavar="ISO", help="The FIU's currency (default: that of its country).")
@json_option
@click.pass_obj
def import_schema(
    settings: Settings | None, xsd: Path, fiu: str, out: Path, schema_version: str, currency: str, as_json: bool
) -> None:
    """Compile the FIU's XSD into a profile, map what its lists show, and try it on invented reports.

    Prints what of the XSD could not be carried, every word of ours that a person must still map, with the FIU's codes beside it, and every
    field the form demands that nothing fills. What is complete renders at once: the trial reports lie in CC/trial. A construct that
    would change which reports are valid is an error.
    """
    if not (fiu.isascii() and fiu.isalpha() and len(fiu) == 2):
        raise CommandError(f"{fiu!r} is no country code; give two letters, such as AE.", "fiu_code")
    currency = (currency or COUNTRY_CURRENCY.get(fiu.upper(), "")).upper()
    if not currency:
        raise CommandError(f"The currency of {fiu.upper()} is not known here; give it with --currency.", "currency_unknown")
    try:
        profile = compile_profile(xsd.read_bytes(), fiu, schema_version)
    except SchemaError as error:
        raise CommandError(f"{xsd.name} cannot be imported. {error}", error.code) from error
    made = _tried(profile, _own_map(out / fiu.lower()), currency, _fiu(settings, fiu.upper()))
    written = _write(made, out / fiu.lower())
    if as_json:
        print_json(_told(made, written))
    else:
        _print(made, written)


@command.command("derive")
@click.argument("changes", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@json_option
def derive_schema(changes: Path, as_json: bool) -> None:
    """Write schema.json beside CHANGES: a form made from an FIU's published text, where it hands out no XSD.

    CHANGES (strgw.goaml-changes/1) names the form it starts from and what the text says otherwise: lists, lengths, what is mandatory.
    """
    text = read_changes(changes.read_text("utf-8"), str(changes))
    profile = derive(text, load_schema)
    try:
        etree.XMLSchema(etree.fromstring(generate(profile)))
    except etree.XMLSchemaParseError as error:
        raise CommandError(f"{changes} makes no valid schema: {error}.", "schema_not_valid") from error
    target = changes.with_name("schema.json")
    target.write_bytes(encode(profile))
    if as_json:
        print_json({"schema_id": profile.schema_id, "files": [str(target)]})
    else:
        click.echo(f"{profile.schema_id}: {target}")


def _fiu(settings: Settings | None, code: str) -> Fiu:
    """The FIU's row, or one that says no more than its country."""
    known = load_fius(settings.fius if settings else None).get(code)
    return known or msgspec.structs.replace(load_fius()["AE"], id=code, country=code, name=code, acronym=code, timezone="UTC")


def _own_map(folder: Path) -> FormMap | None:
    path = folder / "map.yaml"
    return read_map(path.read_text("utf-8"), str(path)) if path.is_file() else None


def _tried(profile: SchemaProfile, own: FormMap | None, currency: str, fiu: Fiu) -> Imported:
    like = load_form(f"goaml{generation(profile)}").map
    form_map = own or starter_map(profile, currency, like)
    tried = trials(Form(Schema(profile), form_map), fiu)
    fields = tuple(one for one in missing(tried) if one.code != "code_unmapped")
    if own is None:
        always = dict.fromkeys(one.target_path for one in fields if one.always and one.code.startswith("mandatory"))
        form_map = msgspec.structs.replace(form_map, missing=tuple(always))
    return Imported(profile, form_map, own is not None, unmapped(profile, form_map), tried, fields)


def _write(made: Imported, folder: Path) -> list[str]:
    try:
        trial = folder / "trial"
        trial.mkdir(parents=True, exist_ok=True)
        for old in trial.glob("*.xml*"):
            old.unlink()
        files = {folder / "schema.json": encode(made.profile)}
        if not made.own_map:
            files[folder / "map.yaml"] = as_yaml(made.form_map).encode()
        for tried in made.tried:
            for number, file in enumerate(tried.files, 1):
                name = f"{tried.name.replace(' ', '_')}{f'_{number}' if number > 1 else ''}.xml{'.held' if file.errors else ''}"
                files[trial / name] = file.payload
        for path, content in files.items():
            path.write_bytes(content)
    except OSError as error:
        raise CommandError(
            f"The profile cannot be written to {folder} ({error.strerror}); choose another --out.", "not_writable"
        ) from error
    return [str(path) for path in files]


def _told(made: Imported, written: list[str]) -> dict[str, object]:
    return {
        "schema_id": made.profile.schema_id,
        "schema_version": made.profile.schema_version,
        "generation": generation(made.profile),
        "currency": made.form_map.currency,
        "files": written,
        "warnings": [msgspec.structs.asdict(note) for note in made.profile.warnings],
        "unmapped": [one._asdict() for one in made.to_map],
        "missing": [one._asdict() for one in made.missing],
        "trial": [
            {"name": one.name, "known": one.known, "valid": not _errors(one), "errors": _errors(one)} for one in made.tried
        ],
        "complete": not made.to_map and not any(one.always for one in made.missing),
    }


def _errors(trial: Trial) -> list[object]:
    return [error for file in trial.files for error in file.errors]


def _print(made: Imported, written: Sequence[str]) -> None:
    profile = made.profile
    for note in profile.warnings:
        click.echo(f"line {note.line}: {note.code}: {note.text}", err=True)
    click.echo(
        f"{profile.schema_id}: {len(profile.types)} types, {len(profile.simples)} value types, {len(profile.warnings)} notes; "
        f"{made.form_map.currency}, generation {generation(profile)}"
    )
    console = Console()
    console = console if console.is_terminal else Console(width=TABLE_WIDTH)
    if made.to_map:
        console.print(_words_table(made.to_map))
    if made.missing:
        console.print(_fields_table(made.missing))
    valid = sum(not _errors(trial) for trial in made.tried)
    click.echo(
        f"Trial: {valid} of {len(made.tried)} invented reports are valid in this form; the others are held for the fields above."
    )
    for name in written[: 1 if made.own_map else 2]:
        click.echo(name)


def _words_table(to_map: Sequence[Unmapped]) -> Table:
    table = Table(title="To map by hand: words of ours without a code", title_justify="left")
    for column in ("code set", "word", "until then", "element", "the FIU's codes"):
        table.add_column(column, overflow="fold")
    for one in to_map:
        shown = ", ".join(f"{code} = {label}" if label else code for code, label in one.choices.items())
        table.add_row(one.code_set, one.word, one.falls_to or "held", one.element, shown)
    return table


def _fields_table(fields: Sequence[Missing]) -> Table:
    table = Table(title="Fields the form demands and nothing fills", title_justify="left")
    for column in ("element", "canonical field", "why", "when"):
        table.add_column(column, overflow="fold")
    for one in fields:
        table.add_row(one.target_path, one.canonical_path, one.code, "always" if one.always else "where it is not known")
    return table
