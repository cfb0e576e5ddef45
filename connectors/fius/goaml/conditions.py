"""What XSD 1.0 cannot check: the xs:assert conditions of a schema (XPath 2) and its .NET patterns, as rules of our own."""

from collections.abc import Iterator
from functools import lru_cache

from elementpath import ElementPathError, XPath2Parser, XPathContext
from lxml import etree

from connectors.fius.goaml.mapping import Form
from connectors.fius.goaml.patterns import net_regex
from connectors.fius.goaml.profile import Element, Group, elements
from schemas.filing import FilingError


def check_conditions(report: etree._Element, form: Form) -> Iterator[tuple[FilingError, etree._Element]]:
    """Errors of a report against the conditions of the schema, each with the element it is about.

    A condition that cannot be evaluated is reported, never passed over.
    """
    root = form.schema.root(str(report.tag))
    if root is not None and has_conditions(form):
        yield from _below(report, root, form, str(report.tag))


@lru_cache(maxsize=64)
def has_conditions(form: Form) -> bool:
    """Whether the schema has conditions of this kind at all; most have none."""
    profile = form.schema.profile
    nested = any(_inline(kind.content) for kind in profile.types.values() if kind.content)
    named = any(kind.asserts for kind in profile.types.values())
    simple = any(kind.asserts or kind.regexes for kind in profile.simples.values())
    return named or simple or nested or any(_has(root) for root in profile.roots)


def _inline(group: Group) -> bool:
    return any(_inline(item) if isinstance(item, Group) else _has(item) for item in group.items)


def _has(element: Element) -> bool:
    inner = element.complex
    if element.simple is not None and (element.simple.asserts or element.simple.regexes):
        return True
    return inner is not None and (bool(inner.asserts) or (inner.content is not None and _inline(inner.content)))


def _below(node: etree._Element, element: Element, form: Form, path: str) -> Iterator[tuple[FilingError, etree._Element]]:
    tests: list[str] = []
    if form.schema.is_simple(element):
        for simple in form.schema.facets(element):
            tests += simple.asserts
            if simple.regexes and not any(_matches(pattern, node.text or "") for pattern in simple.regexes):
                text = f"{path}: the value has characters or a shape the form does not accept."
                yield FilingError("pattern_mismatch", text, path, ""), node
    kind = form.schema.complex_of(element)
    while kind is not None:
        tests += kind.asserts
        kind = form.schema.profile.types.get(kind.extends)
    for test in tests:
        yield from _hold(node, test, path)
    known = {inner.name: inner for group in form.schema.content(element) for inner in elements(group)}
    for child in node.iterchildren("*"):
        name = str(child.tag)
        if name in known:
            yield from _below(child, known[name], form, f"{path}/{name}")


def _matches(pattern: str, value: str) -> bool:
    found = net_regex(pattern)
    return found is None or found.fullmatch(value) is not None


def _hold(node: etree._Element, test: str, path: str) -> Iterator[tuple[FilingError, etree._Element]]:
    try:
        token = XPath2Parser(strict=False).parse(test)
        holds = token.boolean_value(token.evaluate(XPathContext(node)))
    except ElementPathError:
        text = f"A condition of the FIU's schema cannot be checked here ({test}); have a person check the report in the FIU's portal."
        yield FilingError("condition_not_checkable", text, path, ""), node
        return
    if not holds:
        yield FilingError("condition_not_met", f"A condition of the FIU's schema is not met: {test}.", path, ""), node
