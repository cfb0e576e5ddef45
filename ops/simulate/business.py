"""Planted patterns of a business and its people: workers without a payroll (W04), travel for a group (W05)."""

from ops.simulate.cast import How, Who
from ops.simulate.pattern import EITHER, Pattern, Shape
from ops.simulate.places import COUNTRIES, Place
from ops.simulate.routes import LABOUR
from ops.simulate.scene import Scene


def no_payroll(scene: Scene) -> None:
    """A firm with customers and workers, by what they send home from its address, pays no wages for three months."""
    _site(scene, None)


def wages_return(scene: Scene) -> None:
    """It pays wages, and the workers hand most of them back."""
    _site(scene, 0.65)


def _site(scene: Scene, back: float | None) -> None:
    host, home = scene.rng.choice(LABOUR)
    country = COUNTRIES[host.country]
    scene.essential = ("addresses",)
    firm = scene.firm(host, "exploiter", "Foods")
    addresses = firm.known.party.addresses
    assert addresses
    workers = [
        scene.person(host, "victim", Who(home.country, line=addresses[0].line, since=60)) for _ in range(scene.count(5, 7))
    ]
    customers = scene.people((host,), 4, "benign", Who(since=800))
    drafts = []
    for week in range(13):
        for customer in customers[week % 2 :: 2]:
            value = scene.usd(country.wage * scene.rng.uniform(2.5, 5), country.currency)
            scene.pay((7 * week, 11), (customer, firm), value, How("bank_transfer", "invoice payment", "business"))
    for worker in workers:
        family = scene.person(home, "benign", Who(family=worker.family, since=100))
        for month in range(3):
            if back is not None:
                wage = scene.usd(country.wage, country.currency)
                scene.pay((30 * month + 20, 9), (firm, worker), wage, How("payroll", "wages"))
                returned = (f"{float(wage[0]) * back:.2f}", wage[1])
                scene.pay((30 * month + 21, 9), (worker, firm), returned, How("cash_in", "deposit"))
            draft = scene.pay(
                (30 * month + 24, 18),
                (worker, family),
                scene.usd(scene.band(40, 90), country.currency),
                How(purpose="family support"),
            )
            if month == 2:
                drafts.append(draft)
    scene.known_with(drafts, 3)


def honest_site(scene: Scene) -> None:
    """Look-alike: the same firm with a payroll its people live on."""
    host, home = Place("KZ", "Almaty"), Place("UZ", "Termez")
    firm = scene.firm(host, "benign", "Foods")
    for customer in scene.people((host,), 4, "benign", Who(since=800)):
        for week in range(6):
            scene.pay(
                (14 * week, 11), (customer, firm), scene.usd(1500, "KZT"), How("bank_transfer", "invoice payment", "business")
            )
    for worker in scene.people((host,), 5, "benign", Who("UZ", since=500)):
        wife = scene.person(home, "benign", Who(family=worker.family, since=500))
        for month in range(3):
            scene.pay((30 * month, 9), (firm, worker), scene.usd(560, "KZT"), How("payroll", "wages"))
            scene.pay(
                (30 * month + 1, 18), (worker, wife), scene.usd(330, "KZT"), How(purpose="family support", relationship="wife")
            )


def tickets(scene: Scene) -> None:
    """One payer buys one-way tickets for six to nine strangers on a route within ten days."""
    _travel(scene, (("4511", "one-way ticket"),))


def rooms_and_cards(scene: Scene) -> None:
    """Tickets, rooms and telephone cards for a group, last minute."""
    _travel(scene, (("4131", "bus ticket"), ("7011", "room"), ("4814", "SIM card")))


def _travel(scene: Scene, kinds: tuple[tuple[str, str], ...]) -> None:
    place = scene.rng.choice((Place("TR", "Istanbul"), Place("AE", "Dubai"), Place("RS", "Belgrade"), Place("RU", "Moscow")))
    currency = COUNTRIES[place.country].currency
    payer = scene.person(place, "smuggler", Who(since=90))
    scene.essential = ("purpose",)
    drafts = []
    for i in range(scene.count(6, 9)):
        category, words = kinds[i % len(kinds)]
        seller = scene.firm(place, "benign", "Travel")
        passenger = scene.person(place, "smuggled_person", Who("AF", since=0))
        scene.actors.remove(passenger)
        how = How("merchant" if i % 2 else "card", f"{words} for {passenger.known.party.name}", "", category)
        usd = {"4511": 320, "4131": 90, "7011": 60, "4814": 15}[category] * scene.rng.uniform(0.8, 1.3)
        drafts.append(
            scene.pay((scene.rng.randint(0, 9), scene.rng.uniform(8, 23)), (payer, seller), scene.usd(usd, currency), how)
        )
    scene.known_with(drafts, 4)


def tour_leader(scene: Scene) -> None:
    """Look-alike: a club's firm buys its team's return tickets weeks ahead."""
    club = scene.firm(Place("TR", "Ankara"), "benign", "College")
    airline = scene.firm(Place("TR", "Istanbul"), "benign", "Transport")
    for i in range(scene.count(6, 9)):
        how = How("bank_transfer", f"return ticket, team seat {i + 1}", "business", "4511")
        scene.pay((i // 3, 11), (club, airline), ("5200.00", "TRY"), how)


PATTERNS = (
    Pattern(
        "TS-W04", "Workers without a payroll", "TIP", ("TIP", "TIP+SOM"),
        (Shape("no_payroll", "three months of turnover, workers at its address, no wages", no_payroll),
         Shape("wages_return", "wages are paid and 65% comes back in cash", wages_return)),
        Shape("honest_site", "the same with a payroll", honest_site),
    ),
    Pattern(
        "TS-W05", "Travel for a group", "SOM", EITHER,
        (Shape("tickets", "6-9 one-way tickets for strangers within ten days", tickets),
         Shape("rooms_and_cards", "tickets, rooms and telephone cards", rooms_and_cards)),
        Shape("tour_leader", "a club's return tickets", tour_leader),
    ),
)  # fmt: skip
