"""A form written from an FIU's published text instead of its XSD: what it changes of a form we have (profiles/<cc>/changes.yaml).

Used where only a specification is public, and for the generic forms. The vocabulary of elements is goAML's and the same everywhere;
what differs are lists, lengths and what is mandatory, and those are what a specification states.
"""

from collections.abc import Callable
from typing import Literal

import msgspec

from connectors.fius.goaml.mapping import longest
from connectors.fius.goaml.profile import FORMAT, Complex, Element, Group, SchemaProfile, Simple, elements
from schemas.yaml_rows import Document

CHANGES_SCHEMA = "strgw.goaml-changes/1"


class Changes(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a form changes of its base. Elements are named by the end of their path below a type or the root: "t_person/ssn".

    relax       types, or paths below the root, whose elements become optional unless `mandatory` names them; switched-off ones come back
    free        value types that become free text (of at most `free_length` characters): the FIU's list is not public
    patterns    whether patterns of the base stay
    lists       value type -> code -> label: the lists the text gives
    max_length  element -> most characters
    """

    fiu: str
    base: str
    schema_version: str
    provenance: Literal["specification", "generic"]
    source: str
    relax: tuple[str, ...] = ()
    mandatory: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    free: tuple[str, ...] = ()
    free_length: int = 50
    patterns: bool = True
    lists: dict[str, dict[str, str]] = {}
    max_length: dict[str, int] = {}


def read_changes(text: str, source: str) -> Changes:
    """The changes in `text`. Raises schemas.yaml_rows.RegistryError with the line."""
    return Document(text, source, CHANGES_SCHEMA).value("form", Changes)


def derive(changes: Changes, load: Callable[[str], SchemaProfile]) -> SchemaProfile:
    """The profile that `changes` makes of its base, which `load` gives by name."""
    base = load(changes.base)
    made = _Derived(changes)
    simples = {name: made.simple(name, simple) for name, simple in base.simples.items()}
    simples |= {name: Simple(codes=dict(codes)) for name, codes in changes.lists.items()}
    return SchemaProfile(
        format=FORMAT,
        fiu=changes.fiu,
        schema_id=f"goaml-{changes.fiu.lower()}-{changes.schema_version}-{changes.provenance}",
        schema_version=changes.schema_version,
        source_sha256="",
        roots=tuple(made.element(root, "") for root in base.roots),
        types={name: made.complex(kind, name) for name, kind in base.types.items()},
        simples=simples,
        provenance=changes.provenance,
    )


class _Derived:
    def __init__(self, changes: Changes) -> None:
        self.changes = changes
        self.relaxed = frozenset(changes.relax)
        self.mandatory = dict.fromkeys(changes.mandatory, True)
        self.optional = dict.fromkeys(changes.optional, True)

    def simple(self, name: str, simple: Simple) -> Simple:
        """A value type, freed of its list where that is not public."""
        if name in self.changes.free:
            return Simple(min_length=1, max_length=self.changes.free_length)
        return simple if self.changes.patterns else msgspec.structs.replace(simple, patterns=())

    def complex(self, kind: Complex, path: str) -> Complex:
        """A complex type; `path`: its name, or the path of the element it stands in."""
        content = self.group(kind.content, path, True) if kind.content else None
        return msgspec.structs.replace(kind, content=content)

    def group(self, group: Group, path: str, top: bool = False) -> Group:
        items = tuple(
            self.group(item, path) if isinstance(item, Group) else self.member(item, path, group.kind == "choice")
            for item in group.items
        )
        low, high = group.min, group.max
        if path in self.relaxed and not top:
            high = high or 1
            if group.kind == "choice":
                low = int(any(self._is(self.mandatory, f"{path}/{inner.name}") for inner in elements(group)))
        return Group(kind=group.kind, items=items, min=low, max=high)

    def member(self, element: Element, path: str, in_choice: bool) -> Element:
        """An element below `path`; the branch of a choice is there or not as a whole."""
        below = f"{path}/{element.name}"
        low, high = element.min, element.max
        if path in self.relaxed:
            high = high or 1
            low = 1 if in_choice else 0
        if self._is(self.mandatory, below):
            low, high = max(low, 1), high or 1
        elif self._is(self.optional, below) and not in_choice:
            low = 0
        return self.element(msgspec.structs.replace(element, min=low, max=high), path)

    def element(self, element: Element, path: str) -> Element:
        """An element with its own type changed, where that is written in place."""
        below = f"{path}/{element.name}" if path else element.name
        inner, simple = element.complex, element.simple
        most = longest(self.changes.max_length, below)
        if simple is not None and not self.changes.patterns:
            simple = msgspec.structs.replace(simple, patterns=())
        if most is not None:
            simple = msgspec.structs.replace(simple or Simple(base=element.type or "xs:string"), max_length=most)
        if most is not None and element.type:
            element = msgspec.structs.replace(element, type="")
        return msgspec.structs.replace(element, simple=simple, complex=self.complex(inner, below) if inner else None)

    @staticmethod
    def _is(named: dict[str, bool], path: str) -> bool:
        return bool(longest(named, path))
