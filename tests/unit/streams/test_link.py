"""Linking: what shares a party or a transfer within 90 days is one case, whatever the order of arrival."""

import itertools

import msgspec

from ops.chain import MemoryState
from schemas.case import Case
from schemas.codec import Codec
from schemas.finding import Evidence, Finding
from streams.link import Link

DAY = 86_400_000
FINDINGS, CASES = Codec(Finding), Codec(Case)


def finding(name: str, payer: int, collector: int, day: int, score: float = 0.5, typology: str = "TS-F01") -> Finding:
    sender, receiver = bytes([payer]) * 16, bytes([collector]) * 16
    at = (1000 + day) * DAY
    item = Evidence(
        name.encode().ljust(16), 0, 0, 0, at, "p", sender, receiver, 1, "USD", 100, "cash_to_cash", "DE", "TR", "", ""
    )
    return Finding(
        name, 1, "open", typology, 1, "s", receiver, 0, 0, at, at, 1.0, score, score, name, ((at, 1.0),), (),
        {sender: "payer", receiver: "collector"}, ("newness",), (), (), (item,),
    )  # fmt: skip


def cases(order: list[Finding]) -> dict[str, Case]:
    """Newest version of every case after the findings arrived one commit each."""
    link, state, newest = Link(1), MemoryState(), {}
    for offset, item in enumerate(order):
        link.apply(state, FINDINGS.encode(item), 0, offset)
        for output in link.flush(state):
            case = CASES.decode(output.value)
            newest[case.case_id] = case
    return newest


def standing(order: list[Finding]) -> list[tuple[str, tuple[str, ...], float]]:
    alive = [c for c in cases(order).values() if c.state == "open"]
    return sorted((c.case_id, tuple(sorted(f.finding_id for f in c.findings)), c.score) for c in alive)


def test_findings_that_share_a_payer_are_one_case() -> None:
    found = [finding("a", 1, 9, 0, typology="TS-P01"), finding("b", 1, 8, 20)]
    assert standing(found) == [("a", ("a", "b"), 0.75)]


def test_findings_of_strangers_are_two_cases() -> None:
    found = [finding("a", 1, 9, 0, 0.7), finding("b", 2, 8, 20, 0.7)]
    assert [c[0] for c in standing(found)] == ["a", "b"]


def test_ninety_one_days_apart_is_not_one_case() -> None:
    found = [finding("a", 1, 9, 0, 0.7), finding("b", 1, 8, 91, 0.7)]
    assert [c[0] for c in standing(found)] == ["a", "b"]


def test_below_the_line_nothing_is_published() -> None:
    assert cases([finding("a", 1, 9, 0, 0.5)]) == {}


def test_a_bridge_between_two_open_cases_merges_the_younger_into_the_older() -> None:
    a, b = finding("a", 1, 9, 0, 0.7), finding("b", 2, 8, 20, 0.7, "TS-P01")
    bridge = msgspec.structs.replace(finding("c", 1, 8, 30, 0.3, "TS-S05"))
    newest = cases([a, b, bridge])
    assert newest["b"].state == "merged" and newest["b"].merged_into == "a"
    assert newest["a"].supersedes == ("b",)
    assert len(newest["a"].findings) == 3


def test_a_withdrawn_finding_takes_its_case_back() -> None:
    a = finding("a", 1, 9, 0, 0.7)
    gone = msgspec.structs.replace(a, version=2, state="withdrawn", evidence=(), parts={})
    assert cases([a, gone])["a"].state == "withdrawn"


def test_a_withdrawn_bridge_splits_the_case_again() -> None:
    a, b = finding("a", 1, 9, 0, 0.7), finding("b", 2, 8, 20, 0.7, "TS-P01")
    bridge = finding("c", 1, 8, 30, 0.3, "TS-S05")
    gone = msgspec.structs.replace(bridge, version=2, state="withdrawn", evidence=(), parts={})
    assert [c[0] for c in standing([a, b, bridge, gone])] == ["a", "b"]


def test_the_order_of_arrival_leaves_no_trace() -> None:
    found = [
        finding("a", 1, 9, 0),
        finding("b", 1, 8, 20, typology="TS-P01"),
        finding("c", 2, 8, 40, typology="TS-S05"),
        finding("d", 3, 7, 50, 0.7),
    ]
    expected = standing(found)
    assert len(expected) == 2
    for order in itertools.permutations(found):
        assert standing(list(order)) == expected


def test_suspicion_forms_when_the_score_first_reaches_the_line() -> None:
    found = [finding("a", 1, 9, 0, 0.5), finding("b", 1, 9, 20, 0.5, "TS-P01"), finding("c", 1, 9, 40, 0.3, "TS-S05")]
    case = cases(found)["a"]
    assert case.suspicion_formed_ms == 1020 * DAY
    assert case.formed_by == ("a", "b")
