"""What we can say, named as goAML names it, before any FIU's schema has picked what it takes.

The renderer walks the schema and asks an offered node for each element; what the schema does not know is dropped and
written down in the ledger.
"""

from collections.abc import Iterable
from functools import lru_cache
from zoneinfo import ZoneInfo


class Leaf:
    """A value for one element, and the canonical field `at` it comes from.

    codes    code set of the map to translate it with ("" for none); `variant`: the country that may change the code
    text     free text that may be cut to fit; `shorter`: what to write instead when the value is too long
    rule     named in the ledger where the value is derived ("" where it is as told); `filled`: it is a placeholder
    """

    __slots__ = ("at", "codes", "filled", "rule", "shorter", "text", "value", "variant")

    def __init__(self, value: str, at: str, codes: str = "", *, variant: str = "", text: bool = False) -> None:
        self.value = value
        self.at = at
        self.codes = codes
        self.variant = variant
        self.text = text
        self.shorter = ""
        self.rule = ""
        self.filled = False

    def by(self, rule: str, filled: bool = False) -> "Leaf":
        """The same leaf, derived by `rule`."""
        self.rule = rule
        self.filled = filled
        return self

    def or_shorter(self, value: str) -> "Leaf":
        """The same leaf with a form to fall back on when it is too long."""
        self.shorter = value
        return self


class Node:
    """Values for the elements inside one element.

    facts  known values of the surroundings that placeholder rules may use
    rule   the placeholder rule by which this element stands here ("" where it is as told)
    shared whether it stands in several places of a report, as a party does
    """

    __slots__ = ("at", "facts", "fields", "rule", "shared")

    def __init__(self, at: str, facts: dict[str, str] | None = None) -> None:
        self.at = at
        self.fields: dict[str, list[Offer]] = {}
        self.facts = facts or {}
        self.rule = ""
        self.shared = False

    def add(self, name: str, value: "Offer | None") -> None:
        """Offers `value` as (another) `name`; None offers nothing."""
        if value is not None:
            fields = self.fields
            if name in fields:
                fields[name].append(value)
            else:
                fields[name] = [value]

    def say(self, name: str, value: str | None, at: str, codes: str = "") -> None:
        """Offers a plain value unless there is none."""
        if value:
            leaf = Leaf(value, at, codes)
            fields = self.fields
            if name in fields:
                fields[name].append(leaf)
            else:
                fields[name] = [leaf]

    def wrap(self, name: str, item: str, values: "Iterable[Offer]") -> None:
        """Offers `name` as a list element with one `item` inside for each value; nothing where there are none."""
        inner = Node(self.at, self.facts)
        for value in values:
            inner.add(item, value)
        if inner.fields:
            self.add(name, inner)


Offer = Leaf | Node


@lru_cache(maxsize=128)
def zone(name: str) -> ZoneInfo:
    """The time zone `name`."""
    return ZoneInfo(name)
