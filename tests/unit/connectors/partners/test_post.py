"""Reading a file to post, and its keys."""

import gzip
import hashlib
import io
import json
from pathlib import Path

import pytest

from connectors.partners.post import PostError, due, key_of, keys_of, open_lines, open_source
from schemas.native import InvalidTransfer
from schemas.registry import Partner

DOCUMENTS = Path(__file__).parents[3] / "golden" / "connectors" / "partners" / "formats"
EVENTS = [b'{"transfer_id":"A"}', b'{"transfer_id":"B"}']


def test_the_key_is_the_transfer_id_so_that_its_statuses_share_a_partition() -> None:
    assert key_of(b'{"status":"sent","transfer_id":"T1"}') == key_of(b'{"transfer_id":"T1","status":"paid"}') == b"T1"


@pytest.mark.parametrize("event", [b"{", b"[]", b'{"transfer_id":7}', b'{"status":"sent"}', b'\xff{"transfer_id":"A"}'])
def test_an_event_without_a_readable_id_is_keyed_by_its_digest(event: bytes) -> None:
    assert key_of(event) == hashlib.sha256(event).digest()


@pytest.mark.parametrize("name", ["events.jsonl", "events.jsonl.gz"])
def test_plain_and_gzipped_files_give_the_same_events_and_skip_empty_lines(tmp_path: Path, name: str) -> None:
    text = EVENTS[0] + b"\r\n\n" + EVENTS[1]
    path = tmp_path / name
    path.write_bytes(gzip.compress(text) if name.endswith(".gz") else text)
    with open_lines(str(path)) as lines:
        assert list(lines) == EVENTS
        assert lines.done() == lines.size == path.stat().st_size


@pytest.mark.parametrize("kept", [30, 9])
def test_a_packed_file_that_is_cut_off_is_one_sentence(tmp_path: Path, kept: int) -> None:
    path = tmp_path / "events.jsonl.gz"
    path.write_bytes(gzip.compress(b"\n".join(EVENTS * 9))[:kept])
    with (
        open_source(str(path), Partner("demo", "Demo", "mto", "strgw.transfer/1", "KZ", ()), lambda found: None) as source,
        pytest.raises(PostError, match="is packed and cut off"),
    ):
        list(source)


def test_a_missing_file_is_one_sentence() -> None:
    with (
        pytest.raises(PostError, match="^The file nowhere.jsonl cannot be read .*: check the path.$"),
        open_lines("nowhere.jsonl"),
    ):
        pass


def test_a_rate_spaces_events_evenly_over_the_whole_file() -> None:
    assert [due(number, 4.0, 100.0) for number in (0, 1, 8)] == [100.0, 100.25, 102.0]


@pytest.mark.parametrize(
    ("name", "format_"),
    [
        ("gsma.mm/transaction.txt", "gsma.mm/1.2"),
        ("mt103/file_of_two_with_an_acknowledgement.rje", "mt103/1"),
        ("iso20022/pain001_an_order_of_two.xml", "iso20022/1"),
    ],
)
def test_a_record_of_another_format_is_keyed_by_its_transfer(name: str, format_: str) -> None:
    partner = Partner("demo", "Demo", "bank", format_, "KZ", (), timezone="Asia/Almaty")
    meant = [row["transfer_id"] for row in json.loads((DOCUMENTS / name).with_suffix(".json").read_bytes())]
    with open_source(str(DOCUMENTS / name), partner, lambda found: None) as source:
        assert [keys_of(partner)(record).decode() for record in source] == meant


def test_a_record_that_cannot_be_read_is_keyed_by_its_digest() -> None:
    assert keys_of(Partner("demo", "Demo", "bank", "mt103/1", "KZ", ()))(b"{1:") == hashlib.sha256(b"{1:").digest()


def test_standard_input_in_another_format_is_checked_to_its_end_before_the_first_record(monkeypatch: pytest.MonkeyPatch) -> None:
    partner = Partner("demo", "Demo", "bank", "gsma.mm/1.2", "KZ", ())
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b'[{"a":1},\n{"a":2}')))
    with open_source("-", partner, lambda found: None) as source, pytest.raises(InvalidTransfer, match="the list has no end"):
        next(iter(source))


def test_a_list_of_our_own_events_is_posted_one_by_one(tmp_path: Path) -> None:
    path = tmp_path / "events.json"
    path.write_bytes(b"[" + b",\n".join(EVENTS) + b"]")
    with open_source(str(path), Partner("demo", "Demo", "mto", "strgw.transfer/1", "KZ", ()), lambda found: None) as source:
        assert list(source) == EVENTS
