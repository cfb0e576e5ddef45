"""Runs a simulation into a sink, with its truth file, and sums it up."""

import gc
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from ops.simulate.plan import Planned
from ops.simulate.scene import Scene
from ops.simulate.stream import Simulation
from ops.simulate.truth import TruthFile, case_document

Sink = Callable[[Iterator[bytes]], dict[str, Any]]


class Result(NamedTuple):
    """What was made. `more` is what the sink says about itself."""

    made: int
    seconds: float
    more: dict[str, Any]

    @property
    def rate(self) -> float:
        """Events a second."""
        return self.made / self.seconds if self.seconds > 0 else 0.0

    def summary(self, simulation: Simulation) -> dict[str, Any]:
        """Counts by kind, for machines."""
        order = simulation.order
        return {
            "events": self.made,
            "seed": order.seed,
            "days": order.days,
            "first_at": simulation.first_at,
            "last_at": simulation.last_at,
            "lawful": simulation.lawful,
            "planted": simulation.planted,
            "lookalikes": simulation.lookalikes,
            "cases": dict(sorted(simulation.counts.items())),
            "lookalike_cases": simulation.lookalike_cases,
            "seconds": round(self.seconds, 3),
            "rate": round(self.rate, 1),
            **self.more,
        }


def run(simulation: Simulation, truth: Path | None, sink: Sink, told: Callable[[int], None]) -> Result:
    """Sends the stream into `sink` and writes `truth`; a run that fails leaves no truth file behind."""
    file = TruthFile(truth) if truth else None
    try:
        result = _run(simulation, file, sink, told)
    except BaseException:
        if file:
            file.abandon()
        raise
    if file:
        total = {
            "total": result.made,
            "cases": simulation.planted,
            "lookalikes": simulation.lookalikes,
            "background": simulation.lawful,
        }
        note = "every transfer that no case lists is benign"
        background = {"seed": simulation.order.seed, "transfers": simulation.lawful, "note": note}
        file.close({**total, "first": simulation.first_at, "last": simulation.last_at}, background)
    return result


def _run(simulation: Simulation, file: TruthFile | None, sink: Sink, told: Callable[[int], None]) -> Result:
    made = 0

    def counted() -> Iterator[bytes]:
        nonlocal made
        for line in simulation.lines(case):
            made += 1
            told(made)
            yield line

    def case(planned: Planned, scene: Scene) -> None:
        if file:
            file.case(case_document(planned, scene))

    if file:
        file.head(f"simulated, seed {simulation.order.seed}")
    started = time.monotonic()
    # Nothing here makes cycles; looking for them among the drafts of a day costs a fifth of the time.
    was_on = gc.isenabled()
    gc.disable()
    try:
        more = sink(counted())
    finally:
        if was_on:
            gc.enable()
    return Result(made, time.monotonic() - started, more)
