"""The flow of money as a drawing: three columns of towns, numbered arrows between them, and a line of text for each number."""

from collections.abc import Sequence
from typing import NamedTuple

from connectors.fius.portal.document import Flow, FlowLink, FlowPlace
from connectors.fius.portal.shapes import LIGHT, WHITE, Box, Shape, Stroke, Text
from connectors.fius.portal.words import EN, Words

PARTS = ("source", "transit", "destination")
WIDTH = 186.0
_BOX = (46.0, 9.0)
_COLUMNS = (0.0, 70.0, 140.0)
_ROW, _TOP = 14.0, 12.0
_LABEL = (4.4, 3.6)
_STEPS = (5.0, 8.0, 11.0, 14.0, 17.0, 20.0)  # mm behind the box an arrow leaves; the columns are 24 mm apart
_ROWS = 8  # DEF: towns of a column; further ones are one box
_LINKS = 24  # DEF: arrows; all links are in report.json


class Drawing(NamedTuple):
    """Shapes from (0, 0) down to (WIDTH, height), and the lines that say what the numbers mean."""

    shapes: tuple[Shape, ...]
    height: float
    legend: tuple[str, ...]


def draw(flow: Flow, words: Sequence[Words]) -> Drawing:
    """The drawing in the languages of `words`, English first."""
    spots, rows = _spots(flow)
    links = _largest(flow.links)
    strokes: list[Shape] = []
    numbers: list[Shape] = []
    taken: list[tuple[float, float]] = []
    for count, link in enumerate(links, 1):
        points = _way(spots[link.origin], spots[link.target])
        strokes.append(Stroke(points, is_arrow=True))
        taken.append(_free(points, taken))
        numbers += _number(taken[-1], count)
    boxes: list[Shape] = []
    for part, left in zip(PARTS, _COLUMNS, strict=True):
        boxes.append(Text(left, 4.0, " / ".join(said.fields[part] for said in words if not said.is_rtl), 8, bold=True))
        boxes += [Text(left + _BOX[0], 8.5, said.fields[part], 8, True, "right", is_rtl=True) for said in words if said.is_rtl]
    for number, place in enumerate(flow.places):
        boxes += _place(place, spots[number])
    boxes += _rest(flow, spots)
    legend = tuple(_legend(count, link, flow.places) for count, link in enumerate(links, 1))
    return Drawing((*strokes, *boxes, *numbers), _TOP + rows * _ROW, legend)


def _spots(flow: Flow) -> tuple[list[tuple[float, float]], int]:
    """Top left corner of each place's box, and how many rows there are; places past the last row share its box."""
    taken = dict.fromkeys(PARTS, 0)
    spots = []
    for place in flow.places:
        row = min(taken[place.part], _ROWS - 1)
        taken[place.part] += 1
        spots.append((_COLUMNS[PARTS.index(place.part)], _TOP + row * _ROW))
    return spots, min(_ROWS, max(taken.values(), default=0))


def _largest(links: Sequence[FlowLink]) -> list[FlowLink]:
    kept = sorted(links, key=lambda link: (-float(link.usd), link.origin, link.target))[:_LINKS]
    return sorted(kept, key=lambda link: (link.origin, link.target))


def _way(origin: tuple[float, float], target: tuple[float, float]) -> tuple[tuple[float, float], ...]:
    wide, high = _BOX
    if origin[0] < target[0]:
        return (origin[0] + wide, origin[1] + high / 2), (target[0], target[1] + high / 2)
    right, lift = origin[0] + wide, high * 0.3
    return (
        (right, origin[1] + lift),
        (right + 7, origin[1] + lift),
        (right + 7, target[1] + 2 * lift),
        (right, target[1] + 2 * lift),
    )


def _free(points: Sequence[tuple[float, float]], taken: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """Where along an arrow its number stands: beside the box it leaves, as far as can be from the numbers already there."""
    if len(points) > 2:
        return points[1][0], (points[1][1] + points[2][1]) / 2
    (x0, y0), (x1, y1) = points
    places = [(x0 + step, y0 + (y1 - y0) * step / (x1 - x0)) for step in _STEPS]

    def room(at: tuple[float, float]) -> float:
        return min((max(abs(at[0] - x) / _LABEL[0], abs(at[1] - y) / _LABEL[1]) for x, y in taken), default=1.0)

    return next((place for place in places if room(place) >= 1.0), max(places, key=room))


def _number(at: tuple[float, float], count: int) -> list[Shape]:
    wide, high = _LABEL
    return [Box(at[0] - wide / 2, at[1] - high / 2, wide, high, WHITE), Text(at[0], at[1] + 1.1, str(count), 7, True, "middle")]


def _place(place: FlowPlace, at: tuple[float, float]) -> list[Shape]:
    name = place.town or EN.fields["unknown_place"]
    said = f"{name} ({place.country})" if place.country else name
    return [Box(*at, *_BOX, LIGHT, is_outlined=True), Text(at[0] + _BOX[0] / 2, at[1] + 5.6, said, 8, False, "middle")]


def _rest(flow: Flow, spots: Sequence[tuple[float, float]]) -> list[Shape]:
    """Where a column has more towns than rows, its last box says how many it stands for."""
    shapes: list[Shape] = []
    for part in PARTS:
        own = [spots[number] for number, place in enumerate(flow.places) if place.part == part]
        if len(own) > _ROWS:
            said = EN.fields["other_towns"].format(count=len(own) - _ROWS + 1)
            shapes += [
                Box(*own[-1], *_BOX, LIGHT, True),
                Text(own[-1][0] + _BOX[0] / 2, own[-1][1] + 5.6, said, 8, False, "middle"),
            ]
    return shapes


def _legend(count: int, link: FlowLink, places: Sequence[FlowPlace]) -> str:
    when = link.first if link.first == link.last else f"{link.first} – {link.last}"
    return f"{count}  {_named(places[link.origin])} → {_named(places[link.target])}: {link.transfers} ×, USD {link.usd}, {when}"


def _named(place: FlowPlace) -> str:
    return f"{place.town or EN.fields['unknown_place']} ({place.country})" if place.country else EN.fields["unknown_place"]
