"""A register killed at any moment ends with the rows of one that was never killed, an unbroken chain, and tells delivery all once."""

import importlib.util
import os
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest

from connectors.register.chain import read_anchors, verify
from connectors.register.database import open_database, read, unmigrated_database
from connectors.register.tables import positions
from schemas.decision import ANSWERED, DECISION_CODEC
from schemas.feedback import Feedback, FeedbackError

ROOT = Path(__file__).resolve().parents[4]
SCRIPT = Path(__file__).parent / "register_process.py"
INTEGRATION = ROOT / "tests/integration/connectors/register/conftest.py"
REPORTS, KILLS = 24, 3


def office_module() -> Any:
    spec = importlib.util.spec_from_file_location("register_office", INTEGRATION)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["register_office"] = module
    spec.loader.exec_module(module)
    return module


@contextmanager
def keeping(bootstrap: str, url: str) -> "Iterator[subprocess.Popen[bytes]]":
    """A register process that is ready; killed at the end of the block."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("STRGW_")}
    command = [sys.executable, str(SCRIPT), bootstrap, url]
    with subprocess.Popen(command, env=environment | {"PYTHONPATH": str(ROOT)}, stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == b"ready\n"
            yield process
        finally:
            process.kill()


def read_so_far(url: str) -> int:
    engine = unmigrated_database(url)
    with read(engine) as connection:
        total: int = sum(row.next for row in connection.execute(positions.select()))
    engine.dispose()
    return total


@pytest.fixture
def world(broker: str, tmp_path: Path) -> Iterator[Any]:
    """Topics with reports, filings and answers, and an office whose own database is not looked at."""
    module = office_module()
    module.delivery_desk().fresh_topics(broker)
    desk = module.delivery_desk().Desk(broker, module.delivery_desk().load_case())
    offset = desk.post_raw("transfers", desk.case.record)
    desk.case.evidence = tuple(msgspec.structs.replace(line, offset=offset) for line in desk.case.evidence)
    office = module.Office(desk, "", open_database(f"sqlite:///{tmp_path / 'unused.db'}"))
    plans = (office.plan("KG"), office.waiting("AE"))
    desk.post(*(office.report(*plans, report_id=f"{n:032x}") for n in range(REPORTS)))
    office.deliver(REPORTS)
    for number in range(REPORTS):
        status, wrong = ("rejected", (FeedbackError("E1", "?", "parties[0].names"),)) if number % 3 == 0 else ("accepted", ())
        office.answer(Feedback(f"{number:032x}", 1, status, wrong, "KG", received_at_ms=1_767_700_000_000 + number))
    yield office
    office.close()
    module.delivery_desk().remove_topics(broker)


def test_kills_leave_no_trace(world: Any, postgres: str, tmp_path: Path) -> None:
    module = sys.modules["register_office"]
    bootstrap = world.desk.bootstrap
    module.run_sql(postgres, "CREATE DATABASE register_killed")
    dice = random.Random(7)
    undisturbed = world.rebuilt(f"sqlite:///{tmp_path / 'undisturbed.db'}")
    for url in (f"sqlite:///{tmp_path / 'killed.db'}", postgres.format(database="register_killed")):
        for _ in range(KILLS):
            with keeping(bootstrap, url):
                before, deadline = read_so_far(url), time.monotonic() + 30
                while read_so_far(url) == before:
                    assert time.monotonic() < deadline, "the register does not move"
                time.sleep(dice.random() * 0.5)
        assert world.rebuilt(url) == undisturbed
        engine = open_database(url)
        with read(engine) as connection:
            anchors = read_anchors(bootstrap)
            audit = verify(connection, anchors)
        engine.dispose()
        assert [fault for fault in audit.faults if fault.code != "chain_missing"] == []  # the other databases' chains
        assert (
            audit.records == 6 * REPORTS
        )  # draft, file and the answer to one FIU, draft and review for the other, the answer judged
    told = Counter(DECISION_CODEC.decode(raw).decision_id for raw in world.desk.read("filings.decisions"))
    answered = [DECISION_CODEC.decode(raw) for raw in world.desk.read("filings.decisions")]
    assert {decision.action for decision in answered} == {ANSWERED}
    assert set(told.values()) == {3}  # once by each of the three databases
    assert len(told) == REPORTS
