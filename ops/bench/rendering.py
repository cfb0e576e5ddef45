"""Reports rendered and validated in a second of one processor, by form and by size of report: no broker, no other process."""

import time
from collections.abc import Callable, Sequence

import msgspec

from connectors.fius.goaml.mapping import load_form
from connectors.fius.goaml.renderer import render
from connectors.fius.goaml.trial import crowd
from connectors.fius.resolved import ResolvedReport
from ops.bench.case_reports import case_reports
from schemas.fius import load_fius

FORMS = {"ae": "AE", "lk": "LK", "np": "NP", "goaml5": "CH"}
TAKE_ALL = ("ae", "goaml5")  # forms that hold none of the cases' reports: their FIUs accept "not recorded" for what is not known
SIZES = (1, 2, 5, 20, 100)  # transfers in a report
_LEAST_S = 2.0  # of processor time for each figure, so that its last digit means something


class Rendering(msgspec.Struct, frozen=True):
    """One figure. `per_second`: reports a second of processor time, each rendered, with its ledger, and validated; `kilobytes` of one.

    what       "invented" (every report has `transfers`), or "cases" (the reports of the packaged case stream, which have so many on average)
    """

    form: str
    what: str
    transfers: float
    per_second: float
    transfers_per_second: float
    kilobytes: float


def renderings(advance: Callable[[int, int, str], None] = lambda done, total, text: None) -> list[Rendering]:
    """Every form at every size, and on the reports of the cases where none is held there.

    Raises AssertionError where a report of the bench is not valid: a figure for invalid reports is none.
    """
    found = []
    cases = case_reports()
    for number, (code, fiu) in enumerate(FORMS.items()):
        for size in SIZES:
            advance(number, len(FORMS), f"{code}, {size} transfers")
            found.append(_measured(code, "invented", [crowd(load_fius()[fiu], size)]))
        if code in TAKE_ALL:
            advance(number, len(FORMS), f"{code}, {len(cases)} reports of the cases")
            found.append(_measured(code, "cases", cases))
    return found


def _measured(code: str, what: str, reports: Sequence[ResolvedReport]) -> Rendering:
    form = load_form(code)
    files = [file for report in reports for file in render(report, form)]
    assert not any(file.errors for file in files)
    count = len(reports)
    speed = _per_second(lambda: [render(report, form) for report in reports]) * count
    transfers = sum(len(report.transfers) for report in reports) / count
    kilobytes = sum(len(file.payload) for file in files) / 1_000 / count
    return Rendering(code, what, round(transfers, 1), round(speed, 1), round(speed * transfers, 1), round(kilobytes, 1))


def _per_second(work: Callable[[], object]) -> float:
    """Times a second of processor time that `work` can be done, once it is warm."""
    work()
    started, times = time.process_time(), 0
    while (spent := time.process_time() - started) < _LEAST_S:
        work()
        times += 1
    return times / spent
