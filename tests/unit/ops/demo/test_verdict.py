"""Which end of a case the demonstration calls right."""

from typing import Any

import msgspec
import pytest

from ops.demo.follow import Results
from ops.demo.stream import PARTNER, SampleCase
from ops.demo.verdict import case_line, checks
from schemas.finding import Evidence
from schemas.report import Clock, FilingPlan, Report
from streams.domain.canonical import transfer_uid

CASE = SampleCase(
    "CS", "A case", ("SOM",), False, ("TS-F01",), ("AE",), ("AE", "KG"), ("1",), (), (), (), ("a", "b", "c"), ("a", "b", "c", "d")
)


def report(offence: str, *transfers: str, fiu: str = "AE") -> Report:
    evidence = tuple(
        Evidence(transfer_uid(PARTNER, t), 0, 0, 0, 0, PARTNER, b"s", b"r", 1, "USD", 1, "cash_to_cash", "AE", "KG", "", "")
        for t in transfers
    )
    plan = FilingPlan(fiu, fiu, "file", "ready", "1", "HEAD", (), Clock(0, (), 0))
    fields: dict[str, Any] = {
        "typologies": (),
        "findings": (),
        "parties": (),
        "narrative": {},
        "completeness": {},
        "considered": (),
    }
    return Report("r", 1, "open", "s", offence, 0.8, False, False, 0, transfers=evidence, filings=(plan,), **fields)


@pytest.mark.parametrize(
    ("offence", "transfers", "right"),
    [("SOM", "a", True), ("TIP", "a", False), ("SOM", "d", False), ("SOM", "xyz", False), ("SOM", "abc", True)],
)
def test_case_is_found_with_a_third_of_its_subjects_transfers_and_the_right_offence(
    offence: str, transfers: str, right: bool
) -> None:
    line = case_line(CASE, [report(offence, *transfers)])
    assert line.as_expected is right
    assert line.reported == len(set(transfers) & {"a", "b", "c"})


@pytest.mark.parametrize(("transfers", "silent"), [("d", False), ("x", True)])
def test_lawful_case_is_loud_with_a_single_reported_transfer(transfers: str, silent: bool) -> None:
    lawful = msgspec.structs.replace(CASE, negative_control=True, subjects=(), subject_transfers=())
    line = case_line(lawful, [report("SOM", *transfers)])
    assert line.as_expected is silent
    failed = {check.name for check in checks(Results({}), [], [line], None) if not check.ok}
    assert ("lawful cases are silent" in failed) is not silent


def test_filing_that_never_reached_its_fiu_fails_the_run() -> None:
    failed = {check.name for check in checks(Results({}), [report("SOM", "a")], [], None) if not check.ok}
    assert failed == {"at least 4 FIUs have filings", "every report reached its FIUs", "goAML file valid"}
