"""TS-S03: what makes a counter stand out, and that what is not told never does."""

from math import sqrt

import msgspec
import pytest

from schemas.corridors import corridors
from schemas.observation import RECEIVER, TransferFacts
from schemas.transfer import PHONE, Identifier
from streams.domain.entity import fresh
from streams.domain.event import DAY_MS, event_of
from streams.domain.memory import remember, upsert
from streams.domain.view import View
from streams.typologies.base import Explanation, Hit
from streams.typologies.build import key_of, pay, view_of
from streams.typologies.ts_s03_agent_collusion import TYPOLOGY

P = TYPOLOGY.parameters


def paid(
    day: float, who: str, hour: float = 12, usd: float = 900, phone: str = "", age: int = 400, counter: int = 9, **how: object
) -> TransferFacts:
    more = {"send": "IR:Mashhad", "pay": "TR:Van"} | how
    facts = pay(who, "r", day + hour / 24, usd, phone=phone, counter=counter, **more)  # type: ignore[arg-type]
    since = facts.at_ms // DAY_MS - age if age >= 0 else 0
    return msgspec.structs.replace(facts, sender=msgspec.structs.replace(facts.sender, since_day=since))


def captured(
    total: int = 20, closed: int = 4, near: int = 4, shared: int = 4, new: int = 0, senders: int = 20, **how: object
) -> list[TransferFacts]:
    """`total` payments a day apart, the first `closed` of them at night, and so on."""
    return [
        paid(
            i,
            f"s{i % senders}",
            hour=23 if i < closed else 12,
            usd=2800 if i < near else 900,
            phone="one" if i < shared else "",
            age=3 if i < new else 400,
            **how,  # type: ignore[arg-type]
        )
        for i in range(total)
    ]


def found(rows: list[TransferFacts]) -> list[Hit]:
    view = view_of("r", rows)
    return list(TYPOLOGY.hits(view, P)) if TYPOLOGY.gate(view, P) else []


def told(rows: list[TransferFacts]) -> Explanation:
    best = max(found(rows), key=lambda h: h.strength)
    return TYPOLOGY.explain(view_of("r", rows), P, best, best.events)


def test_four_of_twenty_stand_out_and_three_do_not() -> None:
    (hit,) = found(captured())
    z = round((4 - 20 * 0.05) / sqrt(20 * 0.05 * 0.95), 4)
    assert (hit.measures["closed"], hit.measures["near"], hit.measures["shared"]) == (z, z, z)
    assert hit.strength == pytest.approx(0.6 + 0.4 * (z / 3 - 1) / 2, abs=1e-4)
    assert found(captured(closed=3)) == []
    assert found(captured(near=3)) == []
    assert found(captured(shared=3)) == []


def test_ten_newcomers_of_twenty_stand_out_and_nine_do_not() -> None:
    assert len(found(captured(closed=0, new=10))) == 1
    assert found(captured(closed=0, new=9)) == []


def test_only_signs_that_stand_out_make_it_stronger() -> None:
    (all_four,) = found(captured(new=20))
    (three,) = found(captured())
    assert all_four.measures["signs"] == 4
    assert all_four.strength > three.strength
    assert found(captured(new=9))[0].strength == three.strength


def test_nineteen_payments_or_nine_senders_are_too_few() -> None:
    assert found(captured(19)) == []
    assert found(captured(senders=9, shared=8)) == []
    assert len(found(captured(senders=10))) == 1


@pytest.mark.parametrize(("others", "hits"), [(20, 1), (21, 0)])
def test_the_counter_brings_half_of_the_cash(others: int, hits: int) -> None:
    elsewhere = [paid(i / 2, f"o{i}", hour=1, counter=8) for i in range(others)]
    assert len(found([*elsewhere, *captured()])) == hits


def test_another_counter_does_not_hide_the_signs_of_this_one() -> None:
    elsewhere = [paid(i, f"o{i}", hour=1, counter=8) for i in range(15)]
    (hit,) = found([*elsewhere, *captured()])
    assert (hit.measures["transfers"], hit.measures["senders"]) == (20, 20)


@pytest.mark.parametrize(("gap", "hits"), [(30 / 19, 1), (30.2 / 19, 0)])
def test_the_payments_lie_within_thirty_days(gap: float, hits: int) -> None:
    rows = [paid(i * gap, f"s{i}", 0, 2800, "one" if i < 4 else "", 3) for i in range(20)]
    assert len(found(rows)) == hits


@pytest.mark.parametrize(("hour", "hits"), [(6.99, 1), (7, 0), (20.99, 0), (21, 1)])
def test_counters_are_open_from_seven_to_twenty_one(hour: float, hits: int) -> None:
    rows = [paid(i, f"s{i}", hour if i < 4 else 12, 2800, "one" if i < 4 else "") for i in range(20)]
    assert len(found(rows)) == hits


def test_hours_are_those_of_the_counter() -> None:
    rows = [msgspec.structs.replace(f, utc_offset_min=210) for f in captured(closed=0)]
    assert found(rows) == []
    assert found([msgspec.structs.replace(f, utc_offset_min=360) for f in captured(closed=0)]) == []
    assert len(found([msgspec.structs.replace(f, utc_offset_min=-360) for f in captured(closed=0)])) == 1
    at_night = [msgspec.structs.replace(f, utc_offset_min=9 * 60) for f in captured(closed=0)]
    assert len(found(at_night)) == 1


@pytest.mark.parametrize(("age", "hits"), [(29, 1), (30, 0), (-1, 0)])
def test_a_new_customer_is_one_of_less_than_thirty_days(age: int, hits: int) -> None:
    rows = [paid(i, f"s{i}", 23 if i < 4 else 12, 2800, "", age) for i in range(20)]
    assert len(found(rows)) == hits


def test_one_family_with_one_phone_shares_nothing() -> None:
    def of_a_family(facts: TransferFacts) -> TransferFacts:
        return msgspec.structs.replace(facts, sender=msgspec.structs.replace(facts.sender, name_keys=(b"karimov",)))

    rows = captured()
    assert found([*map(of_a_family, rows[:4]), *rows[4:]]) == []
    assert len(found([*map(of_a_family, rows[:3]), *rows[3:]])) == 1


def test_one_customer_with_a_phone_of_his_own_shares_nothing() -> None:
    rows = [
        msgspec.structs.replace(f, sender=msgspec.structs.replace(f.sender, identifiers=(Identifier(PHONE, f.sender.key),)))
        for f in captured(shared=0)
    ]
    assert found(rows) == []


@pytest.mark.parametrize(
    ("how", "hits"),
    [({"channel": "cash_to_wallet"}, 1), ({"channel": "cash_in"}, 1), ({"channel": "account_to_cash"}, 0),
     ({"purpose": "dues"}, 0), ({"relation": "spouse"}, 0), ({"counter": 0}, 0)],
)  # fmt: skip
def test_cash_handed_in_by_strangers_counts(how: dict[str, object], hits: int) -> None:
    assert len(found(captured(**how))) == hits  # type: ignore[arg-type]


def test_a_firm_that_takes_mixed_sums_is_no_receiver_of_this_kind() -> None:
    rows = []
    for i, facts in enumerate(captured()):
        assert facts.receiver
        firm = msgspec.structs.replace(facts.receiver, is_person=False)
        rows.append(msgspec.structs.replace(facts, receiver=firm, usd_minor=20_000 * (i + 1)))
    assert found(rows) == []


def test_leaving_out_agents_phones_or_first_days_never_adds_a_finding() -> None:
    rows = captured(24, 5, 5, 5, 3, senders=24)
    every = {h.at_ms: h.strength for h in found(rows)}
    assert every
    for gone in range(24):
        sender = msgspec.structs.replace(rows[gone].sender, identifiers=(), since_day=0)
        for blank in (msgspec.structs.replace(rows[gone], counter=0), msgspec.structs.replace(rows[gone], sender=sender)):
            assert all(h.strength <= every[h.at_ms] for h in found([*rows[:gone], blank, *rows[gone + 1 :]]))


def test_the_agent_is_named_by_the_transfers_and_the_receiver_collects() -> None:
    explanation = told([*captured(new=20), paid(20, "x", counter=0), paid(21, "y", age=-1)])
    parts = dict(explanation.parts)
    assert parts.pop(key_of("r")) == "collector"
    assert set(parts.values()) == {"payer"}
    assert (
        "20 payments of 20 people who are no kin, together USD 25,600, reached one receiver over one counter within 30 days"
        in (explanation.reason)
    )
    assert "at hours when counters are closed (z 3.1), just under a line (z 3.1), by new customers (z 8.9)" in explanation.reason
    assert "The agent of that counter is the one to look at." in explanation.reason
    assert explanation.absent == ("agent of some payments",)
    assert told(captured()).absent == ()
    assert "new customers" not in told(captured()).reason
    assert {n.name: n.observed for n in told(captured()).numbers} == {"min_transfers": 20, "min_signs": 3, "z_line": 3.0779}
    without = [paid(i, f"s{i}", 23, 2800, "one", -1 if i == 7 else 400) for i in range(20)]
    assert told(without).absent == ("first day of some customers",)


def test_facets_are_the_signs_that_stand_out_and_the_corridor() -> None:
    assert found(captured())[0].facets == ("corridor", "identity")
    assert found(captured(shared=0, new=20))[0].facets == ("corridor", "newness")
    assert found(captured(pay="TR:Istanbul"))[0].facets == ("identity",)


def test_a_phone_of_one_person_under_two_numbers_is_one_receiver_and_that_of_strangers_is_not() -> None:
    def at_phone(*names: tuple[bytes, ...]) -> list[Hit]:
        state = fresh(PHONE, "")
        for i, facts in enumerate(captured()):
            assert facts.receiver
            who = i % 2
            receiver = msgspec.structs.replace(facts.receiver, key=key_of(f"r{who}"), name_keys=names[who])
            own = msgspec.structs.replace(facts, receiver=receiver)
            remember(state, own)
            upsert(state, event_of(own, RECEIVER), True)
        view = View(key_of("phone"), state, corridors())
        return list(TYPOLOGY.hits(view, P)) if TYPOLOGY.gate(view, P) else []

    assert len(at_phone((b"one", b"name"), (b"name", b"one"))) == 1
    assert at_phone((b"one", b"name"), (b"other", b"person")) == []
