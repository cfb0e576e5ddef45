"""`python -m connectors.kafka.relock > connectors/kafka/jars.lock`: resolves Kafka's jars anew. For a version upgrade only; review the diff."""

import tempfile
from pathlib import Path

from connectors.kafka.jars import KAFKA, SLF4J_BINDING, maven_client, sha256

HEADER = "# SHA-256 and Maven coordinate of every jar of the embedded broker; made by connectors/kafka/relock.py, checked at every start."


def resolved_lines(local_repository: Path) -> list[str]:
    """Lines of jars.lock for KAFKA with what it needs at run time, and SLF4J_BINDING; downloads into `local_repository`."""
    maven = maven_client(local_repository)
    roots, needed = maven.resolver.resolve([maven.create_dependency(KAFKA)])
    artifacts = [dependency.artifact for dependency in (*roots, *needed) if dependency.scope not in ("test", "provided")]
    # What the binding needs (slf4j, log4j) Kafka has already; resolved together, the binding's managed versions override Kafka's Jackson.
    artifacts.append(maven.create_dependency(SLF4J_BINDING).artifact)
    pinned = {f"{item.groupId}:{item.artifactId}:{item.version}": sha256(Path(item.resolve())) for item in artifacts}
    return [f"{digest}  {coordinate}" for coordinate, digest in sorted(pinned.items())]


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        print("\n".join([HEADER, *resolved_lines(Path(folder))]))
