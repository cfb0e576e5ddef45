"""What TS-W01 to TS-W05 find and tell of one case each, whole: when, how strongly, the measures, the sentence, the numbers and the parts."""

from typing import Any

import pytest

from schemas.transfer import PHONE
from streams.domain.entity import Story
from streams.domain.event import DAY_MS
from streams.domain.trade import HIRE, TICKET
from streams.domain.view import View
from streams.typologies.build import START_MS, view_of
from streams.typologies.ts_k01_shared_identifier import pooled
from streams.typologies.ts_w01_wage_skim import TYPOLOGY as W01
from streams.typologies.ts_w02_escorted_or_proxy_remitter import TYPOLOGY as W02
from streams.typologies.ts_w03_recruiter_visa_travel_payer import TYPOLOGY as W03
from streams.typologies.ts_w04_payroll_gap import TYPOLOGY as W04
from streams.typologies.ts_w05_group_travel_logistics import TYPOLOGY as W05
from tests.unit.streams.typologies.rows import paid
from tests.unit.streams.typologies.told import Case, assert_found_and_told

THIRD_MORE = 0.6667  # a third over the line: 0.6 + 0.4 * (4 / 3 - 1) / 2
HALF_AND_THIRD_MORE = 0.7667  # 3 / 2 and 1 / 3 of the lines: 0.6 + 0.4 * (11 / 6 - 1) / 2


WAGES = Story(wages=tuple((START_MS + day * DAY_MS, 100_000) for day in (0, 30, 60)))
SKIM = Case(
    "four workers, three pay-days",
    W01,
    view_of("r", [paid(w, day + i / 10, 700, channel="bank_transfer") for day in (0, 30, 60) for i, w in enumerate("abcd")],
            dict.fromkeys("abcd", WAGES)),
    60.3,
    HALF_AND_THIRD_MORE,
    ("pass_through",),
    {"workers": 4, "cycles": 3, "forwarded": 1},
    "4 workers who are not kin of the receiver each passed on at least 70% of their wage to him within 24 hours, on at least 3 pay-days in "
    "90 days. They may not dispose of their earnings.",
    {"min_workers": 4, "min_cycles": 3},
    {"r": "collector", "a b c d": "worker"},
    transfers=12,
)  # fmt: skip
GATHERED = Case(
    "four wages in one account, three times",
    W01,
    view_of(
        "r", [paid("firm", day + i / 10, 900, channel="payroll", entity_sender=True) for day in (0, 30, 60) for i in range(4)]
    ),
    60.3,
    HALF_AND_THIRD_MORE,
    ("identity",),
    {"workers": 4, "cycles": 3, "forwarded": 0},
    "The wages of 4 workers were paid into one account on at least 3 pay-days in 90 days. They may not dispose of their earnings.",
    {"min_workers": 4, "min_cycles": 3},
    {"r": "collector"},
    transfers=12,
)


def brought(counter: int) -> View:
    return pooled(
        PHONE,
        [paid(f"w{i}", 20 * n + i / 1440, 120, f"f{i}", send="KZ:Almaty", counter=counter) for n in range(3) for i in range(4)],
    )


ESCORTED = Case(
    "four people, three visits",
    W02,
    brought(7),
    40 + 2 / 1440,  # when the third came
    HALF_AND_THIRD_MORE,
    ("identity",),
    {"visits": 3, "senders": 4, "families": 0, "known": 1},
    "Up to 4 people who share an identifier and no name paid at one counter within 30 minutes of each other, on 3 visits in 60 days. They may "
    "be brought there by somebody else.",
    {"min_visits": 3, "min_senders": 4},
    {"w0 w1 w2 w3": "worker"},
    transfers=12,
)
IN_A_TOWN = ESCORTED._replace(
    what="four people, three visits to a town",
    view=brought(0),
    strength=0.575,  # three quarters
    measures=ESCORTED.measures | {"known": 0},
    reason=ESCORTED.reason.replace("at one counter", "in one town"),
    absent=("counter of the sending agent",),
)
PROXY = Case(
    "six families",
    W02,
    view_of("r", [paid("r", 60 * n + i, 90, f"f{i}", send="KZ:Almaty", pay="UZ:Namangan") for n in range(2) for i in range(6)]),
    65,
    0.64,  # 0.6 + 0.4 * (6 / 5 - 1) / 2
    (),
    {"families": 6, "visits": 0, "known": 1},
    "One person paid 6 people of one town who are no kin, each at least twice and at least 60 days apart, always less than 25% of a month's "
    "pay. This may be money of workers who do not send it themselves.",
    {"min_families": 6},
    {"r": "controller", "f0 f1 f2 f3 f4 f5": "recipient"},
    transfers=12,
)
GUJRAT: dict[str, Any] = {"send": "PK:Gujrat", "pay": "PK:Gujrat"}
VISAS = Case(
    "six visas, most of it sent on",
    W03,
    view_of("r", [*(paid(f"m{i}", i, 2_400, purpose="travel", **GUJRAT) for i in range(6)), paid("r", 9, 8_640, "x", send="PK:Gujrat", pay="LY:Benghazi")]),
    9,
    0.84,  # 6 / 5 and 1 for what was sent on: 0.6 + 0.4 * 1.2 / 2
    ("fee_band", "newness", "pass_through"),
    {"payers": 6, "median": 240_000, "price": 2_358, "is_known": 1, "forwarded": 0.6},
    "6 payers who are no kin paid one receiver for visas, travel or work within 30 days: near-equal sums with a median of USD 2,400, where a "
    "way abroad costs about USD 2,358. At least 60% was sent on to persons abroad.",
    {"min_payers": 6, "usual_price_usd": 2_400},
    {"r": "collector", "x": "recipient", "m0 m1 m2 m3 m4 m5": "payer"},
    ("licence of the receiver",),
    transfers=7,
)  # fmt: skip
HANDED_BACK = Case(
    "four wages come back",
    W04,
    view_of("r", [*(paid("r", i, 600, w, channel="payroll", entity_sender=True) for i, w in enumerate("abcd")),
                  *(paid(w, 9 + i, 360) for i, w in enumerate("abcd"))]),
    12,
    THIRD_MORE,
    ("pass_through",),
    {"workers": 4, "turnover": 0, "share": 0.6, "returned": 144_000},
    "4 workers each handed back at least 50% of their wages to the firm within 90 days, USD 1,440 or 60% in all. They may not dispose of their "
    "earnings.",
    {"min_workers": 4, "min_returned": 0.6},
    {"r": "recipient", "a b c d": "worker"},
    ("headcount", "usual share of wages in the trade", "wages paid in cash or elsewhere"),
    transfers=8,
)  # fmt: skip
JOURNEYS = Case(
    "five who are named, three tickets",
    W05,
    view_of(
        "r", [paid("r", i, 150, "shop", pay="TR:Van", trade=TICKET if i < 3 else HIRE, passenger=i % 5 + 1) for i in range(8)]
    ),
    7,
    0.65,  # 0.6 + 0.4 * (5 / 4 - 1) / 2
    ("corridor",),
    {"passengers": 5, "named": 5, "tickets": 3},
    "One person bought travel (8 purchases of together USD 1,200) for at least 5 people the purposes name, within 14 days; none of them is "
    "known to be kin.",
    {"min_passengers": 5},
    {"r": "coordinator"},
    ("route and direction of the tickets",),
    transfers=8,
)
CASES = (SKIM, GATHERED, ESCORTED, IN_A_TOWN, PROXY, VISAS, HANDED_BACK, JOURNEYS)


@pytest.mark.parametrize("case", CASES, ids=lambda c: f"{c.typology.id}: {c.what}")
def test_a_case_is_found_and_told_whole(case: Case) -> None:
    assert_found_and_told(case)
