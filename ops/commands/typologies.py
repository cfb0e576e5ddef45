"""`strgw typologies`: the catalogue for a compliance officer."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import click

from ops.calibration import calibration_of, parameters_line
from ops.catalogue import Entry, as_data, entries
from ops.errors import CommandError
from ops.output import json_option, print_json
from ops.registries import fius_of
from ops.settings import Settings
from schemas.registry import Fiu
from streams.typologies import CATALOGUE
from streams.typologies.calibration import Calibration, nearest


@click.command("typologies")
@click.argument("named", metavar="[ID]...", nargs=-1)
@click.option("--explain", metavar="ID", multiple=True, help="Show one typology in full, as ID alone does.")
@click.option("--markdown", "as_markdown", is_flag=True, help="Print the whole catalogue as Markdown (docs/typologies.md).")
@click.option(
    "--write-parameters",
    "template",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the numbers in force to a new file, to be changed and named in STRGW_PARAMETERS.",
)
@json_option
@click.pass_obj
def command(
    settings: Settings, named: tuple[str, ...], explain: tuple[str, ...], as_markdown: bool, template: Path | None, as_json: bool
) -> None:
    """Print the catalogue of typologies: question, sources, parameters, roles, false alarms, examples, indicators.

    Without ID a table of all; with ID, or --explain ID, one in full.
    """
    calibration = calibration_of(settings)
    wanted = _known((*named, *explain))
    fius = fius_of(settings)
    catalogue = entries(calibration, CATALOGUE, fius, settings.profiles)
    chosen = [entry for entry in catalogue if not wanted or entry.typology.id in wanted]
    if template is not None:
        _write(template, chosen, as_json)
    elif as_json:
        print_json([as_data(entry) for entry in chosen])
    elif as_markdown:
        from ops.catalogue_markdown import markdown

        click.echo(markdown(chosen, calibration, fius), nl=False)
    else:
        _show(chosen, calibration, fius, in_full=bool(wanted))


def _show(chosen: list[Entry], calibration: Calibration, fius: Mapping[str, Fiu], in_full: bool) -> None:
    from ops.catalogue_text import console, page, table

    screen = console()
    if in_full:
        for entry in chosen:
            screen.print(*page(entry, fius), "", sep="\n")
    else:
        screen.print(table(chosen))
    if calibration.changed and not in_full:
        screen.print("* not the weight that the typology declares")
    screen.print(f"Judged by {parameters_line(calibration)}.", highlight=False, soft_wrap=True)


def _known(words: tuple[str, ...]) -> set[str]:
    ids = [typology.id for typology in CATALOGUE]
    for word in words:
        if word.upper() not in ids:
            raise click.UsageError(f"No typology is called {word}; {nearest(word.upper(), ids)}")
    return {word.upper() for word in words}


def _write(path: Path, chosen: list[Entry], as_json: bool) -> None:
    from ops.parameters_template import parameter_file

    text = parameter_file(chosen, "draft", datetime.now(UTC).date())
    try:
        with path.open("x", encoding="utf-8") as stream:
            stream.write(text)
    except FileExistsError as error:
        raise CommandError(f"{path} exists already; give the name of a new file, or change that one.", "file_exists") from error
    if as_json:
        print_json({"written": str(path), "typologies": len(chosen)})
    else:
        click.echo(f"Written to {path}; change it, give it a version, and set STRGW_PARAMETERS={path}.")
