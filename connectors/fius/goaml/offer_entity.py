"""The reporting entity in goAML's vocabulary: the officer who reports and the office the report comes from."""

from connectors.fius.goaml.offer import Leaf, Node
from connectors.fius.goaml.offer_party import phone_node
from schemas.registry import Licence, Office, Officer


def officer_node(officer: Officer, licence: Licence) -> Node:
    """The reporting person, as registered with the FIU."""
    at = "partner.officer"
    node = Node(at)
    node.say("gender", officer.gender, f"{at}.gender", "gender")
    node.say("first_name", officer.first_name, f"{at}.first_name")
    node.say("last_name", officer.last_name, f"{at}.last_name")
    if officer.birth_date:
        node.add("birthdate", Leaf(f"{officer.birth_date}T00:00:00", f"{at}.birth_date"))
    for name in ("id_number", "ssn"):
        node.say(name, officer.id_number, f"{at}.id_number")
    node.say("nationality1", officer.nationality, f"{at}.nationality", "country")
    node.say("residence", licence.country, "partner.licences.country", "country")
    if officer.phone:
        node.wrap("phones", "phone", [phone_node(officer.phone, "entity", at)])
    if licence.office is not None:
        node.wrap("addresses", "address", [office_node(licence.office, licence.country)])
    mail = [Leaf(officer.email, f"{at}.email")] if officer.email else []
    for one in mail:
        node.add("email", one)
    node.wrap("emails", "email", mail)
    node.say("occupation", officer.occupation, f"{at}.occupation")
    return node


def office_node(office: Office, country: str) -> Node:
    """The address the report comes from."""
    at = "partner.office"
    node = Node(at)
    node.add("address_type", Leaf("entity", at, "contact", variant="address"))
    node.say("address", " ".join(office.line.split()), f"{at}.line")
    node.say("city", office.city, f"{at}.city")
    node.say("zip", office.postal_code, f"{at}.postal_code")
    node.say("country_code", country, "partner.licences.country", "country")
    node.say("state", office.state, f"{at}.state")
    return node
