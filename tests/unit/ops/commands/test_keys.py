"""`strgw keys` as a person uses it, with mistakes."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from connectors.sealing.kms import KeyRingError
from ops.cli import gateway
from ops.registries import provide_key_ring, seal
from ops.settings import Settings


@pytest.fixture
def strgw(tmp_path: Path) -> Any:
    def run(*words: str) -> Result:
        environ = {"STRGW_HOME": str(tmp_path)}
        return CliRunner().invoke(gateway, ["keys", *words], env=environ, standalone_mode=False, catch_exceptions=False)

    return run


def test_a_year_in_the_life_of_a_key_ring(strgw: Any, tmp_path: Path) -> None:
    first = json.loads(strgw("init", "--json").stdout)
    assert (first["path"], first["state"]) == (str(tmp_path / "key-ring.json"), "current")
    second = json.loads(strgw("rotate", "--json").stdout)
    retired = strgw("retire", first["id"])
    assert retired.stdout == f"The key {first['id']} is retired.\n"
    listed = json.loads(strgw("list", "--json").stdout)
    assert [(key["id"], key["state"]) for key in listed] == [(first["id"], "retired"), (second["id"], "current")]
    assert first["id"] in strgw("list").stdout


def test_no_command_shows_a_secret(strgw: Any, tmp_path: Path) -> None:
    said = [strgw("init"), strgw("rotate"), strgw("rotate", "--json"), strgw("list"), strgw("list", "--json")]
    secrets = [key["secret"] for key in json.loads((tmp_path / "key-ring.json").read_bytes())["keys"]]
    assert len(secrets) == 3
    assert not [one for one in said for secret in secrets if secret in one.stdout + one.stderr]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("rotate",), "There is no key ring at {path}: restore it from your backup, or, where nothing was sealed yet, run `strgw keys init`."),
        (("init", "init"), "There is a key ring at {path} already; `strgw keys rotate` adds a key to it."),
        (("init", "retire k1"), "The key ring has no key k1; `strgw keys list` shows those it has."),
        (("init", "rotate --to k1"), "The key ring has no key k1; `strgw keys list` shows those it has."),
    ],
)  # fmt: skip
def test_mistakes_are_one_sentence_that_says_what_to_do(
    strgw: Any, tmp_path: Path, words: tuple[str, ...], sentence: str
) -> None:
    for done in words[:-1]:
        strgw(*done.split())
    with pytest.raises(KeyRingError) as caught:
        strgw(*words[-1].split())
    assert str(caught.value) == sentence.format(path=tmp_path / "key-ring.json")


def test_a_ring_is_made_at_the_first_start_beside_the_embedded_broker_and_kept(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = Settings.from_env({"STRGW_HOME": str(tmp_path)})
    provide_key_ring(settings)
    said = capsys.readouterr().err
    assert f"Made the key ring {tmp_path / 'key-ring.json'} with the key" in said
    before = settings.key_ring.read_bytes()
    provide_key_ring(settings)
    assert capsys.readouterr().err == ""
    assert settings.key_ring.read_bytes() == before


def test_no_ring_is_made_for_a_cluster_whose_other_machines_would_not_have_it(tmp_path: Path) -> None:
    settings = Settings.from_env({"STRGW_HOME": str(tmp_path), "STRGW_KAFKA": "kafka.example:9092"})
    provide_key_ring(settings)
    with pytest.raises(KeyRingError) as caught:
        seal(settings).begin()
    assert caught.value.code == "key_ring_missing"
