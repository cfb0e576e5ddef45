"""Validates a SAR batch in two stages: against FinCEN's schema (libxml2, on the XSD generated from the profile), then its rules."""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import cast

from lxml import etree

from connectors.fius.fincen.document import DocumentError, parse
from connectors.fius.fincen.locate import Found, Locator
from connectors.fius.fincen.mapping import Form
from connectors.fius.fincen.rules import broken_rules
from connectors.fius.fincen.xsd import generate
from schemas.filing import FilingError

# libxml2's error types -> our codes and sentences. Values never appear in a sentence: they may be names.
_CODES = {
    "SCHEMAV_CVC_ENUMERATION_VALID": ("code_not_in_list", "the code is not in FinCEN's list"),
    "SCHEMAV_CVC_MAXLENGTH_VALID": ("too_long", "the value is longer than the form allows"),
    "SCHEMAV_CVC_PATTERN_VALID": ("pattern_mismatch", "the value has a shape the form does not accept, or spaces around it"),
    "SCHEMAV_CVC_TOTALDIGITS_VALID": ("too_many_digits", "the number has more digits than the form accepts"),
    "SCHEMAV_CVC_DATATYPE_VALID_1_2_1": ("wrong_type", "the value is not of the kind the form expects"),
    "SCHEMAV_CVC_COMPLEX_TYPE_3_2_1": ("attribute_unknown", "the form has no such attribute here"),
    "SCHEMAV_CVC_TYPE_3_1_1": ("attribute_unknown", "the form has no such attribute here"),
    "SCHEMAV_CVC_COMPLEX_TYPE_4": ("attribute_missing", "an attribute is missing (SeqNum, or a total of the batch)"),
    "SCHEMAV_CVC_ELT_1": ("element_unknown", "the file is no batch of FinCEN's SAR form"),
    "SCHEMAV_CVC_ELT_5_2_2_2_2": ("value_fixed", "the form prescribes the value (SARX)"),
    "SCHEMAV_CVC_IDC": ("not_unique", "the value stands twice where it may stand once"),
}
_OTHERWISE = ("not_valid", "the form does not accept this")
_NAME = re.compile(r"\{[^}]*\}(\w+)")
# Follows another message about the same value and says nothing new.
_ECHO = "SCHEMAV_CVC_TYPE_3_1_3"
_DO = {"too_big": "Split the batch.", "dtd": "Remove it.", "not_xml": "Render it again."}


@lru_cache(maxsize=16)
def compiled(form: Form) -> etree.XMLSchema:
    """libxml2's schema for the form, compiled once."""
    return etree.XMLSchema(etree.fromstring(generate(form.schema.profile)))


def validate(payload: bytes, form: Form) -> tuple[FilingError, ...]:
    """Everything wrong with the bytes of a batch, ours or anyone's; empty where FinCEN's schema and rules are met.

    Shape  `target_path` has SeqNum in brackets, as FinCEN's own errors do; each text begins with the line
    """
    try:
        batch = parse(payload, form.map.limits.file_bytes)
    except DocumentError as error:
        return (FilingError(error.code, f"{error} {_DO[error.code]}", "", "report"),)
    locator = Locator(batch, form)
    return tuple(_structural(batch, form, locator)) or tuple(broken_rules(batch, form, locator))


def _structural(batch: etree._Element, form: Form, locator: Locator) -> Iterator[FilingError]:
    schema = compiled(form)
    if schema.validate(batch):
        return
    said: set[tuple[str, str, int]] = set()
    log = list(cast("Iterable[etree._LogEntry]", schema.error_log))
    for entry in [entry for entry in log if entry.type_name != _ECHO] or log:
        code, sentence = _meaning(entry.type_name, entry.message)
        found = _described(entry.path, batch, locator)
        if (code, found.target_path, entry.line) not in said:
            said.add((code, found.target_path, entry.line))
            text = f"Line {entry.line}, {found.target_path}: {sentence}."
            yield FilingError(code, text, found.target_path, found.canonical_path)


def _meaning(kind: str, message: str) -> tuple[str, str]:
    if kind != "SCHEMAV_ELEMENT_CONTENT":
        return _CODES.get(kind, _OTHERWISE)
    names = " or ".join(_NAME.findall(message.partition("Expected is")[2]))
    expected = f"; expected is {names}" if names else ""
    if "Missing child" in message:
        return "element_missing", f"something the form demands is missing inside{expected}"
    return "element_out_of_place", f"the element does not belong here or comes in the wrong order{expected}"


def _described(path: str | None, batch: etree._Element, locator: Locator) -> Found:
    """The element at libxml2's path, which names FinCEN's prefix where the file has one."""
    names = {prefix: uri for prefix, uri in batch.nsmap.items() if prefix}
    nodes = batch.xpath(path, namespaces=names or None) if path else []
    node = nodes[0] if isinstance(nodes, list) and nodes and isinstance(nodes[0], etree._Element) else batch
    return locator.describe(node)
