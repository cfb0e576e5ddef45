"""An ISO 20022 document read safely: no DTD, no entities, nothing fetched; found by its namespace inside whatever envelope."""

import re
from collections.abc import Iterator
from copy import deepcopy
from functools import lru_cache

from lxml import etree

from schemas.native import InvalidTransfer

MAX_BYTES = 8 * 1024 * 1024  # as much as a record of a partner's topic holds; files are read one transaction at a time
# The standard's own namespaces, and those of communities that begin or end otherwise ("…:pain.001.003.03", "…/pain.001.001.03.ch.02.xsd").
_NAMESPACE = re.compile(r"(?:.*[:/$])?(?P<message>[a-z]{4}\.[0-9]{3})\.[0-9]{3}\.(?P<version>[0-9]{2})(?:[.:].*)?")
_ABSENT = "NOTPROVIDED"  # what a generator writes where the schema wants a text and there is none


class At:
    """An element of a document. Paths are local names joined by "/"; a text is stripped, "" where there is none or it says NOTPROVIDED.

    What was looked at is remembered by name: a transaction is asked some fifty questions, and each would search the tree anew.
    """

    __slots__ = ("_children", "_prefix", "element")

    def __init__(self, element: etree._Element, prefix: str) -> None:
        self.element, self._prefix = element, prefix
        self._children: dict[str, list[At]] | None = None

    def text(self, *paths: str) -> str:
        """The text at the first of the paths that has one."""
        for path in paths:
            found = self._first(_steps(path))
            if found is not None and (text := found.own):
                return text
        return ""

    def texts(self, path: str) -> list[str]:
        """Every text at the path."""
        return [text for found in self.all(path) if (text := found.own)]

    def at(self, *paths: str) -> "At | None":
        """The first element at the first of the paths that has one."""
        for path in paths:
            found = self._first(_steps(path))
            if found is not None:
                return found
        return None

    def all(self, path: str) -> Iterator["At"]:
        """Every element at the path."""
        step, _, rest = path.partition("/")
        for child in self._named(step):
            yield from child.all(rest) if rest else (child,)

    def _first(self, steps: tuple[str, ...]) -> "At | None":
        here = self._named(steps[0])
        if len(steps) == 1:
            return here[0] if here else None
        return next((found for child in here if (found := child._first(steps[1:])) is not None), None)

    def _named(self, name: str) -> list["At"]:
        if self._children is None:
            self._children = {}
            prefix = self._prefix
            for child in self.element:
                tag = child.tag
                if tag.startswith(prefix):
                    self._children.setdefault(tag[len(prefix) :], []).append(At(child, prefix))
        return self._children.get(name, _NOTHING)

    def release(self) -> None:
        """Forgets what was looked at below this element."""
        self._children = None

    @property
    def own(self) -> str:
        """The text of this element itself."""
        text = (self.element.text or "").strip()
        return "" if text == _ABSENT else text

    def attribute(self, name: str) -> str:
        """An attribute of this element."""
        return (self.element.get(name) or "").strip()


_NOTHING: list[At] = []


class Document:
    """A message: its element `Document`, its kind ("pacs.008"), its version ("08") and the element below `Document`.

    size  bytes of the record
    """

    def __init__(self, root: etree._Element, size: int) -> None:
        self.element, self.size = root, size
        self.message, self.version = kind_of(root)
        if len(root) != 1:
            raise InvalidTransfer("not_in_format", "Document must hold exactly one message.", "")
        self.body = At(root[0], f"{{{etree.QName(root).namespace}}}")


def kind_of(root: etree._Element) -> tuple[str, str]:
    """Message and version ("pacs.008", "08") that the namespace of `Document` names. Raises InvalidTransfer."""
    found = _NAMESPACE.fullmatch(etree.QName(root).namespace or "")
    if found is None:
        said = "The document's namespace is no message of ISO 20022; send the namespace of its schema."
        raise InvalidTransfer("message_unsupported", said)
    return found["message"], found["version"]


def start_of(head: bytes) -> int:
    """Where the document begins; some generators put an empty line before the XML declaration, which XML does not allow."""
    bare = head.lstrip()
    return len(head) - len(bare) if bare.startswith(b"<?xml") else 0


def refuse_doctype(root: etree._Element) -> None:
    """Raises InvalidTransfer where the document has a DOCTYPE, which could define entities."""
    if root.getroottree().docinfo.doctype:  # type: ignore[attr-defined]
        raise InvalidTransfer("xml_forbidden", "The document has a DOCTYPE; leave it out.")


def read(raw: bytes) -> Document:
    """The document in `raw`, bare or in an envelope. Raises InvalidTransfer."""
    if not raw.strip():
        raise InvalidTransfer("empty", "The record is empty; send one ISO 20022 document.")
    raw = raw[start_of(raw) :]
    if len(raw) > MAX_BYTES:
        raise InvalidTransfer("too_large", f"The document is larger than {MAX_BYTES} bytes; send fewer transactions in one.")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(raw, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        line = getattr(error, "lineno", 0) or 1
        raise InvalidTransfer(
            "not_xml", f"The record is not well-formed XML (line {line}); send one complete document."
        ) from error
    refuse_doctype(root)
    return Document(_document(root), len(raw))


def _document(root: etree._Element) -> etree._Element:
    found = [element for element in root.iter("{*}Document") if len(element)]
    if len(found) != 1:
        raise InvalidTransfer("not_in_format", "The record must hold exactly one element Document with a message in it.")
    return found[0]


@lru_cache(maxsize=4096)
def _steps(path: str) -> tuple[str, ...]:
    return tuple(path.split("/"))


def alone(part: At) -> bytes:
    """A document that holds this transaction and no other, below what stands before the first of its kind: headers, order, entry."""
    node, child = deepcopy(part.element), part.element
    node.tail = None
    for parent in part.element.iterancestors():
        copy = etree.Element(parent.tag, dict(parent.attrib), parent.nsmap)  # type: ignore[arg-type, misc]
        for sibling in parent:
            if sibling.tag == child.tag:
                break
            copy.append(deepcopy(sibling))
        copy.append(node)
        node, child = copy, parent
        if etree.QName(parent).localname == "Document":
            break
    for count in node.iter("{*}NbOfTxs"):
        count.text = "1"
    for total in list(node.iter("{*}CtrlSum")):
        total.getparent().remove(total)  # type: ignore[union-attr]
    return etree.tostring(node, encoding="UTF-8")
