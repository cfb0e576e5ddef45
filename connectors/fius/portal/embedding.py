"""The font as one document carries it: the letters it uses, numbered in the order in which they come, and their outlines alone."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import uharfbuzz
from fpdf import FPDF
from fpdf.fonts import PDFFontDescriptor, SubsetMap, TTFFont
from fpdf.output import CIDSystemInfo, PDFFont, PDFFontStream, _build_cmap_blocks, _tt_font_widths
from fpdf.syntax import Name, PDFArray, PDFContentStream, PDFObject

from connectors.fius.portal.fonts import FAMILY, TURNED, Shaped, face, shaped

_TO_UNICODE = """/CIDInit /ProcSet findresource begin
12 dict begin
begincmap
/CIDSystemInfo
<</Registry (Adobe)
/Ordering (UCS)
/Supplement 0
>> def
/CMapName /Adobe-Identity-UCS def
/CMapType 2 def
1 begincodespacerange
<0000> <FFFF>
endcodespacerange
{blocks}endcmap
CMapName currentdict /CMap defineresource pop
end
end"""


class SharedFont(TTFFont):
    """A font of one document that shares everything that does not change with the loaded one: loading costs 60 ms, this nothing."""

    def __init__(self, document: FPDF, loaded: TTFFont) -> None:
        for name in TTFFont.__slots__:
            if hasattr(loaded, name):
                setattr(self, name, getattr(loaded, name))
        self.i = len(document.fonts) + 1
        desc = loaded.desc
        self.desc = PDFFontDescriptor(
            desc.ascent,
            desc.descent,
            desc.cap_height,
            desc.flags,
            desc.font_b_box,
            desc.italic_angle,
            desc.stem_v,
            desc.missing_width,
        )
        self.missing_glyphs: list[int] = []
        self.subset = SubsetMap(self)
        self._codes = _Codes(self.subset)
        self._texts: dict[str, str] = {}
        self._widths: dict[int, int] = {}

    def encode_text(self, text: str) -> str:
        """The operator that shows a text: the codes of its letters in the subset, as fpdf2 gives them letter by letter."""
        said = self._texts.get(text)
        if said is None:
            said = self._texts[text] = f"({self.escape_text(text.translate(self._codes))}) Tj"
        return said

    def perform_harfbuzz_shaping(self, text: str, font_size_pt: float, text_shaping_params: dict[str, Any] | None) -> Shaped:
        """What HarfBuzz says of a run that is turned; names and labels come again in every document."""
        assert text_shaping_params is TURNED
        return shaped(self.fontkey, text, font_size_pt)

    def widths(self) -> dict[int, int]:
        """Width of each glyph used so far, by its code."""
        if len(self._widths) < len(self.subset):
            self._widths = {code: glyph.glyph_width for glyph, code in self.subset.items() if glyph is not None}
        return self._widths

    def embed(self, add: Callable[[PDFObject, str], int]) -> PDFFont:
        """The objects of a composite font, each handed to `add` in the order in which fpdf2 numbers them.

        fpdf2 has fontTools take the font apart, and fills a list of 131,072 places for its glyph map: some 3 ms more.
        """
        used = frozenset(glyph.glyph_id for glyph, _ in self.subset.items() if glyph is not None)
        outlines, places = _reduced(self.fontkey.removeprefix(FAMILY), used)
        name = f"MPDFAA+{self.name}"
        whole = PDFFont("Type0", name, encoding="Identity-H")
        own = PDFFont("CIDFontType2", name, d_w=self.desc.missing_width, w=_tt_font_widths(self))
        letters, system = PDFContentStream(self._unicode()), CIDSystemInfo()
        glyphs, file = PDFContentStream(self._glyph_map(places)), PDFFontStream(outlines)
        for part in (whole, own, letters, system, self.desc, glyphs, file):
            add(part, "fonts")
        whole.to_unicode, whole.descendant_fonts = letters, PDFArray([own])
        own.c_i_d_system_info, own.font_descriptor, own.c_i_d_to_g_i_d_map = system, self.desc, glyphs
        self.desc.font_name = Name(name)
        self.desc.font_file2 = file  # type: ignore[attr-defined]  # set from outside in fpdf2, too
        self.subset.pick.cache_clear()  # else fpdf2 keeps every font there ever was
        self.subset.get_glyph.cache_clear()
        return whole

    def _unicode(self) -> bytes:
        """Which letters each code stands for, so that the text can be searched and copied."""
        rows = [
            f"<{code:04X}> <{''.join(map(chr, glyph.unicode)).encode('utf-16-be').hex().upper()}>\n"
            for glyph, code in self.subset.items()
            if glyph is not None and isinstance(glyph.unicode, tuple) and glyph.unicode
        ]
        return _TO_UNICODE.format(blocks=_build_cmap_blocks(rows, "bfchar")).encode("latin-1")

    def _glyph_map(self, places: dict[int, int]) -> bytes:
        """Two bytes for each code, up to the last that has a glyph: its place in the reduced font."""
        codes = {code: places[glyph.glyph_id] for glyph, code in self.subset.items() if glyph is not None}
        told = b"".join(codes.get(code, 0).to_bytes(2, "big") for code in range(max(codes) + 1))
        used = len(told.rstrip(b"\0"))
        return told[: used + used % 2]


class _Codes(dict[int, str]):
    """Code of each letter in a subset, picked when it is first met; `str.translate` then runs in C."""

    def __init__(self, subset: SubsetMap) -> None:
        super().__init__()
        self._subset = subset

    def __missing__(self, letter: int) -> str:
        code = self._subset.pick(letter)
        self[letter] = "" if code is None else chr(code)
        return self[letter]


# DEF: two megabytes; versions of a report, and what its FIUs get of it, use the same letters (five in six of a backtest's packages)
@lru_cache(maxsize=64)
def _reduced(style: str, used: frozenset[int]) -> tuple[bytes, dict[int, int]]:
    """The font with the glyphs `used`, and where each stands in it."""
    wanted = uharfbuzz.SubsetInput()
    wanted.glyph_set.update({0, *used})
    keep = uharfbuzz.SubsetFlags
    wanted.flags = keep.NOTDEF_OUTLINE | keep.NO_LAYOUT_CLOSURE | keep.NO_HINTING
    wanted.drop_table_tag_set.update(int.from_bytes(tag, "big") for tag in (b"GSUB", b"GPOS", b"GDEF"))
    plan = uharfbuzz.SubsetPlan(uharfbuzz.Face(face(style).data), wanted)
    return plan.execute().blob.data, dict(plan.old_to_new_glyph_mapping)
