"""What the demonstration counts and times, from the versions that a reader sees."""

from typing import Any

import pytest

from ops.demo.follow import Results, _Case, _Finding
from schemas.finding import Evidence


def evidence(*uids: bytes) -> tuple[Evidence, ...]:
    return tuple(Evidence(uid, 0, 0, 0, 0, "demo", b"s", b"r", 1, "USD", 1, "cash_to_cash", "AE", "KG", "", "") for uid in uids)


def finding(number: str, *uids: bytes, **more: Any) -> _Finding:
    return _Finding(number, more.get("typology", "TS-F01"), more.get("state", "open"), evidence(*uids))


@pytest.fixture
def results() -> Results:
    return Results({b"first": 100.0, b"second": 103.0})


def test_latency_runs_from_the_newest_evidence_to_the_reading(results: Results) -> None:
    results.finding(finding("f", b"first", b"second"), 103.25)
    assert results.latencies == [0.25]
    assert results.latency_ms(0.5) == 250.0


def test_version_without_new_evidence_says_nothing_about_speed(results: Results) -> None:
    results.finding(finding("f", b"first"), 100.1)
    results.finding(finding("f", b"first"), 150.0)
    results.finding(finding("f", b"first", b"second"), 103.5)
    assert results.latencies == pytest.approx([0.1, 0.5])


def test_evidence_that_was_never_posted_here_is_not_timed(results: Results) -> None:
    results.finding(finding("f", b"stranger"), 100.0)
    assert results.latencies == []
    assert results.latency_ms(0.99) is None


def test_p99_of_a_hundred_is_not_the_slowest_but_one_of_two_is(results: Results) -> None:
    results.latencies = [0.001 * n for n in range(1, 101)]
    assert (results.latency_ms(0.5), results.latency_ms(0.99), results.latency_ms(1.0)) == (51.0, 100.0, 100.0)
    results.latencies = [0.001 * n for n in range(1, 1001)]
    assert results.latency_ms(0.99) == 991.0


def test_withdrawn_findings_and_merged_cases_do_not_count(results: Results) -> None:
    results.finding(finding("f", b"first"), 101.0)
    results.finding(finding("g", b"first", typology="TS-K01"), 101.0)
    results.finding(finding("f", b"first", state="withdrawn"), 102.0)
    results.case(_Case("c", "open"))
    results.case(_Case("d", "open"))
    results.case(_Case("d", "merged"))
    assert results.by_typology() == {"TS-K01": 1}
    assert results.open_cases() == 1
