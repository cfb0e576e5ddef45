"""One partition of one stage: its fold, its state, its open batch and how far it has come."""

import hashlib
import time
from dataclasses import dataclass, field

from schemas.codec import Codec, CorruptRecord
from schemas.quarantine import QuarantineRecord
from schemas.topics import QUARANTINE
from schemas.transfer import Coordinate
from streams.domain.fold import Fold, Output
from streams.runtime.exit_codes import ExitCode, Fault
from streams.runtime.ledger import Batch, Ledger
from streams.runtime.restore import Resumption
from streams.runtime.state import PartitionState

BY_KEY = -1  # librdkafka chooses the partition from the key
_quarantine = Codec(QuarantineRecord)


@dataclass(slots=True)
class OpenBatch:
    """What was applied since the last commit: when each input record was appended (epoch seconds), and its bytes."""

    appended_at: list[float] = field(default_factory=list)
    size: int = 0
    set_aside: list[Output] = field(default_factory=list)
    reason_codes: list[str] = field(default_factory=list)

    def newest_at(self) -> float:
        """When the last record applied was appended, epoch seconds; this very moment where there is none."""
        return self.appended_at[-1] if self.appended_at else time.time()


class Partition:
    """Applies records in order and seals what they did into batches. No I/O but the ledger's, no clock but for the pace.

    position   last source offset applied
    committed  last source offset known to be durable; never ahead of it
    """

    def __init__(self, fold: Fold, number: int, ledger: Ledger) -> None:
        self.fold = fold
        self.number = number
        self.ledger = ledger
        self.state = PartitionState(fold, {})
        self.position = -1
        self.committed = -1
        self.progress_at = time.monotonic()
        self.open = OpenBatch()
        self._resumption: Resumption | None = None

    def restore(self) -> tuple[int, float]:
        """Claims the partition and reads its state. Blocks. Returns changelog records read and seconds."""
        found = self.ledger.claim()
        self.state = PartitionState(self.fold, found.encoded)
        self.position = self.committed = found.position
        return found.records, found.seconds

    def resume(self) -> None:
        """Looks up where the source goes on, so that `apply` can prove that nothing is missing. Blocks."""
        self._resumption = self.ledger.resume_after(self.position)
        self.progress_at = time.monotonic()

    def apply(self, record: bytes, offset: int, appended_at: float) -> bool:
        """Takes in one record; False when the state contains it already.

        A record the fold cannot decode goes to `quarantine` in the same transaction.
        Raises  Fault(SOURCE_GAP | FOLD_FAILED | STATE_CORRUPT)
        """
        if offset <= self.position:
            return False
        if self._resumption is not None:
            self._prove_continuity(offset)
        before = len(self.state)
        try:
            self.fold.apply(self.state, record, self.number, offset)
        except CorruptRecord as error:
            if len(self.state) != before:
                raise Fault(
                    ExitCode.FOLD_FAILED, f"{self._at(offset)}: state was changed before the record was refused"
                ) from error
            self._set_aside(record, offset, error)
        except Fault:
            raise
        except Exception as error:
            raise Fault(ExitCode.FOLD_FAILED, f"{self._at(offset)}: {type(error).__name__}") from error
        self.position = offset
        self.open.appended_at.append(appended_at)
        self.open.size += len(record)
        return True

    def seal(self) -> tuple[Batch, OpenBatch] | None:
        """Closes the open batch; None when nothing was applied since the last seal."""
        if not self.open.appended_at:
            return None
        try:
            outputs = self.fold.flush(self.state)
        except Fault:
            raise
        except Exception as error:
            raise Fault(ExitCode.FOLD_FAILED, f"{self._at(self.position)}, flush: {type(error).__name__}") from error
        closed, self.open = self.open, OpenBatch()
        if closed.set_aside:
            outputs = closed.set_aside + outputs
        self.state.forget_expired()
        return Batch(outputs, self.state.seal(), self.position), closed

    def _prove_continuity(self, offset: int) -> None:
        """The first record after a claim must be the one that comes next in the source, whatever the group committed."""
        expected = self._resumption
        self._resumption = None
        if expected is None:
            return
        missing = offset < expected.end if expected.next_record is None else offset != expected.next_record
        if missing:
            raise Fault(ExitCode.SOURCE_GAP, f"{self._at(offset)} arrived, {expected.next_record} comes next in the source")

    def _set_aside(self, record: bytes, offset: int, error: CorruptRecord) -> None:
        source = Coordinate(self.fold.source, self.number, offset)
        entry = QuarantineRecord(
            stage=self.fold.name,
            partner="",
            source=source,
            reason_code=error.code,
            reason=f"The record on {self.fold.source} could not be decoded: report it; its sender wrote something else than this release reads.",
            fingerprint=error.code,
            raw=record,
            raw_sha256=hashlib.sha256(record).hexdigest(),
        )
        key = f"{source.topic}/{source.partition}/{source.offset}".encode()
        self.open.set_aside.append(Output(QUARANTINE, BY_KEY, key, _quarantine.encode(entry)))
        self.open.reason_codes.append(error.code)

    def _at(self, offset: int) -> str:
        return f"stage {self.fold.name}, {self.fold.source}/{self.number} offset {offset}"
