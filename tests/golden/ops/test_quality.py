"""`strgw backtest --truth` on simulated streams: the figures equal those of a slow count over the files it wrote."""

import json
from pathlib import Path
from typing import Any

import pytest

from ops import cli

SUBJECTS = {"subject", "facilitator"}
pytestmark = pytest.mark.timeout(300)


def strgw(*words: object) -> int:
    with pytest.raises(SystemExit) as caught:
        cli.main([str(word) for word in words])
    return int(caught.value.code or 0)


@pytest.fixture(scope="module", autouse=True)
def key() -> Any:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("STRGW_HMAC_KEY", "6b" * 32)
        yield


@pytest.fixture(scope="module")
def stream(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three thousand transfers, a third of them of planted patterns that are reported alone, or of their look-alikes."""
    folder = tmp_path_factory.mktemp("stream")
    kinds = ("TS-P03", "TS-P07", "TS-F01", "SCHEME-RING")
    words = [word for kind in kinds for word in ("--typology", kind)]
    size = ("--events", 3000, "--days", 240, "--planted-share", 0.2, "--seed", 11)
    assert strgw("simulate", *size, *words, "--out", folder / "stream.jsonl", "--truth", folder / "truth.json", "--json") == 0
    return folder


@pytest.fixture(scope="module")
def out(stream: Path) -> Path:
    assert strgw("backtest", stream / "stream.jsonl", "--truth", stream / "truth.json", "--out", stream / "out", "--json") == 0
    return stream / "out"


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


@pytest.fixture(scope="module")
def slow(stream: Path, out: Path) -> dict[str, Any]:
    """The same figures, counted from the files by transfer id and customer number."""
    cases = json.loads((stream / "truth.json").read_bytes())["cases"]
    events, findings, reports = lines(stream / "stream.jsonl"), lines(out / "findings.jsonl"), lines(out / "reports.jsonl")
    guilty = [case for case in cases if not case["negative_control"]]
    lawful = {e["transfer_id"] for e in events} - {t for case in guilty for t in case["transfers"]}
    found, reported, protected = [], [], set()
    for case in guilty:
        held = {t for f in findings for t in f["transfers"]} & set(case["transfers"])
        found.append(3 * len(held) >= len(case["transfers"]))
        naming = [
            r for r in reports if {p["party_id"] for p in r["parties"] if p["role"] in SUBJECTS} & set(case["expect"]["subjects"])
        ]
        of_subjects = {t for r in naming for t in r["transfers"]} & set(case["subject_transfers"])
        if case["expect"]["report"]:
            reported.append(3 * len(of_subjects) >= len(case["subject_transfers"]))
        named = {p["party_id"] for r in reports for p in r["parties"] if p["role"] in SUBJECTS}
        protected |= named & set(case["expect"]["protect"])
    return {
        "transfers": len(events),
        "benign_transfers": len(lawful),
        "cases": len(guilty),
        "found": sum(found),
        "demanded": len(reported),
        "reported": sum(reported),
        "reports": len(reports),
        "in_findings": len(lawful & {t for f in findings for t in f["transfers"]}),
        "in_reports": len(lawful & {t for r in reports for t in r["transfers"]}),
        "controls": len(cases) - len(guilty),
        "protected_as_subject": len(protected),
    }


def test_the_figures_are_those_of_a_slow_count(out: Path, slow: dict[str, Any]) -> None:
    overall = json.loads((out / "quality.json").read_bytes())["overall"]
    assert slow["found"] >= 5 and slow["reported"] >= 2 and slow["controls"] >= 3
    assert {name: overall[name] for name in slow} == slow


def test_expected_typologies_are_found_as_in_the_files(stream: Path, out: Path) -> None:
    findings = lines(out / "findings.jsonl")
    cases = {case["id"]: case for case in json.loads((stream / "truth.json").read_bytes())["cases"]}
    for result in json.loads((out / "quality.json").read_bytes())["cases"]:
        case = cases[result["id"]]
        seen = {f["typology"] for f in findings if set(f["transfers"]) & set(case["transfers"])}
        assert result["detectors_found"] == [d for d in case["expect"]["detectors"] if d in seen]


def test_measuring_changes_nothing_that_is_measured(stream: Path, out: Path, tmp_path: Path) -> None:
    assert strgw("backtest", stream / "stream.jsonl", "--out", tmp_path, "--together", 500, "--json") == 0
    written = {p.relative_to(out): p.read_bytes() for p in out.rglob("*") if p.is_file()}
    plain = {p.relative_to(tmp_path): p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()}
    assert set(written) - set(plain) == {Path("quality.json"), Path("quality.html")}
    assert {p for p in plain if plain[p] != written[p]} <= {Path("summary.json")}


def test_unmeasured_and_judged_together_it_ends_alike_with_fewer_versions(stream: Path, out: Path, tmp_path: Path) -> None:
    assert strgw("backtest", stream / "stream.jsonl", "--out", tmp_path, "--json") == 0
    for name in ("findings.jsonl", "reports.jsonl"):
        together, measured = ([line | {"version": 0, "supersedes": []} for line in lines(of / name)] for of in (tmp_path, out))
        assert together == measured
    assert 0 < len(list(tmp_path.glob("filings/*/*"))) < len(list(out.glob("filings/*/*")))


def test_what_is_measured_is_not_judged_together(stream: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    truth = ("--truth", stream / "truth.json", "--together", 1000)
    assert strgw("backtest", stream / "stream.jsonl", "--out", tmp_path, *truth) == 2
    assert "--together does not go with --truth" in capsys.readouterr().err


def test_a_second_run_gives_the_same_report_and_json_holds_it(
    stream: Path, out: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert strgw("backtest", stream / "stream.jsonl", "--truth", stream / "truth.json", "--out", tmp_path, "--json") == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed["quality"] == json.loads((out / "quality.json").read_bytes())
    for name in ("quality.json", "quality.html"):
        assert (tmp_path / name).read_bytes() == (out / name).read_bytes()


def test_tables_are_printed_for_people(stream: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert strgw("backtest", stream / "stream.jsonl", "--truth", stream / "truth.json", "--out", tmp_path) == 0
    printed = capsys.readouterr().out
    for words in (
        "Planted cases found by findings",
        "By what was planted",
        "By typology",
        "Protected people named as subject",
        "SCHEME-RING",
    ):
        assert words in printed


def test_a_truth_of_other_events_is_refused_before_anything_is_written(
    stream: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    truth = json.loads((stream / "truth.json").read_bytes())
    truth["cases"][0]["transfers"] += [f"X{n}" for n in range(11)]
    (tmp_path / "truth.json").write_text(json.dumps(truth), "utf-8")
    words = ("backtest", stream / "stream.jsonl", "--truth", tmp_path / "truth.json", "--out", tmp_path / "out")
    assert strgw(*words) == 1
    assert (
        "names 11 transfers that the events do not hold: X0, X1, X2, X3, X4, X5, X6, X7, X8, X9 and 1 more;"
        in capsys.readouterr().err
    )
    assert not (tmp_path / "out").exists()
    assert strgw(*words, "--json") == 1
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "truth_unknown"


def test_a_file_of_accounts_is_measured_against_its_patterns(tmp_path: Path) -> None:
    rows = ["event_id,ts,sender_id,receiver_id,amount,currency,channel,label,pattern"]
    rows += [f"E{n},2024-02-{n + 1:02}T10:00:00Z,A-{n},A-99,900.00,USD,bank_transfer,1,fan_in" for n in range(8)]
    rows += [f"F{n},2024-02-{n + 1:02}T11:00:00Z,A-{n},A-{n + 1},50.00,USD,bank_transfer,0," for n in range(8)]
    rows.append("G0,2024-02-20T11:00:00Z,A-1,A-2,0.0,USD,bank_transfer,0,")
    (tmp_path / "run.csv").write_text("\n".join(rows) + "\n", "utf-8")
    members = ["A-99", *(f"A-{n}" for n in range(8))]
    truth = [
        {"pattern": "fan_in", "pattern_id": 1, "members": members, "start": "2024-02-01T00:00:00Z", "end": "2024-02-08T23:00:00Z"}
    ]
    (tmp_path / "truth.json").write_text(json.dumps(truth), "utf-8")
    words = (
        "backtest",
        tmp_path / "run.csv",
        "--format",
        "accounts.csv/1",
        "--truth",
        tmp_path / "truth.json",
        "--out",
        tmp_path / "out",
    )
    assert strgw(*words, "--json") == 0
    quality = json.loads((tmp_path / "out" / "quality.json").read_bytes())
    assert quality["overall"]["transfers"] == 16
    assert quality["cases"][0]["transfers"] == 15  # of F0 … F7 all but the one to A-8, who is no member
    (bad,) = lines(tmp_path / "out" / "quarantine.jsonl")
    assert (bad["line"], bad["reason_code"]) == (18, "amount_not_positive")


def test_an_unknown_format_is_wrong_usage(stream: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert strgw("backtest", stream / "stream.jsonl", "--format", "swift", "--out", tmp_path) == 2
    assert "There is no format swift; the formats are strgw.transfer/1, iso20022/1," in capsys.readouterr().err
