"""What a stage is, seen from inside: a pure fold over one topic with keyed state. Faust and Kafka are not visible here.

A fold is driven in three places (the workers, the backtest, the tests), always like this:

1. `apply` once for each input record, in offset order of one partition. It decodes the whole record before it touches
   the state (CorruptRecord: quarantined by the caller, the state is unchanged) and marks what must be judged anew.
2. `flush` once for each commit, after one or more `apply`. It returns the outputs; the caller writes outputs, changed
   states and position in one transaction.

What a fold emits in between may depend on how records were grouped into commits; what it has emitted *last* for an id
must not (design: "Order").
"""

import zlib
from typing import NamedTuple, Protocol


class Output(NamedTuple):
    """One record to write: internal topics get an explicit partition; `key` may be None."""

    topic: str
    partition: int
    key: bytes | None
    value: bytes


class State(Protocol):
    """Keyed state of one partition. Values are the fold's own objects; the store encodes what was put at commit."""

    def get(self, key: bytes) -> object | None:
        """The value, decoded by the fold (`Fold.decode_state`), or None. The same object until the next commit."""
        ...

    def put(self, key: bytes, value: object) -> None:
        """Sets the value; it is encoded by the fold (`Fold.encode_state`) when the batch commits."""
        ...

    def delete(self, key: bytes) -> None:
        """Forgets the key (a tombstone in the changelog)."""
        ...


class Fold(Protocol):
    """One stage on one partition. A fresh instance is made for every partition; only `State` survives it."""

    name: str
    source: str

    def apply(self, state: State, record: bytes, partition: int, offset: int) -> None:
        """Takes in one input record. Raises CorruptRecord before anything was changed."""
        ...

    def flush(self, state: State) -> list[Output]:
        """Judges what changed since the last flush and returns what to write."""
        ...

    def encode_state(self, key: bytes, value: object) -> bytes:
        """Bytes of one state value."""
        ...

    def decode_state(self, key: bytes, raw: bytes) -> object:
        """One state value back from its bytes."""
        ...

    def is_expired(self, key: bytes, raw: bytes) -> bool:
        """Whether event time has left this value so far behind that nothing will ask for it again; the caller deletes it."""
        ...


def partition_of(key: bytes, partitions: int) -> int:
    """Partition that owns `key`; the same function for every topic, so that one entity always lives in one place."""
    return zlib.crc32(key) % partitions
