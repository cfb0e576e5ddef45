"""What waits for a stage comes back in its order, once, from memory as from the file."""

import random

import pytest

from ops.waiting import Waiting


@pytest.mark.parametrize("memory", [0, 100, 1 << 20])
@pytest.mark.parametrize("seed", range(4))
def test_records_come_once_and_in_order(memory: int, seed: int) -> None:
    chance, waiting = random.Random(seed), Waiting(memory)
    for _ in range(5):
        records = [chance.randbytes(chance.randrange(1, 90)) for _ in range(chance.randrange(40))]
        for record in records:
            waiting.add(record)
        assert bool(waiting) is bool(records)
        assert list(waiting.take()) == records
        assert not waiting and list(waiting.take()) == []


def test_few_records_need_no_file_and_many_do() -> None:
    few, many = Waiting(9), Waiting(9)
    for waiting, count in ((few, 3), (many, 4)):
        for _ in range(count):
            waiting.add(b"abc")
    assert few._file is None and many._file is not None
