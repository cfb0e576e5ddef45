"""What the flow typologies count, against slow counts written from the words of typologies A4 and A7, on random streams.

A row is one payment as a person would note it; hours count from the first of March 2024. Every count is taken anew for every
payment, over all rows: nothing is kept from one window to the next.
"""

import random
from collections.abc import Mapping
from typing import NamedTuple

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from schemas.corridors import corridors
from schemas.observation import TransferFacts
from streams.domain.view import View
from streams.typologies import CATALOGUE
from streams.typologies.build import HOUR_MS, START_MS, pay, view_of

DAY = 24
seeds = st.integers(0, 2**32)
PHASES = (Phase.explicit, Phase.generate)  # a smaller seed is no simpler stream


class Row(NamedTuple):
    """One payment: when (hours), the party on the other side, US dollars, whether the two are kin."""

    hour: int
    who: str
    usd: int
    kin: bool = False
    town: str = "DE:Hamburg"
    channel: str = "cash_to_cash"


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


def paid_in(rows: list[Row], pay_town: str = "TR:Van") -> list[TransferFacts]:
    """The rows as payments to "r"; the first payment between kin says so, the others say nothing (memory per pair)."""
    told: set[str] = set()
    facts = []
    for row in rows:
        says = row.kin and row.who not in told
        told |= {row.who}
        relation = "spouse" if says else "none"
        facts.append(
            pay(row.who, "r", row.hour / 24, row.usd, send=row.town, pay=pay_town, channel=row.channel, relation=relation)
        )
    return facts


@settings(max_examples=150, phases=PHASES)
@given(seed=seeds)
def test_funnel_counts_the_senders_and_towns_of_thirty_days(seed: int) -> None:
    """F01, receiver in a border town, three quarters of the sums at a price: three sender towns; or two towns and the prices; or ten
    senders from two countries. New: the pair's first payment lies in the window (A7 "New")."""
    chance = random.Random(seed)
    towns = ["DE:Hamburg", "DE:Munich", "AT:Vienna", "DE:Berlin"][: chance.randint(1, 4)]
    home = {f"s{i}": (chance.choice(towns), chance.random() < 0.15) for i in range(14)}
    rows = [
        Row(h, who, chance.choice([500, 700, 2000, 30]), home[who][1], home[who][0])
        for h in hours(chance, chance.randint(10, 45), 80)
        for who in [chance.choice(sorted(home))]
    ]
    strangers = [r for r in rows if not r.kin]
    expected = {}
    for now in strangers:
        window = within(strangers, now.hour, 30)
        senders = {r.who for r in window}
        new = [s for s in senders if min(r.hour for r in strangers if r.who == s) >= now.hour - 30 * DAY]
        places, countries = {r.town for r in window}, {r.town[:2] for r in window}
        priced = sum(corridors().in_fee_band(r.usd * 100, "TR") for r in window)
        shapes = (
            len(places) >= 3,
            len(places) >= 2 and 2 * priced >= len(window),
            len(senders) >= 10 and (len(places) >= 3 or len(countries) >= 2),
        )
        if len(senders) >= 5 and 10 * len(new) >= 7 * len(senders) and any(shapes):
            expected[now.hour] = (len(senders), len(places), len(window))
    found = measured("TS-F01", view_of("r", paid_in(rows)))
    assert {at: (m["senders"], m["towns"], m["payments"]) for at, m in found} == expected


@settings(max_examples=80, phases=PHASES)
@given(seed=seeds)
def test_hub_counts_the_receivers_along_one_route_in_thirty_days(seed: int) -> None:
    """F02: four receivers in two towns of one route, or eight in its towns. Two live in every town, so it is nobody's journey; the sums
    are above the slow form's."""
    chance = random.Random(seed)
    places = ["TR:Van", chance.choice(["IR:Urmia", "TR:Van"]), "DE:Berlin"]
    rows = [
        Row(h, f"r{n}", 4000, n == 0, places[n % 3])
        for h in hours(chance, chance.randint(8, 40), 100)
        for n in [chance.randrange(15)]
    ]
    kin = {r.who for r in rows if r.kin}
    crew = [r for r in rows if r.who not in kin and r.town != "DE:Berlin"]
    expected = {}
    for now in crew:
        window = within(crew, now.hour, 30)
        receivers = {r.who for r in window}
        if (len(receivers) >= 4 and len({r.town for r in window}) >= 2) or len(receivers) >= 8:
            expected[now.hour] = len(receivers)
    facts = [
        pay("hub", r.who, r.hour / 24, r.usd, send="DE:Hamburg", pay=r.town, relation="spouse" if r.kin else "none") for r in rows
    ]
    assert {at: m["receivers"] for at, m in measured("TS-F02", view_of("hub", facts))} == expected


@settings(max_examples=100, phases=PHASES)
@given(seed=seeds)
def test_pass_through_weighs_what_left_against_what_came_in_thirty_days(seed: int) -> None:
    """F03: five unrelated payers, 60 to 130 % of the sum leaves as cash, abroad or in sums of 1,000 and more; own cash-in and payroll
    are no inflow."""
    chance = random.Random(seed)
    ins = [
        Row(h, who, chance.choice([150, 300, 800]), who == "s0", channel=channel)
        for h in hours(chance, chance.randint(8, 30), 70)
        for who, channel in [
            chance.choice([*((f"s{i}", "cash_to_wallet") for i in range(8)), ("m", "cash_in"), ("firm", "payroll")])
        ]
    ]
    outs = [
        Row(h, who, usd, town=town, channel=channel)
        for h in hours(chance, chance.randint(1, 8), 80)
        for who, usd, town, channel in [
            chance.choice(
                [
                    ("", 900, "US:Houston", "cash_out"),
                    ("x", 700, "MX:Tijuana", "wallet_to_wallet"),
                    ("y", 1000, "US:Houston", "wallet_to_wallet"),
                    ("y", 999, "US:Houston", "wallet_to_wallet"),
                ]
            )
        ]
    ]
    leaving = [r for r in outs if r.usd != 999]
    flow = [r for r in ins if r.who not in ("m", "firm", "s0")]
    expected = {}
    for now in leaving:
        came, went = within(flow, now.hour, 30), within(leaving, now.hour, 30)
        total_in, total_out = sum(r.usd for r in came), sum(r.usd for r in went)
        payers = len({r.who for r in came})
        if payers >= 5 and 60 * total_in <= 100 * total_out <= 130 * total_in:
            expected[now.hour] = (payers, total_in, total_out)
    facts = [
        pay(
            r.who,
            "m",
            r.hour / 24,
            r.usd,
            send="US:Houston",
            pay="US:Houston",
            channel=r.channel,
            relation="spouse" if r.kin else "none",
        )
        for r in ins
    ]
    facts += [pay("m", r.who, r.hour / 24, r.usd, send="US:Houston", pay=r.town, channel=r.channel) for r in outs]
    found = measured("TS-F03", view_of("m", facts))
    assert {at: (m["payers"], round(m["in_usd"]), round(m["out_usd"])) for at, m in found} == expected


@settings(max_examples=100, phases=PHASES)
@given(seed=seeds)
def test_beneficiary_counts_the_countries_of_sixty_days(seed: int) -> None:
    """F04: four unrelated senders from three countries in 60 days; or collected in two countries in 30 days from three senders (A7)."""
    chance = random.Random(seed)
    lands = ["DE:Hamburg", "AT:Vienna", "FR:Lyon", "IT:Rome"][: chance.randint(2, 4)]
    rows = [
        Row(h, f"s{n}", 400, n == 0, chance.choice(lands))
        for h in hours(chance, chance.randint(4, 25), 150)
        for n in [chance.randrange(9)]
    ]
    counters = [chance.choice(["TR:Van", "TR:Van", "TR:Izmir", "IR:Urmia"]) for _ in rows]
    told: set[str] = set()
    facts = []
    for row, counter in zip(rows, counters, strict=True):
        facts += paid_in([row._replace(kin=row.kin and row.who not in told)], counter)
        told.add(row.who)
    strangers = [(r, c[:2]) for r, c in zip(rows, counters, strict=True) if not r.kin]
    expected: set[tuple[int, bool, int, int]] = set()
    for now, _ in strangers:
        inside = [(r, c) for r, c in strangers if now.hour - 60 * DAY <= r.hour <= now.hour]
        senders, sent_from = {r.who for r, _ in inside}, {r.town[:2] for r, _ in inside}
        if len(senders) >= 4 and len(sent_from) >= 3:
            expected.add((now.hour, False, len(senders), len(sent_from)))
        inside = [(r, c) for r, c in inside if r.hour >= now.hour - 30 * DAY]
        senders, collected_in = {r.who for r, _ in inside}, {c for _, c in inside}
        if len(senders) >= 3 and len(collected_in) >= 2:
            expected.add((now.hour, True, len(senders), len(collected_in)))
    found = measured("TS-F04", view_of("r", facts))
    seen = {
        (at, bool(m["collected"]), m["senders"], m["pay_countries" if m["collected"] else "send_countries"]) for at, m in found
    }
    assert seen == expected
