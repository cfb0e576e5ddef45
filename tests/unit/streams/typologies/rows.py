"""Transfers as the tests of several typologies put them together, and the identifiers that people share in them."""

from collections.abc import Iterable
from typing import Any

from schemas.corridors import corridors
from schemas.observation import TransferFacts
from streams.domain.entity import EntityState, IdentifierState, User
from streams.domain.event import event_of
from streams.domain.memory import remember, upsert
from streams.typologies.build import key_of, pay
from streams.typologies.ts_k01_shared_identifier import SharedView

Rows = list[TransferFacts]


def paid(who: str, day: float, usd: float, to: str = "r", **how: Any) -> TransferFacts:
    """One transfer, to "r" where nobody else is named."""
    return pay(who, to, day, usd, **how)


def used(kind: int, seen: Iterable[tuple[TransferFacts, int]]) -> IdentifierState:
    """An identifier whose users are on these sides of these transfers."""
    state = IdentifierState(kind, {}, EntityState(kind))
    for facts, side in seen:
        event = event_of(facts, side)
        remember(state.group, facts)
        upsert(state.group, event, counts=True)
        state.users.setdefault(event.mine, User(0, 0, event, state.group.profiles[event.mine]))
    return state


def view_of_used(kind: int, seen: Iterable[tuple[TransferFacts, int]]) -> SharedView:
    """The same as typologies see it."""
    return SharedView(key_of("identifier"), used(kind, seen), corridors())
