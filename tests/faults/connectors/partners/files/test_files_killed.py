"""The file door killed while it takes a file in: every record is on the topic once, and the receipt says what became of each."""

import json
import random
import signal
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

SEED, BAD_EVERY, WAIT_S = 11, 10, 90


def posted(gate: Any) -> Counter[str]:
    return Counter((record.key or b"").decode() for record in gate.read("partner.demo.transfers"))


@pytest.mark.parametrize(
    ("kills", "total"),
    [(4, 40_000), pytest.param(15, 120_000, marks=[pytest.mark.long, pytest.mark.timeout(900)])],
    ids=["short", "long"],
)
def test_kill_9_at_random_moments_posts_every_record_once(
    gate: Any, intakes: Any, tmp_path: Path, kills: int, total: int
) -> None:
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    events = [b"{broken %d" % n if n % BAD_EVERY == 0 else gate.event(f"T{n}") for n in range(total)]
    (inbox / "day.part").write_bytes(b"\n".join(events))
    (inbox / "day.part").rename(inbox / "day.jsonl")
    dice, between, receipt = random.Random(SEED), 0, inbox / "done/day.jsonl.receipt.json"
    for _ in range(kills):
        process = intakes.start_files(inbox)
        time.sleep(dice.uniform(0.2, 1.0))
        process.send_signal(signal.SIGKILL)
        process.wait()
        between += not receipt.exists()
    assert between > 0, "no kill came while the file was being taken in"
    process = intakes.start_files(inbox)
    deadline = time.monotonic() + WAIT_S
    while not receipt.exists() or (inbox / "day.jsonl").exists():
        assert process.poll() is None, intakes.log()
        assert time.monotonic() < deadline, intakes.log()
        time.sleep(0.1)
    process.terminate()
    assert process.wait(20) == 0, intakes.log()
    good = [f"T{n}" for n in range(total) if n % BAD_EVERY]
    assert posted(gate) == dict.fromkeys(good, 1)
    said = json.loads(receipt.read_bytes())
    assert (said["records"], said["accepted"], said["refused"]) == (total, len(good), total - len(good))
    assert [one["transfer_id"] for one in said["transfers"] if one["status"] == "accepted"] == good
    assert [one["line"] for one in said["transfers"]] == list(range(1, total + 1))
    intakes.start()
    deadline = time.monotonic() + WAIT_S
    while len(gate.transfers()) < len(good):
        assert time.monotonic() < deadline, intakes.log()
        time.sleep(0.2)
    assert all(line.holds for line in gate.audit())  # the markers of transactions are no events
