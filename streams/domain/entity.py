"""What detection remembers about one entity: its transfers, the people on the other side, what others told it.

The structs are left out of garbage collection (gc=False): they form trees, never cycles, and there are many.

State is a function of the *set* of transfers seen: events are kept sorted and replaced by revision, memories are unions,
minima and maxima. Order of arrival leaves no trace (design: "Order").
"""

from bisect import bisect_left, insort
from typing import TypeVar

import msgspec

from schemas.observation import RECEIVER, SENDER, Side, TransferFacts
from schemas.transfer import ADDRESS, DEVICE, KIN, NO_RELATION, PHONE, SPOUSE, Identifier, Place
from streams.domain.lines import may_be_near

DAY_MS = 86_400_000
QUARTER_MS = 90 * DAY_MS
HORIZON_MS = 240 * DAY_MS  # DEF: longest window (180 d) plus room for partitions that lag behind each other
LINKS = frozenset({PHONE, DEVICE, ADDRESS})  # what ties two parties to each other (typologies F05, P03, P04)
MAX_USES = 64  # DEF: identifiers a party is remembered by
MAX_EVENTS = 640  # DEF: a party sees 2.6 events in 30 days, p99 11, but a collector 510 in five months (ops/decisions/0009)
MAX_FORMER_PAIRS = 512  # DEF
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
        since = min((d for d in (self.since_day, side.since_day) if d), default=0)
        nationality = min((n for n in (self.nationality, side.nationality) if n), default="")
        names = self.name_keys if self.name_keys == side.name_keys else _union(self.name_keys, side.name_keys)
        links = links_of(side)
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


def upsert(state: EntityState, event: Event, counts: bool) -> bool:
    """Puts the event where it belongs, replacing an older revision; True if anything changed. A repeat changes nothing."""
    events = state.events
    order = event.order()
    if event.revision > 1:
        known = next((at for at, e in enumerate(events) if e.uid == event.uid and e.side == event.side), None)
        if known is not None:
            if events[known].revision >= event.revision:
                return False
            del events[known]
            if counts:
                insort(events, event, key=Event.order)
            return True
    if not counts:
        return False
    position = len(events) if not events or order > events[-1].order() else bisect_left(events, order, key=Event.order)
    if position < len(events) and events[position].order() == order:
        return False
    events.insert(position, event)
    return True


def is_quiet(state: EntityState) -> bool:
    """Whether the party's transfers are too few for any rule: most parties pay one or two others and are paid by nobody."""
    credits = near = 0
    payees: set[bytes] = set()
    for event in state.events:
        if event.side == RECEIVER:
            credits += 1
        else:
            payees.add(event.other)
        near += event.is_near_line
        if credits > 1 or near > 1 or len(payees) > 2:
            return False
    return True


def widen_use(state: EntityState, identifier: Identifier, event: Event) -> tuple[bool, bool]:
    """Takes a use of an identifier into the party's memory: (whether anything changed, whether the event is now the earliest)."""
    quarter = event.at_ms // QUARTER_MS
    use = state.uses.get(identifier.key)
    if use is None:
        if len(state.uses) >= MAX_USES:
            return False, False
        state.uses[identifier.key] = Use(identifier.kind, quarter, quarter, event.at_ms, event.uid)
        return True, True
    changed = quarter < use.first_quarter or quarter > use.last_quarter
    if changed:
        use.first_quarter, use.last_quarter = min(quarter, use.first_quarter), max(quarter, use.last_quarter)
    if (event.at_ms, event.uid) < (use.earliest_ms, use.earliest_uid):
        use.earliest_ms, use.earliest_uid = event.at_ms, event.uid
        return True, True
    return changed, False


def prune(state: EntityState) -> None:
    """Drops what lies beyond the horizon or the count; first dealings of dropped pairs are remembered by day."""
    events = state.events
    if not events:
        return
    edge = events[-1].at_ms - HORIZON_MS
    cut = max(0, len(events) - MAX_EVENTS)
    while cut < len(events) and events[cut].at_ms < edge:
        cut += 1
    if not cut:
        return
    state.lost_ms = max(state.lost_ms, events[cut - 1].at_ms)
    for event in events[:cut]:
        first = state.former.get(event.other)
        if event.other and (first is None or event.at_ms < first):
            state.former[event.other] = event.at_ms
    del events[:cut]
    kept = {e.other for e in events} | {e.mine for e in events}
    state.profiles = {k: p for k, p in state.profiles.items() if k in kept}
    if len(state.former) > MAX_FORMER_PAIRS:
        newest = sorted(state.former.items(), key=lambda item: (-item[1], item[0]))[:MAX_FORMER_PAIRS]
        state.former = dict(sorted(newest))


def pairs_of(state: EntityState) -> dict[tuple[bytes, bytes], Pair]:
    """Memory of every pair (mine, other) that still has events here."""
    pairs: dict[tuple[bytes, bytes], Pair] = {}
    for event in state.events:
        if not event.other:
            continue
        pair = pairs.get((event.mine, event.other))
        if pair is None:
            first = min(event.at_ms, state.former.get(event.other, event.at_ms))
            pair = pairs[(event.mine, event.other)] = Pair(first, False, False, False, False)
        pair.spouse |= event.relation == SPOUSE
        pair.kin |= event.relation == KIN
        pair.other |= event.relation not in (SPOUSE, KIN, NO_RELATION)
        pair.name_tie |= event.name_tie
    return pairs


def remember(state: EntityState, facts: TransferFacts) -> bool:
    """Adds what the transfer says about both its parties; True if that changes what was known of one."""
    changed = False
    for party, place in ((facts.sender, facts.send_place), (facts.receiver, facts.pay_place)):
        if party is None:
            continue
        known = state.profiles.get(party.key)
        if known is None:
            places = (place,) if place.country else ()
            known = Profile(party.is_person, party.nationality, party.since_day, party.name_keys, links_of(party), places)
        else:
            wider = known.absorb(party, place)
            if wider == known:
                continue
            known, changed = wider, True
        state.profiles[party.key] = known
    return changed


def with_places(state: EntityState, event: Event) -> Event:
    """The event with both places: a side whose place the transfer left out is where that party was on other transfers."""
    sender, receiver = (event.mine, event.other) if event.side == SENDER else (event.other, event.mine)
    send = event.send if event.send.country else _home(state, sender)
    pay = event.pay if event.pay.country else _home(state, receiver or sender)
    return msgspec.structs.replace(event, send=send, pay=pay)


def _home(state: EntityState, party: bytes) -> Place:
    profile = state.profiles.get(party)
    return profile.places[0] if profile and profile.places else Place("", "")


__all__ = ["RECEIVER", "SENDER"]
