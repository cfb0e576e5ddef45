"""Planted patterns of value that moves on: pass-through (F03), chains (F06), hawala settlement (F07), a growing network (F08)."""

from itertools import pairwise

from ops.simulate.cast import Actor, How, Who
from ops.simulate.draft import Draft
from ops.simulate.pattern import EITHER, Pattern, Shape
from ops.simulate.places import Place
from ops.simulate.routes import ROUTES
from ops.simulate.scene import Scene

_CHAINS = (
    (
        Place("US", "El Paso"),
        Place("MX", "Ciudad Juarez"),
        Place("GT", "Guatemala City"),
        Place("CO", "Bogota"),
        Place("CO", "Cali"),
    ),
    (Place("DE", "Essen"), Place("TR", "Istanbul"), Place("IQ", "Erbil"), Place("IQ", "Ranya"), Place("AE", "Dubai")),
    (Place("RU", "Moscow"), Place("KZ", "Almaty"), Place("KG", "Osh"), Place("UZ", "Andijan"), Place("AE", "Dubai")),
)
_SHOPS = (
    (Place("IQ", "Ranya"), Place("TR", "Istanbul")),
    (Place("AF", "Herat"), Place("AE", "Dubai")),
    (Place("PK", "Gujrat"), Place("AE", "Dubai")),
)


def cash_at_once(scene: Scene) -> None:
    """Strangers' money arrives and is drawn in cash within a day or two, cycle after cycle."""
    _pass_through(scene, None)


def abroad_at_once(scene: Scene) -> None:
    """Strangers' money arrives and goes abroad within a day or two."""
    _pass_through(scene, scene.rng.choice((Place("MX", "Reynosa"), Place("TR", "Istanbul"), Place("AE", "Dubai"))))


def _pass_through(scene: Scene, onward: Place | None) -> None:
    towns = tuple(Place("US", town) for town in ("Houston", "Chicago", "Dallas", "Phoenix", "Columbus"))
    mule = scene.person(Place("US", "El Paso"), "unknown", Who("MX", since=40, app=True))
    payers = scene.people(towns, scene.count(6, 9), "family_payer", Who("GT", since=60, app=True))
    behind = scene.person(onward, "smuggler", Who(since=100)) if onward else None
    outgoing = []
    for cycle in range(3):
        total = 0.0
        day = cycle * 8
        for payer in payers[cycle::3] + payers[: 2 + cycle]:
            value = scene.usd(scene.band(250, 700))
            total += float(value[0])
            scene.pay((day, scene.rng.uniform(9, 20)), (payer, mule), value, How("wallet_to_wallet", "personal"))
        value = (f"{total * scene.rng.uniform(0.82, 0.96):.2f}", "USD")
        how = How("wallet_to_cash", "family") if behind else How("cash_out")
        outgoing.append(scene.pay((day + 1, 15), (mule, behind), value, how))
    scene.known_with(outgoing, 3)


def shared_rent(scene: Scene) -> None:
    """Look-alike: flatmates pay their shares to the one who pays the landlord on pay-day."""
    place = Place("DE", "Berlin")
    tenant = scene.person(place, "benign", Who(since=700))
    landlord = scene.firm(place, "benign", "Estates")
    mates = scene.people((place,), 5, "benign", Who(since=600))
    for month in range(2):
        for mate in mates:
            scene.pay(
                (30 * month, scene.rng.uniform(8, 20)), (mate, tenant), ("280.00", "EUR"), How("bank_transfer", "rent", "friend")
            )
        scene.pay((30 * month + 1, 11), (tenant, landlord), ("1680.00", "EUR"), How("bank_transfer", "rent", "landlord"))


def chain_to_cash(scene: Scene) -> None:
    """A sum hops from hand to hand, a few per cent less each time, and ends in cash."""
    _chain(scene, "cash")


def chain_to_crypto(scene: Scene) -> None:
    """A sum hops from hand to hand and ends at a dealer in virtual assets."""
    _chain(scene, "crypto")


def _chain(scene: Scene, end: str) -> None:
    towns = scene.rng.choice(_CHAINS)
    hands = [
        scene.person(town, "unknown" if i else "facilitator", Who(since=90)) for i, town in enumerate(towns[: scene.count(4, 5)])
    ]
    usd, hour = scene.band(2500, 9000), 10.0
    drafts = []
    for giver, taker in pairwise(hands):
        drafts.append(scene.pay(_moment(hour), (giver, taker), (f"{usd:.2f}", "USD"), How("bank_transfer", "trade")))
        usd *= scene.rng.uniform(0.91, 0.98)
        hour += scene.rng.uniform(14, 30)
    if end == "cash":
        scene.pay(_moment(hour), (hands[-1], None), (f"{usd:.2f}", "USD"), How("cash_out"))
    else:
        dealer = scene.firm(hands[-1].place, "benign", "Exchange")
        scene.pay(_moment(hour), (hands[-1], dealer), (f"{usd:.2f}", "USD"), How("virtual_asset", "investment"))
    scene.known_with(drafts, 3)


def _moment(hours: float) -> tuple[int, float]:
    return int(hours // 24), hours % 24


def group_treasury(scene: Scene) -> None:
    """Look-alike: companies of one group pass on a budget, less their own costs."""
    firms = [scene.firm(town, "benign", "Trading") for town in _CHAINS[1][:4]]
    usd = 60_000.0
    for hop, (giver, taker) in enumerate(pairwise(firms)):
        scene.pay((hop + 1, 11), (giver, taker), (f"{usd:.2f}", "USD"), How("bank_transfer", "intercompany loan"))
        usd *= 0.94


def money_shop(scene: Scene) -> None:
    """A shop takes near-equal sums of many families and settles in bulk, in words of trade, with a counterpart abroad."""
    town, market = scene.rng.choice(_SHOPS)
    hawala(scene, scene.firm(town, "facilitator", "Exchange"), market)


def money_person(scene: Scene) -> None:
    """A man does the same without a shop."""
    town, market = scene.rng.choice(_SHOPS)
    hawala(scene, scene.person(town, "facilitator", Who(since=800)), market)


def hawala(scene: Scene, shop: Actor, market: Place) -> Actor:
    """Families pay in, bulk payments leave; gives the counterpart in `market`."""
    partner = scene.firm(market, "facilitator", "Trading")
    fee = scene.band(2200, 4200)
    families = scene.people((shop.place,), scene.count(12, 18), "family_payer", Who(since=-1))
    credits = []
    for family in families:
        value = scene.usd(fee * scene.rng.uniform(0.95, 1.05))
        credits.append(
            scene.pay((scene.rng.randint(0, 40), scene.rng.uniform(9, 17)), (family, shop), value, How("cash_in", "deposit"))
        )
    total = sum(float(draft.value) for draft in credits)
    words = scene.rng.choice(("textile", "spare parts", "invoice payment"))
    for share in (0.28, 0.27, 0.26):
        day = 14 + int(50 * (share - 0.26) * 20)
        bulk = max(total * share, 2.2 * fee)
        scene.pay((day, 11), (shop, partner), (f"{bulk:.2f}", "USD"), How("bank_transfer", words, "business"))
    last = scene.pay(
        (42, 12), (shop, partner), (f"{total * 0.1 + 2.1 * fee:.2f}", "USD"), How("bank_transfer", words, "business")
    )
    scene.known_with([*sorted(credits)[9:10], last], 1)
    return partner


def two_ways(scene: Scene) -> None:
    """Shop and counterpart abroad send each other near-equal sums while both take families' money."""
    town, market = scene.rng.choice(_SHOPS)
    shop = scene.firm(town, "facilitator", "Exchange")
    hawala(scene, shop, market)
    partner = next(actor for actor in scene.actors if actor.place == market)
    back = [draft for draft, sides in zip(scene.drafts, scene.sides, strict=True) if sides == (shop, partner)]
    for i, draft in enumerate(back[:3]):
        value = (f"{float(draft.value) * scene.rng.uniform(0.94, 1.03):.2f}", "USD")
        scene.pay((18 + 9 * i, 13), (partner, shop), value, How("bank_transfer", "invoice payment", "business"))


def pilgrim_agency(scene: Scene) -> None:
    """Look-alike: an agency takes deposits of all sizes for pilgrims' packages and pays hotel and airline abroad."""
    agency = scene.firm(Place("PK", "Lahore"), "benign", "Travel")
    hotel = scene.firm(Place("SA", "Mecca"), "benign", "Estates")
    for i, pilgrim in enumerate(scene.people((Place("PK", "Lahore"), Place("PK", "Multan")), 14, "benign", Who(since=300))):
        value = scene.usd((250, 420, 700, 1150, 1800, 2400, 2900)[i % 7] * scene.rng.uniform(0.9, 1.1), "PKR")
        scene.pay(
            (scene.rng.randint(0, 35), 12), (pilgrim, agency), value, How("bank_transfer", "umrah package", category="4722")
        )
    for day in (20, 40):
        scene.pay((day, 12), (agency, hotel), scene.usd(6500), How("bank_transfer", "hotel block booking", "business"))


def referral(scene: Scene) -> None:
    """A collector's payers bring payers: newcomers of the same towns who give an earlier payer's phone as their own."""
    route = scene.rng.choice(ROUTES)
    stage = route.stages[-1]
    scene.essential = ("phones",)
    collector = scene.person(stage.place, "smuggler", Who(route.nation, since=80))
    towns = tuple(scene.rng.sample(route.payers, 3))
    early = scene.people(towns, scene.count(5, 6), "family_payer", Who(route.nation, since=45))
    late = [
        scene.person(early[i % len(early)].place, "family_payer", Who(route.nation, phone=early[i % len(early)].phone, since=0))
        for i in range(scene.count(6, 8))
    ]
    _collect(scene, early, collector, (stage.least, stage.most), (0, 22))
    scene.known_with(_collect(scene, late, collector, (stage.least, stage.most), (28, 50)), 5)


def client_collects(scene: Scene) -> None:
    """One who paid for his own journey collects for the network a month later."""
    route = scene.rng.choice(ROUTES)
    stage = route.stages[-1]
    collector = scene.person(stage.place, "smuggler", Who(route.nation, since=80))
    early = scene.people(route.payers[:3], scene.count(5, 6), "family_payer", Who(route.nation, since=45))
    heir = early[0]
    heir.role = "facilitator"
    late = scene.people((heir.place, *route.payers[:2]), scene.count(5, 7), "family_payer", Who(route.nation, since=10))
    _collect(scene, early, collector, (stage.least, stage.most), (0, 22))
    drafts = _collect(scene, late, heir, (stage.least, stage.most), (30, 50))
    scene.known_with(drafts, 5)


def _collect(scene: Scene, payers: list[Actor], collector: Actor, fee: tuple[int, int], days: tuple[int, int]) -> list[Draft]:
    drafts = []
    for payer in payers:
        value = scene.usd(scene.band(*fee), scene.paying_currency(payer))
        drafts.append(
            scene.pay(
                (scene.rng.randint(*days), scene.rng.uniform(9, 19)), (payer, collector), value, How("cash_to_cash", "help")
            )
        )
    return drafts


def new_tenants(scene: Scene) -> None:
    """Look-alike: a popular landlord's tenants bring tenants."""
    place = Place("RU", "Moscow")
    landlord = scene.person(place, "benign", Who(since=1200))
    for i, tenant in enumerate(scene.people((place,), 11, "benign", Who("UZ", since=200))):
        for month in range(0 if i < 5 else 1, 2):
            scene.pay(
                (30 * month + i % 4, 19), (tenant, landlord), scene.usd(230, "RUB"), How("bank_transfer", "rent", "landlord")
            )


PATTERNS = (
    Pattern(
        "TS-F03", "Strangers' money leaves at once", "SOM", EITHER,
        (Shape("cash_at_once", "three rounds of wallet credits, 82-96% drawn in cash the next day", cash_at_once),
         Shape("abroad_at_once", "three rounds, sent abroad the next day", abroad_at_once)),
        Shape("shared_rent", "flatmates' shares, passed on as rent", shared_rent),
    ),
    Pattern(
        "TS-F06", "Layering chain", "SOM", (*EITHER, "OTHER"),
        (Shape("chain_to_cash", "3-4 hops within five days, 2-9% less each, then cash", chain_to_cash),
         Shape("chain_to_crypto", "3-4 hops, then a dealer in virtual assets", chain_to_crypto)),
        Shape("group_treasury", "a group's companies pass on a budget", group_treasury),
    ),
    Pattern(
        "TS-F07", "Hawala settlement", "SOM", ("SOM", "TIP+SOM"),
        (Shape("money_shop", "12-18 near-equal cash sums to a shop, bulk payments abroad for goods", money_shop),
         Shape("money_person", "the same by a person", money_person),
         Shape("two_ways", "the same with near-equal payments back", two_ways)),
        Shape("pilgrim_agency", "an agency takes mixed sums and pays a hotel abroad", pilgrim_agency),
    ),
    Pattern(
        "TS-F08", "Network that grows by referral", "SOM", ("SOM",),
        (Shape("referral", "5-6 payers, a month later 6-8 newcomers with their phones", referral),
         Shape("client_collects", "an earlier payer collects from 5-7 newcomers", client_collects)),
        Shape("new_tenants", "a landlord's tenants bring tenants", new_tenants),
    ),
)  # fmt: skip
