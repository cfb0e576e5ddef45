"""Partitions whose next event cannot be judged yet: they wait, and the others go on."""

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kafka import TopicPartition

    from connectors.kafka.transactions import TransactionalLog

logger = logging.getLogger("strgw.intake")


class SchemaRegistryAway(Exception):
    """The schema registry cannot say now what a number means. The text is for operators; `retry_s`: when to ask again."""

    def __init__(self, why: str, retry_s: float) -> None:
        super().__init__(f"The schema registry cannot be asked: {why}; check STRGW_SCHEMA_REGISTRY.")
        self.retry_s = retry_s


class Waiting:
    """What waits, and until when; `clock` gives seconds."""

    def __init__(self, log: "TransactionalLog", clock: Callable[[], float]) -> None:
        self._log, self._clock = log, clock
        self._until: dict[TopicPartition, float] = {}

    def hold_back(self, partition: "TopicPartition", offset: int, away: SchemaRegistryAway) -> None:
        """Reads the partition again from `offset`, when the registry is to be asked again."""
        if not self._until:
            logger.warning("%s Events of %s wait; those of other partners go on.", away, partition.topic)
        self._log.hold_back(partition, offset)
        self._until[partition] = self._clock() + away.retry_s

    def go_on(self) -> None:
        """Lets go what has waited long enough."""
        now = self._clock()
        due = [partition for partition, until in self._until.items() if until <= now]
        for partition in due:
            del self._until[partition]
        self._log.go_on(due)

    def of(self, topic: str) -> int:
        """How many partitions of the topic wait."""
        return sum(partition.topic == topic for partition in self._until)
