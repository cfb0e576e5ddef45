"""An FIU's rules beyond what an XSD can say: its business rules (map.yaml) and the xs:assert conditions of its schema."""

import re
from collections.abc import Iterator
from functools import lru_cache

from lxml import etree

from connectors.fius.goaml.mapping import Form, FormMap, Rule
from connectors.fius.goaml.profile import Element, Group, elements
from schemas.filing import FilingError

_MY_CLIENT = re.compile(r"_my_client$")
# XPath 2 functions that XPath 1 knows by other names.
_XPATH1 = ((re.compile(r"\bexists\s*\("), "boolean("), (re.compile(r"\bempty\s*\("), "not("))


def check_rules(report: etree._Element, size: int, form: Form) -> Iterator[FilingError]:
    """Errors of a report (its XML and its size in bytes) against the business rules and limits of the map."""
    limits = form.map.limits
    if size > limits.file_bytes:
        text = f"The file has {size} bytes; the FIU takes at most {limits.file_bytes}. Split the report."
        yield FilingError("file_too_big", text, report.tag, "report")
    count = len(report.findall(_ours(form.map, "transaction")))
    if count > limits.transactions:
        text = f"The report has {count} transactions; the FIU takes at most {limits.transactions}. Split the report."
        yield FilingError("too_many_transactions", text, "report/transaction", "transfers")
    code = report.findtext(_ours(form.map, "report_code")) or ""
    for rule in form.map.rules:
        if (not rule.report_codes or code in rule.report_codes) and not _KINDS[rule.kind](report, rule, form.map):
            yield FilingError(rule.id, rule.text, rule.at or "report", "report")


def _ours(form_map: FormMap, name: str) -> str:
    return form_map.rename.get(name, name)


def _required(report: etree._Element, rule: Rule, _: FormMap) -> bool:
    found = report.findall(rule.at.partition("/")[2])
    return any(bool((node.text or "").strip()) or len(node) > 0 for node in found)


def _my_client(report: etree._Element, _: Rule, __: FormMap) -> bool:
    return any(_MY_CLIENT.search(str(node.tag)) for node in report.iter("*"))


def _local_currency(report: etree._Element, _: Rule, form_map: FormMap) -> bool:
    return report.findtext(_ours(form_map, "currency_code_local")) == form_map.currency


def _bi_party(report: etree._Element, _: Rule, form_map: FormMap) -> bool:
    return report.find(f".//{_ours(form_map, 'involved_parties')}") is None


def _max_characters(report: etree._Element, rule: Rule, _: FormMap) -> bool:
    return all(len(node.text or "") <= int(rule.value) for node in report.findall(rule.at.partition("/")[2]))


_KINDS = {
    "required": _required,
    "my_client": _my_client,
    "local_currency": _local_currency,
    "bi_party": _bi_party,
    "max_characters": _max_characters,
}


def check_asserts(report: etree._Element, form: Form) -> Iterator[FilingError]:
    """Errors against the conditions (xs:assert, xs:assertion) of the schema, which XSD 1.0 cannot check.

    A condition that XPath 1.0 cannot express is reported, never passed over.
    """
    root = form.schema.root(str(report.tag))
    if root is not None and has_asserts(form):
        yield from _asserts_below(report, root, form, str(report.tag))


@lru_cache(maxsize=64)
def has_asserts(form: Form) -> bool:
    """Whether the schema has conditions of this kind at all; most have none."""
    profile = form.schema.profile
    nested = any(_inline_asserts(kind.content) for kind in profile.types.values() if kind.content)
    named = any(kind.asserts for kind in profile.types.values()) or any(simple.asserts for simple in profile.simples.values())
    return named or nested or any(_element_asserts(root) for root in profile.roots)


def _inline_asserts(group: Group) -> bool:
    return any(_inline_asserts(item) if isinstance(item, Group) else _element_asserts(item) for item in group.items)


def _element_asserts(element: Element) -> bool:
    inner = element.complex
    if element.simple is not None and element.simple.asserts:
        return True
    return inner is not None and (bool(inner.asserts) or (inner.content is not None and _inline_asserts(inner.content)))


def _asserts_below(node: etree._Element, element: Element, form: Form, path: str) -> Iterator[FilingError]:
    kind = form.schema.complex_of(element)
    tests = [test for simple in form.schema.facets(element) for test in simple.asserts] if form.schema.is_simple(element) else []
    while kind is not None:
        tests += kind.asserts
        kind = form.schema.profile.types.get(kind.extends)
    for test in tests:
        yield from _hold(node, test, path)
    known = {inner.name: inner for group in form.schema.content(element) for inner in elements(group)}
    for child in node.iterchildren("*"):
        name = str(child.tag)
        if name in known:
            yield from _asserts_below(child, known[name], form, f"{path}/{name}")


def _hold(node: etree._Element, test: str, path: str) -> Iterator[FilingError]:
    expression = test
    for pattern, plain in _XPATH1:
        expression = pattern.sub(plain, expression)
    try:
        holds = bool(node.xpath(f"boolean({expression})"))
    except etree.XPathError:
        text = f"A condition of the FIU's schema cannot be checked here ({test}); have a person check the report in the FIU's portal."
        yield FilingError("condition_not_checkable", text, path, "")
        return
    if not holds:
        yield FilingError("condition_not_met", f"A condition of the FIU's schema is not met: {test}.", path, "")
