"""Detect: the typologies over what each entity has seen, and what entities must tell each other.

A party keeps its own transfers, and tells each of its identifiers when it begins to use it. An identifier keeps who uses it; once
a second party uses a strong one, it asks those parties for their transfers and is judged like a party of its own, so that a
collector behind two customer numbers is still one collector. A typology that must know a payer's other dealings asks that
payer. Telling, asking and answering are signals on `observations`; an answer is repeated whenever it changes, so what is known
in the end does not depend on order (ops/decisions/0007).
"""

import msgspec

from schemas.codec import Codec
from schemas.corridors import Corridors, corridors
from schemas.finding import Finding
from schemas.observation import RECEIVER, SENDER, ObservationBatch, Signal, TransferFacts
from schemas.topics import FINDINGS, OBSERVATIONS
from schemas.transfer import ACCOUNT, PARTY
from streams.domain.entity import QUARTER_MS, EntityState, Event, IdentifierState, User, event_of, fresh
from streams.domain.fold import Output, State, partition_of
from streams.domain.memory import HORIZON_MS, is_quiet, prune, remember, upsert, widen_use
from streams.domain.story import story_of
from streams.domain.view import View
from streams.judge import Judge
from streams.signals import ASK_FLOWS, ASK_STORY, FLOWS, STORY, TOLD_FLOWS, TOLD_STORY, USE, USED, Outbox, Used
from streams.typologies import CATALOGUE
from streams.typologies.base import Typology
from streams.typologies.ts_k01_shared_identifier import SharedView

POOL_LIMIT = 5  # DEF: parties whose flows one identifier pools; more than that is an agent's or a hostel's number
MAX_USERS = 64  # DEF: users an identifier remembers, smallest keys first


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
        self._dirty: dict[bytes, int] = {}
        self._moved: dict[bytes, list[tuple[Event, bool]]] = {}
        self._outbox = Outbox(partitions)
        self.watermark_ms = 0

    def apply(self, state: State, record: bytes, partition: int, offset: int) -> None:
        """Takes in one batch of observations and signals."""
        batch = self._batch.decode(record)
        facts = batch.facts
        if facts:
            self.watermark_ms = max(self.watermark_ms, *(f.at_ms for f in facts))
        for seen in batch.observations:
            fact = facts[seen.fact]
            if seen.kind != PARTY or (seen.side == RECEIVER and fact.channel == "merchant"):
                continue  # no typology reads these; takings of shops are the most frequent events of all
            self._see(state, seen.entity, seen.side, fact, fact.counts and not seen.dropped)
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
                self._tell_watchers(key, value)
                if not value.issued and is_quiet(value):
                    prune(value)
                    continue
                view, entity = View(key, value, self._corridors), value
            typologies = self._judge.in_question(view)
            for party in self._judge.asks(view, entity, typologies) if typologies else ():
                if party not in entity.asked:
                    entity.asked.append(party)
                    self._outbox.send(key, party, ASK_STORY, self._dirty[key] + 1)
            findings += self._judge.judge(view, entity, typologies)
            state.put(key, value)
        self._dirty, self._moved = {}, {}
        return [self._output(finding) for finding in findings] + self._outbox.pack()

    def encode_state(self, key: bytes, value: object) -> bytes:
        """Bytes of one entity: a leading P for a party, I for an identifier."""
        return (b"P" if isinstance(value, EntityState) else b"I") + self._encoder.encode(value)

    def decode_state(self, key: bytes, raw: bytes) -> EntityState | IdentifierState:
        """One entity back."""
        decoder = self._entity if raw[:1] == b"P" else self._identifier
        return decoder.decode(memoryview(raw)[1:])

    def is_expired(self, key: bytes, raw: bytes) -> bool:
        """Whether an entity's newest transfer lies beyond the horizon; who has findings is kept: their numbers count on."""
        value = self.decode_state(key, raw)
        if (value.group if isinstance(value, IdentifierState) else value).issued:
            return False
        if isinstance(value, IdentifierState):
            newest = max((u.last_quarter + 1) * QUARTER_MS for u in value.users.values())
        else:
            newest = value.events[-1].at_ms if value.events else 0
        return 0 < newest < self.watermark_ms - HORIZON_MS

    def _output(self, finding: Finding) -> Output:
        partition = partition_of(finding.scope.encode(), self._partitions)
        return Output(FINDINGS, partition, finding.finding_id.encode(), self._finding.encode(finding))

    # --- what a transfer says

    def _see(self, state: State, key: bytes, side: int, fact: TransferFacts, counts: bool) -> None:
        known = state.get(key)
        entity = fresh(PARTY, fact.scope) if known is None else known
        assert isinstance(entity, EntityState)
        entity.scope = fact.scope
        event = event_of(fact, side)
        if remember(entity, fact) or event.revision > 1:
            self._judge.forget(key)
        if upsert(entity, event, counts):
            self._dirty[key] = max(0, self._dirty.get(key, 0))
            if entity.watchers:
                self._moved.setdefault(key, []).append((event, counts))
        self._tell_identifiers(key, entity, event, fact)
        state.put(key, entity)

    def _tell_identifiers(self, key: bytes, entity: EntityState, event: Event, fact: TransferFacts) -> None:
        """Tells the identifiers of this transfer what is new about their use (seldom more than a first or a later quarter)."""
        own = fact.sender if event.side == SENDER else fact.receiver
        if own is None or own.key != key:
            return
        for identifier in own.identifiers:
            changed, is_earliest = widen_use(entity, identifier, event)
            if changed:
                use = entity.uses[identifier.key]
                profile = msgspec.structs.replace(entity.profiles[key], identifiers=(), places=())
                earliest = event if is_earliest else None
                body = Used(identifier.kind, fact.scope, use.first_quarter, use.last_quarter, profile, earliest)
                self._outbox.send(key, identifier.key, USE, 0, body)

    # --- what others say

    def _hear(self, state: State, signal: Signal) -> None:
        value = state.get(signal.entity)
        if signal.topic == USE:
            assert value is None or isinstance(value, IdentifierState)
            self._hear_use(state, signal, value)
            return
        if value is None:
            if signal.topic in (STORY, FLOWS):
                return  # whoever asked was forgotten since (is_expired)
            value = fresh(PARTY, "")
        entity = value.group if isinstance(value, IdentifierState) else value
        assert isinstance(entity, EntityState)
        if signal.topic in (ASK_STORY, ASK_FLOWS):
            self._answer(signal, entity)
        else:
            self._judge.forget(signal.entity)
            self._dirty[signal.entity] = max(signal.depth, self._dirty.get(signal.entity, 0))
            if signal.topic == STORY:
                entity.stories[signal.source] = TOLD_STORY.decode(signal.body)
            else:
                flows = TOLD_FLOWS.decode(signal.body)
                entity.profiles.update(flows.profiles)
                for event, counts in flows.events:
                    upsert(entity, event, counts)
        state.put(signal.entity, value)

    def _hear_use(self, state: State, signal: Signal, known: IdentifierState | None) -> None:
        told = USED.decode(signal.body)
        users = known.users if known else {}
        if signal.source not in users and len(users) >= MAX_USERS and signal.source > max(users):
            return
        before = users.get(signal.source)
        earliest = told.earliest or (before.earliest if before else None)
        if earliest is None:  # dropped when the memory of users was full: the party's first transfer is not known any more
            return
        users[signal.source] = User(told.first_quarter, told.last_quarter, earliest, told.profile)
        if len(users) > MAX_USERS:
            del users[max(users)]
        value = known or IdentifierState(told.kind, users, fresh(told.kind, told.scope))
        if len(users) > 1:
            self._dirty[signal.entity] = max(0, self._dirty.get(signal.entity, 0))
            self._pool(signal.entity, value)
        state.put(signal.entity, value)

    def _pool(self, key: bytes, known: IdentifierState) -> None:
        """Asks the users of a strong identifier for their flows, once each, while they are few."""
        if known.kind > ACCOUNT or len(known.users) > POOL_LIMIT:
            return
        for party in sorted(known.users):
            if party not in known.group.asked:
                known.group.asked.append(party)
                self._outbox.send(key, party, ASK_FLOWS, 1)

    def _answer(self, signal: Signal, entity: EntityState) -> None:
        topic = STORY if signal.topic == ASK_STORY else FLOWS
        entity.watchers[signal.source + topic.encode()] = topic
        if topic == FLOWS:
            events = [(e, True) for e in entity.events]
            self._outbox.send_flows(signal.entity, signal.source, entity, events, signal.depth + 1)
        else:
            self._outbox.send(signal.entity, signal.source, STORY, signal.depth + 1, story_of(entity))

    def _tell_watchers(self, key: bytes, entity: EntityState) -> None:
        moved = self._moved.get(key)
        if not moved:
            return
        for watcher, topic in sorted(entity.watchers.items()):
            if topic == STORY:
                self._outbox.send(key, watcher[:16], STORY, 1, story_of(entity))
            else:
                self._outbox.send_flows(key, watcher[:16], entity, moved, 1)
