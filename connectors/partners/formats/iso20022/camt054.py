"""camt.054: a bank's notice of entries on a customer's account, versions 02 to 12; each TxDtls, or an entry without any, is one transfer.

An entry says who owns the account; who stands on the other side is in its details. An entry without a name on the other side is no
transfer we could judge, and is refused.
"""

from collections.abc import Callable, Iterator
from functools import partial

from connectors.partners.formats import fields
from connectors.partners.formats.contract import FieldRow
from connectors.partners.formats.fields import Fields
from connectors.partners.formats.iso20022 import parties
from connectors.partners.formats.iso20022.document import At
from schemas.registry import Partner

FIELDS = (
    FieldRow("transfer_id", "TxDtls/Refs/UETR", "else TxId; else AcctSvcrRef and EndToEndId; else Ntfctn/Id and NtryRef"),
    FieldRow("status", "Ntry/Sts, Ntry/RvslInd", "refunded for a reversal; sent while pending; else paid"),
    FieldRow(
        "occurred_at",
        "TxDtls/RltdDts/AccptncDtTm",
        "else TxDtTm; else Ntry/BookgDt, ValDt, GrpHdr/CreDtTm; a day alone is its noon, local to the partner",
    ),
    FieldRow("amount", "TxDtls/Amt", "else AmtDtls/TxAmt/Amt; else Ntry/Amt"),
    FieldRow("channel", "TxDtls/Purp/Cd", "payroll for SALA, PAYR, BONU; else bank_transfer"),
    FieldRow("sender", "RltdPties/UltmtDbtr", "else Dbtr; for a debit the owner of the account where neither is named"),
    FieldRow("receiver", "RltdPties/UltmtCdtr", "else Cdtr; for a credit the owner of the account where neither is named"),
    FieldRow("send_agent", "RltdAgts/DbtrAgt", "for a debit else Acct/Svcr"),
    FieldRow("pay_agent", "RltdAgts/CdtrAgt", "for a credit else Acct/Svcr"),
    FieldRow("purpose", "TxDtls/Purp, RmtInf/Ustrd, RmtInf/Strd/AddtlRmtInf"),
)
LOST = (
    "charges, interest and exchange rates", "the bank's transaction code", "structured remittance information but for its words", "value date",
    "the debtor or creditor where an ultimate one is named (the account is kept)",
)  # fmt: skip
_PENDING = frozenset({"PDNG", "FUTR", "INFO"})  # ExternalEntryStatus1Code: not booked yet


def transactions(message: At, partner: Partner) -> Iterator[tuple[At, Callable[[], Fields]]]:
    """Each transaction of BkToCstmrDbtCdtNtfctn with what makes the native fields it means."""
    created = message.text("GrpHdr/CreDtTm")
    for notice in message.all("Ntfctn"):
        for entry in notice.all("Ntry"):
            details = list(entry.all("NtryDtls/TxDtls"))
            for one in details or [entry]:
                yield one, partial(_timed, one, entry, notice, partner, created)


def _timed(one: At, entry: At, notice: At, partner: Partner, created: str) -> Fields:
    return _fields(one, entry, notice) | {"occurred_at": fields.local_time(_time(one, entry, created), partner)}


def _fields(one: At, entry: At, notice: At) -> Fields:
    is_credit = (one.text("CdtDbtInd") or entry.text("CdtDbtInd")) == "CRDT"
    servicer = notice.at("Acct/Svcr")
    return fields.present(
        {
            "transfer_id": _id(one, entry, notice),
            "status": _status(one, entry),
            "amount": parties.amount(one.at("Amt", "AmtDtls/TxAmt/Amt") or entry.at("Amt")),
            "channel": "payroll" if parties.is_wage(one) else "bank_transfer",
            "sender": _side(one, notice, "Dbtr", is_owner=not is_credit),
            "receiver": _side(one, notice, "Cdtr", is_owner=is_credit),
            "send_agent": parties.agent(one.at("RltdAgts/DbtrAgt") or (None if is_credit else servicer)),
            "pay_agent": parties.agent(one.at("RltdAgts/CdtrAgt") or (servicer if is_credit else None)),
            "purpose": parties.purpose(one),
        }
    )


def _id(one: At, entry: At, notice: At) -> str:
    unique = one.text("Refs/UETR", "Refs/TxId")
    if unique:
        return unique
    named = (one.text("Refs/AcctSvcrRef") or entry.text("AcctSvcrRef"), one.text("Refs/EndToEndId"))
    return fields.joined_id(*named) if named[0] else fields.joined_id(notice.text("Id"), entry.text("NtryRef"), named[1])


def _status(one: At, entry: At) -> str:
    if entry.text("RvslInd") in ("true", "1"):
        return "refunded"
    return "sent" if entry.text("Sts/Cd", "Sts") in _PENDING else "paid"


def _time(one: At, entry: At, created: str) -> str:
    found = one.text("RltdDts/AccptncDtTm", "RltdDts/TxDtTm")
    return found or entry.text("BookgDt/DtTm", "BookgDt/Dt", "ValDt/DtTm", "ValDt/Dt") or created


def _side(one: At, notice: At, name: str, is_owner: bool) -> Fields | None:
    """A side of the transaction; from version 04 on a party stands inside Pty. The account's owner where its side is not named."""
    account = one.at(f"RltdPties/{name}Acct") or (notice.at("Acct") if is_owner else None)
    for path in (f"RltdPties/Ultmt{name}", f"RltdPties/{name}"):
        bank = one.at(f"{path}/Agt/FinInstnId")
        if bank is not None:
            return parties.institution(bank, account)
        said = one.at(f"{path}/Pty", path)
        if said is not None and said.text("Nm"):
            return parties.party(said, account)
    unnamed = notice.at("Acct/Ownr") if is_owner else one.at(f"RltdPties/{name}/Pty", f"RltdPties/{name}")
    return parties.party(unnamed or account, account) if account else None
