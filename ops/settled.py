"""Whether everything posted has been taken in, judged and delivered: positions against records, without trusting a gauge.

A consumer group's lag cannot say it: the markers of transactions take offsets too, so an idle topic seems to have unread
records for ever. Here the last record of each source is compared with the position that its reader committed.
"""

from collections.abc import Mapping

from connectors.fius.deliver import GROUP as DELIVER
from connectors.kafka.scan import CommittedLog
from connectors.partners.intake import GROUP as INTAKE
from connectors.partners.intake import is_partner_topic
from ops.audit import committed_positions
from schemas import topics
from streams.runtime.state import POSITION_KEY

SOURCES = {"admit": topics.TRANSFERS, "detect": topics.OBSERVATIONS, "link": topics.FINDINGS, "report": topics.CASES}
FIRST_LOOK = 16  # offsets looked at before the end of a topic; eight times more where they hold no record
NOTHING = -1


def unsettled(bootstrap: str) -> str | None:
    """First process or stage of the chain that has something left to do; None when all is done.

    1. From the head of the chain on: once a stage has nothing to read, nothing new can reach the next one.
    2. Of each stage first the positions, then the ends: what is read later cannot make an earlier "done" untrue, also
       for detect, which writes to its own source.
    """
    with CommittedLog(bootstrap) as log:
        if _intake_is_behind(bootstrap, log):
            return "intake"
        for stage in topics.INTERNAL_STAGES:
            positions = stage_positions(log, stage)
            if any(last > positions[number] for number, last in last_records(log, SOURCES[stage]).items()):
                return stage
        delivered = committed_positions(bootstrap, DELIVER)
        behind = any(last >= delivered.get((topics.FILINGS, n), 0) for n, last in last_records(log, topics.FILINGS).items())
        return "deliver" if behind else None


def _intake_is_behind(bootstrap: str, log: CommittedLog) -> bool:
    taken = committed_positions(bootstrap, INTAKE)
    for topic in filter(is_partner_topic, log.topics()):
        if any(last >= taken.get((topic, number), 0) for number, last in last_records(log, topic).items()):
            return True
    return False


def stage_positions(log: CommittedLog, stage: str) -> Mapping[int, int]:
    """Last source offset that each partition of a stage has committed; -1 where it has committed nothing."""
    topic = topics.changelog(stage)
    found = {}
    for number, span in log.bounds(topic, log.partitions(topic)).items():
        found[number] = _newest_position(log, topic, number, span)
    return found


def last_records(log: CommittedLog, topic: str) -> Mapping[int, int]:
    """Offset of the last committed record of each partition; -1 where there is none."""
    bounds = log.bounds(topic, log.partitions(topic))
    return {number: _last_record(log, topic, number, span) for number, span in bounds.items()}


def _newest_position(log: CommittedLog, topic: str, number: int, span: tuple[int, int]) -> int:
    for start in _starts(span):
        newest = NOTHING
        for record in log.read(topic, {number: (start, span[1])}):
            if record.key == POSITION_KEY and record.value is not None:
                newest = int(record.value)
        if newest != NOTHING:
            return newest
    return NOTHING


def _last_record(log: CommittedLog, topic: str, number: int, span: tuple[int, int]) -> int:
    for start in _starts(span):
        last = max((record.offset for record in log.read(topic, {number: (start, span[1])})), default=NOTHING)
        if last != NOTHING:
            return last
    return NOTHING


def _starts(span: tuple[int, int]) -> list[int]:
    """Where to begin reading, ever further from the end, the beginning of the partition at last."""
    first, end = span
    if first >= end:
        return []
    starts, size = [], FIRST_LOOK
    while end - size > first:
        starts.append(end - size)
        size *= 8
    return [*starts, first]
