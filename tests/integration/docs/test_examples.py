"""What the documents tell partners and FIUs to do works as it stands there, on a real broker."""

import hashlib
import json
import re
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from kafka import KafkaConsumer, KafkaProducer
from kafka.admin import KafkaAdminClient, NewTopic

from connectors.partners.files.receipt import Head
from connectors.partners.files.registry import read_doors
from connectors.partners.formats.csv_mapped.mapping import parse
from connectors.partners.receipts import ReceiptLine, encode_receipts
from connectors.partners.registry import read_partners
from schemas.filing import Filing
from schemas.native_reading import read_json
from schemas.registry import Partner
from schemas.wire import encode_filing

DOCS = Path(__file__).resolve().parents[3] / "docs"


def blocks(document: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", (DOCS / document).read_text(encoding="utf-8"), re.DOTALL)


class Place:
    """A broker with topics of this test's own in the place of those the documents name."""

    def __init__(self, bootstrap: str) -> None:
        self.bootstrap = bootstrap
        mark = uuid.uuid4().hex[:8]
        self.names = {
            "partner.demo.transfers": f"docs.{mark}.transfers",
            "partner.demo.receipts": f"docs.{mark}.receipts",
            "fiu.kg.reports": f"docs.{mark}.reports",
        }

    def run(self, code: str) -> None:
        for written, own in {**self.names, "127.0.0.1:9092": self.bootstrap}.items():
            code = code.replace(written, own)
        exec(compile(code, "example", "exec"), {})

    def put(self, topic: str, value: bytes) -> None:
        producer = KafkaProducer(bootstrap_servers=self.bootstrap)
        producer.send(self.names[topic], value).get(30)
        producer.close()

    def values(self, topic: str) -> list[bytes]:
        consumer = KafkaConsumer(
            self.names[topic], bootstrap_servers=self.bootstrap, auto_offset_reset="earliest", consumer_timeout_ms=5000
        )
        found = [record.value for record in consumer]
        consumer.close()
        return found


@pytest.fixture
def place(broker: str) -> Iterator[Place]:
    place = Place(broker)
    admin = KafkaAdminClient(bootstrap_servers=broker)
    admin.create_topics([NewTopic(name, 1, 1) for name in place.names.values()])
    yield place
    admin.delete_topics(list(place.names.values()))
    admin.close()


# The examples leave their clients open, as short scripts do.
left_open = pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")


def test_the_mapping_of_columns_is_valid() -> None:
    assert parse(blocks("partners.md", "yaml")[1], "partners.md").columns == {
        "No",
        "State",
        "Date",
        "Time",
        "Sum",
        "Series",
        "Number",
    }


def test_the_file_doors_and_the_receipt_of_the_partners_page_are_ones() -> None:
    partners = {name: Partner(name, name, "mto", "strgw.transfer/1", "KZ", ()) for name in ("sunrise", "moon")}
    doors = read_doors(blocks("partners.md", "yaml")[2], "partners.md", partners)
    assert [(door.partner, door.kind, door.complete) for door in doors] == [
        ("sunrise", "folder", "renamed"),
        ("moon", "sftp", "unchanged"),
    ]
    receipt = json.loads(blocks("partners.md", "json")[1])
    assert receipt["accepted"] + receipt["refused"] == len(receipt["transfers"])
    assert set(receipt) == {*Head.__struct_fields__, "schema", "transfers", "reasons"}


def test_the_registry_row_is_valid() -> None:
    row = blocks("partners.md", "yaml")[0]
    assert list(read_partners(row, "partners.md")) == ["sunrise"]


def test_the_transfer_in_the_text_is_the_one_the_program_sends_and_is_valid() -> None:
    shown, _ = blocks("partners.md", "json")
    assert read_json(shown.encode()).event.transfer_id == "T-1"
    assert json.loads(shown)["occurred_at"] in blocks("partners.md", "python")[0]


@left_open
def test_the_program_that_posts_a_transfer_posts_a_valid_one(place: Place) -> None:
    place.run(blocks("partners.md", "python")[0])
    (value,) = place.values("partner.demo.transfers")
    assert read_json(value).event.transfer_id == "T-1"


@left_open
def test_the_program_that_reads_receipts_says_what_to_mend(place: Place, capsys: pytest.CaptureFixture[str]) -> None:
    lines = [ReceiptLine(0, "T-1"), ReceiptLine(1, None, "not_json", "The record is not JSON.")]
    place.put("partner.demo.receipts", encode_receipts("demo", 0, lines))
    place.run(blocks("partners.md", "python")[1])
    assert capsys.readouterr().out.splitlines() == ["0 T-1 accepted", "1 None not_json: The record is not JSON."]


@left_open
def test_the_program_of_an_fiu_reads_a_filing_and_checks_its_digest(place: Place, capsys: pytest.CaptureFixture[str]) -> None:
    payload = b"<report/>"
    filing = Filing(
        filing_id="f1", report_id="r1", version=2, fiu="KG", obligation="file", media_type="application/xml", schema_id="s", schema_version="1",
        file_name="r1.xml", sha256=hashlib.sha256(payload).hexdigest(), due_at_ms=2, suspicion_formed_at_ms=1, urgent=False, do_not_block=False,
        supersedes=(), summary="one line", payload=payload,
    )  # fmt: skip
    place.put("fiu.kg.reports", encode_filing(filing))
    place.run(blocks("fius.md", "python")[0])
    assert capsys.readouterr().out == "r1.xml 2 one line\n"
