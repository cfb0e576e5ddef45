"""What a backtest puts aside comes back as it was."""

import os
import random

import msgspec
import pytest

from ops import spool
from ops.spool import EncodedState, SpooledRecords, SpooledValues
from streams.admit import Admit, Admitted


def test_records_come_back_by_coordinate_in_the_order_asked_for_and_missing_ones_do_not() -> None:
    records = SpooledRecords()
    written = {(partition, offset): bytes([partition, offset]) * (offset + 1) for partition in (0, 1) for offset in range(9)}
    for (partition, offset), record in written.items():
        records.add(partition, offset, record)
    assert list(records.read(1, (0, 3, 8, 9))) == [(offset, written[1, offset]) for offset in (0, 3, 8)]
    records.add(0, 9, b"later")
    assert list(records.read(0, (9,))) == [(9, b"later")]


def admitted(number: int) -> Admitted:
    return Admitted((bytes([number]),), number, (0, number, b""), number, b"s", b"r")


@pytest.mark.parametrize("leading", [1, 2])
@pytest.mark.parametrize("seed", range(5))
def test_values_come_back_as_they_were_put_last(seed: int, leading: int) -> None:
    chance = random.Random(seed)
    values, expected = SpooledValues(leading), dict[bytes, bytes]()
    keys = [bytes([number]) * size for number in range(9) for size in (1, 16, 33)]
    for _ in range(200):
        added = {key: chance.randbytes(chance.randrange(40)) for key in chance.sample(keys, 3)}
        for key, value in added.items():
            values.put(key, value)
        expected |= added
        forgotten = chance.choice(keys)
        values.delete(forgotten)
        expected.pop(forgotten, None)
        assert {key: values.get(key) for key in keys} == {key: expected.get(key) for key in keys}


def test_a_value_that_does_not_fit_on_the_disk_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "pwrite", lambda file, value, position: len(value) - 1)  # as when the disk fills up on the way
    with pytest.raises(OSError, match="No space left"):
        SpooledValues().put(b"key", b"value")


def test_what_is_replaced_leaves_its_place_to_others(monkeypatch: pytest.MonkeyPatch) -> None:
    write, places = os.pwrite, list[int]()

    def noted(file: int, value: bytes, position: int) -> int:
        places.append(position)
        return write(file, value, position)

    monkeypatch.setattr(os, "pwrite", noted)
    values = SpooledValues()
    for step in range(100):
        values.put(b"key", bytes(10))
        values.put(b"other", bytes(10 + step % 2))
    assert max(places) < 40


def test_what_looks_like_a_key_across_two_entries_is_none() -> None:
    known, across = b"\1" * 16, b"\1" * 14 + b"\0\0"  # behind a key stands a position, and the first is 0
    values = SpooledValues()
    values.put(known, b"one")
    assert values.get(across) is None
    values.put(across, b"two")
    assert (values.get(known), values.get(across)) == (b"one", b"two")


@pytest.mark.parametrize("kept_bytes", [0, 200])
@pytest.mark.parametrize("encoded_bytes", [0, 3_000, 16 << 20])
@pytest.mark.parametrize("seed", range(5))
def test_values_outlast_what_is_kept(seed: int, encoded_bytes: int, kept_bytes: int) -> None:
    chance = random.Random(seed)
    state, expected = EncodedState(Admit(1), kept_bytes, encoded_bytes), dict[bytes, Admitted]()
    for step in range(400):
        key = bytes([chance.randrange(30)])
        known = state.get(key)
        assert known == expected.get(key)
        if known is not None and chance.random() < 0.2:
            state.delete(key)
            del expected[key]
        else:
            state.put(key, admitted(step % 256))
            expected[key] = admitted(step % 256)
        assert state.get(key) == expected.get(key)
        if chance.random() < 0.3:
            state.seal()


def test_many_decoded_values_are_encoded_before_their_time_and_few_are_not() -> None:
    state = EncodedState(Admit(1), kept_bytes=0, live=3)
    for number in range(3):
        state.put(bytes([number]), admitted(number))
    state.seal_if_large()
    assert state.get(b"\0") is state.get(b"\0") and len(state._live) == 3
    state.put(b"\3", admitted(3))
    state.seal_if_large()
    assert state._live == {}
    assert [state.get(bytes([number])) for number in range(4)] == [admitted(number) for number in range(4)]


def test_what_is_small_stays_in_memory_while_that_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spool, "SMALL_BYTES", len(Admit(1).encode_state(b"", admitted(1))) + 1)
    state = EncodedState(Admit(1), kept_bytes=0, encoded_bytes=1_000)
    large = msgspec.structs.replace(admitted(1), sender=bytes(900))
    for key, value in ((b"small", admitted(1)), (b"large", large)):
        state.put(key, value)
    state.seal()
    assert list(state._encoded) == [b"small"]
    assert (state.get(b"small"), state.get(b"large")) == (admitted(1), large)
