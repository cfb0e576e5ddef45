"""Avro records in the Confluent wire format; avro-python3 is the oracle that the bytes are right."""

import io
import json
from collections.abc import Callable
from importlib.resources import files
from typing import Any

import avro.io
import avro.schema
import fastavro
import pytest

from schemas.feedback import Feedback, FeedbackError, InformationRequest
from schemas.filing import Filing
from schemas.wire import (
    Published,
    SchemaRegistry,
    UnreadableAvro,
    decode_feedback,
    decode_filing,
    encode_feedback,
    encode_filing,
    schema_registry,
)

PARTY = {
    "kind": "person",
    "name": "Азиз Тошматов",
    "phones": ["+77053318842"],
    "documents": [{"type": "passport", "number": "A1", "country": "UZ"}],
}
TRANSFER = {
    "schema": "strgw.transfer/1",
    "transfer_id": "t-1",
    "status": "paid",
    "occurred_at": "2024-05-17T18:42:10+05:00",
    "amount": {"value": "40", "currency": "USD"},
    "channel": "cash_to_cash",
    "sender": PARTY,
    "receiver": {"kind": "person", "name": "Lola"},
    "send_agent": {"agent_id": "KZ1", "name": "Nur", "country": "KZ", "city": "Shymkent", "lat": 42.3312, "lon": 69.5903},
    "flags": [{"code": "escorted", "note": None}],
}
RECEIPT = {
    "partner": "demo",
    "topic": "partner.demo.transfers",
    "partition": 3,
    "lines": [{"offset": 7, "transfer_id": "t-1", "accepted": False, "reason_code": "field_missing", "reason": "Mend it."}],
}
FEEDBACK = {
    "report_id": "r1",
    "version": 2,
    "status": "rejected",
    "errors": [{"code": "E1", "text": "no name", "target_path": "/report"}],
}
ANSWER = Feedback(
    report_id="r1",
    version=2,
    status="information_requested",
    errors=(FeedbackError("E1", "no name", "/report", None), FeedbackError("E2", "no date")),
    fiu="AE",
    filing_id="f1",
    fiu_reference="RP-77",
    received_at_ms=1_715_953_330_123,
    text="see attached",
    request=InformationRequest("Q-1", "all payments", "inquiry", "art. 5", 1_715_999_999_000, ("t-1", "t-2")),
)
FILING = Filing(
    filing_id="f1",
    report_id="r1",
    version=3,
    fiu="AE",
    obligation="file",
    media_type="application/xml",
    schema_id="goaml",
    schema_version="5.0.2",
    file_name="r1.xml",
    sha256="00" * 32,
    due_at_ms=1_715_953_330_123,
    suspicion_formed_at_ms=-1,
    urgent=True,
    do_not_block=False,
    supersedes=("f0",),
    summary="one",
    payload=b"\x00<x/>\xff",
    reporting_entity="771",
    relation="correction",
    prior_filing_id="f0",
    prior_reference="RP-76",
)


def oracle(subject: str) -> Any:
    return avro.schema.parse(files("schemas").joinpath(f"avro/{subject}.avsc").read_bytes().decode())


@pytest.mark.parametrize(
    ("subject", "number", "framed"),
    [
        ("transfer", 1, lambda: schema_registry().encode("transfer", TRANSFER)),
        ("receipt", 2, lambda: schema_registry().encode("receipt", RECEIPT)),
        ("filing", 6, lambda: encode_filing(FILING)),
        ("feedback", 5, lambda: encode_feedback(ANSWER)),
    ],
)
def test_avro_python3_reads_the_bytes_and_writes_the_same_ones(subject: str, number: int, framed: Callable[[], bytes]) -> None:
    raw = framed()
    assert raw[:5] == b"\x00" + number.to_bytes(4)
    schema = oracle(subject)
    stream = io.BytesIO(raw[5:])
    record = avro.io.DatumReader(schema).read(avro.io.BinaryDecoder(stream))
    assert stream.read() == b""
    written = io.BytesIO()
    avro.io.DatumWriter(schema).write(record, avro.io.BinaryEncoder(written))
    assert written.getvalue() == raw[5:]


def test_a_filing_comes_back_whole() -> None:
    assert decode_filing(encode_filing(FILING)) == FILING


def test_an_answer_comes_back_whole() -> None:
    assert decode_feedback(encode_feedback(ANSWER)) == ANSWER
    bare = Feedback("r1", 1, "accepted")
    assert decode_feedback(encode_feedback(bare)) == bare


def test_an_answer_written_under_the_first_version_is_read_with_what_it_does_not_say_empty() -> None:
    writer = fastavro.parse_schema(json.loads(files("schemas").joinpath("avro/history/feedback.v1.avsc").read_text()))
    out = io.BytesIO(b"\x00\x00\x00\x00\x04")
    out.seek(5)
    fastavro.schemaless_writer(out, writer, FEEDBACK)
    assert decode_feedback(out.getvalue()) == Feedback("r1", 2, "rejected", (FeedbackError("E1", "no name", "/report"),))


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "avro_not_decodable"),
        (b"\x00\x00\x00", "avro_not_decodable"),
        (b'{"partner":1}', "avro_not_decodable"),
        (b"\x00\x00\x00\x00\x63abc", "avro_schema_unknown"),
        (b"\x00\xff\xff\xff\xff", "avro_schema_unknown"),
        (b"\x00\x00\x00\x00\x02", "avro_not_decodable"),
        (b"\x00\x00\x00\x00\x02\x08dem", "avro_not_decodable"),
        (b"\x00\x00\x00\x00\x02\x02\xff\x00\x00\x00", "avro_not_decodable"),
        (b"\x00\x00\x00\x00\x02\x01\x00\x00\x00", "avro_not_decodable"),
    ],
)
def test_bytes_that_are_no_receipt_have_a_code(raw: bytes, code: str) -> None:
    with pytest.raises(UnreadableAvro) as refused:
        schema_registry().decode("receipt", raw)
    assert refused.value.code == code


def test_a_record_of_another_subject_is_not_read_as_this_one() -> None:
    with pytest.raises(UnreadableAvro) as refused:
        schema_registry().decode("transfer", schema_registry().encode("receipt", RECEIPT))
    assert refused.value.code == "avro_wrong_subject"


def test_bytes_after_the_record_are_refused() -> None:
    with pytest.raises(UnreadableAvro) as refused:
        schema_registry().decode("receipt", schema_registry().encode("receipt", RECEIPT) + b"\x00")
    assert refused.value.code == "avro_not_decodable"


OLD = '{"type":"record","name":"Receipt","fields":[{"name":"a","type":"int"}]}'
NEW = '{"type":"record","name":"Receipt","fields":[{"name":"a","type":"long"},{"name":"b","type":"string","default":"x"}]}'


def test_a_record_of_an_earlier_version_is_read_through_the_newest() -> None:
    first = SchemaRegistry([Published(1, "receipt", 1, "v1")], {"v1": OLD, "receipt.avsc": OLD})
    both = SchemaRegistry(
        [Published(2, "receipt", 2, "v2"), Published(1, "receipt", 1, "v1")], {"v1": OLD, "v2": NEW, "receipt.avsc": NEW}
    )
    assert both.decode("receipt", first.encode("receipt", {"a": 7})) == {"a": 7, "b": "x"}
    assert both.encode("receipt", {"a": 7, "b": "y"})[:5] == b"\x00\x00\x00\x00\x02"


def test_a_schema_may_not_change_without_a_new_version() -> None:
    with pytest.raises(ValueError, match="publish a new version"):
        SchemaRegistry([Published(1, "receipt", 1, "v1")], {"v1": OLD, "receipt.avsc": NEW})


def test_a_number_is_given_once() -> None:
    with pytest.raises(ValueError, match="twice"):
        SchemaRegistry([Published(1, "receipt", 1, "v1"), Published(1, "receipt", 2, "v1")], {"v1": OLD, "receipt.avsc": OLD})


def test_avro_python3_checks_a_schema_when_it_is_loaded() -> None:
    twice = '{"type":"record","name":"Receipt","fields":[{"name":"a","type":"int"},{"name":"a","type":"int"}]}'
    with pytest.raises(avro.schema.SchemaParseException):
        SchemaRegistry([Published(1, "receipt", 1, "v1")], {"v1": twice, "receipt.avsc": twice})
