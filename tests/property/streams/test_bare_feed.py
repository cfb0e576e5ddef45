"""A feed that tells who paid whom and no more: what is found does not depend on order or grouping, and who comes back takes findings back."""

import itertools
import random
from collections.abc import Iterable, Sequence

import msgspec
import pytest

from ops.chain import MemoryState
from schemas.codec import Codec
from schemas.finding import Finding
from schemas.observation import RECEIVER, SENDER, Observation, ObservationBatch, TransferFacts
from schemas.topics import FINDINGS
from schemas.transfer import PARTY
from streams.detect import Detect
from streams.domain.event import DAY_MS
from streams.domain.strangers import ABSENT
from streams.typologies.build import pay

BATCH, FINDING = Codec(ObservationBatch), Codec(Finding)
FORMS = {"TS-F01", "TS-F02", "TS-F03", "TS-F06"}
seeds = pytest.mark.parametrize("seed", range(2))


def batch_of(rows: Sequence[TransferFacts]) -> bytes:
    seen = [
        Observation(n, party.key, PARTY, side)
        for n, facts in enumerate(rows)
        for side, party in ((SENDER, facts.sender), (RECEIVER, facts.receiver))
        if party
    ]
    return BATCH.encode(ObservationBatch(tuple(rows), tuple(seen)))


def judged(batches: Iterable[Sequence[TransferFacts]]) -> dict[str, Finding]:
    """Open findings, without versions."""
    detect, state = Detect(1), MemoryState()
    newest: dict[str, Finding] = {}
    for rows in batches:
        records = [batch_of(rows)]
        while records:
            for record in records:
                detect.apply(state, record, 0, 0)
            outputs = detect.flush(state)
            records = [o.value for o in outputs if o.topic != FINDINGS]
            found = [FINDING.decode(o.value) for o in outputs if o.topic == FINDINGS]
            newest |= {f.finding_id: f for f in found}
    return {i: msgspec.structs.replace(f, version=0) for i, f in newest.items() if f.state == "open"}


def feed(seed: int) -> list[TransferFacts]:
    """Regular payments between neighbours; crowds, hubs, rows and layers of strangers among them; and everybody spends something."""
    chance = random.Random(seed)
    hops = [(f"a{i}", f"a{(i + step) % 20}", day) for i in range(20) for step in (1, 3) for day in range(i % 4, 90, 9)]
    for n in range(4):
        day, centre = chance.randrange(10, 60), f"a{chance.randrange(20)}"
        hops += [(f"in{n}{i}", centre, day + i) for i in range(7)] + [(centre, f"out{n}{i}", day + 8 + i) for i in range(6)]
        path = chance.sample(range(20), 6)
        hops += [(f"a{a}", f"b{b}", day + i * 2) for i, (a, b) in enumerate(itertools.pairwise(path))]
        hops += [(f"b{a}", f"a{b}", day + i * 2 + 1) for i, (a, b) in enumerate(itertools.pairwise(path[1:]))]
        hops += [(f"c{n}", f"d{n}{i}", day + i) for i in range(4)] + [(f"d{n}{i}", f"e{n}", day + 5 + i) for i in range(4)]
    rows = [pay(a, b, day + chance.random() / 2, chance.randrange(50, 900), send="", pay="") for a, b, day in hops]
    names = sorted({name for a, b, _ in hops for name in (a, b)})
    rows += [pay(name, "shop", 95, 20, send="", pay="", channel="merchant") for name in names]
    return sorted(rows, key=lambda facts: (facts.at_ms, facts.uid))


def grouped(rows: Sequence[TransferFacts], size: int) -> list[Sequence[TransferFacts]]:
    return [rows[at : at + size] for at in range(0, len(rows), size)]


def shuffled(rows: Sequence[TransferFacts], seed: int) -> list[TransferFacts]:
    """Each up to two days late."""
    chance = random.Random(seed)
    return sorted(rows, key=lambda facts: facts.at_ms + chance.randrange(2 * DAY_MS))


@seeds
def test_what_is_found_depends_on_neither_order_nor_grouping(seed: int) -> None:
    rows = feed(seed)
    found = judged(grouped(rows, 50))
    assert {f.typology for f in found.values() if f.absent == ABSENT} == FORMS
    assert judged(grouped(shuffled(rows, seed), 7)) == found
    assert judged([rows]) == found


@seeds
def test_strangers_who_all_come_back_take_every_such_finding_back(seed: int) -> None:
    def among_strangers(found: dict[str, Finding]) -> set[str]:
        return {f.typology for f in found.values() if f.absent == ABSENT}

    rows = feed(seed)
    again = [msgspec.structs.replace(f, uid=f.uid[::-1], at_ms=f.at_ms + 10 * DAY_MS) for f in rows if f.channel != "merchant"]
    assert among_strangers(judged(grouped(rows, 50))) == FORMS
    assert among_strangers(judged([*grouped(rows, 50), *grouped(again, 50)])) == set()
