"""Judging one entity: every typology over its view, against what was published of it before."""

from collections.abc import Iterator
from hashlib import sha256

import msgspec

from schemas.finding import Evidence, Finding
from streams.domain.entity import EntityState, Event
from streams.domain.memory import prune
from streams.domain.view import View
from streams.episodes import Episode, Issued, build, extend
from streams.typologies.base import Typology

MEMO_FROM = 24  # events; below this judging anew is cheaper than remembering
MEMO_ENTITIES = 5_000  # DEF


class Memo:
    """What was judged of an entity up to an event, kept while this process lives: a busy entity is not judged from scratch for
    every transfer. It is dropped as soon as anything about the judged past changed, so it never changes a judgement."""

    def __init__(self) -> None:
        self.count = 0
        self.last: Event | None = None
        self.pairs: dict[tuple[bytes, bytes], tuple[int, bool]] = {}
        self.found: dict[str, tuple[tuple[int, bytes, int], list[Episode]]] = {}

    def holds(self, view: View, entity: EntityState) -> bool:
        """Whether events were only added after the last one judged, and no pair among the judged turned kin or older."""
        events = entity.events
        if self.last is None or len(events) < self.count or events[self.count - 1].order() != self.last.order():
            return False
        now = view.ties()
        return all(now.get(pair) == tie for pair, tie in self.pairs.items())

    def note(self, view: View, entity: EntityState) -> None:
        """Remembers how far the entity was judged."""
        self.count, self.last, self.pairs = len(entity.events), entity.events[-1], view.ties()


class Judge:
    """Runs the catalogue over an entity and returns findings whose content changed, each under its next version."""

    def __init__(self, catalogue: tuple[Typology, ...]) -> None:
        self._catalogue = catalogue
        self._memos: dict[bytes, Memo] = {}
        self._encoder = msgspec.msgpack.Encoder()
        self._issued = msgspec.msgpack.Decoder(Issued)

    def in_question(self, view: View) -> list[Typology]:
        """The typologies whose cheap gate lets this entity through; most entities pass none."""
        return [t for t in self._catalogue if t.gate(view, t.parameters)]

    def forget(self, key: bytes) -> None:
        """Drops what was judged of an entity whose past changed."""
        self._memos.pop(key, None)

    def asks(self, view: View, entity: EntityState, typologies: list[Typology]) -> list[bytes]:
        """The parties whose own story some typology needs, sorted."""
        asked: set[bytes] = set()
        memo = self._memos.get(view.key)
        holds = memo is not None and memo.holds(view, entity)
        for typology in typologies:
            if typology.asks is not None:
                known = memo.found.get(typology.id) if memo and holds else None
                view.since = known[0] if known else None
                asked |= typology.asks(view, typology.parameters)
        view.since = None
        return sorted(asked)

    def judge(self, view: View, entity: EntityState, typologies: list[Typology]) -> list[Finding]:
        """Changed findings. Updates `entity.issued` and lets the entity forget what is beyond its memory."""
        if not typologies and not entity.issued:
            prune(entity)
            return []
        memo = self._memo(view, entity)
        known = {i: self._issued.decode(raw) for i, raw in entity.issued.items()}
        current: dict[str, tuple[Finding, int]] = {}
        for typology in typologies:
            found = _episodes(view, typology, memo)
            for number, episode, earlier in self._numbered(typology, found, known, entity):
                finding = build(view, typology, episode, earlier, number)
                current[finding.finding_id] = (finding, episode.ended_ms)
        if not current and not known:
            prune(entity)
            return []
        if memo is not None:
            memo.note(view, entity)
        changed = list(self._changed(current, known))
        changed += self._withdrawn(view, current, known, entity)
        prune(entity)
        self._keep(entity, current, known)
        return changed

    def _memo(self, view: View, entity: EntityState) -> Memo | None:
        """The entity's memo if it is busy enough to have one; a fresh one where the old does not hold."""
        if len(entity.events) < MEMO_FROM:
            return None
        memo = self._memos.get(view.key)
        if memo is None or not memo.holds(view, entity):
            if len(self._memos) >= MEMO_ENTITIES:
                self._memos.clear()
            memo = self._memos[view.key] = Memo()
        return memo

    def _numbered(
        self, typology: Typology, found: list[Episode], known: dict[str, Issued], entity: EntityState
    ) -> Iterator[tuple[int, Episode, Issued | None]]:
        """Episode numbers: those that began before this entity's memory keep theirs, the rest count on."""
        before = [i for i in known.values() if i.typology == typology.id and i.started_ms <= entity.lost_ms]
        last = max(before, key=lambda i: i.episode, default=None)
        number = last.episode if last else -1
        for episode in found:
            continues = last is not None and episode.hits[0].at_ms - last.ended_ms <= typology.window_ms
            if not continues:
                number += 1
            yield number, episode, last if continues else None
            last = None

    def _changed(self, current: dict[str, tuple[Finding, int]], known: dict[str, Issued]) -> Iterator[Finding]:
        for identity, (finding, ended_ms) in current.items():
            digest = sha256(self._encoder.encode(finding)).digest()[:16]
            before = known.get(identity)
            if before and before.is_open and before.digest == digest:
                continue
            version = before.version + 1 if before else 1
            known[identity] = Issued(finding.typology, finding.episode, version, digest, finding.started_ms, ended_ms, True)
            yield msgspec.structs.replace(finding, version=version)

    def _withdrawn(
        self, view: View, current: dict[str, tuple[Finding, int]], known: dict[str, Issued], entity: EntityState
    ) -> list[Finding]:
        """Findings that later evidence took back; those whose evidence has left memory stand as they were."""
        gone = []
        for identity, before in known.items():
            if identity in current or not before.is_open or before.started_ms <= entity.lost_ms:
                continue
            before.is_open = False
            before.version += 1
            gone.append(identity)
        return [_withdrawal(identity, known[identity], view) for identity in gone]

    def _keep(self, entity: EntityState, current: dict[str, tuple[Finding, int]], known: dict[str, Issued]) -> None:
        """Evidence that left memory with this pruning stays with its finding."""
        present = {e.uid for e in entity.events}
        for identity, (finding, ended_ms) in current.items():
            issued = known[identity]
            issued.ended_ms = ended_ms
            kept: tuple[Evidence, ...] = ()
            if entity.lost_ms and finding.entity_kind < 4:
                kept = tuple(e for e in finding.evidence if e.uid not in present)
            issued.kept = kept
            issued.steps = finding.steps if kept else ()
        entity.issued = {i: self._encoder.encode(known[i]) for i in sorted(known)}


def _episodes(view: View, typology: Typology, memo: Memo | None) -> list[Episode]:
    """All episodes of one typology, judging only what is new where a memo holds the rest."""
    known = memo.found.get(typology.id) if memo and not typology.looks_ahead else None
    view.since = known[0] if known else None
    found = extend(known[1] if known else [], typology.hits(view, typology.parameters), typology.window_ms)
    view.since = None
    if memo is not None:
        newest = max(flow[-1].order() for flow in (view.credits, view.debits) if flow)
        memo.found[typology.id] = (newest, found)
    return found


def _withdrawal(identity: str, issued: Issued, view: View) -> Finding:
    return Finding(
        identity, issued.version, "withdrawn", issued.typology, 0, view.scope, view.key, view.kind, issued.episode,
        issued.started_ms, issued.ended_ms, 0.0, 0.0, 0.0, "Later evidence took this finding back.",
        (), (), {}, (), (), (), (),
    )  # fmt: skip
