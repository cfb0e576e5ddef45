"""The lawful part lives as people do: seasons, feasts, school, kin with one name, shared telephones, queues, opening hours."""

import json
from collections import Counter, defaultdict
from datetime import date, datetime
from itertools import pairwise
from typing import Any

import pytest

from ops.simulate.feasts import day_number, day_of, gift_day, is_feast_time, is_school_start
from ops.simulate.stream import Order, Simulation

FIRST = day_number(date(2024, 1, 1))


@pytest.fixture(scope="module")
def year() -> list[dict[str, Any]]:
    simulation = Simulation(Order(30_000, 2, FIRST, 366, 0.0))
    return [json.loads(line) for line in simulation.lines(lambda planned, scene: None)]


def home_bound(year: list[dict[str, Any]], host: str, home: str) -> list[dict[str, Any]]:
    def country(event: dict[str, Any], side: str, agent: str) -> str:
        place: dict[str, Any] = event.get(agent) or next(iter(event.get(side, {}).get("addresses", [])), {})
        return str(place.get("country", ""))

    return [e for e in year if (country(e, "sender", "send_agent"), country(e, "receiver", "pay_agent")) == (host, home)]


def month(event: dict[str, Any]) -> int:
    return int(event["occurred_at"][5:7])


def test_labour_sends_more_in_summer_than_in_winter(year: list[dict[str, Any]]) -> None:
    sent = [event for home in ("TJ", "UZ", "KG") for event in home_bound(year, "RU", home)]
    months = Counter(map(month, sent))
    assert sum(months[m] for m in (6, 7, 8, 9)) > 1.15 * sum(months[m] for m in (12, 1, 2, 3))


def test_more_is_sent_in_the_days_before_a_feast(year: list[dict[str, Any]]) -> None:
    sent = [
        day_number(date.fromisoformat(e["occurred_at"][:10])) for host in ("AE", "SA", "GB") for e in home_bound(year, host, "PK")
    ]
    before = sum(is_feast_time("muslim", day) for day in sent) / sum(is_feast_time("muslim", FIRST + i) for i in range(366))
    assert before > 1.25 * len(sent) / 366


def test_a_gift_lies_between_the_two_payments_and_before_the_feast() -> None:
    eid = day_number(date(2024, 4, 10))
    for after in range(eid - 40, eid + 20):
        for draw in (0.0, 0.5, 0.99):
            day = gift_day("muslim", after, after + 30, draw)
            assert day is None or (after < day < after + 30 and is_feast_time("muslim", day))
    assert gift_day("muslim", eid - 20, eid + 10, 0.5) is not None


def test_the_school_year_begins_between_20_august_and_10_september() -> None:
    days = [day_of(FIRST + i) for i in range(366) if is_school_start(FIRST + i)]
    assert (min(days), max(days), len(days)) == (date(2024, 8, 20), date(2024, 9, 10), 22)


def test_counters_are_open_by_day_only(year: list[dict[str, Any]]) -> None:
    hours = [datetime.fromisoformat(e["occurred_at"]).hour for e in year if e["channel"] in ("cash_to_cash", "cash_in")]
    assert min(hours) >= 8 and max(hours) <= 21


def test_nobody_is_served_while_another_stands_at_the_counter(year: list[dict[str, Any]]) -> None:
    served: dict[str, list[float]] = defaultdict(list)
    for event in year:
        if event["channel"] == "cash_to_cash":
            served[event["send_agent"]["agent_id"]].append(datetime.fromisoformat(event["occurred_at"]).timestamp())
    gaps = [b - a for times in served.values() for a, b in pairwise(times)]
    assert min(gaps) >= 70


def test_most_remittances_go_to_kin_of_one_name(year: list[dict[str, Any]]) -> None:
    sent = [
        e
        for e in home_bound(year, "SA", "PK")
        if e.get("relationship") in ("wife", "mother", "father", "brother", "sister", "parent")
    ]
    same = sum(e["sender"]["name"].split()[-1].lower() == e["receiver"]["name"].split()[-1].lower() for e in sent)
    assert same > 0.8 * len(sent) > 20


def test_some_households_share_a_telephone(year: list[dict[str, Any]]) -> None:
    holders: dict[str, set[str]] = defaultdict(set)
    for event in year:
        for side in ("sender", "receiver"):
            party = event.get(side, {})
            if party.get("kind") == "person" and "party_id" in party:
                for phone in party.get("phones", []):
                    holders[phone].add(party["party_id"])
    shared = sum(len(people) > 1 for people in holders.values())
    assert 0.01 < shared / len(holders) < 0.15


def test_every_kind_of_flow_and_gap_occurs(year: list[dict[str, Any]]) -> None:
    purposes = Counter(event.get("purpose", "") for event in year)
    for words in ("wages", "rent", "tuition", "savings", "taxi", "child sponsorship", "takings", "air ticket"):
        assert purposes[words], words
    assert any(purposes[words] for words in ("operation", "donation", "funeral", "flood help"))
    assert {"payroll", "card", "merchant", "virtual_asset", "cash_out", "cash_in", "wallet_to_wallet"} <= {
        e["channel"] for e in year
    }
    assert {"paid", "sent", "changed", "refunded", "cancelled"} == {e["status"] for e in year}
    for field in ("date_of_birth", "nationality", "documents", "phones", "addresses", "customer_since"):
        missing = sum(field not in e["sender"] for e in year if e["sender"]["kind"] == "person") / len(year)
        assert 0.02 < missing < 0.5, field


def test_standing_flows_fill_most_of_the_stream_and_not_all_of_it(year: list[dict[str, Any]]) -> None:
    pairs = Counter((e["sender"].get("party_id"), e["receiver"].get("party_id")) for e in year if "receiver" in e)
    again = sum(times for times in pairs.values() if times >= 3)
    assert 0.4 < again / len(year) < 0.85
