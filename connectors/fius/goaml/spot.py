"""Where a walk stands, and which branch of a choice it takes there."""

from collections.abc import Iterator

from connectors.fius.goaml.mapping import Form
from connectors.fius.goaml.offer import Node
from connectors.fius.goaml.offered import Fields
from connectors.fius.goaml.place import Place
from connectors.fius.goaml.profile import Element, Group, elements
from connectors.fius.goaml.recipes import Tape


class Spot:
    """The place the walk is at: an element being written, and what is offered for its children and not used yet.

    The lists of `fields` are used up. `used` counts the offers of a name that are taken already, for the tape.
    """

    __slots__ = ("node", "offered", "parts", "place", "tape", "used")

    def __init__(self, node: Node, place: Place, fields: Fields) -> None:
        self.node = node
        self.place = place
        self.parts: list[str] = []
        self.offered = fields
        self.tape = Tape()
        self.used: dict[str, int] = {}


def branch(group: Group, spot: Spot, form: Form) -> Element | Group | None:
    """The branch of a choice to take: one that can be complete, else one for which something is offered, else one that must be filled by rule.

    Among several the map's preferred one, else the schema's first; None where nothing is offered and nothing is demanded.
    """
    branches = [item for item in group.items if can_fill(item, spot.offered)]
    branches = branches or [item for item in group.items if any(spot.offered.get(inner.name) for inner in _members(item))]
    if not branches and group.min > 0:
        live = [item for item in group.items if item.max != 0]
        branches = [item for item in live if _has_placeholder(item, spot.place.path, form)] or live[:1] or list(group.items[:1])
    return min(branches, key=lambda item: _rank(item, form.map.prefer)) if branches else None


def can_fill(item: Element | Group, offered: Fields) -> bool:
    """Whether something was offered for the item; for a sequence: something, and all that it demands."""
    if isinstance(item, Element):
        return item.max != 0 and bool(offered.get(item.name))
    can = [can_fill(inner, offered) for inner in item.items] if item.max != 0 else []
    return any(can) and (item.kind == "choice" or all(ok or inner.min == 0 for ok, inner in zip(can, item.items, strict=True)))


def _rank(item: Element | Group, preferred: tuple[str, ...]) -> int:
    return min((preferred.index(inner.name) for inner in _members(item) if inner.name in preferred), default=len(preferred))


def _has_placeholder(item: Element | Group, path: str, form: Form) -> bool:
    return any(inner.max != 0 and form.placeholder(f"{path}/{inner.name}") for inner in _members(item))


def _members(item: Element | Group) -> Iterator[Element]:
    if isinstance(item, Group):
        yield from elements(item)
    else:
        yield item
