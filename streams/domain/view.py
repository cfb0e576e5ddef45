"""A read-only view of one entity for the typologies: sorted flows, kin, newness, profiles, what others told."""

from collections.abc import Iterable

from schemas.corridors import TOLERANCE, Corridors
from schemas.observation import RECEIVER
from schemas.transfer import PARTY
from streams.domain.entity import DAY_MS, EntityState, Event, Pair, Profile, Story
from streams.domain.memory import pairs_of, with_places

# A7 "Business receivers": these never feed F01, F02, F04, P02, P03, S05, W02.
BUSINESS_CHANNELS = frozenset({"merchant", "card", "payroll", "virtual_asset"})
NOT_DEBT = frozenset({"rent", "tuition", "dues"})
NEW_CUSTOMER_DAYS = 90  # A7 "New"

_NOBODY = Profile(True, "", 0, (), ())
_STRANGERS = Pair(0, False, False, False, False)


class View:
    """One entity as typologies see it. Everything is derived from the state; nothing is changed."""

    def __init__(self, key: bytes, state: EntityState, corridors: Corridors) -> None:
        self.key = key
        self.kind = state.kind
        self.scope = state.scope
        self.since: tuple[int, bytes, int] | None = None  # events up to here were judged before and nothing about them changed
        self.corridors = corridors
        self.credits: list[Event] = []
        self.debits: list[Event] = []
        self.near_line: list[Event] = []
        for event in state.events:
            known = event if event.send.country and event.pay.country else with_places(state, event)
            (self.credits if event.side == RECEIVER else self.debits).append(known)
            if event.is_near_line:
                self.near_line.append(known)
        self.payers = {e.other for e in self.credits}
        self.payees = {e.other for e in self.debits}
        self._state = state
        self._pairs: dict[tuple[bytes, bytes], Pair] | None = None
        self._flow: list[Event] | None = None

    @property
    def stories(self) -> dict[bytes, Story]:
        """What the parties we asked told us, by party."""
        return self._state.stories

    def pair(self, event: Event) -> Pair:
        """Memory of the event's two parties."""
        if self._pairs is None:
            self._pairs = pairs_of(self._state)
        return self._pairs.get((event.mine, event.other), _STRANGERS)

    def ties(self) -> dict[tuple[bytes, bytes], tuple[int, bool]]:
        """Pair -> (first dealing, is kin): what judgements about the past rest on."""
        if self._pairs is None:
            self._pairs = pairs_of(self._state)
        return {pair: (known.first_ms, known.is_kin) for pair, known in self._pairs.items()}

    def unjudged(self, flow: list[Event], first: int = 0) -> range:
        """Positions in `flow`, from `first`, whose events still have to be judged as the end of a window."""
        start = len(flow)
        while start > first and self.is_unjudged(flow[start - 1]):
            start -= 1
        return range(max(start, first), len(flow))

    def is_unjudged(self, event: Event) -> bool:
        """Whether the event came after what was judged before."""
        return self.since is None or event.order() > self.since

    def is_kin(self, event: Event) -> bool:
        """Whether the two sides are kin (A7), a party paying itself included."""
        return event.mine == event.other or self.pair(event).is_kin

    def profile(self, party: bytes) -> Profile:
        """What was ever said about `party`; an empty profile where nothing was."""
        return self._state.profiles.get(party, _NOBODY)

    def newness(self, event: Event, window_ms: int) -> bool | None:
        """Whether the pair is new at `event`: True, False, or None where the stream is too young to tell (A7 "New")."""
        first = self.pair(event).first_ms
        if first < event.at_ms - window_ms:
            return False
        if not event.young_stream:
            return True
        since = self.profile(event.other).since_day
        own = self.profile(event.mine).since_day
        day = event.at_ms // DAY_MS
        young = any(s and day - s < NEW_CUSTOMER_DAYS for s in (since, own))
        return True if young else None

    def unrelated_credits(self) -> list[Event]:
        """Credits of plain transfers from parties that are not kin; the flow F01, P02, P03 and S05 look at."""
        if self._flow is None:
            self._flow = [e for e in self.credits if e.channel not in BUSINESS_CHANNELS and e.other and not self.is_kin(e)]
        return self._flow

    def is_club(self) -> bool:
        """More than half of what is paid out goes to people who pay in (A7 "A savings club")."""
        payers = self.payers
        out = sum(e.usd_minor for e in self.debits)
        back = sum(e.usd_minor for e in self.debits if e.other in payers)
        return out > 0 and back * 2 > out

    def are_tied(self, left: bytes, right: bytes) -> bool:
        """Whether two parties share a name token, a phone, a device or an address."""
        a, b = self.profile(left), self.profile(right)
        if set(a.name_keys) & set(b.name_keys):
            return True
        return not {i.key for i in a.identifiers}.isdisjoint(i.key for i in b.identifiers)

    def is_collector_shape(self) -> bool:
        """Persons may be collectors; a business only if 70 % of its credits over 180 days lie within 25 % of their median
        and in a fee band (A7 "Business receivers": lawful agencies take mixed sums)."""
        credits = self.credits
        if not credits or all(self.profile(mine).is_person for mine in {e.mine for e in credits}):
            return True
        recent = [e for e in credits if e.at_ms >= credits[-1].at_ms - 180 * DAY_MS]
        middle = sorted(e.usd_minor for e in recent)[len(recent) // 2]
        like = [e for e in recent if abs(e.usd_minor - middle) * 4 <= middle and self.in_band(e)]
        return len(like) * 10 >= len(recent) * 7

    def in_band(self, event: Event, tolerance: float = TOLERANCE) -> bool:
        """Whether the sum fits a smuggling leg that touches the country of payment."""
        return self.corridors.in_fee_band(event.usd_minor, event.pay.country, tolerance)

    @property
    def is_party(self) -> bool:
        """A party (not a shared identifier)."""
        return self.kind == PARTY


def distinct(values: Iterable[bytes]) -> int:
    """How many different values."""
    return len(set(values))
