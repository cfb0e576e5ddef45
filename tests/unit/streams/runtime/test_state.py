"""The state a fold sees, and what of it goes to the changelog."""

import msgspec
import pytest

from schemas.codec import CorruptRecord
from streams.domain.fold import Output, State
from streams.runtime.exit_codes import ExitCode, Fault, StateTooLarge
from streams.runtime.state import KEPT_BYTES, MAX_STATE_BYTES, POSITION_KEY, PartitionState


class ListFold:
    """Values are lists of whole numbers; counts how often it decodes."""

    name = "lists"
    source = "numbers"
    decoded = 0

    def apply(self, state: State, record: bytes, partition: int, offset: int) -> None:
        raise NotImplementedError

    def flush(self, state: State) -> list[Output]:
        raise NotImplementedError

    def encode_state(self, key: bytes, value: object) -> bytes:
        return msgspec.msgpack.encode(value)

    def is_expired(self, key: bytes, raw: bytes) -> bool:
        return False

    def decode_state(self, key: bytes, raw: bytes) -> object:
        self.decoded += 1
        if raw == b"broken":
            raise CorruptRecord("not_decodable", "broken")
        return msgspec.msgpack.decode(raw)


def state_of(**values: object) -> tuple[ListFold, PartitionState]:
    fold = ListFold()
    return fold, PartitionState(fold, {key.encode(): msgspec.msgpack.encode(value) for key, value in values.items()})


def test_value_is_decoded_once_and_stays_the_same_object_until_the_seal() -> None:
    fold, state = state_of(a=[1])
    first = state.get(b"a")
    assert state.get(b"a") is first
    state.seal()
    assert state.get(b"a") == [1]
    assert fold.decoded == 1


def test_values_not_used_for_long_are_decoded_anew() -> None:
    fold, state = state_of(a=[1])
    state.get(b"a")
    state.seal()
    half = KEPT_BYTES // 2 // 60_000 + 1
    for at in range(2 * half):
        state.put(b"%d" % at, "x" * 60_000)
        state.seal()
    assert state.get(b"a") == [1]
    assert fold.decoded == 2
    assert state.get(b"%d" % (2 * half - 1)) == "x" * 60_000
    assert fold.decoded == 2


def test_unknown_key_is_none() -> None:
    assert state_of()[1].get(b"a") is None


def test_seal_returns_what_was_put_in_order_of_the_first_put() -> None:
    _, state = state_of()
    state.put(b"b", [1])
    state.put(b"a", [2])
    state.put(b"b", [3])
    assert state.seal() == [(b"b", msgspec.msgpack.encode([3])), (b"a", msgspec.msgpack.encode([2]))]
    assert state.seal() == []


def test_object_changed_after_it_was_put_is_encoded_as_it_is_at_the_seal() -> None:
    _, state = state_of()
    value = [1]
    state.put(b"a", value)
    value.append(2)
    assert state.seal() == [(b"a", msgspec.msgpack.encode([1, 2]))]


@pytest.mark.parametrize("strict", [False, True])
def test_object_changed_without_a_put_is_a_defect_of_the_fold(strict: bool) -> None:
    fold = ListFold()
    state = PartitionState(fold, {b"a": msgspec.msgpack.encode([1])}, strict)
    value = state.get(b"a")
    assert isinstance(value, list)
    value.append(2)
    with pytest.raises(Fault, match="state changed without a put"):
        state.seal()


def test_strict_state_refuses_a_value_that_encoding_would_alter() -> None:
    class Lossy(ListFold):
        def decode_state(self, key: bytes, raw: bytes) -> object:
            return []

    state = PartitionState(Lossy(), {}, strict=True)
    state.put(b"a", [1])
    with pytest.raises(Fault, match="loses part"):
        state.seal()


def test_value_put_as_it_was_is_not_written_again() -> None:
    _, state = state_of(a=[1])
    state.put(b"a", [1])
    assert len(state) == 1
    assert state.seal() == []


def test_deleted_key_is_gone_at_once_and_becomes_a_tombstone() -> None:
    _, state = state_of(a=[1])
    state.delete(b"a")
    assert state.get(b"a") is None
    assert state.seal() == [(b"a", None)]
    assert state.encoded == {}
    assert state.get(b"a") is None


def test_key_that_never_reached_the_changelog_needs_no_tombstone() -> None:
    _, state = state_of()
    state.put(b"a", [1])
    state.delete(b"a")
    state.delete(b"b")
    assert state.seal() == []


def test_key_deleted_and_put_again_is_written() -> None:
    _, state = state_of(a=[1])
    state.delete(b"a")
    state.put(b"a", [2])
    assert state.seal() == [(b"a", msgspec.msgpack.encode([2]))]


@pytest.mark.parametrize("over", [0, 1])
def test_state_of_exactly_the_bound_fits_and_one_byte_more_does_not(over: int) -> None:
    class Raw(ListFold):
        def encode_state(self, key: bytes, value: object) -> bytes:
            assert isinstance(value, bytes)
            return value

    state = PartitionState(Raw(), {})
    state.put(b"a", bytes(MAX_STATE_BYTES + over))
    if over:
        with pytest.raises(StateTooLarge, match=f"{MAX_STATE_BYTES + 1} bytes, at most {MAX_STATE_BYTES}"):
            state.seal()
    else:
        assert len(state.seal()) == 1


def test_unreadable_state_is_a_fault_and_no_corrupt_record() -> None:
    fold = ListFold()
    with pytest.raises(Fault) as caught:
        PartitionState(fold, {b"a": b"broken"}).get(b"a")
    assert caught.value.code is ExitCode.STATE_CORRUPT


def test_key_of_the_position_record_is_refused() -> None:
    _, state = state_of()
    state.put(POSITION_KEY, [1])
    with pytest.raises(Fault) as caught:
        state.seal()
    assert caught.value.code is ExitCode.FOLD_FAILED


def test_binary_key_that_begins_with_a_zero_byte_is_an_ordinary_key() -> None:
    _, state = state_of()
    state.put(b"\0" * 16, [1])
    assert len(state.seal()) == 1


def test_expired_values_are_forgotten_a_few_at_each_commit() -> None:
    fold, state = state_of(**{f"k{n}": [n] for n in range(40)})
    fold.is_expired = lambda key, raw: int(key[1:]) % 2 == 0  # type: ignore[method-assign]
    gone: list[bytes] = []
    for _ in range(4):
        state.forget_expired()
        gone += [key for key, raw in state.seal() if raw is None]
    assert sorted(gone) == sorted(f"k{n}".encode() for n in range(0, 40, 2))
    assert len(state.encoded) == 20


def test_a_value_in_use_is_not_forgotten() -> None:
    fold, state = state_of(a=[1])
    fold.is_expired = lambda key, raw: True  # type: ignore[method-assign]
    assert state.get(b"a") == [1]
    state.forget_expired()
    assert state.seal() == []
