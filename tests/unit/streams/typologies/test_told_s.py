"""What TS-S01 to TS-S05 find and tell of one case each, whole: when, how strongly, the measures, the sentence, the numbers and the parts."""

import msgspec
import pytest

from schemas.observation import TransferFacts
from streams.domain.event import DAY_MS
from streams.typologies.build import START_MS, view_of
from streams.typologies.ts_s01_structuring import TYPOLOGY as S01
from streams.typologies.ts_s02_multi_branch_same_day import TYPOLOGY as S02
from streams.typologies.ts_s03_agent_collusion import TYPOLOGY as S03
from streams.typologies.ts_s04_moving_receiver import TYPOLOGY as S04
from streams.typologies.ts_s05_fee_band_match import TYPOLOGY as S05
from tests.unit.streams.typologies.rows import paid
from tests.unit.streams.typologies.told import Case, assert_found_and_told

THIRD_MORE = 0.6667  # a third over the line: 0.6 + 0.4 * (4 / 3 - 1) / 2


SERIES = Case(
    "three sums under a line",
    S01,
    view_of("s", [paid("s", day, usd, send="US:Phoenix", pay="MX:Tijuana") for day, usd in ((0, 2_900), (1, 2_800), (2, 2_700))]),
    2,
    0.7,
    (),
    {"payments": 3, "line": 300_000, "sum": 840_000, "which": 0},
    "3 payments within 3 days stayed under the US line of USD 3,000 and together came to USD 8,400 (31 CFR 1010.410(f), recording of "
    "transmittals from USD 3,000).",
    {"min_payments": 3},
    {"s": "structurer", "r": "counterparty"},
    transfers=3,
)
ROUND = Case(
    "four counters",
    S02,
    view_of("s", [paid("s", i / 4, 900, send="PK:Gujrat", counter=i + 1) for i in range(4)]),
    0.75,
    THIRD_MORE,
    ("corridor",),
    {"agents": 4, "km": 0, "usd": 3_600, "payments": 4},
    "One person handed in or took out USD 3,600 in cash at 4 different agents within 48 hours (4 payments).",
    {"min_agents": 4},
    {"s": "passes_on"},
    transfers=4,
)


def over_a_counter(i: int) -> TransferFacts:
    """The i-th of 24 payments of twelve people, six of them new: six are by night, five just under a line, two people share a phone."""
    who = i % 12
    facts = paid(
        f"s{who}", i + (23 if i < 6 else 12) / 24, 2_800 if i < 5 else 900, phone="one" if who < 2 else "", counter=9
    )  # fmt: skip
    since = START_MS // DAY_MS - (3 if who >= 6 else 400)
    return msgspec.structs.replace(facts, sender=msgspec.structs.replace(facts.sender, since_day=since))


# Of 24, 1.2 are usual by night, near a line and shared, give or take 1.0677 (the root of 24 * 0.05 * 0.95); 4.8 new, give or take 1.9596.
COUNTER = Case(
    "a counter with three signs",
    S03,
    view_of("r", [over_a_counter(i) for i in range(24)]),
    23.5,
    0.6606,  # the mean of the three is 3.9096: 0.6 + 0.4 * (3.9096 / 3 - 1) / 2
    ("corridor", "newness"),
    {"transfers": 24, "senders": 12, "signs": 3, "mean": 3.9096, "usd": 31_100, "closed": 4.4956, "near": 3.559, "new": 3.6742, "shared": 2.6224},
    "24 payments of 12 people who are no kin, together USD 31,100, reached one receiver over one counter within 30 days, more than usual of "
    "them at hours when counters are closed (z 4.5), just under a line (z 3.6), by new customers (z 3.7). The agent of that counter is the "
    "one to look at.",
    {"min_transfers": 24, "min_signs": 3, "z_line": 3.9096},
    {"r": "collector", " ".join(f"s{i}" for i in range(12)): "payer"},
    transfers=24,
)  # fmt: skip
TOWNS = ("AF:Zaranj", "IR:Urmia", "TR:Van", "TR:Edirne")
MOVES = Case(
    "four towns",
    S04,
    view_of("r", [paid(f"p{i % 2}", 9 * i, usd, pay=TOWNS[i]) for i, usd in enumerate((200, 300, 400, 100))]),
    27,
    THIRD_MORE,
    ("corridor",),
    {"towns": 4, "payers": 2, "usd": 1_000, "days": 27, "largest": 400},
    "One person collected USD 1,000 in small sums of 2 payers in 4 towns that follow a known route (Zaranj (AF), Urmia (IR), Van (TR), Edirne "
    "(TR)) within 27 days, as a person on the way does; possibly someone being smuggled.",
    {"min_towns": 4, "max_usd": 400},
    {"r": "migrant", "p0 p1": "payer"},
    transfers=4,
)
ALIKE = Case(
    "four sums alike",
    S05,
    view_of("r", [paid(f"p{i}", i, usd) for i, usd in enumerate((620, 700, 800, 650))]),
    3,
    THIRD_MORE,
    ("fee_band",),
    {"payers": 4, "low": 62_000, "high": 80_000},
    "4 payers who are not kin paid the receiver nearly the same sum, USD 620 to USD 800, within 30 days; the sum fits the price of a smuggling "
    "leg that touches TR.",
    {"min_payers": 4, "max_spread": 0.225},
    {"r": "collector", "p0 p1 p2 p3": "payer"},
    transfers=4,
)
CASES = (SERIES, ROUND, COUNTER, MOVES, ALIKE)


@pytest.mark.parametrize("case", CASES, ids=lambda c: f"{c.typology.id}: {c.what}")
def test_a_case_is_found_and_told_whole(case: Case) -> None:
    assert_found_and_told(case)
