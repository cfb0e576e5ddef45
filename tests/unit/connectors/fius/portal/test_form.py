"""The PDF form: what it says, in which order, that it can be read back, archived and printed, and that two are the same."""

import datetime
import io
import re
import unicodedata
import zipfile
from typing import Any

import msgspec
import pypdfium2
import pytest
from fontTools.pens.recordingPen import DecomposingRecordingPen
from fontTools.ttLib import TTFont
from lxml import etree

from connectors.fius.portal import fonts, form
from connectors.fius.portal.build import build
from connectors.fius.portal.document import PortalReport
from connectors.fius.portal.package import LIMIT_BYTES, pack, render, unpack, validate
from connectors.fius.portal.pdf import write
from connectors.fius.portal.shapes import Text
from connectors.fius.portal.sheet import BOTTOM, LEFT, PAGE_WIDTH, RIGHT, TOP
from connectors.fius.portal.words import WORDS
from connectors.fius.resolve import resolve
from streams.domain.narrative import english

AT = datetime.datetime(2026, 1, 5, tzinfo=datetime.UTC)
ARABIC = re.compile(r"[\u0600-\u06ff]")


def resolved(case: Any, code: str = "ru", **more: Any) -> Any:
    case.fius["KG"] = case.fiu("KG", language=code)
    report = case.report(**more)
    report = msgspec.structs.replace(report, narrative={"en": english(report)})
    return resolve(report, report.filings[0], case.archive(), case.partners, case.fius)


def pdf_of(case: Any, code: str = "ru") -> bytes:
    return unpack(render(resolved(case, code))[0].payload).entries["report.pdf"]


def said(pdf: bytes) -> str:
    return "\n".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(pdf))


def many(report: PortalReport, count: int) -> PortalReport:
    """The report with its first transfer `count` times."""
    first = report.transfers[0]
    transfers = tuple(msgspec.structs.replace(first, ref=f"T{n}", transfer_id=f"TX-{n:05d}") for n in range(1, count + 1))
    return msgspec.structs.replace(report, transfers=transfers)


@pytest.mark.parametrize("code", ["en", "ru", "fa", "prs", "tg"])
def test_two_builds_have_the_same_bytes(case: Any, code: str) -> None:
    assert pdf_of(case, code) == pdf_of(type(case)(), code)


def test_the_data_inside_the_pdf_is_the_json_entry_and_is_said_to_be_its_source(case: Any) -> None:
    entries = unpack(render(resolved(case))[0].payload).entries
    document = pypdfium2.PdfDocument(entries["report.pdf"])
    assert document.count_attachments() == 1
    inside = document.get_attachment(0)
    assert inside.get_name() == "report.json"
    assert bytes(inside.get_data()) == entries["report.json"]
    assert b"/AFRelationship /Source" in entries["report.pdf"]
    assert re.search(rb"/AF \[\d+ 0 R\]", entries["report.pdf"])


def test_the_pdf_keeps_what_pdf_a_3u_asks_as_far_as_can_be_seen_without_a_validator(case: Any) -> None:
    pdf = pdf_of(case, "fa")
    xmp = pdf[pdf.index(b"<x:xmpmeta") : pdf.index(b"</x:xmpmeta>") + len(b"</x:xmpmeta>")]
    space = {"pdfaid": "http://www.aiim.org/pdfa/ns/id/"}
    root = etree.fromstring(xmp)
    assert [root.findtext(f".//pdfaid:{name}", namespaces=space) for name in ("part", "conformance")] == ["3", "U"]
    assert b"/GTS_PDFA1" in pdf
    assert b"acsp" in pdf  # the colour profile itself
    assert pdf.count(b"/FontFile2") == pdf.count(b"/Type /FontDescriptor") == 2
    assert pdf.count(b"/ToUnicode") == 2
    for forbidden in (
        b"/Encrypt",
        b"/JavaScript",
        b"/JS",
        b"/SMask",
        b"/ca ",
        b"/CA ",
        b"/Transparency",
        b"/Launch",
        b"FlateDecode",
        b"LZWDecode",
    ):
        assert forbidden not in pdf.replace(b"/SMask /None", b""), forbidden
    assert re.search(rb"/ID \[<[0-9A-F]{32}><[0-9A-F]{32}>\]", pdf)


def test_no_clock_is_read(case: Any) -> None:
    years = set(re.findall(rb"D:(\d{4})", pdf_of(case))) | set(re.findall(rb"Date>(\d{4})", pdf_of(case)))
    assert years == {b"2026"}  # when suspicion formed


def test_the_fields_come_in_the_order_in_which_they_are_typed_over(case: Any) -> None:
    text = said(pdf_of(case))
    fields = (
        "reporting_entity",
        "due",
        "offence",
        "subjects",
        "protect",
        "involved",
        "grounds",
        "transfers",
        "flow",
        "completeness",
    )
    at = [re.search(rf"\d+ +{re.escape(WORDS['en'].fields[key])}", text) for key in fields]
    assert all(at)
    assert [m.start() for m in at if m] == sorted(m.start() for m in at if m)
    numbers = [int(n) for n in re.findall(r"(?m)^(\d+)  [A-Z]", text)]
    assert numbers == list(range(1, len(numbers) + 1))


@pytest.mark.parametrize(("code", "word"), [("ru", "Основания подозрения"), ("tg", "Основания подозрения")])
def test_units_that_read_russian_get_it_beside_english(case: Any, code: str, word: str) -> None:
    text = said(pdf_of(case, code))
    assert word in text
    assert "Grounds for suspicion" in text
    assert "ЧТО НАБЛЮДАЛОСЬ" in text


def test_other_units_get_english_alone(case: Any) -> None:
    text = said(pdf_of(case, "uk"))
    assert "Основания" not in text
    assert re.search(r"page 1 of \d", text)


def test_every_page_names_the_report_its_version_and_its_number(case: Any) -> None:
    document = pypdfium2.PdfDocument(pdf_of(case))
    for number, page in enumerate(document, 1):
        text = page.get_textpage().get_text_range()
        assert "0123456789abcdef" * 2 in text
        assert "version 1" in text
        assert f"page {number} of {len(document)}" in text
        assert f"стр. {number} из {len(document)}" in text


@pytest.mark.parametrize("code", ["en", "ru", "fa", "prs"])
def test_no_line_leaves_the_page_and_no_lines_lie_on_each_other(case: Any, code: str) -> None:
    report = build(resolved(case, code))
    for page in form.pages(many(report, 60)):
        lines: list[tuple[float, float, float, str]] = []
        for shape in page:
            if isinstance(shape, Text) and shape.y > TOP and "drawing" not in shape.text:
                long = fonts.width(shape.text, shape.size, shape.bold)
                left = shape.x - {"left": 0.0, "middle": long / 2, "right": long}[shape.align]
                assert left >= LEFT - 0.1, shape
                assert left + long <= min(RIGHT + 0.6, PAGE_WIDTH), shape
                assert shape.y <= BOTTOM + 0.1
                lines.append((shape.y, left, left + long, shape.text))
        for n, (y, left, right, text) in enumerate(lines):
            for other_y, other_left, other_right, other in lines[:n]:
                assert abs(y - other_y) > 2.0 or left >= other_right - 0.3 or other_left >= right - 0.3, (text, other)


def test_a_table_says_its_heading_again_on_every_page(case: Any) -> None:
    report = many(build(resolved(case)), 200)
    texts = [" ".join(shape.text for shape in page if isinstance(shape, Text)) for page in form.pages(report)]
    with_rows = [text for text in texts if re.search(r"TX-\d{5}", text)]
    assert len(with_rows) >= 3
    assert all("Transfer id" in text for text in with_rows)


def test_three_thousand_transfers_are_cut_in_print_and_whole_in_the_tables(case: Any) -> None:
    report = many(build(resolved(case)), 3_000)
    texts = [shape.text for page in form.pages(report) for shape in page if isinstance(shape, Text)]
    assert sum(bool(re.match(r"TX-\d{5}", text)) for text in texts) == form.MAX_PRINTED
    assert any(text.startswith(f"The first {form.MAX_PRINTED} of 3000 transfers are printed here") for text in texts)
    assert any(text.startswith(f"Здесь напечатаны первые {form.MAX_PRINTED} из 3000") for text in texts)


def test_a_package_over_the_limit_is_divided_and_no_transfer_is_lost_or_doubled(
    case: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = resolved(case)
    monkeypatch.setattr("connectors.fius.portal.package.build", lambda _: many(build(whole), 90))
    monkeypatch.setattr("connectors.fius.portal.package.LIMIT_BYTES", 260_000)
    files = render(whole)
    packages = [unpack(file.payload) for file in files]
    assert len(files) > 1
    assert [file.errors for file in files] == [()] * len(files)
    assert all(len(file.payload) <= 260_000 for file in files)
    assert [p.report.part.number for p in packages] == list(range(1, len(files) + 1))
    refs = [payment.ref for package in packages for payment in package.report.transfers]
    assert refs == [f"T{n}" for n in range(1, 91)]
    assert [file.file_name for file in files] == [
        f"KG-0123456789abcdef-v1-{n}of{len(files)}.zip" for n in range(1, len(files) + 1)
    ]
    assert packages[0].report.narrative and not packages[1].report.narrative
    assert "This is part 2 of" in said(packages[1].entries["report.pdf"])


def test_what_cannot_be_divided_is_too_large(case: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connectors.fius.portal.package.LIMIT_BYTES", 20_000)
    assert {error.code for file in render(resolved(case)) for error in file.errors} == {"too_large"}
    assert LIMIT_BYTES == 5_000_000


def test_a_name_in_a_script_the_font_lacks_is_transliterated_marked_and_kept_in_the_json(case: Any) -> None:
    report = build(resolved(case))
    people = (msgspec.structs.replace(report.parties[0], names=("王伟",), latin=("Wang Wei",)), *report.parties[1:])
    payload = pack(msgspec.structs.replace(report, parties=people))
    assert validate(payload) == []
    entries = unpack(payload).entries
    assert "王伟" in entries["report.json"].decode()
    text = said(entries["report.pdf"])
    assert "WangWei* (Wang Wei)" in text
    assert "stand in Latin letters marked with *" in text


def test_arabic_script_is_joined_and_dates_beside_it_keep_their_order(case: Any) -> None:
    pages = [[Text(20, 30, "نور أحمد 2026-01-05", 10), Text(190, 40, "از 2026-01-05 تا می‌شود", 10, align="right", is_rtl=True)]]
    runs = fonts.visual_runs(pages[0][0].text, False)
    assert runs == (("نور أحمد", True), (" 2026-01-05", False))
    turned = fonts.visual_runs(pages[0][1].text, True)
    assert [run for run, is_turned in turned if not is_turned] == ["2026-01-05"]
    assert turned[0][0].endswith("می‌شود") and turned[-1] == ("از ", True)
    pdf = write(pages, "t", AT, ("report.json", b"{}"))
    assert ARABIC.search(said(pdf))


def outline(font: TTFont, name: str) -> list[Any]:
    """The drawing of a glyph, made of no other glyphs."""
    pen = DecomposingRecordingPen(font.getGlyphSet())
    font.getGlyphSet()[name].draw(pen)
    return list(pen.value)


def stream_after(pdf: bytes, reference: bytes) -> list[bytes]:
    """The streams of the objects that a key refers to, in the file's order."""
    found = []
    for number in re.findall(reference + rb" (\d+) 0 R", pdf):
        body = pdf[pdf.index(b"\n" + number + b" 0 obj") :]
        start = body.index(b"stream\n") + 7
        found.append(body[start : body.index(b"\nendstream", start)])
    return found


@pytest.mark.parametrize("code", ["ru", "prs"])
def test_every_letter_is_drawn_as_the_font_draws_it(case: Any, code: str) -> None:
    """Text that is read back says nothing of what is seen: code, glyph and outline are followed by hand."""
    pdf = pdf_of(case, code)
    checked = 0
    files, places, letters = (stream_after(pdf, key) for key in (b"/FontFile2", b"/CIDToGIDMap", b"/ToUnicode"))
    for style, data, place, table in zip(("", "B"), files, places, letters, strict=True):
        whole, small = TTFont(io.BytesIO(fonts.face(style).data)), TTFont(io.BytesIO(data))
        for coded, letter in re.findall(rb"<([0-9A-F]{4})> <([0-9A-F]{4})>\n", table):
            own = whole.getBestCmap().get(int(letter, 16))
            said = chr(int(letter, 16))
            if own is None or not said.isalnum() or unicodedata.bidirectional(said) == "AL":
                continue  # Arabic letters change their shape as they join, signs beside them too
            at = 2 * int(coded, 16)
            glyph = int.from_bytes(place[at : at + 2], "big")
            assert outline(small, small.getGlyphName(glyph)) == outline(whole, own), said
            checked += 1
    assert checked > 100


def test_the_workbook_holds_no_time_of_writing_and_no_compression(case: Any) -> None:
    entries = unpack(render(resolved(case, "fa"))[0].payload).entries
    with zipfile.ZipFile(io.BytesIO(entries["transfers.xlsx"])) as book:
        assert {(e.compress_type, e.date_time) for e in book.infolist()} == {(0, (1980, 1, 1, 0, 0, 0))}
