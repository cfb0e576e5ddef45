"""Pages as PDF/A-3u: the form with report.json inside it as the data it was made of. The same report gives the same bytes.

Nothing is deflated and no clock is read: the output of zlib differs between its builds, and a digest must not.
"""

import datetime
import zlib
from collections.abc import Iterator, Mapping, Sequence
from html import escape

from fpdf import FPDF
from fpdf.drawing_primitives import DeviceGray
from fpdf.output import OutputProducer
from fpdf.syntax import PDFContentStream, PDFObject

from connectors.fius.portal.fonts import FAMILY, FILES, TURNED, SharedFont, face, visual_runs, width
from connectors.fius.portal.shapes import Box, Shape, Text, arrow_head

PRODUCER = "strgw"
_UNSEEN = 0.02  # points
_LEFT_OUT = {"left": 0.0, "middle": 0.5, "right": 1.0}  # share of a text's width that stands left of its x
PDFContentStream._COMPRESSION_LEVEL = 0  # what fpdf2 packs all the same, _Plain unpacks
_GLYPH_MAP = 131_072  # bytes: two for each of 65,536 codes, of which a document uses the first few hundred
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
        pen = _Pen(document, fonts)  # it says colours and font of each page anew
        for shape in page:
            pen.draw(shape)
    name, data = attachment
    document.embed_file(
        bytes=data, basename=name, mime_type="application/json", associated_file_relationship="Source", modification_date=at,
        desc="The report as data", compress=False,
    )  # fmt: skip
    for style, font in fonts.items():
        font.reduce(face(style).data)
    return bytes(document.output(output_producer_class=_Plain))


def _describe(document: FPDF, title: str, at: datetime.datetime) -> None:
    document.set_title(title)
    document.set_producer(PRODUCER)
    document.set_creation_date(at)
    document.set_lang("en")
    stamp = at.strftime("%Y-%m-%dT%H:%M:%SZ")
    document.set_xmp_metadata(_XMP.format(title=escape(title), at=stamp, producer=PRODUCER))


class _Pen:
    """Draws on the current page of a document; writes text operators itself, for fpdf2's take three times as long as all the rest."""

    def __init__(self, document: FPDF, fonts: Mapping[str, SharedFont]) -> None:
        self._document, self._fonts = document, fonts
        self._grey = self._line = -1
        self._used: tuple[bool, float] | None = None

    def draw(self, shape: Shape) -> None:
        """One shape on the current page."""
        if isinstance(shape, Text):
            self._write(shape)
        elif isinstance(shape, Box):
            self._ink(shape.fill, 0, 0.2)
            self._document.rect(shape.x, shape.y, shape.width, shape.height, style="DF" if shape.is_outlined else "F")
        else:
            self._ink(shape.grey, shape.grey, 0.25)
            self._document.polyline(shape.points)
            if shape.is_arrow:
                self._document.polygon(arrow_head(shape), style="F")

    def _ink(self, fill: int, line: int, thickness: float) -> None:
        if fill != self._grey:
            self._document._out(_filled_with(fill))
            self._grey = fill
        if line != self._line:
            self._document.set_draw_color(line)
            self._line = line
        self._document.set_line_width(thickness)

    def _write(self, shape: Text) -> None:
        document, font = self._document, self._fonts["B" if shape.bold else ""]
        said = list(self._changes(shape, font))
        x = shape.x - _LEFT_OUT[shape.align] * width(shape.text, shape.size, shape.bold)
        for run, is_turned in visual_runs(shape.text, shape.is_rtl):
            if is_turned:
                said.append(_turned(font, run, (x * document.k, (document.h - shape.y) * document.k), shape.size))
            else:
                said.append(f"BT {x * document.k:.2f} {(document.h - shape.y) * document.k:.2f} Td {font.encode_text(run)} ET")
            x += width(run, shape.size, shape.bold)
        document._out("\n".join(said))

    def _changes(self, shape: Text, font: SharedFont) -> Iterator[str]:
        """Font and colour, where they are not those of the text before."""
        if (shape.bold, shape.size) != self._used:
            yield self._document._set_font_for_page(font, shape.size)
            self._used = (shape.bold, shape.size)
        if shape.grey != self._grey:
            yield _filled_with(shape.grey)
            self._grey = shape.grey


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
    """Writes every stream as it is: fpdf2 deflates font, colour profile and glyph map whatever it is told."""

    def _add_pdf_obj(self, pdf_obj: PDFObject, trace_label: str | None = None) -> int:
        if isinstance(pdf_obj, PDFContentStream) and pdf_obj.filter is not None:
            plain = zlib.decompress(pdf_obj.content_stream())
            if len(plain) == _GLYPH_MAP:
                used = len(plain.rstrip(b"\0"))
                plain = plain[: used + used % 2]
            pdf_obj._contents, pdf_obj.filter, pdf_obj.length = plain, None, len(plain)
        return super()._add_pdf_obj(pdf_obj, trace_label)
