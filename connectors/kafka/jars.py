"""Apache Kafka's jars: fetched once by a Maven client in Python, each checked against the SHA-256 in jars.lock at every start."""

import errno
import hashlib
import os
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from connectors.kafka.errors import KafkaSetupError

KAFKA = "org.apache.kafka:kafka_2.13:4.3.1"
SLF4J_BINDING = (
    "org.apache.logging.log4j:log4j-slf4j-impl:2.25.4"  # for slf4j 1.7, which Kafka uses; without it the log is silent
)
_PARALLEL = 6  # DEF a polite number of connections
_TIMEOUT_S = 60

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Jar:
    """A locked jar: Maven coordinate group:artifact:version and its SHA-256 in hex."""

    coordinate: str
    sha256: str

    @property
    def file_name(self) -> str:
        """Name of the file in the cache, as Maven names it."""
        _, artifact, version = self.coordinate.split(":")
        return f"{artifact}-{version}.jar"


def parse_lock(text: str) -> tuple[Jar, ...]:
    """Jars of a lock: lines `<sha256>  <coordinate>`, comments with #; ValueError names a malformed line."""
    jars = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        digest, _, coordinate = line.partition("  ")
        if len(digest) != 64 or coordinate.count(":") != 2:
            raise ValueError(f"jars.lock line {number} is not '<sha256>  <group:artifact:version>'")
        jars.append(Jar(coordinate, digest))
    return tuple(jars)


def locked_jars() -> tuple[Jar, ...]:
    """Jars of the embedded broker, from jars.lock beside this module."""
    return parse_lock(files("connectors.kafka").joinpath("jars.lock").read_text(encoding="utf-8"))


def jar_paths(cache: Path, jars: Sequence[Jar], progress: Progress | None = None) -> list[Path]:
    """Paths of `jars` under `cache`, downloaded where missing and every one checked; `progress(file, done, total)` per download.

    Raises KafkaSetupError that names the artifact when one cannot be had or its SHA-256 differs.
    """
    folder = cache / "jars"
    missing = [jar for jar in jars if not (folder / jar.file_name).exists()]
    if missing:
        _download(folder, missing, progress)
    paths = [folder / jar.file_name for jar in jars]
    for jar, path in zip(jars, paths, strict=True):
        if sha256(path) != jar.sha256:
            raise KafkaSetupError(
                "jar_mismatch",
                f"The jar {path} is not the one pinned in jars.lock (its SHA-256 differs); "
                "delete the file to download it again, and ask who changed it.",
            )
    return paths


def distribution_paths(kafka_home: Path) -> list[Path]:
    """Jars of an unpacked Apache Kafka (`kafka_home`/libs); raises KafkaSetupError where there is none."""
    paths = sorted((kafka_home / "libs").glob("*.jar"))
    if not any(path.name.startswith("kafka_2.13-") for path in paths):
        raise KafkaSetupError(
            "kafka_home",
            f"STRGW_KAFKA_HOME is {kafka_home}, but {kafka_home / 'libs'} holds no kafka_2.13-*.jar; "
            "point it at an unpacked Apache Kafka 4 release.",
        )
    return paths


def sha256(path: Path) -> str:
    """SHA-256 of a file in hex."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _download(folder: Path, jars: Sequence[Jar], progress: Progress | None) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    # A download killed half-way must not leave a file under its final name: fetch beside, check, then rename.
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix="download-") as scratch, ThreadPoolExecutor(_PARALLEL) as pool:
        fetches = {pool.submit(_fetch, Path(scratch), jar): jar for jar in jars}
        try:
            for done, (fetch, jar) in enumerate(fetches.items(), start=1):
                os.replace(fetch.result(), folder / jar.file_name)
                if progress is not None:
                    progress(jar.file_name, done, len(jars))
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _fetch(scratch: Path, jar: Jar) -> Path:
    """Downloads one jar with the Maven client and checks it."""
    group, artifact, version = jar.coordinate.split(":")
    maven = maven_client(scratch)
    try:
        path = Path(maven.project(group, artifact).at_version(version).artifact().resolve())
    except (RuntimeError, OSError) as error:  # jgo: not found; requests' errors are OSErrors
        raise _refused(jar.coordinate, error) from error
    if sha256(path) != jar.sha256:
        raise KafkaSetupError(
            "jar_mismatch",
            f"The download of {jar.coordinate} is not the jar pinned in jars.lock (its SHA-256 differs) and was "
            "thrown away; something between here and the repository changes files.",
        )
    return path


def maven_client(local_repository: Path) -> Any:
    """jgo's Maven client with the user's own repositories (a company mirror in jgo's configuration file) asked first."""
    try:
        from jgo.config import GlobalSettings
        from jgo.maven import MavenContext
    except ImportError as error:
        raise KafkaSetupError(
            "download",
            "The embedded broker's jars are not here and the Maven client that fetches them is not installed: run "
            "`make setup`, or set STRGW_KAFKA_HOME to an unpacked Apache Kafka 4 release.",
        ) from error
    maven = MavenContext(repo_cache=local_repository, timeout=_TIMEOUT_S)
    maven.remote_repos = {**GlobalSettings.load().repositories, **maven.remote_repos}
    return maven


def _refused(coordinate: str, error: Exception) -> KafkaSetupError:
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        return KafkaSetupError(
            "no_disk", f"The disk is full: {coordinate} could not be stored; free some space or set STRGW_CACHE to another disk."
        )
    return KafkaSetupError(
        "download",
        f"The download of {coordinate} was refused or failed; check the network or the proxy, or set "
        "STRGW_KAFKA_HOME to an unpacked Apache Kafka 4 release.",
    )
