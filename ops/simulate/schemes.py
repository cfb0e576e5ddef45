"""Planted schemes: what an offence looks like when several typologies belong to one group of people."""

from itertools import pairwise

from ops.simulate.cast import Actor, How, Who
from ops.simulate.draft import Draft
from ops.simulate.lawful_schemes import bank_loans, hospital, hostel, importer, night_club, pilgrims, savings_club
from ops.simulate.layers import hawala
from ops.simulate.micro import logistics, nights
from ops.simulate.pattern import Pattern, Shape
from ops.simulate.places import COUNTRIES, Place
from ops.simulate.routes import CAPTIVITY, LABOUR, ROUTES
from ops.simulate.scene import Scene


def ring(scene: Scene) -> None:
    """Families of several towns pay a part, then the balance, to one collector, who draws the cash and pays helpers on the route."""
    route = scene.rng.choice(ROUTES)
    stage = route.stages[-1]
    collector = scene.person(stage.place, "smuggler", Who(route.nation, since=40))
    families = scene.people(
        tuple(scene.rng.sample(route.payers, 4)), scene.count(7, 9), "family_payer", Who(route.nation, since=40)
    )
    fee = scene.rng.uniform(stage.least * 1.2, stage.most * 0.95)
    second = []
    for i, family in enumerate(families):
        currency = scene.paying_currency(family)
        part, rest = fee * 0.28, fee * 0.72 * scene.rng.uniform(0.96, 1.04)
        scene.pay((i, 11), (family, collector), scene.usd(part, currency), How(purpose="deposit"))
        balance = scene.pay(
            (i + scene.rng.randint(9, 12), 12), (family, collector), scene.usd(rest, currency), How(purpose="help")
        )
        second.append(balance)
    for day in range(1, len(families) + 14):
        _draw(scene, collector, day)
    for helper in scene.people(tuple(one.place for one in route.stages[:3]), 5, "facilitator", Who(since=60)):
        scene.pay((scene.rng.randint(8, 24), 17), (collector, helper), scene.usd(scene.band(90, 300)), How(purpose="transport"))
    scene.known_with(second, 5)


def _draw(scene: Scene, collector: Actor, day: int) -> None:
    """The collector draws nine tenths of what came the day before."""
    came = [draft for draft, sides in zip(scene.drafts, scene.sides, strict=True) if sides[1] is collector]
    usd = sum(float(draft.value) / _PER_USD[draft.currency] for draft in came if scene.day_of(draft) == day - 1)
    if usd:
        scene.pay((day, 10), (collector, None), scene.usd(usd * 0.9), How("cash_out"))


_PER_USD = {country.currency: country.per_usd for country in COUNTRIES.values()}


def bonded_house(scene: Scene) -> None:
    """Workers of one house are brought to one counter every pay-day and repay one recruiter abroad."""
    host, home = scene.rng.choice(LABOUR)
    country = COUNTRIES[host.country]
    scene.essential = ("phones", "addresses", "nationality")
    recruiter, employer = scene.person(home, "recruiter", Who(since=500)), scene.firm(host, "benign", "Foods")
    guard = scene.person(host, "exploiter", Who(home.country, line="Canal St 31", since=300))
    who = Who(home.country, phone=guard.phone, line="Canal St 31", since=45)
    workers = [scene.person(host, "victim", who) for _ in range(scene.count(4, 6))]
    counter = scene.rng.randrange(scene.population.agents_a_town)
    owed = scene.usd(max(country.wage / 2 * 0.4, 110), country.currency)
    fourth: list[Draft] = []
    for fortnight in range(6):
        for i, worker in enumerate(workers):
            scene.pay(
                (14 * fortnight, 9), (employer, worker), scene.usd(country.wage / 2, country.currency), How("payroll", "wages")
            )
            how = How("cash_to_cash", scene.rng.choice(("debt", "loan repayment")), agent=counter, minute=4 + 4 * i)
            draft = scene.pay((14 * fortnight + 1, 18), (worker, recruiter), owed, how)
            fourth += [draft] if fortnight == 3 else []
    scene.pay((60, 20), (guard, recruiter), scene.usd(700, country.currency), How(purpose="business"))
    scene.known_with(fourth, 3)


def brothel(scene: Scene) -> None:
    """Night credits to women whose wallets one device runs; the collector pays advertisements, rooms, rides and telephones."""
    collector = nights(scene, 3)
    logistics(scene, collector, ("ads", "rooms", "rides", "phones"))


def held_and_moved(scene: Scene) -> None:
    """A money shop holds families' fees; what it settles abroad hops on through three hands into cash."""
    partner = hawala(scene, scene.firm(Place("IQ", "Ranya"), "facilitator", "Exchange"), Place("TR", "Istanbul"))
    hands = [
        partner,
        *(
            scene.person(town, "facilitator", Who(since=120))
            for town in (Place("RS", "Belgrade"), Place("DE", "Essen"), Place("DE", "Berlin"))
        ),
    ]
    usd = scene.band(6000, 9000)
    for hop, (giver, taker) in enumerate(pairwise(hands)):
        scene.pay((43 + hop, 11 + 2 * hop), (giver, taker), (f"{usd:.2f}", "USD"), How("bank_transfer", "trade"))
        usd *= scene.rng.uniform(0.92, 0.98)
    scene.pay((46, 18), (hands[-1], None), (f"{usd:.2f}", "USD"), How("cash_out"))


def captives(scene: Scene) -> None:
    """One stranger in a country of captivity is paid by four or five families in as many countries, each in a burst."""
    place = scene.rng.choice([place for place in CAPTIVITY if place.country in ("LY", "SD")])
    receiver = scene.person(place, "exploiter", Who(since=15))
    homes = (
        Place("SE", "Stockholm"),
        Place("DE", "Frankfurt"),
        Place("GB", "London"),
        Place("SA", "Jeddah"),
        Place("US", "Dallas"),
    )
    firsts = []
    for i, home in enumerate(homes[: scene.count(4, 5)]):
        payer = scene.person(home, "family_payer", Who("ET", since=400))
        for turn, hour in enumerate((22.5, 4.2, 23.1)):
            how = How("account_to_cash", scene.rng.choice(("emergency", "", "medical")))
            amount = scene.usd(scene.band(450, 1200), scene.paying_currency(payer))
            draft = scene.pay((8 * i + (turn + 1) // 2, hour), (payer, receiver), amount, how)
            firsts += [draft] if turn == 1 else []
    scene.known_with(firsts, 1)


def recruited(scene: Scene) -> None:
    """Workers pay an agency for visas; after their arrival they repay a lender of the agency, fortnight by fortnight."""
    town, host, price = Place("PK", "Mardan"), Place("SA", "Riyadh"), 4300
    scene.essential = ("purpose", "nationality", "phones")
    agency = scene.firm(town, "recruiter", "Travel")
    lender = scene.person(town, "recruiter", Who(since=600))
    employer = scene.firm(host, "benign", "Builders")
    partner = scene.person(host, "facilitator", Who("PK", since=300))
    camp = scene.person(host, "benign", Who("PK", since=900))
    fourth: list[Draft] = []
    for i in range(scene.count(5, 6)):
        worker = scene.person(town, "victim", Who(since=20, phone=camp.phone))
        scene.pay(
            (i, 11),
            (worker, agency),
            scene.usd(price * scene.rng.uniform(0.9, 1.1), "PKR"),
            How("bank_transfer", "visa fee", "", "7361"),
        )
        scene.pay((i + 1, 15), (agency, partner), scene.usd(price * 0.65), How("bank_transfer", "business"))
        worker.place = host
        for fortnight in range(6):
            wage = scene.usd(290, "SAR")
            scene.pay((25 + 14 * fortnight, 9), (employer, worker), wage, How("payroll", "wages"))
            draft = scene.pay((26 + 14 * fortnight, 18), (worker, lender), scene.usd(125, "SAR"), How(purpose="loan repayment"))
            fourth += [draft] if fortnight == 3 else []
    scene.actors.remove(camp)
    scene.known_with(fourth, 3)


def journeys(scene: Scene) -> None:
    """Four to six families pay the same guides along one route, whom a coordinator pays too."""
    route = scene.rng.choice([route for route in ROUTES if len(route.stages) >= 3])
    stages = route.stages[-3:]
    guides = [scene.person(stage.place, "smuggler", Who(since=60)) for stage in stages]
    head = scene.person(route.payers[0], "smuggler", Who(route.nation, since=200))
    seconds = []
    for family in scene.people(route.payers[1:], scene.count(4, 6), "family_payer", Who(route.nation, since=60)):
        day = scene.rng.randint(0, 20)
        for i, (guide, stage) in enumerate(zip(guides, stages, strict=True)):
            value = scene.usd(scene.band(stage.least, stage.most), scene.paying_currency(family))
            draft = scene.pay((day, scene.rng.uniform(9, 19)), (family, guide), value, How(purpose="help"))
            day += scene.rng.randint(4, 11)
            seconds += [draft] if i == 1 else []
    extra = scene.people(tuple(stage.place for stage in stages), 3, "facilitator", Who(since=60))
    for helper in (*guides, *extra):
        scene.pay((scene.rng.randint(0, 26), 18), (head, helper), scene.usd(scene.band(150, 700)), How(purpose="transport"))
    scene.known_with(seconds, 3)


def _scheme(name: str, title: str, offence: str, shapes: tuple[Shape, Shape], detectors: str) -> Pattern:
    accept = (offence, "TIP+SOM")
    return Pattern(
        name,
        title,
        offence,
        accept,
        shapes[:1],
        shapes[1],
        offence == "SOM",
        True,
        tuple(f"TS-{one}" for one in detectors.split()),
    )


PATTERNS = (
    _scheme(
        "SCHEME-RING", "Smuggling ring with one collector", "SOM",
        (Shape("ring", "7-9 families, deposit and near-equal balance, cash drawn at once, helpers paid", ring),
         Shape("savings_club", "twelve neighbours' savings club", savings_club)), "F01 F02 F03 P02 S05",
    ),
    _scheme(
        "SCHEME-BONDED", "Bonded workers of one house", "TIP",
        (Shape("bonded_house", "4-6 workers, one phone and counter, equal repayments every fortnight", bonded_house),
         Shape("hostel", "a students' hostel", hostel)), "P04 F05 K01 W02",
    ),
    _scheme(
        "SCHEME-BROTHEL", "Women's wallets run from one device", "TIP",
        (Shape("brothel", "three accounts with night credits on one device, one collector, advertisements and rooms", brothel),
         Shape("night_club", "a bar's takings", night_club)), "P05 P06",
    ),
    _scheme(
        "SCHEME-HELD", "Fees held in a money shop", "SOM",
        (Shape("held_and_moved", "12-18 families, bulk abroad, three hops into cash", held_and_moved),
         Shape("importer", "a wholesaler and his suppliers", importer)), "F07 F06",
    ),
    _scheme(
        "SCHEME-CAPTIVES", "Captives' families in several countries", "TIP",
        (Shape("captives", "4-5 families in as many countries, three payments each within two days", captives),
         Shape("hospital", "a family in four countries pays a hospital", hospital)), "P03 F04",
    ),
    _scheme(
        "SCHEME-RECRUITED", "Visas sold, then repaid from wages", "TIP",
        (Shape("recruited", "5-6 workers pay for visas and repay a lender six times", recruited),
         Shape("bank_loans", "workers repay a bank", bank_loans)), "W03 P04",
    ),
    _scheme(
        "SCHEME-JOURNEYS", "Families pay the same guides", "SOM",
        (Shape("journeys", "4-6 families, three guides in route order, a coordinator", journeys),
         Shape("pilgrims", "a father books hotels on the way", pilgrims)), "P01 F02",
    ),
)  # fmt: skip
