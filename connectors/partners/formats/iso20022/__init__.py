"""iso20022/1: pacs.008, pain.001 and camt.054, bare or in a CBPR+ envelope, any number of transactions a document.

Checked against the schema of their message are the versions pacs.008.001.02, .06, .08, .09, .10, .12 and .13, pain.001.001.03, .09 and .11, camt.054.001.02, .08 and
.12. Other versions, and the namespaces of communities that end otherwise, are read as they are.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import islice

from connectors.partners.formats.contract import MAX_TRANSFERS, FieldRow, Format, Incoming, Item, Reader, too_many
from connectors.partners.formats.fields import Fields, native
from connectors.partners.formats.iso20022 import camt054, pacs008, pain001
from connectors.partners.formats.iso20022.document import At, Document, alone, read
from connectors.partners.formats.iso20022.schema.check import Breaches, Schemas
from connectors.partners.formats.iso20022.stream import cut
from connectors.partners.formats.iso20022.tally import Tally
from schemas.native import InvalidTransfer
from schemas.native_reading import id_of
from schemas.registry import Partner

# Each transaction of a message with what makes its native fields.
Transactions = Callable[[At, Partner], Iterable[tuple[At, Callable[[], Fields]]]]
MESSAGES: dict[str, Transactions] = {
    "pacs.008": pacs008.transactions,
    "pain.001": pain001.transactions,
    "camt.054": camt054.transactions,
}


def _reader(partner: Partner) -> Reader:
    schemas = Schemas()

    def items(incoming: Incoming) -> Iterator[Item]:
        try:
            document = read(incoming.raw)
            found = list(islice(_transactions(document)(document.body, partner), MAX_TRANSFERS + 1))
            breaches = _checked(document, [part for part, _ in found], schemas)
        except InvalidTransfer as fault:
            yield Item(fault)
            return
        for place, (part, said) in enumerate(found):
            breach = breaches.by_place.get(place)
            result = native(said()) if breach is None else _named(breach, said())
            # Only what is refused is cut out: a document of a thousand transactions would else be copied a thousand times.
            part.release()
            yield Item(result, partial(alone, part) if len(found) > 1 else b"")

    return items


def _named(breach: InvalidTransfer, said: Fields) -> InvalidTransfer:
    """The breach, which several transactions may share, with the id of this one."""
    fault = InvalidTransfer(breach.code, breach.reason, breach.path)
    fault.transfer_id = id_of(said.get("transfer_id"))
    return fault


def _transactions(document: Document) -> Transactions:
    found = MESSAGES.get(document.message)
    if found is None:
        raise InvalidTransfer("message_unsupported", f"The message is none of {', '.join(MESSAGES)}; send one of these.")
    return found


def _checked(document: Document, parts: list[At], schemas: Schemas) -> Breaches:
    """What the schema says against single transactions. Raises InvalidTransfer where the document as a whole is refused."""
    if len(parts) > MAX_TRANSFERS:
        raise too_many()
    _check_counts(document)
    breaches = schemas.check(document, [part.element for part in parts])
    if breaches.whole is not None:
        raise breaches.whole
    return breaches


def _check_counts(document: Document) -> None:
    body, header = document.body, document.body.at("GrpHdr")
    if header is None or document.message == "camt.054":
        return
    everything = Tally(header, "GrpHdr")
    for part in body.all("CdtTrfTxInf"):
        everything.add(part)
    for order in body.all("PmtInf"):
        within = Tally(order, "PmtInf")
        for part in order.all("CdtTrfTxInf"):
            within.add(part)
            everything.add(part)
        within.check()
    everything.check()


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
    cut,
)
