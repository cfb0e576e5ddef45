"""Breaks the typologies a little, again and again, and counts how often a test notices (make mutants).

    .venv/mutation/bin/python .ci/mutate.py [--mutants 300] [--seed 1] [--out build/mutants]

Cosmic Ray says where a file can be broken, breaks it, and runs the tests; drawing the sample and the table are ours. Everything happens
in a copy of the project: a run that is killed leaves no broken file behind.

Sample      places are drawn with `--seed`: of each ts_*.py in proportion to its places, then one of the mutants that Cosmic Ray knows for the
            place. (It knows eleven for a `*` and one for an `and`: drawing mutants themselves would mostly draw what no test can miss.)
Left out    annotations, the examples, and what only examples use: they are test data, and breaking a test proves nothing
Tests       test files that import the typology's module, and those that run every typology (SHARED), for this one. docs/typologies.md is compared with the
            code by make check and would notice every changed default; it is not asked, so that numbers have to be noticed by what they do
Killed      a test failed, or the tests took CPU_S seconds of processor time
Written     OUT.md (the table, then each survivor with its line) and OUT.json (every mutant)
Exit code   0 when the sample could be judged, whatever the share; 1 when the sound files fail their own tests; 2 usage
"""

import argparse
import json
import os
import random
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

from cosmic_ray.mutating import mutate_and_test
from cosmic_ray.testing import run_tests
from cosmic_ray.work_item import MutationSpec, TestOutcome, WorkerOutcome
from mutation_sample import draw, places
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

ROOT = Path(__file__).resolve().parent.parent
TESTS = Path("tests/unit/streams")
SHARED = tuple(
    TESTS / n
    for n in (
        "typologies/test_catalogue.py",
        "typologies/test_may.py",
        "typologies/test_calibration.py",
        "test_sieve.py",
        "domain/test_quiet.py",
    )
)
COPIED = ("schemas", "streams", TESTS, "pyproject.toml")
PYTHON = str(ROOT / ".venv/bin/python")
# Without tests/conftest.py, which starts brokers: half of the start-up, and nothing of it is asked for here.
PYTEST = (PYTHON, *"-m pytest -x -q --noconftest -p no:cacheprovider -p no:hypothesispytest -o timeout=0".split())
# A mutant that never ends is stopped by the processor time it took (sound files: one or two seconds). By the clock, a machine that is
# busy or asleep would kill mutants that no test noticed.
CPU_S = 30
OVERTIME = "over its processor time"
LIMITED = ("sh", "-c", f'ulimit -t {CPU_S}; "$@"; code=$?; [ $code -le 128 ] || echo "{OVERTIME}"; exit $code', "sh")
CLOCK_S = 3600
KILLED, SURVIVED, TIMEOUT = "killed", "survived", "timeout"


class Judged(NamedTuple):
    """One mutant and what became of it."""

    file: str
    line: int
    operator: str
    occurrence: int
    outcome: str
    diff: str


def main() -> int:
    """Exit code: 0 when the sample could be judged."""
    parser = argparse.ArgumentParser(description="Breaks the typologies a little and counts how often a test notices.")
    parser.add_argument("--mutants", type=int, default=300, help="how many mutants are drawn (300)")
    parser.add_argument("--seed", type=int, default=1, help="of the draw (1)")
    parser.add_argument("--out", type=Path, default=Path("build/mutants"), help="where OUT.md and OUT.json go (build/mutants)")
    asked = parser.parse_args()
    if asked.mutants < 1:
        parser.error(f"--mutants must be at least 1, not {asked.mutants}")
    out = asked.out.resolve()
    os.environ["PYTHONHASHSEED"] = "0"  # the same mutant meets the same order of sets in every run
    with tempfile.TemporaryDirectory(prefix="strgw-mutants-") as folder:
        copy_project(Path(folder))
        os.chdir(folder)
        os.environ["PYTHONPATH"] = folder  # before the editable install, which is the project itself
        drawn = draw(places(), asked.mutants, random.Random(asked.seed))
        started = time.monotonic()
        judged = judge(drawn)
    if judged is None:
        return 1
    head = f"{len(judged)} mutants, seed {asked.seed}, Cosmic Ray {version('cosmic_ray')}, {time.monotonic() - started:.0f} s"
    table = table_of(judged)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.with_suffix(".json").write_text(json.dumps({"run": head, "mutants": [m._asdict() for m in judged]}, indent=1) + "\n")
    out.with_suffix(".md").write_text(f"# {head}\n\n{table}\n\n{survivors_of(judged)}")
    print(f"{head}\n\n{table}\n\nsurvivors: {out.with_suffix('.md')}")
    return 0


def copy_project(folder: Path) -> None:
    """What the typologies and their tests need, in `folder`."""
    for name in COPIED:
        source, target = ROOT / name, folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(source, target)
    subprocess.run([PYTHON, "-m", "compileall", "-q", "schemas", "streams"], cwd=folder, check=True)  # once, not for every mutant


def judge(drawn: list[MutationSpec]) -> list[Judged] | None:
    """Runs the tests of every mutant; None, said on stderr, when a sound file fails its own tests."""
    commands = {file: command_of(file) for file in {m.module_path for m in drawn}}
    sound: set[Path] = set()
    judged = []
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task("", total=len(drawn))
        for mutation in drawn:
            file = mutation.module_path
            progress.update(task, description=identity_of(file.name))
            if file not in sound:
                outcome, said = run_tests(commands[file], CLOCK_S)
                if outcome is not TestOutcome.SURVIVED:
                    print(f"{said}\n{file} fails its tests as it is; mend that first.", file=sys.stderr)
                    return None
                sound.add(file)
            judged.append(judge_one(mutation, commands[file]))
            progress.advance(task)
    return judged


def judge_one(mutation: MutationSpec, command: str) -> Judged:
    """Breaks the file, runs the tests, mends it. A mutant that could not be made or run is an error of ours."""
    result = mutate_and_test([mutation], command, CLOCK_S)
    if result.worker_outcome is not WorkerOutcome.NORMAL or result.test_outcome is TestOutcome.INCOMPETENT:
        raise RuntimeError(f"{mutation} could not be judged: {result.output}")
    outcome = SURVIVED if result.test_outcome is TestOutcome.SURVIVED else KILLED
    if outcome == KILLED and result.output.rstrip().endswith((OVERTIME, "timeout")):
        outcome = TIMEOUT
    name = mutation.operator_name.removeprefix("core/")
    return Judged(str(mutation.module_path), mutation.start_pos[0], name, mutation.occurrence, outcome, result.diff or "")


def command_of(file: Path) -> str:
    """The test files that import the typology's module, and what SHARED has for the typology."""
    own = [path for path in sorted((TESTS / "typologies").glob("test_*.py")) if f"typologies.{file.stem} " in path.read_text()]
    wanted = " or ".join([identity_of(file.name), *(path.stem for path in own)])
    return shlex.join([*LIMITED, *PYTEST, *map(str, (*own, *SHARED)), "-k", wanted])


def identity_of(file: str) -> str:
    """The typology's id: ts_f01_funnel_corridor.py is TS-F01."""
    return "-".join(Path(file).stem.split("_")[:2]).upper()


def table_of(judged: list[Judged]) -> str:
    """Markdown: mutants, killed, survived and timeouts of each typology, and the share of all; a timeout counts as killed."""
    rows = ["| typology | mutants | killed | of them by timeout | survived | share killed |", "|---|--:|--:|--:|--:|--:|"]
    by_file = defaultdict(Counter)
    for mutant in judged:
        by_file[identity_of(mutant.file)][mutant.outcome] += 1
    for name, counts in [*sorted(by_file.items()), ("all", sum(by_file.values(), Counter()))]:
        killed = counts[KILLED] + counts[TIMEOUT]
        share = f"{killed / counts.total():.1%}"
        rows.append(f"| {name} | {counts.total()} | {killed} | {counts[TIMEOUT]} | {counts[SURVIVED]} | {share} |")
    return "\n".join(rows)


def survivors_of(judged: list[Judged]) -> str:
    """Markdown: each survivor's file and line, and how it differs."""
    parts = []
    for mutant in judged:
        if mutant.outcome == SURVIVED:
            changed = [line for line in mutant.diff.splitlines() if line[:1] in "+-" and line[:3] not in ("+++", "---")]
            parts.append(
                f"{mutant.file}:{mutant.line} {mutant.operator}\n\n" + "\n".join(f"    {line}" for line in changed) + "\n"
            )
    return "\n".join(parts)


if __name__ == "__main__":
    sys.exit(main())
