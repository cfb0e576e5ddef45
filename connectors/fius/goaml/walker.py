"""Renders a report as goAML XML by walking the FIU's own schema and asking for a value for each element.

No namespace, no attributes, UTF-8, and the same bytes for the same input. What the FIU's form demands and nobody told us is
filled by a placeholder rule of the FIU's map, or the report is held with a coded error; nothing is made up in silence.
"""

from collections.abc import Iterator
from copy import deepcopy

from lxml import etree

from connectors.fius.goaml.ledger import CANONICAL, Ledger
from connectors.fius.goaml.mapping import Form
from connectors.fius.goaml.offer import Leaf, Node, Offer
from connectors.fius.goaml.profile import UNBOUNDED, Element, Group, elements
from connectors.fius.goaml.values import UnfitError, fit
from schemas.filing import FilingError

DISABLED, NOT_IN_SCHEMA, OTHER_CHOICE = "DISABLED_BY_FIU", "NOT_IN_SCHEMA", "SAID_IN_OTHER_ELEMENT"
NOT_KNOWN, TOO_MANY = "NOT_KNOWN", "MORE_THAN_THE_FORM_TAKES"
_MOST = 10**9
# goAML 5 names for what an older element says too; offered beside it so that the schema can take either.
_ALTERNATIVES = frozenset({"report_date", "identifications", "emails", "related_persons", "account_type"})


class Spot:
    """The place the walk is at: an element being written, and what is offered for its children and not used yet."""

    __slots__ = ("node", "offered", "path", "xml")

    def __init__(self, node: Node, path: str, xml: etree._Element, names: dict[str, str]) -> None:
        self.node = node
        self.path = path
        self.xml = xml
        self.offered = {names.get(name, name): list(values) for name, values in node.fields.items()}


class Walker:
    """Walks one form. After `walk` the ledger says what became of every field."""

    def __init__(self, form: Form) -> None:
        self.form = form
        self.ledger = Ledger()
        self._names = dict(form.map.rename)
        self._done: dict[tuple[int, str], tuple[etree._Element, Node]] = {}

    def walk(self, root: Element, node: Node) -> etree._Element:
        """The XML of `root` filled from `node`."""
        xml = etree.Element(root.name)
        self._content(root, node, root.name, xml)
        return xml

    def _content(self, element: Element, node: Node, path: str, xml: etree._Element) -> None:
        spot = Spot(node, path, xml, self._names)
        known: set[str] = set()
        for group in self.form.schema.content(element):
            known.update(inner.name for inner in elements(group))
            self._group(group, spot)
        for name, values in spot.offered.items():
            if values:
                said = name in known or name in _ALTERNATIVES
                self.ledger.absent(values[0].at, f"{path}/{name}", OTHER_CHOICE if said else NOT_IN_SCHEMA)

    def _item(self, item: Element | Group, times: int, spot: "Spot") -> None:
        if isinstance(item, Group):
            self._group(item, spot)
        else:
            self._elements(item, times, spot)

    def _group(self, group: Group, spot: "Spot") -> None:
        """Renders a group; what it uses is taken out of what is offered. An optional group is left out if it cannot be complete."""
        if group.max == 0 or (group.kind != "choice" and group.min == 0 and not self._can_fill(group, spot.offered)):
            self._absent(group, spot, DISABLED if group.max == 0 else NOT_KNOWN)
            return
        before, size = self.ledger.mark(), len(spot.xml)
        if group.kind == "choice":
            self._choice(group, spot)
        else:
            self._sequence(group, spot)
        failed = group.min == 0 and self.ledger.errors_since(before)
        if failed and not self.ledger.any_of(before, self.form.map.must_carry, spot.path):
            del spot.xml[size:]
            self.ledger.take_back(before, "", spot.path)

    def _absent(self, group: Group, spot: "Spot", reason: str) -> None:
        for inner in elements(group):
            self.ledger.absent("", f"{spot.path}/{inner.name}", reason)

    def _sequence(self, group: Group, spot: "Spot") -> None:
        repeated = group.max != 1 and len(group.items) > 1
        if not repeated:
            for item in group.items:
                self._item(item, group.max, spot)
            return
        wanted = max((len(spot.offered.get(inner.name, ())) for inner in elements(group)), default=0)
        rounds = max(min(wanted, _MOST if group.max == UNBOUNDED else group.max), group.min)
        whole = spot.offered
        for number in range(rounds):
            spot.offered = {name: values[number : number + 1] for name, values in whole.items()}
            for item in group.items:
                self._item(item, 1, spot)
        names = {inner.name for inner in elements(group)}
        spot.offered = {name: values for name, values in whole.items() if name not in names}

    def _choice(self, group: Group, spot: "Spot") -> None:
        branches = [item for item in group.items if self._can_fill(item, spot.offered)]
        branches = branches or [item for item in group.items if any(spot.offered.get(inner.name) for inner in _members(item))]
        if not branches and group.min > 0:
            branches = [item for item in group.items if self._has_placeholder(item, spot.path)] or list(group.items[:1])
        if not branches:
            self._absent(group, spot, NOT_KNOWN)
            return
        self._item(min(branches, key=self._rank), group.max, spot)

    def _can_fill(self, item: Element | Group, offered: dict[str, list[Offer]]) -> bool:
        """Whether something was offered for the item; for a sequence: something, and all that it demands."""
        if isinstance(item, Element):
            return item.max != 0 and bool(offered.get(item.name))
        can = [self._can_fill(inner, offered) for inner in item.items] if item.max != 0 else []
        return any(can) and (
            item.kind == "choice" or all(ok or inner.min == 0 for ok, inner in zip(can, item.items, strict=True))
        )

    def _rank(self, item: Element | Group) -> int:
        preferred = self.form.map.prefer
        return min((preferred.index(inner.name) for inner in _members(item) if inner.name in preferred), default=len(preferred))

    def _has_placeholder(self, item: Element | Group, path: str) -> bool:
        return any(inner.max != 0 and self.form.placeholder(f"{path}/{inner.name}") for inner in _members(item))

    def _elements(self, element: Element, times: int, spot: "Spot") -> None:
        """All occurrences of one element; `times`: how often its group may be repeated."""
        path = f"{spot.path}/{element.name}"
        values = spot.offered.pop(element.name, [])
        if element.max == 0:
            self.ledger.absent(values[0].at if values else "", path, DISABLED)
            return
        most = _MOST if UNBOUNDED in (element.max, times) else element.max * times
        written = 0
        failures: list[FilingError] = []
        for value in values:
            if written >= most:
                self._too_many(element, value, path)
                break
            failed = self._one(element, value, path, spot.xml)
            failures += failed
            written += not failed
        if not values and element.min > 0:
            self._fill(element, spot, path)
        elif not values:
            self.ledger.absent("", path, NOT_KNOWN)
        elif written < element.min:
            self.ledger.put_back(failures)

    def _too_many(self, element: Element, value: Offer, path: str) -> None:
        if element.name in self.form.map.must_carry:
            self.ledger.error("too_many", value.at, path)
        else:
            self.ledger.absent(value.at, path, TOO_MANY)

    def _one(self, element: Element, value: Offer, path: str, xml: etree._Element) -> list[FilingError]:
        """Writes one element; where its content does not fit, leaves it out and says why."""
        before = self.ledger.mark()
        child = self._written(element, value, path)
        if self.ledger.errors_since(before) and element.name not in self.form.map.must_carry:
            return self.ledger.take_back(before, value.at, path)
        if child is not None and (len(child) or child.text or element.min > 0 or isinstance(value, Leaf)):
            xml.append(child)
        return []

    def _written(self, element: Element, value: Offer, path: str) -> etree._Element | None:
        if isinstance(value, Leaf):
            return self._leaf(element, value, path)
        if self.form.schema.is_simple(element):
            self.ledger.error("wrong_type", value.at, path)
            return None
        key = (id(value), path)
        if value.shared and key in self._done:
            return deepcopy(self._done[key][0])
        before = self.ledger.mark()
        child = etree.Element(element.name)
        self._content(element, value, path, child)
        if value.rule:
            self.ledger.placeholder(value.at, path, value.rule)
        if value.shared and not self.ledger.errors_since(before):
            self._done[key] = (child, value)  # the node is kept alive so that its id stays its own
            return deepcopy(child)
        return child

    def _leaf(self, element: Element, leaf: Leaf, path: str) -> etree._Element | None:
        if not self.form.schema.is_simple(element):
            self.ledger.error("wrong_type", leaf.at, path)
            return None
        try:
            text, rule = fit(leaf, element, self.form)
        except UnfitError as unfit:
            self.ledger.error(unfit.code, leaf.at, path)
            return None
        child = etree.Element(element.name)
        child.text = text
        if leaf.filled:
            self.ledger.placeholder(leaf.at, path, rule)
        else:
            self.ledger.present(leaf.at, path, rule)
        return child

    def _fill(self, element: Element, spot: "Spot", path: str) -> None:
        """A mandatory element nobody told us: by rule, or an error."""
        rule = self.form.placeholder(path)
        at = self.ledger.canonical(spot.node.at, element.name)
        if rule is None:
            self.ledger.error("mandatory_missing" if element.name in CANONICAL else "mandatory_unmapped", at, path)
            return
        if rule.node:
            child = etree.Element(element.name)
            inner = Node(at, spot.node.facts)
            self._content(element, inner, path, child)
            spot.xml.append(child)
        else:
            value = spot.node.facts.get(rule.fact, "") if rule.fact else rule.value
            if rule.fact and not value:
                self.ledger.error("mandatory_missing", at, path)
                return
            leaf = self._leaf(element, Leaf(value, at).by(rule.id, filled=True), path)
            if leaf is not None:
                spot.xml.append(leaf)
            return
        self.ledger.placeholder(at, path, rule.id)


def _members(item: Element | Group) -> Iterator[Element]:
    if isinstance(item, Group):
        yield from elements(item)
    else:
        yield item
