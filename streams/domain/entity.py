"""What detection remembers about one entity: its transfers, the people on the other side, what others told it.

State is a function of the *set* of transfers seen: events are kept sorted and replaced by revision, memories are unions,
minima and maxima. Order of arrival leaves no trace (design: "Order").
"""

from bisect import insort
from typing import TypeVar

import msgspec

from schemas.observation import RECEIVER, SENDER, Side, TransferFacts
from schemas.transfer import KIN, NO_RELATION, PARTY, SPOUSE, Identifier, Place
from streams.domain.lines import may_be_near

DAY_MS = 86_400_000
HORIZON_MS = 400 * DAY_MS  # DEF: longest window (180 d) plus room for partitions that lag behind each other
MAX_EVENTS = 640  # DEF: a party sees 2.6 events in 30 days, p99 11, but a collector 510 in five months (ops/decisions/0009)
MAX_FORMER_PAIRS = 512  # DEF
MAX_SPELLINGS = 12  # DEF


class Event(msgspec.Struct, array_like=True):
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


class Profile(msgspec.Struct, array_like=True):
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
        ids = self.identifiers if self.identifiers == side.identifiers else _union(self.identifiers, side.identifiers)
        places = self.places if not place.country or place in self.places else _union(self.places, (place,))
        return Profile(self.is_person and side.is_person, nationality, since, names, ids, places)


T = TypeVar("T")


def _union(left: tuple[T, ...], right: tuple[T, ...]) -> tuple[T, ...]:
    """Both without repeats, smallest first: which of them arrived first leaves no trace."""
    return tuple(sorted({*left, *right}, key=_rank))[:MAX_SPELLINGS]


def _rank(value: object) -> tuple[object, ...]:
    if isinstance(value, Identifier):
        return (value.kind, value.key)
    return (value.country, not value.town, value.town) if isinstance(value, Place) else (value,)


class Pair(msgspec.Struct, array_like=True):
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


class Story(msgspec.Struct, array_like=True):
    """What a party told us about its own dealings when asked.

    debits   newest first-hand payments, oldest first: (at_ms, usd_minor, receiver, send country, pay country, is_plain);
             plain: neither to kin nor rent, tuition or dues
    payers   who pays this party without being kin, and since when
    """

    debits: tuple[tuple[int, int, bytes, str, str, bool], ...] = ()
    payers: tuple[tuple[bytes, int], ...] = ()


class EntityState(msgspec.Struct, array_like=True):
    """Everything detection keeps about one entity.

    events       newest MAX_EVENTS within HORIZON_MS of the newest, sorted by Event.order
    profiles     other parties (and, at a shared identifier, the parties that use it)
    former       first dealing with parties whose events have left the list
    watchers     entities that asked to be told (key -> topic)
    stories      what parties we asked told us
    asked        parties asked
    issued       what was published of each finding (msgpack of streams.episodes.Issued), by id
    lost_ms      event time of the newest transfer that has left `events` (0: none has)
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


def fresh(kind: int, scope: str) -> EntityState:
    """An entity nothing is known of yet."""
    return EntityState(kind, [], {}, {}, {}, {}, [], {}, 0, scope)


class User(msgspec.Struct, array_like=True):
    """A party that uses an identifier: first and last 30-day month since the epoch, and its earliest transfer."""

    first_month: int
    last_month: int
    earliest: Event
    profile: Profile


class IdentifierState(msgspec.Struct, array_like=True):
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
    """Puts the event where it belongs, replacing an older revision; True if anything changed."""
    events = state.events
    first_news = event.revision == 1 and state.kind == PARTY  # a party hears of each transfer once; flows may repeat
    for position in () if first_news else range(len(events) - 1, -1, -1):
        present = events[position]
        if present.uid == event.uid and present.side == event.side:
            if present.revision >= event.revision:
                return False
            del events[position]
            if counts:
                insort(events, event, key=Event.order)
            return True
    if not counts:
        return False
    if not events or event.order() > events[-1].order():
        events.append(event)
    else:
        insort(events, event, key=Event.order)
    return True


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
            known = Profile(party.is_person, party.nationality, party.since_day, party.name_keys, party.identifiers, places)
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
