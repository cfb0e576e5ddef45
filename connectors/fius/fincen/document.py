"""Reads the XML that others may have made: no DTD, no entities, no network, nothing huge; anything else is a coded error."""

from lxml import etree

MAX_BYTES = 60_000_000  # DEF: more than any batch of one report can have; FinCEN splits batches before that


class DocumentError(Exception):
    """Bytes that are not usable XML; one sentence for people. `code` is too_big, dtd or not_xml."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


def parse(payload: bytes, most: int = MAX_BYTES) -> etree._Element:
    """The document element. Raises DocumentError."""
    if len(payload) > most:
        raise DocumentError("too_big", f"The file has {len(payload)} bytes; at most {most} are read.")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(payload, parser)
    except etree.XMLSyntaxError as error:
        raise DocumentError("not_xml", f"The file is not well-formed XML (line {error.lineno}).") from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise DocumentError("dtd", "The file carries a DTD; it must not.")
    return root


def local(element: etree._Element) -> str:
    """The element's name without its namespace; "" for a comment or an instruction."""
    tag: object = element.tag  # a function for a comment or an instruction
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""
