"""Checks that every version of a public schema reads what any earlier version wrote (BACKWARD_TRANSITIVE), for make check.

Where STRGW_SCHEMA_REGISTRY names a schema registry, it is asked as well whether the newest versions fit what it has.
"""

import json
import os
import sys
from importlib.resources import files

from connectors.partners.schema_publishing import Publisher, newest_of
from ops.schemas import access_of
from ops.settings import Settings
from schemas.evolution import faults
from schemas.wire import schema_registry


def main() -> int:
    """Exit code; one line a fault."""
    folder = files("schemas").joinpath("avro")
    published = sorted(schema_registry().published, key=lambda entry: (entry.subject, entry.version))
    found = 0
    for number, newer in enumerate(published):
        for older in published[:number]:
            if older.subject == newer.subject:
                for fault in faults(
                    *(json.loads(folder.joinpath(entry.file).read_text(encoding="utf-8")) for entry in (newer, older))
                ):
                    print(f"{newer.file} does not read {older.file}: {fault}")
                    found += 1
    return 1 if found + in_registry(Settings.from_env(os.environ)) else 0


def in_registry(settings: Settings) -> int:
    """Number of problems that the registry of the settings has with our newest schemas; 0 where none is named."""
    if not settings.schema_registry:
        return 0
    found = 0
    with Publisher(access_of(settings)) as publisher:
        for subject, text in newest_of(()):
            for problem in publisher.problems(subject, text):
                print(f"{subject} does not fit the schema registry: {problem}")
                found += 1
    return found


if __name__ == "__main__":
    sys.exit(main())
