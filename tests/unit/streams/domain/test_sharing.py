from pathlib import Path

import pytest
import yaml

from schemas.fius import load_fius, load_sharing
from streams.domain.sharing import MayShare, may_share

FIUS, SHARING = load_fius(), load_sharing()
SAMPLE = Path(__file__).parents[4].parent / "shared" / "reference" / "sharing_agreements.sample.yaml"


def ask(sender: str, country: str) -> MayShare:
    return may_share(FIUS[sender], country, FIUS, SHARING)


@pytest.mark.parametrize(
    ("sender", "country", "allowed", "says"),
    [
        ("DE", "TR", True, "EGMONT covers DE and TR"),
        ("KZ", "KG", True, "EGMONT"),
        ("DE", "FR", True, "EGMONT"),
        ("PK", "AE", True, "PK-AE covers PK and AE"),
        ("AE", "PK", True, "PK-AE"),
        ("GB", "PK", True, "PK-GB"),
        ("PK", "UZ", False, "no basis"),
        ("PK", "IT", False, "no basis"),
        ("DE", "AF", False, "no channel"),
        ("CN", "AF", False, "no channel"),
        ("DE", "IR", False, "legal approval"),
        ("PK", "IR", False, "legal approval"),
        ("DE", "RU", False, "legal approval"),
        ("AF", "UA", False, "no channel"),
        ("RU", "KZ", False, "legal approval"),
        ("DE", "KE", False, "not confirmed as a member"),
        ("DE", "OM", False, "not confirmed as a member"),
        ("DE", "VN", False, "no member"),
        ("TR", "IQ", False, "not confirmed as a member"),
        ("PK", "GR", False, "no unit for GR"),
        ("US", "LY", False, "no unit for LY"),
        ("SE", "SD", False, "no unit for SD"),
    ],
)
def test_a_proposal_needs_a_basis_that_covers_both_and_no_gate(sender: str, country: str, allowed: bool, says: str) -> None:
    answer = ask(sender, country)
    assert answer.allowed is allowed
    assert says in answer.why
    assert bool(answer.basis) is allowed


def test_nothing_is_ever_proposed_to_or_from_a_unit_behind_a_gate() -> None:
    gated = {"AF", "IR", "RU"}
    allowed = {(a, b) for a in FIUS for b in FIUS if a != b and ask(a, b).allowed}
    assert allowed
    assert not {pair for pair in allowed if gated & set(pair)}


def test_doubted_membership_gives_low_confidence() -> None:
    assert [step.confidence for step in ask("KZ", "TM").basis] == ["L"]
    assert [step.confidence for step in ask("KZ", "UZ").basis] == ["H"]


def test_an_agreement_whose_state_is_unknown_carries_nothing() -> None:
    assert all("IR-UZ" not in step.rule for sender in FIUS for step in ask(sender, "UZ").basis)


def test_agreements_in_force_match_the_sample_registry() -> None:
    if not SAMPLE.exists():
        pytest.skip("../shared/reference/sharing_agreements.sample.yaml is not here")
    sample = yaml.safe_load(SAMPLE.read_text(encoding="utf-8"))
    theirs = {frozenset(a["parties"]) for a in sample["agreements"] if a["kind"] == "bilateral" and a["in_force"] is True}
    ours = {frozenset(a.members) for a in SHARING.agreements if a.id not in ("EGMONT", "EU") and a.in_force == "yes"}
    assert ours == theirs
    union = next(a for a in sample["agreements"] if a["kind"] == "union_law")["parties"]
    assert set(union) == set(next(a for a in SHARING.agreements if a.id == "EU").members)
