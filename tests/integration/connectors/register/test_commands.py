"""The commands of the register against the real broker, as a person runs them: an automatic filing, one that two must approve, an RFI."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from connectors.register.upsert import upsert
from ops.cli import main
from schemas.feedback import Feedback, InformationRequest

REPORT = "0123456789abcdef" * 2


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    """SQLite alone: what the commands do is the same on both, and tested there."""
    return f"sqlite:///{tmp_path / 'register.db'}"


@pytest.fixture
def strgw(office: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Any:
    """The command line without a new interpreter for each command: a second of start-up each would be most of the test."""
    for name in [name for name in os.environ if name.startswith("STRGW_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("STRGW_KAFKA", office.desk.bootstrap)
    monkeypatch.setenv("STRGW_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("STRGW_DATABASE", office.url)

    def run(*words: str, code: int = 0) -> Any:
        capfd.readouterr()
        with pytest.raises(SystemExit) as ended:
            main(list(words))
        out, err = capfd.readouterr()
        assert ended.value.code == code, out + err
        return json.loads(out) if "--json" in words else out + err

    return run


def test_people_see_decide_answer_and_hand_over(office: Any, strgw: Any, tmp_path: Path) -> None:
    office.desk.post(office.report(office.waiting("KG"), office.plan("AE")))
    office.deliver(1)
    office.keep()
    [line] = strgw("filings", "list", "--json")["filings"]
    assert (line["fiu"], line["state"], line["is_overdue"], line["needed"]) == ("KG", "awaiting_review", True, 2)
    said = strgw("filings", "list")
    assert "OVERDUE" in said
    assert "0 of 2" in said
    refused = strgw("filings", "refuse", line["filing"], "--by", "Ann", "--reason", " ", "--json", code=1)
    assert refused["error"]["code"] == "reason_missing"
    assert (
        strgw("filings", "release", line["filing"][:8], "--by", "Ann", "--reason", "x", "--json", code=1)["error"]["code"]
        == "not_in_review"
    )
    assert strgw("filings", "approve", line["filing"][:8], "--by", "Ann", "--json")["effect"] == ""
    moved = strgw("filings", "approve", line["filing"][:8], "--by", "Bob", "--version", "7", "--json", code=1)
    assert moved["error"]["code"] == "version_moved"
    assert "it goes out now" in strgw("filings", "approve", line["filing"][:8], "--by", "Bob", "--version", "1")
    office.keep()
    office.deliver(2)
    told = strgw(
        "fiu",
        "answer",
        "--fiu",
        "kg",
        "--report",
        REPORT[:6],
        "--status",
        "rejected",
        "--error",
        "E1",
        "no name",
        "parties[0].names",
    )
    assert "KG says rejected" in told
    office.keep()
    shown = strgw("filings", "show", line["filing"][:8])
    assert "E1 at parties[0].names, our field parties.names" in shown
    assert "E1: no name" in shown  # the FIU's own words, from its topic
    assert [step[2] for step in strgw("filings", "show", line["filing"], "--json")["filing"]["steps"]][-1] == "rejected"

    wish = InformationRequest("Q-1", "all payments", "inquiry", "art. 5", None, ())
    office.answer(Feedback(REPORT, 1, "information_requested", fiu="AE", request=wish, received_at_ms=4))
    office.keep()
    [request] = strgw("rfi", "list", "--json")
    assert "legal basis: art. 5" in strgw("rfi", "show", request["request_id"][:6])
    out = str(tmp_path / "out")
    assert (
        strgw("rfi", "export", request["request_id"], "--out", out, "--by", "Ann", "--json", code=1)["error"]["code"]
        == "not_approved"
    )
    strgw("rfi", "approve", request["request_id"], "--by", "M. Lro")
    made = strgw("rfi", "export", request["request_id"], "--out", out, "--by", "Ann", "--json")
    assert (made["transfers"], len(list((tmp_path / "out").iterdir()))) == (3, 2)
    office.keep()
    assert audit_holds(strgw)


def audit_holds(strgw: Any) -> bool:
    found = strgw("audit", "verify", "--json")
    assert found["chain"]["records"] > 10
    return bool(found["holds"]) and found["chain"]["faults"] == []


def test_an_audit_record_changed_in_the_database_is_named(office: Any, strgw: Any) -> None:
    from connectors.register import tables
    from connectors.register.database import write

    office.desk.post(office.report(office.plan("KG")))
    office.deliver(1)
    office.keep()
    with write(office.engine) as connection:
        row = dict(connection.execute(tables.audit.select().where(tables.audit.c.seq == 2)).one()._mapping)
        upsert(connection, tables.audit, [row | {"actor": "nobody"}])
    assert "record_changed at record 2" in strgw("audit", "verify", code=1)
