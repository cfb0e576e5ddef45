"""An FIU's rules beyond what an XSD can say: its business rules and limits (map.yaml)."""

from collections.abc import Iterator

from lxml import etree

from connectors.fius.goaml.map_rows import Rule
from connectors.fius.goaml.mapping import Form, FormMap
from schemas.filing import FilingError

_CLIENTS = ("t_from_my_client", "t_to_my_client", "person_my_client", "account_my_client", "entity_my_client")


def check_rules(report: etree._Element, size: int, form: Form) -> Iterator[FilingError]:
    """Errors of a report (its XML and its size in bytes) against the business rules and limits of the map.

    A file without a head is not asked for what stands in the FIU's web form.
    """
    limits = form.map.limits
    if size > limits.file_bytes:
        text = f"The file has {size} bytes; the FIU takes at most {limits.file_bytes}. Split the report."
        yield FilingError("file_too_big", text, str(report.tag), "report")
    count = sum(1 for _ in report.iter(_ours(form.map, "transaction")))
    if count > limits.transactions:
        text = f"The report has {count} transactions; the FIU takes at most {limits.transactions}. Split the report."
        yield FilingError("too_many_transactions", text, "report/transaction", "transfers")
    code = report.findtext(_ours(form.map, "report_code")) or ""
    for rule in form.map.rules:
        if form.headless and rule.kind != "max_characters":
            continue
        if (not rule.report_codes or code in rule.report_codes) and not _KINDS[rule.kind](report, rule, form.map):
            yield FilingError(rule.id, rule.text, rule.at or "report", "report")


def _ours(form_map: FormMap, name: str) -> str:
    return form_map.rename.get(name, name)


def _said(node: etree._Element) -> bool:
    return bool((node.text or "").strip()) or len(node) > 0


def _found(report: etree._Element, path: str) -> list[etree._Element]:
    """The elements at a path that starts with the root's own name."""
    return report.findall(path.partition("/")[2])


def _required(report: etree._Element, rule: Rule, _: FormMap) -> bool:
    return any(map(_said, _found(report, rule.at)))


def _required_with(report: etree._Element, rule: Rule, _: FormMap) -> bool:
    """Where the element at `at` says `value` ("": anything), its neighbour `needs` must say something."""
    for node in _found(report, rule.at):
        told = (node.text or "").strip()
        asks = told == rule.value if rule.value else _said(node)
        parent = node.getparent()
        near = parent.find(rule.needs) if parent is not None else None
        if asks and (near is None or not _said(near)):
            return False
    return True


def _my_client(report: etree._Element, _: Rule, form_map: FormMap) -> bool:
    return next(report.iter(*(_ours(form_map, name) for name in _CLIENTS)), None) is not None


def _local_currency(report: etree._Element, _: Rule, form_map: FormMap) -> bool:
    return report.findtext(_ours(form_map, "currency_code_local")) == form_map.currency or not form_map.currency


def _bi_party(report: etree._Element, _: Rule, form_map: FormMap) -> bool:
    return next(report.iter(_ours(form_map, "involved_parties")), None) is None


def _max_characters(report: etree._Element, rule: Rule, _: FormMap) -> bool:
    return all(len(node.text or "") <= int(rule.value) for node in _found(report, rule.at))


_KINDS = {
    "required": _required,
    "required_with": _required_with,
    "my_client": _my_client,
    "local_currency": _local_currency,
    "bi_party": _bi_party,
    "max_characters": _max_characters,
}
