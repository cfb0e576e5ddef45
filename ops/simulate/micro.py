"""Planted patterns of small sums: night credits (P05), advertisements and rooms (P06), micro-remittances of child abuse (P07)."""

from ops.simulate.cast import Actor, How, Who
from ops.simulate.draft import Draft
from ops.simulate.pattern import Pattern, Shape
from ops.simulate.places import COUNTRIES, Place
from ops.simulate.scene import Scene

_CITIES = {
    "AU": tuple(Place("AU", town) for town in ("Sydney", "Melbourne", "Brisbane", "Perth")),
    "DE": tuple(Place("DE", town) for town in ("Berlin", "Hamburg", "Cologne", "Frankfurt")),
    "GB": tuple(Place("GB", town) for town in ("London", "Leeds", "Manchester", "Glasgow")),
    "AE": tuple(Place("AE", town) for town in ("Dubai", "Sharjah", "Abu Dhabi")),
}
_ABROAD = {"AU": "TH", "DE": "UA", "GB": "UA", "AE": "UZ"}
_DEMAND = (
    Place("AU", "Melbourne"),
    Place("GB", "Leeds"),
    Place("DE", "Cologne"),
    Place("US", "Phoenix"),
    Place("SE", "Gothenburg"),
)
_SUPPLY = tuple(Place("PH", town) for town in ("Cebu", "Angeles", "Cagayan de Oro", "Iloilo", "Davao"))
_LABELS = ("school uniform", "medical costs", "help", "gift", "food", "")


def rooms(scene: Scene) -> None:
    """Strangers in several towns pay a woman small round sums by night; she draws the cash and most reaches one collector."""
    nights(scene, 1)


def several_women(scene: Scene) -> None:
    """Three accounts run from one device, all paying on to one collector."""
    nights(scene, 3)


def nights(scene: Scene, holders: int) -> Actor:
    """Night credits to `holders` accounts on one device; gives the collector."""
    country = scene.rng.choice(sorted(_CITIES))
    cities, currency = _CITIES[country], COUNTRIES[country].currency
    device = f"d-{scene.rng.getrandbits(44):011x}"
    scene.essential = ("devices",)
    exploiter = scene.person(cities[0], "exploiter", Who(since=200, device=device))
    unit = max(1, round(COUNTRIES[country].per_usd)) * 10
    for i in range(holders):
        women = Who(_ABROAD[country], device=device, since=30, female=True)
        woman = scene.person(cities[i % len(cities)], "victim", women)
        guests = scene.people(cities, scene.count(9, 14), "benign", Who(since=600, app=True, female=False))
        drafts, total = [], 0
        for turn, guest in enumerate(guests):
            amount = scene.rng.randint(4, 30) * unit
            total += amount
            hour = scene.rng.choice((22.1, 22.8, 23.3, 0.2, 1.1, 2.0, 3.2, 4.0)) if turn % 6 != 5 else 15.0
            how = How("wallet_to_wallet", scene.rng.choice(("", "thanks", "massage", "")))
            drafts.append(scene.pay((scene.rng.randint(0, 12), hour), (guest, woman), (f"{amount}.00", currency), how))
        for day, share in ((5, 0.3), (9, 0.3), (14, 0.22)):
            cash = scene.rng.random() < 0.5 and day != 14
            how = How("cash_out") if cash else How("wallet_to_wallet", "personal")
            scene.pay((day, 13), (woman, None if cash else exploiter), (f"{int(total * share)}.00", currency), how)
        if i == 0:
            scene.known_with(drafts, 8)
    return exploiter


def night_bar(scene: Scene) -> None:
    """Look-alike: a taxi driver is paid by passengers at night, odd sums, and spends the money himself."""
    place = Place("AU", "Sydney")
    driver = scene.person(place, "benign", Who(since=900, app=True, occupation="driver"))
    shop = scene.firm(place, "benign", "Market")
    for guest in scene.people((place,), scene.count(10, 14), "benign", Who(since=700, app=True)):
        fare = f"{scene.rng.uniform(9, 46):.2f}"
        scene.pay(
            (scene.rng.randint(0, 12), scene.rng.choice((21.5, 23.0, 1.2, 19.4))),
            (guest, driver),
            (fare, "AUD"),
            How("wallet_to_wallet", "taxi"),
        )
    for day in (3, 6, 9, 12):
        scene.pay(
            (day, 10), (driver, shop), (f"{scene.rng.uniform(40, 90):.2f}", "AUD"), How("card", "groceries", category="5411")
        )


def advertisements(scene: Scene) -> None:
    """One payer: advertisements in multiples of 3, 12 and 24, rooms, rides, phone credit, in several towns of a month."""
    _bought(scene, ("ads", "rooms", "rides", "phones"))


def online_only(scene: Scene) -> None:
    """Advertisements, phone credit and small online payments by card, rooms in three towns."""
    _bought(scene, ("ads", "phones", "online", "rooms"))


def _bought(scene: Scene, groups: tuple[str, ...]) -> None:
    country = scene.rng.choice(("AU", "DE", "GB"))
    payer = scene.person(_CITIES[country][0], "exploiter", Who(since=150))
    scene.known_with(logistics(scene, payer, groups), 3)


def logistics(scene: Scene, payer: Actor, groups: tuple[str, ...]) -> list[Draft]:
    """What `payer` buys within 28 days in three towns of his country; gives the first purchase of each group."""
    cities, currency = _CITIES[payer.place.country], COUNTRIES[payer.place.country].currency
    first = []
    for group in groups:
        category, purpose, least, most, times = _GROUPS[group]
        for turn in range(scene.count(*times)):
            seller = scene.firm(cities[turn % 3], "benign", "Trading")
            amount = scene.rng.choice((12, 24, 24, 36, 48, 72)) if group == "ads" else round(scene.rng.uniform(least, most), 2)
            how = How("card" if group in ("ads", "online") else "merchant", purpose, "", category)
            when = (scene.rng.randint(0, 27), scene.rng.uniform(10, 23))
            draft = scene.pay(when, (payer, seller), (f"{amount:.2f}", currency), how)
            if turn == 0:
                first.append(draft)
    return first


# merchant category, purpose, least and most in the local currency, how often in 28 days
_GROUPS: dict[str, tuple[str, str, float, float, tuple[int, int]]] = {
    "ads": ("7311", "advertisement", 12, 72, (8, 14)),
    "rooms": ("7011", "hotel", 80, 260, (9, 14)),
    "rides": ("4121", "ride", 9, 60, (16, 22)),
    "phones": ("4814", "top up", 5, 30, (8, 16)),
    "online": ("5968", "subscription", 6, 95, (6, 10)),
}


def salesman(scene: Scene) -> None:
    """Look-alike: a firm's salesman sleeps in hotels and takes taxis."""
    cities = _CITIES["DE"]
    payer = scene.firm(cities[0], "benign", "Trading")
    for turn in range(scene.count(8, 12)):
        hotel = scene.firm(cities[turn % 4], "benign", "Travel")
        scene.pay((2 * turn, 20), (payer, hotel), (f"{scene.rng.uniform(90, 170):.2f}", "EUR"), How("card", "hotel", "", "7011"))


def rotating(scene: Scene) -> None:
    """One man in a rich country pays three to five people of one region small sums at odd hours under harmless words."""
    _abuse(scene, 1, 4)


def ring(scene: Scene) -> None:
    """Three such men share two receivers."""
    _abuse(scene, 3, 2)


def _abuse(scene: Scene, offenders: int, receivers: int) -> None:
    takers = scene.people(tuple(scene.rng.sample(_SUPPLY, 3)), receivers, "facilitator", Who(since=200))
    nationals = [scene.rng.choice(_DEMAND) for _ in range(offenders)]
    scene.essential = ("nationality",)
    for home in nationals:
        offender = scene.person(home, "exploiter", Who(since=500, female=False))
        own = [_micro(scene, offender, takers[i % receivers]) for i in range(scene.count(8, 13))]
        if not scene.knowable:
            scene.known_with(own, 6)


def _micro(scene: Scene, offender: Actor, taker: Actor) -> Draft:
    usd = scene.rng.choice((12, 15, 20, 25, 30, 35, 40, 50, 60, 80, 120))
    value = scene.usd(usd, COUNTRIES[offender.place.country].currency)
    hour = scene.rng.choice((0.3, 1.2, 2.4, 4.1, 5.0, 6.2, 21.5, 22.4, 23.2))
    how = How("account_to_cash", scene.rng.choice(_LABELS), scene.rng.choice(("", "friend")))
    return scene.pay((scene.rng.randint(0, 52), hour), (offender, taker), value, how)


def sponsor(scene: Scene) -> None:
    """Look-alike: a couple sponsors children through a charity and sends one family a gift at Christmas."""
    place = _DEMAND[0]
    fund, giver = scene.firm(_SUPPLY[0], "benign", "Relief Fund"), scene.person(place, "benign", Who(since=1500))
    for month in range(2):
        for child in range(3):
            words = How("bank_transfer", f"child sponsorship {child + 1}")
            scene.pay((28 * month + 1, 12), (giver, fund), ("48.00", "AUD"), words)


PATTERNS = (
    Pattern(
        "TS-P05", "Small round sums by night", "TIP", ("TIP", "TIP+SOM"),
        (Shape("rooms", "9-14 strangers of several towns by night, round sums, 82% leaves in cash or to one collector", rooms),
         Shape("several_women", "the same with three account holders on one device", several_women)),
        Shape("night_bar", "a taxi driver's fares", night_bar),
    ),
    Pattern(
        "TS-P06", "Advertisements, rooms, rides, phones", "TIP", ("TIP", "TIP+SOM"),
        (Shape("advertisements", "advertisements in multiples of 12 and 24, rooms, rides, top-ups within 28 days", advertisements),
         Shape("online_only", "advertisements, top-ups, online payments, rooms", online_only)),
        Shape("salesman", "a firm's hotels and nothing else", salesman),
    ),
    Pattern(
        "TS-P07", "Micro-remittances of live-streamed abuse", "TIP", ("TIP",),
        (Shape("rotating", "one payer, four receivers, 8-13 small sums within 52 days", rotating),
         Shape("ring", "three payers share two receivers", ring)),
        Shape("sponsor", "a couple sponsors children through a charity", sponsor), report=True,
    ),
)  # fmt: skip
