"""A record on its way to Kafka, without Kafka: what the pure parts of the connectors hand to the loop that writes."""

from typing import NamedTuple, Protocol


class Record(NamedTuple):
    """One record to produce; `partition` None leaves the choice to the producer (by key)."""

    topic: str
    partition: int | None
    key: bytes | None
    value: bytes


class Produced(Protocol):
    """What `TransactionalLog.commit` writes: a `Record` or anything of its shape."""

    @property
    def topic(self) -> str: ...
    @property
    def partition(self) -> int | None: ...
    @property
    def key(self) -> bytes | None: ...
    @property
    def value(self) -> bytes | None: ...
