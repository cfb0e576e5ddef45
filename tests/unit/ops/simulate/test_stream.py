"""The stream as a whole: repeatable, in order of time, exact in number, taken in without a rejection, made as it is read."""

import ast
import json
from collections import Counter
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from connectors.partners.accept import Acceptor
from connectors.partners.registry import load_partners
from ops.simulate.catalogue import PATTERNS, TYPOLOGIES
from ops.simulate.feasts import day_number
from ops.simulate.population import CACHED
from ops.simulate.stream import Order, Simulation
from ops.simulate.truth import case_document
from schemas.transfer import Coordinate, Transfer
from streams.domain.identity import Keyring

FIRST = day_number(date(2024, 1, 1))
THIRTY = {
    f"TS-{family}{i:02d}" for family, last in (("F", 8), ("P", 7), ("W", 5), ("K", 5), ("S", 5)) for i in range(1, last + 1)
}
MODULES = Path(__file__).parents[4] / "ops/simulate"
ALLOWED = {"schemas.native"}  # the format of the events; no reference data, no stage, no detector
NOW_MS = 1_800_000_000_000


def made(**changes: Any) -> tuple[list[bytes], list[dict[str, Any]], Simulation]:
    order = Order(events=6_000, seed=4, first_day=FIRST, days=150, planted_share=0.3)._replace(**changes)
    simulation, cases = Simulation(order), []
    lines = list(simulation.lines(lambda planned, scene: cases.append(case_document(planned, scene))))
    return lines, cases, simulation


@pytest.fixture(scope="module")
def stream() -> tuple[list[bytes], list[dict[str, Any]], Simulation]:
    return made()


def test_the_same_seed_and_size_give_the_same_bytes(stream: Any) -> None:
    lines, cases, _ = made()
    assert (lines, cases) == stream[:2]


def test_another_seed_gives_another_stream(stream: Any) -> None:
    assert set(made(seed=5)[0]).isdisjoint(stream[0])


def test_there_are_exactly_as_many_events_as_ordered_and_no_id_twice(stream: Any) -> None:
    lines, _, simulation = stream
    ids = {json.loads(line)["transfer_id"] for line in lines}
    assert len(lines) == len(ids) == 6_000
    assert simulation.lawful + simulation.planted + simulation.lookalikes == 6_000


@pytest.mark.parametrize(("events", "days"), [(1, 1), (7, 400), (900, 1), (2_000, 3)])
def test_odd_sizes_are_exact_too(events: int, days: int) -> None:
    assert len(made(events=events, days=days)[0]) == events


def test_events_come_in_order_of_time(stream: Any) -> None:
    times = [datetime.fromisoformat(json.loads(line)["occurred_at"]) for line in stream[0]]
    assert times == sorted(times)


def test_every_event_is_taken_in(stream: Any) -> None:
    acceptor = Acceptor(load_partners()["demo"], Keyring(b"m" * 32), lambda: NOW_MS)
    for line in stream[0]:
        assert isinstance(acceptor.accept(line, Coordinate("partner.demo.transfers", 0, 0)), Transfer), line


def test_every_typology_of_the_reference_is_planted(stream: Any) -> None:
    assert set(TYPOLOGIES) == THIRTY
    assert {case["typology"] for case in stream[1] if not case["negative_control"]} == set(stream[2].counts) == set(PATTERNS)


def test_only_the_typologies_asked_for_are_planted() -> None:
    _, cases, simulation = made(typologies=("TS-P03", "TS-F01"))
    assert set(simulation.counts) == {"TS-P03", "TS-F01"} == {case["typology"] for case in cases}


def test_planted_events_keep_within_the_share_asked_for(stream: Any) -> None:
    assert 0.25 * 6_000 < stream[2].planted <= 0.3 * 6_000


def test_nothing_is_planted_where_nothing_is_asked_for() -> None:
    lines, cases, simulation = made(planted_share=0.0)
    assert (len(lines), cases, simulation.lawful) == (6_000, [], 6_000)


def test_every_transfer_of_a_case_is_in_the_stream_and_in_one_case_only(stream: Any) -> None:
    lines, cases, simulation = stream
    ids = {json.loads(line)["transfer_id"] for line in lines}
    listed = Counter(transfer for case in cases for transfer in case["transfers"])
    assert set(listed) <= ids
    assert set(listed.values()) == {1}
    assert listed.total() == simulation.planted + simulation.lookalikes


def test_no_lawful_event_touches_a_subject(stream: Any) -> None:
    lines, cases, _ = stream
    subjects = {number for case in cases for number in case["expect"]["subjects"]}
    listed = {transfer for case in cases for transfer in case["transfers"]}
    for event in map(json.loads, lines):
        if event["transfer_id"] not in listed:
            assert not {event[side].get("party_id") for side in ("sender", "receiver") if side in event} & subjects


def test_events_are_made_as_they_are_read_and_people_are_not_kept() -> None:
    simulation = Simulation(Order(10_000_000, 1, FIRST, 4_00, 0.0))
    lines = simulation.lines(lambda planned, scene: None)
    for _ in range(3_000):
        next(lines)
    assert simulation.remembered <= 6 * CACHED
    assert simulation.last_at == ""


def test_the_generator_shares_nothing_with_what_it_measures_but_the_format() -> None:
    imported = set()
    for path in MODULES.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = (
                [alias.name for alias in node.names]
                if isinstance(node, ast.Import)
                else [node.module or ""]
                if isinstance(node, ast.ImportFrom)
                else []
            )
            imported |= {name for name in names if name.split(".")[0] in ("streams", "schemas", "connectors", "ops")}
    assert {name for name in imported if not name.startswith("ops.simulate")} == ALLOWED
