"""Which topics the gateway needs, how each keeps its records, and who may read and write it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from schemas import topics

DAY_MS = 86_400_000
KEEP = -1
LARGEST_RECORD_BYTES = 8 << 20  # partners' 5 MB records must reach the quarantine
LARGEST_QUARANTINED_BYTES = 16 << 20  # a refused record of the largest size, with its reason and coordinates around it
CHANGELOG_SEGMENT_BYTES = 64 << 20  # only closed segments are compacted, so a restore reads up to one segment of history
STAGES_WITH_STATE = ("files", "intake", *topics.INTERNAL_STAGES, "deliver", "register")
# Evidence is looked up in `transfers`, and FATF Recommendation 11 wants records for at least five years after the business
# relationship ended, which no topic can know: what is filed, decided or audited is kept until an operator removes it.
KEPT = (topics.TRANSFERS, topics.FINDINGS, topics.CASES, topics.FILINGS, topics.HELD, topics.DECISIONS, topics.AUDIT)
OBSERVATIONS_DAYS = 7  # DEF derivable from `transfers`; longer than any outage that is not a disaster
QUALITY_DAYS = 15  # DEF counts of which fields were filled: a day is held against the week before it
PARTNER_DAYS = 30  # DEF what a partner posted is in `transfers` or `quarantine` within seconds

Operation = Literal["READ", "WRITE", "DESCRIBE"]


@dataclass(frozen=True, slots=True)
class TopicSpec:
    """A topic as it must be.

    compacted      keeps the last record of each key, instead of records of an age
    retention_ms   age in ms after which records go; -1: never
    append_time    records carry the broker's clock, where the writer is not ours
    largest_bytes  largest batch of records accepted
    compact_after_ms  age in ms before which no record of a compacted topic goes
    """

    name: str
    partitions: int
    compacted: bool = False
    retention_ms: int = KEEP
    append_time: bool = False
    largest_bytes: int = LARGEST_RECORD_BYTES
    compact_after_ms: int = 0

    def configs(self) -> dict[str, str]:
        """Kafka's topic settings for it."""
        stamped = {"message.timestamp.type": "LogAppendTime"} if self.append_time else {}
        common = {"max.message.bytes": str(self.largest_bytes)} | stamped
        if self.compacted:
            return common | {
                "cleanup.policy": "compact",
                "segment.bytes": str(CHANGELOG_SEGMENT_BYTES),
                "min.cleanable.dirty.ratio": "0.3",
                "min.compaction.lag.ms": str(self.compact_after_ms),
            }
        return common | {"cleanup.policy": "delete", "retention.ms": str(self.retention_ms), "retention.bytes": "-1"}


@dataclass(frozen=True, slots=True)
class Access:
    """One right: `principal` (Kafka form, User:name) may do `operation` on `name` (a topic, or a group prefix)."""

    principal: str
    operation: Operation
    kind: Literal["topic", "group"]
    name: str
    prefixed: bool = field(default=False)


def required_topics(partners: Iterable[str], fius: Iterable[str], partitions: int) -> list[TopicSpec]:
    """Every topic of a gateway with these partner ids and FIU country codes, in order of the chain."""
    specs = []
    for partner in sorted(partners):
        for name in (topics.partner_transfers(partner), topics.partner_receipts(partner)):
            specs.append(TopicSpec(name, partitions, retention_ms=PARTNER_DAYS * DAY_MS, append_time=True))
    specs += [TopicSpec(name, partitions) for name in KEPT]
    specs.append(TopicSpec(topics.QUARANTINE, partitions, largest_bytes=LARGEST_QUARANTINED_BYTES))
    specs.append(TopicSpec(topics.QUALITY, partitions, retention_ms=QUALITY_DAYS * DAY_MS))
    specs.append(TopicSpec(topics.OBSERVATIONS, partitions, retention_ms=OBSERVATIONS_DAYS * DAY_MS))
    specs += [TopicSpec(topics.changelog(stage), partitions, compacted=True) for stage in STAGES_WITH_STATE]
    for country in sorted(fius):
        # One partition: an FIU reads its filings in the order in which they were made.
        specs += [TopicSpec(topics.fiu_reports(country), 1), TopicSpec(topics.fiu_feedback(country), 1, append_time=True)]
    return specs


def required_access(partners: Iterable[str], fius: Iterable[str], gateway: str = "strgw") -> list[Access]:
    """Rights beside the topics: a partner sees its own two topics only, an FIU its own two, the gateway all.

    A partner `x` is the principal User:partner-x, an FIU `cc` User:fiu-cc, the gateway's processes User:`gateway`.
    """
    rights = []
    for partner in sorted(partners):
        rights += _of_outsider(f"partner-{partner}", topics.partner_transfers(partner), topics.partner_receipts(partner))
    for country in sorted(fius):
        rights += _of_outsider(f"fiu-{country.lower()}", topics.fiu_feedback(country), topics.fiu_reports(country))
    operations: Sequence[Operation] = ("READ", "WRITE", "DESCRIBE")
    rights += [Access(f"User:{gateway}", operation, "topic", "*") for operation in operations]
    rights.append(Access(f"User:{gateway}", "READ", "group", "*"))
    return rights


def _of_outsider(name: str, writes: str, reads: str) -> list[Access]:
    return [
        Access(f"User:{name}", "WRITE", "topic", writes),
        Access(f"User:{name}", "READ", "topic", reads),
        Access(f"User:{name}", "READ", "group", f"{name}.", prefixed=True),
    ]
