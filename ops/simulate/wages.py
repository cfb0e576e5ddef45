"""Planted patterns of work: skimmed wages (W01), escorted remitters (W02), recruiters (W03)."""

from msgspec.structs import replace

from ops.simulate.cast import Actor, How, Who
from ops.simulate.pattern import EITHER, Pattern, Shape
from ops.simulate.people import Known
from ops.simulate.places import COUNTRIES, Place
from ops.simulate.routes import LABOUR
from ops.simulate.scene import Scene

_RECRUITED = (
    (Place("PK", "Gujrat"), Place("SA", "Riyadh"), 4300),
    (Place("PK", "Mardan"), Place("AE", "Dubai"), 2400),
    (Place("BD", "Dhaka"), Place("MY", "Kuala Lumpur"), 3300),
)


def forwarded(scene: Scene) -> None:
    """Workers are paid, and most of it goes to one collector within the day, pay-day after pay-day."""
    host, home = scene.rng.choice(LABOUR)
    country = COUNTRIES[host.country]
    employer = scene.firm(host, "benign", "Foods")
    collector = scene.person(host, "exploiter", Who(home.country, since=300))
    drafts = []
    for worker in scene.people((host,), scene.count(4, 6), "victim", Who(home.country, since=45)):
        for fortnight in range(scene.rng.randint(3, 4)):
            wage = scene.usd(country.wage / 2 * scene.rng.uniform(0.9, 1.1), country.currency)
            scene.pay((14 * fortnight, scene.rng.uniform(9, 11)), (employer, worker), wage, How("payroll", "wages"))
            kept = f"{float(wage[0]) * scene.rng.uniform(0.76, 0.93):.2f}"
            how = How("bank_transfer", scene.rng.choice(("", "rent and food", "personal")))
            draft = scene.pay((14 * fortnight, scene.rng.uniform(12, 21)), (worker, collector), (kept, wage[1]), how)
            if fortnight == 1:
                drafts.append(draft)
    scene.known_with(drafts, 3)


def one_account(scene: Scene) -> None:
    """The wages of several workers go into one account, whose holder draws them in cash."""
    host, home = scene.rng.choice(LABOUR)
    country = COUNTRIES[host.country]
    scene.essential = ("accounts",)
    employer = scene.firm(host, "benign", "Cleaning")
    collector = scene.person(host, "exploiter", Who(home.country, since=300))
    drafts = []
    for worker in scene.people((host,), scene.count(4, 6), "victim", Who(home.country, since=45)):
        worker.known = _with_account(worker, collector)
        for fortnight in range(3):
            wage = scene.usd(country.wage / 2 * scene.rng.uniform(0.9, 1.1), country.currency)
            draft = scene.pay((14 * fortnight, scene.rng.uniform(9, 11)), (employer, worker), wage, How("payroll", "wages"))
            if fortnight == 1:
                drafts.append(draft)
            if worker.ref == scene.actors[2].ref:
                cash = scene.usd(country.wage * 1.4, country.currency)
                scene.pay((14 * fortnight, 18), (collector, None), cash, How("cash_out"))
    scene.known_with(drafts, 3)


def _with_account(worker: Actor, collector: Actor) -> Known:
    return Known(replace(worker.known.party, accounts=collector.known.party.accounts), worker.known.native)


def spouses(scene: Scene) -> None:
    """Look-alike: husbands pass their wages on to their wives, who run the household."""
    host = Place("RU", "Kazan")
    employer = scene.firm(host, "benign", "Builders")
    for _ in range(scene.count(3, 4)):
        husband = scene.person(host, "benign", Who(since=900, female=False))
        wife = scene.person(host, "benign", Who(family=husband.family, since=900, female=True))
        for fortnight in range(3):
            scene.pay((14 * fortnight, 10), (employer, husband), ("36000.00", "RUB"), How("payroll", "wages"))
            scene.pay((14 * fortnight, 19), (husband, wife), ("30000.00", "RUB"), How("bank_transfer", "household", "wife"))


def escorted(scene: Scene) -> None:
    """Four to six workers at one counter within half an hour, one phone for all, twice and more."""
    host, home = scene.rng.choice(LABOUR)
    currency = COUNTRIES[host.country].currency
    scene.essential = ("phones",)
    guard = scene.person(host, "exploiter", Who(home.country, since=300))
    workers = [scene.person(host, "victim", Who(home.country, phone=guard.phone, since=60)) for _ in range(scene.count(4, 6))]
    families = [scene.person(home, "benign", Who(family=worker.family, since=100)) for worker in workers]
    counter, drafts = scene.rng.randrange(scene.population.agents_a_town), []
    for visit in range(scene.rng.randint(3, 4)):
        minute = scene.rng.randint(0, 10)
        for i, (worker, family) in enumerate(zip(workers, families, strict=True)):
            how = How("cash_to_cash", "wages", agent=counter, minute=minute + 3 * i)
            value = scene.usd(scene.band(60, 130), currency)
            draft = scene.pay((15 * visit, 18), (worker, family), value, how)
            if visit == 1:
                drafts.append(draft)
    scene.pay(
        (16, 20),
        (guard, scene.person(home, "recruiter", Who(since=400))),
        scene.usd(1400, currency),
        How("cash_to_cash", "business"),
    )
    scene.known_with(drafts, 3)


def proxy(scene: Scene) -> None:
    """One man sends odd small sums to six or more families of one district, again after two months."""
    host, home = scene.rng.choice(LABOUR)
    country = COUNTRIES[host.country]
    boss = scene.person(host, "exploiter", Who(home.country, since=300))
    drafts = []
    for family in scene.people((home,), scene.count(6, 9), "victim", Who(since=-1)):
        for visit in range(2):
            usd = country.wage * scene.rng.uniform(0.06, 0.2)
            amount = (f"{usd * country.per_usd:.2f}", country.currency)
            how = How("cash_to_cash", scene.rng.choice(("wages", "help", "family support")))
            draft = scene.pay((66 * visit + scene.rng.randint(0, 3), scene.rng.uniform(10, 19)), (boss, family), amount, how)
            if visit == 0:
                drafts.append(draft)
    scene.known_with(drafts, 5)


def payday_mates(scene: Scene) -> None:
    """Look-alike: five mates go to the agent on pay-day, each with his own phone, to his own wife."""
    host, home = Place("RU", "Samara"), Place("UZ", "Fergana")
    mates = scene.people((host,), 5, "benign", Who("UZ", since=700, female=False))
    wives = [scene.person(home, "benign", Who(family=mate.family, since=700, female=True)) for mate in mates]
    for visit in range(3):
        for i, (mate, wife) in enumerate(zip(mates, wives, strict=True)):
            how = How("cash_to_cash", "family support", "wife", agent=1, minute=5 + 4 * i)
            scene.pay((14 * visit, 18), (mate, wife), scene.usd(scene.band(280, 420), "RUB"), how)


def recruiter_firm(scene: Scene) -> None:
    """Future workers pay an agency far more than the official fee for a visa; most goes on to persons abroad."""
    town, market, price = scene.rng.choice(_RECRUITED)
    _recruit(scene, scene.firm(town, "recruiter", "Travel"), market, price)


def recruiter_person(scene: Scene) -> None:
    """The same, paid to a man without a firm."""
    town, market, price = scene.rng.choice(_RECRUITED)
    _recruit(scene, scene.person(town, "recruiter", Who(since=400)), market, price)


def _recruit(scene: Scene, recruiter: Actor, market: Place, price: int) -> None:
    currency = COUNTRIES[recruiter.place.country].currency
    partners = scene.people((market,), 3, "facilitator", Who(since=300))
    drafts, total = [], 0.0
    scene.essential = ("purpose",)
    for worker in scene.people((recruiter.place,), scene.count(6, 9), "victim", Who(since=30)):
        usd = price * scene.rng.uniform(0.82, 1.12)
        total += usd
        words = scene.rng.choice(("visa fee", "visa", "work permit", "iqama fee"))
        how = How("bank_transfer" if recruiter.known.party.kind == "entity" else "cash_to_cash", words, "", "7361")
        drafts.append(
            scene.pay((scene.rng.randint(0, 25), scene.rng.uniform(10, 17)), (worker, recruiter), scene.usd(usd, currency), how)
        )
    for partner in partners:
        value = scene.usd(total * scene.rng.uniform(0.2, 0.25), "USD")
        scene.pay((scene.rng.randint(26, 28), 12), (recruiter, partner), value, How("bank_transfer", "business"))
    scene.known_with(drafts, 5)


def tour_agency(scene: Scene) -> None:
    """Look-alike: an agency sells tours and tickets at all prices and pays an airline."""
    town = Place("UZ", "Tashkent")
    agency, airline = scene.firm(town, "benign", "Travel"), scene.firm(Place("TR", "Istanbul"), "benign", "Transport")
    for guest in scene.people((town, Place("UZ", "Samarkand")), 12, "benign", Who(since=500)):
        how = How("bank_transfer", scene.rng.choice(("air ticket", "tour package")), "", "4722")
        scene.pay((scene.rng.randint(0, 25), 13), (guest, agency), scene.usd(scene.band(140, 1900)), how)
    scene.pay((27, 12), (agency, airline), scene.usd(6000), How("bank_transfer", "tickets", "business"))


PATTERNS = (
    Pattern(
        "TS-W01", "Wages skimmed", "TIP", ("TIP", "TIP+SOM"),
        (Shape("forwarded", "4-6 workers forward 76-93% of each wage the same day", forwarded),
         Shape("one_account", "the wages of 4-6 workers go into one account, drawn in cash", one_account)),
        Shape("spouses", "husbands pass wages on to their wives", spouses),
    ),
    Pattern(
        "TS-W02", "Escorted or proxy remitter", "TIP", ("TIP", "TIP+SOM"),
        (Shape("escorted", "4-6 workers at one counter within half an hour, one phone, 3-4 visits", escorted),
         Shape("proxy", "one sends odd small sums to 6-9 families of one district, twice, 66 days apart", proxy)),
        Shape("payday_mates", "five mates on pay-day, own phones, own wives", payday_mates),
    ),
    Pattern(
        "TS-W03", "Recruiter sells visas", "TIP", EITHER,
        (Shape("recruiter_firm", "6-9 payers in 25 days to an agency, most of it sent to persons abroad", recruiter_firm),
         Shape("recruiter_person", "the same to a man without a firm", recruiter_person)),
        Shape("tour_agency", "tours and tickets at all prices", tour_agency),
    ),
)  # fmt: skip
