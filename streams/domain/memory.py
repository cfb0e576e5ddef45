"""How an entity's memory takes things in and lets them go. Sorted insertion, unions, minima: order leaves no trace."""

from bisect import bisect_left, insort

import msgspec

from schemas.observation import RECEIVER, SENDER, TransferFacts
from schemas.transfer import KIN, NO_RELATION, SPOUSE, Identifier, Place
from streams.domain.entity import DAY_MS, QUARTER_MS, EntityState, Event, Pair, Profile, Use, links_of

HORIZON_MS = (
    400 * DAY_MS
)  # DEF: what is learnt within 400 days of a transfer still counts for it; at 240 the grouping of commits showed
MAX_EVENTS = 640  # DEF: a party sees 2.6 events in 30 days, p99 11, but a collector 510 in five months (ops/decisions/0009)
MAX_FORMER_PAIRS = 512  # DEF
MAX_USES = 64  # DEF: identifiers a party is remembered by


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
    # What lies beyond the horizon counts as never having been: an entity that was forgotten meanwhile is judged alike.
    state.former = {other: at for other, at in state.former.items() if at >= edge}
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
            if wider is known or wider == known:
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
