"""The same document written otherwise: what it means must not change."""

import csv
import io
import json
from collections.abc import Callable
from random import Random
from typing import Any

from lxml import etree

from connectors.fius.fincen.document import local


class _Number(str):
    __slots__ = ()


def json_otherwise(raw: bytes, chance: Random) -> bytes | None:
    """Other white space, another order of keys, other escapes; None for what is no strict JSON."""
    try:
        value = json.loads(
            raw.decode(), parse_int=_Number, parse_float=_Number, object_pairs_hook=_unique, parse_constant=_unique
        )
        return _written(value, chance).encode()
    except (ValueError, RecursionError):
        return None


def _unique(pairs: Any) -> dict[str, Any]:
    found = dict(pairs) if isinstance(pairs, list) else {}
    if len(found) != len(pairs):
        raise ValueError("a key given twice, or no number")
    return found


def _written(value: Any, chance: Random) -> str:
    gap = chance.choice(("", " ", "\n\t"))
    if isinstance(value, _Number):
        return str(value)
    if isinstance(value, str):
        return _quoted(value, chance)
    if isinstance(value, dict):
        pairs = list(value.items())
        chance.shuffle(pairs)
        return (
            "{"
            + gap
            + f",{gap}".join(f"{_quoted(key, chance)}{gap}:{gap}{_written(inner, chance)}" for key, inner in pairs)
            + gap
            + "}"
        )
    if isinstance(value, list):
        return "[" + gap + f"{gap},".join(_written(inner, chance) for inner in value) + gap + "]"
    return json.dumps(value)


def _quoted(text: str, chance: Random) -> str:
    if chance.random() < 0.1:
        return '"' + "".join(f"\\u{ord(char):04x}" if ord(char) < 0x10000 else json.dumps(char)[1:-1] for char in text) + '"'
    return json.dumps(text, ensure_ascii=chance.random() < 0.5)


def xml_otherwise(raw: bytes, chance: Random) -> bytes | None:
    """Another encoding, another prefix, comments and instructions, other quotes; None for what is no XML or has a DTD."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(raw.lstrip(), parser)
    except (etree.XMLSyntaxError, ValueError):
        return None
    tree: Any = root.getroottree()
    if tree.docinfo.doctype:
        return None
    if chance.random() < 0.5:
        root = _renamed(root, chance.choice(("q", "a.b", "ns0")))
    for element in [one for one in root.iterdescendants() if local(one) and chance.random() < 0.1]:
        element.addprevious(chance.choice((etree.Comment(" x "), etree.ProcessingInstruction("x", "y"))))
    encoding = chance.choice(("UTF-8", "UTF-16", "ISO-8859-1", "US-ASCII"))
    written = etree.tostring(root, encoding=encoding, xml_declaration=True)
    assert isinstance(written, bytes)
    return written.replace(b"<?xml version='1.0'", b"<?xml   version='1.0'") if chance.random() < 0.5 else written


def _renamed(element: etree._Element, prefix: str) -> etree._Element:
    """The same tree with one prefix for the namespace of each element."""
    namespace = etree.QName(element).namespace
    copy = etree.Element(element.tag, nsmap={prefix: namespace} if namespace else None)
    for key, value in element.attrib.items():
        copy.set(key, value)
    copy.text, copy.tail = element.text, element.tail
    last: etree._Element | None = None
    for child in element:
        if local(child):
            last = _renamed(child, prefix)
            copy.append(last)
        elif last is None:
            copy.text = (copy.text or "") + (child.tail or "")
        else:
            last.tail = (last.tail or "") + (child.tail or "")
    return copy


def csv_otherwise(raw: bytes, chance: Random) -> bytes | None:
    """Every cell in quotation marks, other line ends, columns in another order; None for what is no CSV."""
    try:
        rows = [row for row in csv.reader(io.StringIO(raw.decode("cp1251"), newline=""), delimiter=";", strict=True) if row]
    except (csv.Error, UnicodeDecodeError):
        return None
    if not rows or any(len(row) != len(rows[0]) for row in rows):
        return None
    order = list(range(len(rows[0])))
    chance.shuffle(order)
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=";", quoting=csv.QUOTE_ALL, lineterminator=chance.choice(("\n", "\r\n"))).writerows(
        [[row[at] for at in order] for row in rows]
    )
    return out.getvalue().encode("cp1251")


def lines_otherwise(raw: bytes, _: Random) -> bytes | None:
    """Other line ends."""
    return None if b"\r" in raw else raw.replace(b"\n", b"\r\n")


def hex_otherwise(raw: bytes, chance: Random) -> bytes | None:
    """A card message as hexadecimal text; None where it is hexadecimal already."""
    if not raw.startswith(b"0"):
        return None
    return raw.hex().upper().encode() if chance.random() < 0.5 else raw.hex().encode()


Rewriter = Callable[[bytes, Random], bytes | None]
REWRITERS: dict[str, Rewriter] = {
    "strgw.transfer/1": json_otherwise,
    "mojaloop.fspiop/1": json_otherwise,
    "gsma.mm/1.2": json_otherwise,
    "ivms101/1": json_otherwise,
    "iso20022/1": xml_otherwise,
    "mt103/1": lines_otherwise,
    "csv/1": csv_otherwise,
    "iso8583/1": hex_otherwise,
}
