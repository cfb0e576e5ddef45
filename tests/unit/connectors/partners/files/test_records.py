"""Cutting files into records, each to be read by itself, with the line where it begins."""

from pathlib import Path

import pytest

from connectors.partners.files.records import Uncut, records_of
from schemas.native_reading import MAX_BYTES
from schemas.registry import Partner

MAPPING = "schema: strgw.csv-mapping/1\nlayout: {{encoding: {encoding}, delimiter: ';'}}\nfields:\n- {{to: transfer_id, columns: [No]}}\n"


def cut(tmp_path: Path, content: bytes, format_: str = "strgw.transfer/1", encoding: str = "utf-8") -> list[tuple[int, bytes]]:
    (tmp_path / "mapping.yaml").write_text(MAPPING.format(encoding=encoding))
    path = tmp_path / "file"
    path.write_bytes(content)
    partner = Partner("demo", "Demo", "mto", format_, "KZ", (), mapping=str(tmp_path / "mapping.yaml"))
    return [(record.line, record.raw) for record in records_of(path, partner)]


def test_lines_are_records_and_empty_ones_are_none(tmp_path: Path) -> None:
    assert cut(tmp_path, b'{"a":1}\r\n\n  \nnot json\n{"b":2}') == [(1, b'{"a":1}'), (4, b"not json"), (5, b'{"b":2}')]


def test_one_document_over_several_lines_is_one_record(tmp_path: Path) -> None:
    document = b'{\n "a": 1\n}\n'
    assert cut(tmp_path, document) == [(1, document)]
    assert cut(tmp_path, b"<Document/>\n<!-- x -->", "iso20022/1") == [(1, b"<Document/>\n<!-- x -->")]


def test_a_line_that_is_too_long_is_cut_where_it_is_refused_and_the_next_one_is_whole(tmp_path: Path) -> None:
    found = cut(tmp_path, b"x" * (3 * MAX_BYTES) + b"\n{}\n")
    assert [(line, len(raw)) for line, raw in found] == [(1, MAX_BYTES + 1), (2, 2)]


@pytest.mark.parametrize("encoding", ["utf-8", "windows-1251", "utf-16"])
def test_each_row_has_the_head_and_a_quoted_line_end_does_not_end_it(tmp_path: Path, encoding: str) -> None:
    text = 'No;Имя\r\n1;"Айна\nсын ""О"""\r\n\r\n2;Лола'
    found = cut(tmp_path, text.encode(encoding), "csv/1", encoding)
    assert [(line, raw.decode(encoding)) for line, raw in found] == [
        (2, 'No;Имя\r\n1;"Айна\nсын ""О"""\r\n'),
        (5, "No;Имя\r\n2;Лола"),
    ]


def test_a_byte_order_mark_is_no_part_of_the_head(tmp_path: Path) -> None:
    assert cut(tmp_path, b"\xef\xbb\xbfNo\n1\n", "csv/1") == [(2, b"No\n1\n")]


def test_a_file_in_another_encoding_than_its_mapping_says_cannot_be_cut(tmp_path: Path) -> None:
    with pytest.raises(Uncut, match="not in utf-8, as its mapping says"):
        cut(tmp_path, "No\n1;Айна\n".encode("windows-1251"), "csv/1")


def test_a_quotation_mark_that_is_never_closed_is_bounded(tmp_path: Path) -> None:
    found = cut(tmp_path, b'No\n1;"' + b"x\n" * (2 * MAX_BYTES), "csv/1")
    assert [(line, len(raw)) for line, raw in found] == [(2, MAX_BYTES + 1)]
