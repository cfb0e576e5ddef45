"""The drawing as SVG: plain shapes and text, nothing to run and nothing to fetch. The same drawing gives the same bytes."""

from xml.sax.saxutils import escape, quoteattr

from connectors.fius.portal.drawing import WIDTH, Drawing
from connectors.fius.portal.shapes import Box, Shape, Stroke, Text, arrow_head

_MARGIN, _LINE = 4.0, 4.5
_MM_PER_PT = 25.4 / 72
_ANCHOR = {"left": "start", "middle": "middle", "right": "end"}


def svg(drawing: Drawing, title: str) -> bytes:
    """The file, the legend under the drawing."""
    height = drawing.height + _LINE * (len(drawing.legend) + 1)
    legend = [Text(0, drawing.height + _LINE * (n + 1), said, 8) for n, said in enumerate(drawing.legend)]
    view = f"{-_MARGIN:g} {-_MARGIN:g} {WIDTH + 2 * _MARGIN:g} {height + 2 * _MARGIN:g}"
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox={quoteattr(view)} width="{WIDTH:g}mm" role="img">'
    body = [_element(shape) for shape in (*drawing.shapes, *legend)]
    return "\n".join(
        ['<?xml version="1.0" encoding="UTF-8"?>', head, f"<title>{escape(title)}</title>", *body, "</svg>", ""]
    ).encode()


def _element(shape: Shape) -> str:
    if isinstance(shape, Text):
        turned = ' direction="rtl"' if shape.is_rtl else ""
        anchor = {"start": "end", "end": "start"}.get(_ANCHOR[shape.align], "middle") if shape.is_rtl else _ANCHOR[shape.align]
        weight = ' font-weight="bold"' if shape.bold else ""
        size = f"{shape.size * _MM_PER_PT:.2f}"
        return (
            f'<text x="{shape.x:g}" y="{shape.y:g}" font-family="sans-serif" font-size="{size}" text-anchor="{anchor}"{weight}{turned}>'
            f"{escape(shape.text)}</text>"
        )
    if isinstance(shape, Box):
        outline = ' stroke="#000" stroke-width="0.2"' if shape.is_outlined else ""
        return f'<rect x="{shape.x:g}" y="{shape.y:g}" width="{shape.width:g}" height="{shape.height:g}" fill="{_grey(shape.fill)}"{outline}/>'
    return _stroke(shape)


def _stroke(stroke: Stroke) -> str:
    grey, line = _grey(stroke.grey), " ".join(f"{x:.2f},{y:.2f}" for x, y in stroke.points)
    drawn = f'<polyline points="{line}" fill="none" stroke="{grey}" stroke-width="0.25"/>'
    if stroke.is_arrow:
        head = " ".join(f"{x:.2f},{y:.2f}" for x, y in arrow_head(stroke))
        drawn += f'<polygon points="{head}" fill="{grey}"/>'
    return drawn


def _grey(level: int) -> str:
    return f"#{level:02x}{level:02x}{level:02x}"
