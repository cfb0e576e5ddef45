"""`fiu.<cc>.feedback` as the desks write it: in transactions of the one producer of this process, one at a time."""

import threading
from collections.abc import Iterable, Sequence

from connectors.kafka.record import Record
from connectors.kafka.scan import CommittedLog
from connectors.kafka.transactions import Taken, TransactionalLog
from schemas import topics


class FeedbackTopic:
    """Shared by all lanes; close it at the end."""

    def __init__(self, bootstrap: str, log: TransactionalLog) -> None:
        self._log, self._reader = log, CommittedLog(bootstrap)
        self._turn, self._reading = threading.Lock(), threading.Lock()

    def end(self, fiu: str) -> int:
        """Offset after the last committed record; an FIU's topic has one partition."""
        topic = topics.fiu_feedback(fiu)
        with self._reading:
            return max(end for _, end in self._reader.bounds(topic, self._reader.partitions(topic)).values())

    def since(self, fiu: str, offset: int) -> set[bytes]:
        """Values of the committed records from `offset` on."""
        topic = topics.fiu_feedback(fiu)
        with self._reading:
            bounds = self._reader.bounds(topic, self._reader.partitions(topic))
            spans = {partition: (max(first, offset), end) for partition, (first, end) in bounds.items()}
            return {record.value or b"" for record in self._reader.read(topic, spans)}

    def publish(self, fiu: str, feedbacks: Sequence[tuple[bytes, bytes]]) -> None:
        """Writes (key, value) pairs in one transaction. Raises Fenced, CommitLost: the process must end."""
        self.commit([Record(topics.fiu_feedback(fiu), 0, key, value) for key, value in feedbacks])

    def commit(self, outputs: Iterable[Record], taken: Taken | None = None) -> None:
        """One transaction, when no other is open."""
        with self._turn:
            self._log.commit(outputs, taken)

    def close(self) -> None:
        """Ends the reader's connection."""
        self._reader.close()
