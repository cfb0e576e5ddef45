"""Lawful things of the size of a scheme, which the schemes' look-alikes are."""

from ops.simulate.cast import How, Who
from ops.simulate.places import Place
from ops.simulate.scene import Scene


def savings_club(scene: Scene) -> None:
    """Look-alike: twelve neighbours pay in every fortnight, and every fortnight another has it all."""
    place = Place("KG", "Osh")
    members = scene.people((place,), 12, "benign", Who(since=500))
    for turn in range(4):
        for member in members:
            if member is not members[turn]:
                scene.pay((14 * turn, scene.rng.uniform(9, 19)), (member, members[turn]), ("5000.00", "KGS"), How(purpose="gap"))


def hostel(scene: Scene) -> None:
    """Look-alike: students of one hostel pay its warden the same rent."""
    place = Place("TR", "Ankara")
    warden = scene.person(place, "benign", Who(since=1500))
    for student in scene.people((place,), 6, "benign", Who("TM", line="School St 2", since=300)):
        for month in range(4):
            scene.pay((30 * month, 12), (student, warden), ("4500.00", "TRY"), How("bank_transfer", "rent", "landlord"))


def night_club(scene: Scene) -> None:
    """Look-alike: a bar takes cards by night and pays its own advertisements."""
    bar = scene.firm(Place("DE", "Hamburg"), "benign", "Foods")
    for guest in scene.people((bar.place,), 16, "benign", Who(since=400)):
        how = How("merchant", "drinks", "", "5813")
        scene.pay(
            (scene.rng.randint(0, 13), scene.rng.choice((22.5, 23.4, 0.8, 1.7))),
            (guest, bar),
            (f"{scene.rng.uniform(11, 70):.2f}", "EUR"),
            how,
        )


def importer(scene: Scene) -> None:
    """Look-alike: a wholesaler is paid by shops in all sizes and pays his suppliers abroad."""
    wholesaler, supplier = (
        scene.firm(Place("UZ", "Tashkent"), "benign", "Trading"),
        scene.firm(Place("TR", "Istanbul"), "benign", "Trading"),
    )
    for i in range(12):
        shop = scene.firm(Place("UZ", ("Tashkent", "Fergana", "Namangan")[i % 3]), "benign", "Market")
        scene.pay(
            (2 * i, 11), (shop, wholesaler), scene.usd(300 * (1 + i % 5)), How("bank_transfer", "invoice payment", "business")
        )
    for day in (10, 24):
        scene.pay((day, 12), (wholesaler, supplier), scene.usd(4500), How("bank_transfer", "textile", "business"))


def hospital(scene: Scene) -> None:
    """Look-alike: a patient's family in four countries pays a hospital within three days."""
    clinic = scene.firm(Place("TR", "Istanbul"), "benign", "Pharmacy")
    for place in (Place("DE", "Berlin"), Place("SE", "Malmo"), Place("GB", "London"), Place("IQ", "Erbil")):
        payer = scene.person(place, "benign", Who("IQ", since=500))
        for turn in range(2):
            scene.pay(
                (turn, scene.rng.uniform(8, 23)),
                (payer, clinic),
                scene.usd(scene.band(400, 1500)),
                How("bank_transfer", "operation"),
            )


def bank_loans(scene: Scene) -> None:
    """Look-alike: workers repay a bank's loans in equal parts."""
    bank, employer = (
        scene.firm(Place("RU", "Moscow"), "benign", "Exchange"),
        scene.firm(Place("RU", "Moscow"), "benign", "Builders"),
    )
    for worker in scene.people((Place("RU", "Moscow"),), 5, "benign", Who("KG", since=400)):
        for month in range(4):
            scene.pay((30 * month, 9), (employer, worker), ("70000.00", "RUB"), How("payroll", "wages"))
            scene.pay((30 * month + 1, 18), (worker, bank), ("14000.00", "RUB"), How("bank_transfer", "loan repayment"))


def pilgrims(scene: Scene) -> None:
    """Look-alike: a father books hotels town by town for his family's journey."""
    father = scene.person(Place("PK", "Quetta"), "benign", Who(since=900))
    for i, town in enumerate((Place("IR", "Zahedan"), Place("IR", "Mashhad"), Place("IR", "Tehran"), Place("IR", "Qom"))):
        inn = scene.firm(town, "benign", "Travel")
        scene.pay((5 * i, 12), (father, inn), scene.usd(scene.band(90, 240)), How("bank_transfer", "hotel booking", "", "7011"))
