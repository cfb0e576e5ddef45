"""`strgw profile import`: what it writes, and one sentence for each thing that can go wrong."""

import json
from importlib.resources import files
from pathlib import Path

import pytest
from click.testing import CliRunner

from connectors.fius.goaml.mapping import load_form
from connectors.fius.goaml.profile import decode
from connectors.fius.goaml.xsd import generate
from ops.commands.profile import command
from ops.errors import CommandError


@pytest.fixture
def xsd(tmp_path: Path) -> Path:
    """A schema as an FIU would hand it out."""
    profile = decode((files("connectors.fius.profiles") / "lk" / "schema.json").read_bytes())
    path = tmp_path / "goAMLSchema.xsd"
    path.write_bytes(generate(profile))
    return path


def run(*words: object) -> object:
    result = CliRunner().invoke(command, [str(word) for word in words])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_an_imported_schema_and_its_starter_map_load_as_a_form(xsd: Path, tmp_path: Path) -> None:
    out = tmp_path / "profiles"
    said = run("import", xsd, "--fiu", "xx", "--version", "4.0", "--currency", "usd", "--out", out, "--json")
    assert isinstance(said, dict)
    assert said["schema_version"] == "4.0"
    form = load_form("xx", out)
    assert form.map.currency == "USD"
    assert form.schema.root("report") is not None


def test_a_map_that_is_there_is_never_written_over(xsd: Path, tmp_path: Path) -> None:
    out = tmp_path / "profiles"
    run("import", xsd, "--fiu", "xx", "--currency", "USD", "--out", out, "--json")
    path = out / "xx" / "map.yaml"
    mine = "# mine\n" + path.read_text("utf-8")
    path.write_text(mine, "utf-8")
    run("import", xsd, "--fiu", "xx", "--currency", "USD", "--out", out, "--json")
    assert path.read_text("utf-8") == mine


def test_what_cannot_be_imported_is_one_sentence(xsd: Path, tmp_path: Path) -> None:
    (tmp_path / "bad.xsd").write_text("<no", "utf-8")
    with pytest.raises(CommandError, match=r"bad\.xsd cannot be imported"):
        run("import", tmp_path / "bad.xsd", "--fiu", "ae", "--out", tmp_path)
    with pytest.raises(CommandError, match="no country code"):
        run("import", xsd, "--fiu", "../x", "--out", tmp_path)
    with pytest.raises(CommandError, match="choose another --out"):
        run("import", xsd, "--fiu", "ae", "--out", xsd / "sub")
    with pytest.raises(CommandError, match="give it with --currency"):
        run("import", xsd, "--fiu", "xx", "--out", tmp_path)
