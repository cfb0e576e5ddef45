"""How far the stages are, read from what is committed: exact, and the same for every layout of processes."""

from collections.abc import Mapping
from typing import NamedTuple

from connectors.fius.deliver import GROUP as DELIVER
from connectors.kafka.scan import CommittedLog, LogRecord
from connectors.partners.intake import GROUP as INTAKE
from connectors.partners.intake import is_partner_topic
from ops.audit import committed_positions
from schemas import topics

SOURCES: Mapping[str, str] = {
    "admit": topics.TRANSFERS,
    "detect": topics.OBSERVATIONS,
    "link": topics.FINDINGS,
    "report": topics.CASES,
}
POSITION_KEY = b"\0position"  # as streams.runtime.state writes it
_TAIL = 64  # offsets looked at first for the last record of a partition


class Reached(NamedTuple):
    """Position of a stage in one partition of its source, and when the record that says so was written (ms UTC)."""

    position: int
    at_ms: int


def reached(log: CommittedLog, stage: str) -> dict[int, Reached]:
    """How far `stage` has come in each partition; -1 where it has not begun."""
    found = {}
    topic = topics.changelog(stage)
    for partition in log.partitions(topic):
        last = _last(log, topic, partition, POSITION_KEY)
        found[partition] = Reached(int(last.value or b"-1"), last.timestamp) if last else Reached(-1, 0)
    return found


def last_offsets(log: CommittedLog, topic: str) -> dict[int, int]:
    """Offset of the last committed record of each partition, -1 where there is none."""
    found = {partition: _last(log, topic, partition) for partition in log.partitions(topic)}
    return {partition: record.offset if record else -1 for partition, record in found.items()}


def unfinished(bootstrap: str) -> list[str]:
    """Names of the steps of the chain that have not read everything yet, in order; empty when all is judged and filed."""
    behind = []
    with CommittedLog(bootstrap) as log:
        partner_topics = sorted(filter(is_partner_topic, log.topics()))
        if any(_group_is_behind(log, bootstrap, INTAKE, topic) for topic in partner_topics):
            behind.append("intake")
        for stage, source in SOURCES.items():
            ends = last_offsets(log, source)
            if any(ends[partition] > at.position for partition, at in reached(log, stage).items()):
                behind.append(stage)
        if _group_is_behind(log, bootstrap, DELIVER, topics.FILINGS):
            behind.append("deliver")
    return behind


def _group_is_behind(log: CommittedLog, bootstrap: str, group: str, topic: str) -> bool:
    committed = committed_positions(bootstrap, group)
    return any(last >= committed.get((topic, partition), 0) for partition, last in last_offsets(log, topic).items())


def _last(log: CommittedLog, topic: str, partition: int, key: bytes | None = None) -> LogRecord | None:
    """The last committed record (with this key): what follows it are markers and aborted records only."""
    (first, end) = log.bounds(topic, [partition])[partition]
    width = _TAIL
    while first < end:
        start = max(first, end - width)
        found = None
        for record in log.read(topic, {partition: (start, end)}):
            if key is None or record.key == key:
                found = record
        if found is not None or start == first:
            return found
        width *= 8
    return None
