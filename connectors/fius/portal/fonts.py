"""FiraGO, the one font of the document: widths, shaping, and which letters it has. Loaded once in a process.

Letters the font lacks are transliterated and marked with *; controls that turn the direction of text are dropped, so that a name cannot make a line
read as something else.
"""

import io
import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple, cast

import pymupdf_fonts
import uharfbuzz
from anyascii import anyascii
from fontTools.ttLib import TTFont
from fpdf import FPDF
from fpdf.bidi import BidiParagraph
from fpdf.enums import TextDirection
from fpdf.fonts import PDFFontDescriptor, SubsetMap, TTFFont

Shaped = tuple[Sequence[Any], Sequence[Any]]  # glyphs and positions, as uharfbuzz has them

FAMILY = "firago"
FILES = {"": "figo", "B": "figbo"}  # style of fpdf2 -> name in pymupdf-fonts
MARK = "*"
_KEPT = "\u200c\u200d"  # zero-width non-joiner and joiner: Persian spelling needs them
_SCRIPTS_SET = frozenset("LATIN CYRILLIC GREEK ARABIC COMBINING".split())  # what the font has and readers of a package type
_PER_MM = 72 / 25.4
_OPENED = {")": "(", "]": "[", "»": "«"}
_JOINERS = str.maketrans("\u200c\u200d", "\u0627\u0627")
_NUMBER = re.compile(r"[0-9A-Za-z]+(?:[-:/+][0-9A-Za-z]+)+")
TURNED = {"features": {}, "fragment_direction": TextDirection.RTL, "script": None, "language": None}


class Face(NamedTuple):
    """A loaded font: what fpdf2 knows of it, its bytes, and HarfBuzz's view of them."""

    font: TTFFont
    data: bytes


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
        self._widths: dict[int, int] = {}

    def encode_text(self, text: str) -> str:
        """The operator that shows a text: the codes of its letters in the subset, as fpdf2 gives them letter by letter."""
        return f"({self.escape_text(text.translate(self._codes))}) Tj"

    def perform_harfbuzz_shaping(self, text: str, font_size_pt: float, text_shaping_params: dict[str, Any] | None) -> Shaped:
        """What HarfBuzz says of a run that is turned; names and labels come again in every document."""
        assert text_shaping_params is TURNED
        return _shaped(self.fontkey, text, font_size_pt)

    def widths(self) -> dict[int, int]:
        """Width of each glyph used so far, by its code."""
        if len(self._widths) < len(self.subset):
            self._widths = {code: glyph.glyph_width for glyph, code in self.subset.items() if glyph is not None}
        return self._widths

    def reduce(self, data: bytes) -> None:
        """Leaves in the font what the document used."""
        used = {glyph.glyph_id: glyph.glyph_name for glyph, _ in self.subset.items() if glyph is not None}
        wanted = uharfbuzz.SubsetInput()
        wanted.glyph_set.update({0, *used})
        keep = uharfbuzz.SubsetFlags
        wanted.flags = keep.NOTDEF_OUTLINE | keep.NO_LAYOUT_CLOSURE | keep.NO_HINTING
        wanted.drop_table_tag_set.update(int.from_bytes(tag, "big") for tag in (b"GSUB", b"GPOS", b"GDEF"))
        plan = uharfbuzz.SubsetPlan(uharfbuzz.Face(data), wanted)
        kept = sorted(plan.new_to_old_glyph_mapping.items())
        order = [used.get(old) or self.ttfont.getGlyphName(old) for _, old in kept]
        self.ttfont = _Reduced(plan.execute().blob.data, order)


class _Codes(dict[int, str]):
    """Code of each letter in a subset, picked when it is first met; `str.translate` then runs in C."""

    def __init__(self, subset: SubsetMap) -> None:
        super().__init__()
        self._subset = subset

    def __missing__(self, letter: int) -> str:
        code = self._subset.pick(letter)
        self[letter] = "" if code is None else chr(code)
        return self[letter]


class _Reduced(TTFont):  # type: ignore[misc]  # fontTools has no types
    """A font that HarfBuzz has reduced, in a millisecond; fpdf2 would have fontTools take it apart and put it together again in thirty.

    order  names of its glyphs; it holds parts of letters too, which nobody asked for by name and fontTools would count out
    """

    def __init__(self, data: bytes, order: list[str]) -> None:
        super().__init__(recalcTimestamp=False)
        self.setGlyphOrder(order)
        self._data = data
        self._places = {name: place for place, name in enumerate(order)}

    def getGlyphID(self, glyphName: str) -> int:  # noqa: N802, N803 - fontTools calls it so
        """Where a glyph stands in the font."""
        return self._places[glyphName]

    def save(self, file: io.BytesIO, reorderTables: bool | None = True) -> None:  # noqa: N803 - fontTools calls it so
        """Writes the font as it is."""
        file.write(self._data)


@lru_cache(maxsize=2)
def face(style: str) -> Face:
    """The regular ("") or the bold ("B") face."""
    data = cast("bytes", pymupdf_fonts.myfont(FILES[style]))
    font = TTFFont(FPDF(), cast("Path", io.BytesIO(data)), FAMILY + style, style)
    font._hbfont = uharfbuzz.Font(uharfbuzz.Face(data))
    return Face(font, data)


@lru_cache(maxsize=16_384)
def _shaped(font_key: str, text: str, size: float) -> Shaped:
    return cast("Shaped", face(font_key.removeprefix(FAMILY)).font.perform_harfbuzz_shaping(text, size, TURNED))


@lru_cache(maxsize=8192)
def printable(text: str) -> str:
    """The text in letters the font has; what had to be transliterated carries a *."""
    known = face("").font.cmap
    said: list[str] = []
    for word in unicodedata.normalize("NFC", text).split(" "):
        plain = "".join(
            letter for letter in word if letter in _KEPT or unicodedata.category(letter) not in ("Cc", "Cf", "Cs", "Co")
        )
        if all(_is_set(letter, known) for letter in plain):
            said.append(plain)
        else:
            latin = "".join(letter if _is_set(letter, known) else anyascii(letter) for letter in plain)
            said.append(f"{''.join(letter for letter in latin if _is_set(letter, known))}{MARK}")
    return " ".join(said)


def _is_set(letter: str, known: dict[int, str]) -> bool:
    if letter.isascii():
        return letter.isprintable()
    if ord(letter) not in known:
        return False
    return not unicodedata.category(letter).startswith(("L", "M")) or unicodedata.name(letter, "").split()[0] in _SCRIPTS_SET


def is_rtl(text: str) -> bool:
    """Whether any letter of the text is written from right to left."""
    return not text.isascii() and any(unicodedata.bidirectional(letter) in ("R", "AL") for letter in text)


@lru_cache(maxsize=16_384)
def visual_runs(text: str, is_turned: bool) -> tuple[tuple[str, bool], ...]:
    """The pieces of a line from left to right, each in reading order, with whether it runs from right to left.

    is_turned   the line's own direction. In a line from left to right every stretch of letters the other way is kept by itself: else a name in
                Arabic script would turn the date after it round (2026-01-05 into 05-01-2026)
    """
    if not is_rtl(text):
        return ((text, False),)
    if is_turned:
        return _ordered(text)
    runs: list[tuple[str, bool]] = []
    rest = text
    while rest:
        start, end = _stretch(rest)
        runs += [(rest[:start], False)] if start else []
        runs += _ordered(rest[start:end]) if end > start else ()
        rest = rest[end:]
    return tuple(runs)


def _stretch(text: str) -> tuple[int, int]:
    """From the first letter that runs from right to left to the last before a letter that does not; all of the text where there is none."""
    start = end = 0
    for number, letter in enumerate(text):
        direction = unicodedata.bidirectional(letter)
        if direction in ("R", "AL"):
            start, end = (start if end else number), number + 1
        elif end == number and end and direction == "NSM":
            end = number + 1
        elif end and direction == "L":
            break
    while end < len(text) and text[end] in ")]»" and text[start:end].count(_OPENED[text[end]]) > text[start:end].count(text[end]):
        end += 1  # the end of a bracket that was opened among these letters
    return (start, end) if end else (len(text), len(text))


def _ordered(text: str) -> tuple[tuple[str, bool], ...]:
    """A text whose own direction is from right to left, as runs from left to right.

    Numbers with what joins them (2026-01-05) count as one word of letters, which keeps them as they are; so does, the other way round, a joiner.
    Source  Unicode Standard Annex 9, as fpdf2 implements it
    """
    held = _NUMBER.sub(lambda found: "A" * len(found[0]), text).translate(_JOINERS)
    levels = [letter.embedding_level for letter in BidiParagraph(held, TextDirection.RTL).get_characters_with_embedding_level()]
    runs = [
        ("".join(letter for letter, _ in run), level)
        for level, run in groupby(zip(text, levels, strict=True), key=lambda pair: pair[1])
    ]
    for line in range(max(levels), 0, -1):  # rule L2: from the highest level down to 1
        runs = _reversed_from(runs, line)
    return tuple((run, level % 2 == 1) for run, level in runs)


def _reversed_from(runs: list[tuple[str, int]], line: int) -> list[tuple[str, int]]:
    """The runs with every unbroken sequence of level `line` or higher turned round."""
    turned: list[tuple[str, int]] = []
    for is_high, same in groupby(runs, key=lambda run: run[1] >= line):
        run = list(same)
        turned += run[::-1] if is_high else run
    return turned


@lru_cache(maxsize=65_536)
def width(text: str, size: float, is_bold: bool) -> float:
    """Width of a printable text in millimetres; Arabic script as it joins."""
    font = face("B" if is_bold else "").font
    total = 0.0
    for run, is_turned in visual_runs(text, False):
        if is_turned:
            total += font.shaped_text_width(run, size, TURNED)[1]
        else:
            total += sum(font.cw[ord(letter)] for letter in run) * size * 0.001
    return total / _PER_MM
