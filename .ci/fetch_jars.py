"""Fetches and checks the Kafka broker's jars (the last step of make setup), unless the settings say that none are needed."""

import os
import sys

from connectors.kafka.errors import KafkaSetupError
from connectors.kafka.jars import jar_paths, locked_jars
from ops.errors import CommandError
from ops.settings import Settings


def main() -> int:
    """Exit code; prints a line only where something is downloaded or fails."""
    try:
        settings = Settings.from_env(os.environ)
        if settings.kafka or settings.kafka_home:
            return 0
        jar_paths(settings.cache, locked_jars(), _show)
    except (CommandError, KafkaSetupError) as error:
        print(f"make setup: {error}", file=sys.stderr)
        return 1
    return 0


def _show(file_name: str, done: int, total: int) -> None:
    if done == total:
        print(f"make setup: {total} jars of Apache Kafka fetched and checked")
    elif sys.stderr.isatty():
        print(f"\rmake setup: jar {done} of {total}: {file_name:<60}", end="", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
