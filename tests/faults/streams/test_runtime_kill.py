"""Worker processes killed, paused, joined by others and cut off from the broker: every observation still counts once."""

import os
import random
import signal
import time
from typing import TYPE_CHECKING

import pytest

from connectors.kafka.embedded import EmbeddedBroker
from streams.runtime.exit_codes import ExitCode

if TYPE_CHECKING:
    from tests.integration.streams.runtime.conftest import ToyGateway

SHORT = {"TOY_SESSION": "6"}


def kill_and_continue(toy: "ToyGateway", kills: int, per_life: int) -> None:
    """Kills a worker of two chained stages at random moments while records wait; then lets the last one finish."""
    chance = random.Random(7)
    for life in range(kills):
        toy.post_many(per_life, batch=100, keys=200)
        worker = toy.start("chain", **SHORT)
        worker.wait_for("ready")
        time.sleep(chance.uniform(0, 1.0))
        worker.kill()
        del life
    last = toy.start("chain", **SHORT)
    toy.wait_applied(3 * kills * per_life, seconds=90)
    assert last.terminate() == 0
    assert toy.counted() == {key + side: (count, toy.amounts[key]) for key, count in toy.posted.items() for side in "abc"}
    expected = sorted(
        f"{key}{side}-{at}" for key, count in toy.posted.items() for side in "abc" for at in range(100, count + 1, 100)
    )
    assert sorted(toy.outputs()) == expected


def test_kills_at_random_moments_lose_and_double_nothing(toy: "ToyGateway") -> None:
    kill_and_continue(toy, kills=4, per_life=20_000)


@pytest.mark.long
@pytest.mark.timeout(1200)
def test_twenty_kills_at_random_moments_lose_and_double_nothing(toy: "ToyGateway") -> None:
    kill_and_continue(toy, kills=20, per_life=40_000)


def test_second_worker_joins_and_leaves_without_loss(toy: "ToyGateway") -> None:
    first = toy.start(**SHORT)
    first.wait_for("ready")
    toy.post_many(40_000)
    second = toy.start(**SHORT)
    second.wait_for("ready")
    toy.post_many(40_000)
    assert "owned" in second.log.read_text()
    assert second.log.read_text().count("restored ") == 2
    time.sleep(0.3)
    assert second.terminate() == 0
    toy.post_many(40_000)
    toy.wait_applied(120_000)
    # The two partitions it kept were not read back: at the start 4, after the second left 2 more.
    reads = [line for line in first.log.read_text().splitlines() if line.startswith("restored") and "records=0" not in line]
    assert len(reads) <= 2, reads
    assert first.terminate() == 0
    toy.assert_exact()


def test_paused_worker_that_was_replaced_wakes_up_fenced_and_writes_nothing(toy: "ToyGateway") -> None:
    toy.post_many(150_000)
    paused = toy.start(TOY_FILLER="2000", **SHORT)
    paused.wait_for("ready")
    toy.await_first_commit()  # in the middle of its work: with nothing open there would be nothing to fence
    paused.process.send_signal(signal.SIGSTOP)
    other = toy.start(**SHORT)
    other.wait_for("ready", seconds=40)
    toy.wait_applied(150_000)
    paused.process.send_signal(signal.SIGCONT)
    assert paused.exit_code(30) == ExitCode.FENCED, paused.log.read_text()[-2000:]
    assert "took the partition over" in paused.log.read_text()
    toy.post_many(10_000)
    toy.wait_applied(160_000)
    assert other.terminate() == 0
    toy.assert_exact()


def test_broker_paused_for_three_seconds_ends_no_worker(toy: "ToyGateway", embedded_broker: EmbeddedBroker) -> None:
    broker_pid = embedded_broker.status().pid
    toy.post_many(20_000)
    worker = toy.start(**SHORT)
    worker.wait_for("ready")
    for _ in range(2):
        toy.post_many(20_000)
        os.kill(broker_pid, signal.SIGSTOP)
        try:
            time.sleep(3)
        finally:
            os.kill(broker_pid, signal.SIGCONT)
    toy.wait_applied(60_000)
    assert worker.terminate() == 0
    toy.assert_exact()
