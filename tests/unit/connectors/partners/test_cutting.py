"""A file means the same transfers as its records do together; what is cut off or miscounted gives no record at all."""

import gzip
import io
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

from connectors.partners.accept import items_of
from connectors.partners.cutting import opened, records
from connectors.partners.formats import FORMATS
from connectors.partners.formats.contract import Incoming, Reader
from connectors.partners.formats.csv_mapped import cutting
from connectors.partners.formats.file_record import FileRecord
from schemas.native import InvalidTransfer
from schemas.native_reading import MAX_BYTES, Reading
from schemas.registry import Partner

DOCUMENTS = Path(__file__).parents[3] / "golden" / "connectors" / "partners" / "formats"
PACS = "urn:iso:std:iso:20022:tech:xsd:pacs.008.001.08"
HEADER = "<GrpHdr><MsgId>M</MsgId><CreDtTm>2026-01-15T10:30:00Z</CreDtTm><NbOfTxs>{count}</NbOfTxs>{total}<SttlmInf><SttlmMtd>CLRG</SttlmMtd></SttlmInf></GrpHdr>"
AGENT = "<FinInstnId><BICFI>AAAAKZKA</BICFI></FinInstnId>"
TRANSACTION = f"""<CdtTrfTxInf><PmtId><EndToEndId>E</EndToEndId><TxId>T%d</TxId></PmtId><IntrBkSttlmAmt Ccy="EUR">1.5</IntrBkSttlmAmt>
<IntrBkSttlmDt>2026-01-15</IntrBkSttlmDt><ChrgBr>SHAR</ChrgBr><Dbtr><Nm>Ali</Nm></Dbtr><DbtrAgt>{AGENT}</DbtrAgt><CdtrAgt>{AGENT}</CdtrAgt>
<Cdtr><Nm>Lola</Nm></Cdtr></CdtTrfTxInf>"""


def partner(name: str, mapping: str = "") -> Partner:
    return Partner("demo", "Demo", "bank", name, "KZ", (), timezone="Asia/Almaty", mapping=mapping)


@cache
def reader(name: str, mapping: str) -> Reader:
    return FORMATS[name].reader(partner(name, mapping))


def meanings(raw: bytes, who: Partner) -> Iterator[bytes | str]:
    for item in items_of(reader(who.format, who.mapping), Incoming(raw, (), 1_777_000_000_000))[1]:
        yield item.result.canonical if isinstance(item.result, Reading) else item.result.code


def code_of(path: Path, who: Partner) -> str:
    with pytest.raises(InvalidTransfer) as found:
        next(records(path, who))
    return found.value.code


def pacs(count: int, said: int | None = None, total: str = "", tail: str = "") -> str:
    head = HEADER.format(count=count if said is None else said, total=f"<CtrlSum>{total}</CtrlSum>" if total else "")
    many = "".join(TRANSACTION % n for n in range(count))
    return f'<Document xmlns="{PACS}"><FIToFICstmrCdtTrf>{head}{many}{tail}</FIToFICstmrCdtTrf></Document>'


CASES = [
    path for path in sorted(DOCUMENTS.glob("*/*.*")) if path.suffix not in (".json", ".yaml") and path.parent.name != "iso8583"
]


@pytest.mark.parametrize("path", CASES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_every_golden_document_means_the_same_as_a_file(path: Path) -> None:
    mapping = path.parent / "mapping.yaml"
    name = next(known for known in FORMATS if known.partition("/")[0] == path.parent.name)
    who = partner(name, str(mapping) if mapping.exists() else "")
    cut = [meaning for record in records(path, who) for meaning in meanings(record, who)]
    assert cut == list(meanings(path.read_bytes(), who))
    assert cut


def test_an_iso_file_gives_a_document_for_each_transaction_whatever_follows(tmp_path: Path) -> None:
    path, who = tmp_path / "f.xml", partner("iso20022/1")
    path.write_text(pacs(500, total="750.0", tail="<SplmtryData><Envlp><CdtTrfTxInf/></Envlp></SplmtryData>"))
    found = list(records(path, who))
    ids = [
        json.loads(meaning)["transfer_id"] for record in found for meaning in meanings(record, who) if isinstance(meaning, bytes)
    ]
    assert ids == [f"T{n}" for n in range(500)]
    assert all(record.count(b"<CdtTrfTxInf") == 1 and b"<MsgId>M<" in record for record in found)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (pacs(3, said=4), "count_differs"),
        (pacs(3, said=2), "count_differs"),
        (pacs(3, total="4.4"), "count_differs"),
        (pacs(3)[:-30], "not_xml"),
        (pacs(40)[:9000], "not_xml"),
        ("<!DOCTYPE Document>" + pacs(1), "xml_forbidden"),
        (pacs(1).replace("pacs.008.001.08", "pacs.004.001.09"), "message_unsupported"),
        ("<a/>", "not_in_format"),
        ("", "not_xml"),
        (f'<Document xmlns="{PACS.replace("pacs.008", "camt.054")}"><BkToCstmrDbtCdtNtfctn/></Document>', "empty"),
        (pacs(1).replace("<SttlmInf>", "<!--" + "x" * MAX_BYTES + "--><SttlmInf>"), ""),
        (pacs(1).replace("<Nm>Ali", "<Nm>" + "x" * MAX_BYTES), "too_large"),
        (pacs(1).replace("</GrpHdr>", "</GrpHdr>" + "<Other/>" * (MAX_BYTES + 10)), "too_large"),
    ],
)
def test_an_iso_file_that_cannot_be_used_gives_no_record(tmp_path: Path, text: str, code: str) -> None:
    path, who = tmp_path / "f.xml", partner("iso20022/1")
    path.write_text(text)
    if code:
        assert code_of(path, who) == code
    else:
        assert len(list(records(path, who))) == 1


def test_several_messages_in_one_file_are_each_counted(tmp_path: Path) -> None:
    path, who = tmp_path / "f.xml", partner("iso20022/1")
    path.write_text(f"<Batch><Body><Head/>{pacs(2)}</Body><Body>{pacs(3)}</Body></Batch>")
    assert len(list(records(path, who))) == 5
    path.write_text(f"<Batch>{pacs(2)}{pacs(3, said=2)}</Batch>")
    assert code_of(path, who) == "count_differs"


MEASURE = """
import resource, sys
from pathlib import Path
from connectors.partners.cutting import records
from schemas.registry import Partner
who, peaks = Partner("demo", "Demo", "bank", "iso20022/1", "KZ", ()), []
for name in sys.argv[1:]:
    count = sum(1 for _ in records(Path(name), who))
    peaks.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
print(count, peaks[1] - peaks[0])
"""


@pytest.mark.parametrize("packed", [False, True])
def test_a_large_iso_file_is_read_in_bounded_memory(tmp_path: Path, packed: bool) -> None:
    small, large = tmp_path / "small.xml", tmp_path / "large.xml"
    small.write_text(pacs(100))
    text = pacs(12_000).encode()  # 5 MB: as a tree some 60 MB
    large.write_bytes(gzip.compress(text, 1) if packed else text)
    said = subprocess.run([sys.executable, "-c", MEASURE, small, large], check=True, capture_output=True, text=True).stdout
    count, grown_kb = map(int, said.split())
    assert count == 12_000
    assert grown_kb * 1024 < len(text)


def test_progress_reaches_the_end_after_both_readings(tmp_path: Path) -> None:
    path = tmp_path / "f.xml"
    path.write_text(pacs(5))
    with opened(path, partner("iso20022/1")) as found:
        assert found.done() == 0
        assert sum(1 for _ in found) == 5
        assert found.done() == found.size


OBJECTS = [{"a": 1, "b": "é,]}"}, {"a": [1, {"c": '"}'}]}, {"a": 2}]
WRITERS: list[Callable[[list[object]], str]] = [
    lambda rows: "\n".join(map(json.dumps, rows)), lambda rows: "\r\n\r\n".join(map(json.dumps, rows)) + "\r\n",
    json.dumps, lambda rows: json.dumps(rows, indent=2), lambda rows: "\ufeff" + json.dumps(rows, ensure_ascii=False),
    lambda rows: "\n".join(json.dumps(row, indent=1) for row in rows), lambda rows: "\ufeff" + "\n".join(map(json.dumps, rows)),
]  # fmt: skip


@pytest.mark.parametrize("write", WRITERS)
@pytest.mark.parametrize("copies", [1, 9_000])
def test_json_comes_as_lines_as_a_list_or_over_several_lines(
    tmp_path: Path, write: Callable[[list[object]], str], copies: int
) -> None:
    path = tmp_path / "f.json"
    path.write_text(write([*OBJECTS] * copies), "utf-8")
    assert [json.loads(record) for record in records(path, partner("gsma.mm/1.2"))] == OBJECTS * copies


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "empty"), (b"[]", "empty"), (b'[{"a":1}', "not_json"), (b'[{"a":1},{"a"', "not_json"), (b'[{"a":1}{"b":1}]', "not_json"),
        (b'[{"a":1},]', "not_json"), (b'[{"a":1}] more', "not_json"), (b'[{"a":"\xff"}]', "not_utf8"), (b"[" * 99_999, "not_json"),
        (b"x" * (MAX_BYTES + 1), "too_large"), (b'[{"a":"' + b"x" * MAX_BYTES + b'"}]', "too_large"), (b"\0\0\0\0\1", "not_in_format"),
        (b"\x1f\x8b\x08\0", "not_in_format"), (gzip.compress(b"{}\n" * 99)[:-9], "not_in_format"),
    ],
)  # fmt: skip
def test_a_json_file_that_cannot_be_cut_gives_no_record(tmp_path: Path, raw: bytes, code: str) -> None:
    path = tmp_path / "f.json"
    path.write_bytes(raw)
    assert code_of(path, partner("strgw.transfer/1")) == code


def test_a_line_that_is_no_json_is_a_record_that_is_refused_alone(tmp_path: Path) -> None:
    path = tmp_path / "f.jsonl"
    path.write_bytes(b'nonsense\n{"a":1}\n{"a":')
    assert list(records(path, partner("strgw.transfer/1"))) == [b"nonsense", b'{"a":1}', b'{"a":']


MT103 = "{{1:F01AAAAKZKAAXXX0000000000}}{{2:I103BBBBKZKAXXXXN}}{{4:\r\n:20:R{n}\r\n:23B:CRED\r\n:32A:260115EUR1,\r\n:50K:/1\r\nALI\r\n:59:/2\r\nLOLA\r\n:71A:SHA\r\n-}}"
ACK = "{1:F21AAAAKZKAAXXX0000000000}{4:{177:2601151030}{451:0}}"


def test_an_rje_file_gives_each_message_without_acknowledgements(tmp_path: Path) -> None:
    path, who = tmp_path / "f.rje", partner("mt103/1")
    path.write_text(ACK + f"$\r\n{ACK}".join(MT103.format(n=n) for n in range(2_000)) + "$", newline="")
    found = list(records(path, who))
    ids = [json.loads(meaning)["transfer_id"] for record in found for meaning in meanings(record, who)]
    assert ids == [f"AAAAKZKA/2026-01-15/R{n}" for n in range(2_000)]
    assert found[0] == MT103.format(n=0).encode()


def test_a_message_that_is_cut_off_is_refused_alone_and_a_file_without_one_as_a_whole(tmp_path: Path) -> None:
    path, who = tmp_path / "f.rje", partner("mt103/1")
    path.write_text(MT103.format(n=0) + "$" + MT103.format(n=1)[:-9], newline="")
    assert [meaning for record in records(path, who) for meaning in meanings(record, who)][1:] == ["not_in_format"]
    path.write_text("nothing of the kind " * 9_999)
    assert code_of(path, who) == "not_in_format"
    path.write_text(MT103.format(n=0)[:-2] + "x" * MAX_BYTES)
    assert code_of(path, who) == "too_large"


@pytest.fixture
def csv_partner() -> Partner:
    return partner("csv/1", str(DOCUMENTS / "csv" / "mapping.yaml"))


def test_a_csv_gives_portions_that_each_have_the_column_names(tmp_path: Path, csv_partner: Partner) -> None:
    head, *lines = (DOCUMENTS / "csv" / "counter.csv").read_bytes().splitlines(keepends=True)
    path = tmp_path / "f.csv"
    path.write_bytes(head + b"".join(lines) * 300)
    found = list(records(path, csv_partner))
    assert len(found) == -(-300 * len(lines) // 200)
    assert [meaning for record in found for meaning in meanings(record, csv_partner)] == list(
        meanings(path.read_bytes(), csv_partner)
    )


@pytest.mark.parametrize(
    ("tail", "code"),
    [(b'"open', "not_in_format"), (b"x" * 70_000, "too_large"), (b"\x98", "not_utf8"), (None, "not_in_format")],
)
def test_a_csv_that_cannot_be_cut_gives_no_record(tmp_path: Path, csv_partner: Partner, tail: bytes | None, code: str) -> None:
    path = tmp_path / "f.csv"
    raw = (DOCUMENTS / "csv" / "counter.csv").read_bytes()
    path.write_bytes(raw.rstrip() + b"\n" + tail if tail is not None else raw.partition(b"\n")[2])
    assert code_of(path, csv_partner) == code


def test_card_messages_come_one_a_line(tmp_path: Path) -> None:
    raw = (DOCUMENTS / "iso8583" / "reversal_as_hex.txt").read_bytes().strip()
    path = tmp_path / "f.txt"
    path.write_bytes(b"\r\n".join([raw, raw, b""]))
    assert list(records(path, partner("iso8583/1"))) == [raw, raw]


def located(path: Path, who: Partner) -> list[FileRecord]:
    with opened(path, who) as found:
        return list(found.located())


@pytest.mark.parametrize("encoding", ["utf-8-sig", "windows-1251", "utf-16"])
def test_each_row_is_told_its_line_whatever_stands_between_the_rows(
    tmp_path: Path, encoding: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cutting, "_PORTION", 2)
    mapping = tmp_path / "mapping.yaml"
    said = f"schema: strgw.csv-mapping/1\nlayout: {{encoding: {encoding}, delimiter: ';'}}\nfields:\n- {{to: transfer_id, columns: [No]}}\n"
    mapping.write_text(said)
    path = tmp_path / "f.csv"
    path.write_bytes('No;Имя\r\n1;"Айна\nсын ""О"""\r\n\r\n2;Лола\r\n3;"\r\n"\r\n4;Ая'.encode(encoding))
    found = located(path, partner("csv/1", str(mapping)))
    assert [record.lines for record in found] == [(2, 5), (6, 8)]
    assert [
        [row.partition(";")[0] for row in record.raw.decode(encoding).split("\n") if row[:1].isdigit()] for record in found
    ] == [
        ["1", "2"],
        ["3", "4"],
    ]
    assert (found[1].line(1), found[1].line(7)) == (8, 6)


@pytest.mark.parametrize("write", WRITERS)
def test_each_object_is_told_the_line_where_it_begins(tmp_path: Path, write: Callable[[list[object]], str]) -> None:
    path = tmp_path / "f.json"
    text = write([{"n": n, "of": "é" * 400} for n in range(300)])  # more than one chunk
    path.write_bytes(text.encode())
    for n, record in enumerate(located(path, partner("gsma.mm/1.2"))):
        begins = text.rindex("{", 0, text.index(f'"n": {n},'))
        assert record.lines == (text.count("\n", 0, begins) + 1,)


@pytest.mark.parametrize("between", ["", "\n", "\n\n<!-- x\n-->"])
@pytest.mark.parametrize("inside", ["", "\n  "])
def test_each_transaction_is_told_the_line_where_it_begins(tmp_path: Path, between: str, inside: str) -> None:
    path = tmp_path / "f.xml"
    text = pacs(300).replace("<CdtTrfTxInf>", f"{between}<CdtTrfTxInf>{inside}")
    text = text.replace("</GrpHdr>", "</GrpHdr>" + "\n" * 65_300)  # libxml2 itself counts to 65,535
    path.write_text(text)
    lines = [number for number, line in enumerate(text.split("\n"), 1) for _ in range(line.count("<CdtTrfTxInf>"))]
    assert lines[0] < 65_535 < lines[-1]
    assert [record.lines for record in located(path, partner("iso20022/1"))] == [(line,) for line in lines]


def test_each_message_is_told_the_line_where_it_begins(tmp_path: Path) -> None:
    path, text = tmp_path / "f.rje", "\r\n" + ACK + f"$\r\n{ACK}\r\n".join(MT103.format(n=n) for n in range(2_000)) + "$"
    path.write_text(text, newline="")
    lines = [number for number, line in enumerate(text.split("\n"), 1) if "{1:F01" in line]
    assert [record.lines for record in located(path, partner("mt103/1"))] == [(line,) for line in lines]


def test_blank_lines_count_and_are_no_records(tmp_path: Path) -> None:
    path = tmp_path / "f.jsonl"
    path.write_bytes(b'{"a":1}\r\n\n  \nnot json\n{"b":2}')
    assert located(path, partner("strgw.transfer/1")) == [(b'{"a":1}', (1,)), (b"not json", (4,)), (b'{"b":2}', (5,))]


def test_no_cutter_closes_the_file_it_is_given(csv_partner: Partner) -> None:
    file = io.BytesIO((DOCUMENTS / "csv" / "counter.csv").read_bytes())
    assert list(FORMATS["csv/1"].cut(file, csv_partner))
    assert not file.closed


@pytest.mark.parametrize("name", ["gsma.mm/1.2", "ivms101/1", "mojaloop.fspiop/1", "strgw.transfer/1"])
@pytest.mark.parametrize("raw", [b"\xef\xbb\xbf\n{\n{", b"\xef\xbb\xbf\r\n{", b"\n\xef\xbb\xbf\n{"])
def test_a_mark_of_the_encoding_alone_on_its_line_is_no_record(name: str, raw: bytes, tmp_path: Path) -> None:
    path = tmp_path / "lines.jsonl"
    path.write_bytes(raw)
    assert all(record.strip(b"\xef\xbb\xbf \r\n") for record in records(path, partner(name)))
