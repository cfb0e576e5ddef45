"""Judging one entity: every typology over its view, against what was published of it before."""

from collections.abc import Iterator
from hashlib import sha256

import msgspec

from schemas.corridors import Corridors
from schemas.finding import Evidence, Finding, ParametersUsed
from schemas.transfer import ACCOUNT
from streams.domain.entity import EntityState, IdentifierState
from streams.domain.glance import Glance
from streams.domain.memory import prune
from streams.domain.strangers import strangers
from streams.domain.view import View
from streams.episodes import Episode, Issued, build, extend
from streams.memo import Memo, Memos
from streams.sieve import Sieve
from streams.typologies.base import Typology
from streams.typologies.ts_k01_shared_identifier import SharedView

MOST_GLANCED = 100  # DEF: new events; a glance at every pair of them would take as long as judging
WEAK = -1  # stands for a mask at identifiers that pool nobody's flows
MEMO_FROM = 6  # events; below this judging anew is cheaper than remembering


class Judge:
    """Runs the catalogue over an entity and returns findings whose content changed, each under its next version."""

    def __init__(self, catalogue: tuple[Typology, ...], facts: Corridors, used: ParametersUsed, memos: Memos) -> None:
        self._used = used
        self._catalogue = catalogue
        self._looks: dict[tuple[int, int], tuple[Typology, ...]] = {}
        self._sieve = Sieve(catalogue)
        self._at_identifiers = tuple(t for t in catalogue if t.at_identifiers)
        self._askers = tuple(t for t in catalogue if t.asks is not None)
        self._corridors = facts
        self._memos = memos
        self._encoder = msgspec.msgpack.Encoder()
        self._issued = msgspec.msgpack.Decoder(Issued)

    def forget(self, key: bytes) -> None:
        """Something was said about the past of an entity: what was judged of it is looked through before it is used again."""
        memo = self._memos.get(key)
        if memo is not None:
            memo.is_doubtful = True

    def in_question(self, value: EntityState | IdentifierState, added: int) -> tuple[Typology, ...]:
        """The typologies that may hold and did not before, because of the newest `added` events or of what changed about the past."""
        glance = Glance(value, added, self._corridors)
        if len(glance.new) > MOST_GLANCED or glance.is_bare:
            return self._at_identifiers if glance.kind > ACCOUNT else self._sieve.chosen(self._sieve.mask(glance.counts()))
        return tuple([t for t in self._concerned(glance) if t.may(glance, t.parameters)])

    def _concerned(self, glance: Glance) -> tuple[Typology, ...]:
        """The typologies that can come to hold by what is new, and with so many events and people at all."""
        is_weak = glance.kind > ACCOUNT
        concern = (glance.what(), WEAK if is_weak else self._sieve.mask(glance.counts()))
        looks = self._looks.get(concern)
        if looks is None:
            possible = self._at_identifiers if is_weak else self._sieve.chosen(concern[1])
            looks = self._looks[concern] = tuple(t for t in possible if t.on & concern[0])
        return looks

    def judge(
        self, key: bytes, value: EntityState | IdentifierState, in_question: tuple[Typology, ...] | None = None
    ) -> tuple[list[Finding], list[bytes]]:
        """Changed findings, and the parties whose own story some typology needs, sorted. Updates the entity's `issued` and lets
        it forget what is beyond its memory. `in_question` are the typologies to judge by, where no finding stands: all, if left out."""
        entity = value.group if isinstance(value, IdentifierState) else value
        entity.unsure = False
        view, memo = self._view(key, value, entity)
        if in_question is None:
            in_question = self._at_identifiers if view.kind > ACCOUNT else self._sieve.possible(view)
        typologies = [t for t in in_question if t.gate(view, t.parameters)]  # most entities pass no gate
        changed: list[Finding] = []
        needed: list[bytes] = []
        if typologies or entity.issued:
            needed = _needed(view, typologies, memo)
            changed = self._findings(view, entity, typologies, memo)
        prune(entity)
        return changed, needed

    def _view(self, key: bytes, value: EntityState | IdentifierState, entity: EntityState) -> tuple[View, Memo | None]:
        """The entity's view, a kept one where it still holds, and its memo if it is busy enough to have one."""
        memo = self._memos.get(key)
        if memo is not None and memo.holds(entity, self._askers):
            return memo.view, memo
        if isinstance(value, IdentifierState):
            view: View = SharedView(key, value, self._corridors)
        else:
            view = View(key, value, self._corridors)
        if len(entity.events) < MEMO_FROM:
            self._memos.drop(key)
            return view, None
        memo = Memo(view)
        self._memos.keep(key, memo)
        return view, memo

    def _findings(self, view: View, entity: EntityState, typologies: list[Typology], memo: Memo | None) -> list[Finding]:
        known = {i: self._issued.decode(raw) for i, raw in entity.issued.items()}
        current: dict[str, tuple[Finding, int]] = {}
        for typology in typologies:
            found = _episodes(view, typology, memo)
            for number, episode, earlier in self._numbered(typology, found, known, entity):
                finding = build(view, typology, episode, earlier, number)
                current[finding.finding_id] = (finding, episode.ended_ms)
        if not current and not known:
            return []
        changed = list(self._changed(current, known, entity.lost_ms > 0))
        changed += self._withdrawn(view, current, known, entity)
        prune(entity)
        self._keep(entity, current, known)
        return changed

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

    def _changed(self, current: dict[str, tuple[Finding, int]], known: dict[str, Issued], is_fading: bool) -> Iterator[Finding]:
        """Findings that say something new. Once the entity's memory fades, only new evidence is news: what came before an episode
        (kin, how long a pair has dealt with each other) would else be forgotten at a moment that depends on how commits fell."""
        for identity, (finding, ended_ms) in current.items():
            before = known.get(identity)
            digest = self._digest(finding)
            if before and before.is_open and before.digest == digest:
                continue
            evidence = self._digest(([e.uid for e in finding.evidence], finding.steps))
            if before and before.is_open and is_fading and before.evidence == evidence:
                continue
            version = before.version + 1 if before else 1
            known[identity] = Issued(
                finding.typology, finding.episode, version, digest, finding.started_ms, ended_ms, True, evidence=evidence
            )
            # Noted beside the digest: other numbers that come to the same judgement are no news.
            yield msgspec.structs.replace(finding, version=version, parameters=self._used)

    def _digest(self, content: object) -> bytes:
        return sha256(self._encoder.encode(content)).digest()[:16]

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
        return [msgspec.structs.replace(_withdrawal(i, known[i], view), parameters=self._used) for i in gone]

    def _keep(self, entity: EntityState, current: dict[str, tuple[Finding, int]], known: dict[str, Issued]) -> None:
        """Evidence that left memory with this pruning stays with its finding, as long as the finding may still grow."""
        present = {e.uid for e in entity.events}
        for identity, (finding, ended_ms) in current.items():
            issued = known[identity]
            issued.ended_ms = ended_ms
            kept: tuple[Evidence, ...] = ()
            if entity.lost_ms and finding.entity_kind < 4:
                kept = tuple(e for e in finding.evidence if e.uid not in present)
            issued.kept = kept
            issued.steps = finding.steps if kept else ()
        last: dict[str, int] = {}
        for issued in known.values():
            last[issued.typology] = max(issued.episode, last.get(issued.typology, 0))
        for identity, issued in known.items():
            if identity not in current and issued.episode < last[issued.typology]:  # another episode has followed
                issued.kept, issued.steps = (), ()
        entity.issued = {i: self._encoder.encode(known[i]) for i in sorted(known)}


def _needed(view: View, typologies: list[Typology], memo: Memo | None) -> list[bytes]:
    asked: set[bytes] = set()
    for typology in typologies:
        if typology.asks is not None:
            known = memo.found.get(typology.id) if memo and not typology.looks_ahead else None
            view.since = known[0] if known else None
            asked |= typology.asks(view, typology.parameters)
    view.since = None
    return sorted(asked)


def _episodes(view: View, typology: Typology, memo: Memo | None) -> list[Episode]:
    """All episodes of one typology, judging only what is new where a memo holds the rest."""
    if memo is None or typology.looks_ahead or (typology.hindsight and strangers(view) is not None):
        return extend([], typology.hits(view, typology.parameters), typology.window_ms)
    known = memo.found.get(typology.id)
    view.since = known[0] if known else None
    found = extend(known[1] if known else [], typology.hits(view, typology.parameters), typology.window_ms)
    view.since = None
    memo.found[typology.id] = (view.events[-1].order(), found)
    return found


def _withdrawal(identity: str, issued: Issued, view: View) -> Finding:
    return Finding(
        identity, issued.version, "withdrawn", issued.typology, 0, view.scope, view.key, view.kind, issued.episode,
        issued.started_ms, issued.ended_ms, 0.0, 0.0, 0.0, "Later evidence took this finding back.",
        (), (), {}, (), (), (), (),
    )  # fmt: skip
