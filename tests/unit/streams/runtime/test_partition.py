"""One partition refuses to go on where it cannot prove that nothing is missing."""

import pytest

from schemas.codec import CorruptRecord
from streams.domain.fold import Output, State
from streams.runtime.exit_codes import ExitCode, Fault
from streams.runtime.ledger import Batch
from streams.runtime.partition import Partition
from streams.runtime.restore import RestoredState, Resumption


class StandingLedger:
    """Stands for a ledger whose partition was read up to offset 9 and whose source goes on as given."""

    def __init__(self, resumption: Resumption) -> None:
        self._resumption = resumption

    def claim(self) -> RestoredState:
        return RestoredState({}, 9, 0, 0.0)

    def resume_after(self, position: int) -> Resumption:
        assert position == 9
        return self._resumption

    def write(self, batch: Batch) -> None:
        raise NotImplementedError

    def close(self) -> None:
        raise NotImplementedError


class Notes:
    """Puts each record under its own key; `half` is put and then called corrupt, `defect` fails."""

    name = "notes"
    source = "notes.in"

    def apply(self, state: State, record: bytes, partition: int, offset: int) -> None:
        if record == b"corrupt":
            raise CorruptRecord("not_decodable", "")
        if record == b"defect":
            raise KeyError("what a fold may never let out")
        state.put(record, record)
        if record == b"half":
            raise CorruptRecord("not_decodable", "")

    def flush(self, state: State) -> list[Output]:
        return []

    def encode_state(self, key: bytes, value: object) -> bytes:
        assert isinstance(value, bytes)
        return value

    def is_expired(self, key: bytes, raw: bytes) -> bool:
        return False

    def decode_state(self, key: bytes, raw: bytes) -> object:
        return raw


def resumed(next_record: int | None, end: int) -> Partition:
    partition = Partition(Notes(), 3, StandingLedger(Resumption(next_record, end)))
    partition.restore()
    partition.resume()
    return partition


def test_record_that_comes_next_in_the_source_is_applied_whatever_the_gap() -> None:
    assert resumed(next_record=14, end=20).apply(b"a", 14, 0.0)


def test_record_the_state_contains_is_passed_over() -> None:
    partition = resumed(next_record=10, end=20)
    assert not partition.apply(b"a", 9, 0.0)
    assert partition.seal() is None


@pytest.mark.parametrize(("next_record", "end", "arrived"), [(10, 20, 11), (14, 20, 12), (None, 20, 15)])
def test_first_record_that_is_not_the_next_of_the_source_is_a_gap(next_record: int | None, end: int, arrived: int) -> None:
    with pytest.raises(Fault) as caught:
        resumed(next_record, end).apply(b"a", arrived, 0.0)
    assert caught.value.code is ExitCode.SOURCE_GAP
    assert f"notes.in/3 offset {arrived}" in caught.value.detail


def test_first_record_posted_after_the_look_at_an_exhausted_source_is_applied() -> None:
    assert resumed(next_record=None, end=20).apply(b"a", 23, 0.0)


def test_records_before_and_after_a_corrupt_one_are_in_one_batch_with_its_quarantine_entry() -> None:
    partition = resumed(next_record=10, end=20)
    for offset, record in enumerate((b"a", b"corrupt", b"b"), start=10):
        partition.apply(record, offset, 0.0)
    sealed = partition.seal()
    assert sealed is not None
    batch, closed = sealed
    assert batch.position == 12
    assert [key for key, _ in batch.changes] == [b"a", b"b"]
    assert [(output.topic, output.key) for output in batch.outputs] == [("quarantine", b"notes.in/3/11")]
    assert closed.reason_codes == ["not_decodable"]


def test_fold_that_changed_state_before_it_refused_the_record_is_a_defect() -> None:
    with pytest.raises(Fault) as caught:
        resumed(10, 20).apply(b"half", 10, 0.0)
    assert caught.value.code is ExitCode.FOLD_FAILED


def test_message_of_a_fold_failure_names_the_coordinate_and_not_the_content() -> None:
    with pytest.raises(Fault) as caught:
        resumed(10, 20).apply(b"defect", 10, 0.0)
    assert caught.value.detail == "stage notes, notes.in/3 offset 10: KeyError"
