"""pacs.008: a credit transfer from bank to bank, versions 02 to 13; each CdtTrfTxInf is one transfer."""

from collections.abc import Callable, Iterator
from functools import partial

from connectors.partners.formats import fields
from connectors.partners.formats.contract import FieldRow
from connectors.partners.formats.fields import Fields
from connectors.partners.formats.iso20022 import parties
from connectors.partners.formats.iso20022.document import At
from schemas.registry import Partner

FIELDS = (
    FieldRow("transfer_id", "CdtTrfTxInf/PmtId/UETR", "else TxId; else GrpHdr/MsgId and EndToEndId, which alone repeats"),
    FieldRow("status", "", "sent"),
    FieldRow("occurred_at", "AccptncDtTm", "else GrpHdr/CreDtTm; without an offset: local to the partner"),
    FieldRow("amount", "IntrBkSttlmAmt"),
    FieldRow("channel", "PmtTpInf/CtgyPurp/Cd, Purp/Cd", "payroll for SALA, PAYR, BONU; else bank_transfer"),
    FieldRow("sender", "UltmtDbtr", "else Dbtr; with DbtrAcct"),
    FieldRow("receiver", "UltmtCdtr", "else Cdtr; with CdtrAcct"),
    FieldRow("send_agent", "DbtrAgt", "else InstgAgt"),
    FieldRow("pay_agent", "CdtrAgt", "else InstdAgt"),
    FieldRow("purpose", "Purp, PmtTpInf/CtgyPurp, RmtInf/Ustrd, RmtInf/Strd/AddtlRmtInf"),
)
LOST = (
    "the instructed amount, its exchange rate and charges", "intermediary and instructing agents", "structured remittance information but for its words",
    "regulatory reporting", "the debtor or creditor where an ultimate one is named (the account is kept)",
)  # fmt: skip


def transactions(message: At, partner: Partner) -> Iterator[tuple[At, Callable[[], Fields]]]:
    """Each transaction of FIToFICstmrCdtTrf with what makes the native fields it means."""
    header = message.at("GrpHdr") or message
    for one in message.all("CdtTrfTxInf"):
        yield one, partial(_fields, one, header, partner)


def _fields(one: At, header: At, partner: Partner) -> Fields:
    at = one.text("AccptncDtTm") or header.text("CreDtTm")
    return fields.present(
        {
            "transfer_id": transfer_id(one, header),
            "status": "sent",
            "occurred_at": fields.local_time(at, partner),
            "amount": parties.amount(one.at("IntrBkSttlmAmt")),
            "channel": "payroll" if parties.is_wage(one, header) else "bank_transfer",
            "sender": side(one, "UltmtDbtr", "Dbtr", "DbtrAcct"),
            "receiver": side(one, "UltmtCdtr", "Cdtr", "CdtrAcct"),
            "send_agent": parties.agent(one.at("DbtrAgt")) or parties.agent(one.at("InstgAgt")),
            "pay_agent": parties.agent(one.at("CdtrAgt")) or parties.agent(one.at("InstdAgt")),
            "purpose": parties.purpose(one),
        }
    )


def side(one: At, ultimate: str, direct: str, account: str) -> Fields | None:
    """The party on one side: the ultimate one where it is named, with the account of the direct one."""
    found = one.at(f"{ultimate}/Nm")
    said = one.at(ultimate) if found else one.at(direct)
    return parties.party(said, one.at(account)) if said else None


def transfer_id(one: At, header: At) -> str:
    """What names the transfer under every status. An EndToEndId alone repeats from payer to payer, so the message goes before it."""
    unique = one.text("PmtId/UETR", "PmtId/TxId")
    return unique or fields.joined_id(header.text("MsgId"), one.text("PmtId/EndToEndId"), one.text("PmtId/InstrId"))
