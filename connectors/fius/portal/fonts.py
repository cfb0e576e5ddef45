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
from fpdf import FPDF
from fpdf.bidi import BidiParagraph
from fpdf.enums import TextDirection
from fpdf.fonts import TTFFont

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


@lru_cache(maxsize=2)
def face(style: str) -> Face:
    """The regular ("") or the bold ("B") face."""
    data = cast("bytes", pymupdf_fonts.myfont(FILES[style]))
    font = TTFFont(FPDF(), cast("Path", io.BytesIO(data)), FAMILY + style, style)
    font._hbfont = uharfbuzz.Font(uharfbuzz.Face(data))
    return Face(font, data)


@lru_cache(maxsize=16_384)
def shaped(font_key: str, text: str, size: float) -> Shaped:
    """What HarfBuzz says of a run that is turned, in the face fpdf2 knows by `font_key`; `size` in points."""
    return cast("Shaped", face(font_key.removeprefix(FAMILY)).font.perform_harfbuzz_shaping(text, size, TURNED))


@lru_cache(maxsize=8192)
def printable(text: str) -> str:
    """The text in letters the font has; what had to be transliterated carries a *."""
    if text.isascii() and text.isprintable():
        return text
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
