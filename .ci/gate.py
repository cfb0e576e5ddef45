"""Runs the checks and the test tiers one after another, says how long each took, and ends with a line of counts.

    .venv/bin/python .ci/gate.py check | test | faults

Stops at the first failing check and at the first failing tier. The last line is "N passed, N failed, N skipped"; each
skipped test is named with its reason above it, so that a green run never hides what it did not look at.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
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
    ("catalogue", ["python", ".ci/check_catalogue.py"]),
)
TIERS = ("unit", "property", "golden", "integration", "faults")
COUNTED = ("passed", "failed", "skipped")


def main() -> int:
    """Exit code: 0 when everything that ran passed."""
    what = sys.argv[1] if len(sys.argv) == 2 else ""
    if what not in ("check", "test", "faults"):
        print("usage: gate.py check | test | faults", file=sys.stderr)
        return 2
    if what != "faults" and not run_checks():
        return 1
    if what == "check":
        return 0
    return run_tiers(("faults",) if what == "faults" else TIERS, long=what == "faults")


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


def run_tiers(tiers: tuple[str, ...], long: bool) -> int:
    """Runs the tiers until one fails; prints the skipped tests by reason and the counts of all."""
    counts: Counter[str] = Counter()
    skipped: list[str] = []
    code = 0
    for tier in tiers:
        started = time.monotonic()
        code = run_tier(tier, long, counts, skipped)
        seconds = time.monotonic() - started
        print(f"tests {tier}: {'ok' if code == 0 else 'failed'}, {seconds:.1f} s", flush=True)
        if code != 0:
            break
    for line in skipped:
        print(f"not checked: {line}")
    if code != 0 and counts["failed"] == 0:
        counts["failed"] += 1  # the tier itself could not be run
    print(", ".join(f"{counts[word]} {word}" for word in COUNTED))
    return 0 if code == 0 else 1


def run_tier(tier: str, long: bool, counts: Counter[str], skipped: list[str]) -> int:
    """Pytest's exit code for one tier; adds what its report says to `counts` and `skipped`."""
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
        done = subprocess.run([*command, *selection], cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, check=False)
        if report.exists():
            read_report(report, counts, skipped)
        return done.returncode


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
