"""What we can say, named as goAML names it, before any FIU's schema has picked what it takes.

The renderer walks the schema and asks an offered node for each element; what the schema does not know is dropped and
written down in the ledger.
"""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from types import MappingProxyType
from zoneinfo import ZoneInfo

import msgspec

_NO_FACTS: Mapping[str, str] = MappingProxyType({})


# Neither kind can be part of a cycle, and a report makes thousands: the collector need not look at them.
class Leaf(msgspec.Struct, gc=False, eq=False):
    """A value for one element, and the canonical field `at` it comes from.

    codes    code set of the map to translate it with ("" for none); `variant`: the country that may change the code
    text     free text that may be cut to fit; `shorter`: what to write instead when the value is too long
    rule     named in the ledger where the value is derived ("" where it is as told); `filled`: it is a placeholder
    """

    value: str
    at: str
    codes: str = ""
    variant: str = ""
    text: bool = False
    shorter: str = ""
    rule: str = ""
    filled: bool = False

    def by(self, rule: str, filled: bool = False) -> "Leaf":
        """The same leaf, derived by `rule`."""
        self.rule = rule
        self.filled = filled
        return self

    def or_shorter(self, value: str) -> "Leaf":
        """The same leaf with a form to fall back on when it is too long."""
        self.shorter = value
        return self


class Node(msgspec.Struct, gc=False, eq=False):
    """Values for the elements inside one element: `values[i]` is offered as `names[i]`; a name may come more than once.

    facts  known values of the surroundings that placeholder rules may use
    rule   the placeholder rule by which this element stands here ("" where it is as told)
    shared whether it stands in several places of a report, as a party does
    """

    at: str
    facts: Mapping[str, str] = _NO_FACTS
    names: list[str] = []
    values: list["Offer"] = []
    rule: str = ""
    shared: bool = False

    def add(self, name: str, value: "Offer | None") -> None:
        """Offers `value` as (another) `name`; None offers nothing."""
        if value is not None:
            self.names.append(name)
            self.values.append(value)

    def say(self, name: str, value: str | None, at: str, codes: str = "") -> None:
        """Offers a plain value unless there is none."""
        if value:
            self.names.append(name)
            self.values.append(Leaf(value, at, codes))

    def wrap(self, name: str, item: str, values: "Iterable[Offer]") -> None:
        """Offers `name` as a list element with one `item` inside for each value; nothing where there are none."""
        inner = Node(self.at, self.facts)
        for value in values:
            inner.add(item, value)
        if inner.names:
            self.add(name, inner)


Offer = Leaf | Node


@lru_cache(maxsize=128)
def zone(name: str) -> ZoneInfo:
    """The time zone `name`."""
    return ZoneInfo(name)
