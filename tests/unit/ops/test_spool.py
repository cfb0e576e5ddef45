"""What a backtest puts aside comes back as it was."""

import random

import pytest

from ops.spool import EncodedState, SpooledRecords
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


@pytest.mark.parametrize("seed", range(5))
def test_values_outlast_what_is_kept_decoded(seed: int) -> None:
    chance = random.Random(seed)
    state, expected = EncodedState(Admit(1), kept_bytes=200), dict[bytes, Admitted]()
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
