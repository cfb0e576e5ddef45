"""What typologies of structuring, identity and work count, against slow counts written from the words of typologies A4 and A7."""

import random
from collections.abc import Mapping
from itertools import combinations
from statistics import median

import msgspec
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from schemas.corridors import corridors
from schemas.observation import SENDER
from schemas.transfer import PHONE
from streams.domain.entity import QUARTER_MS, EntityState, IdentifierState, Story, User
from streams.domain.event import event_of
from streams.domain.profile import Profile
from streams.domain.view import View
from streams.typologies import CATALOGUE
from streams.typologies.build import HOUR_MS, START_MS, key_of, pay, view_of
from streams.typologies.ts_k01_shared_identifier import SharedView

DAY = 24
seeds = st.integers(0, 2**32)
PHASES = (Phase.explicit, Phase.generate)  # a smaller seed is no simpler stream


def measured(typology: str, view: View) -> list[tuple[int, Mapping[str, float]]]:
    """Hour and measures of every hit."""
    (found,) = [t for t in CATALOGUE if t.id == typology]
    if not found.gate(view, found.parameters):
        return []
    return [((h.at_ms - START_MS) // HOUR_MS, h.measures) for h in found.hits(view, found.parameters)]


def hours(chance: random.Random, count: int, days: int) -> list[int]:
    """Different hours, oldest first."""
    return sorted(chance.sample(range(days * DAY), count))


@settings(max_examples=100, phases=PHASES)
@given(seed=seeds)
def test_sums_just_under_a_line_are_counted_over_three_days(seed: int) -> None:
    """S01: two or more sums in [0.80, 1.0) of a line within three days, together over it; payroll is none."""
    chance = random.Random(seed)
    rows = [
        (h, chance.choice([2399, 2400, 2999, 3000, 7999, 8000, 9999, 10_000]), chance.random() < 0.1)
        for h in hours(chance, chance.randint(3, 25), 20)
    ]
    expected = set()
    for line in (3000, 10_000):
        near = [(h, v) for h, v, is_wage in rows if 0.8 * line <= v < line and not is_wage]
        for now, _ in near:
            inside = [v for h, v in near if now - 3 * DAY <= h <= now]
            if len(inside) >= 2 and sum(inside) >= line:
                expected.add((now, line * 100, len(inside), sum(inside) * 100))
    facts = [
        pay("s", f"r{h}", h / 24, v, send="US:Phoenix", pay="MX:Tijuana", channel="payroll" if w else "cash_to_cash")
        for h, v, w in rows
    ]
    found = measured("TS-S01", view_of("s", facts))
    assert {(at, m["line"], m["payments"], m["sum"]) for at, m in found} == expected


@settings(max_examples=100, phases=PHASES)
@given(seed=seeds)
def test_counters_are_counted_over_forty_eight_hours(seed: int) -> None:
    """S02: three counters in 48 hours, or two more than 15 km apart in four hours. Gujrat and Sialkot are 40 km apart; counters 1 and 2 are in
    the one, 3 and 4 in the other; no counter is told of the fifth."""
    chance = random.Random(seed)
    rows = [(h, chance.choice([0, 1, 1, 2, 3, 4])) for h in hours(chance, chance.randint(3, 20), 12)]
    visits = [(h, c) for h, c in rows if c]
    expected = {}
    for now, here in visits:
        counters = {c for h, c in visits if now - 48 <= h <= now}
        is_dash = any((c < 3) != (here < 3) for h, c in visits if now - 4 <= h <= now)
        if len(counters) >= 3 or is_dash:
            expected[now] = len(counters)
    facts = [pay("s", "r", h / 24, 900, send="PK:Gujrat" if c < 3 else "PK:Sialkot", pay="AE:Dubai", counter=c) for h, c in rows]
    assert {at: m["agents"] for at, m in measured("TS-S02", view_of("s", facts))} == expected


@settings(max_examples=100, phases=PHASES)
@given(seed=seeds)
def test_near_equal_sums_are_counted_over_thirty_days(seed: int) -> None:
    """S05: the most payers whose sums, the newest among them, lie within 25 % of the largest; every payer pays once, all at a price."""
    chance = random.Random(seed)
    rows = [
        (h, chance.choice([600, 700, 800, 1000, 1100, 1500, 2000]), n)
        for n, h in enumerate(hours(chance, chance.randint(3, 12), 70))
    ]
    assert all(corridors().in_fee_band(usd * 100, "TR") for _, usd, _ in rows)
    strangers = [(h, usd) for h, usd, n in rows if n % 5]
    expected = {}
    for now, newest in strangers:
        inside = [usd for h, usd in strangers if now - 30 * DAY <= h < now]
        sizes = [
            size + 1
            for size in range(len(inside) + 1)
            for group in combinations(sorted(inside), size)
            if max(*group, newest, 0) * 3 <= min(*group, newest, 10**6) * 4
        ]
        if max(sizes) >= 3:
            expected[now] = max(sizes)
    facts = [pay(f"p{n}", "r", h / 24, usd, relation="none" if n % 5 else "spouse") for h, usd, n in rows]
    assert {at: m["payers"] for at, m in measured("TS-S05", view_of("r", facts))} == expected


@settings(max_examples=100, phases=PHASES)
@given(seed=seeds)
def test_users_of_a_telephone_are_counted_by_family_over_two_quarters(seed: int) -> None:
    """K01: three persons in 180 days (two quarters) who share no name; a firm is no person."""
    chance = random.Random(seed)
    state = IdentifierState(PHONE, {}, EntityState(PHONE))
    users: list[tuple[int, int, set[int], bool]] = []
    base = START_MS // QUARTER_MS
    for n in range(chance.randint(3, 9)):
        first = chance.randrange(6)
        last, names, is_person = first + chance.choice([0, 0, 1, 3]), {chance.randrange(8), 10 + n}, chance.random() < 0.9
        users.append((first, last, names, is_person))
        event = event_of(pay(f"u{n}", "r", first * 90, 100), SENDER)
        keys = tuple(sorted(key_of(str(name))[:8] for name in names))
        state.users[event.mine] = User(base + first, base + last, event, Profile(is_person, "", 0, keys, ()))
    expected = []
    for quarter in sorted({first for first, _, _, is_person in users if is_person}):
        groups: list[set[int]] = []
        for first, last, names, is_person in users:
            if is_person and first <= quarter and last >= quarter - 1:
                kin = [g for g in groups if g & names]
                groups = [g for g in groups if not g & names] + [names.union(*kin)]
        if len(groups) >= 3:
            expected.append(len(groups))
    found = measured("TS-K01", SharedView(key_of("phone"), state, corridors()))
    assert [m["persons"] for _, m in found] == expected


@settings(max_examples=100, phases=PHASES)
@given(seed=seeds)
def test_newcomers_at_a_counter_are_counted_over_seven_days(seed: int) -> None:
    """K03: five customers of less than 30 days at one counter, or in one town, to one receiver within seven days."""
    chance = random.Random(seed)
    ages = {f"n{n}": chance.choice([0, 10, 29, 30, 400]) for n in range(14)}
    rows = [(h, f"n{chance.randrange(14)}", chance.choice([7, 8, 0])) for h in hours(chance, chance.randint(6, 30), 25)]
    today = START_MS // (DAY * HOUR_MS)
    joined = {who: today - age for who, age in ages.items()}
    new = [(h, who, c) for h, who, c in rows if today + h // DAY - joined[who] < 30]
    expected = []
    for desk in (7, 8, None):
        at_desk = [(h, who) for h, who, c in new if desk is None or c == desk]
        for now, _ in at_desk:
            senders = {who for h, who in at_desk if now - 7 * DAY <= h <= now}
            if len(senders) >= 5:
                expected.append((now, desk is not None, len(senders)))
    facts = []
    for h, who, c in rows:
        one = pay(who, "r", h / 24, 600, send="TR:Istanbul", counter=c)
        facts.append(msgspec.structs.replace(one, sender=msgspec.structs.replace(one.sender, since_day=joined[who])))
    found = measured("TS-K03", view_of("r", facts))
    assert sorted((at, bool(m["known"]), m["senders"]) for at, m in found) == sorted(expected)


@settings(max_examples=100, phases=PHASES)
@given(seed=seeds)
def test_wages_that_are_passed_on_are_counted_by_pay_day_over_ninety_days(seed: int) -> None:
    """W01: 70 % of a wage goes to one person within 24 hours, on two pay-days of each of three workers; a spouse is none."""
    chance = random.Random(seed)
    facts, stories, cycles = [], {}, []
    minute = 0
    for n in range(6):
        wages = []
        for month in range(chance.randint(1, 4)):
            minute += 1
            day, share, wait = (
                month * 30 + chance.randrange(4),
                chance.choice([0.9, 0.7, 0.7, 0.69]),
                chance.choice([0, 10, 24, 24.1]),
            )
            at_ms = START_MS + day * DAY * HOUR_MS + minute * 60_000
            wages.append((at_ms, 100_000))
            done_ms = at_ms + round(wait * HOUR_MS)
            one = pay(f"w{n}", "boss", n + month / 10, 1000 * share, relation="spouse" if n == 0 else "none")
            facts.append(msgspec.structs.replace(one, at_ms=done_ms))
            if n and share >= 0.7 and wait <= 24:
                cycles.append((done_ms, n))
        stories[f"w{n}"] = Story(wages=tuple(wages))
    expected = {}
    for now, _ in cycles:
        paid = [n for at, n in cycles if now - 90 * DAY * HOUR_MS <= at <= now]
        workers = {n for n in paid if paid.count(n) >= 2}
        if len(workers) >= 3:
            expected[now] = (len(workers), min(paid.count(n) for n in workers))
    (found,) = [t for t in CATALOGUE if t.id == "TS-W01"]
    hits = list(found.hits(view_of("boss", facts, stories), found.parameters))
    assert {h.at_ms: (h.measures["workers"], h.measures["cycles"]) for h in hits} == expected


@settings(max_examples=100, phases=PHASES)
@given(seed=seeds)
def test_payers_of_a_recruiter_are_counted_over_thirty_days(seed: int) -> None:
    """W03: five strangers, a median of 0.6 of the price (A4), 70 % of the sums within 25 % of the median."""
    chance = random.Random(seed)
    price = corridors().recruitment_usd("PK", "PK")
    assert price == 2358
    rows = [
        (h, f"m{chance.randrange(12)}", chance.choice([1400, 1415, 1600, 1600, 1800, 2000, 4000]))
        for h in hours(chance, chance.randint(5, 25), 90)
    ]
    strangers = [(h, who, usd) for h, who, usd in rows if who != "m0"]
    expected = {}
    for now, _, _ in strangers:
        inside = [(who, usd) for h, who, usd in strangers if now - 30 * DAY <= h <= now]
        payers, middle = {who for who, _ in inside}, median(usd for _, usd in inside)
        near = sum(4 * abs(usd - middle) <= middle for _, usd in inside)
        if len(payers) >= 5 and middle >= 0.6 * price and 10 * near >= 7 * len(inside):
            expected[now] = (len(payers), middle * 100)
    facts = [
        pay(
            who,
            "agent",
            h / 24,
            usd,
            send="PK:Gujrat",
            pay="PK:Gujrat",
            purpose="travel",
            relation="spouse" if who == "m0" else "none",
        )
        for h, who, usd in rows
    ]
    assert {at: (m["payers"], m["median"]) for at, m in measured("TS-W03", view_of("agent", facts))} == expected
