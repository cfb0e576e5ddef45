"""From hits to findings: episodes, versions, and what must be kept of evidence that has left the entity's memory."""

from collections.abc import Iterable
from hashlib import sha256

import msgspec

from schemas.finding import Evidence, Finding, Suppressor
from streams.domain.event import Event
from streams.domain.view import View
from streams.typologies.base import Hit, Typology

MAX_EVIDENCE = 640  # DEF: as many as an entity remembers


class Issued(msgspec.Struct, array_like=True):
    """What was published of one finding: enough to see whether it changed, and evidence that has left memory since."""

    typology: str
    episode: int
    version: int
    digest: bytes
    started_ms: int
    ended_ms: int
    is_open: bool
    kept: tuple[Evidence, ...] = ()
    steps: tuple[tuple[int, float], ...] = ()
    evidence: bytes = b""  # digest of the transfers and the steps alone


class Episode(msgspec.Struct):
    """Consecutive hits with no gap longer than the typology's window."""

    hits: list[Hit]
    events: dict[tuple[bytes, int], Event]
    best: Hit | None  # the first of the strongest
    evidence: dict[bytes, Evidence] = {}  # by transfer, as far as it was asked for

    @property
    def started_ms(self) -> int:
        """Event time of the first evidence."""
        return min(e.at_ms for e in self.events.values())

    @property
    def ended_ms(self) -> int:
        """Event time of the last hit."""
        return self.hits[-1].at_ms


def extend(found: list[Episode], hits: Iterable[Hit], window_ms: int) -> list[Episode]:
    """Adds hits, none older than those there, to the episodes; of each episode the events of the strongest hit alone stay
    with it, all events in `events`."""
    for hit in sorted(hits, key=lambda h: (h.at_ms, h.strength, len(h.events))):
        if not found or hit.at_ms - found[-1].ended_ms > window_ms:
            found.append(Episode([], {}, None))
        last = found[-1]
        last.events.update(((e.uid, e.side), e) for e in hit.events)
        if last.best is None or hit.strength > last.best.strength:
            last.best = hit
        last.hits.append(hit._replace(events=()))
    return found


def evidence_of(event: Event) -> Evidence:
    """The event as evidence: who paid whom where, and where its bytes lie."""
    sender, receiver = (event.mine, event.other) if event.side == 0 else (event.other, event.mine)
    return Evidence(
        event.uid, event.partition, event.offset, event.index, event.at_ms, event.partner, sender, receiver or None,
        event.amount_minor, event.currency, event.usd_minor, event.channel,
        event.send.country, event.pay.country, event.send.town, event.pay.town, event.revision,
    )  # fmt: skip


def finding_id(typology: Typology, entity: bytes, episode: int) -> str:
    """SHA-256 of (typology, its version, entity, episode number), 32 hex characters (design section 5, "Ids")."""
    text = f"{typology.id}/{typology.version}/{entity.hex()}/{episode}"
    return sha256(text.encode()).hexdigest()[:32]


def build(view: View, typology: Typology, episode: Episode, known: Issued | None, number: int) -> Finding:
    """The finding for one episode: newest explanation, all its evidence, the times at which its strength rose."""
    best = episode.best
    assert best is not None
    events = tuple(sorted(episode.events.values(), key=Event.order))
    told = typology.explain(view, typology.parameters, best, events)
    suppressors = (*told.suppressors, *_suppressors(view, typology, events))
    factor = 1.0
    for suppressor in suppressors:
        factor *= suppressor.factor
    evidence = _evidence(episode, events, known)
    steps = _steps(episode.hits, known)
    strength = max(s for _, s in steps)
    weight = _weight(typology, events)
    return Finding(
        finding_id(typology, view.key, number), 0, "open", typology.id, typology.version, view.scope, view.key, view.kind, number,
        evidence[0].at_ms, evidence[-1].at_ms, strength, weight, round(weight * strength * factor, 4), told.reason,
        steps, told.numbers, dict(sorted(told.parts.items())), best.facets, told.absent, suppressors, evidence,
        urgent=typology.id == "TS-P03" and strength >= 0.7, do_not_block=told.do_not_block,
    )  # fmt: skip


def _weight(typology: Typology, events: tuple[Event, ...]) -> float:
    """The typology's weight, raised where the front line flagged one of the transfers (typologies A4, end)."""
    is_flagged = typology.flag_raise > 0 and any(e.flagged for e in events)
    return round(min(1.0, typology.weight + typology.flag_raise), 4) if is_flagged else typology.weight


def _evidence(episode: Episode, events: tuple[Event, ...], known: Issued | None) -> tuple[Evidence, ...]:
    own = episode.evidence
    own.update((e.uid, evidence_of(e)) for e in events if e.uid not in own)
    merged = {e.uid: e for e in known.kept} | own if known else own
    return tuple(sorted(merged.values(), key=lambda e: (e.at_ms, e.uid))[-MAX_EVIDENCE:])


def _steps(hits: list[Hit], known: Issued | None) -> tuple[tuple[int, float], ...]:
    rises: list[tuple[int, float]] = list(known.steps) if known and known.kept else []
    for hit in hits:
        if not rises or hit.strength > rises[-1][1]:
            rises.append((hit.at_ms, hit.strength))
    return tuple(rises)


# Typologies whose strength a club or long acquaintance explains away ("Score and suppress"); all factors DEF.
_GATHERING = frozenset({"TS-F01", "TS-F03", "TS-F04", "TS-P02", "TS-P04", "TS-S05"})
CLUB_FACTOR = 0.2
ESTABLISHED_FACTOR = 0.3
HALF_YEAR_MS = 182 * 86_400_000
ESTABLISHED_PAYMENTS = 6


def _suppressors(view: View, typology: Typology, events: tuple[Event, ...]) -> tuple[Suppressor, ...]:
    if typology.id not in _GATHERING:
        return ()
    found = []
    if view.is_club():
        found.append(
            Suppressor(
                "savings_club", CLUB_FACTOR, "more than half of what the receiver pays out goes back to the people who pay in"
            )
        )
    payers = sorted({e.other for e in events if e.other})
    settled = sum(_is_established(view, payer, events[-1].at_ms) for payer in payers)
    if payers and settled * 2 > len(payers):
        found.append(
            Suppressor("established_pairs", ESTABLISHED_FACTOR, "most pairs have dealt with each other for over six months")
        )
    return tuple(found)


def _is_established(view: View, payer: bytes, now_ms: int) -> bool:
    """As of the episode: what a payer sent after it says nothing about how long they had known each other then."""
    if view.payers.get(payer, 0) < ESTABLISHED_PAYMENTS:
        return False
    paid = [e for e in view.credits if e.other == payer and e.at_ms <= now_ms]
    return len(paid) >= ESTABLISHED_PAYMENTS and now_ms - view.pair(paid[0]).first_ms >= HALF_YEAR_MS
