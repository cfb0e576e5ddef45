"""`strgw config`: the settings in force."""

import click

from ops.output import json_option, print_json
from ops.settings import DESCRIBED, PREFIX, Settings


@click.command()
@json_option
@click.pass_obj
def command(settings: Settings, as_json: bool) -> None:
    """Print the settings in force, secrets masked.

    A setting is an environment variable; one that strgw does not know is an error.
    """
    from ops.calibration import calibration_of, parameters_line

    values = settings.shown()
    if as_json:
        print_json(values | {"parameters": calibration_of(settings).used})
        return
    for setting in DESCRIBED:
        name = PREFIX + setting.name
        click.echo(f"{name}={values[name]}")
        click.echo(click.style(f"    {setting.meaning}", dim=True))
    click.echo(f"Judging by {parameters_line(calibration_of(settings))}.")
