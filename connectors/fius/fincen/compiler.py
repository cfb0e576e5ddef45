"""Compiles FinCEN's batch XSD into a profile: every construct is carried over or refused, none is skipped.

FinCEN's schemas extend one type by another, declare types in place and refer to elements at the top; the profile has neither: what a
type inherits is written out, and each type declared in place gets the path of its element as a name.
"""

import hashlib
import re

from lxml import etree

from connectors.fius.fincen.profile import FORMAT, UNBOUNDED, Child, Kind, SchemaProfile, Unique
from connectors.fius.fincen.xsd import generate
from connectors.fius.goaml.simple_types import SimpleTypes
from connectors.fius.goaml.xsd_document import MAX_BYTES, XS, Notes, SchemaError, attribute, built_in, integer, local, structure

ROOT = "EFilingBatchXML"
_TOP = ("element", "complexType", "simpleType", "annotation")
_VERSION = re.compile(r"current version:\s*(?P<version>[0-9.]+)")
_PREFIX = re.compile(r"\b[A-Za-z_][\w.-]*:(?=[A-Za-z_])")


def compile_profile(xsd: bytes) -> SchemaProfile:
    """The profile compiled from the bytes of the XSD.

    Raises   SchemaError, with the line, for anything that would change which batches are valid and cannot be carried
    """
    root = _parse(xsd)
    return _Compiler(root).profile(hashlib.sha256(xsd).hexdigest(), _version(xsd))


def _parse(xsd: bytes) -> etree._Element:
    if len(xsd) > MAX_BYTES:
        raise SchemaError("schema_too_big", f"The XSD has more than {MAX_BYTES // 1_000_000} MB; give the batch schema alone.")
    if b"<!DOCTYPE" in xsd:
        raise SchemaError("schema_with_dtd", "The XSD carries a DTD; remove it.")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(xsd, parser)
    except etree.XMLSyntaxError as error:
        raise SchemaError("schema_not_xml", f"The file is not well-formed XML: {error}.") from error
    if root.tag != f"{{{XS}}}schema":
        raise SchemaError("schema_expected", "The file is XML but not an XSD (its root is not xs:schema).", root)
    if not root.get("targetNamespace") or root.get("elementFormDefault") != "qualified":
        raise SchemaError(
            "namespace_expected", "The XSD has no target namespace for its elements; FinCEN's schemas have one.", root
        )
    return root


def _version(xsd: bytes) -> str:
    found = _VERSION.search(xsd[:2_000].decode("utf-8", "replace"))
    return found["version"] if found else "unknown"


class _Compiler:
    def __init__(self, root: etree._Element) -> None:
        self.root = root
        self.named: dict[tuple[str, str], etree._Element] = {}
        for child in structure(root):
            kind = local(child)
            if kind not in _TOP:
                raise SchemaError("construct_not_supported", f"xs:{kind} at the top of the XSD is not supported.", child)
            if "name" in child.attrib:
                self.named[kind, attribute(child, "name")] = child
        self.simples = SimpleTypes(self.named, Notes())
        self.kinds: dict[str, Kind] = {}

    def profile(self, sha256: str, version: str) -> SchemaProfile:
        """The profile of everything the document element reaches."""
        if ("element", ROOT) not in self.named:
            raise SchemaError("batch_missing", f"The XSD declares no element {ROOT}; give FinCEN's batch schema.", self.root)
        top = self._element(self.named["element", ROOT], "", (1, 1))
        result = SchemaProfile(
            format=FORMAT,
            fiu="US",
            schema_id=f"fincen-sarx-{version}-{sha256[:8]}",
            schema_version=version,
            source_sha256=sha256,
            namespace=attribute(self.root, "targetNamespace"),
            root=top,
            kinds=dict(sorted(self.kinds.items())),
            simples=dict(sorted(self.simples.done.items())),
        )
        try:
            etree.XMLSchema(etree.fromstring(generate(result)))
        except etree.XMLSchemaParseError as error:
            raise SchemaError("schema_not_valid", f"The XSD is not a valid schema: {error}.", self.root) from error
        return result

    def _element(self, node: etree._Element, path: str, occurs: tuple[int, int]) -> Child:
        """A declaration as a child that stands `occurs` times; `path` names the types that are declared in place."""
        if "ref" in node.attrib:
            target = self._find("element", attribute(node, "ref"), node)
            return self._element(target, "", occurs)
        self._known(node, {"name", "type", "minOccurs", "maxOccurs", "fixed"})
        name, kind, unique = attribute(node, "name"), node.get("type"), list[Unique]()
        place = f"{path}.{name}" if path else name
        for part in structure(node):
            if local(part) == "complexType" and kind is None:
                kind = self._in_place(part, place)
            elif local(part) == "unique":
                unique.append(self._unique(part))
            elif local(part) != "annotation":
                raise SchemaError("construct_not_supported", f"xs:{local(part)} in an element is not supported.", part)
        if kind is None:
            raise SchemaError("construct_not_supported", f"The element {name} has no type.", node)
        return Child(name, self._type(str(kind), node), *occurs, node.get("fixed"), tuple(unique))

    def _in_place(self, node: etree._Element, place: str) -> str:
        if place not in self.kinds:
            self.kinds[place] = Kind(())  # breaks the recursion of an element inside itself
            self.kinds[place] = self._kind(node, place)
        return place

    def _type(self, name: str, node: etree._Element) -> str:
        bare = name.rsplit(":", maxsplit=1)[-1]
        if bare in self.kinds:
            return bare
        if built_in(name, node) is None and ("complexType", bare) in self.named:
            return self._in_place(self.named["complexType", bare], bare)
        return self.simples.name(name, node)

    def _kind(self, node: etree._Element, place: str) -> Kind:
        self._known(node, {"name"})
        children: list[Child] = []
        attributes: dict[str, str] = {}
        for part in structure(node):
            name = local(part)
            if name == "sequence":
                children += self._sequence(part, place)
            elif name == "attribute":
                attributes[attribute(part, "name")] = self._attribute(part)
            elif name == "complexContent":
                inherited = self._extension(part, place)
                children, attributes = [*inherited.children], dict(inherited.attributes)
            elif name != "annotation":
                raise SchemaError("construct_not_supported", f"xs:{name} in a complex type is not supported.", part)
        return Kind(tuple(children), attributes)

    def _extension(self, node: etree._Element, place: str) -> Kind:
        """What the base type holds, then what the extension adds."""
        steps = [part for part in structure(node) if local(part) != "annotation"]
        if len(steps) != 1 or local(steps[0]) != "extension":
            raise SchemaError("construct_not_supported", "A complex type can only extend another one, not restrict it.", node)
        base = self._kind(self._find("complexType", attribute(steps[0], "base"), steps[0]), place)
        children, attributes = list(base.children), dict(base.attributes)
        for part in structure(steps[0]):
            if local(part) == "sequence":
                children += self._sequence(part, place)
            elif local(part) == "attribute":
                attributes[attribute(part, "name")] = self._attribute(part)
            else:
                raise SchemaError("construct_not_supported", f"xs:{local(part)} in an extension is not supported.", part)
        return Kind(tuple(children), attributes)

    def _sequence(self, node: etree._Element, place: str) -> list[Child]:
        self._known(node, set())
        children = []
        for part in structure(node):
            if local(part) != "element":
                raise SchemaError("construct_not_supported", f"xs:{local(part)} in a sequence is not supported.", part)
            high = part.get("maxOccurs", "1")
            most = UNBOUNDED if high == "unbounded" else integer(high, part)
            children.append(self._element(part, place, (integer(part.get("minOccurs", "1"), part), most)))
        return children

    def _attribute(self, node: etree._Element) -> str:
        self._known(node, {"name", "type", "use"})
        kind = built_in(attribute(node, "type"), node)
        if kind is None or node.get("use") != "required":
            said = "Only attributes that are required and of a built-in type are supported."
            raise SchemaError("construct_not_supported", said, node)
        return kind

    def _unique(self, node: etree._Element) -> Unique:
        parts = {local(part): attribute(part, "xpath") for part in structure(node)}
        if set(parts) != {"selector", "field"}:
            raise SchemaError("construct_not_supported", "xs:unique must have one selector and one field.", node)
        return Unique(attribute(node, "name"), *(_PREFIX.sub("", parts[name]) for name in ("selector", "field")))

    def _find(self, kind: str, name: str, node: etree._Element) -> etree._Element:
        found = self.named.get((kind, name.rsplit(":", maxsplit=1)[-1]))
        if found is None:
            raise SchemaError("type_unknown", f"The XSD names the {kind} {name} but does not define it.", node)
        return found

    def _known(self, node: etree._Element, names: set[str]) -> None:
        for name in node.attrib:
            if str(name) not in names | {"id"}:
                said = f"The attribute {name!s} of xs:{local(node)} is not supported."
                raise SchemaError("construct_not_supported", said, node)
