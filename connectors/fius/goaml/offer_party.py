"""Persons, entities and accounts in goAML's vocabulary."""

import ipaddress
from functools import lru_cache

import phonenumbers

from connectors.fius.goaml.mapping import FormMap
from connectors.fius.goaml.names import ascii_form, clean, is_ascii, split
from connectors.fius.goaml.offer import Leaf, Node
from connectors.fius.resolved import ResolvedParty
from schemas.case import SUBJECT_ROLES
from schemas.transfer import Account, Address, Document

# Parties who may be harmed or act under pressure: shown as involved, said so, never as suspects (design section 6).
SHIELDED_ROLES = frozenset({"victim", "protected", "family_payer"})
NAME_SPLIT = "NAME_SPLIT_LAST_WORD"
_MOBILE = {phonenumbers.PhoneNumberType.MOBILE: "mobile", phonenumbers.PhoneNumberType.FIXED_LINE: "fixed"}
_PART = 100  # characters of an address line; goAML 4.0 and 5.x alike


def suspected(party: ResolvedParty) -> bool | None:
    """Whether the form may call the party a suspect: True for subject roles, False for the shielded, None (nothing said) else."""
    if party.role in SUBJECT_ROLES:
        return True
    return False if party.role in SHIELDED_ROLES else None


def main_name(party: ResolvedParty) -> str:
    """The spelling to show: the first in Latin letters, else the first."""
    names = [clean(name) for name in party.names]
    return next((name for name in names if is_ascii(name) and name.strip()), names[0])


class PartyOffers:
    """Makes the nodes of a report's parties; each once, however many transfers name it."""

    def __init__(self, form_map: FormMap) -> None:
        self.map = form_map
        self.aliased = any(field.at.endswith("alias") for field in form_map.fields)  # then other spellings go to the comments
        self._nodes: dict[tuple[bytes, str], Node] = {}

    def party(self, party: ResolvedParty) -> Node:
        """The person or entity."""
        key = (party.key, party.kind)
        if key not in self._nodes:
            self._nodes[key] = self._entity(party) if party.kind == "entity" else self._person(party)
            self._nodes[key].shared = True
            if self.map.fields:
                self._nodes[key].facts = _facts(party)
        return self._nodes[key]

    def _person(self, party: ResolvedParty) -> Node:
        at = f"parties[{party.label}]"
        node = Node(at)
        main = main_name(party)
        first, last = split(main)
        if first:
            node.add("first_name", Leaf(first, f"{at}.names").by(NAME_SPLIT))
        node.add("last_name", Leaf(last, f"{at}.names").by(NAME_SPLIT))
        if party.dates_of_birth:
            node.add("birthdate", Leaf(f"{party.dates_of_birth[0]}T00:00:00", f"{at}.dates_of_birth"))
        native = next((name for name in party.names if not is_ascii(name)), None)
        node.say("full_name_frn", native and clean(native), f"{at}.names")
        others = [ascii_form(clean(name)) for name in party.names if clean(name) != main]
        if others:
            node.add("alias", Leaf("; ".join(others), f"{at}.names", text=True))
        for name, country in zip(("nationality1", "nationality2", "nationality3"), party.nationalities, strict=False):
            node.say(name, country, f"{at}.nationalities", "country")
        if party.addresses:
            node.say("residence", party.addresses[0].country, f"{at}.addresses", "country")
        self._documents(node, party, at)
        node.say("occupation", party.occupations[0] if party.occupations else None, f"{at}.occupations")
        self._reach(node, party, at)
        node.add("comments", self._comments(party, at))
        return node

    def _documents(self, node: Node, party: ResolvedParty, at: str) -> None:
        passport = next((document for document in party.documents if document.type == "passport"), None)
        if passport is not None:
            node.say("passport_number", passport.number, f"{at}.documents")
            node.say("passport_country", passport.country, f"{at}.documents", "country")
        best = next((document for document in party.documents if document.type == "national_id"), *party.documents[:1] or (None,))
        if best is not None:
            node.say("id_number", best.number, f"{at}.documents")
        papers = [self._document(document, at) for document in party.documents]
        for paper in papers:
            node.add("identification", paper)
        node.wrap("identifications", "identification", papers)

    def _document(self, document: Document, at: str) -> Node:
        paper = Node(f"{at}.documents")
        paper.add("type", Leaf(document.type, f"{at}.documents.type", "identifier", variant=document.country))
        paper.say("number", document.number, f"{at}.documents.number")
        paper.say("issue_country", document.country, f"{at}.documents.country", "country")
        paper.add("comments", Leaf(f"{document.type.replace('_', ' ')}, {document.country}", f"{at}.documents.type", text=True))
        return paper

    def _reach(self, node: Node, party: ResolvedParty, at: str) -> None:
        """Phones, addresses and e-mail addresses."""
        node.wrap("phones", "phone", [phone_node(number, party.kind, at) for number in party.phones])
        node.wrap("addresses", "address", [self._address(address, party.kind, at) for address in party.addresses])
        mails = [Leaf(mail, f"{at}.emails") for mail in party.emails]
        for mail in mails[:5]:
            node.add("email", mail)
        node.wrap("emails", "email", mails)

    def _address(self, address: Address, kind: str, at: str) -> Node:
        node = Node(f"{at}.addresses")
        node.add("address_type", Leaf(kind, f"{at}.kind", "contact", variant="address"))
        node.facts = {"address.line": address.line, "address.city": address.city, "address.country": address.country}
        line = " ".join(address.line.split())
        node.say("address", line[:_PART].strip(), f"{at}.addresses.line")
        node.say("additional_address_line1", line[_PART:].strip(), f"{at}.addresses.line")
        node.say("city", address.city, f"{at}.addresses.city")
        node.say("country_code", address.country, f"{at}.addresses.country", "country")
        if len(line) > _PART:
            node.add("comments", Leaf(line, f"{at}.addresses.line", text=True))
        return node

    def _entity(self, party: ResolvedParty) -> Node:
        at = f"parties[{party.label}]"
        node = Node(at)
        main = main_name(party)
        node.say("name", " ".join(main.split()), f"{at}.names")
        others = [clean(name) for name in party.names if clean(name) != main]
        if others:
            node.add("commercial_name", Leaf("; ".join(others), f"{at}.names", text=True))
        paper = next(
            (document for document in party.documents if document.type == "registration"), *party.documents[:1] or (None,)
        )
        if paper is not None:
            node.say("incorporation_number", paper.number, f"{at}.documents")
            node.say("incorporation_country_code", paper.country, f"{at}.documents", "country")
        node.say("business", party.occupations[0] if party.occupations else None, f"{at}.occupations")
        self._reach(node, party, at)
        node.add("comments", self._comments(party, at))
        return node

    def _comments(self, party: ResolvedParty, at: str) -> Leaf:
        texts = self.map.texts
        lines = [texts.label.format(label=party.label)]
        if party.role in SHIELDED_ROLES:
            lines.append(getattr(texts, f"role_{party.role}"))
        main = main_name(party)
        others = [clean(name) for name in party.names if clean(name) != main and is_ascii(name)]
        told = (
            ("birth_dates", party.dates_of_birth[1:]),
            ("other_names", others if self.aliased else []),
            ("native_name", [name for name in party.names if not is_ascii(name)]),
            ("customer_number", party.party_ids),
            ("customer_since", party.customer_since),
            ("accounts", [f"{account.type} {account.number}" for account in party.accounts]),
            ("devices", party.devices),
            ("ips", party.ips),
        )
        lines += [getattr(texts, name).format(values="; ".join(values)) for name, values in told if values]
        return Leaf(" ".join(lines), at, text=True)


def _facts(party: ResolvedParty) -> dict[str, str]:
    """What a form may put into a field of its own choice. No fact is made up: what transfers never carry is not here."""
    facts = {f"document.{document.type}": document.number for document in reversed(party.documents)}
    facts |= {f"document.{document.type}.country": document.country for document in reversed(party.documents)}
    other = [document for document in party.documents if document.type not in ("national_id", "passport", "registration")]
    told = {
        "document.other": other[0].number if other else "",
        "name": main_name(party),
        "native_name": next((clean(name) for name in party.names if not is_ascii(name)), ""),
        "birth_date": next(iter(party.dates_of_birth), ""),
        "nationality": next(iter(party.nationalities), ""),
        "occupation": next(iter(party.occupations), ""),
        "phone": next(iter(party.phones), ""),
        "email": next(iter(party.emails), ""),
        "customer_number": next(iter(party.party_ids), ""),
        "customer_since": next(iter(party.customer_since), ""),
        "document": party.documents[0].number if party.documents else "",
    }
    return facts | {name: value for name, value in told.items() if value}


@lru_cache(maxsize=8_192)
def dialled(number: str) -> tuple[str, str, str]:
    """Country prefix, national number and kind ("mobile", "fixed", "unknown") of a phone number; one without a country stays as dialled."""
    try:
        parsed = phonenumbers.parse(number, None)
    except phonenumbers.NumberParseException:
        return "", "".join(char for char in number if char.isdigit()), "unknown"
    kind = _MOBILE.get(phonenumbers.number_type(parsed), "unknown")
    return str(parsed.country_code), str(phonenumbers.national_significant_number(parsed)), kind


def phone_node(number: str, kind: str, at: str) -> Node:
    """A phone of a person or an entity (`kind`)."""
    node = Node(f"{at}.phones")
    prefix, digits, reach = dialled(number)
    node.add("tph_contact_type", Leaf(kind, f"{at}.kind", "contact", variant="phone"))
    node.say("tph_communication_type", reach, f"{at}.phones", "communication")
    node.say("tph_country_prefix", prefix, f"{at}.phones")
    node.say("tph_number", digits, f"{at}.phones")
    return node


def account_node(account: Account, holder: ResolvedParty, person: Node, at: str) -> Node:
    """An account with its holder; the institution is added by the caller, who knows it."""
    node = Node(at)
    node.say("account", account.number, f"{at}.number")
    if account.type == "iban":
        node.say("iban", account.number, f"{at}.number")
    node.say("account_name", main_name(holder), f"parties[{holder.label}].names")
    node.say("client_number", holder.party_ids[0] if holder.party_ids else None, f"parties[{holder.label}].party_ids")
    for name in ("personal_account_type", "account_type"):
        node.say(name, account.type, f"{at}.type", "account_type")
    if holder.kind == "entity":
        node.add("t_entity", person)
    else:
        signatory = Node(f"parties[{holder.label}]")
        signatory.say("is_primary", "true", f"{at}.number")
        signatory.add("t_person", person)
        signatory.say("role", "holder", f"{at}.number", "account_role")
        node.add("signatory", signatory)
        node.wrap("related_persons", "account_related_person", [signatory])
    return node


@lru_cache(maxsize=4_096)
def _address_of(ip: str) -> tuple[int, str] | None:
    """Version and full form of an IP address; None where it is none."""
    try:
        address = ipaddress.ip_address(ip)
    except ValueError:
        return None
    return address.version, address.exploded


def network_node(ip: str | None, device: str | None, at: str) -> Node | None:
    """The device a transfer was made with; None without an IP address, which goAML demands here."""
    found = _address_of(ip) if ip else None
    if found is None:
        return None
    version, full = found
    place = Node(f"{at}.ip")
    place.say(f"ipv{version}", full, f"{at}.ip")
    inner = Node(at)
    inner.say("device_number", device, f"{at}.devices")
    inner.add("ip_address", place)
    outer = Node(at)
    outer.add("network_device", inner)
    return outer
