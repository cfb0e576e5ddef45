"""The HTTP door as a process on the real broker: what it answers, and that a kill in the middle loses and doubles nothing."""

import gzip
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from kafka import KafkaProducer
from kafka.admin import KafkaAdminClient

from connectors.kafka.admin import apply_topics
from connectors.kafka.scan import CommittedLog, LogRecord
from connectors.kafka.topology import required_topics
from connectors.partners.keys import KeysFile
from connectors.partners.registry_file import RegistryFile
from connectors.sealing.ring import KeyRingFile
from schemas.wire import schema_registry

WAIT_S = 60
PARTNER, OTHER, OFF = "door-a", "door-b", "door-off"


def event(transfer_id: str, **changes: Any) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "schema": "strgw.transfer/1", "transfer_id": transfer_id, "status": "sent", "occurred_at": "2024-05-17T18:42:10+05:00",
        "amount": {"value": "40", "currency": "USD"}, "channel": "wallet_to_wallet",
        "sender": {"kind": "person", "name": "A. Karimov"}, "receiver": {"kind": "person", "name": "Lola"},
    }  # fmt: skip
    return fields | changes


@dataclass
class House:
    """One deployment: its settings, its keys, and the door that runs now."""

    environ: dict[str, str]
    bootstrap: str
    port: int
    keys: dict[str, str]
    process: subprocess.Popen[bytes] | None = None

    def strgw(self, *arguments: str) -> Any:
        done = subprocess.run(
            [sys.executable, "-m", "ops.cli", *arguments, "--json"],
            env=self.environ,
            capture_output=True,
            check=True,
            timeout=WAIT_S,
        )
        return json.loads(done.stdout)

    def start(self) -> None:
        ready = Path(self.environ["STRGW_READY_FILE"])
        ready.unlink(missing_ok=True)
        self.process = subprocess.Popen([sys.executable, "-m", "ops.cli", "http"], env=self.environ, stderr=subprocess.PIPE)
        deadline = time.monotonic() + WAIT_S
        while not ready.exists():
            if self.process.poll() is not None:
                assert self.process.stderr is not None
                pytest.fail(self.process.stderr.read().decode())
            assert time.monotonic() < deadline, "the door did not open"
            time.sleep(0.02)

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.wait(WAIT_S)
        assert self.process.stderr is not None
        self.process.stderr.close()

    def client(self, partner: str = PARTNER) -> httpx.Client:
        headers = {"Authorization": f"Bearer {self.keys[partner]}"}
        return httpx.Client(base_url=f"http://127.0.0.1:{self.port}", headers=headers, timeout=30, trust_env=False)

    def take_in_everything(self) -> None:
        """Runs an intake until every event that lies there has its receipt."""
        environ = self.environ | {"STRGW_READY_FILE": self.environ["STRGW_READY_FILE"] + ".intake"}
        wanted = {name: len(self.records(name)) for name in (PARTNER, OFF)}
        intake = subprocess.Popen(
            [sys.executable, "-m", "ops.cli", "intake", "--instance", "door"], env=environ, stderr=subprocess.DEVNULL
        )
        deadline = time.monotonic() + WAIT_S
        while {name: self.receipted(name) for name in wanted} != wanted:
            assert intake.poll() is None, "the intake ended"
            assert time.monotonic() < deadline, f"not all of {wanted} have a receipt"
            time.sleep(0.2)
        intake.terminate()
        assert intake.wait(WAIT_S) == 0

    def receipted(self, partner: str) -> int:
        with CommittedLog(self.bootstrap) as log:
            found = [schema_registry().decode("receipt", one.value or b"") for one in log.scan(f"partner.{partner}.receipts")]
        return sum(len(one["lines"]) for one in found)

    def records(self, partner: str = PARTNER) -> list[LogRecord]:
        with CommittedLog(self.bootstrap) as log:
            return list(log.scan(f"partner.{partner}.transfers"))


@pytest.fixture(scope="module")
def house(broker: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    home = tmp_path_factory.mktemp("door")
    registry = home / "partners.yaml"
    rows = "".join(
        f"- {{id: {name}, name: {name}, kind: mto, format: {format_}, home_country: KZ, licences: [], disabled: {disabled}}}\n"
        for name, format_, disabled in (
            (PARTNER, "strgw.transfer/1", "false"),
            (OTHER, "iso20022/1", "false"),
            (OFF, "strgw.transfer/1", "true"),
        )
    )
    registry.write_text(f"schema: strgw.partners/1\npartners:\n{rows}")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environ = {name: value for name, value in os.environ.items() if not name.startswith("STRGW_")} | {
        "STRGW_HOME": str(home), "STRGW_KAFKA": broker, "STRGW_REGISTRY": str(registry), "STRGW_HTTP_PORT": str(port),
        "STRGW_READY_FILE": str(home / "door.ready"), "STRGW_HTTP_RATE": "1000000",
    }  # fmt: skip
    KeyRingFile(home / "key-ring.json").init()
    specs = required_topics([PARTNER, OTHER, OFF], [], 2)
    remove(broker, {spec.name for spec in specs})
    apply_topics(broker, specs)
    found = House(environ, broker, port, {})
    for name in (PARTNER, OTHER, OFF):
        found.keys[name] = found.strgw("partner", "key", "add", name)["key"]
    found.start()
    yield found
    assert found.process is not None
    found.process.send_signal(signal.SIGTERM)
    assert found.process.wait(WAIT_S) == 0
    assert found.process.stderr is not None
    found.process.stderr.close()
    remove(broker, {spec.name for spec in specs})


def remove(bootstrap: str, names: set[str]) -> None:
    """Deletes topics, so that no test sees another's records."""
    admin = KafkaAdminClient(bootstrap_servers=bootstrap)
    try:
        if old := sorted(set(admin.list_topics()) & names):
            admin.delete_topics(old)
        deadline = time.monotonic() + WAIT_S
        while set(admin.list_topics()) & names:
            assert time.monotonic() < deadline, "old topics are still there"
            time.sleep(0.1)
    finally:
        admin.close()


def test_a_batch_is_answered_item_by_item_and_only_what_is_valid_reaches_the_broker(house: House) -> None:
    lines = [event("B1"), event("B2", channel="by pigeon"), event("B3")]
    body = "\n".join(json.dumps(line) for line in lines).encode()
    with house.client() as client:
        answer = client.post(
            "/v1/transfers",
            content=gzip.compress(body),
            headers={"Content-Type": "application/x-ndjson", "Content-Encoding": "gzip"},
        )
        assert answer.status_code == 202
        said = answer.json()
        assert (said["accepted"], said["refused"]) == (2, 1)
        assert [(one["line"], one["status"], one.get("code")) for one in said["transfers"]] == [
            (1, "accepted", None),
            (2, "refused", "field_value"),
            (3, "accepted", None),
        ]
        assert said["transfers"][1]["field"] == "channel"
        found = {record.key: record for record in house.records()}
        assert set(found) >= {b"B1", b"B3"}
        assert b"B2" not in found
        assert json.loads(found[b"B1"].value or b"") == event("B1")
        assert dict(found[b"B1"].headers)["content-type"] == b"application/json"
        receipt = said["transfers"][0]["receipt"]
        assert client.get(f"/v1/receipts/{receipt}").status_code == 202
    with house.client(OTHER) as stranger:
        assert stranger.get(f"/v1/receipts/{receipt}").status_code == 404


def test_wrong_keys_get_one_answer_and_a_disabled_partner_another(house: House) -> None:
    row = house.strgw("partner", "key", "add", PARTNER)
    house.strgw("partner", "key", "revoke", row["id"])
    _, expired = KeysFile(Path(house.environ["STRGW_HOME"]) / "partner-keys.yaml").add(
        PARTNER, datetime.now(UTC) - timedelta(days=8), 7
    )
    before = len(house.records(OFF))
    with house.client() as client:
        answers = [
            client.post("/v1/transfers", json=event("K1"), headers={"Authorization": given})
            for given in ("", "Bearer nonsense", f"Bearer {row['key']}", f"Basic {house.keys[PARTNER]}", f"Bearer {expired}")
        ]
        assert {(answer.status_code, answer.content) for answer in answers} == {(401, answers[0].content)}
        off = client.post("/v1/transfers", json=event("K1"), headers={"Authorization": f"Bearer {house.keys[OFF]}"})
    assert (off.status_code, off.json()["code"]) == (403, "partner_disabled")
    assert len(house.records(OFF)) == before


def test_a_feed_that_is_switched_on_or_off_in_the_registry_is_noticed_by_the_running_door(house: House) -> None:
    registry = Path(house.environ["STRGW_REGISTRY"])
    with house.client(OTHER) as client:
        for off, wanted in ((True, 403), (False, 415)):
            RegistryFile(registry).switch(OTHER, off)
            deadline = time.monotonic() + WAIT_S
            # 415: the request is looked at, and is in no format of this partner's
            while client.post("/v1/transfers", content=b"x", headers={"Content-Type": "image/png"}).status_code != wanted:
                assert time.monotonic() < deadline
                time.sleep(0.1)


def test_a_body_nobody_can_take_in_is_answered_with_its_problem(house: House) -> None:
    with house.client() as client:

        def post(content: bytes, kind: str = "application/json", **headers: str) -> httpx.Response:
            return client.post("/v1/transfers", content=content, headers={"Content-Type": kind} | headers)

        assert (post(b"{}").status_code, post(b"{}").json()["transfers"][0]["code"]) == (422, "field_missing")
        assert post(b"<a/>", "application/xml").status_code == 415
        assert post(b"{}", "application/json; charset=utf-16").json()["code"] == "encoding"
        assert post(b"x", **{"Content-Encoding": "br"}).json()["code"] == "encoding"
        bomb = gzip.compress(b" " * (50 << 20))
        assert post(bomb, **{"Content-Encoding": "gzip"}).status_code == 413
        assert post(b" " * (9 << 20)).status_code == 413
        assert post(b"x" * (50 << 20)).status_code == 413
        # Without a length, as a client does that writes on and on: cut off at the limit, the answer perhaps unread.
        with suppress(httpx.TransportError):
            endless = client.post(
                "/v1/transfers", content=iter([b" " * (1 << 20)] * 50), headers={"Content-Type": "application/json"}
            )
            assert endless.status_code == 413
        assert post(json.dumps(event("S1", partner=OTHER)).encode()).json()["transfers"][0]["code"] == "unknown_field"
        assert post(b"").status_code == 400
        assert client.get("/v1/transfers").status_code == 405
        assert client.get("/nothing").headers["content-type"] == "application/problem+json"


def test_the_same_key_and_body_post_once_and_another_body_is_refused(house: House) -> None:
    headers = {"Idempotency-Key": "request-7"}
    with house.client() as client:
        first = client.post("/v1/transfers", json=event("I1"), headers=headers)
        again = client.post("/v1/transfers", json=event("I1"), headers=headers)
        other = client.post("/v1/transfers", json=event("I2"), headers=headers)
    assert (first.status_code, first.content) == (again.status_code, again.content) == (202, first.content)
    assert (other.status_code, other.json()["code"]) == (422, "key_reused")
    assert [record.key for record in house.records() if (record.key or b"").startswith(b"I")] == [b"I1"]


def test_what_a_client_needs_to_know_can_be_fetched_without_a_key_and_loads_nothing_from_elsewhere(house: House) -> None:
    with httpx.Client(base_url=f"http://127.0.0.1:{house.port}", trust_env=False) as client:
        described = client.get("/v1/openapi.json").json()
        assert client.get("/health").status_code == 200
        page = client.get("/docs").text
        assert client.get("/v1/schemas/transfer.json").json()["$id"] == "urn:strgw:native:transfer:1"
        assert client.get("/v1/schemas/transfer.avsc").json()["name"]
        for path in described["paths"]:
            assert path in page
            assert path.endswith(("transfers", "{id}")) or client.get(path).status_code == 200
    assert not re.search(r"<script|<link|https?://", page)


def test_kill_minus_nine_under_load_every_202_is_in_kafka_and_retries_are_the_same_events(house: House) -> None:
    promised: dict[str, int] = {}
    tried: list[str] = []
    stop = threading.Event()

    def load(number: int) -> None:
        count = 0
        with house.client() as client:
            while not stop.is_set():
                names = [f"X{number}-{count}-{place}" for place in range(20)]
                count += 1
                tried.extend(names)
                body = "\n".join(json.dumps(event(name)) for name in names).encode()
                while not stop.is_set():  # as a client does: the same request until it has its answer
                    try:
                        answer = client.post("/v1/transfers", content=body, headers={"Content-Type": "application/x-ndjson"})
                    except httpx.TransportError:
                        time.sleep(0.05)
                        continue
                    assert answer.status_code == 202
                    promised.update(dict.fromkeys(names, number))
                    break

    threads = [threading.Thread(target=load, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    time.sleep(1)
    before = len(promised)
    house.kill()
    house.start()
    time.sleep(1)
    stop.set()
    for thread in threads:
        thread.join(WAIT_S)
    assert 0 < before < len(promised)
    found = [(record.key or b"").decode() for record in house.records()]
    assert set(promised) - set(found) == set()
    assert {name for name in found if name.startswith("X")} - set(tried) == set()
    house.take_in_everything()
    audit = house.strgw("audit", "verify")
    of_partner = [line for line in audit["partitions"] if line["topic"] == f"partner.{PARTNER}.transfers"]
    assert all(line["holds"] for line in of_partner)
    assert sum(line["events"] for line in of_partner) == len(found)
    assert sum(line["transfers"] for line in of_partner) == len(set(found))  # each once
    assert sum(line["duplicates"] for line in of_partner) == len(found) - len(set(found))


def test_a_receipt_says_what_intake_made_of_it_and_a_disabled_partners_events_never_become_transfers(house: House) -> None:
    producer = KafkaProducer(bootstrap_servers=house.bootstrap)
    producer.send(f"partner.{OFF}.transfers", json.dumps(event("D1")).encode(), b"D1").get(30)
    producer.close()
    with house.client() as client:
        receipt = client.post("/v1/transfers", json=event("R1")).json()["transfers"][0]["receipt"]
        assert client.get(f"/v1/receipts/{receipt}").json() == {"id": receipt, "status": "received"}
        house.take_in_everything()
        deadline = time.monotonic() + WAIT_S
        while (answer := client.get(f"/v1/receipts/{receipt}")).status_code == 202:
            assert time.monotonic() < deadline, "the receipt did not come"
            time.sleep(0.05)
        assert (answer.status_code, answer.json()) == (200, {"id": receipt, "status": "accepted"})
    (line,) = [
        line
        for line in house.strgw("audit", "verify")["partitions"]
        if line["topic"] == f"partner.{OFF}.transfers" and line["events"]
    ]
    assert (line["transfers"], line["quarantined"], line["waiting"]) == (0, 1, 0)
