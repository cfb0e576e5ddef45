"""Pages as PDF/A-3u: the form with report.json inside it as the data it was made of. The same report gives the same bytes.

Nothing is deflated and no clock is read: the output of zlib differs between its builds, and a digest must not.
"""

import datetime
import zlib
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from html import escape
from typing import cast

from fpdf import FPDF
from fpdf.drawing_primitives import DeviceGray
from fpdf.output import OutputProducer, PDFFont, PDFType3Font
from fpdf.syntax import PDFContentStream, PDFObject

from connectors.fius.portal.embedding import SharedFont
from connectors.fius.portal.fonts import FAMILY, FILES, TURNED, face, visual_runs, width
from connectors.fius.portal.shapes import Box, Shape, Text, arrow_head

PRODUCER = "strgw"
_UNSEEN = 0.02  # points
_LEFT_OUT = {"left": 0.0, "middle": 0.5, "right": 1.0}  # share of a text's width that stands left of its x
PDFContentStream._COMPRESSION_LEVEL = 0  # what fpdf2 packs all the same, _Plain unpacks
_XMP = """<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about=""
 xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:pdf="http://ns.adobe.com/pdf/1.3/"
 xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/"><pdfaid:part>3</pdfaid:part><pdfaid:conformance>U</pdfaid:conformance>
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title><xmp:CreateDate>{at}</xmp:CreateDate>
<xmp:ModifyDate>{at}</xmp:ModifyDate><pdf:Producer>{producer}</pdf:Producer></rdf:Description></rdf:RDF></x:xmpmeta>"""


def write(pages: Sequence[Sequence[Shape]], title: str, at: datetime.datetime, attachment: tuple[str, bytes]) -> bytes:
    """The document. `at`: the date it carries, aware; `attachment`: name and bytes of the data inside it, JSON."""
    document = FPDF(format="A4", enforce_compliance="PDF/A-3U")
    document.set_compression(False)
    document.set_auto_page_break(False)
    document.c_margin = 0
    document.allow_images_transparency = False  # else fpdf2 makes every page a transparency group
    _describe(document, title, at)
    fonts = {}
    for style in FILES:
        fonts[style] = SharedFont(document, face(style).font)
        document.fonts[FAMILY + style] = fonts[style]
    for page in pages:
        document.add_page()
        _Pen(document, fonts).draw(page)  # it says colours and font of each page anew
    name, data = attachment
    document.embed_file(
        bytes=data, basename=name, mime_type="application/json", associated_file_relationship="Source", modification_date=at,
        desc="The report as data", compress=False,
    )  # fmt: skip
    return bytes(document.output(output_producer_class=_Plain))


def _describe(document: FPDF, title: str, at: datetime.datetime) -> None:
    document.set_title(title)
    document.set_producer(PRODUCER)
    document.set_creation_date(at)
    document.set_lang("en")
    stamp = at.strftime("%Y-%m-%dT%H:%M:%SZ")
    document.set_xmp_metadata(_XMP.format(title=escape(title), at=stamp, producer=PRODUCER))


class _Pen:
    """Draws on the current page of a document; writes the operators itself, for fpdf2's take three times as long as all the rest."""

    def __init__(self, document: FPDF, fonts: Mapping[str, SharedFont]) -> None:
        self._document, self._fonts = document, fonts
        self._height, self._k = document.h, document.k
        self._said: list[str] = []
        self._grey = self._line = -1
        self._used: tuple[bool, float] | None = None
        self._named: dict[tuple[bool, float], str] = {}

    def draw(self, shapes: Iterable[Shape]) -> None:
        """The shapes in their order on the page."""
        for shape in shapes:
            if isinstance(shape, Text):
                self._write(shape)
            elif isinstance(shape, Box):
                self._ink(shape.fill, 0, 0.2)
                size = f"{shape.width * self._k:.2f} {-shape.height * self._k:.2f}"
                self._said.append(f"{self._at(shape.x, shape.y)} {size} re {'B' if shape.is_outlined else 'f'}")
            else:
                self._ink(shape.grey, shape.grey, 0.25)
                self._way(shape.points, " S")
                if shape.is_arrow:
                    self._way(arrow_head(shape), " h\n f")
        self._put()

    def _put(self) -> None:
        if self._said:
            self._document._out("\n".join(self._said))
            self._said = []

    def _at(self, x: float, y: float) -> str:
        return f"{x * self._k:.2f} {(self._height - y) * self._k:.2f}"

    def _way(self, points: Iterable[tuple[float, float]], ends: str) -> None:
        self._said += [f"{self._at(*point)} {'l' if number else 'm'}" for number, point in enumerate(points)]
        self._said.append(ends)

    def _ink(self, fill: int, line: int, thickness: float) -> None:
        if fill != self._grey:
            self._said.append(_filled_with(fill))
            self._grey = fill
        if line != self._line or thickness != self._document.line_width:
            self._put()  # the document remembers these two from page to page, and writes them itself
            self._document.set_draw_color(line)
            self._document.set_line_width(thickness)
            self._line = line

    def _write(self, shape: Text) -> None:
        x, y, text, size, bold, align, grey, is_rtl = shape
        font = self._fonts["B" if bold else ""]
        if (bold, size) != self._used:
            self._said.append(self._font(font, bold, size))
            self._used = (bold, size)
        if grey != self._grey:
            self._said.append(_filled_with(grey))
            self._grey = grey
        if align != "left":
            x -= _LEFT_OUT[align] * width(text, size, bold)
        before = ""
        for run, is_turned in visual_runs(text, is_rtl):
            x += width(before, size, bold) if before else 0.0
            if is_turned:
                self._said.append(_turned(font, run, (x * self._k, (self._height - y) * self._k), size))
            else:
                self._said.append(f"BT {self._at(x, y)} Td {font.encode_text(run)} ET")
            before = run

    def _font(self, font: SharedFont, bold: bool, size: float) -> str:
        """The operator that picks a font; the document is told once that the page uses it."""
        if (bold, size) not in self._named:
            self._named[bold, size] = self._document._set_font_for_page(font, size)
        return self._named[bold, size]


@lru_cache(maxsize=256)
def _filled_with(grey: int) -> str:
    return DeviceGray(grey / 255).serialize().lower()


def _turned(font: SharedFont, run: str, at: tuple[float, float], size: float) -> str:
    """Letters that run from right to left, joined by HarfBuzz. The pen is moved only where a letter does not follow by its own width."""
    to_pt = size * 0.001
    x, y = at
    glyphs = font.shape_text(run, size, TURNED)
    widths = font.widths()
    said, pen = ["BT"], (-1.0, -1.0)
    for glyph in glyphs:
        code = glyph["mapped_char"]
        left, base = x + glyph["x_offset"] * font.scale * to_pt, y + glyph["y_offset"] * font.scale * to_pt
        if abs(left - pen[0]) > _UNSEEN or base != pen[1]:
            said.append(f"1 0 0 1 {left:.2f} {base:.2f} Tm")
        said.append(f"({font.escape_text(chr(code))}) Tj")
        pen = left + widths[code] * to_pt, base
        x += glyph["x_advance"] * font.scale * to_pt
    return " ".join([*said, "ET"])


class _Plain(OutputProducer):
    """Writes every stream as it is: fpdf2 deflates font and colour profile whatever it is told."""

    def _add_pdf_obj(self, pdf_obj: PDFObject, trace_label: str | None = None) -> int:
        if isinstance(pdf_obj, PDFContentStream) and pdf_obj.filter is not None:
            plain = zlib.decompress(pdf_obj.content_stream())
            pdf_obj._contents, pdf_obj.filter, pdf_obj.length = plain, None, len(plain)
        return super()._add_pdf_obj(pdf_obj, trace_label)

    def _add_fonts(self, *_others: object) -> dict[int, PDFFont | PDFType3Font]:
        fonts = cast("Iterable[SharedFont]", self.fpdf.fonts.values())
        return {font.i: font.embed(self._add_pdf_obj) for font in fonts}
