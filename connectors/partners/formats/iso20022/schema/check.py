"""Checks a document against its message's schema, and says of each breach which transactions it concerns.

A breach inside a transaction concerns that one; inside what several share (an order, an entry) all of those; anywhere else (group header,
order of the whole) the document.
"""

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple, cast

from lxml import etree

from connectors.partners.formats.contract import MAX_TRANSFERS
from connectors.partners.formats.iso20022.document import Document
from connectors.partners.formats.iso20022.schema.profile import known
from connectors.partners.formats.iso20022.schema.xsd import NAMESPACE, generate
from schemas.native import InvalidTransfer

# libxml2's error types -> what is wrong and what to do. Values never appear in a sentence: they may be names.
_MEANINGS = {
    "SCHEMAV_CVC_ENUMERATION_VALID": "the value is none of the schema's codes; send one of them",
    "SCHEMAV_CVC_MAXLENGTH_VALID": "the text is longer than the schema allows; shorten it",
    "SCHEMAV_CVC_MINLENGTH_VALID": "the element is empty; fill it or leave it out",
    "SCHEMAV_CVC_PATTERN_VALID": "the value has another shape than the schema's; mend it, or leave the element out",
    "SCHEMAV_CVC_TOTALDIGITS_VALID": "the number has too many digits; shorten it",
    "SCHEMAV_CVC_FRACTIONDIGITS_VALID": "the number has too many decimals; round it",
    "SCHEMAV_CVC_MININCLUSIVE_VALID": "the number is smaller than the schema allows; send none below that",
    "SCHEMAV_CVC_DATATYPE_VALID_1_2_1": "the value is not of the schema's type (number, day, time); mend it, or leave the element out",
    "SCHEMAV_CVC_COMPLEX_TYPE_3_2_1": "the schema has no such attribute here; leave it out",
    "SCHEMAV_CVC_COMPLEX_TYPE_3_2_2": "the schema has no such attribute here; leave it out",
    "SCHEMAV_CVC_TYPE_3_1_1": "the schema has no such attribute here; leave it out",
    "SCHEMAV_CVC_TYPE_3_1_2": "elements stand where the schema has text; leave them out",
    "SCHEMAV_CVC_COMPLEX_TYPE_4": "an attribute is missing (the currency of an amount is Ccy); add it",
    "SCHEMAV_CVC_COMPLEX_TYPE_2_3": "text stands between the elements; leave it out",
    "SCHEMAV_CVC_COMPLEX_TYPE_2_2": "elements stand where the schema has text; leave them out",
}
_OTHERWISE = "the schema does not allow this; mend it"
_NAME = re.compile(r"\{[^}]*\}(\w+)")
_STEP = re.compile(r"(?:(?P<prefix>[^:/\[\]]+):)?(?P<name>[^:/\[\]]+)(?:\[(?P<number>[0-9]+)\])?")
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9]{0,39}")
# Follows another message about the same value and says nothing new.
_ECHOES = frozenset({"SCHEMAV_CVC_TYPE_3_1_3", "SCHEMAV_CVC_ATTRIBUTE_3"})
_MOST_CHILDREN = 1_000  # DEF: of an element that holds no transactions; libxml2 counts them anew for each breach
_WIDE_FROM = 65_536  # bytes of a document; a smaller one is checked in no time, however it is made
_HOLDERS = frozenset({"FIToFICstmrCdtTrf", "CstmrCdtTrfInitn", "PmtInf", "BkToCstmrDbtCdtNtfctn", "Ntfctn", "Ntry", "NtryDtls"})
_WIDE = etree.XPath(f"descendant-or-self::*[count(*) > {_MOST_CHILDREN}]")


class Breaches(NamedTuple):
    """Why transactions are refused, by their place in the document; or why the whole of it is."""

    whole: InvalidTransfer | None
    by_place: dict[int, InvalidTransfer]


_NONE = Breaches(None, {})


class Schemas:
    """The schemas as libxml2 needs them, each made when first asked for; for one thread."""

    def __init__(self) -> None:
        self._made: dict[str, etree.XMLSchema] = {}

    def check(self, document: Document, transactions: Sequence[etree._Element]) -> Breaches:
        """What the schema says against the document; nothing where its version has none.

        transactions  elements of the document, in its order
        """
        message = f"{document.message}.001.{document.version}"
        if message not in known().messages or document.element.tag != f"{{{NAMESPACE}{message}}}Document":
            return _NONE
        if document.size > _WIDE_FROM and _is_too_wide(document.element):
            said = f"An element is repeated more than {_MOST_CHILDREN:,} times; send fewer in one document."
            return Breaches(InvalidTransfer("not_in_schema", said), {})
        if message not in self._made:
            self._made[message] = etree.XMLSchema(etree.fromstring(generate(known(), message)))
        schema = self._made[message]
        if schema.validate(document.element):
            return _NONE
        return _placed(document.element, transactions, cast("Iterable[etree._LogEntry]", schema.error_log))


def _is_too_wide(document: etree._Element) -> bool:
    wide = cast("list[etree._Element]", _WIDE(document))
    return any(len(one) > MAX_TRANSFERS + 100 or etree.QName(one).localname not in _HOLDERS for one in wide)


def _placed(document: etree._Element, transactions: Sequence[etree._Element], entries: Iterable["etree._LogEntry"]) -> Breaches:
    concerned = _concerned(document, transactions)
    tree = _Tree(document)
    found: dict[int, InvalidTransfer] = {}
    told = set[etree._Element]()
    for entry in entries:
        if entry.type_name in _ECHOES:
            continue
        at = tree.at(entry.path or "")
        scope: etree._Element | None = at
        while scope is not None and scope not in concerned:
            scope = scope.getparent() if scope is not document else None
        if scope is None:
            return Breaches(_fault(entry, at, document), {})
        if scope not in told:  # one breach is enough to mend
            told.add(scope)
            fault = _fault(entry, at, document)
            for place in concerned[scope]:
                found.setdefault(place, fault)
    if not found:  # only echoes: the schema has refused the document nevertheless
        return Breaches(InvalidTransfer("not_in_schema", f"The document breaks its schema: {_OTHERWISE}."), {})
    return Breaches(None, found)


def _concerned(document: etree._Element, transactions: Sequence[etree._Element]) -> dict[etree._Element, list[int]]:
    """By element: the transactions in it. The message itself is left out, since a breach there concerns the document."""
    found: dict[etree._Element, list[int]] = {}
    for place, transaction in enumerate(transactions):
        found[transaction] = [place]
        for above in transaction.iterancestors():
            if above.getparent() is document:
                break
            found.setdefault(above, []).append(place)
    return found


class _Tree:
    """Finds elements by libxml2's paths, which say `*` for an element without a prefix and leave out the number of an only one."""

    def __init__(self, document: etree._Element) -> None:
        self._document = document
        self._children: dict[etree._Element, dict[str, list[etree._Element]]] = {}

    def at(self, path: str) -> etree._Element:
        """The element, or the nearest one above it that can be found."""
        here = self._document
        for step in path.split("/")[2:]:
            found = _STEP.fullmatch(step)
            named = [] if found is None else self._named(here, found["prefix"], found["name"])
            number = int(found["number"] or 1) if found else 1
            if number > len(named):
                break
            here = named[number - 1]
        return here

    def _named(self, parent: etree._Element, prefix: str | None, name: str) -> list[etree._Element]:
        if parent not in self._children:
            self._children[parent] = by_name = dict[str, list[etree._Element]]()
            for child in parent:
                for key in ("*", f"{child.prefix or ''}:{etree.QName(child).localname}"):
                    by_name.setdefault(key, []).append(child)
        return self._children[parent].get("*" if name == "*" else f"{prefix or ''}:{name}", [])


def _fault(entry: "etree._LogEntry", at: etree._Element, document: etree._Element) -> InvalidTransfer:
    names = [_shown(at)]
    for above in at.iterancestors():
        if above is document or above.getparent() is document or at is document:
            break
        names.append(_shown(above))
    path = "/".join(reversed(names))
    return InvalidTransfer("not_in_schema", f"Line {entry.line} of the record, {path}: {_meaning(entry)}.", path)


def _shown(element: etree._Element) -> str:
    """The element's name; what is none of ISO 20022's could be anything."""
    name = etree.QName(element).localname
    return name if _PLAIN.fullmatch(name) else "?"


def _meaning(entry: "etree._LogEntry") -> str:
    if entry.type_name != "SCHEMAV_ELEMENT_CONTENT":
        return _MEANINGS.get(entry.type_name, _OTHERWISE)
    names = _NAME.findall(entry.message.partition("Expected is")[2])
    expected = " or ".join(dict.fromkeys(names))
    if "Missing child" in entry.message:
        return f"something is missing in it; add {expected}" if expected else "something is missing in it; add it"
    wrong = f"this does not belong here, where the schema has {expected}" if expected else "nothing more belongs here"
    return f"{wrong}; leave it out or put it in its place"
