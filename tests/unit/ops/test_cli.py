"""The command line: help imports no command, known errors are one sentence, faults keep their traceback."""

import json
import subprocess
import sys
from importlib import import_module

import click
import pytest

from connectors.kafka.errors import KafkaSetupError
from ops import cli
from ops.errors import TRANSLATED, WRITTEN_FOR_PEOPLE, CommandError, explained


def test_help_lists_every_command_and_imports_none_of_their_libraries() -> None:
    check = "import sys; from ops.cli import main\ntry: main(['--help'])\nfinally: print(sorted({'faust', 'lxml', 'kafka', 'rich', 'yaml'} & set(sys.modules)), file=sys.stderr)"
    result = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True)
    assert result.stderr == "[]\n"
    assert all(f"\n  {name} " in result.stdout for name, _ in cli.COMMANDS)


def run(monkeypatch: pytest.MonkeyPatch, error: Exception, *arguments: str) -> int:
    @click.command(context_settings={"ignore_unknown_options": True})
    @click.argument("rest", nargs=-1)
    def failing(rest: tuple[str, ...]) -> None:
        raise error

    monkeypatch.setattr(cli.CommandGroup, "get_command", lambda *_: failing)
    with pytest.raises(SystemExit) as caught:
        cli.main(["up", *arguments])
    assert isinstance(caught.value.code, int)
    return caught.value.code


def test_known_error_is_one_sentence_on_stderr_and_exit_1(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, CommandError("The disk is full.", "no_disk")) == 1
    assert capsys.readouterr() == ("", "strgw: The disk is full.\n")


def test_known_error_with_json_is_a_document_on_stdout(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, KafkaSetupError("port_taken", "Port 1 is taken."), "--json") == 1
    captured = capsys.readouterr()
    assert json.loads(captured.out) == {"error": {"code": "port_taken", "text": "Port 1 is taken."}}
    assert captured.err == ""


def test_fault_of_the_program_is_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ZeroDivisionError):
        run(monkeypatch, ZeroDivisionError())


def test_wrong_usage_exits_with_2(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        cli.main(["fly"])
    assert caught.value.code == 2
    assert "No such command 'fly'" in capsys.readouterr().err


def test_wrong_setting_exits_with_1(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("STRGW_KAFKAA", "x")
    with pytest.raises(SystemExit) as caught:
        cli.main(["config"])
    assert caught.value.code == 1
    assert "did you mean STRGW_KAFKA?" in capsys.readouterr().err


def test_subclass_of_a_known_error_is_known() -> None:
    from kafka.errors import TopicAuthorizationFailedError

    known = explained(TopicAuthorizationFailedError("transfers"))
    assert known is not None
    assert known.code == "kafka_denied"


@pytest.mark.parametrize("name", [*WRITTEN_FOR_PEOPLE, *TRANSLATED])
def test_every_error_known_by_name_exists(name: str) -> None:
    module, _, cls = name.rpartition(".")
    assert issubclass(getattr(import_module(module), cls), Exception)


def test_mistyped_path_is_one_sentence_and_a_vanished_process_is_a_fault() -> None:
    known = explained(FileNotFoundError(2, "No such file or directory", "/partners.yaml"))
    assert known is not None
    assert known.text == "/partners.yaml cannot be read or written (No such file or directory); check the path and its rights."
    assert explained(ProcessLookupError(3, "No such process")) is None


def test_every_command_named_has_its_file() -> None:
    context = click.Context(cli.gateway)
    missing = [name for name, _ in cli.COMMANDS if cli.gateway.get_command(context, name) is None]
    assert missing == []
