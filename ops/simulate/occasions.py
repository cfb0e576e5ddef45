"""Lawful transfers that happen once: purchases, friends' wallets, cash in and out, a first-time sender, a ticket, a donation."""

from random import Random

from ops.simulate.corridors import BY_NUMBER, COMING_FROM, HOSTED_IN
from ops.simulate.counters import counter, second_of_day
from ops.simulate.draft import Draft, odd_sum, round_sum
from ops.simulate.households import Households, Words, at_time
from ops.simulate.places import COUNTRIES, Place
from ops.simulate.population import AT_HOME, Household, Population, Ref

_SHOPS = (
    ("5411", "Market", 45),
    ("5812", "Foods", 22),
    ("5912", "Pharmacy", 18),
    ("4814", "Trading", 9),
    ("5732", "Trading", 160),
)
_AGENCIES = (
    ("Travel", "4722", ("air ticket", "tour package", "umrah package", "hotel booking"), 380),
    ("College", "8220", ("tuition fee",), 620),
)
_FRIENDLY = ("dinner", "thanks", "taxi", "loan", "debt", "birthday", "football")
_ONCE = ("gift", "family support", "emergency", "wedding", "medical", "personal", "help")


class Occasions:
    """Draws single transfers for a day, of whatever kind the dice say."""

    def __init__(self, population: Population, rng: Random, paths: Households) -> None:
        self._population, self._rng, self._paths = population, rng, paths
        self._kinds = (
            [self._purchase] * 24 + [self._friend] * 22 + [self._cash_out] * 14 + [self._cash_in] * 6 + [self._once] * 14
            + [self._agency] * 7 + [self._bill] * 9 + [self._crypto] * 2 + [self._donation] * 2
        )  # fmt: skip

    def draw(self, day: int) -> Draft:
        """One transfer on this local day."""
        rng = self._rng
        number = self._customer(int(rng.random() * self._population.households), day)
        home = self._population.household(number)
        return rng.choice(self._kinds)(number, home, day)

    def _customer(self, number: int, day: int) -> int:
        """This household, or the next that is a customer by then; the same one for all who are not would pay a tenth of all occasions."""
        households = self._population.households
        around = ((number + step) % households for step in range(households))
        known = day - self._population.first_day
        return next((n for n in around if self._population.household(n).joins <= known), number)

    def _pay(self, day: int, sides: tuple[Ref, Place, Ref, Place], usd: float, channel: str, words: Words) -> Draft:
        currency = COUNTRIES[sides[1].country].currency
        return self._paths.pay(day, sides, (round_sum(self._rng, usd, currency), currency), channel, words)

    def _purchase(self, number: int, home: Household, day: int) -> Draft:
        category, trade, usd = self._rng.choice(_SHOPS)
        shop = self._population.firm_ref(home.host, trade, int(self._rng.random() * 30))
        channel = "card" if self._rng.random() < 0.6 else "merchant"
        currency = COUNTRIES[home.host.country].currency
        value = (odd_sum(usd * self._rng.lognormvariate(0, 0.6), currency), currency)
        sides: tuple[Ref, Place, Ref, Place] = (("h", number, 0), home.host, shop, home.host)
        return self._paths.pay(day, sides, value, channel, Words("groceries" if trade == "Market" else "", "", category))

    def _somebody(self, positions: tuple[int, ...], number: int) -> int:
        """A household in one of these corridors, or `number` itself where the population is too small to have one."""
        position = positions[int(self._rng.random() * len(positions))]
        turns = (self._population.households - position + len(BY_NUMBER) - 1) // len(BY_NUMBER)
        return position + len(BY_NUMBER) * int(self._rng.random() * turns) if turns > 0 else number

    def _friend(self, number: int, home: Household, day: int) -> Draft:
        friend = self._somebody(HOSTED_IN[home.corridor.host], number)
        if friend == number:
            return self._purchase(number, home, day)
        there = self._population.household(friend).host
        sides: tuple[Ref, Place, Ref, Place] = (("h", number, 0), home.host, ("h", friend, 0), there)
        return self._pay(
            day, sides, 6 + self._rng.expovariate(1 / 35), "wallet_to_wallet", Words(self._rng.choice(_FRIENDLY), "friend")
        )

    def _cash_out(self, number: int, home: Household, day: int) -> Draft:
        slot, place = (AT_HOME, home.home) if self._rng.random() < 0.6 else (0, home.host)
        currency = COUNTRIES[place.country].currency
        at, offset = at_time(day, second_of_day(self._rng, "cash_out"), place)
        value = round_sum(self._rng, home.usd * (0.1 + 0.6 * self._rng.random()), currency)
        agent = counter(self._population, self._rng, place)
        return Draft(
            at, next(self._paths.numbers), ("h", number, slot), None, value, currency, "cash_out", offset, pay_agent=agent
        )

    def _cash_in(self, number: int, home: Household, day: int) -> Draft:
        who: Ref = ("h", number, 0)
        return self._pay(
            day, (who, home.host, who, home.host), home.usd * (0.4 + self._rng.random()), "cash_in", Words("savings")
        )

    def _once(self, number: int, home: Household, day: int) -> Draft:
        """A relative or friend whom he pays this once: another household's people at home, in the same country."""
        other = self._somebody(COMING_FROM[home.corridor.home], number)
        there = self._population.household(other)
        relationship = self._rng.choice(("friend", "cousin", "uncle", "relative", ""))
        sides: tuple[Ref, Place, Ref, Place] = (("h", number, 0), home.host, ("h", other, AT_HOME + 1), there.home)
        usd = home.usd * self._rng.lognormvariate(-0.5, 0.6)
        return self._pay(day, sides, usd, "cash_to_cash", Words(self._rng.choice(_ONCE), relationship))

    def _agency(self, number: int, home: Household, day: int) -> Draft:
        trade, category, purposes, usd = self._rng.choice(_AGENCIES)
        firm = self._population.firm_ref(home.home, trade, int(self._rng.random() * 12))
        sides: tuple[Ref, Place, Ref, Place] = (("h", number, AT_HOME), home.home, firm, home.home)
        words = Words(self._rng.choice(purposes), "", category)
        return self._pay(day, sides, usd * self._rng.lognormvariate(0, 0.5), "bank_transfer", words)

    def _bill(self, number: int, home: Household, day: int) -> Draft:
        firm = self._population.firm_ref(home.host, "Trading", 500 + int(self._rng.random() * 10))
        currency = COUNTRIES[home.host.country].currency
        value = (odd_sum(8 + self._rng.expovariate(1 / 40), currency), currency)
        return self._paths.pay(day, (("h", number, 0), home.host, firm, home.host), value, "bank_transfer", Words("bill"))

    def _crypto(self, number: int, home: Household, day: int) -> Draft:
        exchange = self._population.firm_ref(home.host, "Exchange", int(self._rng.random() * 3))
        sides: tuple[Ref, Place, Ref, Place] = (("h", number, 0), home.host, exchange, home.host)
        return self._pay(day, sides, 30 + self._rng.expovariate(1 / 90), "virtual_asset", Words("investment"))

    def _donation(self, number: int, home: Household, day: int) -> Draft:
        fund = self._population.firm_ref(home.home, "Relief Fund", int(self._rng.random() * 5))
        sides: tuple[Ref, Place, Ref, Place] = (("h", number, 0), home.host, fund, home.home)
        return self._pay(day, sides, 5 + self._rng.expovariate(1 / 20), "bank_transfer", Words("donation", "", "8398"))
