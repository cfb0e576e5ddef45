"""The parameter file is refused before anything starts, and what judged is said in the log, the findings and the reports."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from ops import cli
from ops.calibration import calibration_of, parameters_line
from ops.settings import Settings
from schemas.yaml_rows import RegistryError
from streams.typologies.calibration import DECLARED

GOOD = """schema: strgw.parameters/1
version: pilot 3
effective: 2026-11-24
typologies:
  TS-P03:
    min_usd: {value: 700, unit: "US dollars in the window"}
"""


def settings(path: Path) -> Settings:
    return Settings.from_env({"STRGW_PARAMETERS": str(path)})


@pytest.fixture
def good(tmp_path: Path) -> Path:
    path = tmp_path / "parameters.yaml"
    path.write_text(GOOD, encoding="utf-8")
    return path


def test_without_a_file_the_typologies_judge_by_what_they_declare() -> None:
    assert calibration_of(Settings.from_env({})) is DECLARED
    assert parameters_line(DECLARED) == f"parameters built-in, SHA-256 {DECLARED.used.sha256}"


def test_the_log_names_version_date_digest_and_how_much_differs(good: Path) -> None:
    made = calibration_of(settings(good))
    assert parameters_line(made) == (
        f"parameters pilot 3, effective 2026-11-24, SHA-256 {made.used.sha256}; 1 number differs from what the typologies declare"
    )


def test_a_file_that_is_not_utf_8_is_refused_with_its_line(good: Path) -> None:
    good.write_bytes(GOOD.encode().replace(b"700", b"70\xff"))
    with pytest.raises(RegistryError, match=r"parameters.yaml, line 6: not readable as UTF-8"):
        calibration_of(settings(good))


def test_a_byte_order_mark_is_no_mistake(good: Path) -> None:
    good.write_bytes(b"\xef\xbb\xbf" + GOOD.encode())
    assert calibration_of(settings(good)).used.version == "pilot 3"


@pytest.mark.parametrize(
    "words",
    [["worker"], ["backtest", "events.jsonl", "--out", "out"], ["typologies"], ["config"], ["up"]],
    ids=lambda words: words[0],
)
def test_a_mistake_in_the_file_stops_a_command_before_it_starts_anything(
    words: list[str], good: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    good.write_text(GOOD.replace("700", "-1"), encoding="utf-8")
    monkeypatch.setenv("STRGW_PARAMETERS", str(good))
    monkeypatch.setenv("STRGW_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("STRGW_KAFKA", "127.0.0.1:1")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as caught:
        cli.main(words)
    assert caught.value.code == 1
    said = capsys.readouterr().err
    assert f"strgw: {good}, line 6: TS-P03 min_usd must be a whole number from 0 on" in said
    assert not (tmp_path / "out").exists()


def test_a_file_that_is_not_there_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("STRGW_PARAMETERS", str(tmp_path / "none.yaml"))
    with pytest.raises(SystemExit) as caught:
        cli.main(["typologies"])
    assert caught.value.code == 1
    assert "none.yaml cannot be read or written" in capsys.readouterr().err


def _events(path: Path) -> Path:
    """One ransom of USD 600 in three payments by night: over the declared line of 500, under one of 700."""
    rows = []
    for number, hour in enumerate((1, 23, 46)):
        day, at = divmod(hour, 24)
        rows.append(
            {
                "schema": "strgw.transfer/1",
                "transfer_id": f"R-{number}",
                "status": "paid",
                "occurred_at": f"2024-06-{10 + day:02d}T{at:02d}:10:00+02:00",
                "amount": {"value": "200.00", "currency": "USD"},
                "channel": "cash_to_cash",
                "sender": {"kind": "person", "party_id": "mother", "name": "Sara Negash", "customer_since": "2024-06-01"},
                "receiver": {"kind": "person", "party_id": "holder", "name": "Musa Idris"},
                "send_agent": {"agent_id": "SE-1", "name": "Corner Exchange", "country": "SE", "city": "Stockholm"},
                "pay_agent": {"agent_id": "SD-1", "name": "Nile Exchange", "country": "SD", "city": "Khartoum"},
            }
        )
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def _judged(events: Path, out: Path, path: Path | None) -> tuple[dict[str, object], list[dict[str, object]], str]:
    from ops.commands.backtest import command

    environ = {"STRGW_HMAC_KEY": "ab" * 32} | ({"STRGW_PARAMETERS": str(path)} if path else {})
    result = CliRunner().invoke(command, [str(events), "--out", str(out), "--json"], obj=Settings.from_env(environ))
    assert result.exit_code == 0, result.output
    findings = [json.loads(line) for line in (out / "findings.jsonl").read_text("utf-8").splitlines()]
    return json.loads(result.stdout), [f for f in findings if f["typology"] == "TS-P03"], result.stderr


def test_a_number_of_the_file_decides_and_stands_with_what_it_judged(tmp_path: Path, good: Path) -> None:
    events = _events(tmp_path / "events.jsonl")
    summary, findings, log = _judged(events, tmp_path / "declared", None)
    assert len(findings) == 1
    used = {"version": "built-in", "sha256": DECLARED.used.sha256}
    assert summary["parameters"] == findings[0]["parameters"] == used
    assert f"Judging by parameters built-in, SHA-256 {used['sha256']}." in log
    assert _judged(events, tmp_path / "stricter", good)[1] == []
    good.write_text(GOOD.replace("700", "550") + '    weight: {value: 1, unit: "0 to 1"}\n', encoding="utf-8")
    [kept] = _judged(events, tmp_path / "between", good)[1]
    assert kept["parameters"] == {"version": "pilot 3", "sha256": calibration_of(settings(good)).used.sha256}
    assert [n["line"] for n in kept["numbers"] if n["name"] == "min_usd"] == [550.0]  # type: ignore[attr-defined]
    assert kept["finding_id"] == findings[0]["finding_id"]
    reports = [json.loads(line) for line in (tmp_path / "between" / "reports.jsonl").read_text("utf-8").splitlines()]
    assert [report["parameters"] for report in reports] == [[kept["parameters"]]]
