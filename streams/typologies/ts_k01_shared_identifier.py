"""Shared identifier: one phone, document, device, address, account, e-mail or IP used by several people who are not kin.

Question    Did at least as many unrelated people as the kind of identifier allows (three for a phone, five for an address, eight for an
            IP) use one identifier within `window_d` days?
Source      UAE FIU goAML reasons MURCW, CSUBS, ORGC1; FinCEN FIN-2020-A008 (shared identifiers)
Subject     none by itself: the people who share may be victims of one controller
Looks back  180 days of event time, by 90-day quarters
Not a hit   one phone per household (kin do not count twice); many people behind one IP (NAT); agents' own numbers
"""

from collections.abc import Iterable, Iterator
from typing import Annotated

import msgspec

from schemas.corridors import Corridors, corridors
from schemas.observation import SENDER, TransferFacts
from schemas.transfer import ADDRESS, DEVICE, ENTITY_KINDS, IP, PHONE
from streams.domain.entity import QUARTER_MS, EntityState, IdentifierState, User
from streams.domain.event import DAY_MS, Event, event_of
from streams.domain.glance import USERS, Glance
from streams.domain.memory import remember, upsert
from streams.domain.profile import Profile
from streams.domain.score import strength
from streams.domain.view import View
from streams.typologies.base import Example, Explanation, Hit, Line, Typology, number
from streams.typologies.build import START_MS, key_of, pay


class Parameters(msgspec.Struct, frozen=True):
    """Lines of TS-K01."""

    window_d: Annotated[int, Line("days", "DEF", "typologies A4", least=90)] = 180  # uses are kept by quarters
    min_persons: Annotated[int, Line("unrelated persons", "DEF", "typologies A4: phone, device, document", most=64)] = (
        3  # of whom an identifier knows
    )
    min_at_address: Annotated[int, Line("unrelated persons", "DEF", "typologies A4", most=64)] = 5
    min_at_ip: Annotated[int, Line("unrelated persons", "DEF", "typologies A4: NAT", most=64)] = 8


PARAMETERS = Parameters()


class SharedView(View):
    """The view of an identifier: who used it, in which quarters."""

    def __init__(self, key: bytes, state: IdentifierState, facts: Corridors) -> None:
        super().__init__(key, state.group, facts)
        self.kind = state.kind
        self.users = state.users

    def families(self, users: Iterable[bytes]) -> int:
        """How many of the users are left when those who share a name token count once."""
        groups: list[set[bytes]] = []
        for user in sorted(users):
            names = set(self.users[user].profile.name_keys)
            touching = [g for g in groups if g & names]
            groups = [g for g in groups if not g & names]
            groups.append(names.union(*touching) if names else {user})
        return len(groups)


def _line(view: View | Glance, p: Parameters) -> tuple[str, int]:
    if view.kind == ADDRESS:
        return "min_at_address", p.min_at_address
    return ("min_at_ip", p.min_at_ip) if view.kind == IP else ("min_persons", p.min_persons)


def may(glance: Glance, p: Parameters) -> bool:
    """An identifier with enough users?"""
    return len(glance.users) >= _line(glance, p)[1]


def gate(view: View, p: Parameters) -> bool:
    """An identifier with enough users?"""
    return isinstance(view, SharedView) and len(view.users) >= _line(view, p)[1]


def hits(view: View, p: Parameters) -> Iterator[Hit]:
    """One hit for every quarter in which enough unrelated people had used the identifier in the window."""
    assert isinstance(view, SharedView)
    least = _line(view, p)[1]
    people = {k: u for k, u in view.users.items() if u.profile.is_person}
    quarters = sorted({u.first_quarter for u in people.values()})
    span = p.window_d // 90
    for quarter in quarters:
        inside = [k for k, u in people.items() if u.first_quarter <= quarter and u.last_quarter > quarter - span]
        count = view.families(inside)
        if count >= least:
            events = tuple(sorted((people[k].earliest for k in inside), key=Event.order))
            at = max(e.at_ms for e in events)
            yield Hit(at, strength(count / least), events, ("identity",), {"persons": count})


def explain(view: View, p: Parameters, best: Hit, events: tuple[Event, ...]) -> Explanation:
    """How many people share what."""
    name, _ = _line(view, p)
    what = ENTITY_KINDS[view.kind]
    reason = f"One {what} was used by {best.measures['persons']:.0f} people who share no name, within {p.window_d} days."
    parts = {e.mine: "shares" for e in events}
    return Explanation(reason, (number(p, name, best.measures["persons"], best.events),), parts)


def _used(kind: int, names: list[str], days: Iterable[float], surname: str = "") -> View:
    state = IdentifierState(kind, {}, EntityState(kind))
    for name, day in zip(names, days, strict=True):
        event = event_of(pay(name, "r", day, 100), SENDER)
        quarter = (START_MS + round(day * DAY_MS)) // QUARTER_MS
        keys = tuple(sorted({key_of(name)[:8], key_of(surname or name)[:8]}))
        state.users[event.mine] = User(quarter, quarter, event, Profile(True, "", 0, keys, ()))
    return SharedView(key_of("identifier"), state, corridors())


def pooled(kind: int, transfers: Iterable[TransferFacts]) -> View:
    """For examples: an identifier that all senders share, with their transfers."""
    state = IdentifierState(kind, {}, EntityState(kind))
    for facts in transfers:
        event = event_of(facts, SENDER)
        remember(state.group, facts)
        upsert(state.group, event, counts=True)
        quarter = event.at_ms // QUARTER_MS
        state.users.setdefault(event.mine, User(quarter, quarter, event, state.group.profiles[event.mine]))
    return SharedView(key_of("identifier"), state, corridors())


TYPOLOGY = Typology(
    id="TS-K01",
    name="Shared identifier",
    version=1,
    weight=0.35,  # DEF, typologies A7
    window_ms=PARAMETERS.window_d * DAY_MS,
    parameters=PARAMETERS,
    may=may,
    on=USERS,
    gate=gate,
    hits=hits,
    explain=explain,
    doc=__doc__,
    looks_ahead=True,
    at_identifiers=True,
    examples=(
        Example("three strangers with one phone", True, lambda: _used(PHONE, ["a", "b", "c"], [0, 5, 9])),
        Example("six strangers at one address", True, lambda: _used(ADDRESS, list("abcdef"), range(6))),
        Example(
            "three people of one surname with one phone", False, lambda: _used(PHONE, ["a", "b", "c"], [0, 5, 9], surname="x")
        ),
        Example("four strangers at one address", False, lambda: _used(ADDRESS, list("abcd"), range(4))),
        Example(
            "three strangers with one device, a year apart each", False, lambda: _used(DEVICE, ["a", "b", "c"], [0, 365, 730])
        ),
    ),
)
