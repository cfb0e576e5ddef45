"""`strgw validate-report`: checks a report file, anyone's, against the form of an FIU."""

from collections.abc import Sequence
from pathlib import Path

import click

from connectors.fius.checked import Problem
from ops.errors import CommandError
from ops.forms import form_options, form_to_use
from ops.output import json_option, print_json
from ops.settings import Settings

MOST_BYTES = 500_000_000  # DEF: a file that is read into memory to be checked


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@form_options
@json_option
@click.pass_obj
def command(settings: Settings, file: Path, fiu: str, profile: str, profiles: Path | None, as_json: bool) -> int:
    """Check a report file against an FIU's form: its schema first, then its rules.

    FILE is what the FIU would get, whoever made it: a goAML XML file, a ZIP archive with such files in it, or a portal package. Every
    error is printed with its line, its path and the next step. Exit code 0: valid, 1: not valid.
    """
    used = form_to_use(settings, fiu, profile, profiles)
    if file.stat().st_size > MOST_BYTES:
        raise CommandError(
            f"{file} has more than {MOST_BYTES // 1_000_000} MB; no FIU takes such a file, so split the report.", "file_too_big"
        )
    problems = used.form.examined(file.read_bytes())
    if as_json:
        print_json({"file": str(file), "fiu": used.fiu.id, "profile": used.profile, "valid": not problems, "errors": problems})
    else:
        _print(file, used.fiu.acronym, problems)
    return 1 if problems else 0


def _print(file: Path, fiu: str, problems: Sequence[Problem]) -> None:
    if not problems:
        click.echo(f"{file}: valid for {fiu}.")
        return
    click.echo(f"{file}: not valid for {fiu}, {len(problems)} error(s).")
    for one in problems:
        place = ", ".join(filter(None, (one.entry, f"line {one.line}" if one.line else "")))
        where = " <- ".join(filter(None, (one.target_path, one.canonical_path)))
        click.echo(f"  {place + ': ' if place else ''}{one.code}: {one.text}{f' [{where}]' if where else ''}")
        click.echo(f"      {one.do}")
