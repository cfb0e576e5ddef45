"""iso20022/1: pacs.008, pain.001 and camt.054, bare or in a CBPR+ envelope, any number of transactions a document."""

from collections.abc import Callable, Iterable, Iterator
from functools import partial

from connectors.partners.formats.contract import FieldRow, Format, Incoming, Item, Reader
from connectors.partners.formats.fields import Fields, native
from connectors.partners.formats.iso20022 import camt054, pacs008, pain001
from connectors.partners.formats.iso20022.document import At, Document, alone, read
from schemas.native import InvalidTransfer
from schemas.registry import Partner

Transfers = Callable[[At, Partner], Iterable[tuple[At, Fields]]]
MESSAGES: dict[str, Transfers] = {"pacs.008": pacs008.transfers, "pain.001": pain001.transfers, "camt.054": camt054.transfers}


def _reader(partner: Partner) -> Reader:
    def items(incoming: Incoming) -> Iterator[Item]:
        try:
            document = read(incoming.raw)
            found = list(_transfers(document)(document.body, partner))
            _check_count(document, len(found))
        except InvalidTransfer as fault:
            yield Item(fault)
            return
        for part, said in found:
            # Only what is refused is cut out: a document of a thousand transactions would else be copied a thousand times.
            yield Item(native(said), partial(alone, part) if len(found) > 1 else b"")

    return items


def _transfers(document: Document) -> Transfers:
    found = MESSAGES.get(document.message)
    if found is None:
        raise InvalidTransfer("message_unsupported", f"The message is none of {', '.join(MESSAGES)}; send one of these.")
    return found


def _check_count(document: Document, found: int) -> None:
    """The header says how many transactions there are; where that differs, some were lost on the way."""
    said = document.body.text("GrpHdr/NbOfTxs")
    if said and document.message != "camt.054" and said.isascii() and (not said.isdigit() or int(said) != found):
        text = f"GrpHdr/NbOfTxs does not agree with the document, which has {found} transactions; send it whole."
        raise InvalidTransfer("count_differs", text, "GrpHdr/NbOfTxs")


def _rows() -> tuple[FieldRow, ...]:
    tables = (("pacs.008", pacs008.FIELDS), ("pain.001", pain001.FIELDS), ("camt.054", camt054.FIELDS))
    return tuple(
        FieldRow(row.canonical, f"{name}: {row.source}".removesuffix(": "), row.note) for name, rows in tables for row in rows
    )


FORMAT = Format(
    "iso20022/1",
    "ISO 20022 (pacs.008, pain.001, camt.054)",
    _reader,
    _rows(),
    tuple(dict.fromkeys((*pacs008.LOST, *pain001.LOST, *camt054.LOST))),
)
