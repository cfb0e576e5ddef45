"""What is drawn on a page: shapes as fpdf2 draws them, and texts where they are said to stand."""

import datetime
from typing import Literal, cast

import pypdfium2
import pytest
from fpdf import FPDF

from connectors.fius.portal.fonts import width
from connectors.fius.portal.pdf import write
from connectors.fius.portal.shapes import Box, Shape, Stroke, Text, arrow_head

AT = datetime.datetime(2026, 1, 5, tzinfo=datetime.UTC)
MM = 25.4 / 72


def drawn(*pages: list[Shape]) -> bytes:
    return write(pages, "t", AT, ("report.json", b"{}"))


def left_and_right(text: Text, letters: str) -> tuple[float, float]:
    """Where `letters`, once in the text, begin and end on the page, mm."""
    page = pypdfium2.PdfDocument(drawn([text]))[0].get_textpage()
    start = page.get_text_range().index(letters)
    boxes = [page.get_charbox(number, loose=True) for number in range(start, start + len(letters))]
    return min(box[0] for box in boxes) * MM, max(box[2] for box in boxes) * MM


def test_boxes_and_strokes_are_drawn_as_fpdf2_draws_them() -> None:
    stroke = Stroke(((10, 30), (60, 35), (70, 20)), is_arrow=True, grey=90)
    black = Stroke(((10, 40), (60, 40)), grey=0)  # of the outline's colour, and thicker
    pages: list[list[Shape]] = [
        [Box(10, 10, 50, 5, 228), Box(10, 20, 50, 5, 200, is_outlined=True), black, stroke],
        [Box(5, 5, 9, 9, 100), stroke],
    ]
    paper = FPDF(format="A4")
    for page in pages:
        paper.add_page()
        for shape in page:
            assert not isinstance(shape, Text)
            paper.set_fill_color(shape.fill if isinstance(shape, Box) else shape.grey)
            paper.set_draw_color(0 if isinstance(shape, Box) else shape.grey)
            paper.set_line_width(0.2 if isinstance(shape, Box) else 0.25)
            if isinstance(shape, Box):
                paper.rect(shape.x, shape.y, shape.width, shape.height, style="DF" if shape.is_outlined else "F")
            else:
                paper.polyline(shape.points)
                if shape.is_arrow:
                    paper.polygon(arrow_head(shape), style="F")
    mine = [part.split(b"\nendstream")[0] for part in drawn(*pages).split(b"\nstream\n") if part.startswith(b"2 J")]
    theirs = [bytes(cast(bytearray, page.contents)) for page in paper.pages.values()]
    # at the top of a page fpdf2 says the colour that the last one left; ours says it when needed
    theirs[1] = theirs[1].replace(b"\n0.3529 g\n", b"\n", 1)
    assert [part.split() for part in mine] == [part.split() for part in theirs]


@pytest.mark.parametrize(("align", "share"), [("left", 0.0), ("middle", 0.5), ("right", 1.0)])
def test_a_text_stands_left_of_its_x_in_the_middle_or_right(align: Literal["left", "middle", "right"], share: float) -> None:
    text = Text(100, 50, "Hamburg", 9, align=align)
    left, right = left_and_right(text, "Hamburg")
    assert left == pytest.approx(100 - share * width("Hamburg", 9, False), abs=0.3)
    assert right - left == pytest.approx(width("Hamburg", 9, False), abs=0.3)


def test_what_follows_letters_from_right_to_left_stands_behind_them() -> None:
    text = Text(20, 50, "Paid to نور أحمد in Osh", 9)
    before, behind = left_and_right(text, "Paid to"), left_and_right(text, "in Osh")
    assert before[0] == pytest.approx(20, abs=0.3)
    assert behind[1] == pytest.approx(20 + width(text.text, 9, False), abs=0.3)
    assert behind[0] > before[1] + width("نور أحمد", 9, False)


def test_letters_joined_in_one_glyph_are_read_back_in_their_order() -> None:
    page = pypdfium2.PdfDocument(drawn([Text(100, 50, "سلام", 9, is_rtl=True)]))[0].get_textpage()
    assert sorted(page.get_text_range()) == sorted("سلام")
    assert b"<06440627>" in drawn([Text(100, 50, "سلام", 9, is_rtl=True)])  # lam and alif, one glyph
