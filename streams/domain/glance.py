"""A first look at what is new about an entity, by marks alone: may a typology hold now that did not before?

Judging is a function of all an entity knows. If since the last time events were only added after all others, and nothing about
the earlier ones changed, then what holds now and did not before holds over a window that the new events are in. So a typology that
needs five payers in 30 days has nothing to say unless a new payment is from a stranger and four others paid within 30 days before it.
Who is new, which names agree and what kind of people they are is left open here: a glance may only say no.
"""

from bisect import bisect_left
from collections.abc import Iterable
from functools import cached_property, lru_cache
from typing import NamedTuple

from schemas.corridors import TOLERANCE, Corridors
from schemas.transfer import ACCOUNT, PARTY
from streams.domain import marks
from streams.domain.entity import EntityState, IdentifierState, Story
from streams.domain.event import DAY_MS
from streams.domain.marks import (
    AT,
    BUSINESS,
    COUNTRY,
    CREDIT,
    EXEMPT,
    MINE,
    NAME_TIE,
    OTHER,
    PAY,
    PURPOSE,
    PURPOSE_MASK,
    SEND,
    SIGNS,
    TOLD,
    TOWN,
    USD,
    Mark,
)

# What is new: events, which are from or to a stranger unless the other is kin or a business is paid; who uses an identifier.
NOTHING, PAID_IN, PAID_OUT, BY_STRANGER, TO_STRANGER, USERS = 0, 1, 2, 4, 8, 16
ANYTHING = PAID_IN | PAID_OUT | BY_STRANGER | TO_STRANGER | USERS
SHAPE_MS = 180 * DAY_MS  # A7 "Business receivers"


class Counts(NamedTuple):
    """Credits and debits of an entity, and how many paid it and were paid."""

    credits: int
    debits: int
    payers: int
    payees: int


class Glance:
    """The marks of an entity, of which the newest `added` were not judged; all of them where something about the past has changed."""

    def __init__(self, value: EntityState | IdentifierState, added: int, corridors: Corridors) -> None:
        self.entity = value.group if isinstance(value, IdentifierState) else value
        self.users = value.users if isinstance(value, IdentifierState) else {}
        self.corridors = corridors
        self.marks = self.entity.events.marks()
        self.kin = self._relatives()
        self._strangers: tuple[list[Mark], list[Mark]] | None = None
        self.is_whole = self.entity.unsure or self._is_past_changed(added)
        self.new = self.marks if self.is_whole else self.marks[-added:]
        self.since_ms = self.new[0][AT] if self.new else 0

    @property
    def kind(self) -> int:
        """Kind of entity (schemas.transfer)."""
        return self.entity.kind

    @property
    def stories(self) -> dict[bytes, Story]:
        """What the parties asked told, by party."""
        return self.entity.stories

    @property
    def is_bare(self) -> bool:
        """Whether nothing was said but who paid whom, when and how much: who then stays away counts, and that is seen only by judging."""
        said = TOLD | PURPOSE_MASK << PURPOSE
        return self.kind == PARTY and not any(m[SEND] or m[PAY] or m[SIGNS] & said for m in self.marks)

    def _is_past_changed(self, added: int) -> bool:
        """Whether the new events change something about the earlier ones: who is kin, who uses the identifier, and whether a business
        is paid like a collector."""
        known, new = self.marks[:-added], self.marks[-added:]
        if self.kind > ACCOUNT or (known and known[-1][AT] >= new[0][AT]):
            return True
        if any(m[SIGNS] & TOLD for m in new) and self._is_kin_changed(known, new):
            return True
        if self.kind != PARTY and not {m[MINE] for m in new} <= {m[MINE] for m in known}:
            return True
        return any(m[SIGNS] & CREDIT for m in new) and self._may_be_collecting_business()

    def _may_be_collecting_business(self) -> bool:
        """Whether credits are a business's, and 70 % of the last 180 days' may be alike and priced (View.is_collector_shape)."""
        credits = [m for m in self.marks if m[SIGNS] & CREDIT]
        if self._are_persons({m[MINE] for m in credits}):
            return False
        recent = [m for m in credits if m[AT] >= credits[-1][AT] - SHAPE_MS]
        middle = sorted(m[USD] for m in recent)[len(recent) // 2]
        like = sum(abs(m[USD] - middle) * 4 <= middle and self.may_be_in_band(m) for m in recent)
        return like * 10 >= len(recent) * 7

    def _are_persons(self, owners: set[int]) -> bool:
        firms = {marks.number_of(party) for party, profile in self.entity.profiles.items() if not profile.is_person}
        return owners.isdisjoint(firms)

    def what(self) -> int:
        """What is new."""
        if self.is_whole:
            return ANYTHING
        found = 0
        for mark in self.new:
            if mark[SIGNS] & CREDIT:
                found |= PAID_IN | (BY_STRANGER if self._is_stranger(mark) else 0)
            else:
                found |= PAID_OUT | (TO_STRANGER if self._is_stranger(mark) else 0)
        return found

    def counts(self) -> Counts:
        """What a view of the entity would count."""
        paid_by = [m[OTHER] for m in self.marks if m[SIGNS] & CREDIT]
        paid_to = [m[OTHER] for m in self.marks if not m[SIGNS] & CREDIT]
        return Counts(len(paid_by), len(paid_to), len(set(paid_by)), len(set(paid_to)))

    @property
    def paid_in(self) -> list[Mark]:
        """Credits from strangers, oldest first."""
        return (self._strangers or self._sorted_out())[0]

    @property
    def paid_out(self) -> list[Mark]:
        """Payments to strangers, oldest first."""
        return (self._strangers or self._sorted_out())[1]

    @cached_property
    def debits(self) -> list[Mark]:
        """All payments, oldest first."""
        return [m for m in self.marks if not m[SIGNS] & CREDIT]

    def within(self, flow: list[Mark], days: float) -> list[Mark]:
        """Those of `flow` that may be in one window with a new event."""
        return flow[bisect_left(flow, (self.since_ms - days * DAY_MS,)) :]

    @cached_property
    def payers(self) -> int:
        """How many strangers ever paid."""
        return len({m[OTHER] for m in self.paid_in})

    @cached_property
    def payees(self) -> int:
        """How many strangers were ever paid."""
        return len({m[OTHER] for m in self.paid_out})

    def has_payers(self, least: int, days: float) -> bool:
        """Whether so many strangers paid in the days before and since the first new event."""
        return self.payers >= least and len({m[OTHER] for m in self.within(self.paid_in, days)}) >= least

    def often(self, flow: list[Mark], times: int) -> int:
        """How many people `flow` names at least `times` times."""
        counts: dict[int, int] = {}
        for mark in flow:
            counts[mark[OTHER]] = counts.get(mark[OTHER], 0) + 1
        return sum(n >= times for n in counts.values())

    def unasked(self, parties: Iterable[int]) -> bool:
        """Whether one of the parties, as marks know them, was not yet asked for its story."""
        return not set(parties) <= {marks.number_of(party) for party in self.entity.asked}

    def may_be_on_route(self, mark: Mark) -> bool:
        """Whether it was paid in a town of a route, or in a country that is left out."""
        return not mark[PAY] or (mark[PAY], mark[TOWN]) in _route_towns(self.corridors)

    def may_be_in_band(self, mark: Mark, tolerance: float = TOLERANCE) -> bool:
        """Whether the sum may fit a smuggling leg; where its country is left out it may."""
        return not mark[PAY] or self.corridors.in_fee_band(mark[USD], COUNTRY[mark[PAY]], tolerance)

    def is_priced(self, mark: Mark, tolerance: float = TOLERANCE) -> bool:
        """Whether it may be the payment for a smuggling leg."""
        return not mark[SIGNS] & EXEMPT and self.may_be_in_band(mark, tolerance)

    def _sorted_out(self) -> tuple[list[Mark], list[Mark]]:
        kin = self.kin
        paid_in: list[Mark] = []
        paid_out: list[Mark] = []
        for mark in self.marks:
            _, mine, other, _, signs, _, _, _, _ = mark
            if other and other != mine and not signs & BUSINESS and (mine, other) not in kin:
                (paid_in if signs & CREDIT else paid_out).append(mark)
        self._strangers = (paid_in, paid_out)
        return self._strangers

    def _is_stranger(self, mark: Mark) -> bool:
        other = mark[OTHER]
        is_other = other and other != mark[MINE] and not mark[SIGNS] & BUSINESS
        return bool(is_other) and (mark[MINE], other) not in self.kin

    def _relatives(self) -> set[tuple[int, int]]:
        said: dict[tuple[int, int], int] = {}
        for _, mine, other, _, signs, _, _, _, _ in self.marks:
            if signs & TOLD:
                pair = (mine, other)
                said[pair] = said.get(pair, 0) | signs
        return {pair for pair, signs in said.items() if marks.is_kin(signs)}

    def _is_kin_changed(self, known: list[Mark], new: list[Mark]) -> bool:
        """Whether two who had dealt before are kin now and were not, or the other way round, or share a name now."""
        pairs = {(m[MINE], m[OTHER]) for m in new}
        before: dict[tuple[int, int], int] = {}
        for mark in known:
            pair = (mark[MINE], mark[OTHER])
            if pair in pairs:
                before[pair] = before.get(pair, 0) | mark[SIGNS]
        for mark in new:
            pair = (mark[MINE], mark[OTHER])
            said = before.get(pair)
            if said is not None and (marks.is_kin(said) != (pair in self.kin) or mark[SIGNS] & NAME_TIE & ~said):
                return True
        return False


@lru_cache
def _route_towns(corridors: Corridors) -> frozenset[tuple[int, int]]:
    return frozenset(marks.place_number(country, town) for country, town in corridors.route_towns)
