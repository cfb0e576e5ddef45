"""Intake processes killed, paused and replaced: every event still ends once, as a transfer or in quarantine."""

import json
import random
import signal
import threading
import time
from collections import Counter
from typing import Any

import pytest

from connectors.kafka.admin import committed_positions
from connectors.kafka.transactions import TRANSACTION_TIMEOUT_MS
from connectors.partners.intake import GROUP

SEED = 7
BAD_EVERY = 10
POSTED_AT_ONCE = 100


def events_of(gate: Any, total: int) -> list[bytes]:
    """Distinct events, one in ten of them unreadable."""
    return [b"{broken %d" % n if n % BAD_EVERY == 0 else gate.event(f"T{n}") for n in range(total)]


class Feed(threading.Thread):
    """Posts in small portions while processes are being killed."""

    def __init__(self, gate: Any, total: int) -> None:
        super().__init__()
        self._gate, self._total = gate, total
        self._at_once = max(POSTED_AT_ONCE, total // 50)

    def run(self) -> None:
        """Posts everything."""
        events = events_of(self._gate, self._total)
        for start in range(0, self._total, self._at_once):
            self._gate.post(*events[start : start + self._at_once], partition=None)


def wait_until_taken(gate: Any, total: int) -> None:
    """Waits until intake's committed positions cover every event."""
    deadline = time.monotonic() + 0.005 * total + 90
    while (found := sum(committed_positions(gate.bootstrap, GROUP).values())) < total:
        assert time.monotonic() < deadline, f"{found} of {total} events were taken in"
        time.sleep(0.2)


def assert_each_ended_once(gate: Any, total: int) -> None:
    """The oracle counts by the events' own content and source, not by the audit's marks."""
    bad = len(range(0, total, BAD_EVERY))
    assert Counter(t.transfer_id for t in gate.transfers()) == {f"T{n}": 1 for n in range(total) if n % BAD_EVERY}
    raws = Counter(entry.raw for entry in gate.quarantine())
    assert (len(raws), max(raws.values())) == (bad, 1)
    places = Counter((line["partition"], line["offset"]) for line in gate.receipts())
    assert (len(places), max(places.values())) == (total, 1)
    assert len({batch.stream_start_ms["demo"] for batch in gate.batches()}) == 1
    lines = gate.audit()
    assert all(line.holds for line in lines), lines


@pytest.mark.parametrize(
    ("kills", "total"),
    [(6, 5000), pytest.param(20, 100_000, marks=[pytest.mark.long, pytest.mark.timeout(900)])],
    ids=["short", "long"],
)
def test_kill_9_at_random_moments_loses_and_doubles_nothing(gate: Any, intakes: Any, kills: int, total: int) -> None:
    dice = random.Random(SEED)
    feed = Feed(gate, total)
    feed.start()
    for _ in range(kills):
        process = intakes.start()
        time.sleep(dice.uniform(0.0, 0.6))
        process.kill()
        process.wait()
    intakes.start()
    feed.join()
    wait_until_taken(gate, total)
    assert_each_ended_once(gate, total)
    verdict = intakes.run("audit", "verify", "--json")
    assert (verdict.returncode, json.loads(verdict.stdout)["holds"]) == (0, True)


@pytest.mark.timeout(240)
def test_two_processes_share_the_partitions_while_one_of_them_is_killed_again_and_again(gate: Any, intakes: Any) -> None:
    total, dice = 4000, random.Random(SEED)
    intakes.start("lasting")
    feed = Feed(gate, total)
    feed.start()
    for _ in range(3):
        process = intakes.start("killed", wait=False)
        time.sleep(dice.uniform(1.0, 3.0))
        process.kill()
        process.wait()
    feed.join()
    wait_until_taken(gate, total)
    assert_each_ended_once(gate, total)


@pytest.mark.timeout(180)
def test_a_paused_process_that_was_replaced_is_fenced_when_it_wakes_up(gate: Any, intakes: Any) -> None:
    total = 3000
    paused = intakes.start("paused")
    feed = Feed(gate, total)
    feed.start()
    time.sleep(0.5)
    paused.send_signal(signal.SIGSTOP)
    other = intakes.start("other", wait=False)
    feed.join()
    wait_until_taken(gate, total)
    paused.send_signal(signal.SIGCONT)
    gate.post(*(gate.event(f"L{n}") for n in range(50)), partition=None)
    wait_until_taken(gate, total + 50)
    # A transaction that was open when the process stopped holds readers back until the broker gives it up.
    deadline = time.monotonic() + 2 * TRANSACTION_TIMEOUT_MS / 1000
    while not (late := Counter(t.transfer_id for t in gate.transfers() if t.transfer_id[0] == "L")):
        assert time.monotonic() < deadline, intakes.log()
        time.sleep(0.5)
    assert late == {f"L{n}": 1 for n in range(50)}
    assert all(line.holds for line in gate.audit())
    # It either noticed in a commit and ended with the named code, or had nothing open and joined the group again.
    assert paused.poll() in (None, 71), intakes.log()
    assert other.poll() is None, intakes.log()


def test_sigterm_ends_intake_within_ten_seconds_and_hands_its_partitions_over(gate: Any, intakes: Any) -> None:
    first = intakes.start("a")
    gate.post(*(gate.event(f"T{n}") for n in range(200)), partition=None)
    first.terminate()
    assert first.wait(10) == 0, intakes.log()
    intakes.start("b")
    wait_until_taken(gate, 200)
    assert Counter(t.transfer_id for t in gate.transfers()) == {f"T{n}": 1 for n in range(200)}


def test_a_process_of_the_same_name_replaces_the_first_which_ends_with_the_named_code(gate: Any, intakes: Any) -> None:
    first = intakes.start()
    intakes.start()
    gate.post(*(gate.event(f"T{n}") for n in range(200)), partition=None)
    wait_until_taken(gate, 200)
    assert first.wait(60) == 71, intakes.log()
    assert "took over" in intakes.log()
    assert all(line.holds for line in gate.audit())
