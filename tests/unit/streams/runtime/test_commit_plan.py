"""When a batch is committed."""

import pytest

from streams.runtime.commit_plan import Backlog, CommitPlan

PLAN = CommitPlan(longest_s=0.2, shortest_s=0.01, duty=1.0, changes=5000, bytes=8 << 20)


def test_record_after_a_pause_is_committed_at_once() -> None:
    assert PLAN.pause(since_commit_s=0.5, last_commit_s=0.05) == 0.0


def test_records_right_after_a_commit_wait_at_least_the_shortest_pause() -> None:
    assert PLAN.pause(since_commit_s=0.0, last_commit_s=0.001) == pytest.approx(0.01)


def test_pause_grows_with_the_time_a_commit_takes() -> None:
    assert PLAN.pause(since_commit_s=0.0, last_commit_s=0.05) == pytest.approx(0.05)
    assert PLAN.pause(since_commit_s=0.02, last_commit_s=0.05) == pytest.approx(0.03)


def test_no_batch_waits_longer_than_the_longest_pause() -> None:
    assert PLAN.pause(since_commit_s=0.0, last_commit_s=3.0) == pytest.approx(0.2)


def test_stage_that_is_behind_commits_in_large_batches_until_it_has_caught_up() -> None:
    plan = CommitPlan(longest_s=0.2, shortest_s=0.01, behind_s=2.0, catch_up_s=1.0)
    assert plan.pause(since_commit_s=0.0, last_commit_s=0.05, lag_s=2.1) == pytest.approx(1.0)
    assert plan.pause(since_commit_s=0.0, last_commit_s=0.05, lag_s=1.9) == pytest.approx(0.05)


def test_stage_that_is_behind_does_not_hurry_one_that_commits_more_seldom_anyway() -> None:
    plan = CommitPlan(longest_s=5.0, shortest_s=5.0, behind_s=2.0, catch_up_s=1.0)
    assert plan.pause(since_commit_s=0.0, last_commit_s=0.05, lag_s=60.0) == pytest.approx(5.0)


@pytest.mark.parametrize(
    ("changes", "size", "full"), [(4999, 0, False), (5000, 0, True), (0, (8 << 20) - 1, False), (0, 8 << 20, True)]
)
def test_batch_is_full_at_its_number_of_changes_or_bytes(changes: int, size: int, full: bool) -> None:
    assert PLAN.is_full(changes, size) is full


@pytest.mark.parametrize(("changes", "size", "over"), [(20_000, 0, False), (20_001, 0, True), (0, (64 << 20) + 1, True)])
def test_backlog_is_over_above_its_limits(changes: int, size: int, over: bool) -> None:
    assert Backlog().is_over(changes, size) is over
