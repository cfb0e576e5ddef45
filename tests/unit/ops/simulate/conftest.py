"""Acts out single cases and reads their events back, by nothing but the events."""

import json
from collections.abc import Callable
from datetime import date, datetime
from random import Random
from typing import Any, NamedTuple

import pytest

from ops.simulate.cast import Case
from ops.simulate.catalogue import PATTERNS
from ops.simulate.feasts import day_number
from ops.simulate.plan import Planned
from ops.simulate.population import Population
from ops.simulate.scribe import Scribe
from ops.simulate.truth import case_document
from schemas.fx import fx_table
from schemas.native import NativeAmount
from schemas.native_rules import amount_of

FIRST = day_number(date(2024, 3, 1))


class Row(NamedTuple):
    """One event as an oracle reads it. `at` in hours since 1970, `local` the hour of the day, `day` the local day; parties by what names them."""

    at: float
    local: float
    day: int
    sender: str
    receiver: str
    usd: float
    send_town: str
    pay_town: str
    event: dict[str, Any]


class Act(NamedTuple):
    """A case: its rows in order of time, its truth, its events as they were written."""

    rows: list[Row]
    truth: dict[str, Any]
    lines: list[bytes]


@pytest.fixture(scope="session")
def population() -> Population:
    return Population(5, 300, 30, (FIRST, 200))


@pytest.fixture(scope="session")
def act(population: Population) -> Callable[[str, str, str, int], Act]:
    """Acts out (typology, shape, presentation, seed)."""

    def acted(typology: str, shape: str, presentation: str = "plain", seed: int = 0) -> Act:
        pattern = PATTERNS[typology]
        chosen = next(one for one in (*pattern.shapes, pattern.lookalike) if one.name == shape)
        planned = Planned(Case(seed, seed * 7919 + 1, presentation), pattern, chosen, FIRST, 0)
        scene = planned.scene(population)
        scribe = Scribe(population, Random(0))
        lines = [scribe.line(draft) for draft in sorted(scene.drafts)]
        truth = json.loads(json.dumps(case_document(planned, scene)))
        return Act(_rows([json.loads(line) for line in lines], truth), truth, lines)

    return acted


def _rows(events: list[dict[str, Any]], truth: dict[str, Any]) -> list[Row]:
    names = {number: party["ref"] for party in truth["parties"] for number in party["party_ids"]}
    by_trace: dict[str, str] = {}
    for event in events:
        for side in ("sender", "receiver"):
            party = event.get(side, {})
            if "party_id" in party:
                for trace in _traces(party):
                    by_trace.setdefault(trace, names[party["party_id"]])
    return [_row(event, names, by_trace) for event in events]


def _traces(party: dict[str, Any]) -> list[str]:
    return [*(d["number"] for d in party.get("documents", [])), party["name"].lower(), *party.get("phones", [])]


def _row(event: dict[str, Any], names: dict[str, str], by_trace: dict[str, str]) -> Row:
    when = datetime.fromisoformat(event["occurred_at"])
    cents = fx_table().usd_minor(amount_of(NativeAmount(**event["amount"])), int(when.timestamp() * 1000))

    def who(side: str) -> str:
        party = event.get(side)
        if party is None:
            return ""
        known = names.get(party.get("party_id", ""))
        return known or next((by_trace[trace] for trace in _traces(party) if trace in by_trace), party["name"])

    def town(side: str, agent: str) -> str:
        party = event.get(side, {})
        place: dict[str, Any] = event.get(agent) or next(iter(party.get("addresses", [])), {})
        return f"{place.get('country', '')} {place.get('city', '')}"

    local = when.hour + when.minute / 60
    at = when.timestamp() / 3600
    towns = town("sender", "send_agent"), town("receiver", "pay_agent")
    return Row(at, local, day_number(when.date()), who("sender"), who("receiver"), cents / 100, *towns, event)
