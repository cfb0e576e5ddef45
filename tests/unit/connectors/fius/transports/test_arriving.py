"""What becomes of a record of an FIU's topic: a row of the ledger, or an entry of the quarantine that says why not."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest

from connectors.fius.transports.arriving import row_of
from connectors.fius.transports.transmission import Transmission
from connectors.kafka.record import Record
from schemas.codec import Codec
from schemas.filing import Filing
from schemas.quarantine import QuarantineRecord
from schemas.wire import encode_filing

Make = Callable[..., Filing]


def record(raw: bytes, topic: str = "fiu.ae.reports") -> Any:
    return SimpleNamespace(topic=topic, partition=0, offset=17, value=raw)


def test_a_filing_becomes_a_row_with_what_travels(filing_of: Make) -> None:
    row = row_of(record(encode_filing(filing_of(urgent=True))), "zip", 5)
    assert isinstance(row, Transmission)
    assert (row.filing_id, row.fiu, row.offset, row.taken_ms, row.urgent) == ("a" * 32, "AE", 17, 5, True)
    assert (row.reference, row.file_name, row.packaging, row.state) == ("r1.v1", "STR_AE_r1-v1.zip", "zip", "pending")
    as_file = row_of(record(encode_filing(filing_of())), "file", 5)
    assert isinstance(as_file, Transmission)
    assert as_file.sha256 == filing_of().sha256 != row.sha256


@pytest.mark.parametrize(
    ("changes", "topic", "code"),
    [
        ({"sha256": "0" * 64}, "fiu.ae.reports", "digest_differs"),
        ({}, "fiu.kg.reports", "wrong_fiu"),
        (None, "fiu.ae.reports", "avro_not_decodable"),
    ],
)
def test_what_is_no_filing_of_this_fiu_is_set_aside(
    changes: dict[str, Any] | None, topic: str, code: str, filing_of: Make
) -> None:
    raw = b"junk" if changes is None else encode_filing(msgspec.structs.replace(filing_of(), **changes))
    aside = row_of(record(raw, topic), "file", 5)
    assert isinstance(aside, Record)
    entry = Codec(QuarantineRecord).decode(aside.value)
    assert (aside.topic, entry.stage, entry.reason_code, entry.raw) == ("quarantine", "send", code, raw)
