"""The simulated transfers as other systems would write them: one document a transfer, in every format, so that its reader can be measured."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import iso8583
import msgspec
from iso8583.specs import default_ascii

from schemas.codes import CURRENCY_BY_NUMBER
from schemas.money import decimals
from schemas.wire import schema_registry

Event = dict[str, Any]
MAPPING = """schema: strgw.csv-mapping/1
layout: {encoding: utf-8, delimiter: ","}
fields:
- {to: transfer_id, columns: [id]}
- {to: status, value: sent}
- {to: occurred_at, columns: [time]}
- {to: amount.value, columns: [sum]}
- {to: amount.currency, columns: [currency]}
- {to: channel, value: cash_to_cash}
- {to: sender.kind, value: person}
- {to: sender.name, columns: [sender]}
- {to: "sender.phones[0]", columns: [phone]}
- {to: receiver.kind, value: person}
- {to: receiver.name, columns: [receiver]}
- {to: purpose, columns: [purpose]}
"""
_CSV_HEAD = "id,time,sum,currency,sender,phone,receiver,purpose\n"
_NUMBER_OF = {code: number for number, code in CURRENCY_BY_NUMBER.items()}
_JSON = msgspec.json.Encoder().encode


def _sides(event: Event) -> tuple[Event, Event]:
    return event["sender"], event.get("receiver") or event["sender"]


def _name(party: Event) -> str:
    return str(party["name"]).replace("&", " ").replace("<", " ")


def _account(party: Event) -> str:
    return str(next((one["number"] for one in party.get("accounts", ())), "408178100000"))


def _phone(party: Event) -> str:
    return str(next(iter(party.get("phones", ())), "+996555123456"))


def _money(event: Event) -> tuple[str, str]:
    return event["amount"]["value"], event["amount"]["currency"]


def avro(event: Event) -> bytes:
    """strgw.transfer/1 in Avro."""
    return schema_registry().encode("transfer", event)


def pacs008(event: Event) -> bytes:
    """A pacs.008.001.08 with one transaction."""
    (sender, receiver), (value, currency) = _sides(event), _money(event)
    agent = "<FinInstnId><BICFI>{}</BICFI></FinInstnId>"
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pacs.008.001.08"><FIToFICstmrCdtTrf><GrpHdr><MsgId>{event["transfer_id"][:30]}</MsgId>
<CreDtTm>{event["occurred_at"]}</CreDtTm><NbOfTxs>1</NbOfTxs><SttlmInf><SttlmMtd>CLRG</SttlmMtd></SttlmInf></GrpHdr><CdtTrfTxInf>
<PmtId><EndToEndId>NOTPROVIDED</EndToEndId><TxId>{event["transfer_id"][:35]}</TxId></PmtId><IntrBkSttlmAmt Ccy="{currency}">{value}</IntrBkSttlmAmt>
<IntrBkSttlmDt>{event["occurred_at"][:10]}</IntrBkSttlmDt><ChrgBr>SHAR</ChrgBr><Dbtr><Nm>{_name(sender)}</Nm><PstlAdr><StrtNm>Lenina</StrtNm><BldgNb>14</BldgNb>
<TwnNm>Osh</TwnNm><Ctry>KG</Ctry></PstlAdr></Dbtr><DbtrAcct><Id><Othr><Id>{_account(sender)}</Id></Othr></Id></DbtrAcct><DbtrAgt>{agent.format("AAAAKG22")}</DbtrAgt>
<CdtrAgt>{agent.format("BBBBKZKA")}</CdtrAgt><Cdtr><Nm>{_name(receiver)}</Nm><PstlAdr><TwnNm>Almaty</TwnNm><Ctry>KZ</Ctry></PstlAdr></Cdtr>
<CdtrAcct><Id><Othr><Id>{_account(receiver)}</Id></Othr></Id></CdtrAcct><RmtInf><Ustrd>family support</Ustrd></RmtInf></CdtTrfTxInf></FIToFICstmrCdtTrf></Document>""".encode()


def mt103(event: Event) -> bytes:
    """An MT103 as it goes out."""
    (sender, receiver), (value, currency) = _sides(event), _money(event)
    day = event["occurred_at"][2:10].replace("-", "")
    return f"""{{1:F01AAAAKG22AXXX0000000001}}{{2:I103BBBBKZKAXXXXN}}{{4:
:20:{event["transfer_id"][:16]}
:23B:CRED
:32A:{day}{currency}{value.replace(".", ",")}
:50K:/{_account(sender)}
{_name(sender)}
LENINA 14
OSH KG
:59:/{_account(receiver)}
{_name(receiver)}
ALMATY KZ
:70:FAMILY SUPPORT
:71A:SHA
-}}""".encode()


def mojaloop(event: Event) -> bytes:
    """A transfer of FSPIOP 1.1 joined with its quote."""
    (sender, receiver), (value, currency) = _sides(event), _money(event)

    def side(party: Event) -> Event:
        return {"partyIdInfo": {"partyIdType": "MSISDN", "partyIdentifier": _phone(party), "fspId": "a"}, "name": _name(party)}

    transfer = {"transferId": event["transfer_id"], "amount": {"amount": value, "currency": currency}}
    kind = {"scenario": "TRANSFER", "initiator": "PAYER", "initiatorType": "CONSUMER"}
    quote = {"payer": side(sender), "payee": side(receiver), "transactionType": kind, "note": "family support"}
    state = {"transferState": "COMMITTED", "completedTimestamp": event["occurred_at"]}
    return _JSON({"transfer": transfer, "quote": quote, "fulfilment": state})


def gsma(event: Event) -> bytes:
    """A transaction of the Mobile Money API."""
    (sender, receiver), (value, currency) = _sides(event), _money(event)

    def known(party: Event) -> Event:
        return {"subjectName": {"fullName": _name(party)}, "nationality": "KG", "postalAddress": {"city": "Osh", "country": "KG"}}

    said = {
        "transactionReference": event["transfer_id"], "transactionStatus": "completed", "type": "inttransfer", "amount": value, "currency": currency,
        "creationDate": event["occurred_at"], "debitParty": [{"key": "msisdn", "value": _phone(sender)}], "creditParty": [{"key": "msisdn", "value": _phone(receiver)}],
        "senderKyc": known(sender), "recipientKyc": known(receiver), "descriptionText": "family support",
    }  # fmt: skip
    return _JSON(said)


def iso8583_message(event: Event) -> bytes:
    """An original credit of ISO 8583."""
    (sender, receiver), (value, currency) = _sides(event), _money(event)
    minor = int(Decimal(value).scaleb(decimals(currency)))
    time = event["occurred_at"]
    day = f"{min(int(time[8:10]), 28):02d}"  # the message says no year, and not every year has a 29 February
    fields = {
        "t": "0200", "2": "4111111111111111", "3": "260000", "4": f"{minor:012d}", "7": time[5:7] + day + "".join(time[11:19].split(":")),
        "11": "000123", "18": "4829", "32": "400555", "37": event["transfer_id"][-12:].rjust(12, "0"), "41": "TERM0001", "42": "MERCHANT0000001",
        "43": "REMIT".ljust(25) + "OSH".ljust(13) + "KG", "48": f"SN={_name(sender)};SA=OSH KG;RN={_name(receiver)}"[:200], "49": _NUMBER_OF.get(currency, "840"), "103": _account(receiver)[:28],
    }  # fmt: skip
    for text in ("43", "48"):
        fields[text] = fields[text].encode("ascii", "replace").decode()
    return bytes(iso8583.encode(fields, default_ascii)[0])


def csv_line(event: Event) -> bytes:
    """A CSV of one line below its head, for MAPPING."""
    (sender, receiver), (value, currency) = _sides(event), _money(event)
    cells = (
        event["transfer_id"],
        event["occurred_at"],
        value,
        currency,
        _name(sender),
        _phone(sender),
        _name(receiver),
        "family support",
    )
    return (_CSV_HEAD + ",".join(cell.replace(",", " ") for cell in cells) + "\n").encode()


def ivms101(event: Event) -> bytes:
    """A travel-rule payload of IVMS101."""
    (sender, receiver), (value, currency) = _sides(event), _money(event)

    def person(party: Event) -> Event:
        first, _, last = _name(party).partition(" ")
        names = {"primaryIdentifier": last or first, "secondaryIdentifier": first, "naturalPersonNameIdentifierType": "LEGL"}
        home = {"addressType": "HOME", "streetName": "Lenina", "buildingNumber": "14", "townName": "Osh", "country": "KG"}
        return {"naturalPerson": {"name": {"nameIdentifier": [names]}, "geographicAddress": [home], "countryOfResidence": "KG"}}

    identity = {
        "originator": {"originatorPerson": [person(sender)], "accountNumber": [_account(sender)]},
        "beneficiary": {"beneficiaryPerson": [person(receiver)], "accountNumber": [_account(receiver)]},
    }
    transaction = {"txid": event["transfer_id"], "timestamp": event["occurred_at"], "amount": value, "currency": currency}
    return _JSON({"identity": identity, "transaction": transaction})


# By format, but for the native JSON, which the events are in.
DOCUMENTS: dict[str, Callable[[Event], bytes]] = {
    "iso20022/1": pacs008,
    "mt103/1": mt103,
    "mojaloop.fspiop/1": mojaloop,
    "gsma.mm/1.2": gsma,
    "ivms101/1": ivms101,
    "iso8583/1": iso8583_message,
    "csv/1": csv_line,
}
