"""A glance spares most entities their judgement and changes none: detection that judges everybody says the same."""

import random
from collections.abc import Sequence
from datetime import date

import pytest

from connectors.partners.accept import Acceptor
from ops.chain import MemoryState
from ops.simulate.feasts import day_number
from ops.simulate.stream import Order, Simulation
from schemas.codec import Codec
from schemas.registry import Partner
from schemas.topics import FINDINGS
from schemas.transfer import ACCOUNT, Coordinate, Transfer, TransferBatch
from streams.admit import Admit
from streams.detect import Detect
from streams.domain.entity import EntityState, IdentifierState
from streams.domain.identity import Keyring
from streams.judge import Judge
from streams.typologies import CATALOGUE
from streams.typologies.base import Typology

DEMO = Partner("demo", "Demo", "mto", "strgw.transfer/1", "KZ", ())
HOUR_MS, DAY_MS = 3_600_000, 86_400_000
LATENESS_H = 48
BATCH = Codec(TransferBatch)
# (seed, share in patterns, transfers a commit, late): few patterns and many, single transfers and hundreds
STREAMS = [(1, 0.02, 50, False), (2, 0.5, 100, False), (3, 0.5, 7, False), (4, 0.5, 60, True), (5, 0.1, 200, True)]


def simulated(seed: int, share: float, late: bool) -> list[Transfer]:
    order = Order(1500, seed, day_number(date(2024, 1, 1)), 120, share)
    acceptor = Acceptor(DEMO, Keyring(bytes(32)), lambda: 1_900_000_000_000)
    taken = [acceptor.accept(line, Coordinate("t", 0, n)) for n, line in enumerate(Simulation(order).lines(lambda p, s: None))]
    transfers = [t for t in taken if isinstance(t, Transfer)]
    chance = random.Random(seed)
    delay = {t.uid: chance.random() * LATENESS_H * HOUR_MS if late else 0 for t in transfers}
    return sorted(transfers, key=lambda t: (t.occurred_ms + delay[t.uid], t.uid))


def outputs(transfers: Sequence[Transfer], size: int) -> list[bytes]:
    """Everything detect writes, findings and questions, in the order of writing."""
    admit, detect = Admit(1), Detect(1)
    admitted, state = MemoryState(), MemoryState()
    start_ms = transfers[0].occurred_ms - 90 * DAY_MS
    written: list[bytes] = []
    for at in range(0, len(transfers), size):
        batch = TransferBatch({"demo": start_ms}, tuple(transfers[at : at + size]))
        admit.apply(admitted, BATCH.encode(batch), 0, at)
        records = [o.value for o in admit.flush(admitted)]
        while records:
            for record in records:
                detect.apply(state, record, 0, 0)
            told = detect.flush(state)
            written += [o.value for o in told]
            records = [o.value for o in told if o.topic != FINDINGS]
    return written


def everything(self: Judge, value: EntityState | IdentifierState, added: int) -> tuple[Typology, ...]:
    """Every typology that judges this kind of entity at all."""
    is_weak = isinstance(value, IdentifierState) and value.kind > ACCOUNT
    return tuple(t for t in CATALOGUE if t.at_identifiers or not is_weak)


@pytest.mark.parametrize(("seed", "share", "size", "late"), STREAMS)
def test_who_is_not_judged_has_nothing_to_be_judged_for(
    seed: int, share: float, size: int, late: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    transfers = simulated(seed, share, late)
    skipped = [0, 0]
    look = Judge.in_question

    def counted(self: Judge, *what: object) -> tuple[Typology, ...]:
        found = look(self, *what)  # type: ignore[arg-type]
        skipped[bool(found)] += 1
        return found

    monkeypatch.setattr(Judge, "in_question", counted)
    glancing = outputs(transfers, size)
    assert skipped[False] > 500 and len(glancing) > 100
    monkeypatch.setattr(Judge, "in_question", everything)
    assert glancing == outputs(transfers, size)
