"""A file of the door as records: refused whole with a code that the partner finds in the page, and each cutting told from every other."""

from pathlib import Path

import pytest

from connectors.partners.files import reading
from connectors.partners.files.reading import cut_of, records_of
from connectors.partners.files.spool import FILE_CODES, FileRefused
from connectors.partners.formats.csv_mapped import cutting
from schemas.native_reading import MAX_BYTES
from schemas.registry import Partner

MAPPING = (
    "schema: strgw.csv-mapping/1\nlayout: {{encoding: {encoding}, delimiter: ';'}}\nfields:\n- {{to: {to}, columns: [No]}}\n"
)


def partner(tmp_path: Path, format_: str = "csv/1", encoding: str = "utf-8", to: str = "transfer_id") -> Partner:
    mapping = tmp_path / f"{encoding}-{to}.yaml"
    mapping.write_text(MAPPING.format(encoding=encoding, to=to))
    return Partner("demo", "Demo", "mto", format_, "KZ", (), mapping=str(mapping))


def written(tmp_path: Path, content: bytes) -> Path:
    path = tmp_path / "file"
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("format_", "content", "code"),
    [
        ("strgw.transfer/1", b" \n\n", "file_empty"),
        ("gsma.mm/1.2", b"[]", "file_empty"),
        ("strgw.transfer/1", b"{}\n" + b"x" * (MAX_BYTES + 1), "file_too_large"),
        ("gsma.mm/1.2", b'[{"a":1}', "file_not_in_format"),
        ("iso20022/1", b"<Document/>\n<!-- x -->", "file_not_in_format"),
        ("mt103/1", b"nothing of the kind", "file_not_in_format"),
        ("csv/1", "No\n1;Айна\n".encode("windows-1251"), "file_not_in_format"),
        ("csv/1", b"Number\n1\n", "file_not_in_format"),
    ],
)
def test_a_file_that_cannot_be_cut_is_refused_with_a_code_of_the_page(
    tmp_path: Path, format_: str, content: bytes, code: str
) -> None:
    with pytest.raises(FileRefused) as found:
        cut_of(written(tmp_path, content), partner(tmp_path, format_))
    assert found.value.code == code
    assert code in FILE_CODES
    assert found.value.text.endswith(".")


@pytest.mark.parametrize(("format_", "content"), [("csv/1", b"No\n1\n2\n3\n4\n"), ("strgw.transfer/1", b"{}\n" * 4)])
def test_a_file_has_so_many_records_or_rows_and_no_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, format_: str, content: bytes
) -> None:
    path, who = written(tmp_path, content), partner(tmp_path, format_)
    monkeypatch.setattr(reading, "MOST_RECORDS", 4)
    assert sum(len(record.lines) for record in records_of(path, who)) == 4
    monkeypatch.setattr(reading, "MOST_RECORDS", 3)
    with pytest.raises(FileRefused, match="at most 3 records") as found:
        cut_of(path, who)
    assert found.value.code == "file_too_many"


def test_a_cutting_is_told_from_another_with_as_many_records(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(tmp_path, b"No\n1\n2\n3\n4\n")
    monkeypatch.setattr(cutting, "_PORTION", 2)
    total, cut = cut_of(path, partner(tmp_path))
    assert total == 2
    # Rules that read the same columns otherwise shift nothing.
    assert cut_of(path, partner(tmp_path, to="occurred_at")) == (total, cut)
    monkeypatch.setattr(cutting, "_PORTION", 3)
    assert cut_of(path, partner(tmp_path))[0] == total
    assert cut_of(path, partner(tmp_path))[1] != cut
