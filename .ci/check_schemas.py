"""Checks that every version of a public schema reads what any earlier version wrote (BACKWARD_TRANSITIVE), for make check."""

import json
import sys
from importlib.resources import files

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
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
