"""mt103/1: SWIFT MT103 as it goes out, as it comes in, and in RJE files with acknowledgements between; one message is one transfer."""

from collections.abc import Iterator

from connectors.partners.formats import fields
from connectors.partners.formats.contract import FieldRow, Format, Incoming, Item, Reader
from connectors.partners.formats.fields import Fields
from connectors.partners.formats.mt103 import customers
from connectors.partners.formats.mt103.blocks import Message, cut, messages
from schemas.native import InvalidTransfer
from schemas.registry import Partner

FIELDS = (
    FieldRow("transfer_id", "{3:{121:}}", "else the sender's BIC, the value date and :20:, which alone repeats"),
    FieldRow("status", "", "sent"),
    FieldRow("occurred_at", "{2:O…}", "time of input, local to the partner; without it the noon of the value date (:32A:)"),
    FieldRow("amount", ":32A:"),
    FieldRow("channel", "", "bank_transfer"),
    FieldRow("sender", ":50A: :50F: :50K:", "account, name, address; of 50F also birth, documents and customer number"),
    FieldRow("receiver", ":59: :59A: :59F:", "account, name, address"),
    FieldRow("send_agent", ":52A: :52D:", "else the sender of the message"),
    FieldRow("pay_agent", ":57A: :57B: :57C: :57D:", "else the receiver of the message"),
    FieldRow("purpose", ":70:", "without the codes between slashes"),
)
LOST = (
    "the instructed amount, exchange rate and charges (:33B: :36: :71A: :71F: :71G:)", "correspondents (:53a: to :56a:)", "bank to bank information (:72:)",
    "regulatory reporting (:77B:)", "time indications and instruction codes (:13C: :23E: :26T:)",
)  # fmt: skip
_DEMANDED = (("20",), ("23B",), ("32A",), ("50A", "50F", "50K"), ("59", "59A", "59F"), ("71A",))


def _reader(partner: Partner) -> Reader:
    def items(incoming: Incoming) -> Iterator[Item]:
        try:
            found = messages(incoming.raw)
        except InvalidTransfer as fault:
            yield Item(fault)
            return
        for message in found:
            try:
                result = fields.native(_transfer(message, partner))
            except InvalidTransfer as fault:
                result = fault
            yield Item(result, message.raw if len(found) > 1 else b"")

    return items


def _transfer(message: Message, partner: Partner) -> Fields:
    """The native fields of one message. Raises InvalidTransfer."""
    for tags in _DEMANDED:
        if not message.field(*tags)[1]:
            named = " or ".join(f":{tag}:" for tag in tags)
            raise InvalidTransfer("field_missing", f"The message has no field {named}; it is required.", f":{tags[0]}:")
    value_date, currency, sum_ = customers.value(message.field("32A")[1])
    reference = fields.joined_id(message.sender[:8], value_date, message.field("20")[1])
    return fields.present(
        {
            "transfer_id": message.uetr or reference,
            "status": "sent",
            "occurred_at": fields.local_time(message.input_time or value_date, partner),
            "amount": fields.amount(sum_, currency),
            "channel": "bank_transfer",
            "sender": customers.party(*message.field("50A", "50F", "50K")),
            "receiver": customers.party(*message.field("59", "59A", "59F")),
            "send_agent": customers.institution(*message.field("52A", "52D"), other=message.sender),
            "pay_agent": customers.institution(*message.field("57A", "57B", "57C", "57D"), other=message.receiver),
            "purpose": customers.remittance(message.field("70")[1]),
        }
    )


FORMAT = Format("mt103/1", "SWIFT MT103", _reader, FIELDS, LOST, cut)
