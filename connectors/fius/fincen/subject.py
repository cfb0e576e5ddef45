"""A subject of the report as the form asks for it: what is known, and the box "unknown" where nothing is."""

import re
from datetime import date

from connectors.fius.fincen.canonical import SUBJECT
from connectors.fius.fincen.mapping import ANY, Filer, FormMap
from connectors.fius.fincen.node import Node
from connectors.fius.fincen.people import spellings
from connectors.fius.fincen.text import plain
from connectors.fius.goaml.names import split
from connectors.fius.resolved import ResolvedParty
from schemas.codes import COUNTRIES
from schemas.transfer import Account, Address, Document

NAME_SPLIT = "NAME_SPLIT_LAST_WORD"
FIRST_NAME = 35  # characters of a first and of a middle name, schema
NUMBER = 25  # of the number of a paper or taxpayer, schema
PHONE = (5, 16)  # fewer digits are no telephone number (DEF); more the schema does not take
ACCOUNT_AFFECTED, ACCOUNT_HELD = "7", "5"
_NOT_ALNUM = re.compile(r"[^0-9A-Za-z]")
_NOT_DIGIT = re.compile(r"[^0-9]")
_BORN = re.compile(r"(?P<year>(?:19|20)\d\d)(?:-(?P<month>\d\d)(?:-(?P<day>\d\d))?)?")


def subject(party: ResolvedParty, filer: Filer, served: bool, form_map: FormMap) -> Node:
    """The party as subject. `served`: the reporting entity's branch in the country dealt with it."""
    node = Node(party.label)
    node.say("ActivityPartyTypeCode", SUBJECT)
    if party.kind == "entity":
        node.tick("PartyAsEntityOrganizationIndicator")
    else:
        born = birth_date(party)
        node.say("IndividualBirthDateText", born) if born else node.tick("BirthDateUnknownIndicator")
        node.tick("UnknownGenderIndicator")
    both = bool(party.sent and party.received)
    sides = (("BothPurchaserSenderPayeeReceiveIndicator", both), ("PurchaserSenderIndicator", bool(party.sent) and not both))
    for name, is_so in (*sides, ("PayeeReceiverIndicator", bool(party.received) and not both)):
        if is_so:
            node.tick(name)
    _names(node, party, form_map)
    _addresses(node, party, form_map)
    for number in dict.fromkeys(_dialled(phone) for phone in party.phones):
        if number:
            node.add("PhoneNumber", Node().say("PhoneNumberText", number))
    _papers(node, party, form_map)
    if party.occupations:
        node.add("PartyOccupationBusiness", Node().say("OccupationBusinessText", party.occupations[0], cut=True))
    for mail in dict.fromkeys(plain(mail) for mail in party.emails if "@" in mail):
        node.add("ElectronicAddress", Node().say("ElectronicAddressText", mail, must=True).say("ElectronicAddressTypeCode", "E"))
    relation = node.add("PartyAssociation", Node())
    relation.tick("CustomerIndicator" if served else "NoRelationshipToInstitutionIndicator")
    relation.say("SubjectRelationshipFinancialInstitutionTINText", filer.tin)
    _accounts(node, party, form_map)
    return node


def nobody() -> Node:
    """The subject of a report in which nobody may stand as one: the form wants the box ticked, and nothing invented."""
    return (
        Node()
        .say("ActivityPartyTypeCode", SUBJECT)
        .tick("AllCriticalSubjectInformationUnavailableIndicator", "NO_PARTY_MAY_BE_SUBJECT")
    )


def birth_date(party: ResolvedParty) -> str:
    """The first date of birth as YYYYMMDD, 00 for a month or day nobody told; "" where there is none or no such day."""
    found = _BORN.fullmatch(party.dates_of_birth[0]) if party.dates_of_birth else None
    if found is None:
        return ""
    try:
        date(int(found["year"]), int(found["month"] or 1), int(found["day"] or 1))
    except ValueError:
        return ""
    return f"{found['year']}{found['month'] or '00'}{found['day'] or '00'}"


def _names(node: Node, party: ResolvedParty, form_map: FormMap) -> None:
    known = [name for name in spellings(party) if name.upper() not in form_map.refused_words]
    legal = node.add("PartyName", Node(party.label)).say("PartyNameTypeCode", "L")
    rule = "" if known and known[0] in party.names else "NAME_NORMALIZED"
    if not known:
        legal.tick("EntityLastNameUnknownIndicator")
    if party.kind == "entity":
        legal.say("RawEntityIndividualLastName", known[0] if known else "", rule, cut=True)
    else:
        first, last = split(known[0]) if known else ("", "")
        if not form_map.refused_words.isdisjoint(
            (first.upper(), last.upper())
        ):  # a part that FinCEN takes for "not known" is not split off
            first, last = "", known[0]
        legal.say("RawEntityIndividualLastName", last, rule or NAME_SPLIT, cut=True)
        _given(legal, first, rule or NAME_SPLIT)
    for other in known[1:]:
        node.add("PartyName", Node(party.label).say("PartyNameTypeCode", "AKA").say("RawPartyFullName", other, cut=True))


def _given(legal: Node, first: str, rule: str) -> None:
    """First names: what does not fit in the first of the two fields goes on in the second."""
    if not first:
        legal.tick("FirstNameUnknownIndicator")
        return
    end = first.rfind(" ", 0, FIRST_NAME + 1) if len(first) > FIRST_NAME else -1
    legal.say("RawIndividualFirstName", first if end < 0 else first[:end], rule, cut=True)
    legal.say("RawIndividualMiddleName", "" if end < 0 else first[end + 1 :], rule, cut=True)


def _addresses(node: Node, party: ResolvedParty, form_map: FormMap) -> None:
    for address in party.addresses or (Address("", "", ""),):
        node.add("Address", _address(address, form_map))


def _address(address: Address, form_map: FormMap) -> Node:
    node = Node()
    refused = form_map.refused_words
    country = address.country if address.country in COUNTRIES else ""
    known = (
        ("RawCityText", address.city, "CityUnknownIndicator"),
        ("RawStreetAddress1Text", address.line, "StreetAddressUnknownIndicator"),
    )
    for name, value, unknown in (*known, ("RawCountryCodeText", country, "CountryCodeUnknownIndicator")):
        value = plain(value)
        if value and value.upper() not in refused:
            node.say(name, value, cut=True)
        else:
            node.tick(unknown)
    if country in form_map.states_needed or not country:
        node.tick("StateCodeUnknownIndicator")
    return node.tick("ZIPCodeUnknownIndicator")


def _dialled(phone: str) -> str:
    """The digits of a number, a North American one without its 1; "" where they are none."""
    digits = _NOT_DIGIT.sub("", plain(phone))
    if phone.startswith("+1") and len(digits) == 11:
        digits = digits[1:]
    return digits if PHONE[0] <= len(digits) <= PHONE[1] else ""


def _papers(node: Node, party: ResolvedParty, form_map: FormMap) -> None:
    """Taxpayer's number, then papers of identity; each with its box where there is none."""
    usable = [(document, _NOT_ALNUM.sub("", plain(document.number))) for document in party.documents]
    usable = [(document, number) for document, number in usable if 0 < len(number) <= NUMBER]
    tins = [(document, number) for document, number in usable if document.type in form_map.tins]
    papers = [(document, number) for document, number in usable if document.type not in form_map.tins]
    if len(usable) < len(party.documents):
        node.left_out["PartyIdentification"] = "LEFT_OUT_TOO_LONG"
    for document, number in tins[:1]:
        paper = node.add("PartyIdentification", Node()).say("PartyIdentificationNumberText", number)
        paper.say("PartyIdentificationTypeCode", form_map.tins[document.type])
    if not tins:
        node.add("PartyIdentification", Node().tick("TINUnknownIndicator"))
    for document, number in papers:
        node.add("PartyIdentification", _paper(document, number, form_map))
    if not papers:
        node.add("PartyIdentification", Node().tick("IdentificationPresentUnknownIndicator"))


def _paper(document: Document, number: str, form_map: FormMap) -> Node:
    code = form_map.documents.get(document.type, form_map.documents[ANY])
    paper = Node().say("PartyIdentificationNumberText", number).say("PartyIdentificationTypeCode", code)
    if code == form_map.documents[ANY]:
        paper.say("OtherPartyIdentificationTypeText", f"{document.type.replace('_', ' ')} document".upper(), cut=True)
    return paper.say("OtherIssuerCountryText", document.country if document.country in COUNTRIES else "")


def _accounts(node: Node, party: ResolvedParty, form_map: FormMap) -> None:
    """Accounts by what is known of where they are held: an IBAN is never of the United States, of others nothing is known."""
    known: dict[bool, list[Account]] = {}
    for account in party.accounts:
        if account.type in form_map.accounts and plain(account.number):
            known.setdefault(account.type == "iban", []).append(account)
    if not known:
        node.tick("NoKnownAccountInvolvedIndicator")
        return
    affected = node.add("PartyAccountAssociation", Node()).say("PartyAccountAssociationTypeCode", ACCOUNT_AFFECTED)
    for foreign, accounts in known.items():
        institution = affected.add("Party", Node(party.label)).say("ActivityPartyTypeCode", "41")
        if foreign:
            institution.tick("NonUSFinancialInstitutionIndicator")
        institution.add("PartyIdentification", Node().tick("TINUnknownIndicator"))
        for account in accounts:
            held = institution.add("Account", Node(party.label)).say("AccountNumberText", account.number, cut=False)
            held.add("PartyAccountAssociation", Node()).say("PartyAccountAssociationTypeCode", ACCOUNT_HELD)
