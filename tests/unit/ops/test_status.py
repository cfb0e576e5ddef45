"""Key figures are summed over processes; ages read as people say them."""

import pytest

from ops.status import EVENTS_WAITING, STAGES_BEHIND, _without_hints, age, key_figures, scrape


def test_figures_of_several_processes_are_summed_by_their_labels() -> None:
    samples = [
        ("strgw_events_total", {"partner": "a", "outcome": "accepted"}, 3.0),
        ("strgw_events_total", {"partner": "b", "outcome": "accepted"}, 4.0),
        ("strgw_events_total", {"partner": "b", "outcome": "quarantined"}, 1.0),
        ("strgw_filings_total", {"fiu": "AU", "state": "published"}, 2.0),
        ("strgw_filings_total", {"fiu": "AU", "state": "published"}, 5.0),
        ("process_cpu_seconds_total", {}, 9.0),
    ]
    assert key_figures(samples) == {
        "events by outcome": {"accepted": 7.0, "quarantined": 1.0},
        "filings by FIU and state": {"AU published": 7.0},
    }


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 s"),
        (59, "59 s"),
        (60, "1 min"),
        (3599, "59 min"),
        (3600, "1 h 0 min"),
        (86_399, "23 h 59 min"),
        (93_600, "1 d 2 h"),
    ],
)
def test_age_in_the_two_largest_units(seconds: int, text: str) -> None:
    assert age("1970-01-01T00:00:00+00:00", float(seconds)) == text


def test_process_that_answers_no_more_has_no_figures() -> None:
    assert scrape(1) == []


def test_positions_that_metrics_know_better_are_left_out() -> None:
    lag = {"intake": {"partner.demo.transfers": 2}, "deliver": {"filings": 1}, "strgw-admit": {"transfers": 3}}
    assert _without_hints(lag, {}) == lag
    assert _without_hints(lag, {EVENTS_WAITING: {}}) == {"deliver": {"filings": 1}, "strgw-admit": {"transfers": 3}}
    assert _without_hints(lag, {EVENTS_WAITING: {}, STAGES_BEHIND: {}}) == {"deliver": {"filings": 1}}
