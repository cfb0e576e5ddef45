"""Admit: repeats change nothing, later states speak, refunded transfers are forgotten, nobody is left behind by a change."""

from hashlib import sha256

import msgspec
import pytest

from ops.chain import MemoryState
from schemas.codec import Codec
from schemas.money import Money
from schemas.observation import ObservationBatch, TransferFacts
from schemas.transfer import AGENT, PARTY, PHONE, Agent, Identifier, Party, Place, Transfer, TransferBatch
from streams.admit import Admit, Admitted, facts_of

BATCH, OUT = Codec(TransferBatch), Codec(ObservationBatch)


def key(name: str) -> bytes:
    return sha256(name.encode()).digest()[:16]


def person(name: str) -> Party:
    return Party(key(name), "person", name, identifiers=(Identifier(PHONE, key(f"phone of {name}")),))


def transfer(status: str = "sent", receiver: str = "bo", at: int = 1_000, number: str = "1") -> Transfer:
    digest = sha256(f"{status}{receiver}{at}".encode()).digest()[:16]
    agent = Agent(key("agent"), "a1", "Agent", "DE", "Hamburg")
    return Transfer(
        key(number), digest, "demo", "partner:demo", number, status, at, 0, Money(100, "USD"), 100, "cash_to_cash",
        person("al"), person(receiver), Place("DE", "hamburg"), Place("TR", "van"), agent,
    )  # fmt: skip


class Run:
    """Feeds transfers one record at a time and collects (entity, side, revision, counts, dropped) of what comes out."""

    def __init__(self) -> None:
        self.admit, self.state, self.offset = Admit(1), MemoryState(), 0

    def take(self, *transfers: Transfer) -> list[tuple[bytes, int, TransferFacts, bool]]:
        self.admit.apply(self.state, BATCH.encode(TransferBatch({"demo": 0}, transfers)), 0, self.offset)
        self.offset += 1
        batches = [OUT.decode(o.value) for o in self.admit.flush(self.state)]
        return [(o.entity, o.kind, b.facts[o.fact], o.dropped) for b in batches for o in b.observations]


def test_both_parties_get_an_observation() -> None:
    seen = Run().take(transfer())
    assert [(e, k, facts.revision) for e, k, facts, _ in seen] == [(key("al"), PARTY, 1), (key("bo"), PARTY, 1)]


def test_identifiers_and_agents_get_one_where_a_typology_reads_them() -> None:
    run = Run()
    run.admit = Admit(1, frozenset({PARTY, PHONE, AGENT}))
    seen = run.take(transfer())
    assert {(e, k) for e, k, _, _ in seen} == {
        (key("al"), PARTY),
        (key("bo"), PARTY),
        (key("phone of al"), PHONE),
        (key("phone of bo"), PHONE),
        (key("agent"), AGENT),
    }
    assert all(facts.counts and facts.revision == 1 for _, _, facts, _ in seen)


def test_facts_hold_no_names() -> None:
    facts = Run().take(transfer())[0][2]
    assert b"al" not in msgspec.msgpack.encode(msgspec.to_builtins(facts)).split(b"\xa2")
    assert not hasattr(facts.sender, "name")


def test_the_same_event_again_is_a_duplicate() -> None:
    run = Run()
    run.take(transfer())
    assert run.take(transfer()) == []
    assert run.admit.counts == {"admitted": 1, "revised": 0, "duplicate": 1, "conflict": 0}


def test_a_repeat_inside_one_batch_is_a_duplicate_too() -> None:
    run = Run()
    assert len(run.take(transfer(), transfer())) == 2
    assert run.admit.counts["duplicate"] == 1


def test_a_refund_makes_detection_forget_the_transfer() -> None:
    run = Run()
    run.take(transfer("paid"))
    facts = run.take(transfer("refunded", at=2_000))[0][2]
    assert (facts.counts, facts.revision) == (False, 2)


def test_an_older_state_that_arrives_late_counts_for_nobody_but_tells_what_it_says_of_its_parties() -> None:
    run = Run()
    assert not run.take(transfer("refunded", at=2_000))[0][2].counts
    late = run.take(transfer("paid", at=1_000, receiver="cy"))
    assert [(entity, facts.revision, dropped) for entity, _, facts, dropped in late] == [
        (key("al"), 0, True),
        (key("cy"), 0, True),
    ]
    assert run.admit.counts["revised"] == 1


@pytest.mark.parametrize(
    ("events", "speaks"),
    [
        (["refunded@2", "sent@1"], "refunded@2"),
        (["changed@2", "sent@1"], "changed@2"),
        (["cancelled@2", "paid@3"], "cancelled@2"),
        (["changed@3", "changed@2"], "changed@3"),
        (["changed@1", "paid@2"], "changed@1"),
        (["sent@2", "sent@1"], "sent@2"),
        (["sent@1", "paid@1"], "paid@1"),
        (["refunded@2", "cancelled@3"], "cancelled@3"),
    ],
)
def test_the_state_that_speaks_is_the_same_in_any_order(events: list[str], speaks: str) -> None:
    for order in (events, events[::-1]):
        run, counted = Run(), ""
        for event in order:
            status, _, at = event.partition("@")
            seen = run.take(transfer(status, at=int(at)))
            counted = event if not seen[0][3] else counted
        assert counted == speaks, order


def test_a_change_that_swaps_the_parties_leaves_neither_on_its_former_side() -> None:
    run = Run()
    run.take(transfer())
    swapped = msgspec.structs.replace(transfer("changed", at=2_000), sender=person("bo"), receiver=person("al"))
    run.admit.apply(run.state, BATCH.encode(TransferBatch({"demo": 0}, (swapped,))), 0, 9)
    (batch,) = [OUT.decode(o.value) for o in run.admit.flush(run.state)]
    seen = {(o.entity, o.side, o.dropped) for o in batch.observations}
    assert seen == {(key("al"), 0, True), (key("bo"), 1, True), (key("bo"), 0, False), (key("al"), 1, False)}


def test_one_status_with_two_contents_is_a_conflict_but_two_changes_are_not() -> None:
    run = Run()
    run.take(transfer("sent"), transfer("sent", at=2_000), transfer("changed", at=3_000), transfer("changed", at=4_000))
    run.take(transfer("sent", at=2_000))
    assert run.admit.counts == {"admitted": 1, "revised": 3, "duplicate": 1, "conflict": 1}


def test_the_state_of_an_id_that_is_used_for_everything_stays_bounded() -> None:
    run = Run()
    run.take(*(transfer(at=n) for n in range(1, 400)))
    (known,) = run.state.values.values()
    assert isinstance(known, Admitted)
    assert len(known.digests) == 64
    assert known.spoken[1] == 399


def test_a_changed_receiver_takes_the_transfer_from_the_former_one() -> None:
    run = Run()
    run.take(transfer("sent", receiver="bo"))
    seen = run.take(transfer("changed", receiver="cy", at=2_000))
    assert {dropped for entity, _, _, dropped in seen if entity == key("bo")} == {True}
    assert {dropped for entity, _, _, dropped in seen if entity == key("cy")} == {False}


def test_full_batches_are_split_at_five_hundred_observations() -> None:
    run = Run()
    run.admit.apply(run.state, BATCH.encode(TransferBatch({}, tuple(transfer(number=str(n)) for n in range(300)))), 0, 0)
    sizes = [len(OUT.decode(o.value).observations) for o in run.admit.flush(run.state)]
    assert sum(sizes) == 300 * 2 and max(sizes) <= 500


def test_the_counter_is_where_the_customer_stood() -> None:
    paid_in = transfer()
    away = Agent(key("other"), "a2", "Other", "TR", "Van")
    drawn = msgspec.structs.replace(paid_in, channel="cash_out", receiver=None, pay_agent=away)
    assert [facts_of(t, 1, (0, 0, 0), 0).counter for t in (paid_in, drawn)] == [
        int.from_bytes(key(name)[:4], "big") for name in ("agent", "other")
    ]
    assert facts_of(msgspec.structs.replace(paid_in, send_agent=None), 1, (0, 0, 0), 0).counter == 0


def test_what_a_merchant_sells_stands_for_a_purpose_that_is_not_stated() -> None:
    def purpose(stated: str, category: str | None) -> str:
        said = msgspec.structs.replace(transfer(), purpose_class=stated, merchant_category=category)
        return facts_of(said, 1, (0, 0, 0), 0).purpose_class

    assert [purpose("none", c) for c in ("4722", "7361", "8299", "5411", None)] == ["travel", "travel", "travel", "none", "none"]
    assert purpose("rent", "4722") == "rent"


def test_detection_knows_the_class_of_an_occupation_not_its_name() -> None:
    def living(occupation: str | None) -> int:
        sender = msgspec.structs.replace(person("al"), occupation=occupation)
        return facts_of(msgspec.structs.replace(transfer(), sender=sender), 1, (0, 0, 0), 0).sender.living

    assert [living(o) for o in (None, "astronaut?", "pensioner", "cleaner", "engineer", "trader")] == [0, 0, 1, 2, 3, 4]


def test_what_is_bought_and_for_whom_is_carried_but_not_what_a_person_is_paid_for() -> None:
    def said(category: str | None, receiver: str, channel: str = "card") -> tuple[str, int]:
        made = transfer()
        assert made.receiver is not None
        whom = msgspec.structs.replace(made.receiver, kind=receiver)
        purpose = "room for Mirwais Barakzai"
        own = msgspec.structs.replace(made, merchant_category=category, receiver=whom, purpose=purpose, channel=channel)
        facts = facts_of(own, 1, (0, 0, 0), 0)
        return facts.trade, facts.passenger

    assert said("7011", "entity")[0] == said(None, "entity")[0] == said("7011", "person")[0] == "room"
    assert said("7011", "entity")[1] != 0
    assert said(None, "person") == said(None, "entity", "payroll") == ("", 0)
