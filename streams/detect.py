"""Detect: the typologies over what each entity has seen, and what entities must tell each other.

A party keeps its own transfers. An identifier keeps who uses it; once a second party uses a strong one, it asks those parties
for their transfers and is judged like a party of its own, so that a collector behind two customer numbers is still one
collector. A typology that must know a payer's other dealings asks that payer. Asking and answering are signals on
`observations`; the answer is repeated whenever it changes, so what is known in the end does not depend on order.
"""

import msgspec

from schemas.codec import Codec
from schemas.corridors import Corridors, corridors
from schemas.finding import Finding
from schemas.observation import RECEIVER, SENDER, ObservationBatch, Side, Signal, TransferFacts
from schemas.topics import FINDINGS, OBSERVATIONS
from schemas.transfer import ACCOUNT, AGENT, PARTY
from streams.domain.entity import (
    HORIZON_MS,
    MAX_SPELLINGS,
    EntityState,
    Event,
    IdentifierState,
    Profile,
    Story,
    User,
    event_of,
    fresh,
    remember,
    upsert,
)
from streams.domain.fold import Output, State, partition_of
from streams.domain.story import story_of
from streams.domain.view import View
from streams.judge import Judge
from streams.typologies import CATALOGUE
from streams.typologies.base import Typology
from streams.typologies.ts_k01_shared_identifier import MONTH_MS, SharedView

MAX_DEPTH = 4  # design section 4: how far news may travel
POOL_LIMIT = 5  # DEF: parties whose flows one identifier pools; more than that is an agent's or a hostel's number
MAX_USERS = 64  # DEF: users an identifier remembers, smallest keys first
MAX_SIGNALS = 500  # design section 4: entries of one record
STORY, FLOWS, ASK_STORY, ASK_FLOWS = "story", "flows", "ask_story", "ask_flows"


class Flows(msgspec.Struct, array_like=True):
    """Body of a `flows` signal: transfers of one party (False: forget it) and what is known about those involved."""

    events: list[tuple[Event, bool]]
    profiles: dict[bytes, Profile]


class Detect:
    """The fold of stage `detect`: observations in, findings and signals out."""

    name = "detect"
    source = OBSERVATIONS

    def __init__(self, partitions: int, catalogue: tuple[Typology, ...] = CATALOGUE, facts: Corridors | None = None) -> None:
        self._partitions = partitions
        self._corridors = facts or corridors()
        self._judge = Judge(catalogue)
        self._batch = Codec(ObservationBatch)
        self._finding = Codec(Finding)
        self._encoder = msgspec.msgpack.Encoder()
        self._entity = msgspec.msgpack.Decoder(EntityState)
        self._identifier = msgspec.msgpack.Decoder(IdentifierState)
        self._flows = msgspec.msgpack.Decoder(Flows)
        self._story = msgspec.msgpack.Decoder(Story)
        self._dirty: dict[bytes, int] = {}
        self._moved: dict[bytes, list[tuple[Event, bool]]] = {}
        self._signals: list[Signal] = []
        self.watermark_ms = 0

    def apply(self, state: State, record: bytes, partition: int, offset: int) -> None:
        """Takes in one batch of observations and signals."""
        batch = self._batch.decode(record)
        facts = batch.facts
        if facts:
            self.watermark_ms = max(self.watermark_ms, *(f.at_ms for f in facts))
        for seen in batch.observations:
            fact = facts[seen.fact]
            if seen.kind == PARTY:
                if seen.side == RECEIVER and fact.channel == "merchant":
                    continue  # shop takings feed no typology and are the most frequent events of all
                self._see_party(state, seen.entity, seen.side, fact, fact.counts and not seen.dropped)
            elif seen.kind != AGENT:
                self._see_identifier(state, seen.entity, seen.kind, seen.side, fact)
        for signal in batch.signals:
            self._hear(state, signal)

    def flush(self, state: State) -> list[Output]:
        """Judges every entity that changed; returns its changed findings, and the signals."""
        findings: list[Finding] = []
        for key in sorted(self._dirty):
            value = state.get(key)
            if isinstance(value, IdentifierState):
                view: View = SharedView(key, value, self._corridors)
                entity = value.group
            else:
                assert isinstance(value, EntityState)
                view, entity = View(key, value, self._corridors), value
                self._tell_watchers(key, entity)
            typologies = self._judge.in_question(view)
            for party in self._judge.asks(view, entity, typologies) if typologies else ():
                if party not in entity.asked:
                    entity.asked.append(party)
                    self._send(key, party, ASK_STORY, self._dirty[key] + 1, b"")
            findings += self._judge.judge(view, entity, typologies)
            state.put(key, value)
        outputs = [
            Output(FINDINGS, partition_of(f.scope.encode(), self._partitions), f.finding_id.encode(), self._finding.encode(f))
            for f in findings
        ]
        outputs += self._pack_signals()
        self._dirty, self._moved = {}, {}
        return outputs

    def encode_state(self, key: bytes, value: object) -> bytes:
        """Bytes of one entity: a leading P for a party, I for an identifier."""
        return (b"P" if isinstance(value, EntityState) else b"I") + self._encoder.encode(value)

    def decode_state(self, key: bytes, raw: bytes) -> EntityState | IdentifierState:
        """One entity back."""
        decoder = self._entity if raw[:1] == b"P" else self._identifier
        return decoder.decode(memoryview(raw)[1:])

    def is_expired(self, key: bytes, raw: bytes) -> bool:
        """Whether an entity's newest transfer lies beyond the horizon of what is remembered."""
        value = self.decode_state(key, raw)
        if isinstance(value, IdentifierState):
            newest = max((u.last_month + 1) * MONTH_MS for u in value.users.values())
        else:
            newest = value.events[-1].at_ms if value.events else 0
        return 0 < newest < self.watermark_ms - HORIZON_MS

    # --- what a transfer says

    def _see_party(self, state: State, key: bytes, side: int, fact: TransferFacts, counts: bool) -> None:
        entity = state.get(key)
        if entity is None:
            entity = fresh(PARTY, fact.scope)
        assert isinstance(entity, EntityState)
        entity.scope = fact.scope
        event = event_of(fact, side)
        if remember(entity, fact) or event.revision > 1:
            self._judge.forget(key)
        if upsert(entity, event, counts):
            self._touch(key, 0)
            if entity.watchers:
                self._moved.setdefault(key, []).append((event, counts))
        state.put(key, entity)

    def _see_identifier(self, state: State, key: bytes, kind: int, side: int, fact: TransferFacts) -> None:
        party = fact.sender if side == SENDER else fact.receiver
        assert party is not None
        known = state.get(key)
        if known is None:
            state.put(key, IdentifierState(kind, {party.key: _user(party, side, fact)}, fresh(kind, fact.scope)))
            return
        assert isinstance(known, IdentifierState)
        user = known.users.get(party.key)
        if user is None:
            if len(known.users) >= MAX_USERS and party.key > max(known.users):
                return
            known.users[party.key] = _user(party, side, fact)
            if len(known.users) > MAX_USERS:
                del known.users[max(known.users)]
        elif not _widen(user, party, side, fact):
            return
        if len(known.users) > 1:
            self._touch(key, 0)
            self._pool(key, known)
        state.put(key, known)

    def _pool(self, key: bytes, known: IdentifierState) -> None:
        """Asks the users of a strong identifier for their flows, once each, while they are few."""
        if known.kind > ACCOUNT or len(known.users) > POOL_LIMIT:
            return
        for party in known.users:
            if party not in known.group.asked:
                known.group.asked.append(party)
                self._send(key, party, ASK_FLOWS, 1, b"")

    # --- what others say

    def _hear(self, state: State, signal: Signal) -> None:
        value = state.get(signal.entity)
        if value is None:
            value = fresh(PARTY, "")
        entity = value.group if isinstance(value, IdentifierState) else value
        assert isinstance(entity, EntityState)
        if signal.topic in (ASK_STORY, ASK_FLOWS):
            topic = STORY if signal.topic == ASK_STORY else FLOWS
            entity.watchers[signal.source + topic.encode()] = topic
            if topic == FLOWS:
                self._send_flows(signal.entity, signal.source, entity, [(e, True) for e in entity.events], signal.depth + 1)
            else:
                self._send(signal.entity, signal.source, STORY, signal.depth + 1, self._encoder.encode(story_of(entity)))
        elif signal.topic == STORY:
            entity.stories[signal.source] = self._story.decode(signal.body)
            self._judge.forget(signal.entity)
            self._touch(signal.entity, signal.depth)
        else:
            flows = self._flows.decode(signal.body)
            self._judge.forget(signal.entity)
            for party, profile in flows.profiles.items():
                entity.profiles[party] = profile
            for event, counts in flows.events:
                upsert(entity, event, counts)
            self._touch(signal.entity, signal.depth)
        state.put(signal.entity, value)

    def _tell_watchers(self, key: bytes, entity: EntityState) -> None:
        moved = self._moved.get(key)
        if not moved:
            return
        story = b""
        for watcher, topic in sorted(entity.watchers.items()):
            target = watcher[:16]
            if topic == STORY:
                story = story or self._encoder.encode(story_of(entity))
                self._send(key, target, STORY, 1, story)
            else:
                self._send_flows(key, target, entity, moved, 1)

    def _send_flows(self, key: bytes, target: bytes, entity: EntityState, events: list[tuple[Event, bool]], depth: int) -> None:
        parties = {e.other for e, _ in events} | {e.mine for e, _ in events}
        profiles = {k: p for k, p in entity.profiles.items() if k in parties}
        self._send(key, target, FLOWS, depth, self._encoder.encode(Flows(events, profiles)))

    def _send(self, source: bytes, target: bytes, topic: str, depth: int, body: bytes) -> None:
        if depth <= MAX_DEPTH:
            self._signals.append(Signal(target, source, topic, depth, body))

    def _touch(self, key: bytes, depth: int) -> None:
        self._dirty[key] = max(depth, self._dirty.get(key, 0))

    def _pack_signals(self) -> list[Output]:
        by_partition: dict[int, list[Signal]] = {}
        for signal in self._signals:
            by_partition.setdefault(partition_of(signal.entity, self._partitions), []).append(signal)
        self._signals = []
        outputs = []
        for partition, signals in sorted(by_partition.items()):
            for start in range(0, len(signals), MAX_SIGNALS):
                batch = ObservationBatch(signals=tuple(signals[start : start + MAX_SIGNALS]))
                outputs.append(Output(OBSERVATIONS, partition, None, self._batch.encode(batch)))
        return outputs


def _user(party: Side, side: int, fact: TransferFacts) -> User:
    month = fact.at_ms // MONTH_MS
    profile = Profile(party.is_person, party.nationality, party.since_day, party.name_keys, ())
    return User(month, month, event_of(fact, side), profile)


def _widen(user: User, party: Side, side: int, fact: TransferFacts) -> bool:
    """Takes another use into the user's memory; True if anything changed (seldom: this is the path of most observations)."""
    month = fact.at_ms // MONTH_MS
    changed = False
    if month < user.first_month or month > user.last_month:
        user.first_month, user.last_month = min(month, user.first_month), max(month, user.last_month)
        changed = True
    if (fact.at_ms, fact.uid, side) < user.earliest.order():
        user.earliest, changed = event_of(fact, side), True
    names = user.profile.name_keys
    if party.name_keys != names and not set(party.name_keys) <= set(names):
        user.profile.name_keys = tuple(sorted({*names, *party.name_keys}))[:MAX_SPELLINGS]
        changed = True
    return changed
