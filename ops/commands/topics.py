"""`strgw topics`: the Kafka topics and who may use them."""

import click

from ops.output import json_option, print_json
from ops.settings import Settings


@click.group()
def command() -> None:
    """Create and check the Kafka topics."""


@command.command()
@json_option
@click.pass_obj
def apply(settings: Settings, as_json: bool) -> None:
    """Create the topics that are missing, check the others, grant the access rights.

    The partner and FIU registries say which topics there are. Needs a broker that runs (`strgw up`, or STRGW_KAFKA).
    """
    from connectors.kafka.admin import apply_access, apply_topics
    from ops.broker import access_rights, running_bootstrap, topic_specs

    specs, rights = topic_specs(settings), access_rights(settings)
    bootstrap = running_bootstrap(settings)
    applied = apply_topics(bootstrap, specs)
    granted = apply_access(bootstrap, rights)
    if as_json:
        print_json({"created": applied.created, "existing": len(applied.existing), "access_granted": granted})
        return
    click.echo(f"{len(applied.created)} topics created, {len(applied.existing)} existed and fit.")
    click.echo(
        "Access rights: skipped, the cluster has no authorizer."
        if granted is None
        else f"Access rights: {granted} granted, the others existed."
    )


@command.command()
@json_option
@click.pass_obj
def check(settings: Settings, as_json: bool) -> None:
    """Check that every topic exists and fits; change nothing."""
    from connectors.kafka.admin import check_topics
    from ops.broker import running_bootstrap, topic_specs

    specs = topic_specs(settings)
    check_topics(running_bootstrap(settings), specs)
    if as_json:
        print_json({"topics": len(specs), "ok": True})
        return
    click.echo(f"All {len(specs)} topics exist and fit.")
