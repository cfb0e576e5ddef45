"""`strgw worker` as a process: it says when it is ready, serves its metrics, ends on SIGTERM and refuses what it cannot run."""

import os
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import msgspec
import pytest


def environment(broker: str, home: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("STRGW_")}
    return kept | {"STRGW_KAFKA": broker, "STRGW_HOME": str(home)}


def strgw(broker: str, home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "ops.cli", *arguments]
    return subprocess.run(command, env=environment(broker, home), capture_output=True, text=True, timeout=90, check=False)


def test_worker_announces_itself_serves_metrics_and_ends_on_sigterm(broker: str, tmp_path: Path) -> None:
    applied = strgw(broker, tmp_path, "topics", "apply")
    assert applied.returncode == 0, applied.stderr
    command = [sys.executable, "-m", "ops.cli", "worker", "--json"]
    with subprocess.Popen(command, env=environment(broker, tmp_path), stdout=subprocess.PIPE, text=True) as worker:
        try:
            assert worker.stdout is not None
            lines: list[str] = []
            while not lines or lines[-1].rstrip() != "}":
                line = worker.stdout.readline()
                assert line, f"it ended with {worker.wait(10)}"
                lines.append(line)
            ready = msgspec.json.decode("".join(lines))
            assert ready["ready"] is True
            assert ready["stages"] == ["admit", "detect", "link", "report"]
            with urllib.request.urlopen(f"http://127.0.0.1:{ready['metrics']}/metrics", timeout=10) as page:
                served = page.read().decode()
            for stage in ready["stages"]:
                assert f'strgw_stage_partitions{{stage="{stage}"}} 4.0' in served
            worker.send_signal(signal.SIGTERM)
            assert worker.wait(10) == 0
        finally:
            worker.kill()


def test_unknown_stage_is_wrong_usage(broker: str, tmp_path: Path) -> None:
    result = strgw(broker, tmp_path, "worker", "--stages", "admit,judge")
    assert result.returncode == 2
    assert "judge is not a stage; the stages are admit, detect, link, report." in result.stderr


@pytest.mark.timeout(90)
def test_broker_that_does_not_answer_is_one_sentence(tmp_path: Path) -> None:
    result = strgw("127.0.0.1:1", tmp_path, "worker")
    assert result.returncode == 1
    assert result.stderr.strip().splitlines()[-1].startswith("strgw: No broker answers at 127.0.0.1:1; check STRGW_KAFKA")
