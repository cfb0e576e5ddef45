"""What a planted pattern is: a typology with its shapes, and a lawful look-alike that asks the same question and deserves another answer."""

from collections.abc import Callable
from typing import NamedTuple

from ops.simulate.scene import Scene

EITHER = ("SOM", "TIP", "TIP+SOM")


class Shape(NamedTuple):
    """One way a pattern can look. `says` is one clause for people."""

    name: str
    says: str
    build: Callable[[Scene], None]


class Pattern(NamedTuple):
    """A typology of the reference, or a scheme of several.

    accept      values of a report's offence that count as right
    detectors   typologies that belong to it (its own where empty)
    hold        a person may be held until the money arrives
    report      whether it should end in a report by itself; of the others a finding is enough
    """

    typology: str
    title: str
    offence: str
    accept: tuple[str, ...]
    shapes: tuple[Shape, ...]
    lookalike: Shape
    hold: bool = False
    report: bool = False
    detectors: tuple[str, ...] = ()
