"""What a backtest reads from files of any format."""

import gzip
import json
from pathlib import Path

import pytest

from connectors.partners.accept import Acceptor
from ops.errors import CommandError
from ops.events import Files, native_events, rejected_line, taken_in
from schemas.registry import Partner
from schemas.transfer import Transfer
from streams.domain.identity import Keyring

DOCUMENTS = Path(__file__).parents[2] / "golden" / "connectors" / "partners" / "formats"
ORDER = DOCUMENTS / "iso20022" / "pain001_an_order_of_two.xml"


def files(path: Path, format_: str = "iso20022/1") -> Files:
    return Files((path,), Partner("demo", "Demo", "bank", format_, "KZ", (), timezone="Asia/Almaty"))


def results(read: Files) -> list[tuple[int, str | dict[str, object]]]:
    acceptor = Acceptor(read.partner, Keyring(b"m" * 32), lambda: 1_800_000_000_000)
    return [
        (line.number, result.transfer_id if isinstance(result, Transfer) else rejected_line(line, result))
        for line, result in taken_in(read, acceptor)
    ]


def test_each_transfer_of_a_file_is_taken_in_and_its_truth_can_be_looked_up() -> None:
    meant = [row["transfer_id"] for row in json.loads(ORDER.with_suffix(".json").read_bytes())]
    assert results(files(ORDER)) == [(1, meant[0]), (2, meant[1])]
    assert [json.loads(event)["transfer_id"] for event in native_events(files(ORDER))] == meant


def test_a_refused_transfer_names_its_record_and_delays_no_other(tmp_path: Path) -> None:
    path = tmp_path / "order.xml.gz"
    path.write_bytes(gzip.compress(ORDER.read_bytes().replace(b"<Cdtr>", b"<Payee/><Cdtr>", 1)))
    (first, refused), (second, accepted) = results(files(path))
    assert isinstance(refused, dict)
    assert (first, second, refused["line"], refused["reason_code"], "index" in refused) == (1, 2, 1, "not_in_schema", False)
    assert isinstance(accepted, str)


def test_our_own_events_come_as_lines_with_their_numbers_or_as_a_list(tmp_path: Path) -> None:
    path = tmp_path / "events.json"
    for text, numbers in (('\n{"a":1}\n\n{"a":2}\n', [2, 4]), ('[{"a":1},\n\n{"a":2}]', [1, 2])):
        path.write_text(text)
        found = results(files(path, "strgw.transfer/1"))
        assert [number for number, _ in found] == numbers
        assert all(isinstance(row, dict) and row["reason_code"] == "unknown_field" for _, row in found)


@pytest.mark.parametrize(
    ("raw", "format_", "code"),
    [
        (None, "iso20022/1", "events_unreadable"),
        (None, "strgw.transfer/1", "events_unreadable"),
        (gzip.compress(b"{}\n" * 9_999)[:-20], "strgw.transfer/1", "events_unreadable"),
        (ORDER.read_bytes()[:-40], "iso20022/1", "not_xml"),
    ],
)
def test_a_file_that_cannot_be_used_is_one_coded_sentence(tmp_path: Path, raw: bytes | None, format_: str, code: str) -> None:
    path = tmp_path / "events.jsonl.gz"
    if raw is not None:
        path.write_bytes(raw)
    with pytest.raises(CommandError, match=str(path)) as found:
        results(files(path, format_))
    assert found.value.code == code
