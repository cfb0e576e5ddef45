"""`strgw demo` for real, on the cases without their background: what comes out, and that nothing of it stays running."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from kafka.record.memory_records import MemoryRecords

from connectors.kafka.broker_files import BrokerRecord
from connectors.kafka.process import ProcessIdentity, is_running
from ops.demo.stream import sample_cases, sample_events, transfer_id_of
from ops.processes import ProcessRecord
from ops.settings import Settings

pytestmark = pytest.mark.timeout(300)  # a whole gateway starts, works and stops: 30 s on an idle machine
SAMPLED = 400  # values looked for: of the cases that end in reports, whose data travels furthest
DEMO = [sys.executable, "-P", "-m", "ops.cli", "demo", "--no-background", "--json"]


def environment() -> dict[str, str]:
    """The jars are shared with every other run; nothing else of this process's settings counts."""
    mine = Settings.from_env(os.environ)
    plain = {name: value for name, value in os.environ.items() if not name.startswith("STRGW_")}
    shared = {"STRGW_CACHE": str(mine.cache), "STRGW_JAVA": mine.java, "STRGW_KAFKA": "127.0.0.1:1"}
    return plain | shared | ({"STRGW_KAFKA_HOME": str(mine.kafka_home)} if mine.kafka_home else {})


def started(home: Path) -> list[ProcessIdentity]:
    """Every process the demonstration has noted down and not stopped: the broker and the gateway's."""
    found = [msgspec.json.decode(path.read_bytes(), type=ProcessRecord) for path in (home / "run").glob("*.json")]
    broker = home / "kafka" / "broker.json"
    noted = [ProcessIdentity(record.pid, record.started) for record in found]
    if broker.exists():
        record = msgspec.json.decode(broker.read_bytes(), type=BrokerRecord)
        noted += [] if record.stopped else [ProcessIdentity(record.pid, record.started)]
    return noted


def values_of(event: bytes) -> Iterator[str]:
    """What singles out the parties of an event as it was posted."""
    told: dict[str, Any] = json.loads(event)
    for party in filter(None, (told.get("sender"), told.get("receiver"))):
        yield party["name"]
        yield from party.get("phones", ())
        yield from (document["number"] for document in party.get("documents", ()))
        yield from (account["number"] for account in party.get("accounts", ()))
        yield from (address["line"] for address in party.get("addresses", ()))


def looked_for() -> list[bytes]:
    wanted = {transfer for case in sample_cases() if not case.negative_control for transfer in case.transfers}
    values = {value for event in sample_events() if transfer_id_of(event) in wanted for value in values_of(event)}
    chosen = sorted(value for value in values if len(value) >= 9)
    return [value.encode() for value in chosen[:: max(1, len(chosen) // SAMPLED)]]


def records(segment: Path) -> bytes:
    """Keys, values and headers of a log segment, decompressed."""
    found = []
    batches = MemoryRecords(segment.read_bytes())
    while (batch := batches.next_batch()) is not None:
        for record in batch:
            found += [record.key or b"", record.value or b"", *(value or b"" for _, value in record.headers)]
    return b"\n".join(found)


class Watched:
    """A demonstration that runs, and every process that it was seen to have started."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.seen: set[ProcessIdentity] = set()
        self.process = subprocess.Popen(
            [*DEMO, "--home", str(home)], env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    def look(self) -> int:
        """How many processes it has started so far."""
        self.seen |= set(started(self.home))
        time.sleep(0.1)
        return len(self.seen)


@pytest.fixture(scope="module")
def finished(embedded_broker: Any, tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], Watched]:
    """Summary of one demonstration. The shared broker is asked for only because it skips where there are no jars."""
    watched = Watched(tmp_path_factory.mktemp("demo") / "home")
    while watched.process.poll() is None and watched.look() < 4:
        pass
    out, errors = watched.process.communicate()
    assert watched.process.returncode == 0, out + errors
    return json.loads(out), watched


def test_every_check_of_the_demonstration_holds(finished: tuple[dict[str, Any], Watched]) -> None:
    summary, _ = finished
    assert summary["ok"]
    assert {check["name"]: check["ok"] for check in summary["checks"]} == {
        "every event once": True,
        "at least 4 FIUs have filings": True,
        "every report reached its FIUs": True,
        "no filing twice": True,
        "every digest is right": True,
        "goAML file valid": True,
        "lawful cases are silent": True,
    }


def test_every_transfer_posted_is_accounted_for_and_none_twice(finished: tuple[dict[str, Any], Watched]) -> None:
    summary, _ = finished
    posted = sum(len(case.transfers) for case in sample_cases())
    audit = summary["audit"]
    assert summary["posted"]["events"] == posted
    assert (audit["events"], audit["transfers"] + audit["duplicates"] + audit["quarantined"]) == (posted, posted)
    assert (audit["lost"], audit["doubled"], audit["waiting"], audit["quarantined"]) == (0, 0, 0, 0)


def test_filings_lie_in_a_folder_for_each_fiu(finished: tuple[dict[str, Any], Watched]) -> None:
    summary, watched = finished
    folder = Path(summary["filings_folder"])
    files = {path.name.upper(): len(list(path.iterdir())) for path in folder.iterdir()}
    assert len(files) >= 4
    assert files == summary["filings"]
    assert folder == watched.home / "filings"
    assert summary["goaml"]["fiu"] == "AE"
    assert Path(summary["goaml"]["file"]).read_bytes().startswith(b"<?xml")
    assert json.loads((watched.home / "summary.json").read_text("utf-8")) == summary


def test_cases_are_reported_and_lawful_ones_are_not(finished: tuple[dict[str, Any], Watched]) -> None:
    lines = {line["id"]: line for line in finished[0]["sample_cases"]}
    assert all(lines[case]["reported"] == 0 for case in ("NC01", "NC03"))
    for case in ("CS01", "CS04", "CS06", "CS07", "CS09", "CS10", "CS13"):
        assert 3 * lines[case]["reported"] >= lines[case]["of"] > 0, case


def test_everything_it_started_is_stopped(finished: tuple[dict[str, Any], Watched]) -> None:
    _, watched = finished
    assert len(watched.seen) == 5
    assert not [process for process in watched.seen if is_running(process)]
    assert started(watched.home) == []


def test_no_personal_value_lies_in_clear_but_where_partners_put_it_and_fius_get_it(
    finished: tuple[dict[str, Any], Watched],
) -> None:
    """Every file the run left, log segments decompressed: searched for what singles out the people of the cases."""
    home, needles, met = finished[1].home, looked_for(), dict[str, int]()
    for path in sorted(path for path in home.rglob("*") if path.is_file()):
        is_segment = path.suffix == ".log" and path.parent.name[-2:-1] == "-"
        content = records(path) if is_segment else path.read_bytes()
        place = path.parent.name.rpartition("-")[0] if is_segment else f"/{path.relative_to(home).parts[0]}"
        met[place] = met.get(place, 0) + sum(needle in content for needle in needles)
    assert len(needles) >= SAMPLED
    assert met["partner.demo.transfers"] >= SAMPLED, "what was posted must be found by this search"
    assert met["transfers"] == met["observations"] == met["findings"] == met["cases"] == met["filings"] == 0
    assert {place.partition(".")[0] for place, count in met.items() if count} == {"partner", "fiu", "/filings"}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_demonstration_stops_what_it_started(embedded_broker: Any, tmp_path: Path, number: signal.Signals) -> None:
    watched = Watched(tmp_path / "home")
    while watched.process.poll() is None and watched.look() < 2:
        pass
    watched.process.send_signal(number)
    while watched.process.poll() is None:
        watched.look()
    out, errors = watched.process.communicate()
    assert watched.process.returncode == 130, errors
    assert out == ""
    assert "Stopped by the keyboard." in errors
    assert not [process for process in watched.seen if is_running(process)]


def test_folder_in_use_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    done = subprocess.run([*DEMO, "--home", str(tmp_path)], env=environment(), capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert json.loads(done.stdout)["error"]["code"] == "home_in_use"
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]
