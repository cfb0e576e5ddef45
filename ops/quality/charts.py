"""Bar charts as inline SVG, drawn by leather; what they look like in the light and in the dark is the page's business."""

from typing import NamedTuple

import leather
from lxml import etree

WIDTH, BAR, FRAME = 760, 22, 90  # pixels: of a chart, of a bar, of what lies above and below the bars
SVG = "{http://www.w3.org/2000/svg}"


class Bars(NamedTuple):
    """A chart: its title, what a reader who does not see it is told, (label, value) from top to bottom, and the end of the scale."""

    title: str
    says: str
    bars: tuple[tuple[str, float], ...]
    end: float


def draw(bars: Bars, name: str) -> etree._Element:
    """The chart as an SVG element that scales with the page; `name` makes the ids of its title and description."""
    chart = leather.Chart()
    chart.add_x_scale(0, bars.end)
    chart.add_bars([(value, label) for label, value in bars.bars], fill_color="var(--bar)")
    height = FRAME + BAR * len(bars.bars)
    svg = etree.fromstring(chart.to_svg(width=WIDTH, height=height))
    svg.attrib.pop("width")
    svg.attrib.pop("height")
    svg.set("viewBox", f"0 0 {WIDTH} {height}")
    svg.set("role", "img")
    svg.set("aria-labelledby", f"{name}-title {name}-says")
    for position, (tag, text) in enumerate((("title", bars.title), ("desc", bars.says))):
        node = etree.Element(f"{SVG}{tag}", id=f"{name}-{'says' if tag == 'desc' else 'title'}")
        node.text = text
        svg.insert(position, node)
    return svg
