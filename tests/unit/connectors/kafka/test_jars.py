"""Only the pinned jars are run: a missing one is named, a changed one is refused."""

import hashlib
from pathlib import Path

import pytest

from connectors.kafka.errors import KafkaSetupError
from connectors.kafka.jars import KAFKA, SLF4J_BINDING, Jar, distribution_paths, jar_paths, locked_jars, parse_lock

CONTENT = b"not really a jar"
JAR = Jar("org.example:thing:1.0", hashlib.sha256(CONTENT).hexdigest())


def cached(cache: Path, content: bytes) -> Path:
    (cache / "jars").mkdir(parents=True)
    path = cache / "jars" / "thing-1.0.jar"
    path.write_bytes(content)
    return path


def test_lock_holds_kafka_the_log_binding_and_a_digest_for_each_jar() -> None:
    jars = locked_jars()
    coordinates = [jar.coordinate for jar in jars]
    assert KAFKA in coordinates
    assert SLF4J_BINDING in coordinates
    assert len(set(coordinates)) == len(coordinates)
    assert all(len(bytes.fromhex(jar.sha256)) == 32 for jar in jars)


def test_log_binding_fits_the_slf4j_and_the_log4j_that_kafka_brings() -> None:
    versions = {jar.coordinate.rpartition(":")[0]: jar.coordinate.rpartition(":")[2] for jar in locked_jars()}
    assert versions["org.slf4j:slf4j-api"].startswith(
        "1.7."
    )  # log4j-slf4j-impl is the binding for 1.7; 2.x needs log4j-slf4j2-impl
    assert versions["org.apache.logging.log4j:log4j-slf4j-impl"] == versions["org.apache.logging.log4j:log4j-core"]


def test_jackson_modules_are_of_one_release() -> None:
    releases = {tuple(jar.coordinate.split(":")[2].split(".")[:2]) for jar in locked_jars() if "jackson" in jar.coordinate}
    assert len(releases) == 1


@pytest.mark.parametrize(
    "line", ["abc  org.example:thing:1.0", "a" * 64 + "  org.example:thing", "a" * 64 + " org.example:thing:1.0"]
)
def test_malformed_lock_line_is_named(line: str) -> None:
    with pytest.raises(ValueError, match=r"jars\.lock line 2"):
        parse_lock("# head\n" + line)


def test_cached_jar_with_the_pinned_digest_is_used_without_a_download(tmp_path: Path) -> None:
    path = cached(tmp_path, CONTENT)
    assert jar_paths(tmp_path, [JAR]) == [path]


def test_changed_jar_is_refused_by_name(tmp_path: Path) -> None:
    path = cached(tmp_path, CONTENT + b"!")
    with pytest.raises(KafkaSetupError) as caught:
        jar_paths(tmp_path, [JAR])
    assert caught.value.code == "jar_mismatch"
    assert str(path) in str(caught.value)


def test_refused_download_names_the_artifact_and_the_way_around(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # A repository that nobody serves, from jgo's own configuration file: nothing leaves this machine.
    config = tmp_path / "jgo.conf"
    config.write_text("[repositories]\nunreachable = http://127.0.0.1:9/maven\n")
    monkeypatch.setenv("JGO_CONFIG_FILE", str(config))
    with pytest.raises(KafkaSetupError) as caught:
        jar_paths(tmp_path, [JAR])
    assert caught.value.code == "download"
    assert "org.example:thing:1.0" in str(caught.value)
    assert "STRGW_KAFKA_HOME" in str(caught.value)
    assert list((tmp_path / "jars").iterdir()) == []


def test_folder_that_is_no_kafka_is_refused(tmp_path: Path) -> None:
    (tmp_path / "libs").mkdir()
    with pytest.raises(KafkaSetupError, match=r"holds no kafka_2\.13-\*\.jar"):
        distribution_paths(tmp_path)
