"""Planted patterns of structure: below a line (S01), many counters (S02), an agent (S03), a moving receiver (S04), equal fees (S05)."""

from ops.simulate.cast import Actor, How, Who
from ops.simulate.pattern import EITHER, Pattern, Shape
from ops.simulate.places import COUNTRIES, Place
from ops.simulate.routes import ROUTES, Stage
from ops.simulate.scene import Scene

# Lines from which a sum is recorded or reported, local currency, as published (reference A4, S01): sender's country, line.
_LINES = (("AU", 10_000, "AUD"), ("US", 3_000, "USD"), ("US", 10_000, "USD"), ("PK", 2_000_000, "PKR"), ("AE", 55_000, "AED"))
_AFGHAN_LINE = 500_000  # also for two transfers between the same parties within two consecutive days


def below_the_line(scene: Scene) -> None:
    """One person sends three to five sums just below a line within three days."""
    _split(scene, senders=1)


def group_below_the_line(scene: Scene) -> None:
    """Three people with one phone send sums just below a line to one receiver."""
    _split(scene, senders=3)


def _split(scene: Scene, senders: int) -> None:
    code, line, currency = scene.rng.choice(_LINES)
    town = Place(code, scene.rng.choice(COUNTRIES[code].towns[:4]))
    abroad = scene.rng.choice(
        [Place(c, t) for c, t in (("AE", "Dubai"), ("ID", "Jakarta"), ("TR", "Istanbul"), ("MX", "Tijuana")) if c != code]
    )
    receiver = scene.person(abroad, "facilitator", Who(since=300))
    first = scene.person(town, "smuggler", Who(since=200))
    group = [first]
    if senders > 1:
        scene.essential = ("phones",)
        group += [scene.person(town, "facilitator", Who(phone=first.phone, since=150)) for _ in range(senders - 1)]
    drafts = []
    for i in range(scene.count(3, 5)):
        value = (f"{round(line * scene.rng.uniform(0.83, 0.985), -1):.2f}", currency)
        when = (scene.rng.randint(0, 2), scene.rng.uniform(9, 19))
        drafts.append(scene.pay(when, (group[i % len(group)], receiver), value, How("cash_to_cash", "business")))
    scene.known_with(drafts, 2)


def two_days(scene: Scene) -> None:
    """In Afghanistan: two sums between the same parties on consecutive days that together pass the line."""
    payer = scene.person(Place("AF", scene.rng.choice(("Kabul", "Herat"))), "unknown", Who(since=300))
    receiver = scene.person(Place("AF", "Zaranj"), "smuggler", Who(since=200))
    drafts = []
    for day in range(scene.count(2, 2)):
        value = (f"{round(_AFGHAN_LINE * scene.rng.uniform(0.55, 0.9), -3):.2f}", "AFN")
        drafts.append(
            scene.pay((day // 2 * 5 + day % 2, scene.rng.uniform(9, 17)), (payer, receiver), value, How(purpose="trade"))
        )
    scene.known_with(drafts, 2)


def managers_pay(scene: Scene) -> None:
    """Look-alike: a firm's salaries happen to lie just below a line."""
    place = Place("US", "New York")
    firm = scene.firm(place, "benign", "Trading")
    for manager in scene.people((place,), 4, "benign", Who(since=900)):
        for month in range(2):
            scene.pay((30 * month, 9), (firm, manager), ("2890.00", "USD"), How("payroll", "wages"))


def three_counters(scene: Scene) -> None:
    """One person goes to three or four counters of a town within two days."""
    town = Place("US", scene.rng.choice(("Phoenix", "Houston", "Los Angeles")))
    sender = scene.person(town, "unknown", Who("MX", since=200))
    receiver = scene.person(Place("MX", "Tijuana"), "smuggler", Who(since=100))
    counters, drafts = scene.rng.sample(range(9), scene.count(3, 4)), []
    for i, counter in enumerate(counters):
        how = How("cash_to_cash", "personal", agent=counter)
        drafts.append(scene.pay((i // 2, 9.5 + 4 * (i % 2)), (sender, receiver), scene.usd(scene.band(700, 1500)), how))
    scene.known_with(drafts, 3)


def two_towns(scene: Scene) -> None:
    """One person pays in at two towns within four hours, twice."""
    pairs = (
        (Place("PK", "Gujrat"), Place("PK", "Sialkot")),
        (Place("KZ", "Shymkent"), Place("KZ", "Saryagash")),
        (Place("GB", "Leeds"), Place("GB", "Bradford")),
    )
    here, there = scene.rng.choice(pairs)
    sender = scene.person(here, "unknown", Who(since=200))
    receiver = scene.person(Place("TR", "Istanbul"), "smuggler", Who(since=100))
    drafts = []
    for day in range(0, 2 * scene.count(2, 3), 2):
        for town, hour in ((here, 10.0), (there, 12.6)):
            how = How("cash_to_cash", "personal", sent_in=town, agent=day % 3)
            drafts.append(
                scene.pay((day, hour), (sender, receiver), scene.usd(scene.band(300, 900), scene.paying_currency(sender)), how)
            )
    scene.known_with(drafts, 2)


def out_of_cash(scene: Scene) -> None:
    """Look-alike: the first agent was at his limit, the rest went from the one next door."""
    host, home = Place("RU", "Moscow"), Place("TJ", "Kulob")
    son = scene.person(host, "benign", Who("TJ", since=900, female=False))
    mother = scene.person(home, "benign", Who(family=son.family, since=900, female=True))
    for i in range(2):
        how = How("cash_to_cash", "family support", "mother", agent=i, minute=10 + 25 * i)
        scene.pay((3, 18), (son, mother), scene.usd(260, "RUB"), how)


def captured_counter(scene: Scene) -> None:
    """A counter whose traffic goes to one town, with repeated phones, at closed hours, from newcomers, near a limit."""
    _agent(scene, "paid")


def refunding_counter(scene: Scene) -> None:
    """The same with a third of the transfers changed or paid back."""
    _agent(scene, "changed")


def _agent(scene: Scene, other_status: str) -> None:
    name = scene.rng.choice(("west_asia", "central_asia_to_north"))
    route = next(route for route in ROUTES if route.name == name)
    town, stage = scene.rng.choice(route.payers[:4]), route.stages[-1]
    counter = scene.population.agents_a_town + 50 + scene.rng.randrange(900)
    scene.agents.append((town, counter))
    receivers = scene.people((stage.place,), 2, "smuggler", Who(route.nation, since=90))
    first = scene.person(town, "family_payer", Who(route.nation, since=0))
    scene.essential = ("phones",)
    drafts = []
    for i in range(scene.count(34, 44)):
        who = Who(route.nation, phone=first.phone if i % 3 == 0 else "", since=0)
        payer = scene.person(town, "family_payer", who)
        status = "refunded" if other_status != "paid" and i % 6 == 0 else other_status if i % 3 == 1 else "paid"
        how = How("cash_to_cash", "family", agent=counter, status=status)
        hour = scene.rng.choice((21.6, 22.3, 22.9, 6.1)) if i % 2 else scene.rng.uniform(9, 19)
        value = (f"{scene.rng.randint(2700, 2990)}.00", "USD")
        drafts.append(scene.pay((scene.rng.randint(0, 26), hour), (payer, receivers[i % 5 == 0]), value, how))
    scene.actors.remove(first)
    scene.known_with(drafts, 30)


def village_agent(scene: Scene) -> None:
    """Look-alike: the only agent of a border village, thirty customers, each to his own people."""
    village, counter = Place("TJ", "Isfara"), scene.population.agents_a_town + 20
    for i in range(scene.count(26, 34)):
        payer = scene.person(village, "benign", Who(since=600))
        kin = scene.person(Place("RU", ("Moscow", "Kazan", "Samara")[i % 3]), "benign", Who("TJ", payer.family, since=500))
        how = How("cash_to_cash", "family support", "son", agent=counter)
        scene.pay((scene.rng.randint(0, 27), scene.rng.uniform(9, 18)), (payer, kin), scene.usd(scene.band(60, 260)), how)


def moving(scene: Scene) -> None:
    """A traveller collects small sums from his family in town after town of a route: a person to protect."""
    route = scene.rng.choice([route for route in ROUTES if len(route.stages) >= 3])
    scene.essential = ("phones", "date_of_birth")
    family = scene.person(scene.rng.choice(route.payers), "family_payer", Who(route.nation, since=400))
    traveller = scene.person(route.stages[0].place, "smuggled_person", Who(route.nation, family.family, since=5))
    _follow(scene, [family], traveller, route.stages)


def moving_strangers(scene: Scene) -> None:
    """The same, with two friends who pay in turn."""
    route = scene.rng.choice([route for route in ROUTES if len(route.stages) >= 3])
    scene.essential = ("phones", "date_of_birth")
    friends = scene.people(route.payers[:2], 2, "family_payer", Who(route.nation, since=300))
    traveller = scene.person(route.stages[0].place, "smuggled_person", Who(route.nation, since=5))
    _follow(scene, friends, traveller, route.stages)


def lorry_driver(scene: Scene) -> None:
    """Look-alike: an employer sends a lorry driver his expenses, there and back, over and over."""
    firm = scene.firm(Place("TR", "Istanbul"), "benign", "Transport")
    driver = scene.person(Place("TR", "Istanbul"), "benign", Who(since=900, occupation="driver"))
    towns = (
        Place("TR", "Van"),
        Place("IR", "Urmia"),
        Place("IR", "Tehran"),
        Place("IR", "Urmia"),
        Place("TR", "Van"),
        Place("TR", "Istanbul"),
    )
    for i, town in enumerate(towns):
        how = How("account_to_cash", "travel costs", "employee", paid_in=town)
        scene.pay((4 * i, 12), (firm, driver), scene.usd(scene.band(120, 220)), how)


def _follow(scene: Scene, payers: list[Actor], traveller: Actor, stages: tuple[Stage, ...]) -> None:
    day, drafts = 0, []
    for i, stage in enumerate(stages):
        payer = payers[i % len(payers)]
        how = How("cash_to_cash", "help", "relative", paid_in=stage.place)
        value = scene.usd(scene.band(90, 420), scene.paying_currency(payer))
        drafts.append(scene.pay((day, scene.rng.uniform(9, 19)), (payer, traveller), value, how))
        day += scene.rng.randint(5, 14)
    scene.known_with(drafts, 3)


def equal_fees(scene: Scene) -> None:
    """Five to eight payers send one receiver almost the same, far above what people usually send there."""
    _fees(scene, 0.04)


def nearly_equal_fees(scene: Scene) -> None:
    """The same, bargained a little."""
    _fees(scene, 0.1)


def _fees(scene: Scene, spread: float) -> None:
    route = scene.rng.choice(ROUTES)
    stage = route.stages[-1]
    collector = scene.person(stage.place, "smuggler", Who(route.nation, since=60))
    fee, drafts = scene.rng.uniform(stage.least * 1.15, stage.most * 0.9), []
    for payer in scene.people(route.payers, scene.count(5, 8), "family_payer", Who(route.nation, since=60, settled=True)):
        value = scene.usd(fee * scene.rng.uniform(1 - spread, 1 + spread), scene.paying_currency(payer))
        drafts.append(scene.pay((scene.rng.randint(0, 28), scene.rng.uniform(9, 19)), (payer, collector), value, How(purpose="")))
    scene.known_with(drafts, 3)


def tuition(scene: Scene) -> None:
    """Look-alike: students' families pay a college the same fee."""
    college = scene.firm(Place("TR", "Istanbul"), "benign", "College")
    for family in scene.people(
        (Place("UZ", "Tashkent"), Place("KG", "Bishkek"), Place("TM", "Mary")), scene.count(5, 8), "benign", Who(since=400)
    ):
        how = How("bank_transfer", "tuition fee", "", "8220")
        scene.pay((scene.rng.randint(0, 20), 12), (family, college), ("1900.00", "USD"), how)


PATTERNS = (
    Pattern(
        "TS-S01", "Just below a line", "SOM", (*EITHER, "OTHER"),
        (Shape("below_the_line", "3-5 sums at 83-98% of a line within three days", below_the_line),
         Shape("group_below_the_line", "the same by three senders with one phone", group_below_the_line),
         Shape("two_days", "two days between the same Afghan parties, together above the line", two_days)),
        Shape("managers_pay", "salaries just below a line", managers_pay),
    ),
    Pattern(
        "TS-S02", "Many counters in a day", "SOM", (*EITHER, "OTHER"),
        (Shape("three_counters", "3-4 counters of one town within two days", three_counters),
         Shape("two_towns", "two towns within four hours, two or three times", two_towns)),
        Shape("out_of_cash", "the rest from the agent next door", out_of_cash),
    ),
    Pattern(
        "TS-S03", "An agent in it", "SOM", (*EITHER, "OTHER"),
        (Shape("captured_counter", "34-44 transfers in 26 days, two receivers, repeated phone, late hours, near a limit", captured_counter),
         Shape("refunding_counter", "the same with changes and refunds", refunding_counter)),
        Shape("village_agent", "the only agent of a border village", village_agent),
    ),
    Pattern(
        "TS-S04", "A receiver who moves", "SOM", (*EITHER, "OTHER"),
        (Shape("moving", "3-5 towns of a route, 5-14 days apart, from one relative", moving),
         Shape("moving_strangers", "the same from two friends in turn", moving_strangers)),
        Shape("lorry_driver", "a lorry driver's expenses, there and back", lorry_driver),
    ),
    Pattern(
        "TS-S05", "Equal fees", "SOM", ("SOM", "TIP+SOM"),
        (Shape("equal_fees", "5-8 payers within 4% of one sum in 28 days", equal_fees),
         Shape("nearly_equal_fees", "5-8 payers within 10%", nearly_equal_fees)),
        Shape("tuition", "a college's fee", tuition),
    ),
)  # fmt: skip
