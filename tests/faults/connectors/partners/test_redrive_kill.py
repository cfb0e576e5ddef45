"""A redrive killed at random moments and run again: every entry is back on the partner's topic exactly once, in order."""

import random
import signal
import time
from collections import Counter
from typing import Any

import pytest

from connectors.partners import redrive

SEED = 11
ENTRIES = 2_000  # 20 transactions


@pytest.mark.timeout(240)
def test_kill_9_in_the_middle_of_a_redrive_brings_each_entry_back_once_and_in_order(gate: Any, intakes: Any) -> None:
    dice = random.Random(SEED)
    gate.post(*(gate.event(f"S{n}") for n in range(ENTRIES)), topic="partner.ghost.transfers")
    gate.take_in(ENTRIES)
    killed_inside = 0
    for _ in range(3):
        process = intakes.begin("quarantine", "redrive", "--code", "partner_unknown")
        before = done(gate)
        deadline = time.monotonic() + 60
        while process.poll() is None and done(gate) == before:  # its first transactions have to be in
            assert time.monotonic() < deadline, intakes.log()
            time.sleep(dice.uniform(0.0, 0.02))
        process.send_signal(signal.SIGKILL)
        process.wait()
        killed_inside += before < done(gate) < ENTRIES
    finished = intakes.run("quarantine", "redrive", "--code", "partner_unknown", "--json")
    assert finished.returncode == 0, finished.stdout + finished.stderr
    assert killed_inside >= 1, "no kill fell into the middle"
    back = [record for record in gate.read("partner.ghost.transfers") if record.headers]
    assert Counter(record.value for record in back) == {gate.event(f"S{n}"): 1 for n in range(ENTRIES)}
    assert [record.value for record in back] == [gate.event(f"S{n}") for n in range(ENTRIES)]
    assert {entry.state for entry in redrive.summaries(gate.bootstrap)} == {"redriven"}
    again = intakes.run("quarantine", "redrive", "--code", "partner_unknown", "--json")
    assert b'"redriven": 0' in again.stdout


def test_a_redrive_that_is_overtaken_by_another_says_so_and_leaves_nothing_twice(gate: Any, intakes: Any) -> None:
    gate.post(*(gate.event(f"S{n}") for n in range(ENTRIES)), topic="partner.ghost.transfers")
    gate.take_in(ENTRIES)
    first = intakes.begin("quarantine", "redrive", "--code", "partner_unknown")
    deadline = time.monotonic() + 60
    while first.poll() is None and not done(gate):
        assert time.monotonic() < deadline, intakes.log()
    first.send_signal(signal.SIGSTOP)
    second = intakes.run("quarantine", "redrive", "--code", "partner_unknown", "--json")
    first.send_signal(signal.SIGCONT)
    assert second.returncode == 0, second.stdout + second.stderr
    assert first.wait(60) in (0, 1)
    if first.returncode:
        assert "Another redrive has begun" in intakes.log()
    back = Counter(record.value for record in gate.read("partner.ghost.transfers") if record.headers)
    assert back == {gate.event(f"S{n}"): 1 for n in range(ENTRIES)}


def done(gate: Any) -> int:
    """How many entries are back by now, in committed transactions."""
    return sum(1 for record in gate.read("partner.ghost.transfers") if record.headers)
