"""An element at its place in one form: what the walk needs to know about it, worked out once and kept for every report."""

from functools import lru_cache
from typing import TYPE_CHECKING

from connectors.fius.goaml.map_rows import Field
from connectors.fius.goaml.mapping import Form
from connectors.fius.goaml.profile import Element, elements
from connectors.fius.goaml.values import Fitter

if TYPE_CHECKING:
    from connectors.fius.goaml.recipes import Recipe, Shape


class Place:
    """One element of the form, seen from the root.

    path     names from the root, "report/transaction/t_from"; `known`: names of its children in any branch
    field    what the FIU uses it for where that is not what its name says; `fields`: the same of its children
    written_before  the XML of codes and placeholders, and the rule that changed the value
    recipes  what to write for a shape of offers (recipes.py), filled as reports are rendered
    """

    __slots__ = ("_children", "element", "empty", "end", "field", "fields", "fitter", "form", "groups", "is_simple", "known", "name", "path",
                 "placeholder", "recipes", "start", "written_before")  # fmt: skip

    def __init__(self, element: Element, path: str, form: Form) -> None:
        self.element = element
        self.name = element.name
        self.path = path
        self.form = form
        self.start, self.end, self.empty = f"<{element.name}>", f"</{element.name}>", f"<{element.name}/>"
        self.is_simple = form.schema.is_simple(element)
        self.groups = form.schema.content(element)
        self.known = frozenset(inner.name for group in self.groups for inner in elements(group))
        self.placeholder = form.placeholder(path)
        self.field = form.field(path)
        self.fitter = Fitter(element, form) if self.is_simple else None
        told = ((name, form.field(f"{path}/{name}")) for name in sorted(self.known)) if form.fields else ()
        self.fields: dict[str, Field] = {name: field for name, field in told if field is not None}
        self._children: dict[int, Place] = {}
        self.recipes: dict[Shape, Recipe] = {}
        self.written_before: dict[tuple[str, str, str], tuple[str, str]] = {}

    def child(self, element: Element) -> "Place":
        """The place of one of its children. The element belongs to the form's schema, which outlives its places."""
        found = self._children.get(id(element))
        if found is None:
            found = self._children[id(element)] = Place(element, f"{self.path}/{element.name}", self.form)
        return found

    def written(self, inner: str) -> str:
        """The element with `inner` in it, as XML."""
        return f"{self.start}{inner}{self.end}" if inner else self.empty


@lru_cache(maxsize=64)
def root_place(form: Form) -> Place:
    """The root of a form."""
    assert form.root is not None  # the importer refuses a schema without one
    return Place(form.root, form.root.name, form)
