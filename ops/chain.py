"""The four stages in memory, without a broker: what the backtest and the tests drive. Same folds, same bytes between them."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Generic, TypeVar

from connectors.kafka.archive import BatchArchive
from ops.spool import ENCODED_BYTES, KEPT_BYTES, MOST_LIVE, EncodedState, SpooledRecords
from ops.waiting import WAITING_BYTES, Waiting
from schemas.case import Case
from schemas.codec import Codec
from schemas.finding import Finding
from schemas.registry import Fiu, Partner
from schemas.report import Report
from schemas.topics import CASES, FILINGS, FINDINGS, OBSERVATIONS
from schemas.transfer import Transfer, TransferBatch
from streams.admit import Admit
from streams.detect import Detect
from streams.domain.fold import Fold, Output, partition_of
from streams.link import Link
from streams.memo import MEMO_EVENTS, Memos
from streams.report import ReportStage
from streams.typologies.calibration import DECLARED, Calibration


class MemoryState:
    """State of one fold on one partition, kept as live objects: for tests of a fold alone."""

    def __init__(self) -> None:
        self.values: dict[bytes, object] = {}

    def get(self, key: bytes) -> object | None:
        """The value, or None."""
        return self.values.get(key)

    def put(self, key: bytes, value: object) -> None:
        """Sets the value."""
        self.values[key] = value

    def delete(self, key: bytes) -> None:
        """Forgets the key."""
        self.values.pop(key, None)


ADMITTED_BYTES = 1 << 20  # DEF: some 10,000 transfers; a repeat comes at once or much later


F = TypeVar("F", bound=Fold)


class _Lane(Generic[F]):
    """One fold on one partition with its state and input position."""

    def __init__(self, fold: F, number: int, lanes: int) -> None:
        self.fold = fold
        kept = ADMITTED_BYTES if isinstance(fold, Admit) else KEPT_BYTES
        if lanes > 1:  # a lane is run through once for many transfers: what was decoded is of no use the next time
            kept = 0
        self.state = EncodedState(fold, kept, ENCODED_BYTES // lanes, MOST_LIVE // lanes)
        self.number = number
        self.offset = 0
        self.waiting = Waiting(WAITING_BYTES // lanes)

    def run(self) -> list[Output]:
        """Takes in what waits, and judges."""
        for record in self.waiting.take():
            self.fold.apply(self.state, record, self.number, self.offset)
            self.offset += 1
        outputs = self.fold.flush(self.state)
        self.state.seal_if_large()
        return outputs


Record = Finding | Case | Report
T = TypeVar("T")


class Newest(Mapping[str, T]):
    """The newest version of each record of one type, by id; kept encoded, and decoded each time it is asked for."""

    def __init__(self, kind: type[T]) -> None:
        self.codec = Codec(kind)
        self._encoded: dict[str, bytes] = {}

    def take(self, identity: str, record: bytes) -> None:
        """Keeps a version, which is newer than those before."""
        self._encoded[identity] = record

    def __getitem__(self, identity: str) -> T:
        return self.codec.decode(self._encoded[identity])

    def __iter__(self) -> Iterator[str]:
        return iter(self._encoded)

    def __len__(self) -> int:
        return len(self._encoded)


class Chain:
    """Transfers in, the newest version of every finding, case and report out; every report version by `versions`.

    partitions  of every topic: parts in which the states are kept
    told        hears every version of a finding, case and report when it is published
    """

    def __init__(
        self,
        partners: Mapping[str, Partner],
        fius: Mapping[str, Fiu],
        partitions: int = 1,
        calibration: Calibration = DECLARED,
        told: Callable[[Record], None] | None = None,
    ) -> None:
        n, memos = partitions, Memos(MEMO_EVENTS // partitions)
        self._partitions = n
        self._admit = [_Lane(Admit(n), number, 1) for number in range(n)]  # a backtest uses one of them
        self._detect = [_Lane(Detect(n, calibration, memos=memos), number, n) for number in range(n)]
        self._link = [_Lane(Link(n), number, n) for number in range(n)]
        self._report = [_Lane(ReportStage(n, partners, fius), number, n) for number in range(n)]
        self._lanes: tuple[_Lane[Any], ...] = (*self._admit, *self._detect, *self._link, *self._report)
        self._batch = Codec(TransferBatch)
        self._archived = SpooledRecords()
        self.archive = BatchArchive(self._archived)
        self.findings, self.cases, self.reports = Newest(Finding), Newest(Case), Newest(Report)
        self._newest: dict[str, Newest[Finding] | Newest[Case] | Newest[Report]] = {
            FINDINGS: self.findings,
            CASES: self.cases,
            FILINGS: self.reports,
        }
        self._versions = SpooledRecords()
        self._told = told

    def feed(self, transfers: Sequence[Transfer], stream_start_ms: Mapping[str, int]) -> None:
        """Runs the transfers (at most 500) through all stages until nothing moves any more."""
        by_partition: dict[int, list[Transfer]] = {}
        for transfer in transfers:
            by_partition.setdefault(partition_of(transfer.uid, self._partitions), []).append(transfer)
        for partition, mine in sorted(by_partition.items()):
            self.feed_partition(partition, mine, stream_start_ms)
            self.settle()

    def feed_partition(self, partition: int, transfers: Sequence[Transfer], stream_start_ms: Mapping[str, int]) -> None:
        """Puts one batch on one partition of `transfers` without running the later stages."""
        lane = self._admit[partition]
        batch = TransferBatch(dict(stream_start_ms), tuple(transfers))
        self._archived.add(partition, lane.offset, self._batch.encode(batch))
        lane.fold.take_in(lane.state, batch, partition, lane.offset)  # decoding it anew takes 10 us a transfer
        lane.offset += 1
        self._run([lane], {OBSERVATIONS: self._detect})

    def settle(self) -> None:
        """Runs every stage until no output is left. The lanes of a stage run one after another: only one has its states decoded."""
        while waiting := [lane for lane in self._detect if lane.waiting]:
            self._run(waiting, {OBSERVATIONS: self._detect, FINDINGS: self._link})
        self._run(self._link, {CASES: self._report})
        self._run(self._report, {})
        for lane in self._lanes:
            lane.state.seal()

    def versions(self) -> Iterator[Report]:
        """Every version of every report, in the order of publishing; they lie encoded on disk."""
        codec = Codec(Report)
        return (codec.decode(record) for _, record in self._versions.read(0, range(len(self._versions))))

    def duplicates(self) -> int:
        """How many events repeated an earlier one."""
        return self._counted("duplicate")

    def admitted(self) -> int:
        """How many transfers there are, each counted once however many of its states arrived."""
        return self._counted("admitted")

    def _counted(self, what: str) -> int:
        return sum(lane.fold.counts[what] for lane in self._admit)

    def _run(self, lanes: Iterable[_Lane[Any]], targets: Mapping[str, Sequence[_Lane[Any]]]) -> None:
        """Runs `lanes` and hands their outputs on, once all have run: who is told first must not depend on where he is kept."""
        for output in [output for lane in lanes for output in lane.run()]:
            self._note(output)
            if output.topic in targets:
                targets[output.topic][output.partition].waiting.add(output.value)

    def _note(self, output: Output) -> None:
        newest = self._newest.get(output.topic)
        if newest is None or output.key is None:
            return
        newest.take(output.key.decode(), output.value)
        if newest is self.reports:
            self._versions.add(0, len(self._versions), output.value)
        if self._told is not None:
            self._told(newest.codec.decode(output.value))


def reports_of(findings: Iterable[Finding], partners: Mapping[str, Partner], fius: Mapping[str, Fiu]) -> list[Report]:
    """The open reports that `link` and `report` make of these findings alone, by id."""
    link, report = _Lane(Link(1), 0, 1), _Lane(ReportStage(1, partners, fius), 0, 1)
    write, read = Codec(Finding), Codec(Report)
    for finding in findings:
        link.waiting.add(write.encode(finding))
    for output in link.run():
        report.waiting.add(output.value)
    made = [read.decode(output.value) for output in report.run()]
    return sorted((r for r in made if r.state == "open"), key=lambda r: r.report_id)
