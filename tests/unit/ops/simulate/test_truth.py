"""The truth file has the format of the reference cases, and says who is to be named and who is to be spared."""

import json
from pathlib import Path
from typing import Any

import pytest

from ops.simulate.cast import PRESENTATIONS
from ops.simulate.catalogue import PATTERNS
from ops.simulate.truth import TruthFile

REFERENCE = Path(__file__).parents[5] / "shared/reference/cases/truth.json"
ALL = [(pattern.typology, shape.name) for pattern in PATTERNS.values() for shape in pattern.shapes]
SUBJECT_ROLES = {"smuggler", "facilitator", "recruiter", "exploiter", "unknown"}
SPARED_ROLES = {"family_payer", "victim", "smuggled_person"}


def test_a_case_has_every_field_of_a_reference_case(act: Any) -> None:
    if not REFERENCE.exists():
        pytest.skip("the reference cases are not beside the repository")
    reference = json.loads(REFERENCE.read_bytes())["cases"][0]
    case = act("TS-F01", "stage").truth
    assert set(reference) <= set(case)
    assert set(reference["expect"]) == set(case["expect"])
    assert set(reference["expect"]["fius"]) == set(case["expect"]["fius"])
    assert set(reference["flows"][0]) == set(case["flows"][0])
    assert set(reference["parties"][0]) == set(case["parties"][0])


@pytest.mark.parametrize(("typology", "shape"), ALL)
@pytest.mark.parametrize("presentation", PRESENTATIONS)
def test_subjects_and_protected_are_who_their_roles_say(act: Any, typology: str, shape: str, presentation: str) -> None:
    truth = act(typology, shape, presentation, 2).truth
    numbers = {
        role: {n for p in truth["parties"] if p["role"] == role for n in p["party_ids"]} for role in SUBJECT_ROLES | SPARED_ROLES
    }
    assert set(truth["expect"]["subjects"]) == set().union(*(numbers[role] for role in SUBJECT_ROLES))
    assert set(truth["expect"]["protect"]) == set().union(*(numbers[role] for role in SPARED_ROLES))
    assert set(truth["expect"]["protect"]) <= set(truth["expect"]["must_not_subject"])
    assert set(truth["expect"]["subjects"]).isdisjoint(truth["expect"]["must_not_subject"])


@pytest.mark.parametrize(("typology", "shape"), ALL)
def test_a_pattern_can_be_known_by_its_last_transfer_and_not_by_its_first(act: Any, typology: str, shape: str) -> None:
    case = act(typology, shape, "plain", 3)
    assert 1 < case.truth["first_knowable_after"] <= len(case.rows)
    assert case.truth["expect"]["detectors"] == list(PATTERNS[typology].detectors or [typology])


@pytest.mark.parametrize("typology", sorted(PATTERNS))
def test_a_look_alike_expects_nothing_of_anybody(act: Any, typology: str) -> None:
    truth = act(typology, PATTERNS[typology].lookalike.name).truth
    assert truth["negative_control"] and truth["offence"] == "none" and not truth["accept_offence"]
    assert not truth["expect"]["report"] and not truth["expect"]["subjects"] and not truth["expect"]["detectors"]
    assert {party["role"] for party in truth["parties"]} == {"benign"}


def test_where_the_money_is_taken_in_there_is_the_primary_fiu(act: Any) -> None:
    case = act("TS-F01", "stage", "plain", 1)
    countries = {row.send_town[:2] for row in case.rows}
    assert {fiu["country"] for fiu in case.truth["expect"]["fius"]["primary"]} == countries


def test_someone_with_two_customer_numbers_can_be_known_by_phone_or_document(act: Any) -> None:
    case = act("TS-F01", "stage", "two_numbers", 1)
    collector = next(party for party in case.truth["parties"] if party["role"] == "smuggler")
    seen = [row.event["receiver"] for row in case.rows]
    assert len(collector["party_ids"]) == 2
    assert {party["party_id"] for party in seen if "party_id" in party} == set(collector["party_ids"])
    assert len({party["documents"][0]["number"] for party in seen}) == 1


def test_a_file_that_is_not_finished_is_not_there(tmp_path: Path, act: Any) -> None:
    path = tmp_path / "truth.json"
    file = TruthFile(path)
    file.head("a set")
    file.case(act("TS-F01", "stage").truth)
    assert not path.exists()
    file.close({"total": 1}, {"seed": 1})
    assert [case["typology"] for case in json.loads(path.read_bytes())["cases"]] == ["TS-F01"]
    unfinished = TruthFile(tmp_path / "other.json")
    unfinished.abandon()
    assert [child.name for child in tmp_path.iterdir()] == ["truth.json"]
