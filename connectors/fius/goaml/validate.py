"""Validates goAML XML in two stages: against the FIU's schema (libxml2, on the XSD generated from the profile), then its rules."""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import cast

from lxml import etree

from connectors.fius.goaml.ledger import Ledger
from connectors.fius.goaml.mapping import Form
from connectors.fius.goaml.rules import check_asserts, check_rules
from connectors.fius.goaml.xsd import generate
from schemas.filing import FilingError

# libxml2's error types -> our codes and sentences. Values never appear in a sentence: they may be names.
_CODES = {
    "SCHEMAV_CVC_ENUMERATION_VALID": ("code_not_in_list", "the code is not in the FIU's list"),
    "SCHEMAV_CVC_MAXLENGTH_VALID": ("too_long", "the value is longer than the form allows"),
    "SCHEMAV_CVC_MINLENGTH_VALID": ("too_short", "the value is shorter than the form demands"),
    "SCHEMAV_CVC_LENGTH_VALID": ("wrong_length", "the value has not the length the form demands"),
    "SCHEMAV_CVC_PATTERN_VALID": ("pattern_mismatch", "the value has characters or a shape the form does not accept"),
    "SCHEMAV_CVC_MININCLUSIVE_VALID": ("out_of_range", "the value is below the least the form accepts"),
    "SCHEMAV_CVC_MAXINCLUSIVE_VALID": ("out_of_range", "the value is above the most the form accepts"),
    "SCHEMAV_CVC_MINEXCLUSIVE_VALID": ("out_of_range", "the value is below what the form accepts"),
    "SCHEMAV_CVC_MAXEXCLUSIVE_VALID": ("out_of_range", "the value is above what the form accepts"),
    "SCHEMAV_CVC_FRACTIONDIGITS_VALID": ("too_many_decimals", "the number has more decimals than the form accepts"),
    "SCHEMAV_CVC_TOTALDIGITS_VALID": ("too_many_digits", "the number has more digits than the form accepts"),
    "SCHEMAV_CVC_DATATYPE_VALID_1_2_1": ("wrong_type", "the value is not of the kind the form expects"),
    "SCHEMAV_CVC_FACET_VALID": ("value_not_accepted", "the form does not accept the value"),
    "SCHEMAV_CVC_ELT_1": ("element_unknown", "the form has no such element here"),
    "SCHEMAV_CVC_COMPLEX_TYPE_3_2_1": ("attribute_unknown", "the form allows no attribute here"),
    "SCHEMAV_CVC_ELT_5_2_2_2_2": ("value_fixed", "the form prescribes the value"),
    "SCHEMAV_CVC_ELT_5_2_2_2_1": ("value_fixed", "the form prescribes the value"),
}
# Follows another message about the same value and says nothing new.
_ECHOES = frozenset({"SCHEMAV_CVC_TYPE_3_1_1", "SCHEMAV_CVC_TYPE_3_1_3"})
_EXPECTED = re.compile(r"Expected is (?:one of )?\( ?(?P<names>[^)]*?) ?\)")
_INDEX = re.compile(r"\[\d+\]")


@lru_cache(maxsize=64)
def compiled(form: Form) -> etree.XMLSchema:
    """libxml2's schema for a form, compiled once."""
    return etree.XMLSchema(etree.fromstring(generate(form.schema.profile)))


def validate(payload: bytes, form: Form, canonical: Mapping[str, str] | None = None) -> tuple[FilingError, ...]:
    """Everything wrong with the bytes of a report; empty where the FIU's schema and rules are met.

    canonical  target path -> canonical field, to say where a value came from; without it the field is guessed from its name
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        report = etree.fromstring(payload, parser)
    except etree.XMLSyntaxError as error:
        return (FilingError("not_xml", f"The file is not well-formed XML (line {error.lineno}); render it again.", "", ""),)
    if b"<!DOCTYPE" in payload[:4096]:
        return (FilingError("dtd", "The file carries a DTD; a report must not.", "", ""),)
    found = tuple(structural(report, form, canonical or {}))
    if found:
        return found
    return (*check_asserts(report, form), *check_rules(report, len(payload), form))


def structural(report: etree._Element, form: Form, canonical: Mapping[str, str]) -> Iterator[FilingError]:
    """Errors of a report against the FIU's schema."""
    schema = compiled(form)
    if schema.validate(report):
        return
    said: set[tuple[str, str]] = set()
    for entry in cast("Iterable[etree._LogEntry]", schema.error_log):
        if entry.type_name in _ECHOES:
            continue
        path = (entry.path or f"/{report.tag}").lstrip("/")
        code, sentence = _meaning(entry.type_name, entry.message)
        if (code, path) in said:
            continue
        said.add((code, path))
        plain = _INDEX.sub("", path)
        parent, _, name = plain.rpartition("/")
        field = canonical.get(plain) or Ledger.canonical(canonical.get(parent, ""), name)
        yield FilingError(code, f"{path}: {sentence}.", path, field)


def _meaning(kind: str, message: str) -> tuple[str, str]:
    if kind == "SCHEMAV_ELEMENT_CONTENT":
        expected = _EXPECTED.search(message)
        names = f"; expected is {expected['names'].replace(',', ' or')}" if expected else ""
        if "Missing child" in message:
            return "element_missing", f"something the form demands is missing inside{names}"
        return "element_out_of_place", f"the element does not belong here or comes in the wrong order{names}"
    return _CODES.get(kind, ("not_valid", "the form does not accept this"))
