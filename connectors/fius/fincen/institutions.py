"""The parties that file: transmitter and its contact, the filing institution, the contact for assistance, and where the activity was."""

from collections.abc import Iterator

from connectors.fius.fincen.mapping import Filer
from connectors.fius.fincen.node import Node
from connectors.fius.fincen.text import plain
from connectors.fius.resolved import ResolvedReport
from schemas.transfer import Agent, Place, Transfer

TRANSMITTER, CONTACT, INSTITUTION, ASSISTANCE, LOCATION, BRANCH = "35", "37", "30", "8", "34", "46"
EIN, TIN, CONTROL_CODE, CONTROL_NUMBER = "2", "4", "28", "29"
COUNTRY = "US"


def filing_parties(filer: Filer, resolved: ResolvedReport, reference: str) -> Iterator[Node]:
    """The five of them, in the order of FinCEN's guide. `reference`: the filer's own number of the report (at most 25 characters)."""
    transmitter = _party(TRANSMITTER, filer.name)
    transmitter.add("Address", _address(filer))
    transmitter.add("PhoneNumber", Node().say("PhoneNumberText", filer.phone, must=True))
    _number(transmitter, filer.tin, TIN)
    _number(transmitter, filer.tcc, CONTROL_CODE)
    yield transmitter
    yield _party(CONTACT, filer.contact)
    institution = _institution(INSTITUTION, filer)
    _number(institution, reference, CONTROL_NUMBER)
    yield institution
    assistance = _party(ASSISTANCE, filer.office)
    assistance.add("PhoneNumber", Node().say("PhoneNumberText", filer.office_phone, must=True))
    yield assistance
    yield _location(filer, resolved)


def _party(code: str, name: str) -> Node:
    node = Node().say("ActivityPartyTypeCode", code)
    node.add("PartyName", Node().say("PartyNameTypeCode", "L").say("RawPartyFullName", name, must=True))
    return node


def _institution(code: str, filer: Filer) -> Node:
    node = _party(code, filer.name).say("PrimaryRegulatorTypeCode", filer.regulator)
    node.add("Address", _address(filer))
    _number(node, filer.tin, EIN)
    node.add("OrganizationClassificationTypeSubtype", Node().say("OrganizationTypeID", filer.organization))
    return node


def _address(filer: Filer) -> Node:
    node = Node().say("RawCityText", filer.city, must=True).say("RawCountryCodeText", filer.country)
    node.say("RawStateCodeText", filer.state).say("RawStreetAddress1Text", filer.street, must=True)
    return node.say("RawZIPCode", filer.zip)


def _number(node: Node, number: str, code: str) -> None:
    identification = Node().say("PartyIdentificationNumberText", number, must=True).say("PartyIdentificationTypeCode", code)
    node.add("PartyIdentification", identification)


def _location(filer: Filer, resolved: ResolvedReport) -> Node:
    """Where the activity was: the filing institution, whether it took money in or paid it out, and at which of its branches."""
    node = _institution(LOCATION, filer)
    sides = list(_served(resolved))
    sold, paid = any(side == "sold" for side, _ in sides), any(side == "paid" for side, _ in sides)
    if sold or paid:
        node.tick(
            "SellingPayingLocationIndicator" if sold and paid else "SellingLocationIndicator" if sold else "PayLocationIndicator"
        )
    branches = dict.fromkeys((plain(agent.city) or plain(agent.name)) for _, agent in sides if agent is not None)
    known = [city for city in branches if city]
    if not known:
        node.tick("NoBranchActivityInvolvedIndicator", "NO_AGENT_RECORDED")
        return node
    association = node.add("PartyAssociation", Node())
    for city in known:
        branch = association.add("Party", Node()).say("ActivityPartyTypeCode", BRANCH)
        branch.add(
            "Address",
            Node().say("RawCityText", city, cut=True).say("RawCountryCodeText", COUNTRY).tick("StateCodeUnknownIndicator"),
        )
    return node


def _served(resolved: ResolvedReport) -> Iterator[tuple[str, Agent | None]]:
    """For each side that the reporting entity dealt with in the country: "sold" or "paid", and its agent."""
    for transfer in resolved.transfers.values():
        if is_ours(transfer, transfer.send_place, resolved):
            yield "sold", transfer.send_agent
        if is_ours(transfer, transfer.pay_place, resolved):
            yield "paid", transfer.pay_agent


def is_ours(transfer: Transfer, place: Place, resolved: ResolvedReport) -> bool:
    """Whether the reporting entity dealt with that side of the transfer in the FIU's country."""
    return transfer.partner == resolved.partner.id and place.country == resolved.fiu.country
