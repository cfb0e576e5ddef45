"""How an entity's memory takes things in and lets them go. Sorted insertion, unions, minima: order leaves no trace."""

from bisect import bisect_left

import msgspec

from schemas.observation import SENDER, TransferFacts
from schemas.transfer import Identifier, Place
from streams.domain.entity import QUARTER_MS, USE_YEAR, EntityState, Use
from streams.domain.event import DAY_MS, Event
from streams.domain.profile import Profile, links_of

# DEF: what is learnt within 400 days of a transfer still counts for it; at 240 the grouping of commits showed
HORIZON_MS = 400 * DAY_MS
MAX_EVENTS = 640  # DEF: a party sees 2.6 events in 30 days, p99 11, but a collector 510 in five months (ops/decisions/0009)
FORGET_FROM = (
    MAX_EVENTS + 64
)  # DEF: forgetting one transfer for every new one would have a busy party judged from the start each time
MAX_FORMER_PAIRS = 512  # DEF
MAX_USES = 64  # DEF: identifiers a party is remembered by


_ENCODE = msgspec.msgpack.Encoder().encode


def upsert(state: EntityState, event: Event, counts: bool) -> bool:
    """Puts the event where it belongs, replacing an older revision; True if anything changed. A repeat changes nothing."""
    events = state.events
    if event.revision > 1:
        known = next((at for at, e in enumerate(events) if e.uid == event.uid and e.side == event.side), None)
        if known is not None:
            if events[known].revision >= event.revision:
                return False
            keep_earliest(state, events[known])
            events.drop(known, known + 1)
            if counts:
                events.add(event)
            return True
    return counts and events.add(event)


def widen_use(state: EntityState, identifier: Identifier, event: Event, is_kept: bool) -> bool:
    """Takes a use of an identifier into the party's memory; True if the identifier has to be told of it: that it is used at all,
    or in another year; every change once it is shared. `is_kept`: the event is among the party's."""
    quarter = event.at_ms // QUARTER_MS
    use = state.uses.get(identifier.key)
    if use is None:
        if len(state.uses) >= MAX_USES:
            return False
        state.uses[identifier.key] = Use(identifier.kind, quarter, event.at_ms, event.uid, earliest=None if is_kept else event)
        return True
    is_news = False
    if quarter > use.last_quarter:
        is_news = use.is_shared or quarter // USE_YEAR > use.last_quarter // USE_YEAR
        use.last_quarter = quarter
    if event.at_ms > use.earliest_ms:
        return is_news
    ours, theirs = (event.at_ms, event.uid), (use.earliest_ms, use.earliest_uid)
    if ours > theirs or (ours == theirs and _content(event) >= _content(earliest_of(state, use))):
        return is_news
    use.earliest_ms, use.earliest_uid, use.earliest = event.at_ms, event.uid, None if is_kept else event
    return is_news or use.is_shared


def _content(event: Event) -> bytes:
    """Orders the states of one transfer that bear the same time, whatever came first."""
    return _ENCODE(msgspec.structs.replace(event, revision=0, partition=0, offset=0, index=0))


def keep_earliest(state: EntityState, event: Event) -> None:
    """Keeps an event that leaves the party's memory, or never enters it, with the uses whose earliest it is."""
    for use in state.uses.values():
        if use.earliest_uid == event.uid and use.earliest_ms == event.at_ms and use.earliest is None:
            use.earliest = event


def earliest_of(state: EntityState, use: Use) -> Event:
    """The earliest transfer of a use, as it was when it first came."""
    if use.earliest is not None:
        return use.earliest
    at = bisect_left(state.events, use.earliest_ms, key=lambda e: e.at_ms)
    return next(e for e in state.events[at:] if e.uid == use.earliest_uid)


def prune(state: EntityState) -> None:
    """Drops what lies beyond the horizon, and all but the newest MAX_EVENTS once there are more than FORGET_FROM; first dealings of
    dropped pairs are remembered by day."""
    events = state.events
    if not events:
        return
    edge = events.newest_ms - HORIZON_MS
    if len(events) <= FORGET_FROM and events.oldest_ms >= edge:
        return
    cut = len(events) - MAX_EVENTS if len(events) > FORGET_FROM else 0
    while cut < len(events) and events[cut].at_ms < edge:
        cut += 1
    if not cut:
        return
    state.unsure = True
    state.lost_ms = max(state.lost_ms, events[cut - 1].at_ms)
    for event in events[:cut]:
        keep_earliest(state, event)
        first = state.former.get(event.other)
        if event.other and (first is None or event.at_ms < first):
            state.former[event.other] = event.at_ms
    # What lies beyond the horizon counts as never having been: an entity that was forgotten meanwhile is judged alike.
    state.former = {other: at for other, at in state.former.items() if at >= edge}
    events.drop(0, cut)
    state.profiles.keep({e.other for e in events} | {e.mine for e in events})
    if len(state.former) > MAX_FORMER_PAIRS:
        newest = sorted(state.former.items(), key=lambda item: (-item[1], item[0]))[:MAX_FORMER_PAIRS]
        state.former = dict(sorted(newest))


def remember(state: EntityState, facts: TransferFacts) -> bool:
    """Adds what the transfer says about both its parties; True if that changes what was known of one."""
    changed = False
    for party, place in ((facts.sender, facts.send_place), (facts.receiver, facts.pay_place)):
        if party is None:
            continue
        known = state.profiles.get(party.key, None)
        if known is None:
            places = (place,) if place.country else ()
            known = Profile(
                party.is_person, party.nationality, party.since_day, party.name_keys, links_of(party), places, party.living
            )
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
    profile = state.profiles.get(party, None)
    return profile.places[0] if profile and profile.places else Place("", "")
