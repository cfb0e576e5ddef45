"""The clients of docs/examples against the real door, through a line that asks for patience, slows down and breaks: each transfer is there once."""

import json
import os
import shutil
import subprocess
import sys
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest

from tests.integration.connectors.partners.http.test_door import PARTNER, WAIT_S, House, event

EXAMPLES = Path(__file__).resolve().parents[5] / "docs" / "examples"
CLIENTS = {
    "python": [sys.executable, "client.py"],
    "curl": ["sh", "client.sh"],
    "java": ["java", "Client.java"],
    "node": ["node", "client.mjs"],
}


class Line(BaseHTTPRequestHandler):
    """Between client and door: the first POST gets 503, the second 429, the third reaches the door and its answer is lost, the fourth passes."""

    server: "Between"

    def do_POST(self) -> None:
        number = self.server.noted(self)
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if number <= 2:
            self.answer(503 if number == 1 else 429, b'{"code":"busy","detail":"Later."}', {"Retry-After": "1"})
            return
        answer = self.passed("POST", body)
        self.close_connection = True
        if number > 3:
            self.answer(answer.status_code, answer.content, {})

    def do_GET(self) -> None:
        self.server.noted(self)
        answer = self.passed("GET", b"")
        self.answer(answer.status_code, answer.content, {})

    def passed(self, method: str, body: bytes) -> httpx.Response:
        kept = {name: self.headers[name] for name in ("Authorization", "Content-Type", "Idempotency-Key") if self.headers[name]}
        with httpx.Client(trust_env=False) as client:
            return client.request(method, f"http://127.0.0.1:{self.server.door}{self.path}", content=body, headers=kept)

    def answer(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


class Between(ThreadingHTTPServer):
    """A line to the door at a port, and what came by."""

    def __init__(self, door: int) -> None:
        super().__init__(("127.0.0.1", 0), Line)
        self.door = door
        self.seen: Counter[str] = Counter()
        self.keys: set[str] = set()
        self.address = f"http://127.0.0.1:{self.server_port}"

    def noted(self, request: Line) -> int:
        """How many of its kind this is."""
        self.seen[request.command] += 1
        if request.command == "POST":
            self.keys.add(request.headers["Idempotency-Key"])
        return self.seen[request.command]

    def handle_error(self, *_: object) -> None:
        """A client that goes away is none of ours."""


Done = subprocess.CompletedProcess[str]


@dataclass(frozen=True)
class Run:
    """What one client did: a batch through a bad line, the page's transfer twice, with a wrong key, and with nothing in it."""

    batch: Done
    posts: int
    gets: int
    keys: int
    page: list[Done]
    wrong_key: Done
    nothing: Done


def is_here(name: str) -> bool:
    return all(shutil.which(needed) for needed in {CLIENTS[name][0], "curl" if name == "curl" else "sh"})


@pytest.fixture(scope="module")
def runs(house: House, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Run]:
    """Every client at once, since they wait most of the time, with an intake that gives receipts."""
    environ = house.environ | {"STRGW_READY_FILE": house.environ["STRGW_READY_FILE"] + ".examples"}
    command = [sys.executable, "-m", "ops.cli", "intake", "--instance", "examples"]
    intake = subprocess.Popen(command, env=environ, stderr=subprocess.DEVNULL)
    names = [name for name in CLIENTS if is_here(name)]
    with ThreadPoolExecutor(len(names)) as pool:
        found = dict(zip(names, pool.map(lambda name: run(name, house, tmp_path_factory.mktemp(name)), names), strict=True))
    intake.terminate()
    assert intake.wait(WAIT_S) == 0
    return found


def run(name: str, house: House, folder: Path) -> Run:
    batch, page, empty = folder / "batch.ndjson", folder / "transfer.json", folder / "empty.json"
    batch.write_text(
        "".join(json.dumps(one) + "\n" for one in (event(f"EX-{name}-1"), event(f"EX-{name}-2", channel="by pigeon")))
    )
    page.write_text(json.dumps(json.loads((EXAMPLES / "transfer.json").read_bytes()) | {"transfer_id": f"one-{name}"}))
    empty.write_text("{}")
    key, door = house.keys[PARTNER], f"http://127.0.0.1:{house.port}"
    with Between(house.port) as line:
        thread = threading.Thread(target=line.serve_forever)
        thread.start()
        through = client(name, batch, line.address, key)
        line.shutdown()
        thread.join(WAIT_S)
    twice = [client(name, page, door, key) for _ in range(2)]
    wrong, nothing = client(name, page, door, "nonsense"), client(name, empty, door, key)
    return Run(through, line.seen["POST"], line.seen["GET"], len(line.keys), twice, wrong, nothing)


def client(name: str, file: Path, gateway: str, key: str) -> Done:
    """Runs a client as its page says."""
    program, example = CLIENTS[name]
    environ = {word: value for word, value in os.environ.items() if "proxy" not in word.lower()} | {
        "GATEWAY": gateway,
        "KEY": key,
    }
    return subprocess.run(
        [program, str(EXAMPLES / example), str(file)], env=environ, capture_output=True, text=True, timeout=90, check=False
    )


def of(runs: dict[str, Run], name: str) -> Run:
    if name not in runs:
        pytest.skip(f"{CLIENTS[name][0]} is not on this machine: the example for {name} was not tried")
    return runs[name]


def said(name: str, done: Done) -> list[tuple[str, str]]:
    """State and code of each transfer, as each client writes them."""
    if name != "curl":
        return [(words[2], words[3] if len(words) > 3 else "") for words in (line.split() for line in done.stdout.splitlines())]
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    refused = [one for one in answers[0]["transfers"] if one["status"] == "refused"]
    return [(one["status"], one.get("code", "")) for one in (*answers[1:], *refused)]


@pytest.mark.parametrize("name", CLIENTS)
def test_a_client_gets_its_batch_through_a_bad_line_once_and_says_what_was_refused(
    name: str, house: House, runs: dict[str, Run]
) -> None:
    run = of(runs, name)
    assert (said(name, run.batch), run.batch.returncode) == ([("accepted", ""), ("refused", "field_value")], 1), run.batch
    assert (run.posts, run.keys) == (4, 1)
    assert run.gets >= 1
    assert [one.key for one in house.records() if (one.key or b"").startswith(f"EX-{name}-".encode())] == [
        f"EX-{name}-1".encode()
    ]


@pytest.mark.parametrize("name", CLIENTS)
def test_a_client_that_is_started_again_posts_nothing_anew(name: str, house: House, runs: dict[str, Run]) -> None:
    for done in of(runs, name).page:
        assert (said(name, done), done.returncode) == ([("accepted", "")], 0), done
    assert len([one for one in house.records() if one.key == f"one-{name}".encode()]) == 1


@pytest.mark.parametrize("name", CLIENTS)
def test_a_client_whose_request_is_refused_whole_says_why(name: str, runs: dict[str, Run]) -> None:
    run = of(runs, name)
    assert run.wrong_key.returncode == 2
    assert "unauthorized" in run.wrong_key.stdout + run.wrong_key.stderr
    assert (said(name, run.nothing), run.nothing.returncode) == ([("refused", "field_missing")], 1), run.nothing


def test_the_files_of_the_page_are_valid(house: House) -> None:
    with house.client() as door:
        for name, kind, count in (("transfer.json", "application/json", 1), ("batch.ndjson", "application/x-ndjson", 2)):
            answer = door.post("/v1/transfers", content=(EXAMPLES / name).read_bytes(), headers={"Content-Type": kind})
            assert (answer.status_code, answer.json()["accepted"]) == (202, count)
