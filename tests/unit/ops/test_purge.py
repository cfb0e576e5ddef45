"""The register drops old entries of the quarantine once a day, by its own clock."""

import logging

import pytest

from connectors.partners.purge import Drop
from ops.purge import DAY_S, FIRST_S, DailyPurge


def test_it_purges_some_time_after_the_start_and_then_once_a_day(caplog: pytest.LogCaptureFixture) -> None:
    now, runs, counted = [1000.0], list[float](), list[int]()

    def job() -> Drop:
        runs.append(now[0])
        return Drop({"demo not_json": 4}, 1, 2, {0: 9})

    daily = DailyPurge(job, lambda: now[0], counted.append)
    with caplog.at_level(logging.INFO, "strgw.register"):
        for at in (0.0, FIRST_S - 1, FIRST_S, FIRST_S + 1, FIRST_S + DAY_S - 1, FIRST_S + DAY_S):
            now[0] = 1000.0 + at
            daily.step()
    assert runs == [1000.0 + FIRST_S, 1000.0 + FIRST_S + DAY_S]
    assert counted == [4, 4]
    assert "Dropped 4 old entries" in caplog.text


def test_a_purge_that_fails_is_not_tried_again_at_every_step() -> None:
    now, runs = [0.0], list[float]()

    def job() -> Drop:
        runs.append(now[0])
        raise RuntimeError("away")

    daily = DailyPurge(job, lambda: now[0], lambda entries: None)
    now[0] = FIRST_S
    with pytest.raises(RuntimeError):
        daily.step()
    daily.step()
    assert runs == [FIRST_S]
