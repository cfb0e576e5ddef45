"""What FIUs say, on the real broker and a real database: bad, repeated, stray and out of order; requests; and a register made anew."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from connectors.kafka.archive import BatchArchive
from connectors.kafka.archive_log import LogSource
from connectors.kafka.transactions import Fenced
from connectors.register.bundle import files_of
from connectors.register.decide import Wish, decide
from connectors.register.errors import RegisterError
from connectors.register.overview import filings, unmatched
from connectors.register.requests import Sources, approve, bundle, note_export, requests
from schemas.codec import Codec
from schemas.feedback import Feedback, InformationRequest
from schemas.quarantine import QuarantineRecord

REPORT = "0123456789abcdef" * 2
NAMES = ("Testov", "Sadykova", "САДЫКОВА", "نور")


def states(office: Any) -> dict[str, tuple[str, int]]:
    return {line.fiu: (line.state, line.version) for line in filings(office.engine, 0, everything=True)}


def test_answers_requests_growth_and_a_register_made_anew(office: Any, tmp_path: Path) -> None:
    two = (office.plan("KG"), office.plan("AE"))
    office.desk.post(office.report(*two))
    office.deliver(1)
    office.keep()
    assert states(office) == {"KG": ("filed", 1), "AE": ("filed", 1)}

    office.post("fiu.kg.feedback", b"\x00\x00\x00\x00\x05 no answer")
    office.answer(Feedback("ffff" * 8, 1, "accepted", fiu="KG", received_at_ms=1))
    office.answer(Feedback(REPORT, 9, "rejected", fiu="KG", received_at_ms=2))
    for _ in range(3):
        office.answer(Feedback(REPORT, 1, "accepted", fiu="KG", fiu_reference="K-1", received_at_ms=3))
    wish = InformationRequest(
        "Q-1", "payments of Bakyt Testov", "inquiry", "art. 5", 1_767_900_000_000, ("TX-3", "TX-99", "TX-1")
    )
    office.answer(Feedback(REPORT, 1, "information_requested", fiu="AE", request=wish, received_at_ms=4))
    office.keep()
    assert states(office) == {"KG": ("acknowledged", 1), "AE": ("filed", 1)}
    assert [answer.code for answer in unmatched(office.engine)] == ["answer_report_unknown", "answer_version_unknown"]
    assert [row[11] for row in office.contents()["answers"] if row[6] == "K-1"] == [3]  # told three times, one answer
    [aside] = [Codec(QuarantineRecord).decode(raw) for raw in office.desk.read("quarantine")]
    assert (aside.stage, aside.reason_code, aside.source.topic) == ("register", "avro_not_decodable", "fiu.kg.feedback")

    handed_over(office)
    said = decide(office.engine, Wish(line_of(office, "KG"), "close", "Ann", "all done"), office.fius, 10)
    assert said.effect == "settle"
    office.desk.post(office.report(*two, version=2), office.report(*two, version=3, score=0.95))
    office.keep()
    office.deliver(5)  # an answer, an approval, a closing, and what version 3 adds (version 2 says the same)
    office.keep()
    assert states(office) == {"KG": ("supplementary", 3), "AE": ("supplementary", 3)}
    assert [filing.relation for filing in office.desk.filings("ae")] == ["initial", "supplementary"]
    assert office.desk.filings("kg")[-1].prior_reference == "K-1"

    assert office.rebuilt(f"sqlite:///{tmp_path / 'anew.db'}") == office.contents()
    projector, follower = office.projector()
    office.desk.post(office.report(*two, version=4, score=0.96))
    office.keep()
    with pytest.raises(Fenced):
        follow(projector)
    follower.close()


def follow(projector: Any) -> None:
    while projector.step(500):
        pass


def line_of(office: Any, fiu: str) -> str:
    return next(line.filing for line in filings(office.engine, 0, everything=True) if line.fiu == fiu)


def handed_over(office: Any) -> None:
    """The request: not without approval, then exactly the transfers asked for; names in the files and nowhere else."""
    [request] = requests(office.engine)
    sources = [LogSource(office.desk.bootstrap, topic) for topic in ("fiu.ae.feedback", "filings", "transfers")]
    given = Sources(sources[0], sources[1], BatchArchive(sources[2]))
    with pytest.raises(RegisterError, match="approved"):
        bundle(office.engine, request, given)
    approved = approve(office.engine, request.request_id[:8], ("M. Lro", "lawful"), 7)
    with pytest.raises(RegisterError, match=r"M\. Lro already"):
        approve(office.engine, request.request_id, ("Other", ""), 8)
    made = bundle(office.engine, approved, given)
    files = files_of(made)
    note_export(office.engine, approved, "M. Lro", files, 9)
    for source in sources:
        source.close()
    document = json.loads(next(content for name, content in files.items() if name.endswith(".json")))
    assert [line["transfer_id"] for line in document["transfers"]] == ["TX-1", "TX-3"]
    assert document["not_in_report"] == ["TX-99"]
    assert document["approval"]["approved_by"] == "M. Lro"
    assert document["request"]["legal_basis"] == "art. 5"
    table = next(content for name, content in files.items() if name.endswith(".csv")).decode("utf-8-sig")
    assert [row["receiver_name"] for row in csv.DictReader(table.splitlines())] == ["Bakyt Testov", "Bakyt Testov"]
    kept = repr(office.contents())
    assert [name for name in NAMES if name in kept] == []
