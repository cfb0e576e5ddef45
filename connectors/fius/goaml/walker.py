"""Renders a report as goAML XML by walking the FIU's own schema and asking for a value for each element.

No namespace, no attributes, UTF-8, and the same bytes for the same input. What the FIU's form demands and nobody told us is
filled by a placeholder rule of the FIU's map, or the report is held with a coded error; nothing is made up in silence.
"""

from collections.abc import Iterator
from copy import deepcopy

from lxml import etree

from connectors.fius.goaml.ledger import Ledger
from connectors.fius.goaml.mapping import Form
from connectors.fius.goaml.offer import Leaf, Node, Offer
from connectors.fius.goaml.profile import UNBOUNDED, Element, Group, elements
from connectors.fius.goaml.values import Unfit, fit
from schemas.filing import FilingError

DISABLED, NOT_IN_SCHEMA, OTHER_CHOICE = "DISABLED_BY_FIU", "NOT_IN_SCHEMA", "SAID_IN_OTHER_ELEMENT"
NOT_KNOWN, TOO_MANY = "NOT_KNOWN", "MORE_THAN_THE_FORM_TAKES"
_MOST = 10**9


class Walker:
    """Walks one form. After `walk` the ledger says what became of every field."""

    def __init__(self, form: Form) -> None:
        self.form = form
        self.ledger = Ledger()
        self._names = {ours: theirs for ours, theirs in form.map.rename.items()}
        self._done: dict[tuple[int, str], tuple[etree._Element, Node]] = {}

    def walk(self, root: Element, node: Node) -> etree._Element:
        """The XML of `root` filled from `node`."""
        xml = etree.Element(root.name)
        self._content(root, node, root.name, xml)
        return xml

    def _content(self, element: Element, node: Node, path: str, xml: etree._Element) -> None:
        offered = {self._names.get(name, name): values for name, values in node.fields.items()}
        known: set[str] = set()
        for group in self.form.schema.content(element):
            known.update(inner.name for inner in elements(group))
            self._group(group, offered, node, path, xml)
        for name, values in offered.items():
            if values:
                self.ledger.absent(values[0].at, f"{path}/{name}", OTHER_CHOICE if name in known else NOT_IN_SCHEMA)

    def _group(self, group: Group, offered: dict[str, list[Offer]], node: Node, path: str, xml: etree._Element) -> None:
        """Renders a group; what it uses is taken out of `offered`."""
        if group.max == 0:
            for inner in elements(group):
                self.ledger.absent("", f"{path}/{inner.name}", DISABLED)
            return
        if group.kind == "choice":
            self._choice(group, offered, node, path, xml)
            return
        if group.min == 0 and not self._can_fill(group, offered):
            for inner in elements(group):
                self.ledger.absent("", f"{path}/{inner.name}", NOT_KNOWN)
            return
        before, size = self.ledger.mark(), len(xml)
        repeated = group.max != 1 and len(group.items) > 1
        for _ in range(self._rounds(group, offered) if repeated else 1):
            for item in group.items:
                if isinstance(item, Group):
                    self._group(item, offered, node, path, xml)
                else:
                    self._elements(item, 1 if repeated else group.max, offered, (node, path, xml))
        if group.min == 0:
            self._undo(before, size, path, xml)

    def _undo(self, before: int, size: int, path: str, xml: etree._Element) -> None:
        """Leaves out what an optional group wrote if it cannot be complete."""
        if self.ledger.errors_since(before) and not self.ledger.any_of(before, self.form.map.must_carry):
            del xml[size:]
            self.ledger.take_back(before, "", path)

    def _rounds(self, group: Group, offered: dict[str, list[Offer]]) -> int:
        wanted = max((len(offered.get(inner.name, ())) for inner in elements(group)), default=0)
        return max(min(wanted, _MOST if group.max == UNBOUNDED else group.max), group.min)

    def _can_fill(self, item: Element | Group, offered: dict[str, list[Offer]]) -> bool:
        """Whether something was offered for the item, for a sequence: for all it demands, if it demands anything."""
        if isinstance(item, Element):
            return item.max != 0 and bool(offered.get(item.name))
        if item.max == 0:
            return False
        if item.kind == "choice":
            return any(self._can_fill(inner, offered) for inner in item.items)
        return any(self._can_fill(inner, offered) for inner in item.items) and all(
            self._can_fill(inner, offered) for inner in item.items if inner.min > 0
        )

    def _choice(self, group: Group, offered: dict[str, list[Offer]], node: Node, path: str, xml: etree._Element) -> None:
        branches = [item for item in group.items if self._can_fill(item, offered)]
        if not branches:
            branches = [item for item in group.items if any(offered.get(inner.name) for inner in _members(item))]
        if not branches and group.min > 0:
            branches = [item for item in group.items if self._has_placeholder(item, path)] or list(group.items[:1])
        if not branches:
            for inner in elements(group):
                self.ledger.absent("", f"{path}/{inner.name}", NOT_KNOWN)
            return
        chosen = min(branches, key=self._rank)
        before, size = self.ledger.mark(), len(xml)
        if isinstance(chosen, Group):
            self._group(chosen, offered, node, path, xml)
        else:
            self._elements(chosen, group.max, offered, (node, path, xml))
        if group.min == 0:
            self._undo(before, size, path, xml)

    def _rank(self, item: Element | Group) -> int:
        preferred = self.form.map.prefer
        return min((preferred.index(inner.name) for inner in _members(item) if inner.name in preferred), default=len(preferred))

    def _has_placeholder(self, item: Element | Group, path: str) -> bool:
        return any(inner.max != 0 and self.form.placeholder(f"{path}/{inner.name}") for inner in _members(item))

    def _elements(
        self, element: Element, times: int, offered: dict[str, list[Offer]], place: tuple[Node, str, etree._Element]
    ) -> None:
        """All occurrences of one element; `times`: how often its group may be repeated."""
        node, parent, xml = place
        path = f"{parent}/{element.name}"
        values = offered.pop(element.name, [])
        if element.max == 0:
            self.ledger.absent(values[0].at if values else "", path, DISABLED)
            return
        most = _MOST if UNBOUNDED in (element.max, times) else element.max * times
        written = 0
        failures: list[FilingError] = []
        for value in values:
            if written >= most:
                self.ledger.absent(value.at, path, TOO_MANY)
                break
            failed = self._one(element, value, path, xml)
            failures += failed
            written += not failed
        if not values and element.min > 0:
            self._fill(element, node, path, xml)
        elif not values:
            self.ledger.absent("", path, NOT_KNOWN)
        elif written < element.min:
            self.ledger.put_back(failures)

    def _one(self, element: Element, value: Offer, path: str, xml: etree._Element) -> list[FilingError]:
        """Writes one element; where its content does not fit, leaves it out and says why."""
        before = self.ledger.mark()
        child = self._written(element, value, path)
        must = element.name in self.form.map.must_carry
        if self.ledger.errors_since(before) and not must:
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
        except Unfit as unfit:
            self.ledger.error(unfit.code, leaf.at, path)
            return None
        child = etree.Element(element.name)
        child.text = text
        if leaf.filled:
            self.ledger.placeholder(leaf.at, path, rule)
        else:
            self.ledger.present(leaf.at, path, rule)
        return child

    def _fill(self, element: Element, node: Node, path: str, xml: etree._Element) -> None:
        """A mandatory element nobody told us: by rule, or an error."""
        rule = self.form.placeholder(path)
        at = self.ledger.canonical(node.at, element.name)
        if rule is None:
            known = self.form.schema.is_simple(element)
            self.ledger.error("mandatory_missing" if known else "mandatory_unmapped", at, path)
            return
        if rule.node:
            child = etree.Element(element.name)
            inner = Node(at, node.facts)
            self._content(element, inner, path, child)
            xml.append(child)
        else:
            value = node.facts.get(rule.fact, "") if rule.fact else rule.value
            if rule.fact and not value:
                self.ledger.error("mandatory_missing", at, path)
                return
            leaf = self._leaf(element, Leaf(value, at).by(rule.id, filled=True), path)
            if leaf is not None:
                xml.append(leaf)
            return
        self.ledger.placeholder(at, path, rule.id)


def _members(item: Element | Group) -> Iterator[Element]:
    if isinstance(item, Group):
        yield from elements(item)
    else:
        yield item
