"""When transfers that have gathered are judged: at the number asked for, or sooner where waiting would lose something."""

from collections.abc import Mapping, Sequence
from datetime import date

import msgspec
import pytest

from connectors.partners.accept import Acceptor
from ops.chain import Chain
from ops.gathering import BATCH, MOST_OF_ONE, NOBODY, Gathering, parts
from ops.simulate.feasts import day_number
from ops.simulate.stream import Order, Simulation
from schemas.registry import Partner
from schemas.transfer import Coordinate, Transfer
from streams.domain.event import DAY_MS
from streams.domain.identity import Keyring

DEMO = Partner("demo", "Demo", "mto", "strgw.transfer/1", "KZ", ())


class Noted(Chain):
    """A chain that notes what it is given: the sizes of the batches, and how many transfers were judged together."""

    def __init__(self) -> None:
        self.batches: list[int] = []
        self.judged: list[int] = []
        self._since = 0

    def feed_partition(self, partition: int, transfers: Sequence[Transfer], stream_start_ms: Mapping[str, int]) -> None:
        assert partition == 0
        self.batches.append(len(transfers))
        self._since += len(transfers)

    def settle(self) -> None:
        self.judged.append(self._since)
        self._since = 0


@pytest.fixture(scope="module")
def transfer() -> Transfer:
    line = next(iter(Simulation(Order(10, 1, day_number(date(2024, 1, 1)), 30, 0.0)).lines(lambda planted, scene: None)))
    taken = Acceptor(DEMO, Keyring(bytes(32)), lambda: 1_900_000_000_000).accept(line, Coordinate("t", 0, 0))
    assert isinstance(taken, Transfer) and taken.receiver is not None
    return taken


def between(transfer: Transfer, number: int, days: float = 0, sender: int = -1, channel: str = "cash_to_cash") -> Transfer:
    """The transfer between two people of its own, but for a sender that is named; `days` later."""
    assert transfer.receiver is not None
    keys = [int.to_bytes(2 * number + side, 16, "big") for side in (0, 1)]
    payer = keys[0] if sender < 0 else b"sender %9d" % sender
    return msgspec.structs.replace(
        transfer,
        sender=msgspec.structs.replace(transfer.sender, key=payer),
        receiver=msgspec.structs.replace(transfer.receiver, key=keys[1]),
        occurred_ms=transfer.occurred_ms + int(days * DAY_MS),
        channel=channel,
    )


def gathered(transfers: Sequence[Transfer], together: int) -> Noted:
    chain = Noted()
    gathering = Gathering(chain, {"demo": 0}, together, NOBODY)
    for one in transfers:
        gathering.take(one)
    gathering.judge()
    return chain


@pytest.mark.parametrize(
    ("together", "batches", "judged"),
    [
        (1000, [500, 500, 500, 250], [1000, 750]),
        (500, [500, 500, 500, 250], [500, 500, 500, 250]),
        (700, [500, 500, 500, 250], [1000, 750]),
    ],
)
def test_so_many_are_judged_together_in_whole_batches(
    transfer: Transfer, together: int, batches: list[int], judged: list[int]
) -> None:
    chain = gathered([between(transfer, n) for n in range(1750)], together)
    assert (chain.batches, chain.judged) == (batches, judged)


def test_fewer_than_a_batch_can_be_judged_together(transfer: Transfer) -> None:
    assert gathered([between(transfer, n) for n in range(7)], 3).judged == [3, 3, 1]


@pytest.mark.parametrize(("days", "judged"), [(182.99, [1001]), (183, [1000, 1])])
def test_half_a_year_is_the_most_that_is_judged_together(transfer: Transfer, days: float, judged: list[int]) -> None:
    rows = [between(transfer, n, days if n == 999 else 0) for n in range(1001)]
    assert gathered(rows, 10**6).judged == judged


@pytest.mark.parametrize(("of_one", "judged"), [(MOST_OF_ONE - 1, [1001]), (MOST_OF_ONE, [500, 501])])
def test_a_party_of_many_transfers_is_judged_while_it_remembers_them(transfer: Transfer, of_one: int, judged: list[int]) -> None:
    rows = [between(transfer, n, sender=1 if n < of_one else -1) for n in range(1001)]
    assert gathered(rows, 10**6).judged == judged


def test_what_a_shop_takes_in_makes_nobody_judge_sooner(transfer: Transfer) -> None:
    shop = between(transfer, 0).receiver
    rows = [msgspec.structs.replace(between(transfer, n, channel="merchant"), receiver=shop) for n in range(1001)]
    assert gathered(rows, 10**6).judged == [1001]


def test_a_run_by_batches_keeps_its_states_in_one_part_and_others_in_many() -> None:
    assert parts(BATCH) == 1 < parts(BATCH + 1)
