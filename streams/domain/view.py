"""A read-only view of one entity for the typologies: sorted flows, kin, newness, profiles, what others told."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

from schemas.corridors import TOLERANCE, Corridors
from schemas.observation import RECEIVER
from schemas.peaks import peaks
from schemas.transfer import PARTY
from streams.domain.entity import EntityState, Pair, Story
from streams.domain.event import DAY_MS, Event
from streams.domain.marks import BUSINESS_CHANNELS, NOT_DEBT
from streams.domain.memory import with_places
from streams.domain.pairs import Pairs
from streams.domain.profile import Profile

NEW_CUSTOMER_DAYS = 90  # A7 "New"

_NOBODY = Profile(True, "", 0, (), ())
_STRANGERS = Pair(0, False, False, False, False)
T = TypeVar("T")


class View:
    """One entity as typologies see it. Everything is derived from the state; nothing is changed.

    Lists are oldest first. What several typologies need is derived on first use, once, and shared. A view can be kept and told
    of newer events (`grow`): then nothing is derived again, which was half of the judging.
    """

    def __init__(self, key: bytes, state: EntityState, corridors: Corridors) -> None:
        self.key = key
        self.kind = state.kind
        self.scope = state.scope
        self.since: tuple[int, bytes, int] | None = None  # events up to here were judged before and nothing about them changed
        self.corridors = corridors
        self.state = state
        self.events: list[Event] = []  # all of them, as they are in the state
        self.credits: list[Event] = []  # what was received; here and below places that were left out are filled in
        self.debits: list[Event] = []
        self.near_line: list[Event] = []  # both ways: the amount alone may lie just under a reporting line
        self.payers: dict[bytes, int] = {}  # who paid, how often; one may be empty (nobody named)
        self.payees: set[bytes] = set()  # one may be empty (cash taken out)
        self.owners: set[bytes] = set()  # who received the credits: the party; at a shared identifier those who use it
        self._pairs: Pairs | None = None
        self._flows: dict[str, list[Event]] = {}
        self._tallies: dict[str, Any] = {}
        self._seen: dict[str, int] = {}  # how much of a flow's or a tally's source was looked at
        self._known: dict[object, Any] = {}
        self.grow(state.events)

    def grow(self, added: Sequence[Event]) -> bool:
        """Takes in events newer than all it has. False if one of them made kin of people who had dealt before: then what was
        derived is void."""
        self._known.clear()
        for event in added:
            known = event if event.send.country and event.pay.country else with_places(self.state, event)
            other = event.other
            if event.side == RECEIVER:
                self.credits.append(known)
                self.owners.add(event.mine)
                self.payers[other] = self.payers.get(other, 0) + 1
            else:
                self.debits.append(known)
                self.payees.add(other)
            if event.is_near_line:
                self.near_line.append(known)
        self.events += added
        self.scope = self.state.scope
        return self._pairs is None or self._pairs.grow(added)

    def once(self, what: "Callable[[View, Any], T]", parameters: Any) -> T:
        """`what(view, parameters)`, worked out once: `asks` and `hits` of a typology share it."""
        known = (what, self.since)
        if known not in self._known:
            self._known[known] = what(self, parameters)
        return self._known[known]  # type: ignore[no-any-return]

    def foreign_credits(self) -> list[Event]:
        """Credits that were sent from another country than the one they were paid in."""
        return self.flow("foreign", self.credits, _is_foreign)

    def flow(self, name: str, source: list[Event], fits: Callable[[Event], bool]) -> list[Event]:
        """The events of `source` (a list of this view) that fit: each is looked at once, however often the flow is asked for.
        `fits` may rest on the event, its parties' profiles and their pair; `name` stands for source and rule."""
        seen = self._seen.get(name, 0)
        if seen == 0:
            self._flows[name] = []
        if seen < len(source):
            self._flows[name] += [e for e in source[seen:] if fits(e)]
            self._seen[name] = len(source)
        return self._flows[name]

    def tally(self, name: str, source: list[Event], empty: Callable[[], T], add: Callable[[T, Event], None]) -> T:
        """What `add` makes of the events of `source` (a list of this view), starting from `empty()`; as `flow`, each is looked at once."""
        seen = self._seen.get(name, 0)
        if seen == 0:
            self._tallies[name] = empty()
        tally: T = self._tallies[name]
        for event in source[seen:]:
            add(tally, event)
        self._seen[name] = len(source)
        return tally

    @property
    def stories(self) -> dict[bytes, Story]:
        """What the parties we asked told us, by party."""
        return self.state.stories

    def _memory(self) -> Pairs:
        if self._pairs is None:
            self._pairs = Pairs(self.state)
        return self._pairs

    def pair(self, event: Event) -> Pair:
        """Memory of the event's two parties."""
        return self._memory().pairs.get((event.mine, event.other), _STRANGERS)

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
        return event.mine == event.other or (event.mine, event.other) in self._memory().kin

    def profile(self, party: bytes) -> Profile:
        """What was ever said about `party`; an empty profile where nothing was."""
        return self.state.profiles.get(party, _NOBODY)

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
        return self.flow("unrelated", self.credits, self.is_unrelated)

    def is_unrelated(self, event: Event) -> bool:
        """A plain transfer between parties that are not kin."""
        return event.channel not in BUSINESS_CHANNELS and bool(event.other) and not self.is_kin(event)

    def priced_credits(self, tolerance: float = TOLERANCE) -> list[Event]:
        """Unrelated credits that fit the price of a smuggling leg and are neither rent, tuition nor dues."""
        return self.flow(
            f"priced {tolerance}",
            self.unrelated_credits(),
            lambda e: e.purpose_class not in NOT_DEBT and self.in_band(e, tolerance),
        )

    def usual_payers(self, flow: list[Event], now: Event) -> int:
        """How many different people of `flow` paid in the lawful peak of remittance that `now` lies in, a year before; 0 outside of peaks
        and where nothing is remembered of it. Who is paid by many every Eid is compared with last Eid (typologies A2, "suppress")."""
        spans = peaks().year_before(now.pay.country, now.at_ms)
        return len({e.other for e in flow if any(first <= e.at_ms < end for first, end in spans)}) if spans else 0

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

    def is_one_person(self, parties: Iterable[bytes]) -> bool:
        """Whether all parties may be one under several customer numbers: each shares two name tokens (or all of a shorter name)
        with the first. A household that shares a phone shares no more than its surname."""
        names = [set(self.profile(party).name_keys) for party in sorted(set(parties))]
        return all(len(names[0] & other) >= max(1, min(2, len(names[0]), len(other))) for other in names[1:])

    def is_collector_shape(self) -> bool:
        """Persons may be collectors; a business only if 70 % of its credits over 180 days lie within 25 % of their median
        and in a fee band (A7 "Business receivers": lawful agencies take mixed sums)."""
        return self.once(_is_collector_shape, None)

    def in_band(self, event: Event, tolerance: float = TOLERANCE) -> bool:
        """Whether the sum fits a smuggling leg that touches the country of payment."""
        return self.corridors.in_fee_band(event.usd_minor, event.pay.country, tolerance)

    @property
    def is_party(self) -> bool:
        """A party (not a shared identifier)."""
        return self.kind == PARTY


def _is_foreign(event: Event) -> bool:
    return event.send.country != event.pay.country


def _is_collector_shape(view: View, _: None) -> bool:
    if all(view.profile(mine).is_person for mine in view.owners):
        return True
    recent = [e for e in view.credits if e.at_ms >= view.credits[-1].at_ms - 180 * DAY_MS]
    middle = sorted(e.usd_minor for e in recent)[len(recent) // 2]
    like = [e for e in recent if abs(e.usd_minor - middle) * 4 <= middle and view.in_band(e)]
    return len(like) * 10 >= len(recent) * 7


def distinct(values: Iterable[bytes]) -> int:
    """How many different values."""
    return len(set(values))
