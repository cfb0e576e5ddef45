"""The commands of the FIU side against the real broker, as a person runs them."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest

from schemas.wire import encode_filing

ROOT = Path(__file__).resolve().parents[4]


@pytest.fixture
def strgw(desk: Any, tmp_path: Path) -> Any:
    def run(*words: str) -> "subprocess.CompletedProcess[str]":
        kept = {name: value for name, value in os.environ.items() if not name.startswith("STRGW_")}
        environ = kept | {"PYTHONPATH": str(ROOT), "STRGW_KAFKA": desk.bootstrap, "STRGW_HOME": str(tmp_path / "home")}
        command = [sys.executable, "-m", "ops.cli", *words]
        return subprocess.run(command, capture_output=True, text=True, env=environ, timeout=60, check=False)

    return run


def test_tail_verifies_and_saves_what_the_fiu_gets(desk: Any, strgw: Any, tmp_path: Path) -> None:
    desk.post(desk.case.report())
    desk.deliver(1)
    done = strgw("fiu", "tail", "--fiu", "kg", "--from-beginning", "--save", str(tmp_path / "in"))
    assert done.returncode == 0, done.stderr
    assert "digest verified" in done.stdout
    assert "Aigul" not in done.stdout
    [saved] = (tmp_path / "in").iterdir()
    assert saved.read_bytes() == desk.filings("kg")[0].payload
    valid = strgw("validate-report", str(saved), "--fiu", "kg", "--json")
    assert (valid.returncode, json.loads(valid.stdout)["valid"]) == (0, True)


def test_tail_notices_a_changed_payload_and_does_not_save_it(desk: Any, strgw: Any, tmp_path: Path) -> None:
    desk.post(desk.case.report())
    desk.deliver(1)
    [filing] = desk.filings("kg")
    changed = msgspec.structs.replace(filing, payload=filing.payload.replace(b"250.50", b"950.50"), file_name="changed.zip")
    desk.post_raw("fiu.kg.reports", encode_filing(changed))
    done = strgw("fiu", "tail", "--fiu", "KG", "--from-beginning", "--save", str(tmp_path), "--json")
    lines = {line["file_name"]: line for line in map(json.loads, done.stdout.splitlines())}
    assert done.returncode == 1
    assert (lines[filing.file_name]["genuine"], lines["changed.zip"]["genuine"]) == (True, False)
    assert [problem["code"] for problem in lines["changed.zip"]["problems"]] == ["digest_differs"]
    assert not (tmp_path / "changed.zip").exists()


def test_tail_ends_after_as_many_as_asked_for(desk: Any, strgw: Any) -> None:
    desk.post(desk.case.report(), desk.case.report(report_id="b" * 32))
    desk.deliver(2)
    done = strgw("fiu", "tail", "--fiu", "kg", "--from-beginning", "--max", "1", "--json")
    assert (done.returncode, len(done.stdout.splitlines())) == (0, 1)


def test_held_lists_what_waits_and_shows_the_field_to_mend(desk: Any, strgw: Any) -> None:
    desk.post(desk.case.report(narrative={}))
    desk.deliver(1)
    listed = json.loads(strgw("held", "list", "--json").stdout)
    assert sorted((hold["fiu"], hold["code"], hold["open"]) for hold in listed) == [
        ("AE", "not_valid", True),
        ("KG", "not_valid", True),
    ]
    shown = strgw("held", "show", listed[0]["held_id"][:12])
    assert "narrative_missing" in shown.stdout
    assert "field narrative" in shown.stdout
    assert "Help for people at risk. For the compliance officer alone" in shown.stdout
    assert "  AE, P3:" in shown.stdout  # the person to protect pays there
    hints = json.loads(strgw("held", "show", listed[0]["held_id"][:12], "--json").stdout)["referral"]
    assert [(hint["country"], hint["people"]) for hint in hints] == [("AE", ["P3"])]
    unknown = strgw("held", "show", "zz")
    assert (unknown.returncode, unknown.stderr.count("\n")) == (1, 1)


def test_a_topic_that_is_missing_is_one_sentence(strgw: Any) -> None:
    done = strgw("fiu", "tail", "--fiu", "tj", "--from-beginning")
    assert (done.returncode, done.stderr) == (
        1,
        "strgw: The topic fiu.tj.reports does not exist: run `strgw topics apply` first.\n",
    )


def test_a_file_that_is_no_report_is_not_valid(strgw: Any, tmp_path: Path) -> None:
    (tmp_path / "x.zip").write_bytes(b"PK")
    done = strgw("validate-report", str(tmp_path / "x.zip"), "--fiu", "kg", "--json")
    assert done.returncode == 1
    assert [error["code"] for error in json.loads(done.stdout)["errors"]] == ["structure"]
