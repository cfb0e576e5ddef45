"""Everybody in the lawful part of the stream, made when asked for: households, groups, firms and the agents they use.

Nothing is stored but a bounded cache: a party follows from the seed and its place in the population, so memory does not grow with the
stream.
"""

from collections.abc import Callable
from typing import Any, Generic, NamedTuple, TypeVar

from ops.simulate.corridors import BY_NUMBER, Corridor, town
from ops.simulate.dice import Dice, Faces, faces
from ops.simulate.people import Known, Traits, address_line, firm, person, phone_of
from ops.simulate.places import CODES, COUNTRIES, Place
from schemas.native import NativeAgent

SLOTS = 16  # people a household or a group can have
AT_HOME = 4  # slots from here on live in the home country
GUEST = 12  # a student abroad
CACHED = 30_000  # parties, and as many households, kept in each of two generations
TRADES = tuple("Builders,Cleaning,Foods,Estates,Market,Travel,Trading,College,Transport,Pharmacy,Relief Fund,Exchange".split(","))
_HOUSEHOLD, _MEMBER, _FIRM, _AGENT, _GROUP, _GUEST = range(6)
_CHANNELS = (
    ("cash_to_cash",) * 9
    + ("account_to_cash",) * 3
    + ("cash_to_wallet",) * 2
    + ("wallet_to_wallet",) * 3
    + ("bank_transfer",) * 3
)
_PERIODS = (14, 28, 30, 30, 30, 31, 45)  # days
_STUDY = ("RU", "TR", "DE", "GB", "MY", "KZ")
_NETWORKS = tuple("Blue Arch,Quick Post,Lantern,Saffron,Two Rivers,Swift Caravan".split(","))

Ref = tuple[str, int, int]  # kind ("h" household, "g" group, "f" firm), number, slot
Key = TypeVar("Key")
Made = TypeVar("Made")


class Household(NamedTuple):
    """A family with workers abroad.

    period   days between two remittances; `usd` the usual one
    one_phone   its people at home share a telephone
    line     a face of dice that makes their address
    joins    days into the stream, 0 where it was a customer before
    """

    corridor: Corridor
    host: Place
    home: Place
    family: int
    workers: int
    kin: int
    one_phone: bool
    line: int
    channel: str
    currency: str
    period: int
    usd: float
    employed: bool
    renting: bool
    student: bool
    joins: int


class Population:
    """The people of one simulation: `households` of up to sixteen, `groups` of up to sixteen more, firms and agents by town.

    agents_a_town  grows with the stream, so that queues stay as long as in life
    first_day      day number of the stream's first day
    """

    def __init__(self, seed: int, households: int, groups: int, days: tuple[int, int]) -> None:
        self.seed, self.households, self.groups = seed, households, groups
        self.first_day, self.days = days
        self.agents_a_town = max(2, households // 700)
        self._parties: _Recent[Ref, Known] = _Recent()
        self._households: _Recent[int, Household] = _Recent()
        self._agents: _Recent[tuple[Place, int], NativeAgent] = _Recent()

    @property
    def remembered(self) -> int:
        """How many parties, households and agents are in memory."""
        return len(self._parties) + len(self._households) + len(self._agents)

    @property
    def next_number(self) -> int:
        """The first person's number that the population leaves free."""
        return (self.households + self.groups + 1) * SLOTS

    def household(self, number: int) -> Household:
        """The household with this number."""
        return self._households.get(number, self._household)

    def party(self, ref: Ref) -> Known:
        """The party behind `ref`."""
        return self._parties.get(ref, self._party)

    def agent(self, place: Place, number: int) -> NativeAgent:
        """An agent of a town, by number."""
        return self._agents.get((place, number), self._agent)

    def firm_ref(self, place: Place, trade: str, number: int) -> Ref:
        """A firm of `trade` in a town; `number` counts within it."""
        country = COUNTRIES[place.country]
        town_no = CODES.index(place.country) * 20 + country.towns.index(place.town)
        return ("f", town_no * len(TRADES) + TRADES.index(trade), number)

    def group_member(self, group: int, slot: int, traits: Traits) -> Known:
        """A person of a group, with traits the group's kind settles."""
        number = (self.households + group) * SLOTS + slot
        return self._parties.get(("g", group, slot), lambda _: person(number, faces(self.seed, _GROUP, group, slot), traits))

    def _household(self, number: int) -> Household:
        face = faces(self.seed, _HOUSEHOLD, number)
        corridor = BY_NUMBER[number % len(BY_NUMBER)]
        dollars = face[0] % 100 < corridor.in_dollars
        return Household(
            corridor,
            town(corridor.host, face[1]),
            town(corridor.home, face[2]),
            face[3],
            1 + (face[4] % 100 < 28),
            2 + face[5] % 3,
            face[6] % 100 < 35,
            face[7],
            _CHANNELS[face[8] % len(_CHANNELS)],
            "USD" if dollars else COUNTRIES[corridor.host].currency,
            _PERIODS[face[9] % len(_PERIODS)],
            corridor.usd * (0.45 + face[10] % 111 / 100),
            face[11] % 100 < 40,
            face[12] % 100 < 35,
            face[13] % 100 < 7,
            face[14] % self.days if face[15] % 100 < 15 else 0,
        )

    def _party(self, ref: Ref) -> Known:
        kind, number, slot = ref
        if kind == "h":
            return self._member(number, slot)
        if kind == "f":
            place_no, trade = divmod(number, len(TRADES))
            code = CODES[place_no // 20]
            place = Place(code, COUNTRIES[code].towns[place_no % 20])
            return firm(number * 512 + slot % 512, faces(self.seed, _FIRM, number, slot), place, TRADES[trade])
        raise KeyError(ref)

    def _member(self, number: int, slot: int) -> Known:
        home, face = self.household(number), faces(self.seed, _MEMBER, number, slot)
        person_no = number * SLOTS + slot
        nation, family, since = home.corridor.home, home.family, self._since(face, home.joins)
        if slot == GUEST:
            dice = Dice(self.seed, _GUEST, number)
            place = town(dice.pick(_STUDY), dice.below(1000))
            traits = Traits(place, nation, family, face[20] % 100 < 40, since)
        elif slot < AT_HOME:
            traits = Traits(home.host, nation, family, face[20] % 100 < 30, since, home.channel == "wallet_to_wallet")
        else:
            app = home.channel in ("wallet_to_wallet", "cash_to_wallet")
            phone = phone_of(number * SLOTS + AT_HOME, COUNTRIES[nation]) if home.one_phone else ""
            traits = Traits(home.home, nation, family, face[20] % 100 < 60, since, app, True, phone, address_line(home.line))
        return person(person_no, face, traits)

    def _since(self, face: Faces, joins: int) -> int:
        """Day of becoming a customer; a fifth is not noted. Who joins while the stream runs is noted at his first payment or just before."""
        if face[21] % 100 < 20:
            return -1
        return self.first_day + joins - face[22] % 3 if joins else self.first_day - 30 - face[22] % 2170

    def _agent(self, key: tuple[Place, int]) -> NativeAgent:
        place, number = key
        code = place.country
        letters = "".join(c for c in place.town if c.isalpha())[:4].upper()
        name = f"{_NETWORKS[number % len(_NETWORKS)]} {'Transfer' if number % 3 else 'Exchange'}, {place.town} {number + 1}"
        return NativeAgent(f"{code}-{letters}-{number + 1:04d}", name, code, place.town)


class _Recent(Generic[Key, Made]):
    """What was made lately. When the newer half is full the older one is dropped, for it can be made again."""

    def __init__(self) -> None:
        self._newer: dict[Key, Made] = {}
        self._older: dict[Key, Made] = {}

    def get(self, key: Key, make: Callable[[Any], Made]) -> Made:
        """The entry of `key`, made where it is missing."""
        found = self._newer.get(key)
        if found is None:
            found = self._older.get(key)
            if found is None:
                found = make(key)
            if len(self._newer) >= CACHED:
                self._older, self._newer = self._newer, {}
            self._newer[key] = found
        return found

    def __len__(self) -> int:
        """How many entries there are."""
        return len(self._newer) + len(self._older)
