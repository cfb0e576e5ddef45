"""Planted patterns of payment timing: stages (P01), deposit and balance (P02), ransom (P03), debt bondage (P04)."""

from ops.simulate.cast import Actor, How, Who
from ops.simulate.pattern import Pattern, Shape
from ops.simulate.places import COUNTRIES, Place
from ops.simulate.routes import CAPTIVITY, LABOUR, ROUTES, Stage
from ops.simulate.scene import Scene


def stages(scene: Scene) -> None:
    """A relative pays one leg after the other, each to another person in the next town."""
    route = scene.rng.choice([route for route in ROUTES if len(route.stages) >= 3])
    payer = scene.person(scene.rng.choice(route.payers), "family_payer", Who(route.nation, since=200, settled=True))
    _journey(scene, [payer], route.stages[-4:])


def kin_share_stages(scene: Scene) -> None:
    """Two brothers and a father share the legs of one journey."""
    route = scene.rng.choice([route for route in ROUTES if len(route.stages) >= 3])
    first = scene.person(scene.rng.choice(route.payers), "family_payer", Who(route.nation, since=200))
    who = Who(route.nation, first.family, first.phone, since=180)
    scene.essential = ("phones",)
    _journey(
        scene,
        [first, scene.person(first.place, "family_payer", who), scene.person(first.place, "family_payer", who)],
        route.stages,
    )


def _journey(scene: Scene, payers: list[Actor], legs: tuple[Stage, ...]) -> None:
    day, drafts = 0, []
    for i, stage in enumerate(legs):
        guide = scene.person(stage.place, "smuggler", Who(since=70))
        payer = payers[i % len(payers)]
        value = scene.usd(scene.band(stage.least, stage.most), scene.paying_currency(payer))
        drafts.append(
            scene.pay(
                (day, scene.rng.uniform(9, 20)), (payer, guide), value, How("cash_to_cash", "travel costs" if i % 2 else "help")
            )
        )
        day += scene.rng.randint(4, 16)
    scene.known_with(drafts, 3)


def common_receivers(scene: Scene) -> None:
    """Four to six payers each pay two or three of the same receivers along a route, in no fixed order."""
    route = scene.rng.choice([route for route in ROUTES if len(route.stages) >= 3])
    guides = [(scene.person(stage.place, "smuggler", Who(since=70)), stage) for stage in route.stages[:3]]
    drafts = []
    for payer in scene.people(route.payers, scene.count(4, 6), "family_payer", Who(route.nation, since=120, settled=True)):
        start = scene.rng.randint(0, 30)
        for i, (guide, stage) in enumerate(scene.rng.sample(guides, scene.rng.randint(2, 3))):
            value = scene.usd(scene.band(stage.least, stage.most), scene.paying_currency(payer))
            draft = scene.pay(
                (start + i * scene.rng.randint(3, 12), scene.rng.uniform(9, 19)), (payer, guide), value, How(purpose="help")
            )
            if i == 1:
                drafts.append(draft)
    scene.known_with(drafts, 3)


def travelling_son(scene: Scene) -> None:
    """Look-alike: a father sends to his son wherever the son's work takes him."""
    route = next(route for route in ROUTES if route.name == "west_asia")
    father = scene.person(Place("AF", "Kabul"), "benign", Who(since=900, female=False))
    son = scene.person(route.stages[1].place, "benign", Who("AF", father.family, since=400, female=False))
    for i, stage in enumerate(route.stages[1:]):
        how = How("cash_to_cash", "family support", "son", paid_in=stage.place)
        scene.pay((14 * i, 11), (father, son), scene.usd(scene.band(120, 200)), how)


def deposit_balance(scene: Scene) -> None:
    """Several families pay a part before, and two to four times as much after the arrival, to one collector."""
    _held(scene, 1)


def deposit_balance_group(scene: Scene) -> None:
    """The same, the balance to a second collector who has the first one's phone."""
    _held(scene, 2)


def _held(scene: Scene, collectors: int) -> None:
    route = scene.rng.choice(ROUTES)
    stage = route.stages[-1]
    head = scene.person(stage.place, "smuggler", Who(route.nation, since=90))
    heads = [
        head,
        *(scene.person(stage.place, "facilitator", Who(route.nation, phone=head.phone, since=60)) for _ in range(collectors - 1)),
    ]
    if collectors > 1:
        scene.essential = ("phones",)
    drafts = []
    for payer in scene.people(route.payers, scene.count(4, 7), "family_payer", Who(route.nation, since=100, settled=True)):
        total, first = scene.band(stage.least, stage.most) * 1.05, scene.rng.randint(0, 15)
        deposit, currency = total * scene.rng.uniform(0.22, 0.36), scene.paying_currency(payer)
        scene.pay((first, scene.rng.uniform(9, 19)), (payer, head), scene.usd(deposit, currency), How(purpose="deposit"))
        later = first + scene.rng.randint(5, 38)
        how = How(purpose=scene.rng.choice(("", "help", "balance")))
        drafts.append(scene.pay((later, scene.rng.uniform(9, 19)), (payer, heads[-1]), scene.usd(total - deposit, currency), how))
    scene.known_with(drafts, 3)


def wedding_hall(scene: Scene) -> None:
    """Look-alike: a wedding hall takes a deposit and the balance from each couple."""
    hall = scene.firm(Place("UZ", "Samarkand"), "benign", "Estates")
    for couple in scene.people((Place("UZ", "Samarkand"), Place("UZ", "Bukhara")), scene.count(4, 6), "benign", Who(since=400)):
        start = scene.rng.randint(0, 15)
        scene.pay((start, 12), (couple, hall), scene.usd(400), How("bank_transfer", "wedding deposit"))
        scene.pay((start + scene.rng.randint(10, 35), 12), (couple, hall), scene.usd(1100), How("bank_transfer", "wedding"))


def one_pays_again(scene: Scene) -> None:
    """A relative who never sent there pays three or four times in three days, more each time, at odd hours."""
    payer, receiver = _captive(scene)
    _round(scene, [payer], receiver, 0)


def relatives_together(scene: Scene) -> None:
    """Three or four relatives in two countries pay the same stranger within two days."""
    payer, receiver = _captive(scene)
    nation = payer.known.party.nationality or ""
    other = Place("SA", "Jeddah")
    kin = [
        scene.person(place, "family_payer", Who(str(nation), payer.family, payer.phone, since=300))
        for place in (payer.place, other)
    ]
    _round(scene, [payer, *kin], receiver, 0)


def resold(scene: Scene) -> None:
    """Two or three weeks after the first round another stranger is paid, and more."""
    payer, receiver = _captive(scene)
    _round(scene, [payer], receiver, 0)
    nation = receiver.known.party.nationality or receiver.place.country
    second = scene.person(scene.rng.choice(CAPTIVITY), "exploiter", Who(str(nation), since=20))
    _round(scene, [payer], second, scene.rng.randint(12, 24))


def donations_between(scene: Scene) -> None:
    """After a first round he gathers what friends can give, and pays it to the next stranger."""
    payer, receiver = _captive(scene)
    _round(scene, [payer], receiver, 0)
    again = scene.rng.randint(9, 16)
    for friend in scene.people(
        (payer.place, Place("GB", "London")), scene.count(5, 8), "benign", Who("ET", since=300, settled=True)
    ):
        value = scene.usd(scene.band(60, 320), COUNTRIES[friend.place.country].currency)
        when = (again - scene.rng.randint(1, 3), scene.rng.uniform(8, 22))
        scene.pay(when, (friend, payer), value, How("cash_to_cash", "donation", "friend"))
    second = scene.person(scene.rng.choice(CAPTIVITY), "exploiter", Who(receiver.place.country, since=20))
    _round(scene, [payer], second, again)


def _captive(scene: Scene) -> tuple[Actor, Actor]:
    home = scene.rng.choice(
        (Place("SE", "Stockholm"), Place("DE", "Frankfurt"), Place("SA", "Jeddah"), Place("US", "Dallas"), Place("ET", "Mekelle"))
    )
    payer = scene.person(home, "family_payer", Who("ET", since=500))
    there = scene.rng.choice([place for place in CAPTIVITY if place.country in ("LY", "SD")])
    return payer, scene.person(there, "exploiter", Who("SD" if there.country == "SD" else "LY", since=20))


def _round(scene: Scene, payers: list[Actor], receiver: Actor, day: int) -> None:
    usd = scene.band(450, 900)
    drafts = []
    for i in range(max(scene.rng.randint(3, 4), len(payers))):
        payer = payers[i % len(payers)]
        how = How(
            "account_to_cash", scene.rng.choice(("emergency", "", "for his release", "medical")), scene.rng.choice(("", "friend"))
        )
        # Late in the evening, early the next morning, and so on; one in three by day.
        hour = scene.rng.uniform(22, 23.8) if i % 2 == 0 else scene.rng.uniform(0.5, 5)
        hour = scene.rng.uniform(11, 17) if scene.rng.random() < 0.33 else hour
        when = (day + (i + 1) // 2, hour)
        drafts.append(scene.pay(when, (payer, receiver), scene.usd(usd, scene.paying_currency(payer)), how))
        usd *= scene.rng.uniform(1.0, 1.5)
    if not scene.knowable:
        scene.known_with(drafts, 2)


def funeral(scene: Scene) -> None:
    """Look-alike: four sisters and brothers send to their brother for a funeral, within two days."""
    brother = scene.person(Place("ET", "Addis Ababa"), "benign", Who(since=600, female=False))
    for place in (Place("SE", "Stockholm"), Place("DE", "Frankfurt"), Place("GB", "London"), Place("SA", "Jeddah")):
        child = scene.person(place, "benign", Who("ET", brother.family, since=500))
        value = scene.usd(scene.band(150, 400), COUNTRIES[place.country].currency)
        scene.pay(
            (scene.rng.randint(0, 1), scene.rng.uniform(8, 22)),
            (child, brother),
            value,
            How("account_to_cash", "funeral", "brother"),
        )


def debt_words(scene: Scene) -> None:
    """Workers under one roof repay a recruiter the same sum every fortnight, and call it debt."""
    _bonded(scene, ("debt", "loan repayment", "debt"))


def silent_debt(scene: Scene) -> None:
    """The same without a word about a debt."""
    _bonded(scene, ("", "personal"))


def _bonded(scene: Scene, words: tuple[str, ...]) -> None:
    host, home = scene.rng.choice(LABOUR)
    country = COUNTRIES[host.country]
    scene.essential = ("phones", "nationality", "addresses")
    recruiter = scene.person(home, "recruiter", Who(since=500))
    employer = scene.firm(host, "benign", "Builders")
    first = scene.person(host, "victim", Who(home.country, since=50))
    others = [
        scene.person(host, "victim", Who(home.country, phone=first.phone, line="Mill Lane 7", since=50))
        for _ in range(scene.count(3, 5))
    ]
    share = scene.rng.uniform(0.34, 0.5)
    drafts = []
    for worker in [first, *others]:
        owed = scene.usd(max(country.wage / 2 * share, 105), country.currency)
        for fortnight in range(scene.rng.randint(6, 8)):
            wage = scene.usd(country.wage / 2 * scene.rng.uniform(0.95, 1.05), country.currency)
            scene.pay((14 * fortnight, 10), (employer, worker), wage, How("payroll", "wages"))
            how = How("cash_to_cash", scene.rng.choice(words))
            draft = scene.pay((14 * fortnight + 1, scene.rng.uniform(10, 19)), (worker, recruiter), owed, how)
            if fortnight == 3:
                drafts.append(draft)
    scene.known_with(drafts, 3)


def tenants(scene: Scene) -> None:
    """Look-alike: five foreign tenants of one house pay the landlord equal rent."""
    place = Place("KZ", "Almaty")
    landlord = scene.person(place, "benign", Who(since=1000))
    for tenant in scene.people((place,), 5, "benign", Who("UZ", line="Garden St 4", since=300)):
        for month in range(4):
            scene.pay(
                (30 * month + scene.rng.randint(0, 2), 18),
                (tenant, landlord),
                ("60000.00", "KZT"),
                How("bank_transfer", "rent", "landlord"),
            )


PATTERNS = (
    Pattern(
        "TS-P01", "Journey paid leg by leg", "SOM", ("SOM",),
        (Shape("stages", "one relative, 3-4 receivers in route order, 4-16 days apart", stages),
         Shape("kin_share_stages", "three kin with one phone share the legs", kin_share_stages),
         Shape("common_receivers", "4-6 payers each pay 2-3 of the same receivers", common_receivers)),
        Shape("travelling_son", "a father sends to his son in town after town", travelling_son),
    ),
    Pattern(
        "TS-P02", "Part before, balance on arrival", "SOM", ("SOM",),
        (Shape("deposit_balance", "4-7 payers, balance 1.8-3.5 times the deposit after 5-38 days", deposit_balance),
         Shape("deposit_balance_group", "balance to a second collector with the first one's phone", deposit_balance_group)),
        Shape("wedding_hall", "deposits and balances of couples to a wedding hall", wedding_hall), hold=True,
    ),
    Pattern(
        "TS-P03", "Ransom", "TIP", ("TIP", "TIP+SOM"),
        (Shape("one_pays_again", "one relative, 3-4 rising payments within three days, at night", one_pays_again),
         Shape("relatives_together", "three kin in two countries within three days", relatives_together),
         Shape("resold", "a second round to another stranger after 12-24 days", resold),
         Shape("donations_between", "a first round, then 5-8 friends give, then a second", donations_between)),
        Shape("funeral", "four children send to their brother for a funeral", funeral), hold=True, report=True,
    ),
    Pattern(
        "TS-P04", "Debt bondage", "TIP", ("TIP", "TIP+SOM"),
        (Shape("debt_words", "4-6 workers, equal sums every fortnight after wages, called debt", debt_words),
         Shape("silent_debt", "the same without a word", silent_debt)),
        Shape("tenants", "foreign tenants of one house pay equal rent", tenants), report=True,
    ),
)  # fmt: skip
