"""What the runtime measures. The metrics endpoint implements it; labels are stage and partition, never data."""

from typing import NamedTuple, Protocol


class Committed(NamedTuple):
    """One committed transaction. `records` input records, `changes` state values written, `outputs` records written."""

    stage: str
    partition: int
    seconds: float
    records: int
    changes: int
    outputs: int


class Restored(NamedTuple):
    """One partition's state read back. `records` changelog records read, `keys` live keys."""

    stage: str
    partition: int
    seconds: float
    records: int
    keys: int


class RuntimeMeters(Protocol):
    """Called on the event loop's thread unless said otherwise; must not block."""

    def committed(self, commit: Committed) -> None:
        """One transaction is durable."""
        ...

    def latency(self, stage: str, seconds: float) -> None:
        """Time from the append of one input record to the commit of its effects; once an input record."""
        ...

    def restored(self, restore: Restored) -> None:
        """A partition is ready to work."""
        ...

    def quarantined(self, stage: str, reason_code: str) -> None:
        """One input record could not be decoded and was set aside."""
        ...

    def owned(self, stage: str, partitions: int) -> None:
        """Number of partitions this worker owns now."""
        ...

    def lag(self, stage: str, partition: int, records: int) -> None:
        """Offsets between the position and the end of the source; 0 when no record is waiting."""
        ...

    def loop_lag(self, seconds: float) -> None:
        """How late the event loop woke up."""
        ...


class NoMeters:
    """Measures nothing: for tests and for embedding without metrics."""

    def committed(self, commit: Committed) -> None:
        """Ignored."""

    def latency(self, stage: str, seconds: float) -> None:
        """Ignored."""

    def restored(self, restore: Restored) -> None:
        """Ignored."""

    def quarantined(self, stage: str, reason_code: str) -> None:
        """Ignored."""

    def owned(self, stage: str, partitions: int) -> None:
        """Ignored."""

    def lag(self, stage: str, partition: int, records: int) -> None:
        """Ignored."""

    def loop_lag(self, seconds: float) -> None:
        """Ignored."""
