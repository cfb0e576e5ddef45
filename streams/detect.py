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
from schemas.observation import RECEIVER, SENDER, ObservationBatch, Side, Signal, TransferFacts
from schemas.topics import FINDINGS, OBSERVATIONS
from schemas.transfer import ACCOUNT, DOCUMENT, PARTY, Identifier
from streams.domain.entity import QUARTER_MS, USE_YEAR, EntityState, IdentifierState, LoneUse, fresh, pack, unpack
from streams.domain.event import Event, event_of
from streams.domain.fold import Output, State, partition_of
from streams.domain.memory import HORIZON_MS, earliest_of, prune, remember, upsert, widen_use
from streams.domain.quiet import is_quiet
from streams.domain.story import story_of
from streams.identifiers import hear_use, hear_used, pool
from streams.judge import Judge
from streams.memo import Memos
from streams.signals import (
    ASK_FLOWS,
    ASK_STORY,
    ASK_USE,
    FLOWS,
    STORY,
    TOLD_FLOWS,
    TOLD_STORY,
    USE,
    USED,
    Outbox,
    Used,
    flows_of,
    use_body,
)
from streams.typologies.base import Typology
from streams.typologies.calibration import DECLARED, Calibration

MAX_PAPERS = 4  # DEF: documents of a party that its shared identifiers know of


class Detect:
    """The fold of stage `detect`: observations in, findings and signals out."""

    name = "detect"
    source = OBSERVATIONS

    def __init__(
        self, partitions: int, calibration: Calibration = DECLARED, facts: Corridors | None = None, memos: Memos | None = None
    ) -> None:
        self._partitions = partitions
        self._judge = Judge(calibration.catalogue, facts or corridors(), calibration.used, memos or Memos())
        self._sees_quiet = calibration.sees_quiet
        self._batch = Codec(ObservationBatch)
        self._finding = Codec(Finding)
        self._encoder = msgspec.msgpack.Encoder(enc_hook=pack)
        self._decoder = msgspec.msgpack.Decoder(EntityState | IdentifierState | LoneUse, dec_hook=unpack)
        self._dirty: set[bytes] = set()
        self._moved: dict[bytes, list[tuple[Event, bool]]] = {}
        self._crowds: set[bytes] = set()  # identifiers that heard of a user since the last commit
        self._added: dict[bytes, int] = {}  # events that came after all others, since the entity was judged
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
            if seen.kind != PARTY or (seen.side == RECEIVER and _is_takings(fact)):
                continue
            self._see(state, seen.entity, seen.side, fact, fact.counts and not seen.dropped)
        for signal in batch.signals:
            self._hear(state, signal)

    def flush(self, state: State) -> list[Output]:
        """Judges every entity that changed; returns its changed findings, and the signals."""
        for key in sorted(self._crowds):
            value = state.get(key)
            assert isinstance(value, IdentifierState)
            pool(key, value, self._outbox)
            state.put(key, value)
        self._crowds = set()
        findings = [finding for key in sorted(self._dirty) for finding in self._settle(state, key)]
        self._dirty, self._moved, self._added = set(), {}, {}
        return [self._output(finding) for finding in findings] + self._outbox.pack()

    def _settle(self, state: State, key: bytes) -> list[Finding]:
        """Judges one entity, unless nothing can have come of what is new; tells those who watch it, and asks whom its judgement needs."""
        value = state.get(key)
        if isinstance(value, IdentifierState):
            entity = value.group
        else:
            assert isinstance(value, EntityState)
            entity = value
            self._tell_watchers(key, entity)
        in_question = None if entity.issued else self._in_question(value, entity, self._added.get(key, 0))
        if in_question == ():
            prune(entity)
            return []
        changed, needed = self._judge.judge(key, value, in_question)
        for party in needed:
            if party not in entity.asked:  # each once: questions cannot go round in circles, so their depth does not add up
                entity.asked.append(party)
                # What several people share, and does not pool their flows anyway, asks for the transfers themselves.
                self._outbox.send(key, party, ASK_FLOWS if entity.kind > ACCOUNT else ASK_STORY, 1)
        state.put(key, value)
        return changed

    def _in_question(self, value: EntityState | IdentifierState, entity: EntityState, added: int) -> tuple[Typology, ...]:
        """The typologies that may hold and did not: nearly always none."""
        found = self._judge.in_question(value, added) if added or entity.unsure else ()
        if not found:
            entity.unsure = False
        elif entity.kind == PARTY and not self._sees_quiet and is_quiet(entity):
            entity.unsure = True  # what is quiet now is judged as a whole once it is not
            return ()
        return found

    def encode_state(self, key: bytes, value: object) -> bytes:
        """Bytes of one entity: an array that begins with P for a party, I for a shared identifier, L for one with a single user."""
        return self._encoder.encode(value)

    def decode_state(self, key: bytes, raw: bytes) -> EntityState | IdentifierState | LoneUse:
        """One entity back."""
        value: EntityState | IdentifierState | LoneUse = self._decoder.decode(raw)
        return value

    def is_expired(self, key: bytes, raw: bytes) -> bool:
        """Whether an entity's newest transfer lies beyond the horizon; who has findings is kept: their numbers count on."""
        value = self.decode_state(key, raw)
        if isinstance(value, LoneUse):
            newest = (value.year + 1) * USE_YEAR * QUARTER_MS
        elif (value.group if isinstance(value, IdentifierState) else value).issued:
            return False
        elif isinstance(value, IdentifierState):
            newest = max(((u.last_quarter + 1) * QUARTER_MS for u in value.users.values()), default=0)
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
        own = fact.sender if side == SENDER else fact.receiver
        if (
            own is None or own.key != key
        ):  # a change took the transfer away: what it says of others is none of this party's memory
            if self._take(key, entity, event, False):
                self._judge.forget(key)
                if entity.watchers:
                    self._moved.setdefault(key, []).append((event, False))
            state.put(key, entity)
            return
        if remember(entity, fact) or event.revision > 1:
            self._judge.forget(key)
            entity.unsure = True
        changed = self._take(key, entity, event, counts)
        if changed and entity.watchers:
            self._moved.setdefault(key, []).append((event, counts))
        self._use(key, entity, own, event, changed and counts)
        state.put(key, entity)

    def _use(self, key: bytes, entity: EntityState, own: Side, event: Event, is_kept: bool) -> None:
        """Notes which identifiers the party used, and tells those of them that have to know."""
        known, uses, quarter = entity.uses, len(entity.uses), event.at_ms // QUARTER_MS
        news = []
        for identifier in own.identifiers:
            use = known.get(identifier.key)
            is_plain = use is not None and use.last_quarter == quarter and use.earliest_ms < event.at_ms  # as mostly
            if not is_plain and widen_use(entity, identifier, event, is_kept):
                news.append(identifier.key)
        if len(entity.uses) > uses and any(entity.uses[identifier].kind == DOCUMENT for identifier in news):
            # Those with whom something is shared know all papers.
            news = [i for i, use in entity.uses.items() if use.is_shared or i in news]
        for told in news:
            self._tell_use(key, entity, told, 0)

    def _take(self, key: bytes, entity: EntityState, event: Event, counts: bool) -> bool:
        """Puts the event into the entity's memory; True if anything changed."""
        events = entity.events
        count, is_last = len(events), not events or event.at_ms > events.newest_ms
        if not upsert(entity, event, counts):
            return False
        self._dirty.add(key)
        if is_last and len(events) > count:
            self._added[key] = self._added.get(key, 0) + 1
        else:
            entity.unsure = True
        return True

    def _tell_use(self, key: bytes, entity: EntityState, identifier: bytes, depth: int) -> None:
        """Tells an identifier that the party uses it; what that use is like only where others use it too."""
        use = entity.uses[identifier]
        if use.is_shared:
            papers = tuple([Identifier(DOCUMENT, i) for i in sorted(entity.uses) if entity.uses[i].kind == DOCUMENT])
            profile = msgspec.structs.replace(entity.profiles[key], identifiers=papers[:MAX_PAPERS], places=())
            self._outbox.send(key, identifier, USED, depth, Used(use.last_quarter, profile, earliest_of(entity, use)))
        else:
            self._outbox.send(key, identifier, USE, depth, use_body(use.kind, entity.scope, use.last_quarter // USE_YEAR))

    # --- what others say

    def _hear(self, state: State, signal: Signal) -> None:
        value = state.get(signal.entity)
        topic = signal.topic
        if topic == USE:
            assert value is None or isinstance(value, LoneUse | IdentifierState)
            known = hear_use(signal, value, self._outbox)
            if isinstance(known, IdentifierState):
                self._crowds.add(signal.entity)
            state.put(signal.entity, known)
            return
        if value is None or isinstance(value, LoneUse):
            if topic not in (ASK_STORY, ASK_FLOWS):
                return  # whoever asked, or was asked, was forgotten since (is_expired)
            value = fresh(PARTY, "")
        entity = value.group if isinstance(value, IdentifierState) else value
        assert isinstance(entity, EntityState)
        if topic in (ASK_USE, ASK_STORY, ASK_FLOWS):
            self._answer(signal, entity)
        elif topic == USED:
            assert isinstance(value, IdentifierState)
            self._crowds.add(signal.entity)
            if hear_used(signal, value):
                value.group.unsure = True
                self._dirty.add(signal.entity)
        else:
            self._hear_answer(signal, entity)
        state.put(signal.entity, value)

    def _hear_answer(self, signal: Signal, entity: EntityState) -> None:
        self._judge.forget(signal.entity)
        self._dirty.add(signal.entity)
        if signal.topic == STORY:
            entity.stories[signal.source] = TOLD_STORY.decode(signal.body)
            entity.unsure = True
            return
        flows = TOLD_FLOWS.decode(signal.body)
        if entity.profiles.update(flows.profiles):
            entity.unsure = True
        for event, counts in flows.events:
            self._take(signal.entity, entity, event, counts)

    def _answer(self, signal: Signal, entity: EntityState) -> None:
        asked, depth = signal.topic, signal.depth + 1
        if asked == ASK_USE:
            use = entity.uses.get(signal.source)
            if use is not None:
                use.is_shared = True
                self._tell_use(signal.entity, entity, signal.source, depth)
        elif asked == ASK_FLOWS:
            entity.watchers[signal.source + FLOWS.encode()] = FLOWS
            flows = flows_of(entity, [(e, True) for e in entity.events])
            self._outbox.send(signal.entity, signal.source, FLOWS, depth, flows)
        else:
            entity.watchers[signal.source + STORY.encode()] = STORY
            self._outbox.send(signal.entity, signal.source, STORY, depth, story_of(entity))

    def _tell_watchers(self, key: bytes, entity: EntityState) -> None:
        moved = self._moved.get(key)
        if not moved:
            return
        # A party of a busy ring has dozens of watchers: what they are told is worked out and encoded once.
        for topic in sorted(set(entity.watchers.values())):
            targets = sorted(watcher[:16] for watcher, asked in entity.watchers.items() if asked == topic)
            self._outbox.send_all(key, targets, topic, 1, story_of(entity) if topic == STORY else flows_of(entity, moved))


def _is_takings(fact: TransferFacts) -> bool:
    """What shops take in: no typology reads it, and it is the most frequent event of all. Agencies for travel and work are read."""
    return fact.channel == "merchant" and fact.purpose_class != "travel"
