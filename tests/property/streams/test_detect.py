"""Findings over a simulated stream with patterns of every typology: what must change none of them, and what may only take away."""

import random
from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Any

import msgspec
import pytest

from connectors.partners.accept import Acceptor
from ops.chain import MemoryState
from ops.simulate.feasts import day_number
from ops.simulate.stream import Order, Simulation
from schemas.codec import Codec
from schemas.finding import Evidence, Finding
from schemas.fx import fx_table
from schemas.money import Money
from schemas.registry import Partner
from schemas.topics import FINDINGS
from schemas.transfer import Coordinate, Party, Place, Transfer, TransferBatch
from streams.admit import Admit
from streams.detect import Detect
from streams.domain.entity import IdentifierState
from streams.domain.identity import Keyring
from streams.identifiers import POOL_LIMIT
from streams.typologies import CATALOGUE

HOUR_MS, DAY_MS = 3_600_000, 86_400_000
DEMO = Partner("demo", "Demo", "mto", "strgw.transfer/1", "KZ", ())
ORDER = Order(2000, 1, day_number(date(2024, 1, 1)), 180, 0.6)
LATENESS_H = 48  # twice what the messier case sets do
BATCH, FINDING = Codec(TransferBatch), Codec(Finding)
# Sums as the partner states them, not their worth, are what these look at: lines are set per currency by law (S01; S03 counts sums
# just under one, and P03 leaves them to S01, A7), and round sums and multiples are those of the currency that is paid in (P05, P06).
BY_CURRENCY = frozenset({"TS-S01", "TS-S03", "TS-P03", "TS-P05", "TS-P06"})
# A whole stream cannot be made smaller to show a fault, so the seeds stand here and Hypothesis has no part in it.
seeds = pytest.mark.parametrize("seed", range(3))


def unplaced(evidence: Evidence) -> Evidence:
    return msgspec.structs.replace(evidence, partition=0, offset=0, index=0)


class Run:
    """Admit and detect on one partition; `newest` holds the last version of every finding. Detect reads each record `times` times."""

    def __init__(self, start_ms: int, times: int = 1) -> None:
        self._start_ms, self._times = start_ms, times
        self._admit, self._detect = Admit(1), Detect(1)
        self._admitted, self.state = MemoryState(), MemoryState()
        self.newest: dict[str, Finding] = {}

    def take(self, batches: Iterable[Sequence[Transfer]]) -> "Run":
        for batch in batches:
            self._admit.apply(self._admitted, BATCH.encode(TransferBatch({"demo": self._start_ms}, tuple(batch))), 0, 0)
            records = [o.value for o in self._admit.flush(self._admitted)]
            while records:
                for record in [r for r in records for _ in range(self._times)]:
                    self._detect.apply(self.state, record, 0, 0)
                outputs = self._detect.flush(self.state)
                records = [o.value for o in outputs if o.topic != FINDINGS]
                for output in outputs:
                    if output.topic == FINDINGS:
                        finding = FINDING.decode(output.value)
                        self.newest[finding.finding_id] = finding
        return self

    def states(self) -> dict[bytes, bytes]:
        return {key: self._detect.encode_state(key, value) for key, value in self.state.values.items()}

    def standing(self, hide: Callable[[Evidence], Evidence] = unplaced) -> dict[str, Finding]:
        """Open findings without versions; `hide` takes out of the evidence what may differ."""
        return {
            i: msgspec.structs.replace(f, version=0, evidence=tuple(map(hide, f.evidence)))
            for i, f in self.newest.items()
            if f.state == "open"
        }

    def strongest(self) -> dict[tuple[str, bytes], float]:
        """How strong the best finding of each typology is at each entity."""
        best: dict[tuple[str, bytes], float] = {}
        for finding in self.standing().values():
            place = (finding.typology, finding.entity)
            best[place] = max(best.get(place, 0.0), finding.strength)
        return best


def batches(transfers: Sequence[Transfer], size: int = 100) -> list[Sequence[Transfer]]:
    return [transfers[at : at + size] for at in range(0, len(transfers), size)]


def accepted(lines: Iterable[bytes]) -> list[Transfer]:
    acceptor = Acceptor(DEMO, Keyring(bytes(32)), lambda: 1_900_000_000_000)
    taken = [acceptor.accept(line, Coordinate("t", 0, n)) for n, line in enumerate(lines)]
    return [t for t in taken if isinstance(t, Transfer)]


@pytest.fixture(scope="module")
def lines() -> list[bytes]:
    return list(Simulation(ORDER).lines(lambda planted, scene: None))


@pytest.fixture(scope="module")
def transfers(lines: list[bytes]) -> list[Transfer]:
    taken = accepted(lines)
    assert len(taken) == len(lines)
    return taken


@pytest.fixture(scope="module")
def start_ms(transfers: list[Transfer]) -> int:
    return transfers[0].occurred_ms - 90 * DAY_MS


@pytest.fixture(scope="module")
def once(transfers: list[Transfer], start_ms: int) -> Run:
    run = Run(start_ms).take(batches(transfers))
    assert {f.typology for f in run.standing().values()} == {t.id for t in CATALOGUE}
    return run


def test_every_batch_given_twice_and_all_of_them_again_say_nothing_new(
    transfers: list[Transfer], start_ms: int, once: Run
) -> None:
    run = Run(start_ms).take(b for batch in batches(transfers) for b in (batch, batch))
    assert run.newest == once.newest
    assert run.states() == once.states()
    run.take(batches(transfers))
    assert run.newest == once.newest
    assert run.states() == once.states()


def test_records_that_detect_reads_twice_change_no_finding(transfers: list[Transfer], start_ms: int, once: Run) -> None:
    """The state may hold an earliest transfer once more; that no record is applied twice is the ledger's promise (runtime)."""
    assert Run(start_ms, times=2).take(batches(transfers)).newest == once.newest


@seeds
def test_any_order_within_the_lateness_ends_with_the_same_findings(
    transfers: list[Transfer], start_ms: int, once: Run, seed: int
) -> None:
    """Left out: findings at a telephone, document or account of more than POOL_LIMIT users. It pools those who used it first by what is known
    when it asks, and whose first transfer comes late is not known then."""
    chance = random.Random(seed)
    late = {t.uid: t.occurred_ms + chance.random() * LATENESS_H * HOUR_MS for t in transfers}
    shuffled = sorted(transfers, key=lambda t: late[t.uid])
    found = Run(start_ms).take(batches(shuffled, chance.choice([1, 7, 60, 400]))).standing()
    crowded = {k for k, v in once.state.values.items() if isinstance(v, IdentifierState) and len(v.users) > POOL_LIMIT}
    assert {i: f for i, f in found.items() if f.entity not in crowded} == {
        i: f for i, f in once.standing().items() if f.entity not in crowded
    }


@seeds
def test_the_same_worth_in_other_currencies_gives_the_same_findings(
    transfers: list[Transfer], start_ms: int, once: Run, seed: int
) -> None:
    """Each sum is told in a currency of small units, at that day's rate, so that it is worth the same US cents. Left out are the typologies
    that look at the stated sum (BY_CURRENCY)."""
    chance, rates = random.Random(seed), fx_table()
    small = [c for c in sorted(rates.currencies()) if 0 < rates.usd_minor(Money(10_000, c), start_ms) < 5_000]

    def told(transfer: Transfer) -> Transfer:
        currency, at, cents = chance.choice(small), transfer.occurred_ms, transfer.usd_minor
        minor = bisect_left(range(10**12), cents, key=lambda m: rates.usd_minor(Money(m, currency), at))
        assert rates.usd_minor(Money(minor, currency), at) == cents
        return msgspec.structs.replace(transfer, amount=Money(minor, currency))

    def worth(evidence: Evidence) -> Evidence:
        return msgspec.structs.replace(evidence, amount_minor=0, currency="")

    found = Run(start_ms).take(batches([told(t) for t in transfers])).standing(worth)
    assert {i: f for i, f in found.items() if f.typology not in BY_CURRENCY} == {
        i: f for i, f in once.standing(worth).items() if f.typology not in BY_CURRENCY
    }


def users_of(transfers: Iterable[Transfer]) -> dict[bytes, set[bytes]]:
    users: dict[bytes, set[bytes]] = {}
    for party in (p for t in transfers for p in (t.sender, t.receiver) if p):
        for identifier in party.identifiers:
            users.setdefault(identifier.key, set()).add(party.key)
    return users


@pytest.mark.parametrize(("seed", "share"), [(0, 0.1), (1, 0.5), (2, 0.5), (3, 0.9)])
def test_evidence_that_is_left_out_adds_no_finding_and_no_strength(
    transfers: list[Transfer], start_ms: int, once: Run, seed: int, share: float
) -> None:
    """Evidence: identifiers, towns, counters, flags. Who a party is, is known as before (keys, names). An identifier of many users is an
    excuse (a hostel, an agent's number; K01, K02, W02): it is left out everywhere or nowhere."""
    chance = random.Random(seed)
    users = users_of(transfers)
    gone = {key for key in sorted(users) if len(users[key]) > POOL_LIMIT and chance.random() < share}

    def party(known: Party | None) -> Party | None:
        if known is None:
            return None
        kept = tuple(
            i for i in known.identifiers if i.key not in gone and (len(users[i.key]) > POOL_LIMIT or chance.random() >= share)
        )
        return msgspec.structs.replace(known, identifiers=kept)

    def place(known: Place) -> Place:
        return Place(known.country, "") if chance.random() < share else known

    def thinned(t: Transfer) -> Transfer:
        return msgspec.structs.replace(
            t, sender=party(t.sender), receiver=party(t.receiver), send_place=place(t.send_place), pay_place=place(t.pay_place),
            send_agent=None if chance.random() < share else t.send_agent, pay_agent=None if chance.random() < share else t.pay_agent,
            flags=() if chance.random() < share else t.flags,
        )  # fmt: skip

    before, after = once.strongest(), Run(start_ms).take(batches([thinned(t) for t in transfers])).strongest()
    assert {where: strength for where, strength in after.items() if strength > before.get(where, 0.0)} == {}


REQUIRED = frozenset(
    {"schema", "transfer_id", "occurred_at", "status", "amount", "channel", "sender", "receiver", "kind", "name"}
)


def halved(event: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    """The event without half of what a partner may leave out, agents included; half of the towns that stay are none that is known."""
    kept = {k: v for k, v in event.items() if k in REQUIRED or chance.random() < 0.5}
    for side in sorted({"sender", "receiver"} & kept.keys()):
        kept[side] = {k: v for k, v in kept[side].items() if k in REQUIRED or chance.random() < 0.5}
    for side in sorted({"send_agent", "pay_agent"} & kept.keys()):
        if chance.random() < 0.5:
            kept[side] = {**kept[side], "city": "Xqzv"}
    return kept


@seeds
def test_half_of_the_fields_fail_nothing_and_a_missing_town_is_said_to_be_missing(
    lines: list[bytes], start_ms: int, seed: int
) -> None:
    chance = random.Random(seed)
    half = accepted(msgspec.json.encode(halved(msgspec.json.decode(line), chance)) for line in lines)
    assert len(half) == len(lines)
    found = Run(start_ms).take(batches(half)).standing().values()
    assert len({f.typology for f in found}) >= 15
    funnels = [f for f in found if f.typology == "TS-F01"]
    assert {bool(f.absent) for f in funnels} >= {True}
    for finding in funnels:
        assert bool(finding.absent) is not all(e.send_town for e in finding.evidence)
