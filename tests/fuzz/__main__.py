"""`make fuzz`: 1,000,000 inputs over every decoder on all processors; `python -m tests.fuzz --help` says how to repeat one.

Ends with 0 where every input kept to the rules. Each input that did not lies in build/fuzz, with the line that repeats it.
"""

import argparse
import os
import secrets
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

from tests.fuzz.engine import Done, Fault, alarm, attempt, input_of, mark_of_this_process, marked, run, target
from tests.fuzz.samples import ROOT, SHARED
from tests.fuzz.targets import makers

CHUNK = 500
STUCK_S = 300.0  # in which no chunk of any process ended: something in C never returns
KEPT = 3  # inputs that fail in the same way


def main() -> int:
    """Exit code: 0 when all is well, 1 for a fault, 2 for a wrong call."""
    chosen = _arguments()
    names = [name for name in makers(chosen.samples) if chosen.target in name]
    if not names:
        print(f"No target has {chosen.target!r} in its name; there are: {', '.join(makers(chosen.samples))}.", file=sys.stderr)
        return 2
    if chosen.file is not None:
        return _one(names[0], chosen.file.read_bytes(), chosen.samples)
    if chosen.number is not None:
        return _one(names[0], input_of(names[0], chosen.seed, chosen.number, chosen.samples), chosen.samples)
    chosen.out.mkdir(parents=True, exist_ok=True)
    for old in chosen.out.glob("worker-*"):
        old.unlink()
    return Campaign(chosen, names).go()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--inputs", type=int, default=1_000_000, help="of all targets together (1,000,000)")
    parser.add_argument(
        "--seed", type=int, default=secrets.randbelow(1 << 32), help="draws the inputs; by chance where it is left out"
    )
    parser.add_argument("--target", default="", help="only targets with this in their name")
    parser.add_argument("--number", type=int, help="only this input, here and now")
    parser.add_argument("--file", type=Path, help="only this file's bytes, here and now")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--samples", type=Path, default=SHARED, help="folder of the shared references")
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "fuzz", help="where inputs that fail are written")
    return parser.parse_args()


def _one(name: str, raw: bytes, shared: Path) -> int:
    with alarm():
        seconds, said = attempt(target(name, shared), raw)
    print(f"{name}: {said}, {seconds * 1000:.1f} ms, {len(raw):,} bytes")
    return 0


def work(name: str, seed: int, first: int, last: int, folders: tuple[Path, Path]) -> Done:
    """One chunk, in a process of the pool. folders: the shared references, and where marks lie."""
    shared, out = folders
    mark = mark_of_this_process(out)
    mark.begin(name)
    return run(name, seed, range(first, last), shared, mark)


class Campaign:
    """One run over all targets."""

    def __init__(self, chosen: argparse.Namespace, names: list[str]) -> None:
        self._chosen, self._names = chosen, names
        self._each = -(-chosen.inputs // len(names))
        self._outcomes: dict[str, Counter[str]] = {name: Counter() for name in names}
        self._slowest = dict.fromkeys(names, 0.0)
        self._faults: Counter[tuple[str, str]] = Counter()
        self._done, self._told, self._started = 0, 0, time.monotonic()

    def go(self) -> int:
        """Exit code."""
        print(f"{len(self._names)} targets, {self._each * len(self._names):,} inputs, seed {self._chosen.seed}", flush=True)
        pool = ProcessPoolExecutor(self._chosen.processes)
        try:
            self._work_off(pool)
        except (BrokenProcessPool, TimeoutError):
            self._died()
            for process in (pool._processes or {}).values():
                process.kill()
        pool.shutdown(cancel_futures=True)
        return self._said()

    def _chunks(self) -> Iterator[tuple[str, int, int]]:
        for first in range(0, self._each, CHUNK):
            for name in self._names:
                yield name, first, min(first + CHUNK, self._each)

    def _work_off(self, pool: ProcessPoolExecutor) -> None:
        chosen, chunks = self._chosen, self._chunks()
        running: set[Future[Done]] = set()
        while True:
            for name, first, last in chunks:
                running.add(pool.submit(work, name, chosen.seed, first, last, (chosen.samples, chosen.out)))
                if len(running) >= chosen.processes * 2:
                    break
            if not running:
                return
            ended, running = wait(running, STUCK_S, FIRST_COMPLETED)
            if not ended:
                raise TimeoutError
            for one in ended:
                self._take(one.result())

    def _take(self, done: Done) -> None:
        self._outcomes[done.target] += done.outcomes
        self._slowest[done.target] = max(self._slowest[done.target], done.slowest_s)
        for fault in done.faults:
            self._keep(fault)
        self._done += done.inputs
        total, seconds = self._each * len(self._names), time.monotonic() - self._started
        line = f"{self._done:,} of {total:,} inputs, {self._done / seconds:,.0f}/s, {sum(self._faults.values())} faults"
        if sys.stderr.isatty():
            print(f"\r{line}  ", end="" if self._done < total else "\n", file=sys.stderr, flush=True)
        elif self._done * 20 // total > self._told:
            self._told = self._done * 20 // total
            print(line, file=sys.stderr, flush=True)

    def _keep(self, fault: Fault) -> None:
        self._faults[fault.target, fault.what] += 1
        if self._faults[fault.target, fault.what] > KEPT:
            return
        path = self._chosen.out / f"{fault.target.replace(' ', '-').replace('/', '-')}-{self._chosen.seed}-{fault.number}.input"
        path.write_bytes(fault.raw)
        path.with_suffix(".txt").write_text(fault.detail)
        print(f"\nFAULT {fault.target}: {fault.what}\n  {path}\n  {self._again(fault.target, fault.number)}", flush=True)

    def _again(self, name: str, number: int) -> str:
        elsewhere = f" --samples {self._chosen.samples}" if self._chosen.samples != SHARED else ""
        return f".venv/bin/python -m tests.fuzz --target '{name}' --seed {self._chosen.seed} --number {number}{elsewhere}"

    def _died(self) -> None:
        """A process ended or does not come back: the inputs that were being worked on."""
        for path in self._chosen.out.glob("worker-*"):
            name, number = marked(path)
            self._faults[name, "the process ended, or never came back"] += 1
            print(
                f"\nFAULT {name}: the process ended, or never came back; one of these\n  {self._again(name, number)}", flush=True
            )

    def _said(self) -> int:
        for name in self._names:
            seen = ", ".join(f"{said} {count:,}" for said, count in self._outcomes[name].most_common(6))
            print(f"{name:24} slowest {self._slowest[name] * 1000:5.1f} ms  {seen}")
        faults = sum(self._faults.values())
        print(
            f"{self._done:,} inputs in {time.monotonic() - self._started:,.0f} s, {faults} faults of {len(self._faults)} kinds, seed {self._chosen.seed}"
        )
        return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
