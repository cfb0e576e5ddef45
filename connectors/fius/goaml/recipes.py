"""What to write for a shape of offers, remembered from the first time it was worked out by walking the schema.

Which elements are written, which are filled by a rule and which stay away depends on the names that are offered, in their order, not
on their values, as long as every value fits. Where one does not, the walk decides anew.
"""

from typing import Literal, NamedTuple

from connectors.fius.goaml.ledger import Row
from connectors.fius.goaml.place import Place

Shape = tuple[str, ...]  # the names offered


class Noted(NamedTuple):
    """One thing that happens to the elements inside one element, in the form's order.

    what   write: offer number `nth` of `name` at `place`; fill: the placeholder of `place`; leave: offer number `nth` of `name` stays away for `reason`
    """

    what: Literal["write", "fill", "leave"]
    place: Place | None
    name: str
    nth: int
    path: str
    reason: str = ""


class Step(NamedTuple):
    """A thing noted, as it is done again: what is offered as number `nth` is written at `place`, or stays away for `reason` (place: None).

    nth  -1: nothing is offered, the placeholder of `place` is written
    """

    place: Place | None
    nth: int
    path: str
    reason: str


class Recipe(NamedTuple):
    """The steps, and the ledger rows of what nobody told us."""

    steps: tuple[Step, ...]
    absent: dict[Row, None]


class Tape:
    """Notes the steps of one walk through an element; `spoilt` where the walk did something a recipe cannot repeat."""

    __slots__ = ("absent", "spoilt", "steps")

    def __init__(self) -> None:
        self.steps: list[Noted] = []
        self.absent: dict[Row, None] = {}
        self.spoilt = False

    def recipe(self, names: list[str]) -> Recipe:
        """What was noted of a walk to which `names` were offered."""
        places: dict[str, list[int]] = {}
        for index, name in enumerate(names):
            places.setdefault(name, []).append(index)
        steps = [
            Step(
                None if one.what == "leave" else one.place,
                -1 if one.what == "fill" else places[one.name][one.nth],
                one.path,
                one.reason,
            )
            for one in self.steps
        ]
        return Recipe(tuple(steps), self.absent)
