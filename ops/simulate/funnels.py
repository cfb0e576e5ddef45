"""Planted patterns of flow: many to one (F01), one to many (F02), several countries (F04), linked senders (F05)."""

from ops.simulate.cast import How, Who
from ops.simulate.pattern import Pattern, Shape
from ops.simulate.places import COUNTRIES, Place
from ops.simulate.routes import LABOUR, ROUTES
from ops.simulate.scene import Scene

_HELP = ("family", "help", "", "personal", "")
_INLAND = (
    (Place("US", "McAllen"), tuple(Place("US", town) for town in ("Houston", "Chicago", "New York", "Columbus", "Dallas")), "US"),
    (Place("PK", "Gujrat"), tuple(Place("PK", town) for town in ("Lahore", "Multan", "Peshawar", "Kotli", "Sialkot")), "PK"),
    (Place("RU", "Samara"), tuple(Place("RU", town) for town in ("Moscow", "Kazan", "Sochi", "Ufa")), "UZ"),
)


def funnel(scene: Scene) -> None:
    """Unrelated payers of several towns to one collector at a stage of a route, each in the fee of that leg."""
    route = scene.rng.choice(ROUTES)
    stage = scene.rng.choice(route.stages)
    who = Who(nation=route.nation, since=25)
    collector = scene.person(stage.place, "smuggler", who)
    origins = tuple(scene.rng.sample(route.payers, 4))
    payers = scene.people(origins, scene.count(6, 9), "family_payer", who._replace(since=30, settled=True))
    first = []
    for payer in payers:
        how = How("cash_to_cash", scene.rng.choice(_HELP), scene.rng.choice(("", "friend", "relative")))
        value = scene.usd(scene.band(stage.least, stage.most), scene.paying_currency(payer))
        day = scene.rng.randint(0, 23)
        first.append(scene.pay((day, scene.rng.uniform(9, 19)), (payer, collector), value, how))
        if scene.rng.random() < 0.35:
            scene.pay((day + scene.rng.randint(1, 4), scene.rng.uniform(9, 19)), (payer, collector), value, how)
    scene.known_with(first, 5)


def crowd(scene: Scene) -> None:
    """Twelve and more payers from several towns to one person in an ordinary town, in mixed sums; wallets and phones."""
    town, origins, nation = scene.rng.choice(_INLAND)
    collector = scene.person(town, "unknown", Who(nation=nation, since=40, app=True))
    payers = scene.people(origins, scene.count(12, 16), "family_payer", Who(nation=nation, since=35, app=True))
    currency = COUNTRIES[town.country].currency
    first = []
    for payer in payers:
        for visit in range(scene.rng.randint(1, 3)):
            day = scene.rng.randint(0, 24)
            draft = scene.pay(
                (day, scene.rng.uniform(8, 23)),
                (payer, collector),
                scene.usd(scene.band(60, 420), currency),
                How("wallet_to_wallet", "family"),
            )
            if visit == 0:
                first.append(draft)
    for week in range(1, 4):
        scene.pay((7 * week + 1, 14), (collector, None), scene.usd(900, currency), How("cash_out"))
    scene.known_with(first, 10)


def siblings(scene: Scene) -> None:
    """Look-alike: five to seven sisters and brothers abroad keep one mother in a border town."""
    route = scene.rng.choice(ROUTES)
    mother = scene.person(route.stages[0].place, "benign", Who(nation=route.nation, since=900, female=True))
    who = Who(nation=route.nation, family=mother.family, since=800)
    for child in scene.people(tuple(scene.rng.sample(route.payers, 4)), scene.count(5, 7), "benign", who):
        for month in range(scene.rng.randint(1, 2)):
            value = scene.usd(scene.band(90, 260), scene.paying_currency(child))
            scene.pay(
                (month * 13 + scene.rng.randint(0, 12), 18),
                (child, mother),
                value,
                How(purpose="family support", relationship="mother"),
            )


def helpers(scene: Scene) -> None:
    """A coordinator pays drivers, guides and hosts in two or more towns of one route within a month."""
    route = scene.rng.choice(ROUTES)
    head = scene.person(scene.rng.choice(route.payers), "smuggler", Who(nation=route.nation, since=60))
    towns = tuple(stage.place for stage in route.stages)
    crew = scene.people(towns, scene.count(5, 8), "facilitator", Who(since=50))
    drafts = []
    for helper in crew:
        how = How("cash_to_cash", scene.rng.choice(("transport", "help", "friend", "")), "friend")
        value = scene.usd(scene.band(120, 900), scene.paying_currency(head))
        drafts.append(scene.pay((scene.rng.randint(0, 26), scene.rng.uniform(9, 19)), (head, helper), value, how))
    scene.known_with(drafts, 4)


def many_hands(scene: Scene) -> None:
    """One private payer, ten and more receivers within a month in two or three towns, several of them paid again."""
    route = scene.rng.choice(ROUTES)
    head = scene.person(scene.rng.choice(route.payers), "smuggler", Who(nation=route.nation, since=60))
    towns = tuple(stage.place for stage in route.stages[-2:])
    drafts = []
    for helper in scene.people(towns, scene.count(10, 13), "facilitator", Who(since=45)):
        for visit in range(scene.rng.randint(1, 2)):
            when = (scene.rng.randint(0, 13) + 13 * visit, scene.rng.uniform(9, 20))
            drafts.append(scene.pay(when, (head, helper), scene.usd(scene.band(80, 500)), How("cash_to_cash", "help")))
    scene.known_with(drafts, 10)


def payroll_run(scene: Scene) -> None:
    """Look-alike: a registered builder pays its crew in two border towns, fortnight by fortnight."""
    route = scene.rng.choice(ROUTES)
    towns = tuple(stage.place for stage in route.stages[:2])
    employer = scene.firm(towns[0], "benign", "Builders")
    country = COUNTRIES[towns[0].country]
    for worker in scene.people(towns, scene.count(6, 9), "benign", Who(since=500)):
        for fortnight in range(2):
            value = scene.usd(country.wage / 2, country.currency)
            scene.pay((14 * fortnight, 16), (employer, worker), value, How("bank_transfer", "wages", "employee"))


def several_countries(scene: Scene) -> None:
    """Payers in three or more countries of one diaspora to one receiver."""
    route = scene.rng.choice([route for route in ROUTES if len({p.country for p in route.payers}) >= 4])
    stage = scene.rng.choice(route.stages)
    collector = scene.person(stage.place, "smuggler", Who(nation=route.nation, since=40))
    by_country = list({place.country: place for place in scene.rng.sample(route.payers, len(route.payers))}.values())
    drafts = []
    for payer in scene.people(
        tuple(by_country[:4]), scene.count(5, 9), "family_payer", Who(nation=route.nation, since=50, settled=True)
    ):
        value = scene.usd(scene.band(stage.least, stage.most), scene.paying_currency(payer))
        drafts.append(
            scene.pay(
                (scene.rng.randint(0, 50), scene.rng.uniform(9, 19)), (payer, collector), value, How("cash_to_cash", "family")
            )
        )
    scene.known_with(drafts, 4)


def two_pay_out_countries(scene: Scene) -> None:
    """One receiver, known by document and phone, picks up in two countries within a month."""
    route = scene.rng.choice([route for route in ROUTES if len({stage.place.country for stage in route.stages}) >= 2])
    ends = {stage.place.country: stage for stage in route.stages}
    scene.essential = ("documents", "phones")
    collector = scene.person(route.stages[0].place, "smuggler", Who(nation=route.nation, since=40))
    drafts = []
    for i, payer in enumerate(
        scene.people(route.payers[:5], scene.count(4, 7), "family_payer", Who(nation=route.nation, since=50))
    ):
        stage = list(ends.values())[i % len(ends)]
        value = scene.usd(scene.band(stage.least, stage.most), scene.paying_currency(payer))
        how = How("cash_to_cash", "help", paid_in=stage.place)
        drafts.append(scene.pay((scene.rng.randint(0, 24), scene.rng.uniform(9, 19)), (payer, collector), value, how))
    scene.known_with(drafts, 4)


def diaspora_family(scene: Scene) -> None:
    """Look-alike: four children in four countries keep their father at home, with stated kinship and one name."""
    route = next(route for route in ROUTES if route.name == "west_asia")
    father = scene.person(Place("AF", "Kabul"), "benign", Who(since=1000, female=False))
    for place in (Place("DE", "Hamburg"), Place("GB", "London"), Place("SE", "Stockholm"), Place("TR", "Istanbul")):
        child = scene.person(place, "benign", Who(nation=route.nation, family=father.family, since=900))
        for month in range(2):
            value = scene.usd(scene.band(120, 300), COUNTRIES[place.country].currency)
            scene.pay(
                (28 * month + scene.rng.randint(0, 9), 17),
                (child, father),
                value,
                How(purpose="family support", relationship="father"),
            )


def one_roof(scene: Scene) -> None:
    """Three to five people of one address and phone pay the same person abroad again and again."""
    _linked(scene, app=False)


def one_device(scene: Scene) -> None:
    """The same from wallets on one device."""
    _linked(scene, app=True)


def _linked(scene: Scene, app: bool) -> None:
    host, home = scene.rng.choice(LABOUR)
    exploiter = scene.person(home, "recruiter", Who(since=300))
    first = scene.person(host, "victim", Who(nation=home.country, since=60, app=app))
    party = first.known.party
    assert party.addresses
    who = Who(home.country, line=party.addresses[0].line, since=60)
    who = who._replace(device=f"d-{scene.rng.getrandbits(44):011x}") if app else who._replace(phone=first.phone)
    scene.essential = ("devices",) if app else ("phones", "addresses")
    victims = [scene.person(host, "victim", who) for _ in range(scene.count(3, 5))]
    scene.actors.remove(first)
    currency, channel = COUNTRIES[host.country].currency, "wallet_to_cash" if app else "cash_to_cash"
    second = []
    for victim in victims:
        for turn in range(scene.rng.randint(3, 5)):
            value = scene.usd(scene.band(130, 420), currency)
            draft = scene.pay(
                (12 * turn + scene.rng.randint(0, 3), scene.rng.uniform(10, 19)),
                (victim, exploiter),
                value,
                How(channel, "personal"),
            )
            if turn == 1:
                second.append(draft)
    scene.known_with(second, 3)


def flatmates(scene: Scene) -> None:
    """Look-alike: three brothers in one flat with one phone send to their father."""
    host, home = scene.rng.choice(LABOUR)
    father = scene.person(home, "benign", Who(since=900, female=False))
    eldest = scene.person(host, "benign", Who(home.country, father.family, since=700, female=False))
    who = Who(home.country, father.family, eldest.phone, "Garden St 12", since=650, female=False)
    for son in [eldest, *(scene.person(host, "benign", who) for _ in range(2))]:
        for month in range(2):
            value = scene.usd(scene.band(150, 320), COUNTRIES[host.country].currency)
            scene.pay(
                (29 * month + scene.rng.randint(0, 3), 18),
                (son, father),
                value,
                How(purpose="family support", relationship="father"),
            )


PATTERNS = (
    Pattern(
        "TS-F01", "Funnel at a stage of a route", "SOM", ("SOM",),
        (Shape("stage", "6-9 payers of 4 towns to one collector at a stage of a route, in the fee of the leg", funnel),
         Shape("crowd", "12-16 payers of several towns to one wallet, mixed sums, cashed out weekly", crowd)),
        Shape("siblings", "5-7 sisters and brothers keep one mother in a border town", siblings),
    ),
    Pattern(
        "TS-F02", "Coordinator pays helpers along a route", "SOM", ("SOM",),
        (Shape("helpers", "5-8 receivers in the towns of one route within a month", helpers),
         Shape("many_hands", "10-13 receivers in two towns, some paid twice", many_hands)),
        Shape("payroll_run", "a registered builder pays its crew in two border towns", payroll_run),
    ),
    Pattern(
        "TS-F04", "One beneficiary, many countries", "SOM", ("SOM", "TIP+SOM"),
        (Shape("several_countries", "payers in 3-4 countries to one receiver", several_countries),
         Shape("two_pay_out_countries", "one receiver picks up in two countries within a month", two_pay_out_countries)),
        Shape("diaspora_family", "four children in four countries keep their father", diaspora_family),
    ),
    Pattern(
        "TS-F05", "Linked senders, one beneficiary abroad", "TIP", ("TIP", "TIP+SOM"),
        (Shape("one_roof", "3-5 senders of one address and phone, 3-5 payments each", one_roof),
         Shape("one_device", "3-5 wallets on one device, 3-5 payments each", one_device)),
        Shape("flatmates", "three brothers in one flat send to their father", flatmates),
    ),
)  # fmt: skip
