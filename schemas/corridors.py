"""Routes, hub towns and fee bands of smuggling and trafficking corridors, as versioned data (schemas/reference/corridors.yaml)."""

from bisect import bisect_right
from functools import lru_cache
from importlib.resources import files

import msgspec
import yaml

TOLERANCE = 1.3  # DEF, typologies A7 "Fee band": both ways


class Leg(msgspec.Struct, frozen=True, rename={"origin": "from", "destination": "to"}):
    """One leg of a route and what it costs one person, in whole US dollars."""

    origin: tuple[str, ...]
    destination: tuple[str, ...]
    low_usd: int
    high_usd: int
    certainty: str

    def touches(self, country: str) -> bool:
        """Whether the leg starts or ends in `country` (ISO alpha-2)."""
        return country in self.origin or country in self.destination


class Town(msgspec.Struct, frozen=True):
    """A town that sources name on a route."""

    name: str
    country: str
    certainty: str


class Route(msgspec.Struct, frozen=True):
    """A route; towns in the order in which people travel it."""

    id: str
    offence: str
    countries: tuple[str, ...]
    towns: tuple[Town, ...]
    legs: tuple[Leg, ...]


class Price(msgspec.Struct, frozen=True, rename={"origin": "from", "destination": "to"}):
    """What a recruiter or travel agent takes of one person for a way out of `origin`, in whole US dollars."""

    origin: tuple[str, ...]
    destination: tuple[str, ...]
    usd: int
    certainty: str


class _File(msgspec.Struct, frozen=True):
    version: int
    routes: tuple[Route, ...]
    big_cities: tuple[tuple[str, str], ...]
    captivity_countries: frozenset[str]
    demand_countries: frozenset[str]
    recruitment_prices: tuple[Price, ...]
    monthly_pay_usd: dict[str, int]


class Corridors:
    """The corridor facts in the forms the typologies ask for. Town ids are lower-case names without spaces at the ends."""

    def __init__(self, raw: bytes) -> None:
        data = msgspec.convert(yaml.load(raw, yaml.BaseLoader), _File, strict=False)
        self.version = data.version
        self.routes = data.routes
        self.captivity = data.captivity_countries
        self.smuggling = frozenset(route.id for route in data.routes if "SOM" in route.offence)
        self.demand = data.demand_countries
        self.monthly_pay_usd = data.monthly_pay_usd
        self._prices = data.recruitment_prices
        self.dearest_usd = max(price.usd for price in data.recruitment_prices)
        self._big = {(country, town_id(name)) for country, name in data.big_cities}
        self._order: dict[tuple[str, str], dict[str, int]] = {}
        for route in data.routes:
            for index, town in enumerate(route.towns):
                self._order.setdefault((town.country, town_id(town.name)), {})[route.id] = index
        self.route_towns = frozenset(self._order)  # (country, town)
        self._bands: dict[str, list[tuple[int, int]]] = {}
        self._pairs: set[tuple[str, str]] = set()
        self._spans = lru_cache(1 << 10)(self._merged)
        for route in data.routes:
            self._pairs.update((a, b) for a in route.countries for b in route.countries if a != b)
            if "SOM" in route.offence:
                for leg in route.legs:
                    for country in {*leg.origin, *leg.destination}:
                        self._bands.setdefault(country, []).append((leg.low_usd * 100, leg.high_usd * 100))

    def in_fee_band(self, usd_minor: int, country: str, tolerance: float = TOLERANCE) -> bool:
        """Whether the sum (US cents) fits a leg of a smuggling route that touches `country`, within the tolerance."""
        lows, highs = self._spans(country, tolerance)
        at = bisect_right(lows, usd_minor)
        return at > 0 and usd_minor <= highs[at - 1]

    def _merged(self, country: str, tolerance: float) -> tuple[list[float], list[float]]:
        """Lower and upper ends, ascending, of the sums that fit some leg that touches `country`; no two spans overlap."""
        lows: list[float] = []
        highs: list[float] = []
        for low, high in sorted((low / tolerance, high * tolerance) for low, high in self._bands.get(country, ())):
            if highs and low <= highs[-1]:
                highs[-1] = max(highs[-1], high)
            else:
                lows.append(low)
                highs.append(high)
        return lows, highs

    def recruitment_usd(self, send_country: str, pay_country: str) -> int | None:
        """The lowest known price of a way out of the payer's country, to the country of payment or, paid at home, to anywhere."""
        is_home = send_country == pay_country
        fits = (p.usd for p in self._prices if send_country in p.origin and (is_home or pay_country in p.destination))
        return min(fits, default=None)

    def is_hub(self, country: str, town: str) -> bool:
        """Whether the town is named on a route and is not one of the big cities."""
        return (country, town) in self._order and (country, town) not in self._big

    def is_route_town(self, country: str, town: str) -> bool:
        """Whether the town is named on any route, big cities too."""
        return (country, town) in self._order

    def positions(self, country: str, town: str) -> dict[str, int]:
        """Route id -> index of the town along it."""
        return self._order.get((country, town), {})

    def is_corridor(self, send_country: str, pay_country: str) -> bool:
        """Whether the two different countries lie on one route."""
        return (send_country, pay_country) in self._pairs


def town_id(name: str) -> str:
    """The id under which a town's name is known: lower case, letters and digits only."""
    return "".join(c for c in name.lower() if c.isalnum())


@lru_cache(maxsize=1)
def corridors() -> Corridors:
    """The packaged corridor facts."""
    return Corridors(files("schemas").joinpath("reference/corridors.yaml").read_bytes())
