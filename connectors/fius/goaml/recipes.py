"""What to write for a shape of offers, remembered from the first time it was worked out by walking the schema.

Which elements are written, which are filled by a rule and which stay away depends on the names that are offered and how many of each,
not on their values, as long as every value fits. Where one does not, the walk decides anew.
"""

from typing import Literal, NamedTuple

from connectors.fius.goaml.ledger import Row
from connectors.fius.goaml.offer import Offer
from connectors.fius.goaml.place import Place

Fields = dict[str, list[Offer]]
Shape = tuple[object, ...]


class Step(NamedTuple):
    """One thing that happens to the elements inside one element, in the form's order.

    what   write: offer number `nth` of `name` at `place`; fill: the placeholder of `place`; leave: offer number `nth` of `name` stays away for `reason`
    """

    what: Literal["write", "fill", "leave"]
    place: Place | None
    name: str
    nth: int
    path: str
    reason: str = ""


class Recipe(NamedTuple):
    """The steps, and the ledger rows of what nobody told us."""

    steps: tuple[Step, ...]
    absent: dict[Row, None]


class Tape:
    """Notes the steps of one walk through an element; `spoilt` where the walk did something a recipe cannot repeat."""

    __slots__ = ("absent", "spoilt", "steps")

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self.absent: dict[Row, None] = {}
        self.spoilt = False

    def recipe(self) -> Recipe:
        """What was noted."""
        return Recipe(tuple(self.steps), self.absent)


def shape(fields: Fields) -> Shape:
    """What a recipe depends on: names in the order offered, and how many of each."""
    return (*fields, *map(len, fields.values()))
