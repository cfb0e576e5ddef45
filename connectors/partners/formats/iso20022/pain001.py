"""pain.001: a customer's order to its bank, versions 03 to 13; each CdtTrfTxInf of each PmtInf is one transfer."""

from collections.abc import Callable, Iterator
from functools import partial

from connectors.partners.formats import fields
from connectors.partners.formats.contract import FieldRow
from connectors.partners.formats.fields import Fields
from connectors.partners.formats.iso20022 import parties
from connectors.partners.formats.iso20022.document import At
from connectors.partners.formats.iso20022.pacs008 import side
from schemas.registry import Partner

FIELDS = (
    FieldRow("transfer_id", "CdtTrfTxInf/PmtId/UETR", "else GrpHdr/MsgId, PmtInfId and EndToEndId, which alone repeats"),
    FieldRow("status", "", "sent"),
    FieldRow("occurred_at", "GrpHdr/CreDtTm", "without an offset: local to the partner"),
    FieldRow("amount", "Amt/InstdAmt", "else Amt/EqvtAmt/Amt"),
    FieldRow("channel", "CtgyPurp, Purp", "payroll for SALA, PAYR, BONU; else bank_transfer"),
    FieldRow("sender", "CdtTrfTxInf/UltmtDbtr", "else PmtInf/UltmtDbtr, else PmtInf/Dbtr; with PmtInf/DbtrAcct"),
    FieldRow("receiver", "UltmtCdtr", "else Cdtr; with CdtrAcct"),
    FieldRow("send_agent", "PmtInf/DbtrAgt"),
    FieldRow("pay_agent", "CdtrAgt"),
    FieldRow("purpose", "Purp, PmtTpInf/CtgyPurp, RmtInf/Ustrd, RmtInf/Strd/AddtlRmtInf"),
)
LOST = (
    "the requested day of execution", "the initiating party", "intermediary agents", "exchange rate and charges", "structured remittance information but for its words",
    "regulatory reporting", "the debtor or creditor where an ultimate one is named (the account is kept)",
)  # fmt: skip


def transactions(message: At, partner: Partner) -> Iterator[tuple[At, Callable[[], Fields]]]:
    """Each transaction of CstmrCdtTrfInitn with what makes the native fields it means."""
    header = message.at("GrpHdr") or message
    for order in message.all("PmtInf"):
        for one in order.all("CdtTrfTxInf"):
            yield one, partial(_fields, one, order, header, partner)


def _fields(one: At, order: At, header: At, partner: Partner) -> Fields:
    unique = one.text("PmtId/UETR")
    named = (header.text("MsgId"), order.text("PmtInfId"), one.text("PmtId/EndToEndId"), one.text("PmtId/InstrId"))
    payer = side(one, "UltmtDbtr", "UltmtDbtr", "DbtrAcct") if one.at("UltmtDbtr/Nm") else None
    return fields.present(
        {
            "transfer_id": unique or fields.joined_id(*named),
            "status": "sent",
            "occurred_at": fields.local_time(header.text("CreDtTm"), partner),
            "amount": parties.amount(one.at("Amt/InstdAmt", "Amt/EqvtAmt/Amt")),
            "channel": "payroll" if parties.is_wage(one, order) else "bank_transfer",
            "sender": _with_account(payer, order) if payer else side(order, "UltmtDbtr", "Dbtr", "DbtrAcct"),
            "receiver": side(one, "UltmtCdtr", "Cdtr", "CdtrAcct"),
            "send_agent": parties.agent(order.at("DbtrAgt")),
            "pay_agent": parties.agent(one.at("CdtrAgt")),
            "purpose": parties.purpose(one, order),
        }
    )


def _with_account(payer: Fields, order: At) -> Fields:
    return fields.present(payer | {"accounts": parties.accounts(order.at("DbtrAcct"))})
