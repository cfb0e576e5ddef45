"""From a partner's words to the canonical transfer: normal forms, entity keys, places, dollars and classes of words.

Everything here is a function of the event, the partner and the scope's key; the same event gives the same bytes on every machine.
"""

import hashlib
from functools import lru_cache
from typing import NamedTuple

from msgspec import UNSET, UnsetType

from schemas.fx import fx_table
from schemas.native import NativeAgent, NativeParty, NativeTransfer
from schemas.native_outline import NativeOutline
from schemas.native_reading import Reading
from schemas.native_rules import Meaning
from schemas.places import town_id
from schemas.registry import Partner
from schemas.transfer import (
    ACCOUNT,
    ADDRESS,
    AGENT,
    DEVICE,
    DOCUMENT,
    EMAIL,
    IP,
    PARTY,
    PHONE,
    Account,
    Address,
    Agent,
    Coordinate,
    Document,
    Flag,
    Identifier,
    Party,
    Place,
    Transfer,
)
from streams.domain import identity, phones
from streams.domain.identity import Keyring
from streams.domain.names import share_a_token
from streams.domain.wording import purpose_class, relation_class

UID_BYTES = DIGEST_BYTES = 16
NOWHERE = Place("", "")
# Parties come again: as sent and then paid, on pay day, at one till. One made anew costs about 15 us, one found again 2 us. A party
# found again is equal in every field, and is kept with its partner's Canon, so never under another partner's key or home country.
# Personal data: at most this many parties of a partner (3 KB each) outlast their event, the least recently seen leaving first. DEF
RECENT_PARTIES, RECENT_AGENTS = 16_384, 32_768
Form = tuple[int, str]  # kind of entity and normal form of one identifier; placeholders have none


def transfer_uid(partner: str, transfer_id: str) -> bytes:
    """The same for one transfer under every status: SHA-256 of partner and transfer id, 16 bytes."""
    return hashlib.sha256(f"{partner}\0{transfer_id}".encode()).digest()[:UID_BYTES]


class Sides(NamedTuple):
    """The parties of a transfer, whether two persons among them share a token of their names, and where each is at home."""

    sender: Party
    receiver: Party | None
    name_tie: bool
    send_home: Place
    pay_home: Place


class Canon:
    """Makes canonical transfers of one partner's events."""

    def __init__(self, partner: Partner, keyring: Keyring) -> None:
        self._partner = partner
        self._scope = partner.scope_id()
        self._keys = keyring.scope(self._scope)
        self._fx = fx_table()
        self.party = lru_cache(maxsize=RECENT_PARTIES)(self.new_party)
        self._agent = lru_cache(maxsize=RECENT_AGENTS)(self._new_agent)

    def transfer(self, reading: Reading, meaning: Meaning, source: Coordinate) -> Transfer:
        """The canonical transfer of a checked event."""
        event = reading.event
        sender, receiver = self.party(event.sender), self.party(event.receiver) if event.receiver is not UNSET else None
        sides = Sides(sender, receiver, name_tie(event.sender, event.receiver), home_of(sender), home_of(receiver))
        return self.made(event, reading.canonical, sides, meaning, source)

    def made(
        self, event: NativeTransfer | NativeOutline, canonical: bytes, sides: Sides, meaning: Meaning, source: Coordinate
    ) -> Transfer:
        """The canonical transfer of a checked event whose parties are made already; `canonical`: its bytes as schemas.native_reading gives them."""
        send_agent = self._agent(event.send_agent) if event.send_agent is not UNSET else None
        pay_agent = self._agent(event.pay_agent) if event.pay_agent is not UNSET else None
        purpose, relationship = event.purpose or None, event.relationship or None
        # Here and in `new_party` by place: a struct of so many fields takes 1.6 us by name, 0.2 us by place.
        return Transfer(
            transfer_uid(self._partner.id, event.transfer_id), hashlib.sha256(canonical).digest()[:DIGEST_BYTES],
            self._partner.id, self._scope, event.transfer_id, event.status, meaning.occurred_ms, meaning.utc_offset_min,
            meaning.amount, self._fx.usd_minor(meaning.amount, meaning.occurred_ms), event.channel, sides.sender, sides.receiver,
            sides.send_home if send_agent is None else Place(send_agent.country, send_agent.town),
            sides.pay_home if pay_agent is None else Place(pay_agent.country, pay_agent.town),
            send_agent, pay_agent, purpose, relationship, event.merchant_category or None,
            relation_class(relationship), sides.name_tie, purpose_class(purpose),
            tuple([Flag(flag.code, flag.note or None) for flag in event.flags]), source,
        )  # fmt: skip

    def new_party(self, native: NativeParty) -> Party:
        """The canonical party of one that was checked; `party` remembers those it has made."""
        forms: list[Form] = []
        documents = _documents(native, forms)
        numbers = self._phones(native, forms)
        accounts = self._accounts(native, forms)
        addresses = _addresses(native, forms)
        if native.devices or native.emails or native.ip:
            _online(native, forms)
        key = self._keys.key
        return Party(
            key(PARTY, self._party_form(native, forms)), native.kind, native.name, native.party_id or None, native.date_of_birth or None,
            native.nationality or None, native.occupation or None, native.customer_since or None, documents, numbers, native.emails,
            native.devices, native.ip or None, addresses, accounts,
            tuple([Identifier(kind, key(kind, form)) for kind, form in dict.fromkeys(forms)]),
            self._keys.name_keys(native.name) if native.kind == "person" else (),
        )  # fmt: skip

    def _phones(self, native: NativeParty, forms: list[Form]) -> tuple[str, ...]:
        """E.164; a number without its country code is read in the country of the address, the nationality, then the partner's."""
        numbers: list[str] = []
        for number in native.phones:
            regions: tuple[str, ...] = ()
            if not number.startswith("+"):
                country = native.addresses[0].country if native.addresses else ""
                regions = tuple(dict.fromkeys(filter(None, (country, native.nationality or "", self._partner.home_country))))
            normal = phones.e164(number, *regions)
            if normal not in numbers:
                numbers.append(normal)
                if not phones.is_placeholder(normal):
                    forms.append((PHONE, normal))
        return tuple(numbers)

    def _accounts(self, native: NativeParty, forms: list[Form]) -> tuple[Account, ...]:
        accounts = []
        for held in native.accounts:
            number = identity.account_number(held.type, held.number)
            if held.type == "card":
                # The number itself is never kept; its key cannot be turned back into it.
                accounts.append(Account("card", identity.masked_card(number)))
                if identity.is_masked_card(held.number.replace(" ", "")):
                    continue
            else:
                accounts.append(Account(held.type, number))
            if (form := identity.account_form(held.type, number, self._partner.id)) is not None:
                forms.append((ACCOUNT, form))
        return tuple(accounts)

    def _party_form(self, native: NativeParty, forms: list[Form]) -> str:
        """By customer number, else document, else phone and name, else name, birth date and town (design section 4)."""
        if native.party_id and (customer := identity.customer_form(self._partner.id, native.party_id)):
            return customer
        if documents := [form for kind, form in forms if kind == DOCUMENT]:
            return f"document|{min(documents)}"
        numbers = [form for kind, form in forms if kind == PHONE]
        if numbers and (known := identity.phone_name_form(min(numbers), native.name)):
            return known
        home = native.addresses[0] if native.addresses else None
        town = f"{home.country}/{town_id(home.country, home.city)}" if home else ""
        return identity.name_form(native.name, native.date_of_birth or "", town)

    def _new_agent(self, native: NativeAgent) -> Agent:
        return Agent(
            key=self._keys.key(AGENT, f"{self._partner.id}|{native.agent_id}"),
            agent_id=native.agent_id,
            name=native.name,
            country=native.country,
            city=native.city,
            town=town_id(native.country, native.city),
            lat=_degrees(native.lat),
            lon=_degrees(native.lon),
        )


def _documents(native: NativeParty, forms: list[Form]) -> tuple[Document, ...]:
    documents = []
    for doc in native.documents:
        number = identity.alphanumeric(doc.number)
        documents.append(Document(doc.type, number, doc.country))
        if (form := identity.document_form(doc.type, doc.country, number)) is not None:
            forms.append((DOCUMENT, form))
    return tuple(documents)


def _addresses(native: NativeParty, forms: list[Form]) -> tuple[Address, ...]:
    addresses = []
    for place in native.addresses:
        addresses.append(Address(place.line, place.city, place.country))
        if (form := identity.address_form(place.line, place.city, place.country)) is not None:
            forms.append((ADDRESS, form))
    return tuple(addresses)


def _online(native: NativeParty, forms: list[Form]) -> None:
    for device in native.devices:
        if not identity.is_placeholder(device.upper()):
            forms.append((DEVICE, device))
    for address in native.emails:
        if (mail := identity.email_form(address)) is not None:
            forms.append((EMAIL, mail))
    if native.ip and (public := identity.ip_form(native.ip)) is not None:
        forms.append((IP, public))


def _degrees(value: float | UnsetType) -> float | None:
    return None if value is UNSET else value


def home_of(party: Party | None) -> Place:
    """The place of the party's first address, else nowhere known."""
    if party is not None and party.addresses:
        address = party.addresses[0]
        return Place(address.country, town_id(address.country, address.city))
    return NOWHERE


def name_tie(sender: NativeParty, receiver: NativeParty | UnsetType) -> bool:
    """Whether two persons share a token of their names; a firm is nobody's kin."""
    if receiver is UNSET or sender.kind != "person" or receiver.kind != "person":
        return False
    return share_a_token(sender.name, receiver.name)
