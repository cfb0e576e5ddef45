"""An FIU's schema in our own format: what elements its form has, in what order, how often, and which values they take.

One JSON file per FIU (connectors/fius/profiles/<cc>/schema.json), made by `strgw profile import` from the FIU's XSD. The
XSD itself stays with the FIU; the facts in it are enough to render, and to generate an equivalent XSD (xsd.py).
"""

from collections.abc import Container, Iterator, Mapping
from typing import Any, Literal, Union

import msgspec

FORMAT = "strgw.goaml-profile/1"
UNBOUNDED = -1


class Simple(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """A simple type: `base` is an XSD built-in ("xs:string") or another simple type of the profile.

    codes      code -> label ("" where the FIU gives none), in the FIU's order; None where any value is allowed
    patterns   XSD regular expressions of which one must match the whole value
    bounds     as written by the FIU; numbers and dates stay text so that nothing is rounded
    asserts    XPath conditions on the value itself (`$value` written as `.`)
    regexes    .NET patterns XSD cannot express (look-around); one must match the whole value, checked as a rule
    inline     the type this one restricts, where it has no name; `base` does not count then
    members    of a union: the value must fit one of them; `item` of a list: every word of the value must fit it
    """

    base: str = "xs:string"
    codes: dict[str, str] | None = None
    patterns: tuple[str, ...] = ()
    min_length: int | None = None
    max_length: int | None = None
    length: int | None = None
    min_inclusive: str | None = None
    max_inclusive: str | None = None
    min_exclusive: str | None = None
    max_exclusive: str | None = None
    total_digits: int | None = None
    fraction_digits: int | None = None
    white_space: str | None = None
    asserts: tuple[str, ...] = ()
    regexes: tuple[str, ...] = ()
    inline: Union["Simple", None] = None
    members: tuple["Simple", ...] = ()
    item: Union["Simple", None] = None


class Element(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True, tag="e", tag_field="k"):
    """An element: its type is `type` (built-in or named) or written in place (`simple`, `complex`). max 0: switched off."""

    name: str
    type: str = ""
    min: int = 1
    max: int = 1
    nillable: bool = False
    fixed: str | None = None
    default: str | None = None
    simple: Simple | None = None
    complex: Union["Complex", None] = None


class Group(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True, tag="g", tag_field="k"):
    """Elements and groups in order (`seq`), one of them (`choice`), or all in any order (`all`)."""

    kind: str
    items: tuple[Union[Element, "Group"], ...]
    min: int = 1
    max: int = 1


class Complex(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """A complex type. `extends`: another complex type whose content comes first; `text`: type of its text (no elements)."""

    content: Group | None = None
    extends: str = ""
    text: str = ""
    mixed: bool = False
    asserts: tuple[str, ...] = ()


class ImportNote(msgspec.Struct, frozen=True):
    """Something of the XSD that the profile does not carry as it stood; `line` in the XSD."""

    code: str
    text: str
    line: int


class SchemaProfile(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """The compiled schema. `source_sha256`: of the XSD it was compiled from.

    provenance  fiu_export: the FIU's own XSD; specification: written here from the FIU's published text; generic: written here from the
                common vocabulary of goAML, for FIUs whose schema is not at hand
    """

    format: str
    fiu: str
    schema_id: str
    schema_version: str
    source_sha256: str
    roots: tuple[Element, ...]
    types: dict[str, Complex]
    simples: dict[str, Simple]
    warnings: tuple[ImportNote, ...] = ()
    provenance: Literal["fiu_export", "specification", "generic"] = "fiu_export"


class ProfileError(Exception):
    """A profile or map that cannot be used; one sentence for people. `code` is stable."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


def encode(profile: SchemaProfile) -> bytes:
    """The profile as one JSON document, one definition a line, the same bytes for the same profile."""
    return printed(msgspec.to_builtins(profile), ("types", "simples"))


def printed(document: Mapping[str, Any], tables: Container[str]) -> bytes:
    """A JSON object with a line for each field, and for each entry of those that `tables` names."""
    lines = []
    for name, value in document.items():
        if name in tables:
            inner = ",\n".join(f"  {_json(key)}: {_json(item)}" for key, item in value.items())
            lines.append(f" {_json(name)}: {{\n{inner}\n }}")
        else:
            lines.append(f" {_json(name)}: {_json(value)}")
    return ("{\n" + ",\n".join(lines) + "\n}\n").encode()


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()


def decode(raw: bytes) -> SchemaProfile:
    """The profile in `raw`. Raises ProfileError("profile_not_readable" | "profile_format")."""
    try:
        profile = msgspec.json.decode(raw, type=SchemaProfile)
    except msgspec.MsgspecError as error:
        raise ProfileError(
            "profile_not_readable", f"The schema profile cannot be read ({error}); import the FIU's XSD again."
        ) from error
    if profile.format != FORMAT:
        raise ProfileError(
            "profile_format", f"The schema profile is in format {profile.format!r}, not {FORMAT}; import the FIU's XSD again."
        )
    return profile


def elements(group: Group | None) -> Iterator[Element]:
    """Every element of a group and of the groups inside it, in schema order."""
    for item in group.items if group else ():
        if isinstance(item, Group):
            yield from elements(item)
        else:
            yield item


class Schema:
    """A profile with its look-ups: the content of an element and the facets of its value."""

    def __init__(self, profile: SchemaProfile) -> None:
        self.profile = profile
        self._contents: dict[str, tuple[Group, ...]] = {}
        self._facets: dict[str, tuple[Simple, ...]] = {}

    def root(self, name: str) -> Element | None:
        """The root element `name`, or None."""
        return next((element for element in self.profile.roots if element.name == name), None)

    def complex_of(self, element: Element) -> Complex | None:
        """The complex type of an element that has children, or None."""
        return element.complex or self.profile.types.get(element.type)

    def content(self, element: Element) -> tuple[Group, ...]:
        """Groups an element's children follow, inherited ones first; () for an element that holds text."""
        found = self.complex_of(element)
        if found is None or found.text:
            return ()
        if element.complex is not None or element.type not in self._contents:
            groups = self._inherited(found)
            if element.complex is not None:
                return groups
            self._contents[element.type] = groups
        return self._contents[element.type]

    def _inherited(self, kind: Complex) -> tuple[Group, ...]:
        own = (kind.content,) if kind.content else ()
        return self._inherited(self.profile.types[kind.extends]) + own if kind.extends else own

    def is_simple(self, element: Element) -> bool:
        """Whether the element holds text and no elements."""
        kind = self.complex_of(element)
        return kind is None or bool(kind.text)

    def facets(self, element: Element) -> tuple[Simple, ...]:
        """The restrictions on an element's text, from its own type up to the built-in; all must hold."""
        if element.simple is not None:
            return self.chain(element.simple)
        kind = self.complex_of(element)
        return self.facets_of(kind.text if kind else element.type)

    def facets_of(self, name: str) -> tuple[Simple, ...]:
        """The chain of restrictions of a named type; a built-in is the last link."""
        if name not in self._facets:
            simple = self.profile.simples.get(name)
            self._facets[name] = self.chain(simple) if simple else (Simple(base=name),)
        return self._facets[name]

    def chain(self, simple: Simple) -> tuple[Simple, ...]:
        """The restrictions on a value of the type `simple`; a union or a list is the last link of its own chain."""
        if simple.members or simple.item is not None:
            return (simple,)
        return (simple, *(self.chain(simple.inline) if simple.inline is not None else self.facets_of(simple.base)))
