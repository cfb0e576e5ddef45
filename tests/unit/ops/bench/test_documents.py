"""The documents that the bench reads mean the simulated transfers they were made of, whatever the format."""

from itertools import islice
from pathlib import Path

import msgspec
import pytest

from connectors.partners.accept import Acceptor
from connectors.partners.formats import FORMATS
from connectors.partners.formats.contract import Incoming
from ops.bench.documents import DOCUMENTS, MAPPING, avro
from ops.bench.load import STREAMS
from schemas.native import NATIVE
from schemas.registry import Partner
from schemas.transfer import Coordinate, Transfer
from streams.domain.identity import Keyring

EVENTS = [event for line in islice(STREAMS["simulated"](400), 400) if "receiver" in (event := msgspec.json.decode(line))]


def transfers(format_: str, documents: list[bytes], mapping: str = "") -> list[Transfer]:
    partner = Partner("demo", "Demo", "mto", format_, "KG", (), timezone="Asia/Bishkek", mapping=mapping)
    acceptor = Acceptor(partner, Keyring(b"m" * 32), lambda: 2_000_000_000_000)
    found = [acceptor.take_in(Incoming(raw, (), 1_777_000_000_000), Coordinate("t", 0, 0)) for raw in documents]
    assert all(len(one) == 1 for one in found)
    return [one for (one,) in found if isinstance(one, Transfer)]


@pytest.mark.parametrize("format_", DOCUMENTS)
def test_a_document_of_the_bench_is_the_transfer_it_was_made_of(format_: str, tmp_path: Path) -> None:
    mapping = tmp_path / "mapping.yaml"
    mapping.write_text(MAPPING)
    plain = transfers(NATIVE, [msgspec.json.encode(event) for event in EVENTS])
    found = transfers(format_, [DOCUMENTS[format_](event) for event in EVENTS], str(mapping) if format_ == "csv/1" else "")
    assert len(found) == len(plain) == len(EVENTS)
    for one, known in zip(found, plain, strict=True):
        assert one.amount == known.amount
        assert one.sender.name == known.sender.name or not known.sender.name.isascii()  # card messages are ASCII
        assert known.transfer_id[-12:] in one.transfer_id


def test_the_avro_form_is_the_same_transfer() -> None:
    assert transfers(NATIVE, [avro(event) for event in EVENTS]) == transfers(NATIVE, [msgspec.json.encode(one) for one in EVENTS])


def test_every_format_is_measured() -> None:
    assert {NATIVE, *DOCUMENTS} == set(FORMATS)
