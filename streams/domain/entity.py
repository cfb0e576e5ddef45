"""What detection remembers about one entity: its transfers, the people on the other side, what others told it.

The structs are left out of garbage collection (gc=False): they form trees, never cycles, and there are many.

State is a function of the *set* of transfers seen: events are kept sorted and replaced by revision, memories are unions,
minima and maxima. Order of arrival leaves no trace (design: "Order").
"""

from typing import TypeVar

import msgspec

from schemas.observation import SENDER, Side, TransferFacts
from schemas.transfer import ADDRESS, DEVICE, PHONE, Identifier, Place
from streams.domain.lines import may_be_near

DAY_MS = 86_400_000
QUARTER_MS = 90 * DAY_MS
LINKS = frozenset({PHONE, DEVICE, ADDRESS})  # what ties two parties to each other (typologies F05, P03, P04)
MAX_SPELLINGS = 12  # DEF


class Event(msgspec.Struct, array_like=True, gc=False):
    """One transfer at one entity. `mine` is the party on our side, `other` the one opposite (empty: none)."""

    at_ms: int
    uid: bytes
    side: int
    revision: int
    partition: int
    offset: int
    index: int
    utc_offset_min: int
    mine: bytes
    other: bytes
    partner: str
    amount_minor: int
    currency: str
    usd_minor: int
    channel: str
    send: Place
    pay: Place
    relation: str
    name_tie: bool
    purpose_class: str
    flagged: bool
    young_stream: bool  # within 45 days of the partner's first event: newness is unknown then
    is_near_line: bool  # the sum may lie just under a reporting line (amount and currency alone)

    def order(self) -> tuple[int, bytes, int]:
        """Sort key: event time, then the transfer, then the side."""
        return (self.at_ms, self.uid, self.side)


class Profile(msgspec.Struct, array_like=True, gc=False):
    """What was ever said about a party, over all its transfers seen here."""

    is_person: bool
    nationality: str
    since_day: int
    name_keys: tuple[bytes, ...]
    identifiers: tuple[Identifier, ...]
    places: tuple[Place, ...] = ()

    def absorb(self, side: Side, place: Place) -> "Profile":
        """The union with what another transfer says; a stated fact beats a missing one, the smallest of two stated ones wins."""
        links = links_of(side)
        says_nothing_new = (
            side.name_keys == self.name_keys
            and side.nationality in ("", self.nationality)
            and side.since_day in (0, self.since_day)
            and side.is_person == self.is_person
            and (not place.country or place in self.places)
            and (links == self.identifiers or set(links) <= set(self.identifiers))
        )
        if says_nothing_new:
            return self
        since = min((d for d in (self.since_day, side.since_day) if d), default=0)
        nationality = min((n for n in (self.nationality, side.nationality) if n), default="")
        names = self.name_keys if self.name_keys == side.name_keys else _union(self.name_keys, side.name_keys)
        ids = self.identifiers if self.identifiers == links else _union(self.identifiers, links)
        places = self.places if not place.country or place in self.places else _union(self.places, (place,))
        return Profile(self.is_person and side.is_person, nationality, since, names, ids, places)


def links_of(side: Side) -> tuple[Identifier, ...]:
    """The identifiers by which two parties can be seen to be tied to each other."""
    return tuple(i for i in side.identifiers if i.kind in LINKS)


T = TypeVar("T")


def _union(left: tuple[T, ...], right: tuple[T, ...]) -> tuple[T, ...]:
    """Both without repeats, smallest first: which of them arrived first leaves no trace."""
    return tuple(sorted({*left, *right}, key=_rank))[:MAX_SPELLINGS]


def _rank(value: object) -> tuple[object, ...]:
    if isinstance(value, Identifier):
        return (value.kind, value.key)
    return (value.country, not value.town, value.town) if isinstance(value, Place) else (value,)


class Pair(msgspec.Struct, array_like=True, gc=False):
    """What was ever said between two parties, and when they first dealt with each other."""

    first_ms: int
    spouse: bool
    kin: bool
    other: bool
    name_tie: bool

    @property
    def is_kin(self) -> bool:
        """Spouse stated; or other kin stated and a shared name; or nothing stated and a shared surname (typologies A7, "Kin")."""
        if self.spouse:
            return True
        if self.kin:
            return self.name_tie
        return self.name_tie and not self.other


class Story(msgspec.Struct, array_like=True, gc=False):
    """What a party told us about its own dealings when asked.

    debits   newest first-hand payments, oldest first: (at_ms, usd_minor, receiver, send country, pay country, is_plain);
             plain: neither to kin nor rent, tuition or dues
    payers   who pays this party without being kin, and since when
    """

    debits: tuple[tuple[int, int, bytes, str, str, bool], ...] = ()
    payers: tuple[tuple[bytes, int], ...] = ()


class Use(msgspec.Struct, array_like=True, gc=False):
    """How a party uses one of its identifiers: first and last 90-day quarter since the epoch, and its earliest transfer."""

    kind: int
    first_quarter: int
    last_quarter: int
    earliest_ms: int
    earliest_uid: bytes


class EntityState(msgspec.Struct, array_like=True, gc=False):
    """Everything detection keeps about one entity.

    events       newest MAX_EVENTS within HORIZON_MS of the newest, sorted by Event.order
    profiles     other parties (and, at a shared identifier, the parties that use it)
    former       first dealing with parties whose events have left the list
    watchers     entities that asked to be told (key -> topic)
    stories      what parties we asked told us
    asked        parties asked
    issued       what was published of each finding (msgpack of streams.episodes.Issued), by id
    lost_ms      event time of the newest transfer that has left `events` (0: none has)
    uses         at a party: its identifiers and how it uses them
    scope        correlation scope under whose key the entity is named ("" until its first transfer)
    """

    kind: int
    events: list[Event] = []
    profiles: dict[bytes, Profile] = {}
    former: dict[bytes, int] = {}
    watchers: dict[bytes, str] = {}
    stories: dict[bytes, Story] = {}
    asked: list[bytes] = []
    issued: dict[str, bytes] = {}
    lost_ms: int = 0
    scope: str = ""
    uses: dict[bytes, Use] = {}


def fresh(kind: int, scope: str) -> EntityState:
    """An entity nothing is known of yet."""
    return EntityState(kind, [], {}, {}, {}, {}, [], {}, 0, scope, {})


class User(msgspec.Struct, array_like=True, gc=False):
    """A party that uses an identifier: first and last 90-day quarter since the epoch, and its earliest transfer."""

    first_quarter: int
    last_quarter: int
    earliest: Event
    profile: Profile


class IdentifierState(msgspec.Struct, array_like=True, gc=False):
    """What an identifier (phone, document, device …) remembers: who uses it; from the second party on, `group` pools their flows."""

    kind: int
    users: dict[bytes, User]
    group: EntityState


def event_of(facts: TransferFacts, side: int) -> Event:
    """The transfer as the entity on `side` (SENDER or RECEIVER) sees it."""
    receiver = facts.receiver.key if facts.receiver else b""
    mine, other = (facts.sender.key, receiver) if side == SENDER else (receiver, facts.sender.key)
    young = facts.at_ms - facts.stream_start_ms < 45 * DAY_MS  # A7 "New"
    return Event(
        facts.at_ms, facts.uid, side, facts.revision, facts.partition, facts.offset, facts.index, facts.utc_offset_min,
        mine, other, facts.partner, facts.amount_minor, facts.currency, facts.usd_minor, facts.channel,
        facts.send_place, facts.pay_place, facts.relation, facts.name_tie, facts.purpose_class, facts.flagged, young,
        may_be_near(facts.currency, facts.amount_minor),
    )  # fmt: skip
