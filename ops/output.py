"""What a command prints: one JSON document for machines on stdout, or lines and tables for people."""

import sys
from collections.abc import Callable
from typing import Any, TypeVar

import click
import msgspec

Command = TypeVar("Command", bound=Callable[..., Any])


def json_option(function: Command) -> Command:
    """Adds `--json` to a command; its value arrives as the argument `as_json`."""
    return click.option("--json", "as_json", is_flag=True, help="Print the result as one JSON document on stdout.")(function)


def print_json(document: object) -> None:
    """Writes `document` (whatever msgspec can encode) to stdout as indented JSON."""
    text = msgspec.json.format(msgspec.json.encode(document), indent=2)
    sys.stdout.buffer.write(text + b"\n")
    sys.stdout.buffer.flush()


def say(line: str) -> None:
    """Writes a line about progress to stderr, so that stdout stays for results."""
    click.echo(line, err=True)
