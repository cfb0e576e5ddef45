"""`strgw simulate` on the command line: the same bytes again, the truth beside them, and one sentence where it cannot be done."""

import gzip
import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

TOMORROW = (datetime.now(UTC).date() + timedelta(days=1)).isoformat()
REPOSITORY = Path(__file__).parents[4]


def strgw(*words: str, cwd: Path) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "ops.cli", "simulate", *words]
    return subprocess.run(
        command, cwd=cwd, capture_output=True, timeout=100, check=False, env={"PYTHONPATH": str(REPOSITORY), "PATH": ""}
    )


def test_the_stream_goes_to_stdout_and_its_summary_to_stderr(tmp_path: Path) -> None:
    done = strgw("--events", "400", "--days", "60", "--planted-share", "0.2", "--json", cwd=tmp_path)
    assert done.returncode == 0
    events = [json.loads(line) for line in done.stdout.splitlines()]
    summary = json.loads(done.stderr)
    assert len(events) == 400 == summary["events"] == summary["lawful"] + summary["planted"] + summary["lookalikes"]
    assert summary["planted"] > 0


def test_a_packed_file_is_the_same_again_and_holds_what_stdout_gets(tmp_path: Path) -> None:
    words = ("--events", "300", "--seed", "9", "--typology", "TS-F01", "--planted-share", "0.3")
    first, second = (strgw(*words, "--out", name, "--truth", f"{name}.json", "--json", cwd=tmp_path) for name in ("a.gz", "b.gz"))
    assert first.returncode == second.returncode == 0
    assert (tmp_path / "a.gz").read_bytes() == (tmp_path / "b.gz").read_bytes()
    assert gzip.decompress((tmp_path / "a.gz").read_bytes()) == strgw(*words, cwd=tmp_path).stdout
    truth = json.loads((tmp_path / "a.gz.json").read_bytes())
    assert {case["typology"] for case in truth["cases"]} == {"TS-F01"}
    assert truth["events"]["total"] == 300
    assert json.loads(first.stdout)["cases"] == {"TS-F01": sum(not case["negative_control"] for case in truth["cases"])}


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("--typology", "TS-X99"), 2, "is not a typology"),
        (("--typology", "TS-P04", "--days", "20"), 1, "cannot be planted"),
        (("--start", "2030-01-01"), 2, "The feasts are known from"),
        (("--start", TOMORROW, "--days", "2"), 2, "would end after today"),
        (("--rate", "5"), 2, "belong to --post"),
        (("--post",), 2, "needs --partner"),
        (("--out", "no/such/folder/x.jsonl"), 1, "check the path"),
        (("--truth", "no/such/folder/x.json"), 1, "check the path"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_sentence(tmp_path: Path, words: tuple[str, ...], code: int, said: str) -> None:
    done = strgw("--events", "500", *words, cwd=tmp_path)
    assert done.returncode == code
    assert said in done.stderr.decode()
    assert b"Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_reader_that_goes_away_ends_it(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "ops.cli", "simulate", "--events", "20000"]
    with subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout and process.stderr
        assert process.stdout.readline().startswith(b'{"schema"')
        process.stdout.close()
        assert b"reader of the stream went away" in process.stderr.read()
        assert process.wait(60) == 1
