"""A partner's Avro schemas looked up in a schema registry: a real one where it is there, and one of our own that can be told to fail."""

import importlib.util
import json
import struct
import sys
import time
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import fastavro
import pytest
from click.testing import CliRunner

from connectors.partners.schema_registry import Access, SchemaRegistryClient, WriterSchemas
from connectors.partners.waiting import SchemaRegistryAway
from ops.cli import gateway
from schemas.native import InvalidTransfer
from schemas.wire import EMBEDDED, schema_registry

OURS = schema_registry().newest("transfer")
WAIT_S = 60


def load(name: str) -> Any:
    """A module beside this file; tests are no packages, so it is loaded by path."""
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, Path(__file__).parent / f"{name}.py")
        assert spec is not None
        assert spec.loader is not None
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]


@pytest.fixture
def described() -> Iterator[Any]:
    server = load("described_schema_registry").DescribedRegistry()
    yield server
    server.close()


@pytest.fixture(scope="module")
def apicurio() -> Iterator[Any]:
    module = load("apicurio")
    jar = module.program()
    if jar is None:
        pytest.skip("no real schema registry is here (Apicurio Registry; .ci/run fetches it)")
    server = module.Apicurio(jar)
    yield server
    server.close()


@pytest.fixture(params=["described", "apicurio"])
def registry(request: pytest.FixtureRequest) -> Any:
    return request.getfixturevalue(request.param)


def theirs(**more: Any) -> str:
    """A partner's own version of our schema: another namespace, a field of its own, no flags."""
    schema = json.loads(OURS) | {"namespace": "com.sunrise", **more}
    schema["fields"] = [field for field in schema["fields"] if field["name"] != "flags"]
    schema["fields"].insert(3, {"name": "branch", "type": ["null", "string"], "default": None})
    return json.dumps(schema)


def written(transfer_id: str, number: int, text: str) -> bytes:
    """A record as a partner's serializer frames it: zero, number, body."""
    event = {
        "schema": "strgw.transfer/1", "transfer_id": transfer_id, "status": "sent", "occurred_at": "2024-05-17T18:42:10+05:00",
        "amount": {"value": "40", "currency": "USD"}, "channel": "wallet_to_wallet", "branch": "OSH-1",
        "sender": {"kind": "person", "name": "A. Karimov"}, "receiver": {"kind": "person", "name": "Lola"},
    }  # fmt: skip
    body = BytesIO()
    fastavro.schemaless_writer(body, fastavro.parse_schema(json.loads(text), named_schemas={}), event)
    return struct.pack(">bI", 0, number) + body.getvalue()


OPEN: list[SchemaRegistryClient] = []


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    yield
    while OPEN:
        OPEN.pop().close()


def client_of(registry: Any, monotonic: Callable[[], float] = time.monotonic, **access: Any) -> SchemaRegistryClient:
    OPEN.append(SchemaRegistryClient(Access(registry.url, **access), monotonic))
    return OPEN[-1]


def refusal(writers: WriterSchemas, number: int) -> str:
    with pytest.raises(InvalidTransfer) as caught:
        writers(number)
    return caught.value.code


def test_records_under_a_partners_own_schema_become_transfers(gate: Any, registry: Any) -> None:
    number = registry.register(theirs())
    gate.post(written("T1", number, theirs()), written("T2", number, theirs()), gate.event("T3"))
    gate.take_in(3, writers=WriterSchemas(client_of(registry), "registry"))
    assert {transfer.transfer_id: transfer.sender.name for transfer in gate.transfers()} == dict.fromkeys(
        ("T1", "T2", "T3"), "A. Karimov"
    )
    assert gate.quarantine() == []


def test_a_number_that_the_registry_does_not_have_is_quarantined_with_a_code(gate: Any, registry: Any) -> None:
    gate.post(written("T1", 987_654, theirs()))
    gate.take_in(1, writers=WriterSchemas(client_of(registry), "registry"))
    (entry,) = gate.quarantine()
    assert (entry.reason_code, "987654" in entry.reason) == ("avro_schema_unknown", True)


REGISTRY = """schema: strgw.partners/1
partners:
- {id: demo, name: Demo, kind: mto, format: strgw.transfer/1, schema_ids: registry, home_country: KZ, licences: []}
"""


def test_a_schema_that_was_registered_too_late_is_known_to_who_tries_and_sends_in_again(
    gate: Any, described: Any, tmp_path: Path
) -> None:
    """The record lies sealed in the quarantine; the commands open it and ask the registry as intake does."""
    (tmp_path / "partners.yaml").write_text(REGISTRY)
    environ = {
        "STRGW_KAFKA": gate.bootstrap, "STRGW_HOME": str(tmp_path), "STRGW_REGISTRY": str(tmp_path / "partners.yaml"),
        "STRGW_KEY_RING": str(gate.ring.path), "STRGW_SCHEMA_REGISTRY": described.url,
    }  # fmt: skip

    def strgw(*words: str) -> Any:
        words = ("quarantine", *words, "--json")
        return json.loads(CliRunner().invoke(gateway, words, env=environ, standalone_mode=False, catch_exceptions=False).stdout)

    raw = written("T1", 77, theirs())
    gate.post(raw)
    gate.take_in(1, writers=WriterSchemas(client_of(described), "registry"))
    (entry,) = strgw("list")["entries"]
    assert (entry["reason_code"], entry["size"]) == ("avro_schema_unknown", len(raw))
    assert "Karimov" not in strgw("show", entry["id"])["masked"]
    assert strgw("try")["read"] == 0
    described.register(theirs(), number=77)
    assert strgw("try")["read"] == 1
    described.away = True
    with pytest.raises(SchemaRegistryAway):
        strgw("redrive", "--partner", "demo", "--readable")
    described.away = False
    assert strgw("redrive", "--partner", "demo", "--readable") == {"redriven": 1, "waiting": 0}
    gate.take_in(1, writers=WriterSchemas(client_of(described), "registry"))
    assert [(transfer.transfer_id, transfer.sender.name) for transfer in gate.transfers()] == [("T1", "A. Karimov")]


def test_a_schema_of_something_else_is_quarantined_with_a_code(gate: Any, registry: Any) -> None:
    text = json.dumps({"type": "record", "name": "Order", "fields": [{"name": "transfer_id", "type": "string"}]})
    number = registry.register(text)
    gate.post(struct.pack(">bI", 0, number) + b"\x04T1")
    gate.take_in(1, writers=WriterSchemas(client_of(registry), "registry"))
    (entry,) = gate.quarantine()
    assert entry.reason_code == "avro_schema_incompatible"


def test_while_the_registry_is_away_a_partition_waits_and_the_others_go_on(gate: Any, described: Any) -> None:
    number = described.register(theirs())
    described.away = True
    gate.post(gate.event("A1"), written("A2", number, theirs()), gate.event("A3"), partition=0)
    gate.post(gate.event("B1"), partition=1)
    intake = gate.intake(writers=WriterSchemas(client_of(described), "registry"))
    taken, deadline = 0, time.monotonic() + WAIT_S
    while taken < 2:
        taken += intake.step()
        assert time.monotonic() < deadline
    gate.post(gate.event("B2"), partition=1)
    while taken < 3 or gate.meters.waits.get("demo") != 1:
        taken += intake.step()
        assert time.monotonic() < deadline
    assert {transfer.transfer_id for transfer in gate.transfers()} == {"A1", "B1", "B2"}
    described.away = False
    while taken < 5:
        taken += intake.step()
        assert time.monotonic() < deadline
    intake.close()
    order = [line["transfer_id"] for line in gate.receipts() if line["partition"] == 0]
    assert order == ["A1", "A2", "A3"], "what waited comes before what came after it"
    assert gate.quarantine() == []
    assert all(line.holds for line in gate.audit())


def test_a_process_that_starts_while_the_registry_is_away_begins_where_the_last_one_waited(gate: Any, described: Any) -> None:
    number = described.register(theirs())
    described.away = True
    gate.post(gate.event("A1"), written("A2", number, theirs()))
    gate.take_in(1, writers=WriterSchemas(client_of(described), "registry"))
    described.away = False
    gate.take_in(1, writers=WriterSchemas(client_of(described), "registry"))
    assert [line["transfer_id"] for line in gate.receipts()] == ["A1", "A2"]


def test_a_stream_whose_first_event_cannot_be_read_yet_begins_nothing_wrong(gate: Any, described: Any) -> None:
    """The first day of a stream is decided from the head of every partition: it waits for those that it cannot read."""
    number = described.register(theirs())
    described.away = True
    gate.post(written("A1", number, theirs()), partition=0)
    gate.post(gate.event("B1", "2024-05-19T00:00:00+05:00"), partition=1)
    intake = gate.intake(writers=WriterSchemas(client_of(described), "registry"))
    deadline = time.monotonic() + WAIT_S
    while gate.meters.waits.get("demo") != 2:
        assert intake.step() == 0
        assert time.monotonic() < deadline
    described.away = False
    taken = 0
    while taken < 2:
        taken += intake.step()
        assert time.monotonic() < deadline
    intake.close()
    assert {batch.stream_start_ms["demo"] for batch in gate.batches()} == {1_715_904_000_000}  # 2024-05-17T00:00Z


def test_a_number_is_asked_for_once(described: Any) -> None:
    number = described.register(theirs())
    client = client_of(described)
    for _ in range(3):
        assert WriterSchemas(client, "")(number) is not EMBEDDED
        assert refusal(WriterSchemas(client, "registry"), 5_555) == "avro_schema_unknown"
    assert described.asked == [f"/schemas/ids/{number}", "/schemas/ids/5555"]


def test_whose_numbers_they_are_is_the_partners_rule(described: Any) -> None:
    client = client_of(described)
    assert WriterSchemas(client, "gateway")(1) is EMBEDDED
    assert described.asked == [], "a partner with our numbers does not depend on the registry"
    assert WriterSchemas(client, "")(1) is EMBEDDED, "the registry has no number 1"
    assert refusal(WriterSchemas(client, "registry"), 1) == "avro_schema_unknown"


def test_a_number_that_means_two_schemas_is_refused_until_the_operator_says_whose_it_is(described: Any) -> None:
    described.register(theirs(), number=1)
    described.register(json.dumps(json.loads(schema_registry().text(3) or ""), indent=3), number=3)
    client = client_of(described)
    assert refusal(WriterSchemas(client, ""), 1) == "avro_schema_ambiguous"
    assert WriterSchemas(client, "registry")(1) is not EMBEDDED
    assert WriterSchemas(client, "gateway")(1) is EMBEDDED
    assert WriterSchemas(client, "")(3) is EMBEDDED, "the same schema, written differently"


@pytest.mark.parametrize(
    "answer",
    [
        (500, b""), (401, b'{"error_code": 401}'), (404, b"<html>no such page</html>"), (404, b'{"error_code": 404}'), (200, b"<html>"),
        (200, b'{"message": "?"}'), (302, b""), (429, b""),
    ],
)  # fmt: skip
def test_any_other_answer_is_that_of_a_registry_that_is_away(described: Any, answer: tuple[int, bytes]) -> None:
    number = described.register(theirs())
    described.script = [answer]
    now = [100.0]
    client = client_of(described, lambda: now[0])
    with pytest.raises(SchemaRegistryAway) as first:
        client.found(number)
    with pytest.raises(SchemaRegistryAway):
        client.found(number)
    assert len(described.asked) == 1, "it is left alone for a while"
    now[0] += first.value.retry_s
    assert client.found(number) is not None


def test_the_pauses_grow_to_half_a_minute(described: Any) -> None:
    described.away, now, pauses = True, [0.0], []
    client = client_of(described, lambda: now[0])
    for _ in range(7):
        with pytest.raises(SchemaRegistryAway) as away:
            client.found(9)
        pauses.append(away.value.retry_s)
        now[0] += away.value.retry_s
    assert pauses == [1, 2, 4, 8, 16, 30, 30]


def test_the_password_is_sent_and_never_told(described: Any) -> None:
    module = load("described_schema_registry")
    described.demands_password = True
    number = described.register(theirs())
    with pytest.raises(SchemaRegistryAway, match="401") as away:
        client_of(described, user=module.USER, password="wrong horse").found(number)
    assert "wrong horse" not in str(away.value)
    assert client_of(described, user=module.USER, password=module.PASSWORD).found(number) is not None


def test_our_schemas_are_published_only_when_asked_for_and_keep_their_numbers(apicurio: Any) -> None:
    def strgw(*words: str) -> Any:
        result = CliRunner().invoke(
            gateway, ["schemas", *words, "--url", apicurio.url, "--json"], standalone_mode=False, catch_exceptions=False
        )
        return json.loads(result.stdout)

    first = strgw("register")
    assert [line["subject"] for line in first if line["file"].startswith("history/transfer")] == ["strgw.Transfer"]
    assert strgw("register") == first
    verdicts = strgw("check")
    assert set(verdicts) == {line["subject"] for line in first}
    assert all(verdict["compatible"] for verdict in verdicts.values())
    client = client_of(apicurio)
    (number,) = [line["id"] for line in first if line["subject"] == "strgw.Transfer"]
    found = client.found(number)
    assert found is not None
    assert json.loads(found.schema) == json.loads(OURS)
