"""TS-S01 to TS-S05: what went before does not hide what comes, and the edges that no other test stands on."""

import msgspec
import pytest

from schemas.observation import TransferFacts
from schemas.transfer import Identifier, Place
from streams.domain.event import DAY_MS
from streams.typologies.base import Hit, Typology
from streams.typologies.build import START_MS, key_of, view_of
from streams.typologies.ts_s01_structuring import TYPOLOGY as S01
from streams.typologies.ts_s02_multi_branch_same_day import TYPOLOGY as S02
from streams.typologies.ts_s03_agent_collusion import TYPOLOGY as S03
from streams.typologies.ts_s04_moving_receiver import TYPOLOGY as S04
from streams.typologies.ts_s05_fee_band_match import TYPOLOGY as S05
from tests.unit.streams.typologies.rows import Rows, paid


def hits(typology: Typology, rows: Rows, who: str = "r") -> list[Hit]:
    return list(typology.hits(view_of(who, rows), typology.parameters))


def days(typology: Typology, rows: Rows, who: str = "r") -> list[float]:
    """When the typology holds."""
    return [(h.at_ms - START_MS) / DAY_MS for h in hits(typology, rows, who)]


def near(day: float, minor: int, currency: str, send: str, to: str = "DE:Berlin") -> TransferFacts:
    facts = paid("s", day, 1_000, send=send, pay=to)
    return msgspec.structs.replace(facts, currency=currency, amount_minor=minor)


@pytest.mark.parametrize(
    ("currency", "send", "line", "says"),
    [("USD", "US:Phoenix", 300_000, "US line of USD 3,000"), ("USD", "US:Phoenix", 1_000_000, "US line of USD 10,000"),
     ("AUD", "AU:Perth", 1_000_000, "AU line of AUD 10,000"), ("PKR", "PK:Lahore", 200_000_000, "PK line of PKR 2,000,000"),
     ("AED", "AE:Dubai", 5_500_000, "AE line of AED 55,000")],
)  # fmt: skip
def test_each_line_is_told_with_its_country_and_sum(currency: str, send: str, line: int, says: str) -> None:
    view = view_of("s", [near(day, line - 100 * (day + 1), currency, send) for day in range(2)])
    hit = next(S01.hits(view, S01.parameters))
    assert hit.measures["line"] == line
    told = S01.explain(view, S01.parameters, hit, hit.events)
    assert (
        f"2 payments within 3 days stayed under the {says} and together came to {currency} {2 * line // 100 - 3:,} ("
        in told.reason
    )


def test_a_sum_in_another_currency_than_the_lines_is_under_none() -> None:
    assert hits(S01, [near(day, 900_000, "AUD", "US:Phoenix") for day in range(2)], "s") == []
    assert hits(S01, [near(day, 900_000, "USD", "AU:Perth") for day in range(2)], "s") == []


def test_what_one_sends_and_what_one_gets_are_two_series() -> None:
    rows = [near(0, 290_000, "USD", "US:Phoenix"), paid("x", 1, 2_900, "s", send="US:Phoenix", pay="MX:Tijuana")]
    assert hits(S01, rows, "s") == []


def test_of_an_afghan_pair_both_transfers_of_the_two_days_are_the_evidence() -> None:
    rows = [near(day, afn * 100, "AFN", "AF:Kabul") for day, afn in ((0, 300_000), (3, 250_000), (4, 240_000), (5, 20_000))]
    assert [(h.measures["sum"], h.measures["payments"], h.strength) for h in hits(S01, rows, "s")] == [(51_000_000, 3, 0.6)]


def visit(hour: float, counter: int, town: str = "US:Phoenix") -> TransferFacts:
    return paid("s", hour / 24, 900, "x", send=town, counter=counter)


def test_visits_to_one_or_two_agents_before_do_not_hide_a_round() -> None:
    tour = [visit(200 + i, i + 1) for i in range(3)]
    assert days(S02, tour, "s") == pytest.approx([202 / 24])
    assert days(S02, [visit(0, 1), visit(1, 1), visit(100, 1), visit(101, 2), *tour], "s") == pytest.approx([202 / 24])


def test_of_a_round_with_a_dash_all_payments_are_evidence_and_one_of_them_to_a_hub_is_the_corridor() -> None:
    rows = [visit(0, 1, "GB:London"), visit(20, 2, "GB:London"), visit(22, 3, "FR:Paris")]
    rows[1] = msgspec.structs.replace(rows[1], pay_place=Place("DE", "berlin"))
    rows[2] = msgspec.structs.replace(rows[2], pay_place=Place("DE", "berlin"))
    hit = hits(S02, rows, "s")[-1]
    assert (len(hit.events), hit.facets) == (3, ("corridor",))
    assert hit.measures["km"] == pytest.approx(344, abs=4)


def test_the_farthest_payment_of_a_dash_gives_its_kilometres_and_a_round_without_one_has_none() -> None:
    dash = hits(S02, [visit(0, 1, "GB:London"), visit(1, 2, "FR:Calais"), visit(2, 3, "FR:Paris")], "s")[-1]
    assert dash.measures["km"] == pytest.approx(344, abs=4)
    assert dash.measures["agents"] == 3
    slow = hits(S02, [visit(0, 1, "GB:London"), visit(20, 2, "GB:London"), visit(40, 3, "FR:Paris")], "s")[-1]
    assert slow.measures["km"] == 0


def counter(i: int, day: float, hour: float = 12, usd: float = 900, phone: str = "", which: int = 9) -> TransferFacts:
    facts = paid(f"s{i}", day + hour / 24, usd, phone=phone, counter=which)
    return msgspec.structs.replace(facts, sender=msgspec.structs.replace(facts.sender, since_day=1))


def test_lawful_payments_and_other_counters_before_do_not_hide_a_captured_one() -> None:
    lawful = [counter(i, i / 4) for i in range(20)]
    elsewhere = [counter(40 + i, 5 + i / 9, which=8) for i in range(2)]
    made_up = [counter(20 + i, 6 + i, 23, 2_800, "one") for i in range(10)]
    assert hits(S03, [*lawful, *elsewhere]) == []
    assert days(S03, [*lawful, *elsewhere, *made_up])[-1] == pytest.approx(15 + 23 / 24)


def test_what_is_odd_at_another_counter_is_no_sign_of_this_one() -> None:
    def found(closed: int, shared: int, there: Rows) -> int:
        """Twenty payments here, all just under a line: so many by night, so many with one phone."""
        here = [counter(i, i, 23 if i < closed else 12, 2_800, "two" if i < shared else "") for i in range(20)]
        return len(hits(S03, sorted([*here, *there], key=lambda r: r.at_ms)))

    at_night = [counter(40 + i, i, 23.5, which=8) for i in range(9)]
    by_the_same = [counter(i % 3, i, 13, phone="two", which=8) for i in range(9)]
    assert [found(closed, 4, []) for closed in (4, 3)] == [found(closed, 4, at_night) for closed in (4, 3)] == [1, 0]
    assert [found(4, shared, []) for shared in (4, 3)] == [found(4, shared, by_the_same) for shared in (4, 3)] == [1, 0]


def test_two_who_share_a_device_under_one_name_and_a_third_under_another_share_it_all() -> None:
    def named(facts: TransferFacts, name: bytes) -> TransferFacts:
        sender = msgspec.structs.replace(facts.sender, name_keys=(name,), identifiers=(Identifier(4, b"device"),))
        return msgspec.structs.replace(facts, sender=sender)

    rows = [counter(i, i, 23 if i < 4 else 12, 2_800) for i in range(20)]
    assert hits(S03, rows) == []
    family = [named(row, b"one") for row in rows[:3]]
    assert hits(S03, [*family, *rows[3:]]) == []
    (hit,) = hits(S03, [*family, named(rows[3], b"two"), *rows[4:]])
    assert hit.measures["shared"] == pytest.approx(3.0779)  # four of twenty: (4 - 1) / the root of 20 * 0.05 * 0.95


def got(day: float, town: str, who: str = "p0", usd: float = 200) -> TransferFacts:
    return paid(who, day, usd, pay=town)


JOURNEY = [got(0, "AF:Zaranj"), got(9, "IR:Urmia"), got(18, "TR:Van")]


def role(rows: Rows) -> tuple[str, bool]:
    view = view_of("r", rows)
    hit = list(S04.hits(view, S04.parameters))[-1]
    told = S04.explain(view, S04.parameters, hit, hit.events)
    return told.parts[key_of("r")], told.do_not_block


def test_of_two_ways_through_as_many_towns_the_one_with_more_payments_is_the_evidence() -> None:
    rows = [got(0, "AF:Zaranj"), got(0.1, "AF:Zaranj"), got(0.5, "AF:Herat"), *JOURNEY[1:]]
    (hit,) = hits(S04, rows)
    assert [e.pay.town for e in hit.events] == ["zaranj", "zaranj", "urmia", "van"]


def test_who_else_paid_before_or_after_the_journey_makes_no_collector() -> None:
    others = [[got(day + i / 100, "DE:Berlin", f"x{i}", 900) for i in range(5)] for day in (-5, 30)]
    assert role([*others[0], *JOURNEY, *others[1]]) == ("migrant", True)
    assert role([*JOURNEY[:2], *(got(10 + i / 100, "DE:Berlin", f"x{i}", 900) for i in range(5)), JOURNEY[2]]) == (
        "recipient",
        False,
    )
    assert role([*JOURNEY[:2], *(got(10 + i / 100, "DE:Berlin", f"x{i}", 900) for i in range(3)), JOURNEY[2]]) == (
        "migrant",
        True,
    )


@pytest.mark.parametrize(("day", "role_"), [(-0.1, "migrant"), (0, "recipient"), (18, "recipient"), (18.1, "migrant")])
def test_what_goes_out_from_the_first_to_the_last_sum_is_passed_on(day: float, role_: str) -> None:
    assert role([*JOURNEY, paid("r", day, 360, "boss", send="TR:Van")])[0] == role_


@pytest.mark.parametrize(("last", "found"), [(30, True), (30.01, False)])
def test_the_towns_lie_within_sixty_days_of_the_last(last: float, found: bool) -> None:
    assert bool(hits(S04, [got(-30, "AF:Zaranj"), *JOURNEY[1:2], got(last, "TR:Van")])) is found


def test_sums_alike_are_found_at_each_that_has_enough_others_and_weigh_by_payers() -> None:
    rows = [paid(f"p{i}", i, usd, pay="TR:Van") for i, usd in enumerate((600, 3_000, 600, 600, 3_000, 620))]
    assert [(h.at_ms - START_MS) / DAY_MS for h in hits(S05, rows)] == [3, 5]
    assert [h.strength for h in hits(S05, rows)] == [0.6, 0.6667]
    assert [len(h.events) for h in hits(S05, rows)] == [3, 4]


def test_the_country_told_is_that_of_the_last_payment() -> None:
    towns = ("IR:Urmia", "IR:Urmia", "TR:Van")
    view = view_of("r", [paid(f"p{i}", i, 600, pay=town) for i, town in enumerate(towns)])
    (hit,) = S05.hits(view, S05.parameters)
    assert S05.explain(view, S05.parameters, hit, hit.events).reason.endswith("touches TR.")


def test_the_same_payers_again_are_evidence_and_no_more_payers() -> None:
    rows = [paid(f"p{i % 3}", i, 600, pay="TR:Van") for i in range(5)]
    assert [(h.measures["payers"], len(h.events), h.strength) for h in hits(S05, rows)] == [(3, 3, 0.6), (3, 4, 0.6), (3, 5, 0.6)]


@pytest.mark.parametrize("who", "abcdefgh")
def test_whoever_pays_on_the_way_is_a_payer(who: str) -> None:
    assert days(S04, [msgspec.structs.replace(row, sender=paid(who, 0, 1).sender) for row in JOURNEY]) == [18]
