"""Link: findings that share a party, an identifier or a transfer within 90 days are one case.

One partition holds a whole correlation scope, so everything that may be linked meets here. State, by key:
  f + finding id    the finding's last version (only open ones)
  n + entity        ids of the findings that name the entity
  c + case id       what was last published of the case
  m + finding id    the case the finding belongs to
A case is the connected set of findings around what changed, recomputed from the set; its id is that of its first finding, so
when sets grow together the younger case is published once more as `merged`.
"""

from hashlib import sha256

import msgspec

from schemas.case import Case
from schemas.codec import Codec
from schemas.finding import Finding
from schemas.topics import CASES, FINDINGS
from streams.domain.casework import assemble
from streams.domain.fold import Output, State, partition_of

LINK_MS = 90 * 86_400_000  # design section 5 and issue: "within 90 days"


class Published(msgspec.Struct, array_like=True):
    """What was last said of a case."""

    version: int
    digest: bytes
    state: str
    findings: tuple[str, ...]
    was_open: bool
    scope: str
    supersedes: tuple[str, ...] = ()


class Link:
    """The fold of stage `link`: findings in, cases out."""

    name = "link"
    source = FINDINGS

    def __init__(self, partitions: int) -> None:
        self._partitions = partitions
        self._finding = Codec(Finding)
        self._case = Codec(Case)
        self._encoder = msgspec.msgpack.Encoder()
        self._decoders: dict[bytes, msgspec.msgpack.Decoder[object]] = {
            b"f": msgspec.msgpack.Decoder(Finding),
            b"n": msgspec.msgpack.Decoder(list[str]),
            b"c": msgspec.msgpack.Decoder(Published),
            b"m": msgspec.msgpack.Decoder(str),
        }
        self._dirty: set[str] = set()
        self._stale: set[str] = set()
        self.watermark_ms = 0

    def apply(self, state: State, record: bytes, partition: int, offset: int) -> None:
        """Takes in one finding version; the newest version of an id replaces the older."""
        finding = self._finding.decode(record)
        identity = finding.finding_id
        known = state.get(b"f" + identity.encode())
        if isinstance(known, Finding) and known.version >= finding.version:
            return
        before = set(nodes_of(known)) if isinstance(known, Finding) else set()
        former = state.get(b"m" + identity.encode())
        if isinstance(former, str):
            self._stale.add(former)
        if finding.state == "open":
            state.put(b"f" + identity.encode(), finding)
            self._relink(state, identity, before, set(nodes_of(finding)))
            self._dirty.add(identity)
        elif known is not None:
            self._relink(state, identity, before, set())
            state.delete(b"f" + identity.encode())
            state.delete(b"m" + identity.encode())

    def flush(self, state: State) -> list[Output]:
        """The cases that changed since the last commit, newest version each."""
        outputs: dict[str, Case] = {}
        pending = set(self._dirty)
        for case_id in sorted(self._stale):
            published = state.get(b"c" + case_id.encode())
            if isinstance(published, Published):
                pending.update(published.findings)
        alive: dict[str, list[Finding]] = {}
        while pending:
            seed = min(pending)
            pending.discard(seed)
            component = self._component(state, seed)
            if component:
                pending -= {f.finding_id for f in component}
                alive[min(component, key=lambda f: (f.started_ms, f.finding_id)).finding_id] = component
        for case_id in sorted(alive):
            self._publish(state, case_id, alive, outputs)
        for case_id in sorted(self._stale - set(alive)):
            self._withdraw(state, case_id, outputs)
        self._dirty, self._stale = set(), set()
        return [
            Output(CASES, partition_of(c.encode(), self._partitions), c.encode(), self._case.encode(v))
            for c, v in outputs.items()
        ]

    def encode_state(self, key: bytes, value: object) -> bytes:
        """Bytes of one state value."""
        return self._encoder.encode(value)

    def decode_state(self, key: bytes, raw: bytes) -> object:
        """One state value by the kind that the key's first byte names."""
        return self._decoders[key[:1]].decode(raw)

    def _relink(self, state: State, identity: str, before: set[bytes], now: set[bytes]) -> None:
        """Moves the finding from the nodes it no longer names to those it names now; a growing finding touches few."""
        for node in sorted(before - now):
            left = [i for i in _members(state, node) if i != identity]
            if left:
                state.put(b"n" + node, left)
            else:
                state.delete(b"n" + node)
        for node in sorted(now - before):
            state.put(b"n" + node, sorted({*_members(state, node), identity}))

    def is_expired(self, key: bytes, raw: bytes) -> bool:
        """Never: what was reported stays known for as long as reports are kept."""
        return False

    def _unlink(self, state: State, finding: Finding) -> None:
        for node in nodes_of(finding):
            left = [i for i in _members(state, node) if i != finding.finding_id]
            if left:
                state.put(b"n" + node, left)
            else:
                state.delete(b"n" + node)

    def _component(self, state: State, seed: str) -> list[Finding]:
        """The findings connected with `seed` through shared entities and transfers within LINK_MS, by id."""
        found: dict[str, Finding] = {}
        queue = [seed]
        while queue:
            identity = queue.pop()
            if identity in found:
                continue
            finding = state.get(b"f" + identity.encode())
            if not isinstance(finding, Finding):
                continue
            found[identity] = finding
            for node in nodes_of(finding):
                for other in _members(state, node):
                    neighbour = state.get(b"f" + other.encode())
                    if other not in found and isinstance(neighbour, Finding) and _near(finding, neighbour):
                        queue.append(other)
        return [found[i] for i in sorted(found)]

    def _publish(self, state: State, case_id: str, alive: dict[str, list[Finding]], outputs: dict[str, Case]) -> None:
        component = alive[case_id]
        absorbed = self._absorb(state, case_id, alive, outputs)
        published = state.get(b"c" + case_id.encode())
        before = published if isinstance(published, Published) else Published(0, b"", "", (), False, component[0].scope)
        supersedes = tuple(sorted({*before.supersedes, *absorbed} - {case_id}))
        case = assemble(case_id, component, supersedes)
        digest = sha256(self._encoder.encode(case)).digest()[:16]
        members = tuple(f.finding_id for f in component)
        for identity in members:
            state.put(b"m" + identity.encode(), case_id)
        if digest == before.digest and before.state == case.state:
            return
        was_open = before.was_open or case.state == "open"
        state.put(
            b"c" + case_id.encode(), Published(before.version + 1, digest, case.state, members, was_open, case.scope, supersedes)
        )
        if was_open:
            outputs[case_id] = msgspec.structs.replace(case, version=before.version + 1)

    def _absorb(self, state: State, case_id: str, alive: dict[str, list[Finding]], outputs: dict[str, Case]) -> set[str]:
        """Ends every other case whose first finding now belongs here; returns the ids of those that had been open."""
        absorbed: set[str] = set()
        for finding in alive[case_id]:
            former = state.get(b"m" + finding.finding_id.encode())
            if not isinstance(former, str) or former == case_id or former in alive:
                continue
            published = state.get(b"c" + former.encode())
            self._stale.add(former)
            if isinstance(published, Published) and published.was_open:
                absorbed.update({former, *published.supersedes})
                self._end(state, published, _ended(former, published, "merged", case_id), outputs)
        return absorbed

    def _withdraw(self, state: State, case_id: str, outputs: dict[str, Case]) -> None:
        published = state.get(b"c" + case_id.encode())
        if isinstance(published, Published) and published.state not in ("merged", "withdrawn"):
            self._end(state, published, _ended(case_id, published, "withdrawn", ""), outputs)

    def _end(self, state: State, before: Published, case: Case, outputs: dict[str, Case]) -> None:
        ended = Published(case.version, b"", case.state, (), before.was_open, before.scope, ())
        state.put(b"c" + case.case_id.encode(), ended)
        if before.was_open and before.state != case.state:
            outputs[case.case_id] = case


def _ended(case_id: str, before: Published, how: str, into: str) -> Case:
    """The last version of a case that is `merged` into another or `withdrawn`."""
    version = before.version + 1
    return Case(case_id, version, how, into, before.scope, "OTHER", 0.0, False, False, 0, (), True, (), (), (), ())


def nodes_of(finding: Finding) -> list[bytes]:
    """What ties findings together: the entity, every party of the pattern and every transfer, sorted."""
    nodes = {finding.entity, *finding.parts}
    nodes.update(e.uid for e in finding.evidence)
    return sorted(nodes)


def _members(state: State, node: bytes) -> list[str]:
    members = state.get(b"n" + node)
    return members if isinstance(members, list) else []


def _near(left: Finding, right: Finding) -> bool:
    return left.started_ms - right.occurred_ms <= LINK_MS and right.started_ms - left.occurred_ms <= LINK_MS
