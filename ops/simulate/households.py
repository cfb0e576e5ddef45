"""Lawful flows of families: remittances with seasons and feasts, a second worker's, gifts to other kin, wages, rent, a student's keep."""

from collections.abc import Iterator
from itertools import count
from random import Random
from typing import NamedTuple

from ops.simulate.counters import counter, second_of_day
from ops.simulate.draft import COUNTERS, Draft, odd_sum, round_sum
from ops.simulate.feasts import gift_day, is_feast_time, is_school_start, labour_season
from ops.simulate.places import COUNTRIES, Place, offset_of
from ops.simulate.population import AT_HOME, GUEST, Household, Population, Ref

FLOWS = 6
_PURPOSE = ("family support",) * 6 + ("household", "gift", "medical", "education", "family", "food", "building a house")
_KIN = ("wife", "mother", "father", "sister", "brother", "parent")
_MONTH = 30


class Words(NamedTuple):
    """What a payer says about a transfer."""

    purpose: str = ""
    relationship: str = ""
    category: str = ""


def at_time(day: int, second: int, place: Place) -> tuple[int, int]:
    """(seconds since 1970 UTC, offset) of a local second of a day in `place`."""
    offset = offset_of(place)
    return day * 86_400 + second - offset * 60, offset


class Households:
    """The households' standing orders, so to speak: which flow is due when, and what it then is."""

    def __init__(self, population: Population, rng: Random, first_day: int) -> None:
        self._population, self._rng, self._first_day = population, rng, first_day
        self.numbers = count()  # of the lawful transfers
        self._due = (self._remittance, self._remittance, self._other_kin, self._wage, self._rent, self._student)

    def first(self, number: int) -> Iterator[tuple[int, int]]:
        """(flow, day) of each first payment of the household."""
        home, rng = self._population.household(number), self._rng
        start = self._first_day + home.joins
        periods = (
            home.period,
            home.period if home.workers > 1 else 0,
            90 if home.kin > 2 else 0,
            14 if home.employed else 0,
            _MONTH if home.renting else 0,
            _MONTH if home.student else 0,
        )
        for flow, period in enumerate(periods):
            if period:
                yield flow, start + int(rng.random() * period)

    def due(self, number: int, flow: int, day: int) -> tuple[Draft, int]:
        """The payment of this flow on this day, and the day of the next."""
        return self._due[flow](number, flow, day)

    def pay(self, day: int, sides: tuple[Ref, Place, Ref, Place], value: tuple[str, str], channel: str, words: Words) -> Draft:
        """A draft between two places at a usual time of day."""
        sender, here, receiver, there = sides
        at, offset = at_time(day, second_of_day(self._rng, channel), here)
        sending, paying = COUNTERS[channel]
        return Draft(
            at, next(self.numbers), sender, receiver, value[0], value[1], channel, offset, words.purpose, words.relationship, words.category,
            counter(self._population, self._rng, here) if sending else None,
            counter(self._population, self._rng, there) if paying else None,
        )  # fmt: skip

    def _remittance(self, number: int, flow: int, day: int) -> tuple[Draft, int]:
        home, rng = self._population.household(number), self._rng
        culture = COUNTRIES[home.corridor.home].culture
        usd = home.usd * (0.75 + 0.5 * rng.random()) * (0.7 if flow else 1.0)
        if is_feast_time(culture, day):
            usd *= 1.35
        kin = AT_HOME + (flow if home.kin > 2 and rng.random() < 0.3 else 0)
        words = Words(rng.choice(_PURPOSE), _KIN[(number + kin) % len(_KIN)])
        sides = (("h", number, flow), home.host, ("h", number, kin), home.home)
        draft = self.pay(day, sides, (round_sum(rng, usd, home.currency), home.currency), home.channel, words)
        return draft, self._next_remittance(home, culture, day)

    def _next_remittance(self, home: Household, culture: str, day: int) -> int:
        rng = self._rng
        period = home.period / labour_season(day) if home.corridor.seasonal else home.period
        following = day + max(2, round(period * (0.8 + 0.4 * rng.random())))
        gift = gift_day(culture, day, following, rng.random())
        return gift if gift is not None and rng.random() < 0.6 else following

    def _other_kin(self, number: int, flow: int, day: int) -> tuple[Draft, int]:
        home, rng = self._population.household(number), self._rng
        words = Words(rng.choice(("gift", "family support", "medical", "wedding", "school fees")), _KIN[(number + 2) % len(_KIN)])
        sides: tuple[Ref, Place, Ref, Place] = (("h", number, 0), home.host, ("h", number, AT_HOME + 2), home.home)
        value = round_sum(rng, home.usd * (0.3 + 0.5 * rng.random()), home.currency)
        following = day + (25 if is_school_start(day) else rng.randint(50, 130))
        return self.pay(day, sides, (value, home.currency), home.channel, words), following

    def _wage(self, number: int, flow: int, day: int) -> tuple[Draft, int]:
        home, rng = self._population.household(number), self._rng
        country = COUNTRIES[home.corridor.host]
        firm = self._population.firm_ref(home.host, ("Builders", "Cleaning", "Foods", "Transport")[number % 4], number // 4 % 40)
        usd = country.wage / 2.1 * (0.75 + (number % 60) / 100) * (0.95 + 0.1 * rng.random())
        sides: tuple[Ref, Place, Ref, Place] = (firm, home.host, ("h", number, 0), home.host)
        draft = self.pay(day, sides, (odd_sum(usd, country.currency), country.currency), "payroll", Words("wages"))
        return draft, day + 14

    def _rent(self, number: int, flow: int, day: int) -> tuple[Draft, int]:
        home, rng = self._population.household(number), self._rng
        country = COUNTRIES[home.corridor.host]
        landlord = self._population.firm_ref(home.host, "Estates", number // 3 % 60)
        usd = country.wage * (0.16 + (number % 12) / 100)
        sides: tuple[Ref, Place, Ref, Place] = (("h", number, 0), home.host, landlord, home.host)
        value = (round_sum(rng, usd, country.currency), country.currency)
        return self.pay(day, sides, value, "bank_transfer", Words("rent", "landlord")), day + rng.randint(29, 32)

    def _student(self, number: int, flow: int, day: int) -> tuple[Draft, int]:
        home, rng = self._population.household(number), self._rng
        student = ("h", number, GUEST)
        address = self._population.party(student).party.addresses
        assert address
        there = Place(address[0].country, address[0].city)
        sides: tuple[Ref, Place, Ref, Place] = (("h", number, AT_HOME), home.home, student, there)
        usd = rng.choice((120, 150, 200, 250, 300)) * (2.5 if is_school_start(day) else 1.0)
        words = Words(rng.choice(("student support", "tuition", "education", "rent")), "son" if number % 2 else "daughter")
        channel = "cash_to_cash" if number % 3 else "bank_transfer"
        return self.pay(day, sides, (round_sum(rng, usd, "USD"), "USD"), channel, words), day + rng.randint(26, 36)
