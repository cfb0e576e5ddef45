"""What we can say, named as FinCEN names it, before the schema has put it in order."""

import msgspec

YES = "Y"


class Leaf(msgspec.Struct, frozen=True):
    """A value for one element.

    rule     by which it was derived ("" where it is as told); `filled`: the value is a placeholder by that rule
    cut      it may be shortened to fit; `must`: the report is held where it does not fit, else the element is left out
    """

    value: str
    rule: str = ""
    cut: bool = False
    must: bool = False
    filled: bool = False


class Node:
    """Values and elements inside one element. `label`: P1 … of the party it is about; `left_out`: element -> rule that left it out."""

    __slots__ = ("label", "leaves", "left_out", "nodes")

    def __init__(self, label: str = "") -> None:
        self.label = label
        self.leaves: dict[str, Leaf] = {}
        self.nodes: dict[str, list[Node]] = {}
        self.left_out: dict[str, str] = {}

    def say(self, name: str, value: str, rule: str = "", cut: bool = False, must: bool = False) -> "Node":
        """Offers a value unless it is empty; the same node."""
        if value:
            self.leaves[name] = Leaf(value, rule, cut, must)
        return self

    def fill(self, name: str, value: str, rule: str) -> None:
        """Offers the placeholder of a rule."""
        self.leaves[name] = Leaf(value, rule, must=True, filled=True)

    def tick(self, name: str, rule: str = "") -> "Node":
        """Ticks a box; the same node."""
        self.leaves[name] = Leaf(YES, rule)
        return self

    def add(self, name: str, node: "Node") -> "Node":
        """Offers (another) element `name`; the node that was added."""
        self.nodes.setdefault(name, []).append(node)
        return node
