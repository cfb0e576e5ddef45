"""Compiles XSDs of ISO 20022 messages into the profile: every construct is carried over or refused, none is skipped.

`python -m connectors.partners.formats.iso20022.schema.compiler FOLDER` writes messages.json anew from the XSDs in FOLDER
(`pacs.008.001.08.xsd` and so on, from iso20022.org).
"""

import hashlib
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from lxml import etree

from connectors.partners.formats.iso20022.schema.profile import FORMAT, UNBOUNDED, Child, Kind, Message, Profile, Simple
from connectors.partners.formats.iso20022.schema.xsd import NAMESPACE, XS

FACETS = frozenset("enumeration fractionDigits length maxInclusive maxLength minInclusive minLength pattern totalDigits".split())
MESSAGES = ("pacs.008", "pain.001", "camt.054")


class SchemaError(Exception):
    """An XSD that cannot be compiled; one sentence with the line."""

    def __init__(self, text: str, node: etree._Element | None = None) -> None:
        super().__init__(text if node is None else f"Line {node.sourceline}: {text}")


def compile_messages(xsds: Iterable[bytes]) -> Profile:
    """The profile of these XSDs; the same for the same ones in whatever order. Raises SchemaError."""
    profile = Profile(FORMAT, {}, {}, {})
    for name, raw, root in sorted((_target(root), raw, root) for raw, root in map(_parsed, xsds)):
        document = _Compiler(root, profile).document()
        profile.messages[name] = Message(document, hashlib.sha256(raw).hexdigest())
    return profile


def _parsed(raw: bytes) -> tuple[bytes, etree._Element]:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True)
    try:
        root = etree.fromstring(raw, parser)
    except etree.XMLSyntaxError as error:
        raise SchemaError(f"The file is not well-formed XML ({error}); give the XSD as iso20022.org publishes it.") from error
    if root.tag != f"{{{XS}}}schema" or root.get("elementFormDefault") != "qualified":
        raise SchemaError("The file is no XSD of an ISO 20022 message; give one as iso20022.org publishes it.", root)
    return raw, root


def _target(root: etree._Element) -> str:
    target = root.get("targetNamespace") or ""
    if not target.startswith(NAMESPACE):
        raise SchemaError("The XSD's target namespace is none of ISO 20022.", root)
    return target.removeprefix(NAMESPACE)


class _Compiler:
    """Puts the types of one XSD into the profile."""

    def __init__(self, root: etree._Element, profile: Profile) -> None:
        self._profile = profile
        self._done: dict[str, str] = {}
        self._types: dict[str, etree._Element] = {}
        self._tops: dict[str, etree._Element] = {}
        for node in _parts(root):
            if _local(node) not in ("element", "complexType", "simpleType"):
                raise SchemaError(f"xs:{_local(node)} at the top is not supported.", node)
            (self._tops if _local(node) == "element" else self._types)[_needed(node, "name")] = node

    def document(self) -> str:
        """Compiles what `Document` reaches; the name of its kind. Raises SchemaError."""
        (top,) = self._tops.values() if len(self._tops) == 1 else (None,)
        if top is None or top.get("name") != "Document":
            raise SchemaError("The XSD must declare one element at the top, Document.")
        _only(top, "name", "type")
        return self._type(_needed(top, "type"), top)

    def _type(self, name: str, node: etree._Element) -> str:
        """The profile's name of a type."""
        prefix, _, bare = name.rpartition(":")
        if node.nsmap.get(prefix or None) == XS:
            return f"xs:{bare}"
        if bare not in self._types:
            raise SchemaError(f"The type {name} is not defined.", node)
        if bare not in self._done:
            self._done[bare] = ""
            found = self._types[bare]
            _only(found, "name")
            self._done[bare] = self._pooled(bare, self._kind(found) if _local(found) == "complexType" else self._simple(found))
        if not self._done[bare]:
            raise SchemaError(f"The type {name} holds itself.", node)
        return self._done[bare]

    def _pooled(self, name: str, found: Kind | Simple) -> str:
        """Keeps a definition under its name, or under the first numbered one that is free or means the same."""
        kinds, simples = self._profile.kinds, self._profile.simples
        number = 1
        while True:
            free = name if number == 1 else f"{name}.{number}"
            taken = kinds.get(free) or simples.get(free)
            if taken is None and isinstance(found, Kind):
                kinds[free] = found
            elif taken is None and isinstance(found, Simple):
                simples[free] = found
            elif taken != found:
                number += 1
                continue
            return free

    def _kind(self, node: etree._Element) -> Kind:
        part = _single(node)
        if _local(part) == "simpleContent":
            return self._text(_single(part))
        if _local(part) not in ("sequence", "choice"):
            raise SchemaError(f"xs:{_local(part)} in a complex type is not supported.", part)
        _only(part)
        parts = list(_parts(part))
        if len(parts) == 1 and _local(parts[0]) == "choice":  # a sequence of nothing but a choice is that choice
            part = parts[0]
            _only(part)
            parts = list(_parts(part))
        if len(parts) == 1 and _local(parts[0]) == "any":
            if sorted(parts[0].attrib.items()) != [("namespace", "##any"), ("processContents", "lax")]:
                raise SchemaError("Only xs:any that takes anything once is supported.", parts[0])
            return Kind(is_open=True)
        return Kind(tuple(self._child(one) for one in parts), is_choice=_local(part) == "choice")

    def _text(self, node: etree._Element) -> Kind:
        if _local(node) != "extension":
            raise SchemaError(f"xs:{_local(node)} of text is not supported.", node)
        _only(node, "base")
        attributes = {}
        for part in _parts(node):
            if _local(part) != "attribute" or part.get("use") != "required":
                raise SchemaError("Only attributes that must be there are supported.", part)
            _only(part, "name", "type", "use")
            attributes[_needed(part, "name")] = self._type(_needed(part, "type"), part)
        return Kind(text=self._type(_needed(node, "base"), node), attributes=attributes)

    def _child(self, node: etree._Element) -> Child:
        if _local(node) != "element" or len(node):
            raise SchemaError("Only elements with a named type are supported here.", node)
        _only(node, "name", "type", "minOccurs", "maxOccurs")
        most = node.get("maxOccurs", "1")
        return Child(
            _needed(node, "name"), self._type(_needed(node, "type"), node), int(node.get("minOccurs", "1")),
            UNBOUNDED if most == "unbounded" else int(most),
        )  # fmt: skip

    def _simple(self, node: etree._Element) -> Simple:
        step = _single(node)
        if _local(step) != "restriction":
            raise SchemaError(f"xs:{_local(step)} in a simple type is not supported.", step)
        _only(step, "base")
        facets: dict[str, tuple[str, ...]] = {}
        for facet in _parts(step):
            if _local(facet) not in FACETS:
                raise SchemaError(f"The facet xs:{_local(facet)} is not supported.", facet)
            _only(facet, "value")
            facets[_local(facet)] = (*facets.get(_local(facet), ()), _needed(facet, "value"))
        base = self._type(_needed(step, "base"), step)
        if not base.startswith("xs:"):
            raise SchemaError("A simple type can only narrow a built-in one.", step)
        return Simple(base, facets)


def _parts(node: etree._Element) -> Iterator[etree._Element]:
    for part in node:
        if not str(part.tag).startswith(f"{{{XS}}}"):
            raise SchemaError("Something here is no part of XSD.", part)
        yield part


def _single(node: etree._Element) -> etree._Element:
    parts = list(_parts(node))
    if len(parts) != 1:
        raise SchemaError(f"xs:{_local(node)} must hold one definition.", node)
    return parts[0]


def _local(node: etree._Element) -> str:
    return etree.QName(node).localname


def _needed(node: etree._Element, name: str) -> str:
    value = node.get(name)
    if value is None:
        raise SchemaError(f"xs:{_local(node)} lacks the attribute {name}.", node)
    return value


def _only(node: etree._Element, *names: str) -> None:
    for name in node.attrib:
        if name not in names:
            raise SchemaError(f"The attribute {name!s} of xs:{_local(node)} is not supported.", node)


if __name__ == "__main__":
    from connectors.partners.formats.iso20022.schema.profile import encode

    _found = [path.read_bytes() for path in sorted(Path(sys.argv[1]).glob("*.xsd")) if path.name.startswith(MESSAGES)]
    (Path(__file__).parent / "messages.json").write_bytes(encode(compile_messages(_found)))
