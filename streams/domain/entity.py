"""What detection remembers about one entity: its transfers, the people on the other side, what others told it.

The structs are left out of garbage collection (gc=False): they form trees, never cycles, and there are many.

State is a function of the *set* of transfers seen: events are kept sorted and replaced by revision, memories are unions,
minima and maxima. Order of arrival leaves no trace (design: "Order").
"""

import msgspec

from streams.domain.event import DAY_MS, Event
from streams.domain.event_log import EventLog
from streams.domain.profile import Profile, Profiles

QUARTER_MS = 90 * DAY_MS
USE_YEAR = 4  # quarters; how often a party repeats to an identifier that it alone uses it


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
    wages    newest pay-roll credits, oldest first: (at_ms, usd_minor)
    kin      those receivers of `debits` who are kin
    relays   newest credits that were passed on, oldest first, each with the payment that did so (streams.domain.relays)
    strangers  where nothing is known but who paid whom: payments of people who dealt with the party once, oldest first, each with
             whether that breaks its habit (streams.domain.strangers)
    """

    debits: tuple[tuple[int, int, bytes, str, str, bool], ...] = ()
    payers: tuple[tuple[bytes, int], ...] = ()
    wages: tuple[tuple[int, int], ...] = ()
    kin: tuple[bytes, ...] = ()
    relays: tuple[tuple[Event, Event], ...] = ()
    strangers: tuple[tuple[Event, bool], ...] = ()


class Use(msgspec.Struct, array_like=True, gc=False):
    """How a party uses one of its identifiers.

    last_quarter                90-day quarter since the epoch
    earliest_ms, earliest_uid   the earliest transfer with it
    is_shared                   the identifier has other users and asked to be told of every change
    earliest                    the earliest transfer as it first came, once it is not among the party's events (any more)
    """

    kind: int
    last_quarter: int
    earliest_ms: int
    earliest_uid: bytes
    is_shared: bool = False
    earliest: Event | None = None


class EntityState(msgspec.Struct, array_like=True, gc=False, tag="P"):
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
    unsure       something was said or forgotten about the past since the entity was judged: then all of it is judged again
    """

    kind: int
    events: EventLog = msgspec.field(default_factory=EventLog)
    profiles: Profiles = msgspec.field(default_factory=Profiles)
    former: dict[bytes, int] = {}
    watchers: dict[bytes, str] = {}
    stories: dict[bytes, Story] = {}
    asked: list[bytes] = []
    issued: dict[str, bytes] = {}
    lost_ms: int = 0
    scope: str = ""
    uses: dict[bytes, Use] = {}
    unsure: bool = False


def fresh(kind: int, scope: str) -> EntityState:
    """An entity nothing is known of yet."""
    return EntityState(kind, EventLog(), Profiles(), {}, {}, {}, [], {}, 0, scope, {}, False)


class User(msgspec.Struct, array_like=True, gc=False):
    """A party that uses an identifier: first and last 90-day quarter since the epoch, and its earliest transfer."""

    first_quarter: int
    last_quarter: int
    earliest: Event
    profile: Profile


class LoneUse(msgspec.Struct, array_like=True, gc=False, tag="L"):
    """All that an identifier with a single user remembers: who that is, and the last year (of USE_YEAR quarters) they told of."""

    user: bytes
    year: int


class IdentifierState(msgspec.Struct, array_like=True, gc=False, tag="I"):
    """What an identifier (phone, document, device …) with several users remembers of them; `group` pools their flows.

    awaited   further users, until they have told what they were asked: since when, who they are
    """

    kind: int
    users: dict[bytes, User]
    group: EntityState
    awaited: list[bytes] = []


def pack(part: object) -> object:
    """Encoding hook for the parts of a state that keep their own encoding."""
    if isinstance(part, EventLog | Profiles):
        return part.packed()
    raise NotImplementedError(type(part).__name__)


def unpack(kind: type, stored: object) -> object:
    """Decoding hook for the same parts."""
    if kind is Profiles and isinstance(stored, bytes):
        return Profiles(stored)
    if kind is EventLog and isinstance(stored, list):
        return EventLog(*stored)
    raise NotImplementedError(kind.__name__)
