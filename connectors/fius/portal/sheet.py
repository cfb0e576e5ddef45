"""Pages filled from the top: headings, paragraphs, labelled lines, tables that go on over the page with their heading again, drawings."""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from connectors.fius.portal.fonts import is_rtl, printable, width
from connectors.fius.portal.shapes import DARK, LIGHT, Box, Shape, Stroke, Text

PAGE_WIDTH, PAGE_HEIGHT = 210.0, 297.0  # A4
LEFT, RIGHT, TOP, BOTTOM = 12.0, 198.0, 20.0, 283.0
BODY, SMALL, HEADING = 9.0, 7.0, 10.5  # points
_LEADING = 0.48  # mm of line height for a point of letter


class Column(NamedTuple):
    """A column of a table: its heading and its width in mm."""

    heading: str
    width: float


class Sheet:
    """The pages so far; text is made printable and wrapped here, and nowhere else."""

    def __init__(self) -> None:
        self.pages: list[list[Shape]] = [[]]
        self.y = TOP

    def room(self, height: float) -> None:
        """Starts a page where the rest of this one is lower than `height`."""
        if self.y + height > BOTTOM and self.y > TOP:
            self.pages.append([])
            self.y = TOP

    def gap(self, height: float = 2.0) -> None:
        """Leaves space."""
        self.y += height

    def heading(self, said: str, others: Sequence[str] = (), follows: float = 8.0) -> None:
        """A grey bar with the heading, its translations at the right or, where both are long, under it; on one page with the next `follows` mm."""
        self.room(follows + 12)
        self.gap(2.5)
        inside = RIGHT - LEFT - 8
        both = sum(width(printable(words), HEADING, True) for words in (said, *others))
        lines = 1 if both <= inside else 1 + len(others)
        self._put(Box(LEFT, self.y, RIGHT - LEFT, 1.2 + 5.0 * lines, LIGHT))
        self._put(Text(LEFT + 1.5, self.y + 4.4, printable(said), HEADING, bold=True))
        for number, other in enumerate(others, 1):
            down = 5.0 * number if lines > 1 else 0.0
            self._put(Text(RIGHT - 1.5, self.y + 4.4 + down, printable(other), HEADING, True, "right", is_rtl=is_rtl(other)))
        self.gap(3.2 + 5.0 * lines)

    def paragraph(self, said: str, size: float = BODY, indent: float = 0.0, bold: bool = False, turned: bool = False) -> None:
        """Wrapped text; where it is `turned`, written from right to left, it begins at the right."""
        for line in wrap(said, RIGHT - LEFT - indent, size, bold):
            self.room(size * _LEADING)
            self.y += size * _LEADING
            if turned:
                self._put(Text(RIGHT - indent, self.y - 1.0, line, size, bold, "right", is_rtl=True))
            else:
                self._put(Text(LEFT + indent, self.y - 1.0, line, size, bold))

    def field(self, label: str, value: str, others: Sequence[str] = (), indent: float = 0.0) -> None:
        """A label with its translations over the value beside it; an empty value leaves the line out."""
        if not value:
            return
        names = " / ".join(printable(name) for name in (label, *others))
        split = 58.0
        labels = wrap(names, split - indent - 2, SMALL + 0.5, True)
        values = wrap(value, RIGHT - LEFT - split, BODY, False)
        step = BODY * _LEADING
        for number in range(max(len(labels), len(values))):
            self.room(step)
            self.y += step
            if number < len(labels):
                self._put(Text(LEFT + indent, self.y - 1.0, labels[number], SMALL + 0.5, True, grey=DARK))
            if number < len(values):
                self._put(Text(LEFT + split, self.y - 1.0, values[number], BODY))
        self.gap(0.6)

    def table(self, columns: Sequence[Column], rows: Sequence[Sequence[str]], size: float = SMALL) -> None:
        """Rows with wrapped cells; the heading stands again on every page."""
        head = [wrap(column.heading, column.width - 1.5, size, True) for column in columns]
        self.room(20)
        self._row(columns, head, size, True)
        for row in rows:
            cells = [wrap(cell, column.width - 1.5, size, False) for cell, column in zip(row, columns, strict=True)]
            if self.y + _height(cells, size) > BOTTOM:
                self.room(PAGE_HEIGHT)
                self._row(columns, head, size, True)
            self._row(columns, cells, size, False)

    def drawing(self, shapes: Sequence[Shape], height: float) -> None:
        """A drawing whose own corner is (0, 0), on one page."""
        self.room(height + 2)
        self.pages[-1] += [_moved(shape, LEFT, self.y) for shape in shapes]
        self.gap(height + 2)

    def _row(self, columns: Sequence[Column], cells: Sequence[Sequence[str]], size: float, is_head: bool) -> None:
        high, left = _height(cells, size), LEFT
        if is_head:
            self._put(Box(LEFT, self.y, sum(column.width for column in columns), high, LIGHT))
        for column, lines in zip(columns, cells, strict=True):
            for number, line in enumerate(lines, 1):
                self._put(Text(left + 0.7, self.y + number * size * _LEADING - 0.4, line, size, is_head))
            left += column.width
        self.y += high
        self._put(Stroke(((LEFT, self.y), (left, self.y)), grey=200))

    def _put(self, shape: Shape) -> None:
        self.pages[-1].append(shape)


@lru_cache(maxsize=16_384)
def wrap(said: str, room: float, size: float, bold: bool) -> tuple[str, ...]:
    """Printable lines no wider than `room` mm; a word that is wider is broken where it must be."""
    lines: list[str] = []
    line, used, space = "", 0.0, width(" ", size, bold)
    for word in printable(said).split(" "):
        long = width(word, size, bold)
        while long > room:
            if line:
                lines.append(line)
                line, used = "", 0.0
            cut = _fitting(word, room, size, bold)
            lines.append(word[:cut])
            word = word[cut:]
            long = width(word, size, bold)
        if line and used + space + long > room:
            lines.append(line)
            line, used = word, long
        else:
            line, used = (f"{line} {word}", used + space + long) if line else (word, long)
    return (*lines, line) if line or not lines else tuple(lines)


def _fitting(word: str, room: float, size: float, bold: bool) -> int:
    """How many letters of a word fit, at least one."""
    cut = max(1, int(len(word) * room / width(word, size, bold)))
    while cut > 1 and width(word[:cut], size, bold) > room:
        cut -= 1
    return cut


def _height(cells: Sequence[Sequence[str]], size: float) -> float:
    return max(len(lines) for lines in cells) * size * _LEADING + 1.0


def _moved(shape: Shape, right: float, down: float) -> Shape:
    if isinstance(shape, Stroke):
        return shape._replace(points=tuple((x + right, y + down) for x, y in shape.points))
    return shape._replace(x=shape.x + right, y=shape.y + down)
