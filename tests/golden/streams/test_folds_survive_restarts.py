"""The real stages on the runtime's state, over the reference cases: what a fold remembers is in its state, all of it.

Oracle: the same input through the same folds, never restarted. The restarted run makes new folds from the encoded state after
every few records, and its state is strict: a value changed without a put, or altered by its encoding, fails the test. That final
versions are equal by content whatever the grouping into commits is design section 5, "Order".
"""

import gzip
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from connectors.partners.accept import Acceptor, Rejection
from connectors.partners.registry import load_partners
from schemas.case import Case
from schemas.codec import Codec
from schemas.finding import Finding
from schemas.fius import load_fius, load_sharing
from schemas.report import Report
from schemas.topics import CASES, FILINGS, FINDINGS, OBSERVATIONS, TRANSFERS
from schemas.transfer import Coordinate, TransferBatch
from streams.app import stages
from streams.domain.fold import Fold, Output, partition_of
from streams.domain.identity import Keyring
from streams.runtime.ledger import Batch
from streams.runtime.partition import Partition
from streams.runtime.restore import RestoredState, Resumption
from streams.runtime.state import PartitionState

PARTITIONS = 2
BACKGROUND_EVERY = 20  # of the events that belong to no case; all events of the cases are taken
BATCH = 50
FOLDER = Path(__file__).resolve().parents[4] / "shared" / "reference" / "cases"
Records = list[tuple[int, bytes]]


class NoLedger:
    """Stands for a ledger that holds nothing: the test keeps the state itself."""

    def claim(self) -> RestoredState:
        return RestoredState({}, -1, 0, 0.0)

    def resume_after(self, position: int) -> Resumption:
        return Resumption(None, position + 1)

    def write(self, batch: Batch) -> None:
        raise NotImplementedError

    def close(self) -> None:
        raise NotImplementedError


def run_stage(make: Callable[[int], Fold], records: Records, commit_every: int, restart: bool) -> list[Output]:
    """Outputs of one stage over all partitions; what it sends to its own source is taken in before the rest, as in a gateway
    that keeps up: behind a backlog of months of event time a signal comes too late to be remembered."""
    lanes = [Partition(make(PARTITIONS), number, NoLedger()) for number in range(PARTITIONS)]
    waiting, made, offset = list(records), [], 0
    while waiting:
        taken, waiting = waiting[:commit_every], waiting[commit_every:]
        for number, record in taken:
            lanes[number].apply(record, offset, 0.0)
            offset += 1
        for number, lane in enumerate(lanes):
            sealed = lane.seal()
            if sealed is None:
                continue
            own = [output for output in sealed[0].outputs if output.topic == lane.fold.source]
            waiting = [(output.partition, output.value) for output in own] + waiting
            made += [output for output in sealed[0].outputs if output.topic != lane.fold.source]
            if restart:
                lanes[number] = Partition(make(PARTITIONS), number, NoLedger())
                lanes[number].state = PartitionState(lanes[number].fold, lane.state.encoded, strict=True)
    return made


def final_versions(transfers: Records, commit_every: int, restart: bool) -> dict[str, dict[str, object]]:
    codecs: dict[str, tuple[Codec[Any], str]] = {
        FINDINGS: (Codec(Finding), "finding_id"),
        CASES: (Codec(Case), "case_id"),
        FILINGS: (Codec(Report), "report_id"),
    }
    topics: dict[str, Records] = {TRANSFERS: transfers, OBSERVATIONS: [], FINDINGS: [], CASES: [], FILINGS: []}
    final: dict[str, dict[str, object]] = {topic: {} for topic in codecs}
    for spec in stages(load_partners(None), load_fius(), load_sharing()):
        for output in run_stage(spec.fold_factory, topics[spec.source], commit_every, restart):
            topics[output.topic].append((output.partition, output.value))
            if output.topic in codecs:
                codec, name = codecs[output.topic]
                record = codec.decode(output.value)
                final[output.topic][getattr(record, name)] = record
    return final


def chosen_lines(folder: Path) -> list[bytes]:
    truth = msgspec.json.decode((folder / "truth.json").read_bytes())
    wanted = {transfer for case in truth["cases"] for transfer in case["transfers"]}
    with gzip.open(folder / "events.jsonl.gz") as lines:
        every = [line.strip() for line in lines]
    return [
        line
        for number, line in enumerate(every)
        if number % BACKGROUND_EVERY == 0 or msgspec.json.decode(line)["transfer_id"] in wanted
    ]


def transfers_of(folder: Path) -> Iterator[tuple[int, bytes]]:
    partner = load_partners(None)["demo"]
    acceptor = Acceptor(partner, Keyring(b"k" * 32), lambda: 1_900_000_000_000)
    accepted = [acceptor.accept(line, Coordinate("cases", 0, n)) for n, line in enumerate(chosen_lines(folder))]
    transfers = [transfer for transfer in accepted if not isinstance(transfer, Rejection)]
    assert len(transfers) == len(accepted)
    start = {partner.id: min(transfer.occurred_ms for transfer in transfers) // 86_400_000 * 86_400_000}
    codec = Codec(TransferBatch)
    for at in range(0, len(transfers), BATCH):
        group = transfers[at : at + BATCH]
        for number in range(PARTITIONS):
            mine = tuple(transfer for transfer in group if partition_of(transfer.uid, PARTITIONS) == number)
            if mine:
                yield number, codec.encode(TransferBatch(start, mine))


@pytest.mark.timeout(300)
def test_stages_restarted_after_every_few_records_end_with_the_same_findings_cases_and_reports() -> None:
    if not FOLDER.exists():
        pytest.skip(f"reference data is not at {FOLDER}")
    transfers = list(transfers_of(FOLDER))
    whole = final_versions(transfers, commit_every=7, restart=False)
    restarted = final_versions(transfers, commit_every=7, restart=True)
    assert {topic: len(found) for topic, found in whole.items()} == {topic: len(found) for topic, found in restarted.items()}
    assert len(whole[FINDINGS]) > 10
    assert whole == restarted
