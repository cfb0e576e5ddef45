"""Parties, accounts, agents and purposes of ISO 20022 messages as fields of the native format."""

from connectors.partners.formats import fields
from connectors.partners.formats.fields import Fields
from connectors.partners.formats.iso20022.document import At
from schemas.codes import COUNTRIES

# ExternalPersonIdentification1Code -> our document types; TELE and CUST are no documents. Source: external code sets 2Q2026.
_PERSON = {
    "CCPT": "passport", "NIDN": "national_id", "DRLC": "driving_licence", "TXID": "tax_id", "SOSE": "social_security", "ARNU": "residence_permit",
}  # fmt: skip
_ORGANISATION = {"TXID": "tax_id", "COID": "registration", "CINC": "registration", "LEI": "lei"}
# Codes that say what a payment is for, in words that intake knows; the code itself goes along. Source: ExternalPurpose1Code 2Q2026.
_PURPOSES = {
    "ALMY": "alimony", "BECH": "child benefit", "CHAR": "charity", "EDUC": "tuition", "FAMI": "family support", "GDDS": "goods", "LOAN": "loan",
    "LOAR": "loan repayment", "PENS": "pension", "RENT": "rent", "RHBS": "rehabilitation support", "SALA": "salary", "SAVG": "savings",
    "STDY": "tuition", "SUPP": "supplier", "TRAD": "trade", "TRPT": "transport", "PAYR": "payroll", "BONU": "bonus", "HLTC": "health care",
}  # fmt: skip
WAGES = frozenset({"SALA", "PAYR", "BONU"})
_ADDRESS_LINES = (
    "Dept",
    "SubDept",
    "BldgNm",
    "Flr",
    "Room",
    "PstBx",
    "StrtNm",
    "BldgNb",
    "PstCd",
    "TwnLctnNm",
    "DstrctNm",
    "CtrySubDvsn",
)


def party(said: At, account: At | None) -> Fields:
    """The party at `said` (Nm, PstlAdr, Id, CtctDtls …) with the account that stands beside it, whose digits are its name where it has none."""
    held = accounts(account)
    name = said.text("Nm") or (fields.name_of_account(held[0]["number"]) if held else "")
    person, organisation = said.at("Id/PrvtId"), said.at("Id/OrgId")
    kind = "person" if person is not None else "entity" if organisation is not None else fields.party_kind(name)
    addresses = _addresses(said)
    home = said.text("CtryOfRes") or (addresses[0]["country"] if addresses else "")
    documents, party_id, numbers = _identifications(person or organisation, kind, home)
    return fields.present(
        {
            "kind": kind,
            "name": name[:200] or None,
            "party_id": party_id[:64],
            "date_of_birth": person.text("DtAndPlcOfBirth/BirthDt") if person else None,
            "documents": documents[:16],
            "phones": fields.phones(
                [*said.texts("CtctDtls/MobNb"), *said.texts("CtctDtls/PhneNb"), *numbers, *_proxies(account, "TELE", "MBNO")]
            )[:16],
            "emails": fields.emails([*said.texts("CtctDtls/EmailAdr"), *_proxies(account, "EMAL")])[:16],
            "addresses": addresses,
            "accounts": held,
        }
    )


def institution(said: At, account: At | None) -> Fields:
    """A bank that is itself a party, from its FinInstnId."""
    name = said.text("Nm", "BICFI", "BIC", "LEI")
    return fields.present(
        {"kind": "entity", "name": name[:200] or None, "addresses": _addresses(said), "accounts": accounts(account)}
    )


def _addresses(said: At) -> list[Fields]:
    postal = said.at("PstlAdr")
    if postal is None:
        return []
    lines = [text for name in _ADDRESS_LINES if (text := postal.text(name))] + postal.texts("AdrLine")
    return fields.address(lines, postal.text("TwnNm"), postal.text("Ctry") or said.text("CtryOfRes"))


def _identifications(said: At | None, kind: str, home: str) -> tuple[list[Fields], str, list[str]]:
    """Documents, customer number and telephone numbers among the identifications of a party."""
    documents: list[Fields] = []
    party_id = ""
    numbers: list[str] = []
    if said is None:
        return documents, party_id, numbers
    types = _PERSON if kind == "person" else _ORGANISATION
    for other in said.all("Othr"):
        number, scheme = other.text("Id"), other.text("SchmeNm/Cd")
        if scheme == "CUST":
            party_id = party_id or number
        elif scheme == "TELE":
            numbers.append(number)
        elif number:
            documents += _document(types.get(scheme, "other"), number, other.text("Issr"), home)
    documents += _document("lei", said.text("LEI"), "", home)
    return documents, party_id, numbers


def _document(kind: str, number: str, issuer: str, home: str) -> list[Fields]:
    country = issuer if issuer in COUNTRIES else home
    return [{"type": kind, "number": number[:64], "country": country}] if number and country in COUNTRIES else []


def accounts(account: At | None) -> list[Fields]:
    """The account as a list of one; empty where it has no number."""
    if account is None:
        return []
    iban, other = account.text("Id/IBAN"), account.text("Id/Othr/Id")
    if iban:
        return [{"type": "iban", "number": iban[:64]}]
    return [{"type": "account", "number": other[:64]}] if other else []


def _proxies(account: At | None, *kinds: str) -> list[str]:
    """Names under which the account can be reached too: a telephone number, an e-mail address."""
    if account is None or account.text("Prxy/Tp/Cd") not in kinds:
        return []
    return account.texts("Prxy/Id")


def amount(said: At | None) -> Fields | None:
    """An amount with its currency."""
    return None if said is None else fields.amount(said.own, said.attribute("Ccy"))


def agent(said: At | None) -> Fields | None:
    """The institution at `said` as a pay-in or pay-out point: its BIC, or another number, and its country.

    Codes of clearing systems begin with their country. Source: ExternalClearingSystemIdentification1Code 2Q2026.
    """
    if said is None:
        return None
    bic = said.text("FinInstnId/BICFI", "FinInstnId/BIC")
    number = bic or said.text("FinInstnId/LEI", "FinInstnId/ClrSysMmbId/MmbId", "FinInstnId/Othr/Id")
    country = said.text("BrnchId/PstlAdr/Ctry", "FinInstnId/PstlAdr/Ctry") or bic[4:6]
    country = country or said.text("FinInstnId/ClrSysMmbId/ClrSysId/Cd")[:2]
    town = said.text("BrnchId/PstlAdr/TwnNm", "FinInstnId/PstlAdr/TwnNm")
    branch = said.text("BrnchId/Id")
    return fields.agent("/".join(filter(None, (number, branch))), said.text("FinInstnId/Nm"), country, town)


def purpose(*said: At) -> str:
    """What the payment is for: the words of its purpose code, then the remittance information; 140 characters at most."""
    words: list[str] = []
    for part in said:
        code = part.text("Purp/Cd", "PmtTpInf/CtgyPurp/Cd")
        words += [_PURPOSES.get(code, code)] if code else part.texts("Purp/Prtry")
        words += part.texts("RmtInf/Ustrd") + part.texts("RmtInf/Strd/AddtlRmtInf")
    return " ".join(dict.fromkeys(words))[:140].strip()


def is_wage(*said: At) -> bool:
    """Whether the purpose, or its category, says that a wage is paid."""
    return any(part.text("Purp/Cd") in WAGES or part.text("PmtTpInf/CtgyPurp/Cd") in WAGES for part in said)
