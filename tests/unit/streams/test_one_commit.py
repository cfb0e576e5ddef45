"""What comes in one commit ends as what comes in many: a worker that catches up, or a backtest, finds what was found day by day."""

from collections.abc import Sequence
from itertools import permutations

import pytest

from schemas.observation import RECEIVER, SENDER, Observation, ObservationBatch, TransferFacts
from schemas.transfer import PARTY
from streams.domain.entity import IdentifierState
from streams.identifiers import POOL_LIMIT
from streams.typologies.build import key_of, pay
from tests.unit.streams.test_detect import BATCH, Run


def together(rows: Sequence[TransferFacts]) -> Run:
    """All of them in one record, in one commit."""
    observations = [
        Observation(number, party.key, PARTY, side)
        for number, facts in enumerate(rows)
        for party, side in ((facts.sender, SENDER), (facts.receiver, RECEIVER))
        if party is not None
    ]
    run = Run()
    run.settle([BATCH.encode(ObservationBatch(tuple(rows), tuple(observations)))])
    return run


def users(count: int) -> list[list[TransferFacts]]:
    """For each of `count` people, two payments with one phone, the first on the day of its number."""
    return [[pay(f"u{n}", f"r{n}{part}", n + 10 * part, 50, phone="one") for part in (0, 1)] for n in range(count)]


def pooled(run: Run) -> set[bytes]:
    shared = run.state.get(key_of("one"))
    assert isinstance(shared, IdentifierState)
    return set(shared.group.asked)


@pytest.mark.parametrize("first", list(permutations(range(3))))
def test_of_many_users_those_who_used_it_first_are_pooled_whoever_told_first(first: tuple[int, ...]) -> None:
    rows = users(POOL_LIMIT + 2)
    order = [*first, *reversed(range(3, POOL_LIMIT + 2))]
    run = together([row for number in order for row in rows[number]])
    assert pooled(run) == {key_of(f"u{number}") for number in range(POOL_LIMIT)}


def test_one_after_another_the_first_are_pooled_and_nobody_after_them() -> None:
    run = Run().take(row for rows in users(POOL_LIMIT + 3) for row in rows)
    assert pooled(run) == {key_of(f"u{number}") for number in range(POOL_LIMIT)}


def test_few_users_are_all_pooled() -> None:
    assert pooled(together([row for rows in users(POOL_LIMIT) for row in rows])) == {key_of(f"u{n}") for n in range(POOL_LIMIT)}
