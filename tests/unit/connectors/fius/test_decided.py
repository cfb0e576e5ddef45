"""What people decided, carried out on the invented case: sent, held again, corrected, settled or void."""

import hashlib
import io
import zipfile
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
import pytest

from connectors.fius.decided import Executor, Ruling
from connectors.fius.delivered import Delivered, Line
from connectors.fius.dispatch import REPORT_CODEC, Arrival, Dispatcher, Outcome, before_of
from schemas.decision import Decision
from schemas.held import HELD_CODEC
from schemas.report import Report
from schemas.transfer import Coordinate

HOUR_MS = 3_600_000
KEY = "KG|KG|file|KG-9"


class Desk:
    """Dispatcher and executor over one report topic in memory."""

    def __init__(self, case: Any) -> None:
        self.case = case
        self.reports: list[bytes] = []
        self.state: Delivered | None = None
        self._dispatcher = Dispatcher(case.archive(), case.registries(), msgspec.msgpack.encode)
        self._executor = Executor(self, case.archive(), case.registries(), msgspec.msgpack.encode)

    def read(self, partition: int, offsets: Sequence[int]) -> Iterator[tuple[int, bytes]]:
        yield from ((offset, self.reports[offset]) for offset in offsets if offset < len(self.reports))

    def post(self, report: Report) -> Outcome | None:
        self.reports.append(REPORT_CODEC.encode(report))
        arrival = Arrival(report, Coordinate("filings", 0, len(self.reports) - 1), 5)
        return self._kept(self._dispatcher.dispatch(arrival, self.state))

    def wait(self, **more: Any) -> None:
        """A report for KG that wants a person."""
        plan = self.case.plan("KG", status="held", hold_code="awaiting_release", hold_reason="policy", release="one_reviewer")
        self.post(self.case.report(filings=(plan,), **more))

    def decide(self, action: str = "approve", **more: Any) -> Outcome | None:
        raw = self.reports[-1]
        effect = "send" if action in ("approve", "release") else "settle"
        fields: dict[str, Any] = {
            "decision_id": "d1", "subject": "s", "number": 1, "report_id": "0123456789abcdef" * 2, "version": 1, "action": action,
            "effect": effect, "person": "ann", "name": "Ann", "reason": "", "from_state": "awaiting_review", "at_ms": 0, "fiu": "KG",
            "country": "KG", "obligation": "file", "registration": "KG-9", "partition": 0, "offset": len(self.reports) - 1,
            "digest": hashlib.sha256(raw).digest(),
        }  # fmt: skip
        decision = Decision(**(fields | more))
        return self._kept(self._executor.execute(Ruling(decision, Coordinate("filings.decisions", 0, 0), 9), self.state))

    def _kept(self, outcome: Outcome | None) -> Outcome | None:
        if outcome is not None:
            self.state = outcome.state
        return outcome


@pytest.fixture
def desk(case: Any) -> Desk:
    return Desk(case)


def published(outcome: Outcome | None) -> list[dict[str, Any]]:
    assert outcome is not None
    return [msgspec.msgpack.decode(record.value) for record in outcome.records if record.topic == "fiu.kg.reports"]


def audited(outcome: Outcome | None) -> list[str]:
    assert outcome is not None
    return [msgspec.msgpack.decode(record.value[1:])["action"] for record in outcome.records if record.topic == "audit"]


def test_what_was_approved_goes_out_and_only_once(desk: Desk) -> None:
    desk.wait()
    [filing] = published(desk.decide())
    assert (filing["version"], filing["relation"], filing["reporting_entity"]) == (1, "initial", "KG-9")
    assert audited(desk.decide(decision_id="d2")) == ["decision_void"]


@pytest.mark.parametrize(
    "wrong",
    [{"version": 2}, {"digest": b"x" * 32}, {"offset": 7}, {"fiu": "AE"}, {"registration": "KG-1"}, {"report_id": "00" * 16}],
)
def test_a_decision_about_anything_else_than_what_waits_is_void(desk: Desk, wrong: dict[str, Any]) -> None:
    desk.wait()
    outcome = desk.decide(**wrong)
    assert published(outcome) == []
    assert audited(outcome) == ["decision_void"]


def test_an_approval_of_a_version_that_has_grown_meanwhile_is_void(desk: Desk) -> None:
    desk.wait()
    desk.wait(version=2, score=0.9)
    assert audited(desk.decide(offset=0, digest=hashlib.sha256(desk.reports[0]).digest())) == ["decision_void"]


def test_a_first_of_two_approvals_does_nothing(desk: Desk) -> None:
    desk.wait()
    assert desk.decide(effect="") is None


def test_what_is_not_valid_after_all_is_held_under_the_decision(desk: Desk) -> None:
    desk.wait(narrative={})
    outcome = desk.decide()
    assert outcome is not None
    [held] = [HELD_CODEC.decode(record.value) for record in outcome.records if record.topic == "filings.held"]
    assert (held.code, held.decision_id) == ("not_valid", "d1")
    assert outcome.counts == (("KG", "held"),)


def test_a_settled_filing_rests_until_its_report_grows(desk: Desk) -> None:
    desk.wait()
    outcome = desk.decide("refuse")
    assert outcome is not None
    assert outcome.counts == ()
    assert desk.state is not None
    assert desk.state.lines[KEY].state == "settled"
    desk.wait(version=2)
    assert desk.state.lines[KEY].state == "settled"
    desk.wait(version=3, score=0.9)
    assert desk.state.lines[KEY].state == "held"


def test_the_clock_starts_at_the_reviewers_word_where_that_formed_the_suspicion(desk: Desk) -> None:
    desk.wait()
    formed_ms = desk.case.start_ms + 90 * HOUR_MS
    [filing] = published(desk.decide(formed_ms=formed_ms))
    assert filing["suspicion_formed_at_ms"] == formed_ms
    assert filing["due_at_ms"] == formed_ms + 24 * HOUR_MS  # this FIU takes 24 hours


def test_a_rejected_version_may_be_sent_once_more_as_a_correction_under_another_id(desk: Desk) -> None:
    desk.post(desk.case.report(filings=(desk.case.plan("KG"),)))
    assert desk.state is not None
    [first] = desk.state.lines[KEY].filings
    assert audited(desk.decide("release")) == ["decision_void"]  # nobody rejected it
    desk.decide("answered", effect="", answered=first, reference="RP-1", accepted=False)
    [second] = published(desk.decide("release", decision_id="d2"))
    assert second["filing_id"] != first
    assert (second["relation"], second["prior_filing_id"], second["prior_reference"]) == ("correction", first, "RP-1")
    told = text_of(second)
    assert "This version corrects what was filed before, which was rejected." in told
    assert "Number given to the earlier filing by the unit: RP-1" in told
    assert audited(desk.decide("release", decision_id="d3")) == ["decision_void"]


def test_a_repeated_answer_changes_nothing(desk: Desk) -> None:
    desk.post(desk.case.report(filings=(desk.case.plan("KG"),)))
    assert desk.state is not None
    [first] = desk.state.lines[KEY].filings
    assert desk.decide("answered", effect="", answered=first, reference="RP-1", accepted=True) is not None
    assert desk.decide("answered", effect="", answered=first, reference="RP-1", accepted=True) is None
    assert desk.decide("answered", effect="", answered="f" * 32, reference="RP-1") is None


def test_the_next_version_of_an_accepted_report_is_supplementary(desk: Desk) -> None:
    desk.post(desk.case.report(filings=(desk.case.plan("KG"),)))
    assert desk.state is not None
    [first] = desk.state.lines[KEY].filings
    desk.decide("answered", effect="", answered=first, reference="RP-1", accepted=True)
    [second] = published(desk.post(desk.case.report(version=2, score=0.9, filings=(desk.case.plan("KG"),))))
    assert (second["relation"], second["prior_filing_id"], second["prior_reference"]) == ("supplementary", first, "RP-1")
    assert "This version adds to what was filed before, and replaces it." in text_of(second)


def test_a_filing_knows_the_last_one_that_was_not_rejected() -> None:
    line = Line("published", 3, b"", 0, ("f1", "f2"), rejected=("f2",), references={"f1": "B-1"}, events={"f1": 77, "f2": 99})
    found = before_of(line)
    assert (found.relation, found.filing_id, found.reference) == ("correction", "f2", "")
    assert (found.standing, found.standing_event_ms) == ("B-1", 77)
    assert before_of(msgspec.structs.replace(line, rejected=("f1", "f2"))).standing is None
    later = before_of(msgspec.structs.replace(line, rejected=()))
    assert (later.relation, later.standing, later.standing_event_ms) == ("supplementary", "", 99)


def test_delivery_remembers_when_the_last_transfer_of_each_filing_was_made(desk: Desk) -> None:
    report = desk.case.report(filings=(desk.case.plan("KG"),))
    desk.post(report)
    assert desk.state is not None
    line = desk.state.lines[KEY]
    assert line.events == {line.filings[0]: max(evidence.at_ms for evidence in report.transfers)}


def text_of(filing: dict[str, Any]) -> str:
    with zipfile.ZipFile(io.BytesIO(filing["payload"])) as package:
        return " ".join(package.read("report.txt").decode().split())
