"""What TS-P01 to TS-P07 find and tell of one case each, whole: when, how strongly, the measures, the sentence, the numbers and the parts."""

from typing import Any

import pytest

from streams.domain.entity import Story
from streams.domain.event import DAY_MS
from streams.domain.trade import AD, PHONE, RIDE, ROOM
from streams.typologies.build import START_MS, key_of, view_of
from streams.typologies.ts_p01_staged_route_payments import TYPOLOGY as P01
from streams.typologies.ts_p02_deposit_then_balance import TYPOLOGY as P02
from streams.typologies.ts_p03_ransom_burst import TYPOLOGY as P03
from streams.typologies.ts_p04_debt_bondage import TYPOLOGY as P04
from streams.typologies.ts_p05_night_small_deposits import TYPOLOGY as P05
from streams.typologies.ts_p06_ad_and_logistics_micro import TYPOLOGY as P06
from streams.typologies.ts_p07_cse_micro_remittance import TYPOLOGY as P07
from tests.unit.streams.typologies.rows import paid
from tests.unit.streams.typologies.told import Case, assert_found_and_told


def told(*debits: tuple[float, float, str, str, str]) -> Story:
    """(day, dollars, to whom, from which country, to which country)."""
    rows = sorted(debits)
    return Story(tuple((START_MS + round(d * DAY_MS), round(usd * 100), key_of(to), a, b, True) for d, usd, to, a, b in rows))


WAY = ("AF:Zaranj", "IR:Saravan", "IR:Urmia", "TR:Van")
JOURNEY = Case(
    "four legs",
    P01,
    view_of("f", [paid("f", 10 * i, 700, f"r{i}", pay=town) for i, town in enumerate(WAY)]),
    30,
    0.6667,  # 0.6 + 0.4 * (4 / 3 - 1) / 2
    ("corridor", "fee_band"),
    {"receivers": 4, "ordered": 1},
    "One payer paid 4 receivers one after another along a known route: Zaranj (AF), Saravan (IR), Urmia (IR), Van (TR); each sum fits "
    "the price of a leg.",
    {"min_receivers": 4},
    {"f": "payer", "r0 r1 r2 r3": "collector"},
    transfers=4,
)
# Istanbul has its third payer on day 30, Izmir its third on day 50: the chain is complete on day 30.
SECONDS = {
    "a": told((9, 600, "istanbul", "DE", "TR"), (1, 600, "izmir", "DE", "TR")),
    "b": told((5, 600, "istanbul", "DE", "TR"), (2, 600, "izmir", "DE", "TR")),
    "c": told((30, 600, "istanbul", "DE", "TR"), (50, 600, "izmir", "DE", "TR")),
    "d": told((40, 600, "istanbul", "DE", "TR")),
}
CHAIN = Case(
    "four payers of a chain",
    P01,
    view_of("r", [paid(who, i, 600) for i, who in enumerate("abcdx")], SECONDS),
    30,
    0.6667,
    ("corridor", "fee_band"),
    {"payers": 4, "receivers": 3, "ordered": 0},
    "4 payers who are not kin of the receiver each paid this receiver and at least one other receiver they share, within 120 days and at "
    "prices of smuggling legs; the chain has 3 receivers.",
    {"min_payers": 4},
    {"r": "collector", "a b c d": "payer"},
    transfers=4,
)
BALANCES = Case(
    "four balances",
    P02,
    view_of("r", [paid(who, day + i, usd) for day, usd in ((0, 500), (20, 1_500)) for i, who in enumerate("abcd")]),
    23,
    0.6667,
    ("fee_band", "newness"),
    {"payers": 4},
    "4 payers who had not dealt with the receiver before each made a down payment and, 2.5 to 60 days later, a balance 1.5 to 5 times as "
    "large that fits the price of a smuggling leg, then stopped.",
    {"min_payers": 4},
    {"r": "collector", "a b c d": "payer"},
    transfers=8,
)
DURESS = ("tied_payers", "many_payments", "at_night", "two_send_countries", "over_former_maximum", "earlier_receiver")
BEFORE = {"m": told((-90, 300, "x", "SE", "ET")), "b": Story()}  # USD 900 is three times what m ever sent
FLED: dict[str, Any] = {"pay": "SD:Khartoum", "phone": "one"}
RANSOM = Case(
    "a ransom with all six signs",
    P03,
    view_of(
        "h", [paid(who, 0.95 + i / 10, 900, "h", send=send, **FLED) for i, (who, send) in enumerate(
            (("m", "SE:Malmo"), ("b", "NO:Oslo"), ("m", "SE:Malmo"), ("m", "SE:Malmo")))], BEFORE),
    1.25,
    1.0,  # 1 + (6 - 2) / 2 and 1 for a thousand dollars: over three times the line
    ("corridor", "newness"),
    {**dict.fromkeys(DURESS, 1), "points": 6, "usd": 3_600, "payments": 4, "payers": 2},
    "Within 72 hours 2 payers sent USD 3,600 in 4 payments to a person abroad they had never paid before (payers tied to each other, "
    "4 payments, payments at night, senders in two countries, a sum far over what the payer ever sent, an earlier receiver of the same "
    "kind). The pattern is consistent with a person being held until money arrives.",
    {"min_usd": 3_600, "min_points": 6},
    {"h": "collector", "m b": "ransom_payer"},
    transfers=4,
)  # fmt: skip
BY_DAY = Case(
    "a ransom by day, with two signs",
    P03,
    view_of("h", [paid("m", 0.5 + i / 10, 200, "h", send=send, pay="SD:Khartoum") for i, send in enumerate(("SE:Malmo", "NO:Oslo", "NO:Oslo"))]),
    0.7,
    0.6,
    ("corridor", "newness"),
    {**dict.fromkeys(DURESS, 0), "many_payments": 1, "two_send_countries": 1, "points": 2, "usd": 600, "payments": 3, "payers": 1},
    "Within 72 hours 1 payer sent USD 600 in 3 payments to a person abroad they had never paid before (3 payments, senders in two "
    "countries). The pattern is consistent with a person being held until money arrives.",
    {"min_usd": 600, "min_points": 2},
    {"h": "collector", "m": "ransom_payer"},
    ("earlier payments of some payers",),
    transfers=3,
)  # fmt: skip
BONDED: dict[str, Any] = {"address": "house", "purpose": "debt", "nationality": "TH", "send": "AU:Perth", "pay": "AU:Perth"}
BONDAGE = Case(
    "four workers of one house",
    P04,
    view_of("r", [paid(who, 7 * n + i / 10, 700, **BONDED) for n in range(4) for i, who in enumerate("abcd")]),
    21.3,
    0.6667,
    ("identity",),
    {"shared": 2, "debt_words": 1, "foreign": 1, "payers": 4, "points": 4},
    "4 payers who are not kin pay the receiver at regular gaps, at least 4 times each (they share an address, phone or device; they speak "
    "of a debt; all are foreign where they live). They may be working off a debt.",
    {"min_payers": 4, "min_points": 4},
    {"r": "collector", "a b c d": "worker"},
    ("payroll income of the payers",),
    transfers=16,
)
BERLIN: dict[str, Any] = {"pay": "DE:Berlin", "channel": "wallet_to_wallet"}
TOWNS = ("DE:Berlin", "DE:Hamburg", "DE:Cologne")
GUESTS = [  # every third by day; together USD 2,050
    paid(
        f"g{i}", i + (0.5 if i % 3 == 2 else 0.1), {0: 50, 8: 600}.get(i, 200), "her", send=TOWNS[i % 3], flagged=i < 2, **BERLIN
    )
    for i in range(9)
]
GONE = [paid("her", 9, 1_000, "", send="DE:Berlin", pay="DE:Berlin", channel="cash_out"),
        paid("her", 9.5, 640, "boss", send="DE:Berlin", **BERLIN), paid("her", 9.7, 10, "aunt", send="DE:Berlin", **BERLIN)]  # fmt: skip
NIGHTS = Case(
    "nine guests",
    P05,
    view_of("her", [*GUESTS, *GONE]),
    9.7,
    0.625,  # 0.6 + 0.4 * (9 / 8 - 1) / 2
    ("pass_through",),
    {
        "tied": 0, "one_taker": 0, "linked": 0, "cities": 1, "credits": 9, "payers": 9, "night": 6 / 9, "in": 205_000, "out": 0.8,
        "low": 5_000, "high": 60_000,
    },
    "9 people who are not kin paid in 9 round sums of USD 50 to USD 600 within 14 days, 67% of them at night, and 80% of what came in "
    "left again (the payers are in several towns). The holder of the account may be a victim. The front line flagged 2 transfers.",
    {"min_credits": 9, "min_payers": 9, "night_share": 0.6667, "min_out": 0.8},
    {"her": "account_holder", "boss": "recipient"},
    transfers=11,
)  # fmt: skip
BOUGHT = [
    paid("p", 0.1 * i, 90 if trade == ROOM else 24, trade, pay=f"AU:Town{i % 2}", trade=trade)
    for trade, count in ((PHONE, 7), (AD, 4), (ROOM, 4), (RIDE, 17)) for i in range(count)
]  # fmt: skip
PURCHASES = Case(
    "advertisements, rooms and rides",
    P06,
    view_of("p", BOUGHT),
    1.6,
    0.6,
    (),
    {"groups": 3, AD: 4, ROOM: 4, RIDE: 17, PHONE: 0, "online": 0},
    "One person paid for 4 advertisements, 4 rooms, 17 rides within 30 days; the rooms were in 2 towns. Somebody may be advertised and "
    "moved about; who, is not known.",
    {"min_groups": 3, "min_ads": 4},
    {"p": "controlled"},
    ("what the advertisements say",),
    transfers=25,
)
SUMS = (60, 80, 100, 120, 140, 900)
CEBU: dict[str, Any] = {"send": "AU:Perth", "pay": "PH:Cebu", "nationality": "AU"}
MICRO = Case(
    "six small sums, two of them by night",
    P07,
    view_of("man", [paid("man", 8 * i + (0.95 if i < 2 else 0.5), usd, f"r{i % 4}", **CEBU) for i, usd in enumerate(SUMS)]),
    40.5,
    0.8067,  # 6 / 5 + 1 / 3 + 1 / 2 for the nights: 0.6 + 0.4 * 1.0333 / 2
    ("corridor", "newness"),
    {"payments": 6, "receivers": 4, "payers": 1, "median": 11_000, "at_night": 1, "labels": 0},
    "1 payer in a country of demand sent 6 payments with a median of USD 110 within 60 days to 4 people abroad, who share no name with the "
    "payer and are not said to be kin; many at night. This is consistent with payment for the abuse of children; those who are paid may be "
    "victims or their relatives.",
    {"max_median_usd": 110, "min_payments": 6, "min_receivers": 4},
    {"man": "exploiter", "r0 r1 r2 r3": "recipient"},
    transfers=6,
)
OFTEN = told(*((10 * n, 90, "x", "GB", "KE") for n in range(5)))
CHILD = Case(
    "three payers of one person, by night, for school",
    P07,
    view_of(
        "one", [paid(who, 41.95 + i, 90 + 10 * i, "one", send="GB:London", pay="KE:Nairobi", nationality="GB" if i else "", purpose="tuition")
                for i, who in enumerate("abc")], dict.fromkeys("abc", OFTEN)),
    43.95,
    0.72,  # 3 / 2 + 1 / 2 + 1 / 2: 0.6 + 0.4 * 1.5 / 2 = 0.9, times 0.8
    ("corridor", "newness"),
    {"payments": 3, "receivers": 1, "payers": 3, "median": 10_000, "at_night": 1, "labels": 1},
    "3 payers in a country of demand sent 3 payments with a median of USD 100 within 60 days to 1 person abroad, who share no name with the "
    "payer and are not said to be kin; many at night and many said to be for school. This is consistent with payment for the abuse of "
    "children; those who are paid may be victims or their relatives.",
    {"max_median_usd": 100, "min_sharers": 3},
    {"one": "recipient", "a b c": "exploiter"},
    ("nationality of the payer",),
    transfers=3,
)  # fmt: skip
CASES = (JOURNEY, CHAIN, BALANCES, RANSOM, BY_DAY, BONDAGE, NIGHTS, PURCHASES, MICRO, CHILD)


@pytest.mark.parametrize("case", CASES, ids=lambda c: f"{c.typology.id}: {c.what}")
def test_a_case_is_found_and_told_whole(case: Case) -> None:
    assert_found_and_told(case)
