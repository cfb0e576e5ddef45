"""Checks before the start that every topic a worker needs exists and fits. Inside an agent a mismatch would lose records (R21)."""

from collections.abc import Sequence

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from schemas.topics import QUARANTINE, changelog
from streams.runtime.exit_codes import ExitCode, Fault
from streams.runtime.stage_spec import StageSpec

_ASK_S = 10.0


class TopologyError(Exception):
    """Topics are missing or do not fit; the text says what to do."""


def partition_count(bootstrap: str, specs: Sequence[StageSpec]) -> int:
    """Partitions of the internal topics; equal for every source and changelog of `specs`.

    Raises  TopologyError; Fault(BROKER_LOST)
    """
    try:
        found = AdminClient({"bootstrap.servers": bootstrap, "log_level": 2}).list_topics(timeout=_ASK_S).topics
    except KafkaException as error:
        raise Fault(ExitCode.BROKER_LOST, f"no answer from {bootstrap}: {error.args[0].name()}") from error
    counts = {name: len(topic.partitions) for name, topic in found.items()}
    keyed = {name for spec in specs for name in (spec.source, changelog(spec.name))}
    needed = keyed | {QUARANTINE} | {name for spec in specs for name in spec.outputs}
    missing = sorted(needed - counts.keys())
    if missing:
        raise TopologyError(f"Topics are missing: {', '.join(missing)}; run `strgw topics apply`.")
    different = {counts[name] for name in keyed}
    if len(different) != 1:
        shown = ", ".join(f"{name}: {counts[name]}" for name in sorted(keyed))
        raise TopologyError(
            f"Internal topics must have the same number of partitions ({shown}); a count cannot be changed in place."
        )
    return different.pop()
