"""mojaloop.fspiop/1: a transfer of a Mojaloop scheme (FSPIOP 1.1, and 2.0 whose bodies are ISO 20022 in JSON).

POST /transfers names no people: they are in the quote. So a record is either the transfer with its quote beside it,
{"transfer": {…}, "quote": {…}, "fulfilment": {…}} (the last one, PUT /transfers, where it is known), or the transfer alone, whose ilpPacket then carries the
transaction of the quote. A body of 2.0 is {"GrpHdr": {…}, "CdtTrfTxInf": {…}} and is read as pacs.008.
Source  FSPIOP 1.1 and 2.0 API snippets (github.com/mojaloop/api-snippets).
"""

import base64
import binascii
from email.utils import parsedate_to_datetime

from lxml import etree

from connectors.partners.formats import fields
from connectors.partners.formats.contract import FieldRow, Format, Incoming, Reader
from connectors.partners.formats.fields import Fields, single
from connectors.partners.formats.iso20022.document import At
from connectors.partners.formats.iso20022.pacs008 import transactions
from connectors.partners.formats.json_record import Json, child, read, text
from schemas.native import InvalidTransfer
from schemas.registry import Partner

FIELDS = (
    FieldRow("transfer_id", "transfer.transferId", "2.0: as pacs.008"),
    FieldRow(
        "status",
        "fulfilment.transferState, quote.transactionType.scenario",
        "paid for COMMITTED, cancelled for ABORTED, refunded for REFUND, else sent",
    ),
    FieldRow("occurred_at", "fulfilment.completedTimestamp", "else the header Date of the request, else the time of arrival"),
    FieldRow("amount", "transfer.amount"),
    FieldRow("channel", "quote.transactionType.scenario", "cash_in, cash_out, merchant for PAYMENT; else wallet_to_wallet"),
    FieldRow("sender", "quote.payer", "else the payer in the ilpPacket; MSISDN is a phone, IBAN and ACCOUNT_ID are accounts"),
    FieldRow("receiver", "quote.payee", "as for the payer"),
    FieldRow("purpose", "quote.note"),
    FieldRow("merchant_category", "quote.payee.merchantClassificationCode"),
)
LOST = (
    "fees, the ILP condition and fulfilment, and expiry",
    "extension lists",
    "the position of the payer (geoCode)",
    "the names of the providers, which say no country",
)
_CHANNELS = {"DEPOSIT": "cash_in", "WITHDRAWAL": "cash_out", "PAYMENT": "merchant"}
_STATES = {"COMMITTED": "paid", "ABORTED": "cancelled"}
_ACCOUNTS = {"IBAN": "iban", "ACCOUNT_ID": "account", "ALIAS": "wallet", "DEVICE": "wallet", "BUSINESS": "account"}
_MESSAGE = "{mojaloop}"  # namespace of the elements made of a 2.0 body


def _reader(partner: Partner) -> Reader:
    def meaning(incoming: Incoming) -> Fields:
        said = read(incoming.raw)
        return _iso(said, partner) if "CdtTrfTxInf" in said else _transfer(said, incoming)

    return single(meaning)


def _transfer(said: Json, incoming: Incoming) -> Fields:
    transfer = child(said, "transfer") or said
    quote = child(said, "quote") or _of_packet(text(transfer, "ilpPacket"))
    done, kind = child(said, "fulfilment"), child(quote, "transactionType")
    scenario = text(kind, "scenario")
    channel = _CHANNELS.get(scenario, "wallet_to_wallet")
    payee = child(quote, "payee")
    category = text(payee, "merchantClassificationCode")
    return fields.present(
        {
            "transfer_id": text(transfer, "transferId"),
            "status": "refunded" if scenario == "REFUND" else _STATES.get(text(done, "transferState"), "sent"),
            "occurred_at": text(done, "completedTimestamp") or _arrival(incoming),
            "amount": fields.amount(text(transfer, "amount", "amount"), text(transfer, "amount", "currency")),
            "channel": channel,
            "sender": _party(child(quote, "payer")),
            "receiver": _party(payee) if channel != "cash_out" else None,
            "purpose": text(quote, "note")[:140],
            "merchant_category": category.zfill(4) if category.isdigit() and len(category) <= 4 else None,
        }
    )


def _of_packet(packet: str) -> Json:
    """The transaction that a sender puts into the ILP packet as base64url of JSON; empty where the packet holds none."""
    try:
        data = base64.urlsafe_b64decode(packet + "=" * (-len(packet) % 4))
    except (binascii.Error, ValueError):
        return {}
    start, end = data.find(b"{"), data.rfind(b"}")
    try:
        return read(data[start : end + 1]) if 0 <= start < end else _of_nested(data)
    except InvalidTransfer:
        return _of_nested(data)


def _of_nested(data: bytes) -> Json:
    """Senders encode the transaction once more inside the packet's data."""
    start = data.find(b"eyJ")  # base64 of {"
    if start < 0:
        return {}
    inner = bytes(char for char in data[start:] if chr(char).isalnum() or char in b"-_")
    try:
        return read(base64.urlsafe_b64decode(inner + b"=" * (-len(inner) % 4)))
    except (binascii.Error, ValueError, InvalidTransfer):
        return {}


def _arrival(incoming: Incoming) -> str:
    try:
        return parsedate_to_datetime(incoming.header("date")).isoformat()
    except ValueError:
        return fields.instant(incoming.received_ms) if incoming.received_ms else ""


def _party(said: Json) -> Fields:
    kind, number = text(said, "partyIdInfo", "partyIdType").upper(), text(said, "partyIdInfo", "partyIdentifier")
    person = child(said, "personalInfo", "complexName")
    parts = [text(person, key) for key in ("firstName", "middleName", "lastName")]
    name = " ".join(filter(None, parts)) or text(said, "name") or fields.name_of_account(number)
    phone = f"+{number.lstrip('+')}" if kind == "MSISDN" and number.lstrip("+").isdigit() else ""
    return fields.present(
        {
            "kind": "entity" if kind == "BUSINESS" or text(said, "merchantClassificationCode") else fields.party_kind(name),
            "name": name[:200],
            "party_id": number[:64] if kind == "PERSONAL_ID" else None,
            "date_of_birth": text(said, "personalInfo", "dateOfBirth"),
            "phones": fields.phones([phone]),
            "emails": fields.emails([number]) if kind == "EMAIL" else [],
            "accounts": [{"type": _ACCOUNTS[kind], "number": number[:64]}] if kind in _ACCOUNTS and number else [],
        }
    )


def _iso(said: Json, partner: Partner) -> Fields:
    """The fields of a 2.0 body, through the reader of pacs.008: the same names, in JSON."""
    root = etree.Element(f"{_MESSAGE}Document")
    for name in ("GrpHdr", "CdtTrfTxInf"):
        _element(root, name, child(said, name))
    found = [said() for _, said in transactions(At(root, _MESSAGE), partner)]
    if len(found) != 1:
        raise InvalidTransfer("not_in_format", "The body must hold one CdtTrfTxInf; send one transfer a record.", "CdtTrfTxInf")
    return found[0]


def _element(parent: etree._Element, name: str, value: object, depth: int = 0) -> None:
    if depth > 24:
        raise InvalidTransfer("not_in_format", "The body is nested too deeply to be a transfer.", name)
    if not name.isascii() or not name.isidentifier():
        raise InvalidTransfer("not_in_format", "The body has a field whose name is none of ISO 20022.", "")
    for one_value in value if isinstance(value, list) else [value]:
        element = etree.SubElement(parent, f"{_MESSAGE}{name}")
        if not isinstance(one_value, dict):
            element.text = None if one_value is None else fields.plain(str(one_value))
            continue
        if "Ccy" in one_value:
            _amount(element, name, one_value)
            continue
        for key, inner in one_value.items():
            _element(element, key, inner, depth + 1)


def _amount(element: etree._Element, name: str, said: Json) -> None:
    """{"Ccy": "USD", "ActiveCurrencyAndAmount": "12.50"}: the one other field is the sum, whatever its type is called."""
    sums = [value for key, value in said.items() if key != "Ccy"]
    if len(sums) != 1 or not isinstance(sums[0], str) or not isinstance(said["Ccy"], str):
        raise InvalidTransfer("not_in_format", "An amount has its currency (Ccy) and one sum, as texts, and nothing else.", name)
    element.set("Ccy", fields.plain(said["Ccy"]))
    element.text = fields.plain(sums[0])


FORMAT = Format("mojaloop.fspiop/1", "Mojaloop FSPIOP 1.1 and 2.0", _reader, FIELDS, LOST)
