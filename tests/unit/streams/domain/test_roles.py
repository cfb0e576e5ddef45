"""Role precedence: victim > ransom payer > migrant > account holder > collector > coordinator > family payer (typologies A7); protected people are never subjects."""

import msgspec
import pytest

from schemas.case import SUBJECT_ROLES
from schemas.finding import Evidence, Finding
from streams.domain.roles import roles_of

A, B, C, D, X = (bytes([i]) * 16 for i in range(1, 6))

_EMPTY = Finding("f", 1, "open", "TS-F01", 1, "s", A, 0, 0, 0, 0, 0.6, 0.5, 0.3, "", (), (), {}, (), (), (), ())


def finding(parts: dict[bytes, str]) -> Finding:
    return msgspec.structs.replace(_EMPTY, parts=parts)


def paid(sender: bytes, receiver: bytes | None, number: int) -> Evidence:
    return Evidence(bytes([number]) * 16, 0, 0, 0, number, "p", sender, receiver, 1, "USD", 1, "cash_to_cash", "DE", "TR", "", "")


def role(findings: list[Finding], evidence: list[Evidence], party: bytes) -> str:
    return next(p.role for p in roles_of(findings, evidence) if p.key == party)


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        (["worker", "collector", "payer"], "victim"),
        (["ransom_payer", "collector"], "protected"),
        (["migrant", "collector"], "protected"),
        (["account_holder", "collector", "passes_on"], "unknown"),
        (["worker", "account_holder"], "victim"),
        (["controlled", "collector", "structurer"], "unknown"),
        (["coordinator", "payer"], "subject"),
        (["collector", "payer"], "subject"),
        (["payer", "structurer"], "family_payer"),
        (["structurer"], "subject"),
        (["passes_on"], "unknown"),
        (["shares"], "involved"),
    ],
)
def test_the_most_protective_part_decides(parts: list[str], expected: str) -> None:
    assert role([finding({A: part}) for part in parts], [], A) == expected


def test_who_only_appears_in_a_transfer_is_involved() -> None:
    assert role([], [paid(A, B, 1)], B) == "involved"


def test_who_gathers_from_three_and_passes_on_is_a_subject() -> None:
    evidence = [paid(A, X, 1), paid(B, X, 2), paid(C, X, 3)]
    assert role([finding({X: "passes_on"})], evidence, X) == "subject"
    assert role([finding({X: "passes_on"})], evidence[:2], X) == "unknown"


def test_a_relative_who_gathers_donations_and_pays_a_ransom_is_protected() -> None:
    evidence = [paid(A, X, 1), paid(B, X, 2), paid(C, X, 3), paid(X, D, 4)]
    found = [finding({X: "collector", A: "payer"}), finding({X: "ransom_payer", D: "collector"})]
    assert role(found, evidence, X) == "protected"
    assert "protected" not in SUBJECT_ROLES
