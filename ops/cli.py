"""The command line `strgw`: finds a command's file when it is asked for, and prints known errors as one sentence."""

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any

import click

from ops.errors import CommandError, explained
from ops.settings import Settings

# name, what it does. The text stands here and not in the files so that `strgw --help` imports none of them.
COMMANDS = (
    ("demo", "Start everything, post sample transfers, show the reports that come out."),
    ("up", "Start the broker and the gateway's processes in the background."),
    ("down", "Stop what `up` started."),
    ("status", "Show what runs, how far behind it is and what it has filed."),
    ("topics", "Create and check the Kafka topics."),
    ("worker", "Run the stages admit, detect, link and report."),
    ("intake", "Take in the partners' transfers."),
    ("http", "Take in the partners' transfers over HTTP."),
    ("files", "Take in the files that partners leave in folders and on SFTP servers."),
    ("deliver", "Publish filings to the FIUs' topics and read their answers."),
    ("send", "Carry filings to FIUs that read no topic, and bring their answers back."),
    ("register", "Keep the register of filings and publish what people decided."),
    ("post", "Post a file of transfers as a partner would."),
    ("partner", "Add partners, switch them on and off, give out keys, and try what they send."),
    ("keys", "Make, change over and retire the keys that seal personal values."),
    ("schemas", "Check our Avro schemas against a schema registry, or publish them in one."),
    ("formats", "Print the formats a partner may send in, field by field."),
    ("simulate", "Make an invented stream with planted patterns and their truth."),
    ("filings", "See every filing and its deadline; approve, refuse, release, withdraw, close."),
    ("transmissions", "See how far each filing came on its way to its FIU, and settle what waits for a person."),
    ("rfi", "See what FIUs ask for, approve it, hand the transfers over."),
    ("held", "List or show filings that were held, with every error."),
    ("fiu", "Read an FIU's topic as that FIU would, or answer in its place on a test system."),
    ("profile", "Import an FIU's schema, so that reports are rendered by it."),
    ("backtest", "Run the stages over files, without Kafka."),
    ("typologies", "Print the catalogue of typologies."),
    ("render", "Render a report document in an FIU's form."),
    ("validate-report", "Check a report file, anyone's, against an FIU's form."),
    ("quarantine", "See events that could not be taken in, send them in again once the cause is mended, drop old ones."),
    ("audit", "Prove that no event was lost or counted twice, and that no audit record was changed."),
    ("bench", "Measure throughput and latency on this machine."),
    ("config", "Print the settings in force."),
)


class CommandGroup(click.Group):
    """Click group whose commands are the files ops/commands/<name>.py, imported on first use."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names in the order of COMMANDS."""
        return [name for name, _ in COMMANDS]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command `cmd_name`, or None where there is none."""
        if cmd_name not in self.list_commands(ctx):
            return None
        module = import_module(f"ops.commands.{cmd_name.replace('-', '_')}")
        command = module.command
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Lists the commands from COMMANDS alone."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS))


@click.group(cls=CommandGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.pass_context
def gateway(ctx: click.Context) -> None:
    """Suspicious-transfer reporting gateway.

    Partner transfers in, suspicious transaction reports out to the FIU that has jurisdiction. Settings are the environment
    variables STRGW_*; `strgw config` explains and prints them.
    """
    ctx.obj = Settings.from_env(os.environ)


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs `strgw` and exits: 0 done, 1 failed (one sentence on stderr, or {"error"} on stdout with --json), 2 wrong usage."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    try:
        code: Any = gateway.main(words, prog_name="strgw", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        click.echo("Stopped by the keyboard.", err=True)
        sys.exit(130)
    except Exception as error:
        known = explained(error)
        if known is None:
            raise
        _print_error(known, as_json="--json" in words)
        sys.exit(1)
    sys.exit(code if isinstance(code, int) else 0)


def _print_error(error: CommandError, as_json: bool) -> None:
    if as_json:
        from ops.output import print_json

        print_json({"error": {"code": error.code, "text": error.text}})
    else:
        click.echo(f"strgw: {error.text}", err=True)


if __name__ == "__main__":
    main()
