"""What the payment typologies count, against slow counts written from the words of typologies A4 and A7, on random streams."""

import random
from collections.abc import Mapping
from itertools import pairwise
from statistics import mean, median, pstdev
from typing import NamedTuple

import msgspec
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from schemas.corridors import corridors
from streams.domain.view import View
from streams.typologies import CATALOGUE
from streams.typologies.build import HOUR_MS, START_MS, pay, view_of

DAY = 24
seeds = st.integers(0, 2**32)
PHASES = (Phase.explicit, Phase.generate)  # a smaller seed is no simpler stream


class Row(NamedTuple):
    """One payment: when (hours from the first of March 2024), the party on the other side, US dollars."""

    hour: int
    who: str
    usd: int


def measured(typology: str, view: View) -> list[tuple[int, Mapping[str, float]]]:
    """Hour and measures of every hit."""
    (found,) = [t for t in CATALOGUE if t.id == typology]
    if not found.gate(view, found.parameters):
        return []
    return [((h.at_ms - START_MS) // HOUR_MS, h.measures) for h in found.hits(view, found.parameters)]


def within(rows: list[Row], hour: int, days: int) -> list[Row]:
    """The rows of the `days` days that end at `hour`, both ends included."""
    return [r for r in rows if hour - days * DAY <= r.hour <= hour]


def hours(chance: random.Random, count: int, days: int) -> list[int]:
    """Different hours, oldest first."""
    return sorted(chance.sample(range(days * DAY), count))


@settings(max_examples=150, phases=PHASES)
@given(seed=seeds)
def test_balances_are_counted_by_payer_over_sixty_days(seed: int) -> None:
    """P02: exactly two or three payments of a pair, a balance of 1.5 to 5 times the first after 2.5 to 60 days, at a price, three
    payers (A7). The first such balance ends a payer's shape."""
    chance = random.Random(seed)
    rows = [
        Row(h, f"p{chance.randrange(8)}", chance.choice([300, 500, 800, 1500, 40]))
        for h in hours(chance, chance.randint(8, 22), 110)
    ]
    ends = {}
    for payer in sorted({r.who for r in rows}):
        first, *later = [r for r in rows if r.who == payer]
        balances = [
            r
            for r in later
            if 3 * first.usd <= 2 * r.usd <= 10 * first.usd
            and 60 <= r.hour - first.hour <= 60 * DAY
            and corridors().in_fee_band(r.usd * 100, "TR")
        ]
        if balances and len(later) in (1, 2):
            ends[payer] = balances[0].hour
    counts = {hour: sum(hour - 60 * DAY <= other <= hour for other in ends.values()) for hour in ends.values()}
    found = measured("TS-P02", view_of("r", [pay(r.who, "r", r.hour / 24, r.usd) for r in rows]))
    assert {at: m["payers"] for at, m in found} == {hour: count for hour, count in counts.items() if count >= 3}


@settings(max_examples=100, phases=PHASES)
@given(seed=seeds)
def test_regular_payers_are_counted_over_half_a_year(seed: int) -> None:
    """P04: median gap of three days or more, variation of the gaps under 0.35 (A7), four payments of USD 100 or more (A4); three such
    payers who share an address, worth two points (A7)."""
    chance = random.Random(seed)
    taken: set[int] = set()
    rows = []
    for n in range(5):
        gap, jitter = chance.choice([2, 4, 7, 30]) * DAY, chance.choice([0, 1, 2, 4])
        for k in range(chance.randint(3, 7)):
            at = n + k * gap + round(chance.random() * gap * jitter / 8)
            while at in taken:
                at += 1
            taken.add(at)
            rows.append(Row(at, f"w{n}", chance.choice([700, 700, 700, 700, 99])))
    rows.sort()
    paid = [r for r in rows if r.usd >= 100]
    expected = {}
    for now in paid:
        regular = set()
        for payer in {r.who for r in paid}:
            times = [r.hour for r in within(paid, now.hour, 180) if r.who == payer]
            gaps = [later - sooner for sooner, later in pairwise(times)]
            if len(times) >= 4 and median(gaps) >= 3 * DAY and pstdev(gaps) < 0.35 * mean(gaps):
                regular.add(payer)
        if len(regular) >= 3:
            expected[now.hour] = len(regular)
    facts = [pay(r.who, "boss", r.hour / 24, r.usd, send="AU:Perth", pay="AU:Perth", address="one") for r in rows]
    assert {at: m["payers"] for at, m in measured("TS-P04", view_of("boss", facts))} == expected


@settings(max_examples=100, phases=PHASES)
@given(seed=seeds)
def test_night_credits_are_counted_over_a_fortnight_by_local_time(seed: int) -> None:
    """P05: eight credits of USD 20 to 600, round to ten, from five payers, 60 % of them from 22 to 6 local time, 70 % of all that came
    goes out as cash; payers in three towns are the sign of control."""
    chance = random.Random(seed)
    offset_h = chance.choice([-7, 0, 3, 9])
    late = [h for h in range(35 * DAY) if not 6 <= (h + offset_h) % 24 < 22]
    pool = sorted({*chance.sample(late, 22), *chance.sample(range(35 * DAY), chance.randint(4, 22))})
    towns = ["DE:Berlin", "DE:Munich", "DE:Hamburg", "DE:Cologne"][: chance.randint(2, 4)]
    rows = [(Row(h, f"s{chance.randrange(9)}", chance.choice([20, 50, 150, 600, 55, 610])), chance.choice(towns)) for h in pool]
    free = [h for h in range(35 * DAY) if h not in set(pool)]
    outs = [Row(h, "", chance.choice([200, 600, 1500])) for h in sorted(chance.sample(free, chance.randint(1, 8)))]
    expected = {}
    for hour in sorted([r.hour for r, _ in rows if r.usd in (20, 50, 150, 600)] + [r.hour for r in outs]):
        came = [(r, town) for r, town in rows if hour - 14 * DAY <= r.hour <= hour]
        small = [(r, town) for r, town in came if r.usd in (20, 50, 150, 600)]
        night = [r for r, _ in small if (r.hour + offset_h) % 24 in (22, 23, 0, 1, 2, 3, 4, 5)]
        went = sum(r.usd for r in within(outs, hour, 14))
        enough = len(small) >= 8 and len({r.who for r, _ in small}) >= 5 and 10 * len(night) >= 6 * len(small)
        if enough and 10 * went >= 7 * sum(r.usd for r, _ in came) and len({town for _, town in small}) >= 3:
            expected[hour] = (len(small), len({r.who for r, _ in small}), round(len(night) / len(small), 6))
    facts = [pay(r.who, "h", r.hour / 24, r.usd, send=town, pay="DE:Berlin", channel="wallet_to_wallet") for r, town in rows]
    facts += [pay("h", "", r.hour / 24, r.usd, send="DE:Berlin", pay="DE:Berlin", channel="cash_out") for r in outs]
    facts = [msgspec.structs.replace(f, utc_offset_min=offset_h * 60) for f in facts]
    found = measured("TS-P05", view_of("h", facts))
    assert {at: (m["credits"], m["payers"], round(m["night"], 6)) for at, m in found} == expected


@settings(max_examples=100, phases=PHASES)
@given(seed=seeds)
def test_micro_remittances_are_counted_over_sixty_days(seed: int) -> None:
    """P07: a national of the rich country he pays from, five payments in 60 days with a median under USD 300 to three people elsewhere;
    a spouse and those with his name are left out."""
    chance = random.Random(seed)
    rows = [
        Row(h, f"r{chance.randrange(5)}", chance.choice([40, 120, 299, 300, 301, 900]))
        for h in hours(chance, chance.randint(5, 25), 150)
    ]
    strangers = [r for r in rows if r.who not in ("r0", "r1")]
    expected = {}
    for now in strangers:
        window = within(strangers, now.hour, 60)
        receivers, middle = len({r.who for r in window}), median(r.usd for r in window)
        if len(window) >= 5 and receivers >= 3 and middle < 300:
            expected[now.hour] = (len(window), receivers, middle * 100)
    facts = [
        pay("m", r.who, r.hour / 24, r.usd, send="GB:London", pay="KE:Nairobi", nationality="GB",
            relation="spouse" if r.who == "r0" else "other", surname=r.who == "r1")
        for r in rows
    ]  # fmt: skip
    found = measured("TS-P07", view_of("m", facts))
    assert {at: (m["payments"], m["receivers"], m["median"]) for at, m in found} == expected
