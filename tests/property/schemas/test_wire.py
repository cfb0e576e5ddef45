"""Whatever bytes arrive, the wire reader gives a record or a code; what it wrote, it and avro-python3 read alike."""

import contextlib
import io
from importlib.resources import files
from typing import Any

import avro.io
import avro.schema
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.wire import Subject, UnreadableAvro, schema_registry

SUBJECTS: tuple[Subject, ...] = ("transfer", "receipt", "filing", "feedback")
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
LINES = st.fixed_dictionaries(
    {
        "offset": st.integers(0, 2**63 - 1),
        "transfer_id": st.none() | TEXT,
        "accepted": st.booleans(),
        "reason_code": st.none() | TEXT,
        "reason": st.none() | TEXT,
        "index": st.integers(0, 2**31 - 1),
    }
)
RECEIPTS = st.fixed_dictionaries(
    {"partner": TEXT, "topic": TEXT, "partition": st.integers(0, 2**31 - 1), "lines": st.lists(LINES, max_size=4)}
)


@given(record=RECEIPTS)
def test_what_was_written_is_read_back_by_both_libraries(record: dict[str, Any]) -> None:
    raw = schema_registry().encode("receipt", record)
    assert schema_registry().decode("receipt", raw) == record
    schema = avro.schema.parse(files("schemas").joinpath("avro/receipt.avsc").read_bytes().decode())
    assert avro.io.DatumReader(schema).read(avro.io.BinaryDecoder(io.BytesIO(raw[5:]))) == record


@settings(max_examples=400)
@given(subject=st.sampled_from(SUBJECTS), number=st.integers(0, 8), body=st.binary(max_size=80))
def test_any_bytes_are_a_record_or_a_code(subject: Subject, number: int, body: bytes) -> None:
    with contextlib.suppress(UnreadableAvro):
        assert isinstance(schema_registry().decode(subject, b"\x00" + number.to_bytes(4) + body), dict)


@settings(max_examples=300)
@given(record=RECEIPTS, place=st.integers(0, 10_000), value=st.integers(0, 255))
def test_a_damaged_record_is_a_record_or_a_code(record: dict[str, Any], place: int, value: int) -> None:
    raw = bytearray(schema_registry().encode("receipt", record))
    raw[place % len(raw)] = value
    with contextlib.suppress(UnreadableAvro):
        assert isinstance(schema_registry().decode("receipt", bytes(raw)), dict)
