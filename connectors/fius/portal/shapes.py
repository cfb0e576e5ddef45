"""What a page and a drawing are made of: text, strokes and boxes, in millimetres from the top left corner; grey from 0 (black) to 255."""

from typing import Literal, NamedTuple

BLACK, DARK, LIGHT, WHITE = 0, 90, 228, 255


class Text(NamedTuple):
    """One line of text; `y` is its baseline, `x` its left end, middle or right end; `size` in points; `is_rtl`: the line's own direction."""

    x: float
    y: float
    text: str
    size: float
    bold: bool = False
    align: Literal["left", "middle", "right"] = "left"
    grey: int = BLACK
    is_rtl: bool = False


class Stroke(NamedTuple):
    """A line through points, with an arrow head at its end or without."""

    points: tuple[tuple[float, float], ...]
    is_arrow: bool = False
    grey: int = DARK


class Box(NamedTuple):
    """A filled rectangle, with an outline or without."""

    x: float
    y: float
    width: float
    height: float
    fill: int
    is_outlined: bool = False


Shape = Text | Stroke | Box


def arrow_head(stroke: Stroke, size: float = 2.0) -> tuple[tuple[float, float], ...]:
    """The three corners of the arrow head at the end of a stroke, its tip first."""
    (x0, y0), (x1, y1) = stroke.points[-2:]
    length = ((x1 - x0) ** 2 + (y1 - y0) ** 2) ** 0.5 or 1.0
    ux, uy = (x1 - x0) / length, (y1 - y0) / length
    back_x, back_y, side = x1 - size * ux, y1 - size * uy, size * 0.4
    return (x1, y1), (back_x - side * uy, back_y + side * ux), (back_x + side * uy, back_y - side * ux)
