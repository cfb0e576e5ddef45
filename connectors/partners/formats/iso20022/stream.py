"""A file of ISO 20022 messages read as a stream: each transaction is cut out as a document of its own, and let go."""

from collections.abc import Iterator
from typing import IO, cast

from lxml import etree

from connectors.partners.formats.file_record import FileRecord
from connectors.partners.formats.iso20022.document import MAX_BYTES, At, alone, kind_of, refuse_doctype, start_of
from connectors.partners.formats.iso20022.tally import Tally
from schemas.native import InvalidTransfer
from schemas.registry import Partner

# Where transactions stand in each message, below its root.
_PLACES = {
    "pacs.008": ("CdtTrfTxInf",),
    "pain.001": ("PmtInf/CdtTrfTxInf",),
    "camt.054": ("Ntfctn/Ntry/NtryDtls/TxDtls", "Ntfctn/Ntry"),
}
_FEW_LINES = 65_535  # libxml2 counts an element's lines to here; beyond it tells that of the text within, where that ends
_HEAD = 1024  # bytes in which a document begins
_NAMES = ("Document", "GrpHdr", "PmtInf", "CdtTrfTxInf", "Ntfctn", "Ntry", "TxDtls")


def cut(file: IO[bytes], _: Partner) -> Iterator[FileRecord]:
    """Each transaction of a file as a document with the group header and what else stands before it; several messages may follow one another.

    Headers must agree with what the file holds; what stands behind the transactions (supplementary data) is left out.
    Raises  InvalidTransfer, also after the last record: whoever must know first reads to the end first
    """
    start = start_of(file.read(_HEAD))
    file.seek(start)
    portions = _Portions(file)
    events = etree.iterparse(
        portions, ("start", "end"), tag=[f"{{*}}{name}" for name in _NAMES], resolve_entities=False, no_network=True, load_dtd=False,
        huge_tree=False, remove_comments=True, remove_pis=True,
    )  # fmt: skip
    count, message = 0, None
    try:
        for event, element in events:
            if message is None:
                if event == "start" and etree.QName(element).localname == "Document":
                    message = _Message(element)
                continue
            if event == "end":
                portions.begin()
                yield from message.ended(element)
                if element is message.document:
                    count, message = count + 1, None
    except (
        etree.XMLSyntaxError,
        ValueError,
        KeyError,
    ) as error:  # the latter two: a namespace that is no URI, when it is written out
        line = getattr(error, "lineno", 0) or 1
        raise InvalidTransfer("not_xml", f"The file is not well-formed XML (line {line}); send it whole.") from error
    if not count:
        raise InvalidTransfer("not_in_format", "The file holds no element Document; send ISO 20022 messages.")


class _Portions:
    """The file, as long as no more is read from one transaction or header to the next than a record may have."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file, self._size = file, 0

    def read(self, size: int) -> bytes:
        """Reads on. Raises InvalidTransfer."""
        self._size += size
        if self._size > MAX_BYTES:
            said = f"The file has more than {MAX_BYTES:,} bytes without a transaction in them; leave out what belongs to none."
            raise InvalidTransfer("too_large", said)
        return self._file.read(size)

    def begin(self) -> None:
        """Counts anew."""
        self._size = 0


class _Message:
    """One message while it is read, and what its headers say of its transactions."""

    def __init__(self, document: etree._Element) -> None:
        refuse_doctype(document)
        self.document = document
        self._kind, _ = kind_of(document)
        if self._kind not in _PLACES:
            raise InvalidTransfer("message_unsupported", f"The message is none of {', '.join(_PLACES)}; send these.")
        self._prefix = f"{{{etree.QName(document).namespace}}}"
        self._all: Tally | None = None
        self._within: Tally | None = None
        self._has_details = False

    def ended(self, element: etree._Element) -> Iterator[FileRecord]:
        """The transaction that ends with this element, cut out; then lets go of the element. Raises InvalidTransfer."""
        path = self._path(element)
        if path in _PLACES[self._kind] and not (path == "Ntfctn/Ntry" and self._has_details):
            self._count(element)
            yield FileRecord(alone(At(element, self._prefix)), (_line(element),))
        if path == "GrpHdr":
            self._all = Tally(At(element, self._prefix), "GrpHdr") if self._kind != "camt.054" else None
        elif path == "PmtInf" and self._within is not None:
            self._within.check()
            self._within = None
        elif element is self.document and self._all is not None:
            self._all.check()
        self._has_details = path == "Ntfctn/Ntry/NtryDtls/TxDtls"
        if path and path != "GrpHdr":
            _let_go(element)

    def _path(self, element: etree._Element) -> str:
        """The local names from below the message to the element; "" for what is none of its own."""
        names: list[str] = []
        here: etree._Element | None = element
        while here is not None and here is not self.document and here.tag.startswith(self._prefix):
            names.append(here.tag[len(self._prefix) :])
            here = here.getparent()
        return "/".join(reversed(names[:-1])) if here is self.document else ""

    def _count(self, element: etree._Element) -> None:
        part, order = At(element, self._prefix), element.getparent()
        if self._within is None and order is not None and order.tag == f"{self._prefix}PmtInf":
            self._within = Tally(At(order, self._prefix), "PmtInf")
        for tally in filter(None, (self._all, self._within)):
            tally.add(part)


def _line(element: etree._Element) -> int:
    line = cast(int, element.sourceline)
    if line < _FEW_LINES:
        return line
    while not element.text and len(element):
        element = element[0]
    return line - (element.text or "").count("\n")


def _let_go(element: etree._Element) -> None:
    """Empties the element and takes out the one before it; the parser may still hold the last one of its kind."""
    element.clear()
    before, parent = element.getprevious(), element.getparent()
    if before is not None and parent is not None and before.tag == element.tag:
        parent.remove(before)
