"""`strgw send` itself, on the real broker: killed and replaced while an FIU takes files and answers; nothing twice, nothing lost."""

import hashlib
import json
import os
import random
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from kafka import KafkaProducer
from kafka.admin import KafkaAdminClient, NewTopic

from connectors.fius.transports.ledger import Ledger
from connectors.fius.transports.steps import STATES
from connectors.kafka.scan import CommittedLog
from connectors.register.database import unmigrated_database
from ops.serving import EXIT_FENCED
from schemas.filing import Filing
from schemas.wire import decode_feedback, encode_filing

ROOT = Path(__file__).resolve().parents[5]
TOPICS = ("fiu.lk.reports", "fiu.lk.feedback")
EARLIER, FILINGS, KILLS = 3, 40, 2
PATIENCE_S = 60


def filing(number: int) -> Filing:
    payload = f"<report><entity_reference>r{number}.v1</entity_reference></report>".encode()
    return Filing(
        filing_id=f"{number:032x}",
        report_id=f"{number:032d}",
        version=1,
        fiu="LK",
        obligation="file",
        media_type="application/xml",
        schema_id="goaml-lk",
        schema_version="4.0",
        file_name=f"STR_LK_{number}.xml",
        sha256=hashlib.sha256(payload).hexdigest(),
        due_at_ms=1_900_000_000_000,
        suspicion_formed_at_ms=1_700_000_000_000,
        urgent=number % 7 == 0,
        do_not_block=False,
        supersedes=(),
        summary="TIP",
        payload=payload,
    )


class AnsweringFiu(threading.Thread):
    """Takes complete files out of its folder at once, and answers each with a receipt."""

    def __init__(self, outbox: Path, inbox: Path) -> None:
        super().__init__(daemon=True)
        self.received: list[tuple[str, bytes]] = []
        self.ended = threading.Event()
        self._outbox, self._inbox = outbox, inbox

    def run(self) -> None:
        while not self.ended.wait(0.01):
            for path in sorted(self._outbox.iterdir()):
                if path.name.startswith("."):
                    continue
                self.received.append((path.name, path.read_bytes()))
                path.unlink()
                receipt = {
                    "schema": "strgw.receipt/1",
                    "file_name": path.name,
                    "status": "accepted",
                    "fiu_reference": f"LK-{path.stem}",
                }
                part = self._inbox / f".{path.stem}"
                part.write_text(json.dumps(receipt))
                part.rename(self._inbox / f"{path.stem}.json")


class Sending:
    """`strgw send` with a folder of its own."""

    def __init__(self, bootstrap: str, home: Path) -> None:
        self.home, self.database = home, f"sqlite:///{home / 'register.db'}"
        for name in ("out", "in"):
            (home / name).mkdir()
        row = {
            "fiu": "LK",
            "kind": "folder",
            "start": "next",
            "outbox": str(home / "out"),
            "inbox": str(home / "in"),
            "poll_s": 0.3,
        }
        (home / "transports.yaml").write_text("schema: strgw.transports/1\ntransports:\n- " + json.dumps(row))
        kept = {name: value for name, value in os.environ.items() if not name.startswith("STRGW_")}
        self.environ = kept | {
            "PYTHONPATH": str(ROOT),
            "STRGW_KAFKA": bootstrap,
            "STRGW_HOME": str(home),
            "STRGW_DATABASE": self.database,
            "STRGW_TRANSPORTS": str(home / "transports.yaml"),
            "STRGW_READY_FILE": str(home / "ready"),
        }
        self.started: list[subprocess.Popen[bytes]] = []

    def start(self) -> "subprocess.Popen[bytes]":
        """Starts it and waits until it carries."""
        (self.home / "ready").unlink(missing_ok=True)
        with (self.home / "log").open("ab") as log:
            process = subprocess.Popen([sys.executable, "-m", "ops.cli", "send"], env=self.environ, stdout=log, stderr=log)
        self.started.append(process)
        self.wait(lambda: (self.home / "ready").exists() or process.poll() is not None)
        assert process.poll() is None, self.log()
        return process

    def wait(self, until: "object") -> None:
        deadline = time.monotonic() + PATIENCE_S
        while not until():  # type: ignore[operator]
            assert time.monotonic() < deadline, self.log()
            time.sleep(0.05)

    def states(self) -> Counter[str]:
        engine = unmigrated_database(self.database)
        found: Counter[str] = Counter(row.state for row in Ledger(engine, lambda: 0).rows(states=STATES))
        engine.dispose()
        return found

    def strgw(self, *words: str) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "-m", "ops.cli", *words]
        return subprocess.run(command, env=self.environ, capture_output=True, text=True, timeout=60, check=False)

    def log(self) -> str:
        return (self.home / "log").read_text(errors="replace")[-3000:]


@pytest.fixture
def sending(broker: str, tmp_path: Path) -> Iterator[Sending]:
    admin = KafkaAdminClient(bootstrap_servers=broker)
    existing = set(admin.list_topics())
    admin.create_topics([NewTopic(name, 1, 1) for name in (*TOPICS, "quarantine") if name not in existing])
    scene = Sending(broker, tmp_path)
    yield scene
    for process in scene.started:
        process.kill()
        process.wait()
    admin.delete_topics([name for name in (*TOPICS, "quarantine") if name not in existing])
    admin.close()


def post(bootstrap: str, values: list[bytes]) -> None:
    producer = KafkaProducer(bootstrap_servers=bootstrap, acks="all")
    for value in values:
        producer.send("fiu.lk.reports", value, partition=0)
    producer.flush()
    producer.close()


def test_killed_and_replaced_it_sends_each_filing_once_and_publishes_each_answer_once(broker: str, sending: Sending) -> None:
    post(broker, [encode_filing(filing(number)) for number in range(1000, 1000 + EARLIER)])
    fiu = AnsweringFiu(sending.home / "out", sending.home / "in")
    fiu.start()
    dice, process = random.Random(7), sending.start()
    post(broker, [b"\x00junk", *(encode_filing(filing(number)) for number in range(FILINGS))])
    for _ in range(KILLS):
        sending.wait(lambda: sum(sending.states().values()))
        time.sleep(dice.random())
        process.kill()
        process.wait()
        process = sending.start()
    sending.wait(lambda: sending.states() == {"answered": FILINGS})

    wanted = Counter((f"STR_LK_{number}.xml", filing(number).payload) for number in range(FILINGS))
    assert Counter(fiu.received) == wanted, "what was filed before the transport was set up is not sent"
    with CommittedLog(broker) as log:
        said = [decode_feedback(record.value or b"") for record in log.scan("fiu.lk.feedback")]
        aside = [record.value or b"" for record in log.scan("quarantine") if b"fiu.lk.reports" in (record.value or b"")]
    assert Counter((one.filing_id, one.status, one.fiu_reference) for one in said) == Counter(
        (f"{number:032x}", "accepted", f"LK-STR_LK_{number}") for number in range(FILINGS)
    )
    assert len(aside) == 1

    second = sending.start()
    assert process.wait(30) == EXIT_FENCED, sending.log()
    listed = json.loads(sending.strgw("transmissions", "list", "--all", "--json").stdout)
    assert len(listed) == FILINGS
    second.terminate()
    assert second.wait(20) == 0, sending.log()
    fiu.ended.set()
