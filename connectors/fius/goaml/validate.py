"""Validates goAML XML in two stages: against the FIU's schema (libxml2, on the XSD generated from the profile), then its rules."""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any, cast

from lxml import etree

from connectors.fius.checked import Located
from connectors.fius.goaml.archive import SIGNATURE, ArchiveRefused, reports_in
from connectors.fius.goaml.conditions import check_conditions
from connectors.fius.goaml.ledger import Ledger
from connectors.fius.goaml.mapping import Form
from connectors.fius.goaml.quick_lists import generate_quick
from connectors.fius.goaml.rules import check_rules
from connectors.fius.goaml.xsd import generate
from connectors.fius.goaml.xsd_document import has_dtd, line_of
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
    "SCHEMAV_CVC_TYPE_3_1_1": ("attribute_unknown", "the form allows no attribute here"),
    "SCHEMAV_CVC_ELT_5_2_2_2_2": ("value_fixed", "the form prescribes the value"),
    "SCHEMAV_CVC_ELT_5_2_2_2_1": ("value_fixed", "the form prescribes the value"),
}
# Follows another message about the same value and says nothing new.
_ECHO = "SCHEMAV_CVC_TYPE_3_1_3"
_EXPECTED = re.compile(r"Expected is (?:one of )?\( ?(?P<names>[^)]*?) ?\)")
_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_INDEX = re.compile(r"\[\d+\]")


# libxml2's codes for bytes that are not in the encoding the file claims.
_ENCODING = frozenset({
    etree.ErrorTypes.ERR_INVALID_ENCODING, etree.ErrorTypes.ERR_UNKNOWN_ENCODING, etree.ErrorTypes.ERR_UNSUPPORTED_ENCODING,
    etree.ErrorTypes.I18N_CONV_FAILED, etree.ErrorTypes.ERR_INVALID_CHAR,
})  # fmt: skip
MOST_BYTES = 100_000_000  # DEF: twenty times the largest upload an FIU is known to take


@lru_cache(maxsize=64)
def compiled(form: Form) -> etree.XMLSchema:
    """libxml2's schema for a form, compiled once."""
    return etree.XMLSchema(etree.fromstring(generate(form.schema.profile)))


@lru_cache(maxsize=64)
def quick(form: Form) -> etree.XMLSchema:
    """A schema of the same verdict that is much quicker on long code lists; it is asked first."""
    return etree.XMLSchema(etree.fromstring(generate_quick(form.schema.profile)))


def validate(payload: bytes, form: Form, canonical: Mapping[str, str] | None = None) -> tuple[FilingError, ...]:
    """Everything wrong with the bytes of one report; empty where the FIU's schema and rules are met.

    canonical  target path -> canonical field, to say where a value came from; without it the field is guessed from its name
    """
    found = examine_xml(payload, form, canonical)
    return tuple(one.error for one in found if one.error.code not in form.rule_codes) or tuple(one.error for one in found)


def examine(payload: bytes, form: Form) -> tuple[Located, ...]:
    """Everything wrong with a file that somebody hands in: a report as XML, or an archive of reports and attachments."""
    if not payload.startswith(SIGNATURE):
        return examine_xml(payload, form)
    errors: list[Located] = []
    count = 0
    try:
        for name, raw in reports_in(payload):
            count += 1
            errors += [found._replace(entry=name) for found in examine_xml(raw, form)]
    except ArchiveRefused as refused:
        return (*errors, refused.found)
    most = form.map.packaging.reports
    if count > most:
        text = f"The archive holds {count} reports; the FIU takes {most} in one archive."
        errors.append(Located(FilingError("too_many_reports", text, "", "")))
    return tuple(errors)


def examine_xml(payload: bytes, form: Form, canonical: Mapping[str, str] | None = None) -> tuple[Located, ...]:
    """Everything wrong with one XML report, with lines: against the schema, then against its conditions and the FIU's rules."""
    if len(payload) > MOST_BYTES:
        return (Located(FilingError("too_big_to_check", f"The file has more than {MOST_BYTES // 1_000_000} MB.", "", "")),)
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        report = etree.fromstring(payload, parser)
    except etree.XMLSyntaxError as error:
        return (_unreadable(error),)
    if has_dtd(report):
        return (Located(FilingError("dtd", "The file carries a DTD; a report must not.", "", ""), 1),)
    first = _without_namespace(report)
    found = (*first, *structural(report, form, canonical or {}))
    if found and report.tag != form.root_name:
        return found
    conditions = [Located(error, line_of(node)) for error, node in check_conditions(report, form)]
    rules = [Located(error, _line(report, error.target_path)) for error in check_rules(report, len(payload), form)]
    return (*found, *conditions, *rules)


def _unreadable(error: etree.XMLSyntaxError) -> Located:
    line = error.lineno or 0
    if cast(Any, error).code in _ENCODING:
        text = f"The bytes in line {line} are not in the encoding the file claims, or are characters XML does not allow."
        return Located(FilingError("wrong_encoding", text, "", ""), line)
    return Located(FilingError("not_xml", f"The file is not well-formed XML (line {line}); render it again.", "", ""), line)


def _without_namespace(report: etree._Element) -> tuple[Located, ...]:
    """Takes the report out of a namespace it should not be in, so that everything else can be checked, and says so.

    Hints where a schema lies are dropped unread: nobody's file decides what is loaded here.
    """
    for hint in (f"{{{_XSI}}}schemaLocation", f"{{{_XSI}}}noNamespaceSchemaLocation"):
        if hint in report.attrib:
            del report.attrib[hint]
    name = str(report.tag)
    if not name.startswith("{"):
        return ()
    for node in report.iter("{*}*"):
        node.tag = str(node.tag).rpartition("}")[2]
    text = f"<{report.tag}> stands in the namespace {name[1:].partition('}')[0]}; a goAML report stands in none."
    return (Located(FilingError("namespace_on_root", text, str(report.tag), ""), line_of(report)),)


def _line(report: etree._Element, path: str) -> int:
    """The line of the nearest element on `path` that is there."""
    node = report
    for step in path.split("/")[1:]:
        inner = node.find(step)
        if inner is None:
            break
        node = inner
    return line_of(node)


def structural(report: etree._Element, form: Form, canonical: Mapping[str, str]) -> Iterator[Located]:
    """Errors of a report against the FIU's schema."""
    schema = compiled(form)
    if quick(form).validate(report) or schema.validate(report):
        return
    said: set[tuple[str, str]] = set()
    log = list(cast("Iterable[etree._LogEntry]", schema.error_log))
    for entry in [entry for entry in log if entry.type_name != _ECHO] or log:
        path = (entry.path or f"/{report.tag}").lstrip("/")
        code, sentence = _meaning(entry.type_name, entry.message)
        if (code, path) in said:
            continue
        said.add((code, path))
        plain = _INDEX.sub("", path)
        parent, _, name = plain.rpartition("/")
        field = canonical.get(plain) or Ledger.canonical(canonical.get(parent, ""), name)
        yield Located(FilingError(code, f"{path}: {sentence}.", path, field), entry.line)


def _meaning(kind: str, message: str) -> tuple[str, str]:
    if kind == "SCHEMAV_ELEMENT_CONTENT":
        expected = _EXPECTED.search(message)
        names = f"; expected is {expected['names'].replace(',', ' or')}" if expected else ""
        if "Missing child" in message:
            return "element_missing", f"something the form demands is missing inside{names}"
        return "element_out_of_place", f"the element does not belong here or comes in the wrong order{names}"
    return _CODES.get(kind, ("not_valid", "the form does not accept this"))
