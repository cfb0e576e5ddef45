"""A sender killed at every single moment of its work: each filing reaches its FIU exactly once, whole."""

import hashlib
import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from connectors.fius.transports.ledger import Ledger
from connectors.fius.transports.transmission import Transmission
from connectors.register.database import open_database

ROOT = Path(__file__).resolve().parents[5]
SCRIPT = Path(__file__).parent / "carry_process.py"
MOST_MOMENTS = 60


@pytest.fixture
def carrying() -> Iterator["subprocess.Popen[str]"]:
    environ = {name: value for name, value in os.environ.items() if not name.startswith("STRGW_")} | {"PYTHONPATH": str(ROOT)}
    command = [sys.executable, str(SCRIPT)]
    with subprocess.Popen(command, env=environ, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        yield process
        assert process.stdin is not None
        process.stdin.close()
        process.wait(20)


class Fiu:
    """An FIU that takes every complete file out of its folder as soon as it shows."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.received: list[tuple[str, str]] = []

    def take(self) -> None:
        for path in sorted(self.folder.iterdir()):
            if not path.name.startswith("."):
                self.received.append((path.name, hashlib.sha256(path.read_bytes()).hexdigest()))
                path.unlink()


def payload_digest(filing_id: str) -> str:
    size = 300_000
    return hashlib.sha256((filing_id.encode() * (size // len(filing_id) + 1))[:size]).hexdigest()


class Scene:
    """A ledger, a process that carries and dies, and the FIU."""

    def __init__(self, database: str, process: "subprocess.Popen[str]", channel: dict[str, Any]) -> None:
        self.database, self.process, self.channel = database, process, channel
        self.fiu = Fiu(Path(channel["outbox"]))
        engine = open_database(database)
        self.ledger = Ledger(engine, lambda: 0)
        self.engine = engine

    def carry(self, filing_id: str, at: int) -> str:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        order = {"at": at, "row": filing_id, "database": self.database, "channel": self.channel}
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().strip()

    def file(self, filing_id: str) -> None:
        digest = payload_digest(filing_id)
        row = Transmission(filing_id, "AE", filing_id, 1, 0, 0, filing_id, f"{filing_id}.xml", "file", digest, False, 0, 0)
        self.ledger.take([row])

    def kill_at_every_moment(self, is_taken_at_once: bool) -> list[str]:
        """Ids of the filings that were carried, one for each moment there is."""
        carried = []
        for moment in range(MOST_MOMENTS):
            filing_id = f"f{moment:031x}"
            self.file(filing_id)
            carried.append(filing_id)
            end = self.carry(filing_id, moment)
            if is_taken_at_once:
                self.fiu.take()
            if end == "sent":
                break
            assert end == "killed"
            assert self.carry(filing_id, -1) in ("sent", "nothing to carry"), f"after a kill at moment {moment}"
            if is_taken_at_once:
                self.fiu.take()
        else:
            pytest.fail(f"more than {MOST_MOMENTS} moments")
        self.fiu.take()
        return carried


def check(scene: Scene, carried: list[str]) -> None:
    assert len(carried) > 14, "fewer moments than there are steps"
    assert Counter(scene.fiu.received) == Counter({(f"{one}.xml", payload_digest(one)): 1 for one in carried})
    assert list(scene.fiu.folder.iterdir()) == []
    assert {row.state for row in scene.ledger.rows(states=("pending", "sending", "staged", "sent", "refused"))} == {"sent"}


@pytest.mark.parametrize("is_taken_at_once", [False, True], ids=["lies there", "taken at once"])
def test_folder(is_taken_at_once: bool, carrying: "subprocess.Popen[str]", tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    channel = {"kind": "folder", "outbox": str(tmp_path / "out")}
    scene = Scene(f"sqlite:///{tmp_path / 'register.db'}", carrying, channel)
    check(scene, scene.kill_at_every_moment(is_taken_at_once))


def test_sftp(carrying: "subprocess.Popen[str]", server: Any, tmp_path: Path) -> None:
    names = {"port": server.port, "user": server.user, "key_file": str(server.key_file), "host_key": server.host_key}
    channel = {"kind": "sftp", "outbox": str(server.outbox)} | names
    scene = Scene(f"sqlite:///{tmp_path / 'register.db'}", carrying, channel)
    check(scene, scene.kill_at_every_moment(is_taken_at_once=True))
