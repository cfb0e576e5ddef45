"""Settings come from STRGW_* alone, wrong ones are refused in one sentence, and secrets are never shown."""

from dataclasses import fields
from pathlib import Path

import pytest

from ops.errors import CommandError
from ops.settings import DESCRIBED, Settings


def refusal(environ: dict[str, str]) -> str:
    with pytest.raises(CommandError) as caught:
        Settings.from_env(environ)
    return caught.value.text


def test_unknown_setting_is_refused_with_the_nearest_known_name() -> None:
    assert refusal({"STRGW_PARTITION": "8"}) == "STRGW_PARTITION is not a setting of strgw; did you mean STRGW_PARTITIONS?"


def test_unknown_setting_like_none_points_to_the_list() -> None:
    assert "`strgw config` lists" in refusal({"STRGW_XYZZY": "1"})


def test_variables_of_other_programs_are_ignored() -> None:
    assert Settings.from_env({"KAFKA_OPTS": "-Dx", "PARTITIONS": "9"}).partitions == 4


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PARTITIONS", "0"),
        ("PARTITIONS", "four"),
        ("PARTITIONS", "4.0"),
        ("PARTITIONS", "٤"),
        ("KAFKA_PORT", "65536"),
        ("WORKERS", "-1"),
    ],
)
def test_number_out_of_range_names_the_setting_and_the_value(name: str, value: str) -> None:
    text = refusal({f"STRGW_{name}": value})
    assert f"STRGW_{name}" in text
    assert f"'{value}'" in text


def test_empty_value_counts_as_unset() -> None:
    assert Settings.from_env({"STRGW_PARTITIONS": "", "STRGW_REGISTRY": " "}) == Settings.from_env({})


def test_data_folder_follows_the_xdg_base_directories() -> None:
    chosen = Settings.from_env({"XDG_DATA_HOME": "/data", "XDG_CACHE_HOME": "/cache"})
    assert (chosen.home, chosen.cache) == (Path("/data/strgw"), Path("/cache/strgw"))
    assert chosen.hmac_key_file == Path("/data/strgw/hmac.key")


def test_relative_xdg_directory_is_ignored_as_its_specification_demands() -> None:
    assert Settings.from_env({"XDG_DATA_HOME": "data"}).home == Path.home() / ".local/share/strgw"


def test_relative_path_is_made_absolute_so_that_a_process_elsewhere_reads_the_same_file() -> None:
    assert Settings.from_env({"STRGW_REGISTRY": "partners.yaml"}).registry == Path.cwd() / "partners.yaml"


def test_secret_is_masked_when_shown() -> None:
    shown = Settings.from_env({"STRGW_HMAC_KEY": "ab" * 32}).shown()
    assert shown["STRGW_HMAC_KEY"] == "(set, hidden)"
    assert not any("abab" in value for value in shown.values())


@pytest.mark.parametrize("given", ["postgresql://u:s3cret@db/r", "postgresql://db/r?user=u&password=s3cret"])
def test_password_of_the_database_is_masked_when_shown(given: str) -> None:
    shown = Settings.from_env({"STRGW_DATABASE": given}).shown()
    assert not any("s3cret" in value for value in shown.values())
    assert "db/r" in shown["STRGW_DATABASE"]


def test_database_of_another_kind_is_refused_without_being_repeated() -> None:
    text = refusal({"STRGW_DATABASE": "mysql://u:s3cret@db/r"})
    assert "postgresql://" in text
    assert "s3cret" not in text


def test_database_is_a_file_in_the_data_folder_where_none_is_named() -> None:
    assert Settings.from_env({"STRGW_HOME": "/srv/strgw"}).database == "sqlite:////srv/strgw/register.db"


def test_malformed_key_is_refused_without_being_repeated() -> None:
    text = refusal({"STRGW_HMAC_KEY": "s3cret"})
    assert "64 hex digits" in text
    assert "s3cret" not in text


def test_every_field_is_described_and_every_description_is_a_field() -> None:
    assert [setting.name.lower() for setting in DESCRIBED] != []
    assert {setting.name.lower() for setting in DESCRIBED} == {field.name for field in fields(Settings)}
