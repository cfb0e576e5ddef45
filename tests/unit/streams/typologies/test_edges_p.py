"""TS-P01 to TS-P07: what went before does not hide what comes, and the edges of sums, shares and times that no other test stands on."""

from typing import Any

import msgspec
import pytest

from schemas.observation import TransferFacts
from schemas.transfer import ADDRESS, DEVICE, PHONE, Identifier
from streams.domain.entity import Story
from streams.domain.event import DAY_MS
from streams.domain.trade import AD, ONLINE, RIDE, ROOM
from streams.domain.view import View
from streams.typologies.base import Hit, Typology
from streams.typologies.build import START_MS, key_of, pay, view_of
from streams.typologies.ts_p01_staged_route_payments import TYPOLOGY as P01
from streams.typologies.ts_p02_deposit_then_balance import TYPOLOGY as P02
from streams.typologies.ts_p03_ransom_burst import TYPOLOGY as P03
from streams.typologies.ts_p04_debt_bondage import TYPOLOGY as P04
from streams.typologies.ts_p05_night_small_deposits import TYPOLOGY as P05
from streams.typologies.ts_p06_ad_and_logistics_micro import TYPOLOGY as P06
from streams.typologies.ts_p07_cse_micro_remittance import TYPOLOGY as P07
from tests.unit.streams.typologies.rows import Rows, paid


def days(typology: Typology, rows: Rows, who: str = "r", **stories: Story) -> list[float]:
    """When the typology holds."""
    return [(h.at_ms - START_MS) / DAY_MS for h in hits(typology, rows, who, **stories)]


def hits(typology: Typology, rows: Rows, who: str = "r", **stories: Story) -> list[Hit]:
    return list(typology.hits(view_of(who, rows, stories), typology.parameters))


SECOND = Story(debits=((START_MS, 60_000, key_of("z"), "DE", "TR", True),))
TOLD = dict.fromkeys("abc", SECOND)


def test_payers_who_came_before_do_not_hide_a_chain() -> None:
    chain = [paid(who, 10 + i, 600) for i, who in enumerate("abc")]
    assert days(P01, chain, "r", **TOLD) == [12]
    assert days(P01, [*(paid("a", i, 600) for i in range(3)), *chain], "r", **TOLD) == [12]
    assert days(P01, [*(paid(who, i, 600) for i, who in enumerate("xyz")), *chain], "r", **TOLD) == [12]


def test_cash_taken_out_on_the_way_is_no_leg() -> None:
    way = ("AF:Zaranj", "IR:Urmia", "TR:Van")
    assert days(P01, [paid("f", 10 * i, 700, f"r{i}", pay=town) for i, town in enumerate(way)], "f") == [20]
    assert days(P01, [paid("f", 10 * i, 700, f"r{i}" if i else "", pay=town) for i, town in enumerate(way)], "f") == []


@pytest.mark.parametrize(("before", "found"), [(50, 1), (60, 1), (60.01, 0)])
def test_who_dealt_with_the_receiver_over_sixty_days_before_is_not_new(before: float, found: int) -> None:
    shapes = [paid(who, day, usd) for day, usd in ((70, 500), (90, 1_500)) for who in "abc"]
    assert len(set(days(P02, [*(paid(who, 70 - before, 500, purpose="rent") for who in "abc"), *shapes]))) == found


def test_a_payer_who_came_once_does_not_hide_three_balances() -> None:
    shapes = [paid(who, day + i, usd) for day, usd in ((5, 500), (25, 1_500)) for i, who in enumerate("abc")]
    assert days(P02, shapes) == [27]
    assert days(P02, [paid("x", 0, 500), *shapes]) == [27]


HELD: dict[str, Any] = {"send": "SE:Malmo", "pay": "SD:Khartoum"}
BURST = [paid("m", 30.95 + i / 100, 300, "h", **HELD) for i in range(3)]


@pytest.mark.parametrize(
    "before",
    [
        [paid(who, 5 * i, 300, "h", **HELD) for i, who in enumerate("xyz")],
        [paid("x", 20 + i / 10, 50, "h", **HELD) for i in range(2)],
        [paid("x", 20.5 + i / 10, 300, "h", **HELD) for i in range(2)],
        [paid(who, 20.5 + i / 10, 300, "h", **HELD) for i, who in enumerate("xy")],
    ],
    ids=["one at a time", "two small sums", "two payments without a sign", "two strangers"],
)
def test_payments_before_do_not_hide_a_ransom(before: Rows) -> None:
    assert days(P03, [*before, *BURST], "h") == pytest.approx([30.97])
    former = Story(debits=((START_MS - DAY_MS, 9_000, key_of("x"), "SE", "ET", False),))
    assert days(P03, [*before, *BURST[:2]], "h", m=former) == pytest.approx([30.96])


def worker(who: str, usd: float = 700, purpose: str = "debt", **how: Any) -> Rows:
    return [paid(who, 7 * n + "abcd".index(who) / 10, usd, purpose=purpose, **how) for n in range(4)]


def test_who_is_foreign_is_seen_by_the_country_of_the_last_payment() -> None:
    def moved(last: str) -> Rows:
        rows = [row for who in "abc" for row in worker(who, send="AU:Perth", nationality="TH")]
        return [
            msgspec.structs.replace(r, send_place=type(r.send_place)(last, "")) if r.at_ms > START_MS + 20 * DAY_MS else r
            for r in rows
        ]

    assert hits(P04, sorted(moved("AU"), key=lambda r: r.at_ms))
    assert not hits(P04, sorted(moved("TH"), key=lambda r: r.at_ms))


def guest(i: int, cents: int = 20_000, **how: Any) -> TransferFacts:
    told = {"send": ("DE:Berlin", "DE:Hamburg", "DE:Cologne")[i % 3], "pay": "DE:Berlin", "channel": "wallet_to_wallet"} | how
    return msgspec.structs.replace(pay(f"g{i}", "her", i + 0.1, 200, **told), usd_minor=cents)


def gone(usd: float, day: float = 9, to: str = "") -> TransferFacts:
    return pay("her", to, day, usd, channel="wallet_to_wallet" if to else "cash_out")


@pytest.mark.parametrize(("cents", "found"), [(1_999, 0), (2_000, 1), (60_000, 1), (60_001, 0)])
def test_small_is_from_20_to_600_dollars_whatever_the_currency(cents: int, found: int) -> None:
    rows = [msgspec.structs.replace(guest(i, cents), currency="EUR") for i in range(8)]
    assert len(hits(P05, [*rows, gone(8 * cents / 100)], "her")) == found


def test_every_guest_and_every_sum_out_is_a_time_to_judge() -> None:
    rows = [*(guest(i) for i in range(8)), gone(1_600, 7.5), guest(8), gone(100, 8.5)]
    assert days(P05, rows, "her") == pytest.approx([7.5, 8.1, 8.5]) or sorted(days(P05, rows, "her")) == pytest.approx(
        [7.5, 8.1, 8.5]
    )


def test_a_shared_address_is_no_sign_of_control_and_a_shared_phone_is() -> None:
    def seen(kind: int) -> View:
        mark = (Identifier(kind, b"one"),)
        rows = [*(guest(i, send="DE:Berlin") for i in range(8)), gone(900), gone(400, 9.5, "boss")]
        out = []
        for row in rows:
            if row.receiver and row.receiver.key in (key_of("her"), key_of("boss")):
                row = msgspec.structs.replace(row, receiver=msgspec.structs.replace(row.receiver, identifiers=mark))
            out.append(row)
        return view_of("her", out)

    assert [bool(list(P05.hits(seen(kind), P05.parameters))) for kind in (PHONE, DEVICE, ADDRESS)] == [True, True, False]


def test_the_signs_of_control_are_told_one_after_the_other() -> None:
    rows = [*(guest(i, phone="one") for i in range(8)), gone(1_600, 9, "boss")]
    view = view_of("her", rows)
    (hit,) = P05.hits(view, P05.parameters)
    told = P05.explain(view, P05.parameters, hit, hit.events)
    assert (
        "(one person gets most of it; payers share an address, phone or device; the payers are in several towns)" in told.reason
    )
    assert "flagged" not in told.reason
    assert hit.facets == ("pass_through", "identity")
    assert told.parts == {key_of("her"): "worker", key_of("boss"): "collector"}


@pytest.mark.parametrize(("rides", "found"), [(15, False), (16, True), (17, True)])
def test_rides_count_from_sixteen_on(rides: int, found: bool) -> None:
    rows = [
        paid("p", i / 9, 24, f"{trade}{i}", trade=trade) for trade, n in ((AD, 3), (ONLINE, 4), (RIDE, rides)) for i in range(n)
    ]
    assert bool(hits(P06, rows, "p")) is found


def test_rooms_in_one_town_are_not_said_to_be_in_several_and_a_room_without_a_town_is_not_absent_beside_one_with_it() -> None:
    def told(*towns: str) -> tuple[str, tuple[str, ...]]:
        rows = [paid("p", i / 9, 24, f"{trade}{i}", trade=trade) for trade, n in ((AD, 3), (ONLINE, 4)) for i in range(n)]
        rows += [paid("p", 1 + i, 900, f"{ROOM}{i}", pay=town, trade=ROOM) for i, town in enumerate(towns)]
        view = view_of("p", rows)
        hit = list(P06.hits(view, P06.parameters))[-1]
        made = P06.explain(view, P06.parameters, hit, hit.events)
        return made.reason, made.absent[1:]

    reason, absent = told("AU:Perth", "AU")
    assert ("towns" in reason, absent) == (False, ())
    assert "the rooms were in 3 towns" in told("AU:Perth", "AU:Cairns", "AU:Darwin")[0]
    assert told("AU", "AU")[1] == ("towns of the rooms",)


def sent(day: float, to: str, usd: float = 80, **how: Any) -> TransferFacts:
    return paid("man", day, usd, to, **{"send": "AU:Perth", "pay": "PH:Cebu", "nationality": "AU"} | how)


def test_payments_to_two_people_and_payments_long_ago_do_not_hide_those_to_a_third() -> None:
    assert days(P07, [*(sent(i + 0.5, f"r{i % 2}") for i in range(6)), sent(6.5, "r2")], "man") == [6.5]
    assert days(P07, [*(sent(i + 0.5, f"x{i}") for i in range(4)), *(sent(70.5 + i, f"r{i % 3}") for i in range(5))], "man") == [
        74.5
    ]


@pytest.mark.parametrize(("share", "shown"), [(3, 1), (2, 0)])
def test_three_of_ten_at_night_or_for_school_are_a_sign(share: int, shown: int) -> None:
    rows = [
        sent(i + (0.95 if i < share else 0.5), f"r{i % 3}", purpose="tuition" if i >= 10 - share else "none") for i in range(10)
    ]
    hit = hits(P07, rows, "man")[-1]
    assert (hit.measures["at_night"], hit.measures["labels"]) == (shown, shown)


@pytest.mark.parametrize(("old", "facets"), [(2, ("corridor", "newness")), (3, ("corridor",))])
def test_more_than_half_to_people_never_paid_before_is_the_facet(old: int, facets: tuple[str, ...]) -> None:
    before = [sent(0.5 + i / 10, f"r{i}") for i in range(old)]
    now = [sent(62 + i, f"r{i}") for i in range(6)]
    assert hits(P07, [*before, *now], "man")[-1].facets == facets


@pytest.mark.parametrize(
    ("cents", "send", "country", "kin", "found"),
    [(29_999, "GB", "KE", False, 1), (30_000, "GB", "KE", False, 0), (9_000, "KE", "KE", False, 0), (9_000, "GB", "AU", False, 0),
     (9_000, "GB", "", False, 0), (9_000, "GB", "KE", True, 0)],
)  # fmt: skip
def test_such_a_payer_sends_small_sums_from_a_rich_country_abroad_to_strangers(cents: int, send: str, country: str, kin: bool, found: int) -> None:  # fmt: skip
    story = Story(
        tuple((START_MS + n * DAY_MS, cents, key_of("x"), send, country, True) for n in range(5)),
        kin=(key_of("x"),) if kin else (),
    )
    rows = [paid(who, 10 + i, 90, send="GB:London", pay="KE:Nairobi", nationality="GB") for i, who in enumerate("ab")]
    assert len(hits(P07, rows, a=story, b=story)) == found
    if found:
        view = view_of("r", rows, {"a": story, "b": story})
        (hit,) = P07.hits(view, P07.parameters)
        assert [n.name for n in P07.explain(view, P07.parameters, hit, hit.events).numbers] == ["max_median_usd", "min_sharers"]


@pytest.mark.parametrize(("last", "found"), [(60.5, 1), (60.51, 0)])
def test_five_payments_lie_within_sixty_days_and_so_do_two_to_one_person(last: float, found: int) -> None:
    assert len(hits(P07, [*(sent(0.5 + i, f"r{i % 3}") for i in range(4)), sent(last, "r1")], "man")) == found
    story = Story(tuple((START_MS + n * DAY_MS, 9_000, key_of("x"), "GB", "KE", True) for n in range(5)))
    rows = [paid(who, day, 90, send="GB:London", pay="KE:Nairobi") for who, day in (("a", 0.5), ("b", last))]
    assert len(hits(P07, rows, a=story, b=story)) == found


def test_a_strength_is_rounded_to_four_digits() -> None:
    rows = [sent(8 * i + 0.5, f"r{i % 4}", nationality="") for i in range(6)]
    assert hits(P07, rows, "man")[-1].strength == 0.5654  # 6 / 5 + 1 / 3: 0.6 + 0.4 * 0.5333 / 2 = 0.7067, times 0.8
