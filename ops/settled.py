"""Whether everything posted has been taken in, judged and delivered: positions against records, without trusting a gauge.

A consumer group's lag cannot say it: the markers of transactions take offsets too, so an idle topic seems to have unread
records for ever. Here the last record of each source is compared with the position that its reader committed.
"""

from collections.abc import Callable

from connectors.fius.deliver import GROUP as DELIVER
from connectors.kafka.admin import committed_positions
from connectors.kafka.scan import CommittedLog, LogRecord
from connectors.partners.intake import GROUP as INTAKE
from connectors.partners.intake import is_partner_topic
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


def stage_positions(log: CommittedLog, stage: str) -> dict[int, int]:
    """Last source offset that each partition of a stage has committed; -1 where it has committed nothing."""
    return _newest(
        log, topics.changelog(stage), lambda record: int(record.value or b"-1") if record.key == POSITION_KEY else NOTHING
    )


def last_records(log: CommittedLog, topic: str) -> dict[int, int]:
    """Offset of the last committed record of each partition; -1 where there is none."""
    return _newest(log, topic, lambda record: record.offset)


def _newest(log: CommittedLog, topic: str, number_of: Callable[[LogRecord], int]) -> dict[int, int]:
    """The last number other than NOTHING that `number_of` makes of a partition's records, looking ever further from the end."""
    bounds = log.bounds(topic, log.partitions(topic))
    newest = dict.fromkeys(bounds, NOTHING)
    open_, size = dict(bounds), FIRST_LOOK
    while open_:
        spans = {partition: (max(first, end - size), end) for partition, (first, end) in open_.items()}
        for record in log.read(topic, spans):
            number = number_of(record)
            if number != NOTHING:
                newest[record.partition] = number
        open_ = {n: bounds[n] for n, (start, _) in spans.items() if newest[n] == NOTHING and start > bounds[n][0]}
        size *= 8
    return newest
