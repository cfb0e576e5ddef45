"""`strgw validate-report`: checks a report file against the form of an FIU."""

from collections.abc import Sequence
from pathlib import Path

import click

from connectors.fius.forms import report_form
from ops.errors import CommandError
from ops.output import json_option, print_json
from ops.settings import Settings
from schemas.filing import FilingError
from schemas.fius import load_fius


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--fiu", required=True, help="Country code of the FIU whose form the file must follow (ISO 3166, two letters).")
@json_option
@click.pass_obj
def command(settings: Settings, file: Path, fiu: str, as_json: bool) -> int:
    """Check a report file against an FIU's form: its schema first, then its rules.

    FILE is what the FIU would get: a goAML XML file or a portal package. Exit code 0: valid, 1: not valid.
    """
    registry = load_fius(settings.fius)
    known = registry.get(fiu.upper())
    if known is None:
        raise CommandError(
            f"There is no FIU {fiu.upper()} in the registry; use one of {', '.join(sorted(registry))}.", "fiu_unknown"
        )
    form = report_form(known.profile, settings.profiles)
    if form is None:
        raise CommandError(
            f"There is no renderer {known.profile!r} for {known.id}; correct its profile in fius.yaml.", "no_renderer"
        )
    errors = form.check(file.read_bytes())
    if as_json:
        print_json({"file": str(file), "fiu": known.id, "profile": known.profile, "valid": not errors, "errors": errors})
    else:
        _print(file, known.acronym, errors)
    return 1 if errors else 0


def _print(file: Path, fiu: str, errors: Sequence[FilingError]) -> None:
    if not errors:
        click.echo(f"{file}: valid for {fiu}.")
        return
    click.echo(f"{file}: not valid for {fiu}, {len(errors)} error(s).")
    for error in errors:
        where = " <- ".join(filter(None, (error.target_path, error.canonical_path)))
        click.echo(f"  {error.code}: {error.text}{f' [{where}]' if where else ''}")
