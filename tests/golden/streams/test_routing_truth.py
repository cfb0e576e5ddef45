"""Routing of the reference cases, transfer by transfer as the truth lists them."""

import gzip
import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from schemas.finding import Evidence
from schemas.fius import load_fius, load_sharing
from schemas.registry import Licence, Partner
from schemas.report import Considered, FilingPlan
from streams.routing import Jurisdictions, Matter, route

CASES = Path(__file__).parents[3].parent / "shared" / "reference" / "cases"
SETS = (
    ("truth.json", "events.jsonl.gz"),
    ("variant_1.truth.json", "variant_1.jsonl.gz"),
    ("variant_2.truth.json", "variant_2.jsonl.gz"),
)
IDS = ("CS01", "CS03", "CS04", "CS06", "CS07", "CS09", "CS10", "CS13", "CS15")
FIUS = load_fius()


@cache
def truth(number: int) -> dict[str, dict[str, Any]]:
    path = CASES / SETS[number][0]
    if not path.exists():
        pytest.skip(f"../shared/reference/cases/{path.name} is not here")
    return {case["id"]: case for case in json.loads(path.read_text(encoding="utf-8"))["cases"]}


@cache
def events(number: int) -> dict[str, dict[str, Any]]:
    with gzip.open(CASES / SETS[number][1], "rt", encoding="utf-8") as lines:
        return {event["transfer_id"]: event for event in map(json.loads, lines)}


def country(event: dict[str, Any], agent: str, party: str) -> str:
    if event.get(agent):
        return str(event[agent]["country"])
    addresses = (event.get(party) or {}).get("addresses") or []
    return str(addresses[0]["country"]) if addresses else ""


def route_case(number: int, case_id: str) -> tuple[tuple[FilingPlan, ...], tuple[Considered, ...]]:
    case = truth(number)[case_id]
    demo = Partner("demo", "Demo", "mto", "strgw.transfer/1", "DE", tuple(Licence(code, f"demo-{code}") for code in FIUS))
    evidence = []
    for n, transfer_id in enumerate(case["transfers"]):
        event = events(number)[transfer_id]
        sent, paid = country(event, "send_agent", "sender"), country(event, "pay_agent", "receiver")
        evidence.append(
            Evidence(n.to_bytes(16, "big"), 0, n, 0, n, "demo", b"s", b"r", 1, "USD", 1, event["channel"], sent, paid, "", "")
        )
    return route(Matter(tuple(evidence), 1_710_000_000_000), Jurisdictions({"demo": demo}, FIUS, load_sharing()))


@pytest.mark.parametrize("case_id", IDS)
@pytest.mark.parametrize("number", [0, 1, 2], ids=["events", "variant_1", "variant_2"])
def test_a_primary_unit_of_the_case_gets_the_filing_and_nobody_outside_it(number: int, case_id: str) -> None:
    expect = truth(number)[case_id]["expect"]["fius"]
    plans, considered = route_case(number, case_id)
    filed = {plan.country for plan in plans if plan.obligation == "file"}
    assert filed & {fiu["country"] for fiu in expect["primary"]}
    assert {plan.country for plan in plans} <= set(truth(number)[case_id]["countries"])
    assert {plan.country for plan in plans if plan.obligation != "hold"}.isdisjoint(expect["no_onward"])
    assert {c.country for c in considered} >= {plan.country for plan in plans}


def test_all_primary_units_of_the_ransom_case_get_a_filing() -> None:
    plans, _ = route_case(0, "CS09")
    assert {plan.country for plan in plans if plan.obligation == "file"} >= {"SE", "SA", "US", "ET"}


def test_afghanistan_is_held_in_the_route_case() -> None:
    plans, considered = route_case(0, "CS07")
    assert [(plan.country, plan.obligation) for plan in plans] == [("DE", "file"), ("TR", "file"), ("AF", "hold")]
    assert next(c.outcome for c in considered if c.country == "AF") == "hold"
