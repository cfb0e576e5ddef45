"""ivms101/1: who sends and who receives a virtual asset (IVMS101, issues 2020 and 2023), with the transfer it belongs to.

IVMS101 says who, not what: the record holds the identity payload and the transfer beside it, as those who exchange them do:
{"identity": {…}, "transaction": {"txid", "timestamp", "amount", "currency", "status"}}. `currency` is an ISO 4217 code: for an asset that has none, `amount`
is its worth at the time of the transfer. Both spellings of the two issues are taken (originatorPersons/originatorPerson, customerNumber/customerIdentification …).
"""

from connectors.partners.formats import fields
from connectors.partners.formats.contract import FieldRow, Format, Reader
from connectors.partners.formats.fields import Fields, single
from connectors.partners.formats.json_record import Json, child, children, read, text, texts
from schemas.codes import COUNTRIES
from schemas.native import InvalidTransfer
from schemas.registry import Partner

FIELDS = (
    FieldRow("transfer_id", "transaction.txid"),
    FieldRow("status", "transaction.status", "sent where it is left out"),
    FieldRow("occurred_at", "transaction.timestamp"),
    FieldRow("amount", "transaction.amount, transaction.currency"),
    FieldRow("channel", "", "virtual_asset"),
    FieldRow("sender", "originator.originatorPersons (2023: originatorPerson)", "the first person; accountNumber are wallets"),
    FieldRow(
        "receiver", "beneficiary.beneficiaryPersons (2023: beneficiaryPerson)", "the first person; accountNumber are wallets"
    ),
    FieldRow("send_agent", "originatingVASP", "its LEI or other identifier, its country and town"),
    FieldRow("pay_agent", "beneficiaryVASP", "as for the sending one"),
)
LOST = (
    "further originators and beneficiaries", "names in other scripts and aliases", "the path over intermediary providers", "place of birth",
    "the method of transliteration",
)  # fmt: skip
# nationalIdentifierType -> our document types (IVMS101, NationalIdentifierTypeCode).
_DOCUMENTS = {
    "ARNU": "residence_permit", "CCPT": "passport", "RAID": "registration", "DRLC": "driving_licence", "FIIN": "foreign_investment_id",
    "TXID": "tax_id", "SOCS": "social_security", "IDCD": "national_id", "LEIX": "lei",
}  # fmt: skip
_LEGAL = "LEGL"
_ADDRESS = (
    "department",
    "subDepartment",
    "buildingName",
    "floor",
    "room",
    "postBox",
    "streetName",
    "buildingNumber",
    "postcode",
    "postCode",
)


def _reader(_: Partner) -> Reader:
    return single(lambda incoming: _transfer(read(incoming.raw)))


def _transfer(said: Json) -> Fields:
    identity, deal = child(said, "identity"), child(said, "transaction")
    if not identity or not deal:
        absent = "identity" if not identity else "transaction"
        raise InvalidTransfer(
            "field_missing", f"The record has no object {absent}; IVMS101 says who, the transaction says what was sent.", absent
        )
    return fields.present(
        {
            "transfer_id": text(deal, "txid")[:64],
            "status": text(deal, "status") or "sent",
            "occurred_at": text(deal, "timestamp"),
            "amount": fields.amount(text(deal, "amount"), text(deal, "currency")),
            "channel": "virtual_asset",
            "sender": _side(child(identity, "originator"), "originatorPerson"),
            "receiver": _side(child(identity, "beneficiary"), "beneficiaryPerson"),
            "send_agent": _provider(identity, "originatingVASP"),
            "pay_agent": _provider(identity, "beneficiaryVASP"),
        }
    )


def _side(said: Json, key: str) -> Fields | None:
    people = children(said, f"{key}s") or children(said, key)
    if not people:
        return None
    natural, legal = child(people[0], "naturalPerson"), child(people[0], "legalPerson")
    if bool(natural) == bool(legal):
        raise InvalidTransfer("field_value", f"A person in {key} must be either a naturalPerson or a legalPerson.", key)
    person = natural or legal
    numbers = texts(said, "accountNumber")
    home = text(person, "countryOfResidence") or text(person, "countryOfRegistration")
    addresses = _addresses(person)
    return fields.present(
        {
            "kind": "person" if natural else "entity",
            "name": (_natural_name(person) if natural else _legal_name(person))[:200],
            "party_id": (text(person, "customerIdentification") or text(person, "customerNumber"))[:64],
            "date_of_birth": text(person, "dateAndPlaceOfBirth", "dateOfBirth"),
            "documents": _documents(person, home or (addresses[0]["country"] if addresses else "")),
            "addresses": addresses[:16],
            "accounts": [{"type": "wallet", "number": number[:64]} for number in numbers][:16],
        }
    )


def _natural_name(person: Json) -> str:
    """The legal name, given name first."""
    names = children(person, "name", "nameIdentifier")
    kinds = [text(name, "naturalPersonNameIdentifierType") or text(name, "nameIdentifierType") for name in names]
    chosen = next((name for name, kind in zip(names, kinds, strict=True) if kind == _LEGAL), names[0] if names else {})
    return " ".join(filter(None, (text(chosen, "secondaryIdentifier"), text(chosen, "primaryIdentifier"))))


def _legal_name(person: Json) -> str:
    names = children(person, "name", "nameIdentifier")
    chosen = next((name for name in names if text(name, "legalPersonNameIdentifierType") == _LEGAL), names[0] if names else {})
    return text(chosen, "legalPersonName")


def _addresses(person: Json) -> list[Fields]:
    found: list[Fields] = []
    for said in children(person, "geographicAddress"):
        lines = [line for key in _ADDRESS if (line := text(said, key))] + texts(said, "addressLine")
        found += fields.address(lines, text(said, "townName"), text(said, "country"))
    return found


def _documents(person: Json, home: str) -> list[Fields]:
    said = child(person, "nationalIdentification")
    country = text(said, "countryOfIssue") or home
    number = text(said, "nationalIdentifier")
    if not number or country not in COUNTRIES:
        return []
    return [{"type": _DOCUMENTS.get(text(said, "nationalIdentifierType"), "other"), "number": number[:64], "country": country}]


def _provider(identity: Json, key: str) -> Fields | None:
    """A provider of virtual assets; the issue of 2020 nests it once more under its own name."""
    said = child(identity, key)
    firm = child(child(said, key) or said, "legalPerson")
    home = next(iter(_addresses(firm)), None)
    name, number = _legal_name(firm), text(firm, "nationalIdentification", "nationalIdentifier")
    country = text(firm, "countryOfRegistration") or (home["country"] if home else "")
    return fields.agent(number or name, name, country, home["city"] if home else "")


FORMAT = Format("ivms101/1", "IVMS101 2020 and 2023 with the transfer beside it", _reader, FIELDS, LOST)
