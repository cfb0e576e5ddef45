"""What was ever said about a party, and what an entity keeps of those it dealt with."""

from collections.abc import ItemsView
from typing import TypeVar

import msgspec

from schemas.observation import Side
from schemas.transfer import ADDRESS, DEVICE, PHONE, Identifier, Place

LINKS = frozenset({PHONE, DEVICE, ADDRESS})  # what ties two parties to each other (typologies F05, P03, P04)
MAX_SPELLINGS = 12  # DEF


class Profile(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What was ever said about a party, over all its transfers seen here."""

    is_person: bool
    nationality: str
    since_day: int
    name_keys: tuple[bytes, ...]
    identifiers: tuple[Identifier, ...]
    places: tuple[Place, ...] = ()
    living: int = 0

    def absorb(self, side: Side, place: Place) -> "Profile":
        """The union with what another transfer says; a stated fact beats a missing one, the smallest of two stated ones wins."""
        links = links_of(side)
        says_nothing_new = (
            side.name_keys == self.name_keys
            and side.nationality in ("", self.nationality)
            and side.since_day in (0, self.since_day)
            and side.is_person == self.is_person
            and side.living <= self.living
            and (not place.country or place in self.places)
            and (links == self.identifiers or set(links) <= set(self.identifiers))
        )
        if says_nothing_new:
            return self
        places = (place,) if place.country else ()
        return self.joined(Profile(side.is_person, side.nationality, side.since_day, side.name_keys, links, places, side.living))

    def joined(self, other: "Profile") -> "Profile":
        """The union of two profiles of one party: whose news came first leaves no trace."""
        since = min((d for d in (self.since_day, other.since_day) if d), default=0)
        nationality = min((n for n in (self.nationality, other.nationality) if n), default="")
        names = self.name_keys if self.name_keys == other.name_keys else _union(self.name_keys, other.name_keys)
        ids = self.identifiers if self.identifiers == other.identifiers else _union(self.identifiers, other.identifiers)
        places = self.places if set(other.places) <= set(self.places) else _union(self.places, other.places)
        living = max(self.living, other.living)  # who was ever said to earn more is taken to
        return Profile(self.is_person and other.is_person, nationality, since, names, ids, places, living)


def links_of(side: Side) -> tuple[Identifier, ...]:
    """The identifiers by which two parties can be seen to be tied to each other."""
    return tuple([i for i in side.identifiers if i.kind in LINKS])


T = TypeVar("T")
D = TypeVar("D", Profile, None)


def _union(left: tuple[T, ...], right: tuple[T, ...]) -> tuple[T, ...]:
    """Both without repeats, smallest first: which of them arrived first leaves no trace."""
    return tuple(sorted({*left, *right}, key=_rank))[:MAX_SPELLINGS]


def _rank(value: object) -> tuple[object, ...]:
    if isinstance(value, Identifier):
        return (value.kind, value.key)
    return (value.country, not value.town, value.town) if isinstance(value, Place) else (value,)


_ENCODE = msgspec.msgpack.Encoder().encode
_DECODE = msgspec.msgpack.Decoder(dict[bytes, Profile]).decode


class Profiles:
    """The profiles an entity keeps, by party key, next to their encoding: four of five times that a state is written they are
    what they were, and to encode them again took 7 us a party, at a payer of hundreds 200 us. Somebody new is encoded alone."""

    __slots__ = ("_known", "_new", "_packed")

    def __init__(self, packed: bytes | None = None) -> None:
        self._known: dict[bytes, Profile] = {} if packed is None else _DECODE(packed)
        self._packed = packed  # what is known but for the `_new`; None: to be encoded anew
        self._new: list[bytes] = []  # since then, in the order of `_known`

    def packed(self) -> bytes:
        """What to store; Profiles(packed) are the profiles again."""
        if self._packed is None:
            self._packed = _ENCODE(self._known)
        elif self._new:
            body = self._packed[len(_map_header(len(self._known) - len(self._new))) :]
            added = [part for party in self._new for part in (_ENCODE(party), _ENCODE(self._known[party]))]
            self._packed = b"".join((_map_header(len(self._known)), body, *added))
        self._new.clear()
        return self._packed

    def get(self, party: bytes, default: D) -> Profile | D:
        """What is known of the party, or the default."""
        return self._known.get(party, default)

    def items(self) -> ItemsView[bytes, Profile]:
        """All parties and their profiles."""
        return self._known.items()

    def __getitem__(self, party: bytes) -> Profile:
        return self._known[party]

    def __setitem__(self, party: bytes, profile: Profile) -> None:
        if party in self._known:
            self._packed = None
        else:
            self._new.append(party)
        self._known[party] = profile

    def update(self, profiles: dict[bytes, Profile]) -> bool:
        """Takes in what another entity knows of these parties; two who tell of one party each know a part. True if that changes what
        was known of one."""
        changed = False
        for party, told in profiles.items():
            known = self._known.get(party)
            if known != told:
                joined = told if known is None else known.joined(told)
                if joined != known:
                    self[party] = joined
                    changed = changed or known is not None
        return changed

    def keep(self, parties: set[bytes]) -> None:
        """Forgets all others."""
        if not self._known.keys() <= parties:
            self._known = {party: profile for party, profile in self._known.items() if party in parties}
            self._packed = None


def _map_header(count: int) -> bytes:
    """Begins a msgpack map of so many entries, as the encoder would."""
    if count < 1 << 4:
        return bytes((0x80 | count,))
    return b"\xde" + count.to_bytes(2, "big") if count < 1 << 16 else b"\xdf" + count.to_bytes(4, "big")
