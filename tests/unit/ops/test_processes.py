"""Background processes are known by pid and start time, and say themselves when they are ready."""

import os
import sys
import time
from pathlib import Path

import msgspec
import pytest

from connectors.kafka.process import ProcessIdentity, identity, is_running, spawn, stop
from ops.errors import CommandError
from ops.lifecycle import _how_many, _stop_rank
from ops.processes import ProcessFolder, ProcessRecord, announce_ready, is_live, kind_of
from ops.settings import Settings


def record(name: str, process: ProcessIdentity) -> ProcessRecord:
    return ProcessRecord(name, process.pid, process.started, "2026-01-01T00:00:00+00:00", "127.0.0.1:1")


def test_process_with_a_reused_pid_is_not_taken_for_ours() -> None:
    ours = identity(os.getpid())
    assert ours is not None
    assert is_running(ours)
    assert not is_running(ProcessIdentity(ours.pid, "another start"))


def test_stranger_with_our_pid_is_never_signalled(tmp_path: Path) -> None:
    process = spawn([sys.executable, "-c", "import time; time.sleep(60)"], tmp_path / "log", {})
    try:
        assert stop(ProcessIdentity(process.pid, "another start"), 1)
        assert is_running(process)
    finally:
        stop(process, 5)
    assert not is_running(process)


def test_process_that_ignores_sigterm_is_killed_and_said_so(tmp_path: Path) -> None:
    code = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)"
    process = spawn([sys.executable, "-c", code], tmp_path / "log", {})
    while "deaf" not in (tmp_path / "log").read_text():
        time.sleep(0.01)
    assert stop(process, 0.2) is False
    assert not is_running(process)


def test_ended_child_counts_as_gone_and_leaves_no_zombie(tmp_path: Path) -> None:
    process = spawn([sys.executable, "-c", "pass"], tmp_path / "log", {})
    while is_running(process):
        time.sleep(0.01)
    with pytest.raises(ProcessLookupError):
        os.kill(process.pid, 0)


def test_announcement_reaches_the_one_who_waits(tmp_path: Path) -> None:
    folder = ProcessFolder(tmp_path)
    (tmp_path / "run").mkdir()
    ours = identity(os.getpid())
    assert ours is not None
    announce_ready(Settings.from_env({"STRGW_READY_FILE": str(tmp_path / "run" / "worker-1.ready")}), 9123)
    assert (tmp_path / "run" / "worker-1.ready").read_bytes() == b'{"ready":true,"metrics":9123}\n'
    assert folder.wait_ready(record("worker-1", ours)).metrics == 9123
    assert [found.metrics for found in folder.records()] == [9123]


def test_announcement_by_a_process_started_by_hand_writes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    announce_ready(Settings.from_env({}), 9123)
    assert list(tmp_path.iterdir()) == []


def test_process_that_ends_while_starting_shows_the_last_line_of_its_log(tmp_path: Path) -> None:
    folder = ProcessFolder(tmp_path)
    (tmp_path / "run").mkdir()
    gone = spawn([sys.executable, "-c", "print('no topic transfers')"], folder.log("intake-1"), {})
    with pytest.raises(CommandError, match="intake-1 ended while starting: no topic transfers"):
        folder.wait_ready(record("intake-1", gone))


def test_unready_process_is_not_announced_by_a_half_written_file(tmp_path: Path) -> None:
    announce_ready(Settings.from_env({"STRGW_READY_FILE": str(tmp_path / "x.ready")}), 1)
    assert [path.name for path in tmp_path.iterdir()] == ["x.ready"]


def test_intake_stops_before_workers_workers_before_delivery_and_delivery_before_the_register() -> None:
    names = ["deliver-1", "worker-2", "register-1", "intake-1", "worker-1"]
    records = [ProcessRecord(name, 1, "x", "", "") for name in names]
    assert [found.name for found in sorted(records, key=_stop_rank)] == [
        "intake-1",
        "worker-1",
        "worker-2",
        "deliver-1",
        "register-1",
    ]
    assert kind_of(records[1]) == "worker"


def test_nothing_is_sent_unless_a_transport_is_set_up(tmp_path: Path) -> None:
    assert [_how_many(kind, Settings.from_env({})) for kind in ("send", "http", "files")] == [0, 0, 0]
    assert _how_many("files", Settings.from_env({"STRGW_FILES": "f.yaml"})) == 1
    rows = "schema: strgw.transports/1\ntransports:\n- {fiu: KG, kind: folder, start: next, outbox: /o}\n"
    (tmp_path / "transports.yaml").write_text(rows)
    settings = Settings.from_env({"STRGW_TRANSPORTS": str(tmp_path / "transports.yaml"), "STRGW_WORKERS": "3"})
    assert {kind: _how_many(kind, settings) for kind in ("send", "worker", "deliver")} == {"send": 1, "worker": 3, "deliver": 1}
    names = ["register-1", "send-1", "deliver-1", "intake-1"]
    assert sorted(names, key=lambda name: _stop_rank(ProcessRecord(name, 1, "x", "", ""))) == names[::-1]


def test_forgotten_process_leaves_no_file(tmp_path: Path) -> None:
    folder = ProcessFolder(tmp_path)
    (tmp_path / "run").mkdir()
    dead = ProcessRecord("worker-1", 2**22 - 1, "never", "2026-01-01T00:00:00+00:00", "")
    (tmp_path / "run" / "worker-1.json").write_bytes(msgspec.json.encode(dead))
    assert not is_live(folder.records()[0])
    assert folder.stop(folder.records()[0])
    assert folder.records() == []
