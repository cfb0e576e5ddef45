"""gsma.mm/1.2: a transaction object of the GSMA Mobile Money API 1.2 (transfers, international transfers, deposits, withdrawals).

The object is what the API returns for a transaction, so that it has a reference, a state and a time; what was only asked for may lack them, and
is refused. A customer on either side is named by KYC where it is sent; else the digits of the account or telephone stand for the name.
Source  Mobile Money API 1.2.0, International Transfers (developer.mobilemoneyapi.io).
"""

from connectors.partners.formats import fields
from connectors.partners.formats.contract import FieldRow, Format, Reader
from connectors.partners.formats.fields import Fields, single
from connectors.partners.formats.json_record import Json, child, children, read, text
from schemas.codes import COUNTRIES
from schemas.registry import Partner

FIELDS = (
    FieldRow("transfer_id", "transactionReference", "else requestingOrganisationTransactionReference"),
    FieldRow("status", "transactionStatus, type", "refunded for a reversal; cancelled for failed; paid for completed; else sent"),
    FieldRow("occurred_at", "creationDate", "else requestDate, modificationDate"),
    FieldRow("amount", "amount, currency"),
    FieldRow("channel", "type, deliveryMethod", "cash_in, cash_out, merchant, wallet_to_cash, wallet_to_wallet, bank_transfer"),
    FieldRow("sender", "senderKyc, debitParty", "debitParty: msisdn is a phone; other keys are accounts"),
    FieldRow("receiver", "recipientKyc, creditParty", "as for the sender"),
    FieldRow("purpose", "internationalTransferInformation.remittancePurpose", "else descriptionText"),
    FieldRow("relationship", "internationalTransferInformation.relationshipSender"),
    FieldRow("send_agent", "internationalTransferInformation.originCountry", "the country alone, for parties without an address"),
    FieldRow(
        "pay_agent", "internationalTransferInformation.receivingCountry", "the country alone, for parties without an address"
    ),
)
LOST = ("fees and quotations", "expiry of documents, employer, gender and birth place of a customer", "custom data and metadata")
# idType -> our document types (idDocument.idType of the API).
_DOCUMENTS = {
    "passport": "passport", "nationalidcard": "national_id", "nationalregistration": "national_id", "drivinglicence": "driving_licence",
    "socialsecurity": "social_security", "alienregistration": "residence_permit", "taxid": "tax_id", "votersid": "voter_id", "pancard": "tax_id",
}  # fmt: skip
_ACCOUNTS = {
    "iban": "iban",
    "bankaccountno": "account",
    "accountid": "wallet",
    "walletid": "wallet",
    "identityalias": "wallet",
    "linkref": "wallet",
}
_CASH_TYPES = {"deposit": "cash_in", "withdrawal": "cash_out", "merchantpay": "merchant", "billpay": "merchant"}
_STATES = {"completed": "paid", "failed": "cancelled", "reversed": "refunded"}


def _reader(_: Partner) -> Reader:
    return single(lambda incoming: _transfer(read(incoming.raw)))


def _transfer(said: Json) -> Fields:
    route = child(said, "internationalTransferInformation")
    channel = _channel(said, route)
    sender = _party(child(said, "senderKyc"), children(said, "debitParty"))
    receiver = _party(child(said, "recipientKyc"), children(said, "creditParty"))
    reference = text(said, "transactionReference")
    return fields.present(
        {
            "transfer_id": reference or text(said, "requestingOrganisationTransactionReference"),
            "status": "refunded"
            if text(said, "type") == "reversal"
            else _STATES.get(text(said, "transactionStatus").lower(), "sent"),
            "occurred_at": text(said, "creationDate") or text(said, "requestDate") or text(said, "modificationDate"),
            "amount": fields.amount(text(said, "amount"), text(said, "currency")),
            "channel": channel,
            "sender": sender,
            "receiver": receiver if channel != "cash_out" else None,
            "purpose": (text(route, "remittancePurpose") or text(said, "descriptionText"))[:140],
            "relationship": text(route, "relationshipSender")[:64],
            "send_agent": _country(text(route, "originCountry")),
            "pay_agent": _country(text(route, "receivingCountry")),
        }
    )


def _channel(said: Json, route: Json) -> str:
    kind = text(said, "type").lower()
    if kind in _CASH_TYPES:
        return _CASH_TYPES[kind]
    keys = {text(pair, "key").lower() for pair in children(said, "creditParty")}
    delivery = text(route, "deliveryMethod").lower()
    if delivery in ("agent", "cash", "cashpickup"):
        return "wallet_to_cash"
    return "bank_transfer" if delivery in ("bank", "directtoaccount") or keys & {"iban", "bankaccountno"} else "wallet_to_wallet"


def _party(kyc: Json, pairs: list[Json]) -> Fields:
    held = [(text(pair, "key").lower(), text(pair, "value")) for pair in pairs]
    numbers = [
        value if value.startswith("+") else f"+{value}" for key, value in held if key == "msisdn" and value.lstrip("+").isdigit()
    ]
    accounts = [{"type": _ACCOUNTS[key], "number": value[:64]} for key, value in held if key in _ACCOUNTS and value]
    first = accounts[0]["number"] if accounts else "".join(numbers[:1])
    name = _name(child(kyc, "subjectName")) or fields.name_of_account(first)
    contact = text(kyc, "contactPhone")
    home = child(kyc, "postalAddress")
    lines = [text(home, key) for key in ("addressLine1", "addressLine2", "addressLine3", "stateProvince", "postalCode")]
    return fields.present(
        {
            "kind": fields.party_kind(name),
            "name": name[:200],
            "date_of_birth": text(kyc, "dateOfBirth")[:10],
            "nationality": text(kyc, "nationality") if text(kyc, "nationality") in COUNTRIES else None,
            "occupation": text(kyc, "occupation")[:80],
            "documents": _documents(kyc),
            "phones": fields.phones([*numbers, contact])[:16],
            "emails": fields.emails([text(kyc, "emailAddress")]),
            "addresses": fields.address(lines, text(home, "city"), text(home, "country")),
            "accounts": accounts[:16],
        }
    )


def _name(said: Json) -> str:
    parts = [text(said, key) for key in ("firstName", "middleName", "lastName")]
    return text(said, "fullName") or " ".join(filter(None, parts)) or text(said, "nativeName")


def _documents(kyc: Json) -> list[Fields]:
    home = text(kyc, "nationality")
    return [
        {
            "type": _DOCUMENTS.get(text(paper, "idType").lower(), "other"),
            "number": text(paper, "idNumber")[:64],
            "country": issuer,
        }
        for paper in children(kyc, "idDocument")
        if (issuer := text(paper, "issuerCountry") or home) in COUNTRIES and text(paper, "idNumber")
    ][:16]


def _country(code: str) -> Fields | None:
    return fields.agent(code, code, code, "")


FORMAT = Format("gsma.mm/1.2", "GSMA Mobile Money API 1.2", _reader, FIELDS, LOST)
