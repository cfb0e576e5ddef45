"""Lawful flows of groups that look like something: savings clubs, siblings, crews on pay-day, foremen, traders, landlords, drivers."""

from collections.abc import Callable, Iterator
from random import Random

from ops.simulate.corridors import WEIGHTED, Corridor, town
from ops.simulate.dice import Dice
from ops.simulate.draft import Draft, odd_sum, round_sum
from ops.simulate.households import Households, Words
from ops.simulate.people import Known, Traits
from ops.simulate.places import COUNTRIES, Place
from ops.simulate.population import SLOTS, Population

_GROUP = 40  # kind of the groups' dice
KINDS = ("club", "siblings", "crew", "foreman", "trader", "landlord", "driver", "collection", "sponsor", "shop")
_GOODS = ("spare parts", "textile", "fabric", "invoice payment", "goods", "shoes", "electronics")
_MARKETS = (Place("AE", "Dubai"), Place("TR", "Istanbul"), Place("RU", "Moscow"), Place("KZ", "Almaty"), Place("IN", "Delhi"))
_BURST_DAYS = 6


class Groups:
    """Groups by number. Each has one standing flow, whose turn makes several drafts."""

    def __init__(self, population: Population, rng: Random, paths: Households, days: tuple[int, int]) -> None:
        self._population, self._rng, self._paths = population, rng, paths
        self._first_day, self._days = days
        self._turns: dict[str, Callable[[int, Dice, Corridor, int], tuple[list[Draft], int]]] = {
            "club": self._club, "siblings": self._siblings, "crew": self._crew, "foreman": self._foreman, "trader": self._trader,
            "landlord": self._landlord, "driver": self._driver, "collection": self._collection, "sponsor": self._sponsor,
            "shop": self._shop,
        }  # fmt: skip

    def first(self, number: int) -> Iterator[tuple[int, int]]:
        """(flow, day) of the group's first turn."""
        period = self._days if KINDS[number % len(KINDS)] == "collection" else 30
        yield 0, self._first_day + int(self._rng.random() * period)

    def due(self, number: int, day: int) -> tuple[list[Draft], int]:
        """The drafts of this turn and the day of the next."""
        dice = Dice(self._population.seed, _GROUP, number)
        return self._turns[KINDS[number % len(KINDS)]](number, dice, dice.pick(WEIGHTED), day)

    def _one(self, group: int, slot: int, place: Place, nation: str, family: int = -1) -> Known:
        """Member `slot`; without a family of the group he has his own."""
        dice = Dice(self._population.seed, _GROUP + 1, group, slot)
        own = family if family >= 0 else dice.below(60_000)
        since = -1 if dice.chance(25) else self._first_day - dice.between(60, 1500)
        traits = Traits(place, nation, own, dice.chance(45), since, app=(group // len(KINDS)) % 3 == 0)
        return self._population.group_member(group, slot, traits)

    def _pay(
        self, day: int, payer: tuple[Known, Place], payee: tuple[Known, Place], usd: float, how: tuple[str, str, Words]
    ) -> Draft:
        channel, currency, words = how
        value = odd_sum(usd, currency) if channel in ("payroll", "merchant") else round_sum(self._rng, usd, currency)
        draft = self._paths.pay(day, (("h", 0, 0), payer[1], ("h", 0, 0), payee[1]), (value, currency), channel, words)
        return draft._replace(sender=payer[0], receiver=payee[0])

    def _club(self, group: int, dice: Dice, corridor: Corridor, day: int) -> tuple[list[Draft], int]:
        place = town(corridor.home, dice.below(60_000))
        size, usd = dice.between(8, 13), dice.pick((40, 60, 80, 100, 150))
        turn = (day // 30) % size
        currency, words = COUNTRIES[place.country].currency, Words(dice.pick(("gap", "committee", "chama", "savings", "share")))
        members = [(self._one(group, slot, place, place.country), place) for slot in range(size)]
        how = (dice.pick(("cash_to_cash", "wallet_to_wallet", "wallet_to_wallet")), currency, words)
        drafts = [
            self._pay(day + self._rng.randint(0, 2), one, members[turn], usd, how) for i, one in enumerate(members) if i != turn
        ]
        return drafts, day + 30

    def _siblings(self, group: int, dice: Dice, corridor: Corridor, day: int) -> tuple[list[Draft], int]:
        family, home = dice.below(60_000), town(corridor.home, dice.below(60_000))
        mother = (self._one(group, SLOTS - 1, home, corridor.home, family), home)
        drafts = []
        for slot in range(dice.between(3, 6)):
            place = town(corridor.host, dice.below(60_000))
            how = ("cash_to_cash", COUNTRIES[place.country].currency, Words("family support", "mother"))
            brother = (self._one(group, slot, place, corridor.home, family), place)
            drafts.append(self._pay(day + self._rng.randint(0, 20), brother, mother, corridor.usd * 0.6, how))
        return drafts, day + self._rng.randint(27, 33)

    def _crew(self, group: int, dice: Dice, corridor: Corridor, day: int) -> tuple[list[Draft], int]:
        host, home = town(corridor.host, dice.below(60_000)), town(corridor.home, dice.below(60_000))
        how = ("cash_to_cash", COUNTRIES[host.country].currency, Words("family support", "wife"))
        start: Draft | None = None
        drafts = []
        for slot in range(dice.between(3, 6)):
            family = dice.below(60_000)
            mate, wife = (
                self._one(group, slot, host, corridor.home, family),
                self._one(group, 8 + slot, home, corridor.home, family),
            )
            draft = self._pay(day, (mate, host), (wife, home), corridor.usd * (0.8 + 0.4 * self._rng.random()), how)
            start = start or draft
            drafts.append(draft._replace(at=start.at + slot * self._rng.randint(90, 300), send_agent=start.send_agent))
        return drafts, day + 14

    def _foreman(self, group: int, dice: Dice, corridor: Corridor, day: int) -> tuple[list[Draft], int]:
        place = town(corridor.host, dice.below(60_000))
        country = COUNTRIES[place.country]
        firm = self._population.party(self._population.firm_ref(place, "Builders", 100 + group % 400))
        how = ("payroll" if dice.chance(60) else "bank_transfer", country.currency, Words("wages", "employee"))
        workers = [(self._one(group, slot, place, corridor.home), place) for slot in range(dice.between(5, 10))]
        return [self._pay(day, (firm, place), worker, country.wage / 2.2, how) for worker in workers], day + 14

    def _trader(self, group: int, dice: Dice, corridor: Corridor, day: int) -> tuple[list[Draft], int]:
        place = town(corridor.home, dice.below(60_000))
        trader = (self._one(group, 0, place, place.country), place)
        market = dice.pick(_MARKETS)
        supplier = self._population.party(
            self._population.firm_ref(market, "Trading", (group * 7 + self._rng.randint(0, 4)) % 512)
        )
        how = ("bank_transfer", "USD", Words(self._rng.choice(_GOODS), "business"))
        return [self._pay(day, trader, (supplier, market), self._rng.lognormvariate(6.6, 0.9), how)], day + self._rng.randint(
            5, 16
        )

    def _landlord(self, group: int, dice: Dice, corridor: Corridor, day: int) -> tuple[list[Draft], int]:
        place = town(corridor.host, dice.below(60_000))
        country = COUNTRIES[place.country]
        landlord = (self._one(group, SLOTS - 1, place, place.country), place)
        how = ("wallet_to_wallet" if dice.chance(30) else "bank_transfer", country.currency, Words("rent", "landlord"))
        usd = country.wage * 0.2
        tenants = [(self._one(group, slot, place, corridor.home), place) for slot in range(dice.between(4, 9))]
        return [
            self._pay(day + self._rng.randint(0, 3), one, landlord, usd * (1 + i % 3 / 10), how) for i, one in enumerate(tenants)
        ], day + 30

    def _driver(self, group: int, dice: Dice, corridor: Corridor, day: int) -> tuple[list[Draft], int]:
        place = town(corridor.host, dice.below(60_000))
        driver = (self._one(group, 0, place, place.country), place)
        how = ("wallet_to_wallet", COUNTRIES[place.country].currency, Words(dice.pick(("taxi", "dinner", "thanks", "delivery"))))
        drafts = []
        for _ in range(self._rng.randint(1, 4)):
            guest = (self._one(group, self._rng.randint(1, SLOTS - 2), place, place.country), place)
            drafts.append(self._pay(day, guest, driver, 4 + 22 * self._rng.random(), how)._replace(relationship=""))
        return drafts, day + self._rng.randint(1, 4)

    def _collection(self, group: int, dice: Dice, corridor: Corridor, day: int) -> tuple[list[Draft], int]:
        place = town(corridor.home, dice.below(60_000))
        patient = (self._one(group, SLOTS - 1, place, corridor.home), place)
        words = Words(dice.pick(("operation", "donation", "funeral", "flood help", "wedding")))
        drafts = []
        for slot in range(dice.between(8, 15)):
            here = place if dice.chance(60) else town(corridor.host, dice.below(60_000))
            how = ("cash_to_cash", COUNTRIES[here.country].currency, words)
            donor = (self._one(group, slot, here, corridor.home), here)
            drafts.append(
                self._pay(day + self._rng.randint(0, _BURST_DAYS), donor, patient, 10 + 60 * self._rng.random() ** 2, how)
            )
        return drafts, day + 10_000

    def _sponsor(self, group: int, dice: Dice, corridor: Corridor, day: int) -> tuple[list[Draft], int]:
        here, there = (
            town(dice.pick(("AU", "US", "GB", "DE")), dice.below(60_000)),
            town(dice.pick(("PH", "KE", "NP")), dice.below(60_000)),
        )
        fund = self._population.party(self._population.firm_ref(there, "Relief Fund", group % 5))
        how = ("bank_transfer", COUNTRIES[here.country].currency, Words("child sponsorship"))
        return [self._pay(day, (self._one(group, 0, here, here.country), here), (fund, there), 38.0, how)], day + 30

    def _shop(self, group: int, dice: Dice, corridor: Corridor, day: int) -> tuple[list[Draft], int]:
        place = town(corridor.home, dice.below(60_000))
        owner = (self._one(group, 0, place, place.country), place)
        how = ("cash_in", COUNTRIES[place.country].currency, Words("takings"))
        return [self._pay(day, owner, owner, 40 + 160 * self._rng.random(), how)], day + self._rng.randint(2, 5)
