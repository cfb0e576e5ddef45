"""The canonical transfer: what intake makes of a partner's event, immutable, kept on `transfers` as the archive.

Times are integer milliseconds since the epoch in UTC; `utc_offset_min` keeps the partner's local offset. Keys are
16-byte HMAC-SHA-256 prefixes of normalised identifiers under the key of the partner's correlation scope.
Nothing here can hold a reference cycle, so the collector need not look (gc=False): a quarter of intake's time.
"""

from typing import ClassVar

import msgspec

from schemas.money import Money

# Kinds of entity that receive observations. The first four carry flow typologies.
PARTY, DOCUMENT, PHONE, ACCOUNT, DEVICE, EMAIL, ADDRESS, IP, AGENT = range(9)
ENTITY_KINDS = ("party", "document", "phone", "account", "device", "email", "address", "ip", "agent")
STRONG_KINDS = (PARTY, DOCUMENT, PHONE, ACCOUNT)

SPOUSE, KIN, OTHER_RELATION, NO_RELATION = "spouse", "kin", "other", "none"


class Coordinate(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Where a record's bytes lie: `index` counts inside a batch record, 0 where the record holds one entry."""

    topic: str
    partition: int
    offset: int
    index: int = 0


class Document(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """An identity document; `number` holds letters and digits only, upper case; `country` is the issuer."""

    type: str
    number: str
    country: str


class Account(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """An account, wallet, IBAN or card; `number` as normalised for comparison."""

    type: str
    number: str


class Address(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A postal address as the partner wrote it."""

    line: str
    city: str
    country: str


class Identifier(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One pseudonymised identifier of a party; `kind` is one of the entity kinds above."""

    kind: int
    key: bytes


class Place(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Where a side of the transfer is: ISO country and known town ("zaranj"; "" where the town is unknown)."""

    country: str
    town: str


class Party(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Sender or receiver: what the partner said, normalised, plus the keys that stand for it in detection.

    key         entity key: by customer number, else document, else phone and name, else name, birth date and town
    names       the name as written (any script)
    name_keys   8-byte HMACs of the name's distinct token forms, so that kin can be compared without names
    """

    key: bytes
    kind: str
    name: str
    party_id: str | None = None
    date_of_birth: str | None = None
    nationality: str | None = None
    occupation: str | None = None
    customer_since: str | None = None
    documents: tuple[Document, ...] = ()
    phones: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    devices: tuple[str, ...] = ()
    ip: str | None = None
    addresses: tuple[Address, ...] = ()
    accounts: tuple[Account, ...] = ()
    identifiers: tuple[Identifier, ...] = ()
    name_keys: tuple[bytes, ...] = ()


class Agent(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A pay-in or pay-out point of the partner."""

    key: bytes
    agent_id: str
    name: str
    country: str
    city: str
    town: str = ""
    lat: float | None = None
    lon: float | None = None


class Flag(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What the front line saw."""

    code: str
    note: str | None = None


class Sealing(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """The data key that seals a record's personal values, itself wrapped by the key `key_id` of the key ring."""

    key_id: str
    wrapped: bytes


class Veil(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What a stored transfer has instead of its personal values (streams.domain.veil says which they are).

    sealed            nonce, then the AES-GCM ciphertext of the values
    trade, passenger  classes of the sealed words, as streams.domain.trade gives them
    occupations       class of the sender's occupation, and of the receiver's ("none" where there is no receiver)
    """

    sealed: bytes
    trade: str
    passenger: int
    occupations: tuple[str, str]


class Transfer(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One accepted partner event.

    uid           SHA-256 of (partner, transfer_id), first 16 bytes: the same transfer under every status
    digest        SHA-256 of the event's content, first 16 bytes: equal digests of one uid are duplicates
    usd_minor     amount in US cents by the dated reference table
    relation      spouse | kin | other | none: class of the stated relationship
    name_tie      sender and receiver share a token of their names (transliterated, consonants, no -ov/-ova)
    purpose_class rent | tuition | dues | debt | ransom | travel | none …: class of the stated purpose
    send_place    place of the sending agent, else of the sender's address; pay_place likewise for paying out
    source        coordinate of the partner's record
    veil          set as it is stored: the personal values are sealed in it, and empty in their own places
    """

    uid: bytes
    digest: bytes
    partner: str
    scope: str
    transfer_id: str
    status: str
    occurred_ms: int
    utc_offset_min: int
    amount: Money
    usd_minor: int
    channel: str
    sender: Party
    receiver: Party | None
    send_place: Place
    pay_place: Place
    send_agent: Agent | None = None
    pay_agent: Agent | None = None
    purpose: str | None = None
    relationship: str | None = None
    merchant_category: str | None = None
    relation: str = NO_RELATION
    name_tie: bool = False
    purpose_class: str = "none"
    flags: tuple[Flag, ...] = ()
    source: Coordinate = Coordinate("", 0, 0)
    veil: Veil | None = None


class TransferBatch(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One record on `transfers`: entries for one partition (at most 500).

    stream_start_ms  for each partner in the batch, midnight UTC of the first day its stream holds: newness is
                     unknown, not true, in the first 45 days after it (typologies A7, "New")
    sealing          of the veils of all transfers; None where they are in clear (version 1, and records that are never stored)
    """

    VERSION: ClassVar[int] = 2  # a reader of 1 would take a veiled transfer for one of people without names

    stream_start_ms: dict[str, int]
    transfers: tuple[Transfer, ...]
    sealing: Sealing | None = None


class EncodedBatch(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A TransferBatch on its way out, each of its transfers encoded already: the same bytes."""

    VERSION: ClassVar[int] = TransferBatch.VERSION

    stream_start_ms: dict[str, int]
    transfers: tuple[msgspec.Raw, ...]
    sealing: Sealing
