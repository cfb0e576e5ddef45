"""Compiles an FIU's XSD into a profile: every construct is carried over, reported as a warning, or refused. Nothing is skipped in silence."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager

import msgspec
from lxml import etree

from connectors.fius.goaml.profile import FORMAT, Complex, Element, Group, SchemaProfile, Simple
from connectors.fius.goaml.simple_types import SimpleTypes
from connectors.fius.goaml.xsd import generate
from connectors.fius.goaml.xsd_document import Notes, SchemaError, attribute, built_in, local, occurs, parse, structure

_KIND = {"sequence": "seq", "choice": "choice", "all": "all"}
_KNOWN_ATTRIBUTES = {
    "element": {"name", "type", "ref", "minOccurs", "maxOccurs", "nillable", "fixed", "default", "id", "form"},
    "complexType": {"name", "mixed", "id", "block", "final"},
    "sequence": {"minOccurs", "maxOccurs", "id"},
    "choice": {"minOccurs", "maxOccurs", "id"},
    "all": {"minOccurs", "maxOccurs", "id"},
    "group": {"ref", "name", "minOccurs", "maxOccurs", "id"},
}
# Identity constraints: libxml2 checks them, goAML schemas seen so far have none; a profile cannot hold them.
_UNCHECKED = {"unique", "key", "keyref"}
_GOAML = "http://www.unodc.org/goaml"
# What a schema of reports declares: a whole report, or transactions to hang on a report typed in the FIU's web form.
ROOTS = ("report", "reportdata")


def compile_profile(xsd: bytes, fiu: str, version: str = "") -> SchemaProfile:
    """The profile of the FIU `fiu` (ISO alpha-2) compiled from the bytes of its XSD.

    version  schema version where the XSD does not state one (`goaml:schemaVersion`)
    Raises   SchemaError, with the line, for anything that would change which reports are valid and cannot be carried
    """
    root = parse(xsd)
    return _Compiler(root).profile(fiu.upper(), version, hashlib.sha256(xsd).hexdigest())


class _Compiler:
    def __init__(self, root: etree._Element) -> None:
        self.root = root
        self.notes = Notes()
        self.named: dict[tuple[str, str], etree._Element] = {}
        for child in structure(root):
            kind = local(child)
            if kind in ("include", "import", "redefine", "override"):
                raise SchemaError(
                    "schema_in_parts", "The XSD is in several files; give it as one file, with the parts written in.", child
                )
            if kind not in ("element", "complexType", "simpleType", "group", "annotation"):
                raise SchemaError("construct_not_supported", f"xs:{kind} at the top of the XSD is not supported.", child)
            if "name" in child.attrib:
                self.named[kind, attribute(child, "name")] = child
        self.simples = SimpleTypes(self.named, self.notes)
        self.types: dict[str, Complex] = {}
        self.pending: list[str] = []
        self.open: list[tuple[str, str]] = []  # groups and global elements being written in

    def profile(self, fiu: str, version: str, sha256: str) -> SchemaProfile:
        roots = tuple(self.element(node) for (kind, _), node in self.named.items() if kind == "element")
        if not any(root.name in ROOTS for root in roots):
            raise SchemaError("report_missing", "The XSD declares no element `report`; give the schema of reports.", self.root)
        while self.pending:
            name = self.pending.pop()
            if name not in self.types:
                self.types[name] = Complex()  # breaks recursion of a type that contains itself
                self.types[name] = self.complex_type(self.named["complexType", name])
        for kind, name in self.named:
            if (kind == "complexType" and name not in self.types) or (kind == "simpleType" and name not in self.simples.done):
                self.notes.add("type_unused", f"No report uses the type {name}; it is left out.", self.named[kind, name])
        stated = self.root.get(f"{{{_GOAML}}}schemaVersion") or version or self.root.get("version") or "unknown"
        result = SchemaProfile(
            format=FORMAT,
            fiu=fiu,
            schema_id=f"goaml-{fiu.lower()}-{stated}-{sha256[:8]}",
            schema_version=stated,
            source_sha256=sha256,
            roots=roots,
            types=dict(sorted(self.types.items())),
            simples=dict(sorted(self.simples.done.items())),
            warnings=tuple(self.notes.items),
        )
        try:
            etree.XMLSchema(etree.fromstring(generate(result)))
        except etree.XMLSchemaParseError as error:
            raise SchemaError("schema_not_valid", f"The XSD is not a valid schema: {error}.", self.root) from error
        return result

    def attributes(self, node: etree._Element) -> None:
        for name in node.attrib:
            key = str(name)
            if not key.startswith("{") and key not in _KNOWN_ATTRIBUTES[local(node)]:
                raise SchemaError("construct_not_supported", f"The attribute {key} of xs:{local(node)} is not supported.", node)

    def element(self, node: etree._Element) -> Element:
        self.attributes(node)
        low, high = occurs(node)
        if "ref" in node.attrib:
            with self.opened("element", attribute(node, "ref"), node) as target:
                return msgspec.structs.replace(self.element(target), min=low, max=high)
        simple, inner = self.inline_type(node)
        named = self.type_name(str(node.get("type")), node) if node.get("type") is not None else ""
        if not named and simple is None and inner is None:
            raise SchemaError("construct_not_supported", f"The element {node.get('name')} has no type.", node)
        return Element(
            name=attribute(node, "name"), type=named, min=low, max=high, nillable=node.get("nillable") in ("true", "1"),
            fixed=node.get("fixed"), default=node.get("default"), simple=simple, complex=inner,
        )  # fmt: skip

    def inline_type(self, node: etree._Element) -> tuple[Simple | None, Complex | None]:
        """The type written inside an element declaration, if any."""
        simple, inner = None, None
        for child in structure(node):
            kind = local(child)
            if kind == "simpleType":
                simple = self.simples.inline(child)
            elif kind == "complexType":
                inner = self.complex_type(child)
            elif kind in _UNCHECKED:
                self.notes.add("constraint_not_checked", f"xs:{kind} is not carried; the FIU's own check may refuse more.", child)
            elif kind != "annotation":
                raise SchemaError("construct_not_supported", f"xs:{kind} in an element is not supported.", child)
        return simple, inner

    def find(self, kind: str, name: str, node: etree._Element) -> etree._Element:
        found = self.named.get((kind, name.rsplit(":", maxsplit=1)[-1]))
        if found is None:
            raise SchemaError("type_unknown", f"The XSD names the {kind} {name} but does not define it.", node)
        return found

    @contextmanager
    def opened(self, kind: str, name: str, node: etree._Element) -> Iterator[etree._Element]:
        """The global definition `name` while it is written in where it is used. Raises SchemaError where it contains itself."""
        key = (kind, name.rsplit(":", maxsplit=1)[-1])
        if key in self.open:
            raise SchemaError("construct_not_supported", f"The {kind} {key[1]} contains itself.", node)
        self.open.append(key)
        yield self.find(kind, name, node)
        self.open.pop()

    def type_name(self, name: str, node: etree._Element) -> str:
        bare = name.rsplit(":", maxsplit=1)[-1]
        if built_in(name, node) is None and ("complexType", bare) in self.named:
            self.pending.append(bare)
            return bare
        return self.simples.name(name, node)

    def complex_type(self, node: etree._Element) -> Complex:
        self.attributes(node)
        content, extends, text, asserts = None, "", "", list[str]()
        mixed = node.get("mixed") in ("true", "1")
        for child in structure(node):
            kind = local(child)
            if kind in _KIND or kind == "group":
                content = self.group(child)
            elif kind == "complexContent":
                extends, content = self.derived(child)
            elif kind == "simpleContent":
                text = self.text_content(child)
            elif kind == "assert":
                asserts.append(child.get("test") or "")
                self.notes.add("assert_as_rule", "xs:assert is not XSD 1.0; it is checked as a rule of its own.", child)
            else:
                self.other(child)
        return Complex(content=content, extends=extends, text=text, mixed=mixed, asserts=tuple(asserts))

    def other(self, child: etree._Element) -> None:
        """Anything else in a complex type: attributes of a report's elements, which no goAML report has."""
        kind = local(child)
        if kind == "attribute" and child.get("use") != "required":
            self.notes.add(
                "attribute_not_carried",
                f"The attribute {child.get('name') or child.get('ref')} is left out; reports never carry it.",
                child,
            )
        elif kind != "annotation":
            raise SchemaError("construct_not_supported", f"xs:{kind} in a complex type is not supported.", child)

    def derivation(self, node: etree._Element) -> etree._Element:
        step = next((child for child in structure(node) if local(child) != "annotation"), None)
        if step is None or local(step) not in ("extension", "restriction"):
            raise SchemaError("construct_not_supported", f"xs:{local(node)} must extend or restrict a type.", node)
        return step

    def derived(self, node: etree._Element) -> tuple[str, Group | None]:
        """Type and content of an xs:complexContent; a restriction says its whole content again, so it stands by itself."""
        step = self.derivation(node)
        base = ""
        if local(step) == "extension":
            base = self.type_name(attribute(step, "base"), step)
        elif built_in(attribute(step, "base"), step) != "xs:anyType":
            self.find("complexType", attribute(step, "base"), step)
        content = None
        for child in structure(step):
            if local(child) in _KIND or local(child) == "group":
                content = self.group(child)
            else:
                self.other(child)
        return base, content

    def text_content(self, node: etree._Element) -> str:
        """Name of the type of an xs:simpleContent's text; a restriction in place becomes a type of its own."""
        step = self.derivation(node)
        base = self.text_base(attribute(step, "base"), step)
        kinds = [local(child) for child in structure(step)]
        for child in structure(step):
            if local(child) in ("attribute", "attributeGroup", "anyAttribute"):
                self.other(child)
        if local(step) == "extension" or not set(kinds) - {"attribute", "attributeGroup", "anyAttribute", "annotation"}:
            return base
        name = f"restricted_{len(self.simples.done)}_{base.rpartition(':')[2]}"
        self.simples.done[name] = self.simples.restriction(step, base)
        return name

    def text_base(self, name: str, step: etree._Element) -> str:
        bare = name.rsplit(":", maxsplit=1)[-1]
        if built_in(name, step) is None and ("complexType", bare) in self.named:
            with self.opened("complexType", bare, step) as node:
                inner = next((child for child in structure(node) if local(child) == "simpleContent"), None)
                if inner is None:
                    raise SchemaError("construct_not_supported", f"The type {bare} has no text to restrict.", step)
                return self.text_content(inner)
        return self.simples.name(name, step)

    def group(self, node: etree._Element) -> Group:
        self.attributes(node)
        low, high = occurs(node)
        if local(node) == "group":
            return self.group_reference(node, low, high)
        items: list[Element | Group] = []
        for child in structure(node):
            kind = local(child)
            if kind == "element":
                items.append(self.element(child))
            elif kind in _KIND or kind == "group":
                items.append(self.group(child))
            elif kind != "annotation":
                raise SchemaError("construct_not_supported", f"xs:{kind} in a list of elements is not supported.", child)
        return Group(kind=_KIND[local(node)], items=tuple(items), min=low, max=high)

    def group_reference(self, node: etree._Element, low: int, high: int) -> Group:
        name = attribute(node, "ref")
        with self.opened("group", name, node) as group:
            body = next((child for child in structure(group) if local(child) in _KIND), None)
            if body is None:
                raise SchemaError("construct_not_supported", f"The group {name} is empty.", node)
            inner = self.group(body)
        return Group(kind=inner.kind, items=inner.items, min=low, max=high)
