"""Fetches a real schema registry that only tests need (Apicurio, Apache License 2.0, 158 MB), checks it and unpacks it into the folder given."""

import shutil
import sys
import tarfile
import tempfile
from pathlib import Path

from connectors.kafka.errors import KafkaSetupError
from connectors.kafka.jars import maven_client, sha256

GROUP, ARTIFACT, VERSION = "io.apicurio", "apicurio-registry-app", "3.3.3"
SHA256 = "8bc6751c76d963734224b01d5e7f84ccb3cb61c87d3bd77c36c35f10a5cbed63"


def main() -> int:
    """Exit code; 0 also where it is there already."""
    if len(sys.argv) != 2:
        print("usage: fetch_registry.py FOLDER", file=sys.stderr)
        return 2
    folder = Path(sys.argv[1])
    if (folder / "quarkus-run.jar").exists():
        return 0
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
        try:
            component = maven_client(Path(scratch) / "m2").project(GROUP, ARTIFACT).at_version(VERSION)
            archive = Path(component.artifact(classifier="all", packaging="tar.gz").resolve())
        except (KafkaSetupError, RuntimeError, OSError) as error:  # jgo: not found; requests' errors are OSErrors
            print(f"fetch_registry: {type(error).__name__}", file=sys.stderr)
            return 1
        if sha256(archive) != SHA256:
            print(
                "fetch_registry: the download is not the pinned archive (its SHA-256 differs); it was thrown away",
                file=sys.stderr,
            )
            return 1
        with tarfile.open(archive) as packed:
            # Python before 3.11.4 knows no filters; the archive is the pinned one.
            filtered = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}
            packed.extractall(Path(scratch) / "unpacked", **filtered)
        shutil.rmtree(folder, ignore_errors=True)
        (Path(scratch) / "unpacked").rename(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
