"""Which form a command uses: that of the FIU's row in the registry, or a profile a person names."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import click

from connectors.fius.forms import ReportForm, report_form
from ops.errors import CommandError
from ops.settings import Settings
from schemas.fius import load_fius
from schemas.registry import Fiu

Command = TypeVar("Command", bound=Callable[..., Any])


class UsedForm(NamedTuple):
    """The form, the name of its profile, and the FIU it is for."""

    fiu: Fiu
    profile: str
    form: ReportForm


def form_options(function: Command) -> Command:
    """Adds `--fiu`, `--profile` and `--profiles` to a command."""
    for option in (
        click.option(
            "--profiles", type=click.Path(exists=True, file_okay=False, path_type=Path),
            help="Folder of compiled profiles, as `strgw profile import --out` writes it (default: STRGW_PROFILES).",
        ),
        click.option("--profile", default="", help="Profile to use instead of the one in the FIU's row of fius.yaml."),
        click.option("--fiu", required=True, help="Country code of the FIU whose form is used (ISO 3166, two letters)."),
    ):  # fmt: skip
        function = option(function)
    return function


def form_to_use(settings: Settings, fiu: str, profile: str, profiles: Path | None) -> UsedForm:
    """The form a person asked for. A profile of the FIU in a folder that is named with it comes before its row. Raises CommandError."""
    registry = load_fius(settings.fius)
    known = registry.get(fiu.upper())
    if known is None:
        raise CommandError(
            f"There is no FIU {fiu.upper()} in the registry; use one of {', '.join(sorted(registry))}.", "fiu_unknown"
        )
    name = profile or (known.id.lower() if profiles and (profiles / known.id.lower()).is_dir() else known.profile)
    form = report_form(name, profiles or settings.profiles)
    if form is None:
        told = "correct its profile in fius.yaml" if name == known.profile else "give the name of one that is there"
        raise CommandError(f"There is no renderer {name!r} for {known.id}; {told}.", "no_renderer")
    return UsedForm(known, name, form)
