"""Reading a file to post, and its keys."""

import gzip
import hashlib
from pathlib import Path

import pytest

from connectors.partners.post import PostError, due, key_of, open_lines

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
        assert lines.read_bytes() == lines.size == path.stat().st_size


def test_a_missing_file_is_one_sentence() -> None:
    with (
        pytest.raises(PostError, match="^The file nowhere.jsonl cannot be read .*: check the path.$"),
        open_lines("nowhere.jsonl"),
    ):
        pass


def test_a_rate_spaces_events_evenly_over_the_whole_file() -> None:
    assert [due(number, 4.0, 100.0) for number in (0, 1, 8)] == [100.0, 100.25, 102.0]
