"""Runs the checks, then the test tiers in two lanes at once, says how long each took, and ends with a line of counts.

    .venv/bin/python .ci/gate.py check | test | faults | long

Stops at the first failing check; after a failing tier no further one begins. The last line is "N passed, N failed, N skipped"; each
skipped test is named with its reason above it, so that a green run never hides what it did not look at.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parent.parent
TOOLS = Path(sys.executable).parent
CHECKS = (
    ("format", ["ruff", "format", "--check", "--quiet"]),
    ("lint", ["ruff", "check", "--quiet"]),
    ("types", ["mypy", "--no-error-summary"]),
    ("imports", ["lint-imports", "--no-cache"]),
    ("schemas", ["python", ".ci/check_schemas.py"]),
    ("pages", ["python", ".ci/check_pages.py"]),
)
# What waits most of the time, for brokers and for processes to start, runs beside what computes; both lanes take about as long.
LANES = (("unit", "property", "fuzz", "faults"), ("integration", "golden"))
# The long forms: of the fault tests, and of what computes.
LONG = {"faults": ("faults",), "long": ("property", "golden")}
COUNTED = ("passed", "failed", "skipped")


def main() -> int:
    """Exit code: 0 when everything that ran passed."""
    what = sys.argv[1] if len(sys.argv) == 2 else ""
    if what not in ("check", "test", *LONG):
        print("usage: gate.py check | test | faults | long", file=sys.stderr)
        return 2
    if what in LONG:
        return run_tiers((LONG[what],), long=True)
    if not run_checks():
        return 1
    if what == "check":
        return 0
    return run_tiers(LANES, long=False)


def run_checks() -> bool:
    """Runs CHECKS in order; prints a tool's output only where it fails."""
    for name, command in CHECKS:
        started = time.monotonic()
        done = subprocess.run(
            [str(TOOLS / command[0]), *command[1:]],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        seconds = time.monotonic() - started
        if done.returncode != 0:
            print(done.stdout + done.stderr, end="")
            print(f"check {name}: failed after {seconds:.1f} s ({' '.join(command)})")
            return False
        print(f"check {name}: ok, {seconds:.1f} s", flush=True)
    return True


class Tally:
    """What the tiers came to, filled by all lanes."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.skipped: list[str] = []
        self.failed = False


def run_tiers(lanes: tuple[tuple[str, ...], ...], long: bool) -> int:
    """Runs each lane's tiers in order, the lanes at once; prints the skipped tests by reason and the counts of all."""
    tally = Tally()
    with ThreadPoolExecutor(len(lanes)) as pool:
        for lane in [pool.submit(run_lane, tiers, long, len(lanes) == 1, tally) for tiers in lanes]:
            lane.result()
    for line in sorted(tally.skipped):
        print(f"not checked: {line}")
    if tally.failed and tally.counts["failed"] == 0:
        tally.counts["failed"] += 1  # the tier itself could not be run
    print(", ".join(f"{tally.counts[word]} {word}" for word in COUNTED))
    return 1 if tally.failed else 0


def run_lane(tiers: tuple[str, ...], long: bool, alone: bool, tally: Tally) -> None:
    """Runs tiers until one fails in any lane. Alone it shows pytest's output as it comes, else when the tier is done."""
    for tier in tiers:
        if tally.failed:
            return
        if not alone:
            print(f"tests {tier}: started", flush=True)
        started = time.monotonic()
        code, said = run_tier(tier, long, alone, tally)
        tally.failed |= code != 0
        seconds = time.monotonic() - started
        print(f"{said}tests {tier}: {'failed' if code else 'ok'}, {seconds:.1f} s", flush=True)


def run_tier(tier: str, long: bool, alone: bool, tally: Tally) -> tuple[int, str]:
    """Pytest's exit code for one tier, and what it printed unless `alone`; adds what its report says to `tally`."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        selection = ["-m", "long", "-s"] if long else []
        command = [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            f"tests/{tier}",
            "--durations=3",
            "--durations-min=2",
            f"--junitxml={report}",
        ]
        environment = os.environ | {"PYTHONHASHSEED": os.environ.get("PYTHONHASHSEED", "random")}
        done = subprocess.run(
            [*command, *selection],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=None if alone else subprocess.PIPE,
            stderr=None if alone else subprocess.STDOUT,
            text=True,
            check=False,
        )
        if report.exists():
            read_report(report, tally.counts, tally.skipped)
        return done.returncode, done.stdout or ""


def read_report(report: Path, counts: Counter[str], skipped: list[str]) -> None:
    """Adds the outcomes in a JUnit report; a setup or teardown error counts as failed."""
    for case in ElementTree.parse(report).getroot().iter("testcase"):
        left_out = case.find("skipped")
        if left_out is not None:
            counts["skipped"] += 1
            skipped.append(f"{case.get('classname')}::{case.get('name')}: {left_out.get('message')}")
        elif case.find("failure") is not None or case.find("error") is not None:
            counts["failed"] += 1
        else:
            counts["passed"] += 1


if __name__ == "__main__":
    sys.exit(main())
