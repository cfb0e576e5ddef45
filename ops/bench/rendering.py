"""Reports rendered and validated in a second of one processor, by form and by size of report: no broker, no other process."""

import time
from collections.abc import Callable
from functools import partial

import msgspec

from connectors.fius.goaml.mapping import load_form
from connectors.fius.goaml.renderer import render
from connectors.fius.goaml.trial import crowd
from schemas.fius import load_fius

FORMS = {"ae": "AE", "lk": "LK", "np": "NP", "goaml5": "CH"}
SIZES = (1, 2, 5, 20, 100)  # transfers in a report
_LEAST_S = 2.0  # of processor time for each figure, so that its last digit means something


class Rendering(msgspec.Struct, frozen=True):
    """One figure. `per_second`: reports a second of processor time, each rendered, with its ledger, and validated; `kilobytes` of one."""

    form: str
    transfers: int
    per_second: float
    transfers_per_second: float
    kilobytes: float


def renderings(advance: Callable[[int, int, str], None] = lambda done, total, text: None) -> list[Rendering]:
    """Every form at every size. Raises AssertionError where a report of the bench is not valid: a figure for invalid reports is none."""
    found = []
    for number, (code, fiu) in enumerate(FORMS.items()):
        form = load_form(code)
        for size in SIZES:
            advance(number, len(FORMS), f"{code}, {size} transfers")
            report = crowd(load_fius()[fiu], size)
            files = render(report, form)
            assert not any(file.errors for file in files)
            speed = _per_second(partial(render, report, form))
            kilobytes = sum(len(file.payload) for file in files) / 1_000
            found.append(Rendering(code, size, round(speed, 1), round(speed * size, 1), round(kilobytes, 1)))
    return found


def _per_second(work: Callable[[], object]) -> float:
    """Times a second of processor time that `work` can be done, once it is warm."""
    for _ in range(5):
        work()
    started, times = time.process_time(), 0
    while (spent := time.process_time() - started) < _LEAST_S:
        work()
        times += 1
    return times / spent
